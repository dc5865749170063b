//! What stays wrong at one step, where it takes its effect.

use machine::Source;
use machine::ports::provider::Sample;
use plan::Work;

use super::Loop;
use crate::fault::Kind;
use crate::schedule::{Answer, MANY_BAD};
use crate::trouble::Trouble;

impl Loop<'_> {
    /// What stays wrong at a step.
    pub(super) fn trouble(&self, slot: u32) -> Option<Trouble> {
        self.schedule.lasting.iter().find(|lasting| lasting.slot == slot).map(|lasting| lasting.trouble)
    }

    /// How a request ends at a step where none succeeds.
    pub(super) fn fails_there(&self, slot: u32) -> Option<Kind> {
        match self.trouble(slot)? {
            Trouble::AlwaysFails => Some(Kind::Failed),
            Trouble::NeverAnswers => Some(Kind::Hung),
            _ => None,
        }
    }

    /// A hold begins from which on the world is otherwise.
    pub(super) fn begins_to_be_wrong(&mut self, slot: u32, source: Option<&Source>) {
        let (Some(trouble), Some(source)) = (self.trouble(slot), source) else { return };
        let place = (source.request.environment.clone(), source.request.service_id.clone());
        match trouble {
            Trouble::GateFails => self.left.world.answers_badly(&place, MANY_BAD),
            Trouble::GateUndecided => self.left.world.falls_silent(&place),
            _ => {}
        }
    }

    /// What a source shows that always shows the same.
    pub(super) fn stale_for_ever(&self, slot: u32, place: &(String, String)) -> Option<Sample> {
        let stale = self.trouble(slot) == Some(Trouble::GateStale);
        self.sampled.get(place).filter(|_| stale).cloned()
    }

    /// What people answer at a step.
    pub(super) fn answer_at(&self, slot: u32) -> Answer {
        match self.trouble(slot) {
            Some(Trouble::Denied) => Answer::Refuse,
            Some(Trouble::Unanswered) => Answer::Silent,
            _ => self.schedule.people,
        }
    }

    /// When people come who come at the edge of their time, in milliseconds.
    pub(super) fn come_at_the_edge(&self, slot: u32) -> Option<u64> {
        let Work::Approval(approval) = &self.case.node(slot)?.work else { return None };
        match self.trouble(slot)? {
            Trouble::JustInTime => Some(approval.within_ms.saturating_sub(1)),
            Trouble::TooLate => Some(approval.within_ms.saturating_add(1)),
            _ => None,
        }
    }
}
