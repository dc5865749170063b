//! People: they come to look where a step waits for them, and say what the schedule has them say, at any instant.

use machine::event::Event;
use machine::signal::{Actor, Signal, SignalKind};
use machine::state::SlotState;
use plan::{Approval, Work};

use super::{Due, Loop};
use crate::case::{asked_person, person};
use crate::fault::Kind;
use crate::schedule::Answer;
use crate::trouble::Trouble;

/// How much later than could be a person comes, in milliseconds.
pub(super) const AGAIN_MS: u64 = 5_000;

/// How long a pause lasts that somebody ends, in milliseconds.
const PAUSE_MS: u64 = 10_000;

/// How often a person has a step done again whose outcome nobody knows.
const TRIES: u32 = 3;

/// How much a hold or a wait is extended, in milliseconds.
const EXTEND_MS: u64 = 90_000;

impl Loop<'_> {
    /// Something is said at an instant that nobody chose.
    pub(super) fn say(&mut self, kind: Kind) {
        let said = match kind {
            Kind::Pause => SignalKind::Pause,
            Kind::Abort => SignalKind::Abort,
            Kind::Rollback => SignalKind::Rollback,
            Kind::Retry => SignalKind::Retry { step: None },
            Kind::Skip => SignalKind::Skip { step: None },
            Kind::Extend => SignalKind::Extend { step: None, by_ms: EXTEND_MS },
            Kind::Steal => SignalKind::Steal,
            _ => return,
        };
        self.says(person(0, "ann", None), said);
        if kind == Kind::Pause && self.schedule.people != Answer::Silent {
            self.after(PAUSE_MS, Due::LetGoOn);
        }
    }

    /// A paused run is let go on.
    pub(super) fn let_go_on(&mut self) {
        if self.current().is_none() {
            self.after(self.until_started_ms(), Due::LetGoOn);
            return;
        }
        self.says(person(0, "ann", None), SignalKind::Resume);
    }

    /// When a person tries again who found no runtime.
    fn until_started_ms(&self) -> u64 {
        self.away_ms.saturating_add(AGAIN_MS)
    }

    pub(super) fn says(&mut self, actor: Actor, kind: SignalKind) {
        let Some(worker) = self.current() else { return };
        self.said += 1;
        let signal = Signal { key: format!("said-{}", self.said), actor, kind, reason: Some("so".to_owned()) };
        if self.workers[worker].run.consider(&signal).is_err() {
            return;
        }
        // Whoever takes a lock ends what is at work first.
        if signal.kind == SignalKind::Steal {
            self.left.world.end_run();
        }
        let key = signal.key.clone();
        self.turn(worker, Event::Signalled(signal), Some(key));
    }

    /// Somebody comes to look at a step, as one of those who are asked.
    pub(super) fn person_comes(&mut self, slot: u32, number: u32) {
        let Some(worker) = self.current() else {
            self.after(self.until_started_ms(), Due::Person { slot, number });
            return;
        };
        if self.left.world.play.is_some() {
            self.scripted_person(worker, slot, number);
            return;
        }
        let run = &self.workers[worker].run;
        let step = Some(run.id(slot).to_owned());
        let approval = self.approval(slot);
        let waits = run.state(slot).clone();
        let answer = self.answer_at(slot);
        let refuse = answer == Answer::Refuse;
        if answer == Answer::Silent {
            return;
        }
        let actor = approval.as_ref().map_or_else(|| person(0, "ann", None), |asked| asked_person(asked, number));
        let kind = match waits {
            SlotState::Approving { .. } | SlotState::Asking { .. } | SlotState::Unknown { .. } if refuse => {
                SignalKind::Reject { step }
            }
            SlotState::Approving { .. } | SlotState::Asking { .. } => {
                SignalKind::Approve { step, plan: self.case.plan.digest.clone() }
            }
            SlotState::Unknown { attempt, .. } => self.decided(step, attempt.group),
            _ if self.trouble(slot) == Some(Trouble::TooLate) => {
                SignalKind::Approve { step, plan: self.case.plan.digest.clone() }
            }
            _ => return,
        };
        self.says(actor, kind);
        if approval.is_some_and(|asked| number + 1 < asked.quorum) {
            self.after(AGAIN_MS, Due::Person { slot, number: number + 1 });
        }
    }

    /// A person looks whether an effect took place, and says what follows from that.
    pub(super) fn decided(&self, step: Option<String>, group: u32) -> SignalKind {
        let node = step.as_deref().unwrap_or_default();
        let took = self.left.world.took(&format!("{}/{node}/{group}", self.case.started.run));
        match took {
            true => SignalKind::Skip { step },
            false if group > TRIES => SignalKind::Reject { step },
            false => SignalKind::Retry { step },
        }
    }

    pub(super) fn approval(&self, slot: u32) -> Option<Approval> {
        match self.workers.first()?.run.work(slot)? {
            Work::Approval(approval) => Some(approval.clone()),
            _ => None,
        }
    }
}
