//! The counted window of a hold begins.

use std::collections::BTreeMap;

use crate::action::Action;
use crate::moment::Moment;
use crate::ports::provider::Sample;
use crate::run::Run;
use crate::sampling::taken;
use crate::state::{Holding, SlotState};
use crate::wait::Wait;

/// A window that opens later than this after its warm-up moves the hold's beginning, in milliseconds.
const LATE_MS: u64 = 1_000;

impl Run {
    pub(crate) fn opened(&mut self, at: &Moment, node: &str, sample: Option<Sample>, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        match self.state(slot).clone() {
            SlotState::Opening { since } => self.begin_holding(at, slot, since, sample, out),
            // The counters restarted: what was counted before cannot be compared any more.
            SlotState::Holding(holding) => {
                self.set(slot, SlotState::Holding(holding.opened_again(at, sample)));
            }
            SlotState::Asking { wait, holding } => {
                self.set(slot, SlotState::Asking { wait, holding: holding.opened_again(at, sample) });
            }
            SlotState::Pending
            | SlotState::Until { .. }
            | SlotState::BringingBack
            | SlotState::LookingUp
            | SlotState::Performing(_)
            | SlotState::Probing(_)
            | SlotState::BackingOff { .. }
            | SlotState::Unknown { .. }
            | SlotState::Approving { .. }
            | SlotState::Done { .. }
            | SlotState::Mending(_)
            | SlotState::Failed { .. }
            | SlotState::Skipped => {}
        }
    }

    fn begin_holding(
        &mut self,
        at: &Moment,
        slot: u32,
        since: Moment,
        baseline: Option<Sample>,
        out: &mut Vec<Action>,
    ) {
        let Some(plan::Work::Hold(hold)) = self.work(slot) else { return };
        // A window that could only be opened late (the runtime was not there) must not shorten what is counted.
        let late = at.since(&since) > self.opens_after_ms(slot).saturating_add(LATE_MS);
        let since = if late { at.clone() } else { since };
        let sampled = baseline.as_ref().map(|sample| taken(at, sample.at_ms));
        let holding = Holding {
            wait: Wait::from(&since),
            duration_ms: hold.duration_ms,
            extended: false,
            opened: at.clone(),
            baseline,
            sampled,
            gauges: BTreeMap::new(),
            evidence: None,
            concluding: false,
            due: false,
            agreed: None,
        };
        out.push(holding.wait.wake(slot, holding.duration_ms));
        self.set(slot, SlotState::Holding(holding));
        if let Some(source) = self.source(slot) {
            out.push(Action::Watch { slot, source });
        }
    }
}

impl Holding {
    /// Whether nothing but an opening is waited for.
    pub(crate) fn is_over(&self, at: &Moment) -> bool {
        self.agreed.is_some() || self.wait.left_ms(at, self.duration_ms) == 0
    }

    fn opened_again(self, at: &Moment, baseline: Option<Sample>) -> Self {
        let sampled = baseline.as_ref().map(|sample| taken(at, sample.at_ms));
        Self { opened: at.clone(), baseline, sampled, gauges: BTreeMap::new(), evidence: None, ..self }
    }
}
