//! Bringing services back to what ran before rollouts that are over.

use diagnostics::{Diagnostic, codes};
use plan::{Rollback, Work};
use semantics::model::{self, Step};

use super::Frontier;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// Names every earlier rollout that fits, the last one first.
    pub(super) fn rollback(&mut self, step: &Step, rollback: &model::Rollback, after: Frontier) -> Frontier {
        let service = rollback.service.as_deref().map(|service| self.service(service));
        let environment = rollback.environment.as_deref().map(|environment| self.environment(environment));
        let fits = |key: &String| {
            let of = self.body.rollouts.get(key);
            of.is_some_and(|of| {
                service.as_ref().is_none_or(|it| *it == of.service)
                    && environment.as_ref().is_none_or(|it| *it == of.environment)
            })
        };
        let rollouts: Vec<String> = self.rolled_out.iter().rev().filter(|key| fits(key)).cloned().collect();
        let what = what(rollback);
        if rollouts.is_empty() {
            let message = format!("nothing was rolled out before that `rollback {what}` could bring back");
            let diagnostic = Diagnostic::error(codes::NOTHING_TO_ROLL_BACK, step.span, message)
                .note("a run brings back what it brought itself")
                .help("name a service or an environment of an earlier `rollout` or `together`");
            self.report(diagnostic);
            return after;
        }
        let id = self.step_id(&format!("rollback-{what}").replace(' ', "-"));
        vec![self.outside(id, step, after, Work::Rollback(Rollback { rollouts }))]
    }
}

fn what(rollback: &model::Rollback) -> String {
    let service = rollback.service.iter().map(|service| service.name.to_string());
    let environment = rollback.environment.iter().map(|environment| environment.name.to_string());
    let names: Vec<String> = service.chain(environment).collect();
    names.join(" in ")
}
