//! Gates and service level objectives: what must hold, and how surely.

use super::{Accept, BinaryOp, Expr, Name, Range};

/// `gate name for subject against baseline runbook "https://…" { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gate {
    /// Its name.
    pub name: Name,
    /// The judged arm: `canary` or `service`.
    pub subject: Name,
    /// What it is compared with: `stable`, `baseline`, `previous` or `constant`.
    pub against: Option<Name>,
    /// `runbook "https://…"`: what to read when it fails or has no answer.
    pub runbook: Option<Expr>,
    /// Its clauses, in order.
    pub clauses: Vec<GateClause>,
    /// The braces and what is between them.
    pub range: Range,
}

/// One clause of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GateClause {
    /// Where it stands.
    pub range: Range,
    /// What it says.
    pub kind: GateClauseKind,
}

/// The kinds of clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GateClauseKind {
    /// `at least N requests`
    AtLeast(Expr),
    /// `confidence P%`
    Confidence(Expr),
    /// What must hold.
    Condition(Condition),
    /// `inconclusive: extend D then rollback`; the last name is `rollback`, `hold` or `ask`.
    Inconclusive {
        /// How much longer to look, if at all.
        extend: Option<Expr>,
        /// What happens if it is still open.
        then: Name,
    },
    /// `advisory` before a condition: it is judged and told, and decides nothing.
    Advisory(Condition),
    /// `warm up D`
    WarmUp(Expr),
    /// `lag D`: how late the answers come.
    Lag(Expr),
    /// `accept P3 because "…" until 2027-01-31`
    Accept(Accept),
    /// Not readable; already reported.
    Error,
}

/// A condition of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `errors(canary) <= errors(stable) + 2pp`
    Compare {
        /// The judged quantity.
        left: Expr,
        /// The comparison.
        op: BinaryOp,
        /// The limit.
        right: Expr,
    },
    /// `slo burns at most P% of budget in D`
    Burn {
        /// The objective.
        slo: Name,
        /// The share of the budget.
        share: Expr,
        /// The window.
        window: Expr,
    },
}

/// `slo name for service { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slo {
    /// Its name.
    pub name: Name,
    /// The service that it is about.
    pub service: Name,
    /// Its objectives.
    pub objectives: Vec<Objective>,
    /// An entry could not be read.
    pub incomplete: bool,
    /// The braces and what is between them.
    pub range: Range,
}

/// `metric keep 99.95% good over 30d`, `metric keep 99% under 300ms over 30d`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Objective {
    /// The metric.
    pub metric: Name,
    /// The share that must be good.
    pub target: Expr,
    /// `under D`: what is good is what takes less than this.
    pub under: Option<Expr>,
    /// The period.
    pub period: Expr,
    /// Where it stands.
    pub range: Range,
}
