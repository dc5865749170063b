//! Looks at gates: fresh counters become records, and when the watching ends.

use machine::event::Event;
use machine::judge::{Look, began_again, is_worth_keeping, look};
use machine::ports::provider::Sample;
use machine::state::SlotState;
use machine::{Moment, Run, SlotIndex};

use super::Driver;

impl Driver {
    /// Looks at a gate with fresh counters and journals the look where it is worth keeping.
    pub(super) fn sampled(&mut self, slot: SlotIndex, last: bool, asked: &Moment, sample: Result<Sample, String>) {
        let at = self.inner.clock.now();
        let node = self.run.id(slot).to_owned();
        let seen = match look(&self.run, slot, asked, &at, sample.clone()) {
            Some(Look::Restarted(restarted)) => {
                self.step(&at, began_again(node.clone(), restarted));
                look(&self.run, slot, asked, &at, sample)
            }
            other => other,
        };
        let Some(Look::Seen(evidence)) = seen else { return };
        self.live.insert(slot, (*evidence).clone());
        if last || is_worth_keeping(&self.run, slot, &evidence) {
            self.ask_permission(&at);
            self.step(&at, Event::Judged { node, last, evidence });
        }
    }

    /// Ends the watching of slots that hold no more.
    pub(super) fn end_watches(&mut self) {
        let run = &self.run;
        self.watches.retain(|&slot, watch| {
            let holds = is_watched(run, slot);
            if !holds {
                watch.abort();
            }
            holds
        });
        self.live.retain(|&slot, _| is_watched(run, slot));
    }
}

fn is_watched(run: &Run, slot: SlotIndex) -> bool {
    matches!(run.state(slot), SlotState::Holding(_) | SlotState::Asking { .. })
}
