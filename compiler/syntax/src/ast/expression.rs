//! Expressions and mentions of types.

use super::{Fields, Freeze, Name, Range, Window};
use jiff::civil::Date;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expr {
    /// Where it stands.
    pub range: Range,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// A number with or without a unit, or a truth value.
    Literal(Literal),
    /// `"text ${expr}"`; the empty string has no parts.
    Str(Vec<StrPart>),
    /// `promql "..."`, `sql "..."`: text in another language.
    Foreign(Foreign, Vec<StrPart>),
    /// A name.
    Name(SmolStr),
    /// `value.field`
    Field(Box<Expr>, Name),
    /// `callee(args)`
    Call(Box<Expr>, Vec<Arg>),
    /// `Type { field = value }` or `{ key = value }`
    Record(Option<Name>, Fields),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `-x`, `not x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a..b`
    Interval(Box<Expr>, Box<Expr>),
    /// `if condition then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `x => expr`, `(a, b) => expr`
    Lambda(Vec<Name>, Box<Expr>),
    /// `when value { case(x) => a, else => b }`
    When(Box<Expr>, Vec<WhenArm>),
    /// `value is case(x)`
    Is(Box<Expr>, Pattern),
    /// `mon..thu 09:00..16:00 in "Europe/Berlin"`
    Window(Box<Window>),
    /// `2026-12-20..2027-01-02 in "Europe/Berlin" because "the shop is full"`
    Freeze(Box<Freeze>),
    /// Not readable; already reported.
    Error,
}

/// The other languages whose text stands in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Foreign {
    /// A query of Prometheus.
    PromQl,
    /// A statement or an expression of SQL.
    Sql,
}

impl Foreign {
    /// The word before the text.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PromQl => "promql",
            Self::Sql => "sql",
        }
    }
}

/// An argument of a call or an annotation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Arg {
    /// The parameter's name, before `=`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StrPart {
    /// Text with its escapes resolved.
    Text(String),
    /// `${expr}`
    Expr(Expr),
}

/// One case of a `when`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WhenArm {
    /// What the value is compared with; none for `else`.
    pub pattern: Option<Pattern>,
    /// What the `when` comes to then.
    pub value: Expr,
    /// The whole arm.
    pub range: Range,
}

/// `case`, `case(x, y)`, `some(x)`, `none`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The case.
    pub case: Name,
    /// What its fields are called where the pattern fits, in the order of their declaration.
    pub binders: Vec<Name>,
    /// The whole pattern.
    pub range: Range,
}

/// An exact literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `2027-01-31`
    Date(Date),
    /// `09:00`, in minutes since midnight; `24:00` ends a day.
    Time(u16),
    /// `true`, `false`
    Bool(bool),
    /// `1_000`
    Int(i64),
    /// `0.5`
    Decimal(Decimal),
    /// `30s`, `5%`, `450 req/s`, `0.02 EUR`: the number as written, and its unit.
    Quantity(Decimal, Unit),
}

/// The unit of a literal. `d` is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// `ms`
    Milliseconds,
    /// `s`
    Seconds,
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `%`: a ratio in hundredths.
    Percent,
    /// `pp`: percentage points.
    Points,
    /// `x`: a factor.
    Factor,
    /// `B`
    Bytes,
    /// `KiB` = 1,024 B
    Kibibytes,
    /// `MiB`
    Mebibytes,
    /// `GiB`
    Gibibytes,
    /// `KB` = 1,000 B
    Kilobytes,
    /// `MB`
    Megabytes,
    /// `GB`
    Gigabytes,
    /// `req/s`
    RequestsPerSecond,
    /// Three letters of ISO 4217, such as `EUR`.
    Money([u8; 3]),
}

impl Unit {
    /// The unit of a suffix that is attached to its number.
    #[must_use]
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Self::SUFFIXES.iter().find(|(text, _)| *text == suffix).map(|(_, unit)| *unit)
    }

    /// All attached suffixes.
    pub const SUFFIXES: &[(&'static str, Self)] = &[
        ("ms", Self::Milliseconds),
        ("s", Self::Seconds),
        ("m", Self::Minutes),
        ("h", Self::Hours),
        ("d", Self::Days),
        ("%", Self::Percent),
        ("pp", Self::Points),
        ("x", Self::Factor),
        ("B", Self::Bytes),
        ("KiB", Self::Kibibytes),
        ("MiB", Self::Mebibytes),
        ("GiB", Self::Gibibytes),
        ("KB", Self::Kilobytes),
        ("MB", Self::Megabytes),
        ("GB", Self::Gigabytes),
    ];

    /// Milliseconds in one of this unit, if it is a unit of time.
    #[must_use]
    pub fn milliseconds(self) -> Option<i64> {
        match self {
            Self::Milliseconds => Some(1),
            Self::Seconds => Some(1_000),
            Self::Minutes => Some(60_000),
            Self::Hours => Some(3_600_000),
            Self::Days => Some(86_400_000),
            Self::Percent | Self::Points | Self::Factor | Self::RequestsPerSecond | Self::Money(_) => None,
            Self::Bytes | Self::Kibibytes | Self::Mebibytes | Self::Gibibytes => None,
            Self::Kilobytes | Self::Megabytes | Self::Gigabytes => None,
        }
    }

    /// Bytes in one of this unit, if it is a unit of size.
    #[must_use]
    pub fn bytes(self) -> Option<i64> {
        match self {
            Self::Bytes => Some(1),
            Self::Kibibytes => Some(1 << 10),
            Self::Mebibytes => Some(1 << 20),
            Self::Gibibytes => Some(1 << 30),
            Self::Kilobytes => Some(1_000),
            Self::Megabytes => Some(1_000_000),
            Self::Gigabytes => Some(1_000_000_000),
            Self::Milliseconds | Self::Seconds | Self::Minutes | Self::Hours | Self::Days => None,
            Self::Percent | Self::Points | Self::Factor | Self::RequestsPerSecond | Self::Money(_) => None,
        }
    }
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators between their operands, tightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `??`
    Default,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `and`
    And,
    /// `or`
    Or,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Default => "??",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

/// A type where it is mentioned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeRef {
    /// Where it stands.
    pub range: Range,
    /// What it is.
    pub kind: TypeKind,
}

/// The kinds of mention.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// `Name` or `Name<A, B>`; the arms in `Gate<canary, stable>` are names of this kind too.
    Named(Name, Vec<TypeRef>),
    /// `T?`
    Optional(Box<TypeRef>),
    /// `fn(A, B) -> C`
    Function(Vec<TypeRef>, Box<TypeRef>),
    /// Not readable; already reported.
    Error,
}
