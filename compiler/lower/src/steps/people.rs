//! Approvals.

use plan::{Approval, People, Work};
use semantics::model::{self, Step};
use semantics::value::Value;
use serde_json::Value as Json;

use super::Frontier;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// One that may come after the fact holds nothing up: only the end of the run waits for it.
    pub(super) fn approval(&mut self, step: &Step, approval: &model::Approval, after: Frontier) -> Frontier {
        let id = self.step_id("approval");
        let asked = Approval {
            from: self.people(step, &approval.from),
            quorum: self.count(approval.quorum, 1, "people", step.span),
            within_ms: self.milliseconds(approval.within_ms, step.span),
            after_the_fact: approval.after_the_fact,
        };
        let node = self.outside(id, step, after.clone(), Work::Approval(asked));
        if approval.after_the_fact { after } else { vec![node] }
    }

    fn people(&mut self, step: &Step, from: &Value) -> People {
        let json = self.json(from, step.span);
        if json == Json::Null {
            return People::Owner;
        }
        serde_json::from_value(json).unwrap_or_else(|_| {
            self.unfit(step.span, "who may approve must be known when the plan is built: users, a group or the owner");
            People::Owner
        })
    }
}
