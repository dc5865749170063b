//! Going forward: begins what may begin.

use std::collections::VecDeque;

use plan::{Call, Decision, Input, Which, Work};

use crate::action::Action;
use crate::bind;
use crate::hours::Hours;
use crate::moment::Moment;
use crate::ports::provider::Request;
use crate::ports::store::Running;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, CauseKind, SlotState};
use crate::view::RunStatus;
use crate::wait::Wait;

impl Run {
    /// Begins every slot that waits for nothing any more. Called with the first event, and when nothing held it back any more.
    pub(crate) fn advance(&mut self, at: &Moment, out: &mut Vec<Action>) {
        let ready: Vec<SlotIndex> = (0..self.plan.body.nodes.len())
            .filter_map(|index| SlotIndex::try_from(index).ok())
            .filter(|&slot| self.may_begin(slot))
            .collect();
        self.begin_all(at, ready, out);
        self.complete_if_done(at, out);
    }

    /// Ends a slot well and begins what waited for it.
    pub(crate) fn done(&mut self, at: &Moment, slot: SlotIndex, state: SlotState, out: &mut Vec<Action>) {
        self.finish(slot, state);
        self.go_on(at, slot, out);
    }

    /// Takes the steps that a slot which has ended well makes possible.
    pub(crate) fn go_on(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        if self.is_forward(slot) && self.head.status == RunStatus::Advancing {
            let ready = self.released_by(slot);
            self.begin_all(at, ready, out);
        }
        self.go_back(at, out);
        self.complete_if_done(at, out);
    }

    pub(crate) fn released_by(&self, slot: SlotIndex) -> Vec<SlotIndex> {
        let dependents = self.slots.slots[slot as usize].dependents.iter().copied();
        dependents.filter(|&next| self.may_begin(next)).collect()
    }

    /// Whether a slot has not begun and waits for nothing any more.
    pub(crate) fn may_begin(&self, slot: SlotIndex) -> bool {
        self.blocked[slot as usize] == 0
            && self.states[slot as usize].is_pending()
            && !self.waits_behind_a_failure(slot)
    }

    /// Begins these slots, and then what stands behind steps that failed at once and behind which the workflow goes on.
    pub(crate) fn begin_all(&mut self, at: &Moment, ready: Vec<SlotIndex>, out: &mut Vec<Action>) {
        let deferred = std::mem::replace(&mut self.defers, true);
        self.begin_each(at, ready, out);
        while !deferred && !self.behind.is_empty() {
            let behind = std::mem::take(&mut self.behind);
            self.begin_each(at, behind, out);
        }
        self.defers = deferred;
    }

    /// A queue and no recursion: a long chain of slots that are complete at once must not exhaust the stack.
    fn begin_each(&mut self, at: &Moment, ready: Vec<SlotIndex>, out: &mut Vec<Action>) {
        if self.head.stopping {
            return;
        }
        let mut ready = VecDeque::from(ready);
        while let Some(slot) = ready.pop_front() {
            let held = self.waits_for_mending(slot) || self.is_barred(slot);
            let begins = self.goes_on(slot) && self.states[slot as usize].is_pending() && !held;
            if begins && self.begin(at, slot, out) {
                ready.extend(self.released_by(slot));
            }
        }
        self.wait_at_bar(at, out);
    }

    /// Whether slots of its kind begin: those of the way forward while the run goes forward and nobody paused it, those
    /// behind a point of no return also when it goes back, and those beside the way forward always.
    fn goes_on(&self, slot: SlotIndex) -> bool {
        if !self.is_forward(slot) {
            return true;
        }
        let forward = self.head.status == RunStatus::Advancing && !self.is_left_behind(slot);
        !self.head.paused && (forward || self.is_clean_up(slot))
    }

    pub(crate) fn complete_if_done(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.open == 0 && self.leaving == 0 && self.head.status == RunStatus::Advancing {
            self.come_to_an_end(at, RunStatus::Completed, out);
        }
    }

    pub(crate) fn end(&mut self, at: &Moment, status: RunStatus, out: &mut Vec<Action>) {
        self.head.status = status;
        self.head.ended = Some(at.clone());
        out.push(Action::End(status));
    }

    /// Begins a slot; true when it is complete at once.
    fn begin(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) -> bool {
        let plan = std::sync::Arc::clone(&self.plan);
        let Some(node) = self.slots.node(&plan.body, slot) else { return false };
        match self.is_wanted(node.when.as_ref()) {
            Some(true) => {}
            Some(false) => {
                let note = Some("left out: its condition does not hold".to_owned());
                self.finish(slot, SlotState::Done { evidence: None, note, tried: None });
                return true;
            }
            None => {
                let message = "whether this is to be done cannot be told: its condition names no value";
                self.fail_at_once(at, slot, message.to_owned(), out);
                return false;
            }
        }
        match self.hours_of(at, slot) {
            Hours::Open => self.begin_scopes(at, slot, out),
            Hours::Closed { at_ms, what } => {
                self.wait_until(slot, at_ms, what, out);
                return false;
            }
            Hours::Never(why) => {
                self.fail_at_once(at, slot, why, out);
                return false;
            }
        }
        match &node.work {
            Work::Begin => self.begin_rollout(slot, out),
            Work::Effect(effect) => match self.missing_output(&effect.call) {
                Some(output) => self.fail_at_once(at, slot, format!("{output} is not there"), out),
                None => return self.perform(at, slot, 1, 1, out),
            },
            Work::Hold(_) => self.open(at, slot, out),
            Work::Approval(approval) => {
                self.set(slot, SlotState::Approving { wait: Wait::from(at), by: Vec::new() });
                out.push(Wait::from(at).wake(slot, approval.within_ms));
            }
            Work::Finish => return self.finish_rollout(at, slot, out),
            Work::WaitUntil(until) => self.begin_wait_until(at, slot, until, out),
            Work::Rollback(_) => {
                self.set(slot, SlotState::BringingBack);
                return self.bring_back(at, slot, out);
            }
            Work::Expose(_) | Work::Mirror(_) | Work::Migrate(_) => {
                // Who takes a plan refuses one that asks for more than this machine can do. Should one come through,
                // it stops here, and nothing of it is passed over.
                self.fail_at_once(at, slot, "this runtime cannot carry this step out".to_owned(), out);
            }
        }
        false
    }

    /// What an action is to be given that none before it has brought out.
    fn missing_output(&self, call: &Call) -> Option<String> {
        match call {
            Call::Act { binding, .. } => bind::missing(&binding.config, &self.known()),
            Call::Ensure { .. } | Call::Shift { .. } | Call::Stop { .. } => None,
        }
    }

    fn begin_wait_until(&mut self, at: &Moment, slot: SlotIndex, until: &plan::WaitUntil, out: &mut Vec<Action>) {
        let what = format!("{:02}:{:02} in {}", until.minutes / 60, until.minutes % 60, until.zone);
        match plan::window::next_time(until.minutes, &until.zone, at.wall_ms) {
            Ok(at_ms) => self.wait_until(slot, at_ms, what, out),
            Err(unknown) => self.fail_at_once(at, slot, unknown.to_string(), out),
        }
    }

    /// Fails a slot that is about to begin.
    fn fail_at_once(&mut self, at: &Moment, slot: SlotIndex, message: String, out: &mut Vec<Action>) {
        if self.is_aside(slot) {
            // Whoever had it begin goes on with what stands beside it.
            self.aside_fails(slot, message, None);
        } else {
            self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
        }
    }

    /// Whether a slot is to be done; none where what its condition names is not known.
    fn is_wanted(&self, when: Option<&Decision>) -> Option<bool> {
        when.map_or(Some(true), |when| when.holds(&|value| bind::value(value, &self.known())))
    }

    fn begin_rollout(&mut self, slot: SlotIndex, out: &mut Vec<Action>) {
        let Some((rollout, _)) = self.rollout_of(slot) else { return };
        let look_up = look_up(slot, rollout);
        self.set(slot, SlotState::LookingUp);
        out.push(look_up);
    }

    fn finish_rollout(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) -> bool {
        let Some((rollout, state)) = self.rollout_of(slot) else { return false };
        out.push(Action::Record(Running {
            environment: rollout.environment.clone(),
            service: rollout.service.clone(),
            release: state.incoming.clone(),
            run: self.head.run.clone(),
            since_ms: at.wall_ms,
        }));
        if let Some(index) = self.rollout_index(slot) {
            self.rollout_mut(index).finished = true;
        }
        self.finish(slot, SlotState::done());
        true
    }

    /// Intends an attempt at an effect. A call on a release that is not there is complete at once: then the slot
    /// is done and the answer is true.
    pub(crate) fn perform(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        number: u32,
        group: u32,
        out: &mut Vec<Action>,
    ) -> bool {
        let attempt = Attempt { number, group, since: at.clone() };
        match self.request(slot, &attempt) {
            Some((provider, request)) => {
                self.set(slot, SlotState::Performing(attempt));
                self.head.in_flight += 1;
                out.push(Action::Perform { slot, provider, request });
                false
            }
            None => {
                self.finish(slot, SlotState::done());
                true
            }
        }
    }

    /// The request of an attempt; the same attempt always gives the same request.
    pub(crate) fn request(&self, slot: SlotIndex, attempt: &Attempt) -> Option<(String, Request)> {
        let effect = self.effect(slot)?;
        let (provider, task) = bind::task(&self.plan.body, self.rollout_of(slot), &effect.call, &self.known())?;
        let request = Request {
            key: format!("{}/{}/{}", self.head.run, self.id(slot), attempt.group),
            attempt: attempt.number,
            run: self.head.run.clone(),
            // The driver stamps both when it performs.
            epoch: 0,
            sequence: 0,
            timeout_ms: effect.timeout_ms,
            root: self.head.root.clone(),
            task,
        };
        Some((provider, request))
    }

    fn open(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        self.set(slot, SlotState::Opening { since: at.clone() });
        out.push(self.open_action(slot, at.clone()));
    }

    pub(crate) fn open_action(&self, slot: SlotIndex, since: Moment) -> Action {
        Action::Open { slot, since, warm_up_ms: self.opens_after_ms(slot), source: self.source(slot) }
    }

    /// The gate that guards a hold.
    pub(crate) fn gate_of(&self, slot: SlotIndex) -> Option<(&plan::Gate, &plan::Guard)> {
        let Some(Work::Hold(hold)) = self.work(slot) else { return None };
        let guard = hold.guard.as_ref()?;
        Some((self.plan.body.gates.get(&guard.gate)?, guard))
    }

    /// The release that plays an arm of a hold's gate: incoming for `canary`, running for `stable`.
    pub(crate) fn releases_of(&self, slot: SlotIndex) -> (Option<plan::ReleaseId>, Option<plan::ReleaseId>) {
        let state = self.rollout_index(slot).map(|index| &self.rollouts[index]);
        let id = |which| state.and_then(|s| bind::release_of(s, which)).map(|release| release.id.clone());
        (id(Which::Incoming), id(Which::Running))
    }
}

/// Asks what runs where a rollout goes, and what ran before where it names that.
pub(crate) fn look_up(slot: SlotIndex, rollout: &plan::Rollout) -> Action {
    let (environment, service) = (rollout.environment.clone(), rollout.service.clone());
    Action::LookUp { slot, environment, service, previous: rollout.artifact == Input::Previous }
}
