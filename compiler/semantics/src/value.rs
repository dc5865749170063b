//! What an expression comes to at compile time: exact, typed, free of any clock, network or file.

use jiff::civil::Date;
use rust_decimal::Decimal;
use smol_str::SmolStr;

pub use crate::fields::Fields;

/// A compile-time value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, with the pieces that are known only when a run starts kept apart.
    Text(Vec<Piece>),
    /// `true` or `false`.
    Bool(bool),
    /// A whole number (also `Count`).
    Int(i64),
    /// A span of time in milliseconds.
    Duration(i64),
    /// A share of one: `5%` is `0.05`.
    Ratio(Decimal),
    /// A difference of two ratios as a share of one: `2pp` is `0.02`.
    Points(Decimal),
    /// A factor: `1.1x`.
    Factor(Decimal),
    /// Events per second.
    Rate(Decimal),
    /// Bytes.
    Bytes(i64),
    /// An amount of money.
    Money(Decimal, SmolStr),
    /// A day of the calendar.
    Date(Date),
    /// A time of the day in minutes since midnight; 1440 ends a day.
    Time(u16),
    /// When things may change.
    Window(Box<Window>),
    /// When nothing may.
    Freeze(Box<Freeze>),
    /// An artifact digest written in the source, `sha256:` and 64 digits.
    Digest(SmolStr),
    /// A secret by reference (`file:…`, `systemd-credential:…`); its content is never known here.
    Secret(SmolStr),
    /// A query of Prometheus, as it is written.
    PromQl(SmolStr),
    /// A piece of SQL, as it is written.
    Sql(SmolStr),
    /// A list.
    List(Vec<Value>),
    /// A map, by key.
    Map(Fields),
    /// An inclusive range of two values of one type.
    Range(Box<Value>, Box<Value>),
    /// A record of a named type (full name, `std.process.Process`), all fields present.
    Record(SmolStr, Fields),
    /// A case of a tagged union of a named type, with its payload.
    Case(SmolStr, SmolStr, Fields),
    /// No value of an optional type.
    None,
    /// An environment or service by its full name, `platform.production`.
    Entity(SmolStr),
    /// A workflow parameter, known when a run starts.
    Parameter(SmolStr),
    /// What an action brings out, known during the run: the name of its outputs and the fields in them.
    Output(SmolStr, Vec<SmolStr>),
    /// Stands for an expression that was already reported; everything accepts it silently.
    Error,
}

impl Value {
    /// The url of a database: a secret that each environment knows for itself.
    pub(crate) fn url_of(database: &str) -> Self {
        Self::Secret(smol_str::format_smolstr!("database:{database}.url"))
    }

    /// The database whose url it is.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        let Self::Secret(reference) = self else { return None };
        reference.strip_prefix("database:")?.strip_suffix(".url")
    }

    /// The databases whose urls it holds, wherever in it.
    #[must_use]
    pub fn databases(&self) -> Vec<&str> {
        match self {
            Self::List(items) => items.iter().flat_map(Self::databases).collect(),
            Self::Map(fields) | Self::Record(_, fields) | Self::Case(_, _, fields) => {
                fields.values().flat_map(Self::databases).collect()
            }
            _ => self.database().into_iter().collect(),
        }
    }
}

/// When a calendar lets things change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The weekdays on which it opens: bit 0 is Monday.
    pub days: u8,
    /// When it opens, in minutes since midnight.
    pub from: u16,
    /// When it closes, not included; at or before `from` on the next day.
    pub to: u16,
    /// The time zone, by its IANA name.
    pub zone: SmolStr,
    /// Days on which it stays closed, first and last.
    pub except: Vec<(Date, Date)>,
}

/// Days on which nothing changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// The time zone whose calendar counts the days, by its IANA name.
    pub zone: SmolStr,
    /// Why.
    pub because: SmolStr,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Known(SmolStr),
    /// The value of a workflow parameter.
    Parameter(SmolStr),
    /// What an action brings out.
    Output(SmolStr, Vec<SmolStr>),
}
