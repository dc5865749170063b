//! What a report says nothing about: better named than taken as said.

use plan::Plan;

use crate::report::Unchecked;

/// What is not checked of a plan.
pub(crate) fn of(plan: &Plan) -> Vec<Unchecked> {
    let mut found = vec![Unchecked {
        proof: "P4".to_owned(),
        what: "whether every running version fits every state of its databases".to_owned(),
        why: "the proof over schema states is not part of this version".to_owned(),
    }];
    for (key, rollout) in &plan.body.rollouts {
        if rollout.traffic.is_none() {
            found.push(Unchecked {
                proof: "P3, P12".to_owned(),
                what: format!("what {key} can tell, and what it could cost"),
                why: format!("no traffic is declared: `bind {} {{ traffic = … }}`", rollout.service),
            });
        }
        if !plan.body.objectives.values().any(|objective| objective.service == rollout.service) {
            found.push(Unchecked {
                proof: "P12".to_owned(),
                what: format!("what {key} could cost of an error budget"),
                why: format!("no objective is declared: `slo … for {}`", rollout.service),
            });
        }
    }
    found
}
