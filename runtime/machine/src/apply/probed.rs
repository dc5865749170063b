//! A provider has said whether an effect took place.

use crate::action::Action;
use crate::moment::Moment;
use crate::ports::provider::Probe;
use crate::run::Run;
use crate::state::SlotState;

impl Run {
    pub(crate) fn probed(&mut self, at: &Moment, node: &str, number: u32, probe: &Probe, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        let SlotState::Probing(attempt) = self.state(slot) else { return };
        if attempt.number != number {
            return;
        }
        let attempt = attempt.clone();
        self.head.in_flight = self.head.in_flight.saturating_sub(1);
        match probe {
            Probe::Took(outputs) => self.effect_done(at, slot, &attempt, outputs, out),
            Probe::DidNot => {
                let message = "the answer was lost, and the provider says that it did not take effect";
                self.effect_failed(at, slot, &attempt, attempt.group.saturating_add(1), true, message, out);
            }
            Probe::CannotTell(message) => {
                self.unknown(at, slot, attempt, message, out);
                self.go_back(at, out);
            }
        }
    }
}
