//! Branches, loops and conditions: edges and conditions of nodes, and no nodes of their own.

use plan::Decision;
use semantics::model::{Loop, Round, Step, When};

use super::Frontier;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// Every branch begins behind `after`; what comes next waits for all of them.
    pub(super) fn parallel(&mut self, branches: &[Step], after: Frontier) -> Frontier {
        let ends = branches.iter().map(|branch| self.step(branch, after.clone())).collect();
        joined(ends, after)
    }

    pub(super) fn for_each(&mut self, step: &Step, each: &Loop, after: Frontier) -> Frontier {
        if each.at_once {
            let ends = each.rounds.iter().map(|round| self.round(step, each, round, after.clone())).collect();
            return joined(ends, after);
        }
        each.rounds.iter().fold(after, |after, round| self.round(step, each, round, after))
    }

    /// Its element is part of the path of all that is in it.
    fn round(&mut self, step: &Step, each: &Loop, round: &Round, after: Frontier) -> Frontier {
        let segment = self.tell_apart(&format!("{}={}", each.binder, in_path(&round.label)));
        let outer = std::mem::replace(&mut self.path, segment);
        let handled = Step { on_failure: round.on_failure.clone(), within_ms: None, go_on: None, ..step.clone() };
        // What stands behind the loop holds for all of its rounds.
        let handled = Step { silence: None, runbook: None, ..handled };
        let scope = self.enter(&handled);
        let behind = self.steps(&round.steps, after);
        self.leave(&handled, scope);
        self.path = outer;
        behind
    }

    pub(super) fn when(&mut self, step: &Step, when: &When, after: Frontier) -> Frontier {
        let holds = self.decision(&when.condition, step.span);
        let fails = Decision::Not(Box::new(holds.clone()));
        let then = self.under(holds, &when.then, after.clone());
        let otherwise = self.under(fails, &when.otherwise, after.clone());
        joined(vec![then, otherwise], after)
    }

    fn under(&mut self, condition: Decision, steps: &[Step], after: Frontier) -> Frontier {
        self.conditions.push(condition);
        let behind = self.steps(steps, after);
        self.conditions.pop();
        behind
    }
}

/// The ends of several branches; those that do nothing end where they begin.
fn joined(ends: Vec<Frontier>, after: Frontier) -> Frontier {
    let mut joined: Frontier = Vec::new();
    for id in ends.into_iter().filter(|end| *end != after).flatten() {
        if !joined.contains(&id) {
            joined.push(id);
        }
    }
    if joined.is_empty() { after } else { joined }
}

/// A label as one segment of a path.
fn in_path(label: &str) -> String {
    label.chars().map(|c| if c == '/' || c.is_control() { '_' } else { c }).collect()
}
