//! What runs is known: the rollout's arms are bound.

use plan::Release;

use crate::action::Action;
use crate::bind::{self, Earlier};
use crate::moment::Moment;
use crate::run::Run;
use crate::state::{CauseKind, SlotState};

impl Run {
    pub(crate) fn looked_up(
        &mut self,
        at: &Moment,
        node: &str,
        running: Option<Release>,
        previous: Option<&Release>,
        out: &mut Vec<Action>,
    ) {
        let Some(slot) = self.slot(node) else { return };
        let (Some(index), SlotState::LookingUp) = (self.rollout_index(slot), self.state(slot)) else { return };
        let rollout = self.slots.rollout(&self.plan.body, index);
        let earlier = Earlier { running: running.as_ref(), previous };
        let bound = bind::incoming(&self.plan.body, rollout, &self.known(), earlier);
        let problem = match (&bound, &running) {
            (Err(message), _) => Some(message.clone()),
            (Ok(_), None) if rollout.needs_running => Some(format!(
                "nothing of `{}` runs in `{}` yet, so there is nothing to compare with or to share traffic with; \
                 bring up the first release with a strategy that goes to 100% at once",
                rollout.service, rollout.environment
            )),
            (Ok(incoming), Some(running)) if incoming.id == running.id => Some(format!(
                "release {} of `{}` runs in `{}` already; there is nothing to roll out",
                incoming.id, rollout.service, rollout.environment
            )),
            (Ok(_), _) => None,
        };
        if let Some(message) = problem {
            self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
            return;
        }
        let state = self.rollout_mut(index);
        state.entered = true;
        state.incoming = bound.ok();
        state.running = running;
        self.done(at, slot, SlotState::done(), out);
    }

    /// Without knowing what runs there is nothing to go back to: the rollout does not begin.
    pub(crate) fn not_looked_up(&mut self, at: &Moment, node: &str, problem: &str, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        if let SlotState::LookingUp = self.state(slot) {
            let message = format!("what runs cannot be looked up: {problem}");
            self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
        }
    }
}
