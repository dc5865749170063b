//! From the expectations of a test to what is looked at.

use plan::Exact;
use semantics::model::{Expectation, ExpectationKind, Outcome};
use simulator::script::{Comparison, End, Expected};
use syntax::ast::BinaryOp;

use super::script::begins;

/// What is looked at; nothing for a comparison that is none, which the grammar does not let pass.
pub(crate) fn of(expectation: &Expectation) -> Option<Expected> {
    Some(match &expectation.kind {
        ExpectationKind::Outcome { outcome, at, within_ms } => Expected::Outcome {
            status: end(*outcome),
            at: at.as_ref().map(begins),
            within_ms: within_ms.map(|ms| u64::try_from(ms).unwrap_or(0)),
        },
        ExpectationKind::Budget { slo, op, limit } => Expected::Budget {
            objective: slo.as_ref().map(ToString::to_string),
            comparison: comparison(*op)?,
            limit: Exact::new(*limit),
        },
        ExpectationKind::Exposure { op, limit } => {
            Expected::Exposure { comparison: comparison(*op)?, limit: Exact::new(*limit) }
        }
        ExpectationKind::Ran { never, what, phase } => {
            Expected::Ran { never: *never, what: what.to_string(), phase: phase.as_ref().map(ToString::to_string) }
        }
    })
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Less => Some(Comparison::Less),
        BinaryOp::AtMost => Some(Comparison::AtMost),
        BinaryOp::Greater => Some(Comparison::Greater),
        BinaryOp::AtLeast => Some(Comparison::AtLeast),
        BinaryOp::Equal => Some(Comparison::Equal),
        BinaryOp::NotEqual => Some(Comparison::Unequal),
        BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Default
        | BinaryOp::And
        | BinaryOp::Or => None,
    }
}

fn end(outcome: Outcome) -> End {
    match outcome {
        Outcome::Completed => End::Completed,
        Outcome::Failed => End::Failed,
        Outcome::RolledBack => End::RolledBack,
        Outcome::Aborted => End::Aborted,
        Outcome::Unsafe => End::Unsafe,
    }
}
