//! P6: how long a plan takes, and for what it may wait.

use plan::{Node, NodeId, Plan, Undecided, Work};

use crate::graph::analyse;
use crate::report::{Time, Wait};

/// The times of a plan.
pub(crate) fn of(plan: &Plan) -> Result<Time, NodeId> {
    let analysis = analyse(&plan.body)?;
    let hours = plan.body.environments.iter().filter_map(|(name, environment)| {
        environment.hours.as_ref()?;
        let why = "changes wait for an opening of its windows".to_owned();
        Some(Wait { at: name.clone(), why, at_most_ms: None })
    });
    Ok(Time {
        shortest_ms: analysis.shortest_ms,
        longest_ms: analysis.longest_ms,
        waits: plan.body.nodes.iter().filter_map(|node| wait(plan, node)).chain(hours).collect(),
        critical: analysis.critical,
    })
}

fn wait(plan: &Plan, node: &Node) -> Option<Wait> {
    let at = node.id.0.clone();
    match &node.work {
        Work::Approval(approval) if !approval.after_the_fact => {
            Some(Wait { at, why: "people approve".to_owned(), at_most_ms: Some(approval.within_ms) })
        }
        Work::Hold(hold) => {
            let inconclusive = &plan.body.gates.get(&hold.guard.as_ref()?.gate)?.inconclusive;
            let at_most_ms = match inconclusive.then {
                Undecided::Rollback => Some(inconclusive.extend_ms),
                Undecided::Hold | Undecided::Ask => None,
            };
            let why = if at_most_ms.is_some() {
                "a gate without an answer looks on"
            } else {
                "a gate without an answer waits for a person"
            };
            (at_most_ms != Some(0)).then(|| Wait { at, why: why.to_owned(), at_most_ms })
        }
        Work::Migrate(_) => {
            Some(Wait { at, why: "statements and batches take as long as they take".to_owned(), at_most_ms: None })
        }
        Work::WaitUntil(_) => Some(Wait { at, why: "a time of day".to_owned(), at_most_ms: Some(25 * 3_600_000) }),
        Work::Begin | Work::Finish | Work::Effect(_) | Work::Approval(_) => None,
        Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) => None,
    }
}
