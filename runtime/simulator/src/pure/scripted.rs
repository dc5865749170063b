//! A script during a run: what begins with its stages and times, and how its people answer.

use machine::signal::{Actor, SignalKind};
use machine::state::SlotState;
use plan::{Approval, People};

use super::persons::AGAIN_MS;
use super::turn::OBSERVE_MS;
use super::{Due, Loop};
use crate::case::{asked_person, person};
use crate::script::{Answering, Begins, Happens, Play};

/// How often the world is looked at after instances stopped being ready.
const OBSERVATIONS: u32 = 4;

impl Loop<'_> {
    /// What begins at a time is put on the calendar.
    pub(super) fn announce(&mut self) {
        let Some(play) = &self.left.world.play else { return };
        let script = std::sync::Arc::clone(play.script());
        for (event, it) in script.events.iter().enumerate() {
            match it.begins {
                Begins::Start => self.after(0, Due::Begins { event }),
                Begins::After(ms) => self.after(ms, Due::Begins { event }),
                Begins::Stage { .. } => {}
            }
        }
    }

    /// Something of a node became durable: with the first of a stage's, the stage begins.
    pub(super) fn enters(&mut self, node: &str) {
        let Some(play) = &mut self.left.world.play else { return };
        let body = &self.case.plan.body;
        let node = self.case.steps.get(node).and_then(|step| body.nodes.get(step.node?));
        let Some((rollout, stage)) = node.and_then(|node| {
            let rollout = body.rollouts.get(node.rollout.as_ref()?)?;
            Some((rollout, rollout.stages.get(node.stage? as usize)?))
        }) else {
            return;
        };
        for event in play.stage_begins(rollout, stage.weight, self.left.world.now_ms) {
            self.after(0, Due::Begins { event });
        }
    }

    /// Something in the script begins.
    pub(super) fn event_begins(&mut self, event: usize) {
        let now_ms = self.now_ms();
        let Some(play) = &mut self.left.world.play else { return };
        play.begins(event, now_ms);
        let script = std::sync::Arc::clone(play.script());
        let Some(begun) = script.events.get(event) else { return };
        match &begun.happens {
            Happens::Crash => self.crashes(begun.lasts_ms),
            Happens::Unready(_) => {
                self.ready(event, false);
                begun.lasts_ms.into_iter().for_each(|ms| self.after(ms, Due::Ends { event }));
            }
            Happens::Reads { .. } | Happens::Silent | Happens::Fails { .. } | Happens::Answered { .. } => {}
        }
    }

    /// Something in the script is over.
    pub(super) fn event_ends(&mut self, event: usize) {
        self.ready(event, true);
    }

    fn crashes(&mut self, lasts_ms: Option<u64>) {
        self.away_ms = lasts_ms.unwrap_or(self.schedule.away_ms);
        for worker in 0..self.workers.len() {
            if self.workers[worker].alive {
                self.dies(worker);
            }
        }
        self.away_ms = self.schedule.away_ms;
    }

    fn ready(&mut self, event: usize, ready: bool) {
        let of = self.left.world.play.as_ref().map(|play| play.unready_of(event)).unwrap_or_default();
        for (place, release) in of {
            self.left.world.set_ready(&place, &release, ready);
        }
        if let Some(worker) = self.current() {
            self.after(OBSERVE_MS, Due::Observe { worker, left: OBSERVATIONS });
        }
    }

    /// Somebody comes to look at a step, and says what the script has them say.
    pub(super) fn scripted_person(&mut self, worker: usize, slot: u32, number: u32) {
        let run = &self.workers[worker].run;
        let step = Some(run.id(slot).to_owned());
        let is_gate = match run.state(slot) {
            SlotState::Approving { .. } => false,
            SlotState::Asking { .. } => true,
            SlotState::Unknown { attempt, .. } => {
                let group = attempt.group;
                let said = self.decided(step, group);
                return self.says(person(0, "ann", None), said);
            }
            _ => return,
        };
        let now_ms = self.now_ms();
        let answer =
            self.left.world.play.as_ref().map_or(Answering::Never, |play: &Play| play.answering(now_ms, is_gate));
        let approval = self.approval(slot);
        match answer {
            Answering::Never => {}
            Answering::NotBefore(at_ms) => self.after(at_ms.saturating_sub(now_ms), Due::Person { slot, number }),
            Answering::Refused(by) => {
                self.says(actor(approval.as_ref(), by.as_deref(), number), SignalKind::Reject { step });
            }
            Answering::Given(names) => {
                let by = names.get(number as usize);
                if by.is_none() && !names.is_empty() {
                    return;
                }
                let actor = actor(approval.as_ref(), by.map(String::as_str), number);
                self.says(actor, SignalKind::Approve { step, plan: self.case.plan.digest.clone() });
                if approval.is_some_and(|asked| number + 1 < asked.quorum) {
                    self.after(AGAIN_MS, Due::Person { slot, number: number + 1 });
                }
            }
        }
    }
}

/// Who says it: of that name, and of the group that is asked, because a test knows no groups; or one of those asked.
fn actor(asked: Option<&Approval>, name: Option<&str>, number: u32) -> Actor {
    match (name, asked) {
        (None, Some(asked)) => asked_person(asked, number),
        (None, None) => person(number, "ann", None),
        (Some(name), asked) => {
            let group = asked.and_then(|asked| match &asked.from {
                People::Group { name } => Some(name.as_str()),
                People::Users { .. } | People::Owner => None,
            });
            person(number, name, group)
        }
    }
}
