//! Derives the view of a run from its state.

use plan::{Call, Node, Share, Which, Work};

use crate::evidence::Evidence;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::{SlotIndex, SlotKind};
use crate::state::{Handler, Holding, Mending, SlotState};
use crate::view::{Asked, RolloutView, RunStatus, RunView, StageView, StepState, StepView, Waiting};

/// How whoever has to decide is given more time.
const MORE_TIME: &str = "extend --by DURATION";

impl Run {
    /// The run as people look at it, at this moment. `live` gives the newest look of a hold where it is newer than
    /// the journalled one; `seq` is the number of the last record.
    pub fn view(&self, now: &Moment, seq: u64, live: &dyn Fn(SlotIndex) -> Option<Evidence>) -> RunView {
        let head = self.head();
        let rollouts = (0..self.rollouts.len()).map(|index| self.rollout_view(index, now, live)).collect();
        let alone = (0..self.plan.body.nodes.len())
            .filter(|&index| self.plan.body.nodes[index].rollout.is_none())
            .filter_map(|index| SlotIndex::try_from(index).ok());
        RunView {
            run: head.run.clone(),
            workflow: self.plan.body.workflow.clone(),
            plan: head.plan.clone(),
            status: head.status,
            paused: head.paused,
            actor: head.actor.clone(),
            started_ms: head.started.wall_ms,
            ended_ms: head.ended.as_ref().map(|at| at.wall_ms),
            took_ms: head.ended.as_ref().map(|at| at.since(&head.started)),
            left_ms: self.left_ms(now),
            waiting: self.waiting_slots().into_iter().map(|slot| self.waiting(slot, now)).collect(),
            rollouts,
            steps: alone.chain(self.asides_to_show()).map(|slot| self.step_view(slot, live)).collect(),
            reason: self.reason(),
            runbooks: self.to_read(),
            seq,
        }
    }

    /// Why it goes back or ended so, and what it went on without.
    fn reason(&self) -> Option<String> {
        let why = self.head.cause.as_ref().map(|cause| &cause.message).or(self.head.barred.as_ref()).cloned();
        let settled = (0..self.scopes.len()).filter(|&scope| self.scopes[scope].settled);
        let all: Vec<String> = why.into_iter().chain(settled.map(|scope| self.went_on(scope))).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Handlers of what failed, and what stands in `finally`.
    fn asides_to_show(&self) -> impl Iterator<Item = SlotIndex> + '_ {
        let failed = (0..self.scopes.len()).filter(|&scope| self.scopes[scope].failed.is_some());
        let handlers = failed.flat_map(|scope| self.slots.scopes.handlers[scope].clone());
        handlers.chain(self.slots.finally.clone())
    }

    /// What a slot stands in, where that is not the way forward.
    fn aside(&self, slot: SlotIndex) -> Option<String> {
        match self.slots.slots[slot as usize].kind {
            SlotKind::Forward(_) | SlotKind::Back(..) => None,
            SlotKind::Finally(_) => Some("finally".to_owned()),
            SlotKind::Handler(scope, _) => Some(format!("on failure of `{}`", self.slots.scopes.keys[scope])),
        }
    }

    /// Why something that stands beside the way forward is not done.
    fn left_out(&self, slot: SlotIndex) -> Option<String> {
        let why = match self.slots.slots[slot as usize].kind {
            SlotKind::Handler(scope, _) if self.scopes[scope].handler == Handler::LeftOut => {
                "the run could not be brought to its safe side"
            }
            SlotKind::Handler(..) | SlotKind::Finally(_) => "what it stands behind was not done",
            SlotKind::Forward(_) | SlotKind::Back(..) => return None,
        };
        matches!(self.state(slot), SlotState::Skipped).then(|| format!("left out: {why}"))
    }

    fn left_ms(&self, now: &Moment) -> u64 {
        if self.head.status != RunStatus::Advancing {
            return 0;
        }
        let left = |(index, node): (usize, &Node)| match (&node.work, &self.states[index]) {
            (_, SlotState::Holding(holding)) => holding.wait.left_ms(now, holding.duration_ms),
            (Work::Hold(hold), SlotState::Pending | SlotState::Opening { .. }) => hold.duration_ms,
            _ => 0,
        };
        self.plan.body.nodes.iter().enumerate().map(left).fold(0, u64::saturating_add)
    }

    fn place(&self, slot: SlotIndex) -> Option<plan::Place> {
        self.plan.source_map.get(self.id(slot)).cloned()
    }

    fn waiting(&self, slot: SlotIndex, now: &Moment) -> Waiting {
        let left_ms = self.wait_of(slot).map(|(wait, duration_ms)| wait.left_ms(now, duration_ms));
        let (question, answers) = match (self.state(slot), self.work(slot)) {
            (SlotState::Approving { by, .. }, Some(Work::Approval(approval))) => {
                let whom = people(&approval.from);
                (format!("approval from {whom}: {} of {} so far", by.len(), approval.quorum), vec!["approve", "reject"])
            }
            (SlotState::Asking { holding, .. }, _) => {
                let cause = holding.evidence.as_ref().map(|e| e.cause.clone()).unwrap_or_default();
                let question = format!("the gate has no answer ({cause}): approve to go on, reject to go back");
                (question, vec!["approve", "reject"])
            }
            (SlotState::Unknown { message, .. }, _) => self.unknown_question(slot, message),
            _ => (String::new(), Vec::new()),
        };
        let answers = answers.into_iter().map(str::to_owned).collect();
        Waiting {
            step: self.id(slot).to_owned(),
            question,
            left_ms,
            place: self.place(slot),
            asked: self.asked(slot),
            answers,
        }
    }

    fn unknown_question(&self, slot: SlotIndex, message: &str) -> (String, Vec<&'static str>) {
        let known = format!("nobody knows whether this took effect ({message})");
        match self.what_stands_on(slot) {
            None => {
                let how = "look whether it did; then retry to do it again, skip to take it as done, reject to go back";
                (format!("{known}: {how}"), vec!["retry", "skip --reason TEXT", "reject", MORE_TIME])
            }
            Some(_) => {
                (format!("{known}: retry to do it again, reject to go back"), vec!["retry", "reject", MORE_TIME])
            }
        }
    }

    /// The request whose outcome nobody knows.
    fn asked(&self, slot: SlotIndex) -> Option<Asked> {
        let SlotState::Unknown { attempt, message, .. } = self.state(slot) else { return None };
        let (provider, request) = self.request(slot, attempt)?;
        Some(Asked {
            what: self.label(slot),
            provider,
            key: request.key,
            attempt: attempt.number,
            since_ms: attempt.since.wall_ms,
            known: message.clone(),
        })
    }

    fn step_view(&self, slot: SlotIndex, live: &dyn Fn(SlotIndex) -> Option<Evidence>) -> StepView {
        StepView {
            id: self.id(slot).to_owned(),
            label: self.label(slot),
            state: step_state(self.state(slot)),
            aside: self.aside(slot),
            message: message(self.state(slot)).or_else(|| self.left_out(slot)),
            evidence: live(slot).or_else(|| evidence(self.state(slot))),
            place: self.place(slot),
        }
    }

    fn label(&self, slot: SlotIndex) -> String {
        match self.work(slot) {
            Some(Work::Effect(effect)) => call_label(&effect.call),
            Some(Work::Hold(hold)) => match &hold.guard {
                Some(guard) => format!("check {}", guard.gate),
                None => "wait".to_owned(),
            },
            Some(Work::Approval(approval)) => format!("approval from {}", people(&approval.from)),
            Some(Work::Begin) => "begin".to_owned(),
            Some(Work::Finish) => "finish".to_owned(),
            Some(Work::WaitUntil(until)) => {
                format!("wait until {:02}:{:02} in {}", until.minutes / 60, until.minutes % 60, until.zone)
            }
            Some(Work::Rollback(_)) => "rollback".to_owned(),
            Some(Work::Expose(expose)) => format!("expose {} to {}", expose.flag, expose.stage.share),
            Some(Work::Mirror(mirror)) => format!("mirror {}", mirror.service),
            Some(Work::Migrate(migrate)) => format!("migrate {}.{}", migrate.migration, migrate.phase.word()),
            None => self.effect(slot).map(|effect| call_label(&effect.call)).unwrap_or_default(),
        }
    }

    fn rollout_view(&self, index: usize, now: &Moment, live: &dyn Fn(SlotIndex) -> Option<Evidence>) -> RolloutView {
        let rollout = self.slots.rollout(&self.plan.body, index);
        let state = &self.rollouts[index];
        let mut stages: Vec<StageView> =
            rollout.stages.iter().map(|stage| pending(&stage.label, stage.weight)).collect();
        for (slot, node) in self.nodes_of(index) {
            if let Some(stage) = node.stage.and_then(|stage| stages.get_mut(stage as usize)) {
                self.add_to_stage(stage, slot, node, now, live);
            }
        }
        self.add_what_waits(index, &mut stages);
        RolloutView {
            key: self.slots.rollouts[index].clone(),
            service: rollout.service.clone(),
            environment: rollout.environment.clone(),
            strategy: rollout.strategy.clone(),
            incoming: state.incoming.as_ref().map(|release| release.id.clone()),
            running: state.running.as_ref().map(|release| release.id.clone()),
            state: self.rollout_step_state(index),
            stages,
        }
    }

    /// A rollout that waits to begin shows that with its first stage.
    fn add_what_waits(&self, index: usize, stages: &mut [StageView]) {
        let begin = self.slots.begins[index].and_then(|slot| message(self.state(slot)));
        if let (Some(stage), Some(words)) = (stages.first_mut(), begin) {
            stage.doing.get_or_insert(words);
        }
    }

    fn nodes_of(&self, index: usize) -> impl Iterator<Item = (SlotIndex, &Node)> {
        let members = self.slots.members[index].iter();
        members.filter_map(|&slot| self.node(slot).map(|node| (slot, node)))
    }

    fn rollout_step_state(&self, index: usize) -> StepState {
        let state = &self.rollouts[index];
        let unsafe_end = self.head.status == RunStatus::Unsafe;
        match (state.entered, state.finished, state.returned) {
            (_, true, _) => StepState::Done,
            (_, _, true) => StepState::Returned,
            (true, false, false) if unsafe_end => StepState::Failed,
            (true, false, false) => StepState::Active,
            (false, false, false) => {
                let failed = self.nodes_of(index).any(|(slot, _)| matches!(self.state(slot), SlotState::Failed { .. }));
                if failed { StepState::Failed } else { StepState::Pending }
            }
        }
    }

    fn add_to_stage(
        &self,
        stage: &mut StageView,
        slot: SlotIndex,
        node: &Node,
        now: &Moment,
        live: &dyn Fn(SlotIndex) -> Option<Evidence>,
    ) {
        let state = self.state(slot);
        stage.place = stage.place.take().or_else(|| self.place(slot));
        if let Work::Hold(hold) = &node.work {
            (stage.hold_ms, stage.held_ms) = held(hold.duration_ms, state, now);
            stage.evidence = live(slot).or_else(|| evidence(state));
            stage.observed = stage.evidence.as_ref().and_then(|evidence| evidence.observed_share);
        }
        let own = step_state(state);
        let doing = match state {
            SlotState::Holding(holding) if holding.wait.left_ms(now, holding.duration_ms) == 0 => {
                let opens = self.held_open_until(now, slot).map(plan::window::shown);
                Some(opens.map_or("holding".to_owned(), |at| format!("holding until an opening, {at}")))
            }
            SlotState::Holding(holding) if holding.extended => Some("holding, extended".to_owned()),
            SlotState::Holding(_) | SlotState::Opening { .. } => Some("holding".to_owned()),
            SlotState::Asking { .. } => Some("waiting for a decision".to_owned()),
            SlotState::Performing(_) | SlotState::Probing(_) => Some(self.label(slot)),
            SlotState::Mending(mending) => Some(format!("{}: {}", self.label(slot), mended(mending))),
            SlotState::BackingOff { message, .. } => {
                Some(format!("{}: trying again after: {message}", self.label(slot)))
            }
            SlotState::Failed { message, .. } => Some(message.clone()),
            SlotState::Until { .. } => message(state),
            SlotState::Pending
            | SlotState::BringingBack
            | SlotState::LookingUp
            | SlotState::Unknown { .. }
            | SlotState::Approving { .. }
            | SlotState::Done { .. }
            | SlotState::Skipped => None,
        };
        stage.doing = doing.or_else(|| stage.doing.take());
        stage.state = together(stage.state, own);
    }
}

fn pending(label: &str, asked: Share) -> StageView {
    StageView {
        label: label.to_owned(),
        asked,
        observed: None,
        // Raised by the first node that has not ended.
        state: StepState::Done,
        doing: None,
        hold_ms: 0,
        held_ms: 0,
        evidence: None,
        place: None,
    }
}

/// A stage is as far as its least advanced node, failed when one failed, begun when one began.
fn together(so_far: StepState, own: StepState) -> StepState {
    use StepState::{Active, Done, Failed, Pending, Returned, Waiting};
    match (so_far, own) {
        (Failed, _) | (_, Failed) => Failed,
        (Returned, _) | (_, Returned) => Returned,
        (Waiting, _) | (_, Waiting) => Waiting,
        (Active, _) | (_, Active) => Active,
        // A stage's nodes are in order: done and then pending is a stage between two of its nodes, or one whose
        // first node is still to come.
        (Pending, _) | (_, Pending) => Pending,
        (Done, Done) => Done,
    }
}

fn held(duration_ms: u64, state: &SlotState, now: &Moment) -> (u64, u64) {
    match state {
        SlotState::Holding(holding) | SlotState::Asking { holding, .. } => {
            let whole_ms = holding.wait.whole_ms(holding.duration_ms);
            (whole_ms, holding.wait.over_ms(now).min(whole_ms))
        }
        SlotState::Done { .. } => (duration_ms, duration_ms),
        SlotState::Failed { evidence: Some(evidence), .. } => (duration_ms, evidence.window_ms.min(duration_ms)),
        SlotState::Pending
        | SlotState::Until { .. }
        | SlotState::BringingBack
        | SlotState::LookingUp
        | SlotState::Performing(_)
        | SlotState::Probing(_)
        | SlotState::BackingOff { .. }
        | SlotState::Unknown { .. }
        | SlotState::Opening { .. }
        | SlotState::Approving { .. }
        | SlotState::Mending(_)
        | SlotState::Failed { .. }
        | SlotState::Skipped => (duration_ms, 0),
    }
}

fn evidence(state: &SlotState) -> Option<Evidence> {
    match state {
        SlotState::Holding(Holding { evidence, .. })
        | SlotState::Asking { holding: Holding { evidence, .. }, .. }
        | SlotState::Done { evidence, .. }
        | SlotState::Failed { evidence, .. } => evidence.as_deref().cloned(),
        SlotState::Pending
        | SlotState::Until { .. }
        | SlotState::BringingBack
        | SlotState::LookingUp
        | SlotState::Performing(_)
        | SlotState::Probing(_)
        | SlotState::BackingOff { .. }
        | SlotState::Unknown { .. }
        | SlotState::Opening { .. }
        | SlotState::Approving { .. }
        | SlotState::Mending(_)
        | SlotState::Skipped => None,
    }
}

fn step_state(state: &SlotState) -> StepState {
    match state {
        SlotState::Pending => StepState::Pending,
        SlotState::LookingUp
        | SlotState::Until { .. }
        | SlotState::BringingBack
        | SlotState::Performing(_)
        | SlotState::Probing(_)
        | SlotState::BackingOff { .. }
        | SlotState::Mending(_)
        | SlotState::Opening { .. }
        | SlotState::Holding(_) => StepState::Active,
        SlotState::Unknown { .. } | SlotState::Asking { .. } | SlotState::Approving { .. } => StepState::Waiting,
        SlotState::Done { .. } => StepState::Done,
        SlotState::Failed { .. } => StepState::Failed,
        SlotState::Skipped => StepState::Returned,
    }
}

fn message(state: &SlotState) -> Option<String> {
    match state {
        SlotState::Failed { message, .. }
        | SlotState::BackingOff { message, .. }
        | SlotState::Unknown { message, .. } => Some(message.clone()),
        SlotState::Done { note, .. } => note.clone(),
        SlotState::Mending(mending) => Some(mended(mending)),
        SlotState::Approving { by, .. } if !by.is_empty() => {
            Some(format!("approved by {}", by.iter().map(|actor| actor.name.as_str()).collect::<Vec<_>>().join(", ")))
        }
        SlotState::Until { at_ms, what } => Some(format!("waits for {what}, until {}", plan::window::shown(*at_ms))),
        SlotState::Pending
        | SlotState::BringingBack
        | SlotState::LookingUp
        | SlotState::Performing(_)
        | SlotState::Probing(_)
        | SlotState::Opening { .. }
        | SlotState::Holding(_)
        | SlotState::Asking { .. }
        | SlotState::Approving { .. }
        | SlotState::Skipped => None,
    }
}

/// Why an effect is done again.
fn mended(mending: &Mending) -> String {
    match &mending.waits {
        None => format!("done again because {}", mending.drift),
        Some(waits) => format!("to be done again because {}, after: {}", mending.drift, waits.message),
    }
}

fn call_label(call: &Call) -> String {
    let release = |which: &Which| match which {
        Which::Incoming => "the incoming release",
        Which::Running => "the running release",
    };
    match call {
        Call::Ensure { release: which, instances: 1 } => format!("starting 1 instance of {}", release(which)),
        Call::Ensure { release: which, instances } => format!("starting {instances} instances of {}", release(which)),
        Call::Stop { release: which, keep: 0 } => format!("stopping {}", release(which)),
        Call::Stop { release: which, keep } => format!("stopping all but {keep} of {}", release(which)),
        Call::Shift { .. } => "shifting traffic".to_owned(),
        Call::Act { action, .. } => format!("run {action}"),
    }
}

fn people(people: &plan::People) -> String {
    match people {
        plan::People::Users { names } => names.join(", "),
        plan::People::Group { name } => format!("group {name}"),
        plan::People::Owner => "the owner of the runtime".to_owned(),
    }
}
