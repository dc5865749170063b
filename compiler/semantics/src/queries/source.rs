//! From the text of a file to declarations that do not know where they stand.

use smol_str::SmolStr;
use syntax::ParsedItem;
use syntax::ast::{Decl, DeclKind, TypeBody};

use crate::database::SourceFile;
use crate::types::DeclId;

/// A declaration across revisions: told apart by its file and its first words.
#[salsa::tracked(debug)]
pub(crate) struct ItemNode<'db> {
    #[returns(copy)]
    pub(crate) file: SourceFile,
    #[returns(ref)]
    pub(crate) key: SmolStr,
    #[tracked]
    #[returns(deref)]
    pub(crate) text: Box<str>,
    /// The only absolute place; nothing but [`super::place`] reads it.
    #[tracked]
    #[returns(copy)]
    pub(crate) start: u32,
}

/// The declarations of a file, in order.
#[salsa::tracked(returns(deref))]
pub(crate) fn items<'db>(db: &'db dyn salsa::Database, file: SourceFile) -> Vec<ItemNode<'db>> {
    let text = file.text(db);
    if text.len() > syntax::FILE_BYTES_MAX {
        return Vec::new();
    }
    syntax::items(text)
        .into_iter()
        .map(|range| {
            let slice = text.get(range.start as usize..range.end as usize).unwrap_or("");
            ItemNode::new(db, file, identity(slice), slice.into(), range.start)
        })
        .collect()
}

/// The first two words that are no documentation, annotation, `pub` or `emergency`.
fn identity(text: &str) -> SmolStr {
    let mut words = text
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//") && !line.starts_with('@'))
        .flat_map(|line| line.split(|c: char| c.is_whitespace() || "({:=@,;".contains(c)))
        .filter(|word| !word.is_empty() && *word != "pub" && *word != "emergency");
    let head = words.next().unwrap_or("");
    let name = words.next().unwrap_or("");
    smol_str::format_smolstr!("{head} {name}")
}

/// A declaration that was read. What needs its head alone does not see that its body changed.
#[salsa::tracked]
struct Declared<'db> {
    #[tracked]
    #[returns(ref)]
    parsed: ParsedItem,
    #[tracked]
    #[returns(ref)]
    head: Head,
}

#[salsa::tracked(returns(copy))]
fn declared<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Declared<'db> {
    let parsed = syntax::parse_item(item.text(db), super::place::file_of(item));
    let head = Head::of(&parsed.decl);
    Declared::new(db, parsed, head)
}

/// The syntax tree of one declaration.
pub(crate) fn parsed<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> &'db ParsedItem {
    declared(db, item).parsed(db)
}

/// The head of a declaration.
pub(crate) fn head<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> &'db Head {
    declared(db, item).head(db)
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Use,
    Record,
    Union,
    Refined,
    Let,
    Function,
    Environment,
    Service,
    Database,
    Migration,
    Released,
    Metric,
    Slo,
    Gate,
    Strategy,
    Action,
    Workflow,
    Group,
    Flag,
    Policy,
    Test,
    /// Unreadable.
    Broken,
}

impl Kind {
    /// The word for outlines.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Record | Self::Union | Self::Refined => "type",
            Self::Let => "let",
            Self::Function => "fn",
            Self::Environment => "environment",
            Self::Service => "service",
            Self::Database => "database",
            Self::Migration => "migration",
            Self::Released => "released",
            Self::Metric => "metric",
            Self::Slo => "slo",
            Self::Gate => "gate",
            Self::Strategy => "strategy",
            Self::Action => "action",
            Self::Workflow => "workflow",
            Self::Group => "group",
            Self::Flag => "flag",
            Self::Policy => "policy",
            Self::Test => "test",
            Self::Broken => "error",
        }
    }

    /// In messages: `an environment`.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Use => "an import",
            Self::Record | Self::Union | Self::Refined => "a type",
            Self::Let => "a value",
            Self::Function => "a function",
            Self::Environment => "an environment",
            Self::Service => "a service",
            Self::Database => "a database",
            Self::Migration => "a migration",
            Self::Released => "what is released",
            Self::Metric => "a metric",
            Self::Slo => "an objective",
            Self::Gate => "a gate",
            Self::Strategy => "a strategy",
            Self::Action => "an action",
            Self::Workflow => "a workflow",
            Self::Group => "a group",
            Self::Flag => "a flag",
            Self::Policy => "a policy",
            Self::Test => "a test",
            Self::Broken => "unreadable",
        }
    }
}

/// What a listing of names needs of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    pub(crate) name: Option<SmolStr>,
    pub(crate) public: bool,
    pub(crate) damaged: bool,
    pub(crate) deprecated: bool,
}

impl Head {
    fn of(decl: &Decl) -> Self {
        Self {
            kind: kind(&decl.kind),
            name: decl.name().map(|name| name.text.clone()),
            public: decl.public.is_some(),
            damaged: decl.damaged,
            deprecated: decl.annotations.iter().any(|annotation| annotation.name.text == "deprecated"),
        }
    }
}

/// The declarations of a file that others ask all files for.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Outline<'db> {
    pub(crate) databases: Vec<ItemNode<'db>>,
    pub(crate) deprecated: Vec<ItemNode<'db>>,
    pub(crate) migrations: Vec<ItemNode<'db>>,
    pub(crate) released: Vec<ItemNode<'db>>,
}

impl<'db> Outline<'db> {
    /// The list that declarations of that kind belong to.
    fn of(&mut self, kind: Kind) -> Option<&mut Vec<ItemNode<'db>>> {
        match kind {
            Kind::Database => Some(&mut self.databases),
            Kind::Migration => Some(&mut self.migrations),
            Kind::Released => Some(&mut self.released),
            Kind::Use | Kind::Record | Kind::Union | Kind::Refined | Kind::Let | Kind::Function => None,
            Kind::Environment | Kind::Service | Kind::Metric | Kind::Slo | Kind::Gate | Kind::Strategy => None,
            Kind::Action | Kind::Workflow | Kind::Group | Kind::Flag | Kind::Policy | Kind::Test => None,
            Kind::Broken => None,
        }
    }
}

/// The outline of a file.
#[salsa::tracked]
pub(crate) fn outline<'db>(db: &'db dyn salsa::Database, file: SourceFile) -> Outline<'db> {
    let mut outline = Outline::default();
    for item in items(db, file) {
        let head = head(db, *item);
        if head.deprecated {
            outline.deprecated.push(*item);
        }
        outline.of(head.kind).into_iter().for_each(|list| list.push(*item));
    }
    outline
}

fn kind(decl: &DeclKind) -> Kind {
    match decl {
        DeclKind::Use(_) => Kind::Use,
        DeclKind::Type(it) => match it.body {
            TypeBody::Record(_) => Kind::Record,
            TypeBody::Union(_) => Kind::Union,
            TypeBody::Refined { .. } => Kind::Refined,
            TypeBody::Error => Kind::Broken,
        },
        DeclKind::Let(_) => Kind::Let,
        DeclKind::Function(_) => Kind::Function,
        DeclKind::Environment(_) => Kind::Environment,
        DeclKind::Service(_) => Kind::Service,
        DeclKind::Database(_) => Kind::Database,
        DeclKind::Migration(_) => Kind::Migration,
        DeclKind::Released(_) => Kind::Released,
        DeclKind::Metric(_) => Kind::Metric,
        DeclKind::Slo(_) => Kind::Slo,
        DeclKind::Gate(_) => Kind::Gate,
        DeclKind::Strategy(_) => Kind::Strategy,
        DeclKind::Action(_) => Kind::Action,
        DeclKind::Workflow(_) => Kind::Workflow,
        DeclKind::Group(_) => Kind::Group,
        DeclKind::Flag(_) => Kind::Flag,
        DeclKind::Policy(_) => Kind::Policy,
        DeclKind::Test(_) => Kind::Test,
        DeclKind::Error(_) => Kind::Broken,
    }
}

/// The declaration that an item makes, if it has a name.
pub(crate) fn decl_id<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Option<DeclId> {
    let name = head(db, item).name.clone()?;
    Some(DeclId { module: item.file(db).module(db).clone(), name })
}
