//! File-level declarations, except gates, strategies and workflows, which have files of their own.

use super::{
    Accept, ContractClause, Database, Expr, Flag, Gate, Group, Migration, Name, Policy, Range, Released, Slo, Strategy,
    Test, TypeRef, Workflow,
};
use smol_str::SmolStr;

/// A declaration with what stands before its head word.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decl {
    /// From its first documentation line to its last byte.
    pub range: Range,
    /// Text of the `///` lines before it, joined by newlines, without the slashes; empty if none.
    pub docs: SmolStr,
    /// `@name(...)` before it.
    pub annotations: Vec<Annotation>,
    /// Where `pub` stands, if it does.
    pub public: Option<Range>,
    /// After `formerly`: the name that it had before.
    pub formerly: Option<Name>,
    /// Where the head word (`service`, `gate`, ...) stands; empty at the start if there is none.
    pub head: Range,
    /// A syntax error was reported inside; later phases say nothing about what may follow from it.
    pub damaged: bool,
    /// The declaration itself.
    pub kind: DeclKind,
}

impl Decl {
    /// The name that this declaration brings into scope; `None` for `use`, `test`, `released` and
    /// unreadable ones without a name.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match &self.kind {
            DeclKind::Use(_) | DeclKind::Test(_) | DeclKind::Released(_) => None,
            DeclKind::Type(it) => Some(&it.name),
            DeclKind::Let(it) => Some(&it.name),
            DeclKind::Function(it) => Some(&it.name),
            DeclKind::Environment(it) => Some(&it.name),
            DeclKind::Service(it) => Some(&it.name),
            DeclKind::Database(it) => Some(&it.name),
            DeclKind::Migration(it) => Some(&it.name),
            DeclKind::Metric(it) => Some(&it.name),
            DeclKind::Slo(it) => Some(&it.name),
            DeclKind::Gate(it) => Some(&it.name),
            DeclKind::Strategy(it) => Some(&it.name),
            DeclKind::Action(it) => Some(&it.name),
            DeclKind::Workflow(it) => Some(&it.name),
            DeclKind::Group(it) => Some(&it.name),
            DeclKind::Flag(it) => Some(&it.name),
            DeclKind::Policy(it) => Some(&it.name),
            DeclKind::Error(name) => name.as_ref(),
        }
    }
}

/// What is declared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DeclKind {
    /// `use path.to.module.{a, B, c as d}`
    Use(Use),
    /// `type Name = ...`
    Type(TypeDecl),
    /// `let name: Type = value`
    Let(Let),
    /// `fn name(...) -> Type = body`
    Function(Function),
    /// `environment name { ... }`
    Environment(Environment),
    /// `service name { ... }`
    Service(Service),
    /// `database name: Type { ... }`
    Database(Database),
    /// `migration name on database { ... }`
    Migration(Migration),
    /// `released service in environment { ... }`
    Released(Released),
    /// `metric name: Type { ... }`
    Metric(Metric),
    /// `slo name for service { ... }`
    Slo(Slo),
    /// `gate name for arm against arm { ... }`
    Gate(Gate),
    /// `strategy name(...) while guard { ... }`
    Strategy(Strategy),
    /// `action name(...) idempotent { ... }`
    Action(Action),
    /// `workflow name(...) { ... }`
    Workflow(Workflow),
    /// `group name { ... }`
    Group(Group),
    /// `flag name { ... }`
    Flag(Flag),
    /// `policy name for rollout r { ... }`
    Policy(Policy),
    /// `test "title" { ... }`
    Test(Test),
    /// Not readable, or reserved for a later edition. The name, where one was seen, is kept so that mentions
    /// of it are not reported as unknown.
    Error(Option<Name>),
}

/// `@name("arg", key = value)`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Annotation {
    /// The word after `@`.
    pub name: Name,
    /// The arguments; empty without parentheses.
    pub args: Vec<super::Arg>,
    /// From `@` to the end.
    pub range: Range,
}

/// `use path.to.module.{a, B, c as d}`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Use {
    /// The module: `std`, `process`.
    pub path: Vec<Name>,
    /// The imported names.
    pub imports: Vec<Import>,
}

/// One imported name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Import {
    /// Its name in the module.
    pub name: Name,
    /// Its name here, after `as`.
    pub alias: Option<Name>,
}

impl Import {
    /// The name that the file uses.
    #[must_use]
    pub fn local(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.name)
    }
}

/// `type Name = ...`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeDecl {
    /// Its name.
    pub name: Name,
    /// Its definition.
    pub body: TypeBody,
}

/// The definition of a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeBody {
    /// `{ field: Type = default, ... }`: a nominal record.
    Record(Vec<Param>),
    /// `case | case2(field: Type)`: a tagged union.
    Union(Vec<Case>),
    /// `Int where 1..65535`: a refinement.
    Refined {
        /// The refined type.
        base: TypeRef,
        /// The range or condition after `where`.
        condition: Expr,
    },
    /// Not readable.
    Error,
}

/// One case of a union.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Case {
    /// `///` text before it.
    pub docs: SmolStr,
    /// Its name.
    pub name: Name,
    /// Its payload; empty without parentheses.
    pub fields: Vec<Param>,
}

/// A parameter of a function, strategy, action, workflow or case, or a field of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Param {
    /// `///` text before it.
    pub docs: SmolStr,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// After `=`, if given.
    pub default: Option<Expr>,
    /// From the name to the end.
    pub range: Range,
}

/// `let name: Type = value`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its type; mandatory at the top level.
    pub ty: TypeRef,
    /// Its value.
    pub value: Expr,
}

/// `fn name(...) -> Type = body`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The type after `->`.
    pub result: TypeRef,
    /// The expression after `=`.
    pub body: Expr,
}

/// `environment name extends base { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Environment {
    /// Its name.
    pub name: Name,
    /// The environment that it extends.
    pub extends: Option<Name>,
    /// Its entries, in order.
    pub entries: Vec<EnvironmentEntry>,
    /// The braces and what is between them.
    pub range: Range,
}

/// One entry of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EnvironmentEntry {
    /// The word `protected`.
    Protected(Range),
    /// `field = value`
    Field(Field),
    /// `bind name { ... }`
    Bind(Bind),
    /// `accept P3 because "…" until 2027-01-31`
    Accept(Accept),
    /// Not readable.
    Error(Range),
}

/// `bind name { field = value }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bind {
    /// What is bound: a service or a database.
    pub target: Name,
    /// Its fields in this environment.
    pub fields: Fields,
}

/// The fields between two braces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Fields {
    /// The readable fields, in order; a field whose value is unreadable has an error expression.
    pub list: Vec<Field>,
    /// An entry could not be read at all, so no field may be called missing.
    pub incomplete: bool,
    /// The braces and what is between them.
    pub range: Range,
}

impl Fields {
    /// The first field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.list.iter().find(|field| field.name.text == name)
    }
}

/// `name = value`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// `///` text before it.
    pub docs: SmolStr,
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Expr,
    /// From the name to the end of the value.
    pub range: Range,
}

/// `service name runbook "https://…" { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// `runbook "https://…"`: what to read when it is in trouble.
    pub runbook: Option<Expr>,
    /// `id`, `artifact`, `runs`.
    pub fields: Fields,
    /// What it relies on and promises.
    pub contract: Vec<ContractClause>,
    /// Exceptions.
    pub accepts: Vec<Accept>,
}

/// `metric name: Ratio { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Metric {
    /// Its name.
    pub name: Name,
    /// The type of metric.
    pub ty: TypeRef,
    /// `bad` or `good`, `total`, `usual`.
    pub fields: Fields,
}

/// `action name(...) -> Type idempotent { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The type of its outputs, after `->`.
    pub result: Option<TypeRef>,
    /// What a repetition does.
    pub effect: EffectClass,
    /// Where the effect class stands.
    pub effect_range: Range,
    /// `runs`.
    pub fields: Fields,
}

/// What may be done when it is unknown whether an action has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EffectClass {
    /// Doing it again does no harm.
    Idempotent,
    /// The world can be asked whether it has happened.
    Probeable,
    /// It must not be repeated.
    Once,
}
