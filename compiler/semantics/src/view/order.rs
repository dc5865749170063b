//! Which rollout is over before which begins, as three numbers for each: what stands one behind the other comes in the same
//! order whether branches that run at once are read from the first or from the last, and what stands beside each other does not.

use std::collections::BTreeMap;

use crate::model::{Step, StepKind, Workflow};

/// The place of a step among the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Its number, with the branches that run at once read from the first.
    pub(super) forward: i64,
    /// The same, read from the last.
    pub(super) backward: i64,
    /// The innermost part of the workflow that may be left out: a side of a `when`, a handler, `finally`, a step behind whose
    /// failure the workflow goes on; 0 for what is always done.
    pub(super) branch: i64,
}

/// Steps by where they are in memory: nothing else tells two of them apart.
pub(super) type Turns = BTreeMap<*const Step, Turn>;

/// The turns of all steps of a workflow.
pub(super) fn turns(workflow: &Workflow) -> Turns {
    let mut forward = Reading::default();
    forward.steps(&workflow.steps, 0);
    forward.apart(&workflow.finally);
    let mut backward = Reading { backward: true, ..Reading::default() };
    // What stands at the end begins however the rest ended: beside it, not behind it.
    backward.apart(&workflow.finally);
    backward.steps(&workflow.steps, 0);
    let mut turns = forward.turns;
    for (step, turn) in &mut turns {
        turn.backward = backward.turns.get(step).map_or(0, |turn| turn.forward);
    }
    turns
}

/// One way to read a workflow.
#[derive(Default)]
struct Reading {
    turns: Turns,
    backward: bool,
    last: i64,
    branches: i64,
}

impl Reading {
    fn steps(&mut self, steps: &[Step], branch: i64) {
        steps.iter().for_each(|step| self.step(step, branch));
    }

    /// Steps that may be left out, all of them.
    fn apart(&mut self, steps: &[Step]) {
        self.branches += 1;
        let branch = self.branches;
        self.steps(steps, branch);
    }

    /// A step, and beside it what is done when it fails.
    fn step(&mut self, step: &Step, branch: i64) {
        if self.backward {
            self.apart(&step.on_failure);
        }
        let own = if step.go_on.is_some() {
            self.branches += 1;
            self.branches
        } else {
            branch
        };
        self.last += 1;
        let turn = Turn { forward: self.last, branch: own, ..Turn::default() };
        self.turns.insert(std::ptr::from_ref(step), turn);
        self.inside(step, own);
        if !self.backward {
            self.apart(&step.on_failure);
        }
    }

    fn inside(&mut self, step: &Step, branch: i64) {
        match &step.kind {
            StepKind::Series(inner) => self.steps(inner, branch),
            StepKind::Parallel(branches) => self.beside(branches.iter().map(std::slice::from_ref).collect(), branch),
            StepKind::For(each) => {
                let rounds: Vec<&[Step]> = each.rounds.iter().map(|round| round.steps.as_slice()).collect();
                match each.at_once {
                    true => self.beside(rounds, branch),
                    false => rounds.into_iter().for_each(|round| self.steps(round, branch)),
                }
                each.rounds.iter().for_each(|round| self.apart(&round.on_failure));
            }
            StepKind::When(when) => {
                self.apart(&when.then);
                self.apart(&when.otherwise);
            }
            StepKind::Rollout(_) | StepKind::Together(_) | StepKind::Expose(_) | StepKind::Mirror(_) => {}
            StepKind::Run(_) | StepKind::Notify(_) | StepKind::Check(_) | StepKind::Approval(_) => {}
            StepKind::Migrate(_) | StepKind::Wait(_) | StepKind::Rollback(_) => {}
        }
    }

    fn beside(&mut self, mut branches: Vec<&[Step]>, branch: i64) {
        if self.backward {
            branches.reverse();
        }
        branches.into_iter().for_each(|steps| self.steps(steps, branch));
    }
}
