//! Conditions as the plan writes them.

use diagnostics::Span;
use plan::{Comparison, Decision};
use semantics::model;

use crate::lowering::Lowering;

impl Lowering<'_> {
    pub(super) fn decision(&mut self, decision: &model::Decision, span: Span) -> Decision {
        match decision {
            model::Decision::Is(value) => Decision::Is(self.json(value, span)),
            model::Decision::Compare(left, by, right) => {
                Decision::Compare { left: self.json(left, span), by: comparison(*by), right: self.json(right, span) }
            }
            model::Decision::Not(of) => Decision::Not(Box::new(self.decision(of, span))),
            model::Decision::All(of) => Decision::All(of.iter().map(|one| self.decision(one, span)).collect()),
            model::Decision::Any(of) => Decision::Any(of.iter().map(|one| self.decision(one, span)).collect()),
        }
    }
}

fn comparison(by: model::Comparison) -> Comparison {
    match by {
        model::Comparison::Equal => Comparison::Equal,
        model::Comparison::NotEqual => Comparison::NotEqual,
        model::Comparison::Less => Comparison::Less,
        model::Comparison::AtMost => Comparison::AtMost,
        model::Comparison::Greater => Comparison::Greater,
        model::Comparison::AtLeast => Comparison::AtLeast,
    }
}
