//! What a report says nothing about: better named than taken as said.

use std::collections::BTreeSet;

use plan::Plan;
use plan::contract::Clause;

use crate::index::Index;
use crate::report::Unchecked;

/// What is not checked of a plan.
pub(crate) fn of(index: &Index<'_>) -> Vec<Unchecked> {
    let mut found = vec![Unchecked {
        proof: "P4".to_owned(),
        what: "whether every running version fits every state of its databases".to_owned(),
        why: "the proof over schema states is not part of this version".to_owned(),
    }];
    found.extend(unrecorded(index.plan));
    for (key, rollout) in &index.plan.body.rollouts {
        if rollout.traffic.is_none() {
            found.push(Unchecked {
                proof: "P3, P12".to_owned(),
                what: format!("what {key} can tell, and what it could cost"),
                why: format!("no traffic is declared: `bind {} {{ traffic = … }}`", rollout.service),
            });
        }
        if index.objectives(&rollout.service).is_empty() {
            found.push(Unchecked {
                proof: "P12".to_owned(),
                what: format!("what {key} could cost of an error budget"),
                why: format!("no objective is declared: `slo … for {}`", rollout.service),
            });
        }
    }
    found
}

/// The calls of which nobody can say whether what runs answers them.
fn unrecorded(plan: &Plan) -> Vec<Unchecked> {
    let body = &plan.body;
    let calls = body.rollouts.values().flat_map(|rollout| {
        let contract = body.services.get(&rollout.service).map_or(&[][..], |service| &service.contract);
        contract.iter().filter_map(move |clause| match clause {
            Clause::Calls { service, interface, .. } => Some((rollout, service, interface)),
            Clause::Access { .. } | Clause::Index { .. } | Clause::Provides { .. } => None,
        })
    });
    let known = |environment: &str, service: &str| {
        body.environments.get(environment).is_some_and(|it| it.released.contains_key(service))
    };
    let open = calls.filter(|(rollout, service, _)| !known(&rollout.environment, service));
    let (mut found, mut said): (Vec<Unchecked>, BTreeSet<String>) = Default::default();
    for (rollout, service, interface) in open {
        let what =
            format!("whether {service} in {} answers {interface} as {} calls it", rollout.environment, rollout.service);
        if said.insert(what.clone()) {
            let why = format!(
                "this plan has no record of what runs of it: `released {service} in {} {{ … }}`",
                rollout.environment
            );
            found.push(Unchecked { proof: "P11".to_owned(), what, why });
        }
    }
    found
}
