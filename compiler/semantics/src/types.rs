//! Types as the checker sees them, spelled the way users write them.

use std::fmt;

use smol_str::{SmolStr, format_smolstr};

use crate::model::Arm;

/// A declaration by the module that declares it and its name there: the same in every revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DeclId {
    pub(crate) module: SmolStr,
    pub(crate) name: SmolStr,
}

impl DeclId {
    /// The full name, `std.process.Process`.
    pub(crate) fn full(&self) -> SmolStr {
        format_smolstr!("{}.{}", self.module, self.name)
    }

    /// The declaration of that full name.
    pub(crate) fn of_full(full: &str) -> Self {
        let (module, name) = full.rsplit_once('.').unwrap_or(("", full));
        Self { module: module.into(), name: name.into() }
    }
}

/// The arms of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Arms {
    pub(crate) subject: Arm,
    pub(crate) against: Option<Arm>,
}

/// The word of an arm.
pub(crate) fn arm_word(arm: Arm) -> &'static str {
    match arm {
        Arm::Canary => "canary",
        Arm::Stable => "stable",
        Arm::Baseline => "baseline",
        Arm::Previous => "previous",
        Arm::Shadow => "shadow",
        Arm::Service => "service",
    }
}

impl fmt::Display for Arms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(arm_word(self.subject))?;
        match self.against {
            Some(arm) => write!(f, ", {}", arm_word(arm)),
            None => Ok(()),
        }
    }
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FunctionType {
    pub(crate) params: Vec<Type>,
    pub(crate) result: Type,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    Int,
    Count,
    String,
    Bool,
    Duration,
    Ratio,
    Points,
    Factor,
    Rate,
    Bytes,
    Money,
    Digest,
    /// A query of Prometheus.
    PromQl,
    /// A piece of SQL.
    Sql,
    /// A day of the calendar.
    Date,
    /// A time of the day.
    Time,
    /// When a calendar lets things change.
    Window,
    /// Days on which nothing changes.
    Freeze,
    /// Of what is passed to a function, and kept nowhere.
    Function(Box<FunctionType>),
    Secret(Box<Type>),
    List(Box<Type>),
    /// Keys are text.
    Map(Box<Type>),
    Optional(Box<Type>),
    Range(Box<Type>),
    Record(DeclId),
    Union(DeclId),
    Refined(DeclId),
    /// The name of an environment.
    Environment,
    /// The name of a service.
    Service,
    /// `Gate` alone accepts every gate.
    Gate(Option<Arms>),
    /// Of `none`.
    Nothing,
    /// Of what was already reported; fits everything.
    Error,
}

impl Type {
    /// The types without arguments that need no import.
    pub(crate) fn builtin(name: &str) -> Option<Self> {
        Self::BUILTIN.iter().find(|(word, _)| *word == name).map(|(_, ty)| ty.clone())
    }

    const BUILTIN: &[(&str, Self)] = &[
        ("Int", Self::Int),
        ("Count", Self::Count),
        ("String", Self::String),
        ("Bool", Self::Bool),
        ("Duration", Self::Duration),
        ("Ratio", Self::Ratio),
        ("Points", Self::Points),
        ("Factor", Self::Factor),
        ("Rate", Self::Rate),
        ("Bytes", Self::Bytes),
        ("Money", Self::Money),
        ("Digest", Self::Digest),
        ("PromQl", Self::PromQl),
        ("Sql", Self::Sql),
        ("Date", Self::Date),
        ("Time", Self::Time),
        ("Window", Self::Window),
        ("Freeze", Self::Freeze),
        ("Environment", Self::Environment),
        ("Service", Self::Service),
    ];

    /// Every type name that needs no import.
    pub(crate) fn builtin_names() -> impl Iterator<Item = &'static str> {
        Self::BUILTIN.iter().map(|(name, _)| *name).chain(["Secret", "List", "Map", "Gate"])
    }

    /// Whether it is, or holds, what was already reported.
    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    /// With its article, for messages: `a Ratio`, `an Int`.
    pub(crate) fn with_article(&self) -> String {
        let text = self.to_string();
        if matches!(self, Self::Points | Self::Nothing) {
            return text;
        }
        if matches!(self, Self::Function(_)) {
            return format!("a function `{text}`");
        }
        let article = match text.chars().next() {
            Some('A' | 'E' | 'I' | 'O') => "an",
            _ => "a",
        };
        format!("{article} {text}")
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(of) => write!(f, "Secret<{of}>"),
            Self::List(of) => write!(f, "List<{of}>"),
            Self::Map(of) => write!(f, "Map<String, {of}>"),
            Self::Optional(of) => write!(f, "{of}?"),
            Self::Range(of) => write!(f, "range of {of}"),
            Self::Record(id) | Self::Union(id) | Self::Refined(id) => f.write_str(&id.name),
            Self::Gate(None) => f.write_str("Gate"),
            Self::Gate(Some(arms)) => write!(f, "Gate<{arms}>"),
            Self::Function(function) => {
                let params: Vec<String> = function.params.iter().map(ToString::to_string).collect();
                write!(f, "fn({}) -> {}", params.join(", "), function.result)
            }
            Self::Nothing => f.write_str("none"),
            Self::Error => f.write_str("value of unknown type"),
            plain => {
                let name = Self::BUILTIN.iter().find(|(_, ty)| ty == plain).map_or("", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}
