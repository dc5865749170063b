//! A person has said something.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::signal::{Actor, Signal, SignalKind};
use crate::slots::SlotIndex;
use crate::state::{Cause, CauseKind, SlotState};
use crate::view::RunStatus;

/// Longest key of a signal, in bytes.
const KEY_BYTES_MAX: usize = 256;

/// Longest reason, in bytes.
const REASON_BYTES_MAX: usize = 4_096;

/// Most signals that a run takes; an abort or a rollback is always taken.
const SIGNALS_MAX: usize = 10_000;

/// Why a signal is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The run has ended.
    #[error("{0}")]
    Ended(String),
    /// This person may not.
    #[error("{0}")]
    NotAllowed(String),
    /// It does not fit where the run stands.
    #[error("{0}")]
    DoesNotFit(String),
}

impl Signal {
    /// Whether it can be taken whatever the state of its run is.
    ///
    /// # Errors
    /// It is too long, or a steal does not say why.
    pub fn acceptable(&self) -> Result<(), Refusal> {
        match self.kind {
            SignalKind::Steal if !self.has_reason() => {
                Err(Refusal::DoesNotFit("a lock is taken only for a reason; say it with `--reason`".to_owned()))
            }
            _ => self.has_a_size(),
        }
    }

    /// What is said is kept for ever with the run.
    fn has_a_size(&self) -> Result<(), Refusal> {
        let too_long = |what: &str, length: usize, most: usize| {
            Err(Refusal::DoesNotFit(format!("the {what} has {length} bytes, and at most {most} are kept")))
        };
        let reason = self.reason.as_ref().map_or(0, String::len);
        if self.key.len() > KEY_BYTES_MAX {
            too_long("key", self.key.len(), KEY_BYTES_MAX)
        } else if reason > REASON_BYTES_MAX {
            too_long("reason", reason, REASON_BYTES_MAX)
        } else {
            Ok(())
        }
    }
}

impl Run {
    /// What a signal would do, as a sentence; a signal whose key was seen before is answered as it was then.
    pub fn consider(&self, signal: &Signal) -> Result<String, Refusal> {
        self.within_limits(signal)?;
        if let Some(answer) = self.head.signals.get(&signal.key) {
            return Ok(answer.clone());
        }
        if self.head.status.ended() {
            let (run, status) = (&self.head.run, self.head.status.words());
            return Err(Refusal::Ended(format!("run {run} has ended ({status}); nothing can be said to it any more")));
        }
        match &signal.kind {
            SignalKind::Approve { step, plan } => self.consider_approve(&signal.actor, step.as_deref(), plan),
            SignalKind::Reject { step } => self
                .waiting_for(step.as_deref(), Some(&signal.actor))
                .map(|slot| format!("`{}` is rejected", self.id(slot))),
            SignalKind::Pause if self.head.status == RunStatus::Returning => {
                Err(Refusal::DoesNotFit("the run is returning to its safe side, and that is never paused".to_owned()))
            }
            SignalKind::Pause if self.head.outcome.is_some() => {
                Err(Refusal::DoesNotFit("the run comes to its end, and what is done there is never paused".to_owned()))
            }
            SignalKind::Pause if self.head.paused => Ok("the run is paused already".to_owned()),
            SignalKind::Pause => Ok("the run goes no further until `deployd resume`; gates keep watching".to_owned()),
            SignalKind::Resume if !self.head.paused && self.head.barred.is_none() => {
                Ok("the run is not paused".to_owned())
            }
            SignalKind::Resume => Ok("the run goes on".to_owned()),
            SignalKind::Abort if self.head.status == RunStatus::Returning => {
                Ok("the run is returning to its safe side already".to_owned())
            }
            SignalKind::Abort if self.head.outcome.is_some() => Err(Refusal::DoesNotFit(
                "the run comes to its end, and nothing of it is left to abort; what is done there is finished"
                    .to_owned(),
            )),
            SignalKind::Abort => Ok(self.what_abort_does().to_owned()),
            SignalKind::Rollback => self.consider_rollback(),
            SignalKind::Retry { step } => self.consider_retry(step.as_deref()),
            SignalKind::Skip { step } => self.consider_skip(step.as_deref(), signal),
            SignalKind::Extend { step, by_ms } => self.consider_extend(step.as_deref(), *by_ms),
            SignalKind::Steal => self.consider_steal(signal),
        }
    }

    /// The step that is meant: the one that is named, or the only one that fits.
    pub(crate) fn meant(
        &self,
        step: Option<&str>,
        nothing: &str,
        fits: impl Fn(&Self, SlotIndex) -> bool,
    ) -> Result<SlotIndex, Refusal> {
        if let Some(id) = step {
            let unknown = || Refusal::DoesNotFit(format!("this run has no step `{id}`"));
            return self.slot(id).ok_or_else(unknown);
        }
        let all = (0..self.states.len()).filter_map(|index| SlotIndex::try_from(index).ok());
        let fitting: Vec<SlotIndex> = all.filter(|&slot| fits(self, slot)).collect();
        match fitting.as_slice() {
            [only] => Ok(*only),
            [] => Err(Refusal::DoesNotFit(nothing.to_owned())),
            several => {
                let names: Vec<String> = several.iter().map(|&slot| format!("`{}`", self.id(slot))).collect();
                Err(Refusal::DoesNotFit(format!(
                    "name the step with `--step`; these could be meant: {}",
                    names.join(", ")
                )))
            }
        }
    }

    fn within_limits(&self, signal: &Signal) -> Result<(), Refusal> {
        signal.has_a_size()?;
        let ends_it = matches!(signal.kind, SignalKind::Abort | SignalKind::Rollback | SignalKind::Steal);
        let known = self.head.signals.contains_key(&signal.key);
        if self.head.signals.len() >= SIGNALS_MAX && !known && !ends_it {
            let message = format!("this run took {SIGNALS_MAX} signals; it takes only an abort or a rollback now");
            Err(Refusal::DoesNotFit(message))
        } else {
            Ok(())
        }
    }

    fn consider_rollback(&self) -> Result<String, Refusal> {
        if self.head.status == RunStatus::Returning {
            return Ok("the run is returning to its safe side already".to_owned());
        }
        if self.rollouts.iter().any(|rollout| rollout.is_half_way()) {
            return Ok("the rollout returns to the release that ran before".to_owned());
        }
        Err(Refusal::DoesNotFit("no rollout of this run is half-way; to stop the run, use `deployd abort`".to_owned()))
    }

    /// What is behind its point of no return does not go back; its clean-up is finished.
    fn what_abort_does(&self) -> &'static str {
        if self.cleans_up() && self.next_to_return().is_none() {
            "the run is aborted; the new release stays, and the clean-up that is under way is finished first"
        } else {
            "the run is aborted; what is half-way returns to its safe side"
        }
    }

    fn consider_approve(&self, actor: &Actor, step: Option<&str>, plan: &plan::Digest) -> Result<String, Refusal> {
        if *plan != self.head.plan {
            let (theirs, ours) = (plan.short(), self.head.plan.short());
            return Err(Refusal::DoesNotFit(format!("this approves plan {theirs}, and the run is pinned to {ours}")));
        }
        let slot = self.waiting_for(step, Some(actor))?;
        match self.state(slot) {
            SlotState::Approving { by, .. } if by.iter().any(|a| a.uid == actor.uid) => {
                Ok(format!("{} has approved `{}` already", actor.name, self.id(slot)))
            }
            SlotState::Unknown { .. } => match self.what_stands_on(slot) {
                Some(why) => Err(Refusal::DoesNotFit(why)),
                None => Ok(format!("`{}` is taken as done", self.id(slot))),
            },
            _ => Ok(format!("`{}` is approved by {}", self.id(slot), actor.name)),
        }
    }

    /// The slot that waits for a person, where the step is named or only one waits.
    fn waiting_for(&self, step: Option<&str>, actor: Option<&Actor>) -> Result<SlotIndex, Refusal> {
        let waiting = self.waiting_slots();
        let slot = match (step, waiting.as_slice()) {
            (Some(step), _) => waiting.iter().copied().find(|&slot| self.id(slot) == step),
            (None, [only]) => Some(*only),
            (None, _) => None,
        };
        let names = || waiting.iter().map(|&slot| format!("`{}`", self.id(slot))).collect::<Vec<_>>().join(", ");
        let slot = slot.ok_or_else(|| {
            Refusal::DoesNotFit(match waiting.as_slice() {
                [] => "nothing waits for a person".to_owned(),
                _ => format!("name the step with `--step`; these wait: {}", names()),
            })
        })?;
        match (self.work(slot), actor) {
            (Some(plan::Work::Approval(approval)), Some(actor)) if !actor.is_among(&approval.from) => Err(
                Refusal::NotAllowed(format!("{} is not among those who may decide on `{}`", actor.name, self.id(slot))),
            ),
            _ => Ok(slot),
        }
    }

    /// Slots that wait for a person.
    pub(crate) fn waiting_slots(&self) -> Vec<SlotIndex> {
        let waits = |state: &SlotState| {
            matches!(state, SlotState::Approving { .. } | SlotState::Asking { .. } | SlotState::Unknown { .. })
        };
        let slots = self.states.iter().enumerate().filter(|(_, state)| waits(state));
        slots.filter_map(|(index, _)| SlotIndex::try_from(index).ok()).collect()
    }

    pub(crate) fn signalled(&mut self, at: &Moment, signal: &Signal, out: &mut Vec<Action>) {
        let Ok(answer) = self.consider(signal) else { return };
        if self.head.signals.contains_key(&signal.key) {
            return;
        }
        self.head.signals.insert(signal.key.clone(), answer);
        match &signal.kind {
            SignalKind::Approve { step, .. } => self.approve(at, step.as_deref(), &signal.actor, out),
            SignalKind::Reject { step } => self.reject(at, step.as_deref(), signal, out),
            SignalKind::Pause => self.pause(at, out),
            SignalKind::Resume => {
                if self.head.barred.is_some() {
                    self.head.answers = Some(signal.actor.clone());
                }
                self.unpause(at, out);
            }
            SignalKind::Abort => self.turn_around(at, said(signal, CauseKind::Abort), out),
            SignalKind::Rollback => self.roll_back(at, said(signal, CauseKind::Rollback), out),
            SignalKind::Retry { step } => self.retry(at, step.as_deref(), out),
            SignalKind::Skip { step } => self.skip(at, step.as_deref(), signal, out),
            SignalKind::Extend { step, by_ms } => self.extend(step.as_deref(), *by_ms, out),
            SignalKind::Steal => self.steal(at, signal, out),
        }
    }

    fn approve(&mut self, at: &Moment, step: Option<&str>, actor: &Actor, out: &mut Vec<Action>) {
        let Ok(slot) = self.waiting_for(step, None) else { return };
        match self.state(slot).clone() {
            SlotState::Approving { wait, mut by } => {
                if by.iter().all(|agreed| agreed.uid != actor.uid) {
                    by.push(actor.clone());
                }
                let quorum = match self.work(slot) {
                    Some(plan::Work::Approval(approval)) => approval.quorum as usize,
                    _ => 1,
                };
                if by.len() >= quorum {
                    self.done(at, slot, SlotState::done(), out);
                } else {
                    self.set(slot, SlotState::Approving { wait, by });
                }
            }
            SlotState::Asking { mut holding, .. } => {
                let waits = self.held_open_until(at, slot).is_some();
                holding.agreed = waits.then(|| format!("approved by {}", actor.name));
                self.leave_hold(at, slot, holding, out);
            }
            state => {
                let note = Some(format!("taken as done by {}", actor.name));
                self.done(at, slot, SlotState::Done { evidence: None, note, tried: state.tried() }, out);
            }
        }
    }

    /// What is half-way has failed, because a person says so.
    fn roll_back(&mut self, at: &Moment, cause: Cause, out: &mut Vec<Action>) {
        for index in 0..self.rollouts.len() {
            if let Some(begin) = self.slots.begins[index].filter(|_| self.rollouts[index].is_half_way()) {
                self.tell_of_failure(self.scope_of(begin), &cause.message);
            }
        }
        self.turn_around(at, cause, out);
    }

    fn reject(&mut self, at: &Moment, step: Option<&str>, signal: &Signal, out: &mut Vec<Action>) {
        let Ok(slot) = self.waiting_for(step, None) else { return };
        let message = said(signal, CauseKind::Step).message;
        self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
    }
}

fn said(signal: &Signal, kind: CauseKind) -> Cause {
    let word = match kind {
        CauseKind::Abort => "aborted",
        CauseKind::Rollback => "rolled back",
        CauseKind::Step | CauseKind::Gate | CauseKind::Steal => "rejected",
    };
    Cause { kind, node: None, message: signal.said(word) }
}
