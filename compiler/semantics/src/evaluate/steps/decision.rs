//! Conditions of steps: settled now, or as data for the run that will know.

use syntax::ast::{BinaryOp, UnaryOp};

use super::Evaluator;
use crate::core::{Core, CoreKind};
use crate::evaluate::phases::{Open, open};
use crate::model::{Comparison, Decision};
use crate::value::Value;

/// A condition as far as it is known.
pub(super) enum Settled {
    Known(bool),
    Open(Decision),
}

impl Evaluator<'_> {
    pub(super) fn settle(&mut self, core: &Core) -> Option<Settled> {
        match &core.kind {
            CoreKind::Unary(UnaryOp::Not, of) => Some(match self.settle(of)? {
                Settled::Known(known) => Settled::Known(!known),
                Settled::Open(open) => Settled::Open(Decision::Not(Box::new(open))),
            }),
            CoreKind::Binary(BinaryOp::And, left, right) => self.connected(left, right, false, Decision::All),
            CoreKind::Binary(BinaryOp::Or, left, right) => self.connected(left, right, true, Decision::Any),
            CoreKind::Binary(op, left, right) => match comparison(*op) {
                Some(comparison) => self.compared(core, comparison, left, right),
                None => self.plain(core),
            },
            _ => self.plain(core),
        }
    }

    /// `and` and `or`: `decisive` settles them whatever the other side is.
    fn connected(
        &mut self,
        left: &Core,
        right: &Core,
        decisive: bool,
        join: fn(Vec<Decision>) -> Decision,
    ) -> Option<Settled> {
        let left = self.settle(left);
        if let Some(Settled::Known(known)) = &left
            && *known == decisive
        {
            return left;
        }
        Some(match (left?, self.settle(right)?) {
            (Settled::Known(_), other) => other,
            (_, Settled::Known(known)) if known == decisive => Settled::Known(known),
            (open, Settled::Known(_)) => open,
            (Settled::Open(left), Settled::Open(right)) => Settled::Open(join(vec![left, right])),
        })
    }

    fn compared(&mut self, whole: &Core, by: Comparison, left: &Core, right: &Core) -> Option<Settled> {
        let (l, r) = (self.value(left), self.value(right));
        match open(&l).or_else(|| open(&r)) {
            None => self.plain(whole),
            Some(Open::Reported) => None,
            Some(Open::Parameter(_) | Open::Output(_)) if l == Value::Error || r == Value::Error => None,
            Some(Open::Parameter(_) | Open::Output(_)) => Some(Settled::Open(Decision::Compare(l, by, r))),
        }
    }

    fn plain(&mut self, core: &Core) -> Option<Settled> {
        match self.value(core) {
            Value::Bool(known) => Some(Settled::Known(known)),
            open @ (Value::Parameter(_) | Value::Output(..)) => Some(Settled::Open(Decision::Is(open))),
            _ => None,
        }
    }
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Equal => Some(Comparison::Equal),
        BinaryOp::NotEqual => Some(Comparison::NotEqual),
        BinaryOp::Less => Some(Comparison::Less),
        BinaryOp::AtMost => Some(Comparison::AtMost),
        BinaryOp::Greater => Some(Comparison::Greater),
        BinaryOp::AtLeast => Some(Comparison::AtLeast),
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Add | BinaryOp::Subtract => None,
        BinaryOp::Default | BinaryOp::And | BinaryOp::Or => None,
    }
}
