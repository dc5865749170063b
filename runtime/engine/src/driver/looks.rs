//! Looks at gates: which of them are worth a record, and when the watching ends.

use machine::event::Event;
use machine::evidence::{Evidence, Verdict};
use machine::judge::{Look, look};
use machine::ports::provider::Sample;
use machine::state::SlotState;
use machine::{Moment, Run, SlotIndex};

use super::Driver;

/// A look that says nothing new is journalled this often, in milliseconds.
const KEEP_LOOK_MS: u64 = 10_000;

impl Driver {
    /// Looks at a gate with fresh counters and journals the look where it is worth keeping.
    pub(super) fn sampled(&mut self, slot: SlotIndex, last: bool, asked: &Moment, sample: Result<Sample, String>) {
        let at = self.inner.clock.now();
        let node = self.run.id(slot).to_owned();
        let seen = match look(&self.run, slot, asked, &at, sample.clone()) {
            Some(Look::Restarted(restarted)) => {
                let note = Some("the counters began again".to_owned());
                self.step(&at, Event::Opened { node: node.clone(), sample: Some(restarted), note });
                look(&self.run, slot, asked, &at, sample)
            }
            other => other,
        };
        let Some(Look::Seen(evidence)) = seen else { return };
        self.live.insert(slot, (*evidence).clone());
        if last || self.worth_keeping(slot, &evidence) {
            self.kept.insert(slot, (evidence.at_ms, evidence.verdict));
            self.ask_permission(&at);
            self.step(&at, Event::Judged { node, last, evidence });
        }
    }

    fn worth_keeping(&self, slot: SlotIndex, evidence: &Evidence) -> bool {
        if evidence.gate.is_empty() {
            return false;
        }
        let paused = self.run.head().paused;
        let extended = matches!(self.run.state(slot), SlotState::Holding(holding) if holding.extended && !paused);
        match self.kept.get(&slot) {
            None => true,
            Some((_, verdict)) if *verdict != evidence.verdict => true,
            Some(_) if extended && evidence.verdict == Verdict::Pass => true,
            Some((at_ms, _)) => evidence.at_ms.abs_diff(*at_ms) >= KEEP_LOOK_MS,
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
