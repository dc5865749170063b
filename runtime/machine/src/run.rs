//! A run: the plan's slots with their states, moved by events only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plan::{Effect, Node, Plan, Rollout, Work};
use serde_json::Value;

use crate::action::Action;
use crate::event::{Event, Started};
use crate::moment::Moment;
use crate::slots::{SlotIndex, Slots};
use crate::state::{FORMAT, Head, RolloutState, ScopeState, SlotState};
use crate::view::RunStatus;

/// The state of one run. Equal plans and equal events give equal runs.
#[derive(Clone, Debug)]
pub struct Run {
    pub(crate) plan: Arc<Plan>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) head: Head,
    pub(crate) states: Vec<SlotState>,
    pub(crate) rollouts: Vec<RolloutState>,
    pub(crate) scopes: Vec<ScopeState>,
    /// What actions have brought out that a step names.
    pub(crate) outputs: BTreeMap<SlotIndex, Value>,
    /// How many of the nodes a forward slot waits for are not done yet; derived.
    pub(crate) blocked: Vec<u32>,
    /// How many slots are being mended; derived.
    pub(crate) mending: u32,
    /// How many steps return to their safe side by themselves; derived.
    pub(crate) leaving: u32,
    /// What may begin because the workflow went on behind a step, in this event.
    pub(crate) behind: Vec<SlotIndex>,
    /// Whether that waits until what is under way in this event is over, so that it grows in a queue and not on the stack.
    pub(crate) defers: bool,
    touched: BTreeSet<u32>,
    /// Whether the event at hand changed a row or where the run stands.
    changed: bool,
    /// Whether one of the events since the rows were taken did.
    turned: bool,
}

/// The stored rows do not belong to the plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored state of the run does not fit its plan: {0}")]
pub struct Unfit(pub String);

impl Run {
    /// A run before its first event.
    pub fn new(plan: Arc<Plan>, started: &Started, at: &Moment) -> Self {
        let slots = Arc::new(Slots::new(&plan.body));
        let open = u32::try_from(plan.body.nodes.len()).unwrap_or(u32::MAX);
        let head = Head {
            format: FORMAT,
            run: started.run.clone(),
            plan: plan.digest.clone(),
            root: started.root.clone(),
            actor: started.actor.clone(),
            key: started.key.clone(),
            started: at.clone(),
            parameters: started.parameters.clone(),
            status: RunStatus::Advancing,
            paused: false,
            pause: None,
            barred: None,
            answers: None,
            stopping: false,
            escalated: false,
            seen: None,
            cause: None,
            runbooks: Vec::new(),
            outcome: None,
            finally_failed: None,
            ended: None,
            signals: BTreeMap::new(),
            in_flight: 0,
            open,
        };
        let states = vec![SlotState::Pending; slots.slots.len()];
        Self::assemble(plan, slots, head, states)
    }

    fn assemble(plan: Arc<Plan>, slots: Arc<Slots>, head: Head, states: Vec<SlotState>) -> Self {
        let rollouts = vec![RolloutState::default(); slots.rollouts.len()];
        let scopes = vec![ScopeState::default(); slots.scopes.keys.len()];
        let blocked = slots.slots.iter().map(|slot| slot.after).collect();
        let touched = BTreeSet::new();
        Self {
            plan,
            slots,
            head,
            states,
            rollouts,
            scopes,
            outputs: BTreeMap::new(),
            blocked,
            mending: 0,
            leaving: 0,
            behind: Vec::new(),
            defers: false,
            touched,
            changed: false,
            turned: false,
        }
    }

    /// A run from its stored rows.
    pub fn restore(plan: Arc<Plan>, head: Value, rows: Vec<(u32, Value)>) -> Result<Self, Unfit> {
        let mut head: Head = serde_json::from_value(head).map_err(|e| Unfit(e.to_string()))?;
        if head.format > FORMAT {
            return Err(Unfit(format!("it has format {}, and this program knows {FORMAT}", head.format)));
        }
        head.format = FORMAT;
        if head.plan != plan.digest {
            return Err(Unfit(format!("it is pinned to plan {}", head.plan.short())));
        }
        let slots = Arc::new(Slots::new(&plan.body));
        let states = vec![SlotState::Pending; slots.slots.len()];
        let mut run = Self::assemble(plan, slots, head, states);
        for (index, row) in rows {
            run.restore_row(index as usize, row).map_err(|e| Unfit(format!("row {index}: {e}")))?;
        }
        for index in 0..run.states.len() {
            if run.states[index].is_over() || run.is_settled(SlotIndex::try_from(index).unwrap_or(SlotIndex::MAX)) {
                run.unblock(index);
            }
            run.mending += u32::from(run.states[index].is_mending());
        }
        run.leaving = u32::try_from(run.scopes.iter().filter(|scope| scope.is_leaving()).count()).unwrap_or(u32::MAX);
        Ok(run)
    }

    fn restore_row(&mut self, index: usize, row: Value) -> Result<(), String> {
        let unfit = |e: serde_json::Error| e.to_string();
        if let Some(state) = self.states.get_mut(index) {
            *state = serde_json::from_value(row).map_err(unfit)?;
            return Ok(());
        }
        let index = index - self.states.len();
        if let Some(rollout) = self.rollouts.get_mut(index) {
            *rollout = serde_json::from_value(row).map_err(unfit)?;
            return Ok(());
        }
        let index = index - self.rollouts.len();
        if let Some(scope) = self.scopes.get_mut(index) {
            *scope = serde_json::from_value(row).map_err(unfit)?;
            return Ok(());
        }
        let slot = index - self.scopes.len();
        if slot >= self.states.len() {
            return Err("there is no such row in the plan".to_owned());
        }
        self.outputs.insert(SlotIndex::try_from(slot).unwrap_or(SlotIndex::MAX), row);
        Ok(())
    }

    /// Whether a row, or where the run stands, changed since the last call of [`Run::take_touched`].
    pub fn has_touched(&self) -> bool {
        self.turned
    }

    /// The rows that changed since the last call, to be stored with the events that changed them.
    pub fn take_touched(&mut self) -> Vec<(u32, Value)> {
        self.turned = false;
        let touched = std::mem::take(&mut self.touched);
        touched.into_iter().map(|index| (index, self.row(index as usize))).collect()
    }

    /// The rows that changed are stored nowhere: for runs that live in memory only.
    pub fn let_rows_go(&mut self) {
        self.turned = false;
        self.touched.clear();
    }

    fn row(&self, index: usize) -> Value {
        let (rollout, scope) = (self.states.len(), self.states.len() + self.rollouts.len());
        let output = scope + self.scopes.len();
        let row = match index {
            index if index < rollout => serde_json::to_value(&self.states[index]),
            index if index < scope => serde_json::to_value(&self.rollouts[index - rollout]),
            index if index < output => serde_json::to_value(&self.scopes[index - scope]),
            index => {
                serde_json::to_value(self.outputs.get(&SlotIndex::try_from(index - output).unwrap_or(SlotIndex::MAX)))
            }
        };
        // State types have string keys only, on which serialisation is total.
        row.unwrap_or(Value::Null)
    }

    /// The state apart from its rows.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The slot with this node id.
    pub fn slot(&self, id: &str) -> Option<SlotIndex> {
        self.slots.find(id)
    }

    /// The node id of a slot.
    pub fn id(&self, slot: SlotIndex) -> &str {
        &self.slots.id(&self.plan.body, slot).0
    }

    /// Where a slot stands.
    pub fn state(&self, slot: SlotIndex) -> &SlotState {
        &self.states[slot as usize]
    }

    /// What is known of a rollout, by its key.
    pub fn rollout(&self, key: &str) -> Option<&RolloutState> {
        self.slots.rollouts.iter().position(|known| known == key).map(|index| &self.rollouts[index])
    }

    pub(crate) fn node(&self, slot: SlotIndex) -> Option<&Node> {
        self.slots.node(&self.plan.body, slot)
    }

    pub(crate) fn effect(&self, slot: SlotIndex) -> Option<&Effect> {
        self.slots.effect(&self.plan.body, slot)
    }

    pub(crate) fn rollout_index(&self, slot: SlotIndex) -> Option<usize> {
        self.slots.slots[slot as usize].rollout
    }

    pub(crate) fn rollout_of(&self, slot: SlotIndex) -> Option<(&Rollout, &RolloutState)> {
        let index = self.rollout_index(slot)?;
        Some((self.slots.rollout(&self.plan.body, index), &self.rollouts[index]))
    }

    pub(crate) fn set(&mut self, slot: SlotIndex, state: SlotState) {
        let before = &mut self.states[slot as usize];
        self.mending = (self.mending + u32::from(state.is_mending())).saturating_sub(u32::from(before.is_mending()));
        *before = state;
        self.touched.insert(slot);
        self.changed = true;
    }

    pub(crate) fn rollout_mut(&mut self, index: usize) -> &mut RolloutState {
        self.touched.insert(u32::try_from(self.states.len() + index).unwrap_or(u32::MAX));
        self.changed = true;
        &mut self.rollouts[index]
    }

    pub(crate) fn scope_mut(&mut self, scope: usize) -> &mut ScopeState {
        let row = self.states.len() + self.rollouts.len() + scope;
        self.touched.insert(u32::try_from(row).unwrap_or(u32::MAX));
        self.changed = true;
        &mut self.scopes[scope]
    }

    pub(crate) fn set_output(&mut self, slot: SlotIndex, value: Value) {
        let row = self.states.len() + self.rollouts.len() + self.scopes.len() + slot as usize;
        self.touched.insert(u32::try_from(row).unwrap_or(u32::MAX));
        self.changed = true;
        self.outputs.insert(slot, value);
    }

    pub(crate) fn unblock(&mut self, slot: usize) {
        let slots = Arc::clone(&self.slots);
        for &dependent in &slots.slots[slot].dependents {
            self.blocked[dependent as usize] = self.blocked[dependent as usize].saturating_sub(1);
        }
    }

    /// Ends a slot well and releases what waited for it.
    pub(crate) fn finish(&mut self, slot: SlotIndex, state: SlotState) {
        self.set(slot, state);
        if self.is_forward(slot) {
            self.head.open = self.head.open.saturating_sub(1);
        }
        self.unblock(slot as usize);
    }

    pub(crate) fn is_forward(&self, slot: SlotIndex) -> bool {
        self.slots.is_forward(slot)
    }

    /// Whether a slot is of a handler, or of what is done at the end.
    pub(crate) fn is_aside(&self, slot: SlotIndex) -> bool {
        self.slots.is_aside(slot)
    }

    /// What the node of a slot does; none for a step of a way back.
    pub fn work(&self, slot: SlotIndex) -> Option<&Work> {
        self.node(slot).map(|node| &node.work)
    }

    /// Moves the run by one event and says what is to be done because of it. Events that do not fit the state
    /// (a late answer, a timer of a slot that is done) change nothing.
    pub fn apply(&mut self, at: &Moment, event: &Event) -> Vec<Action> {
        let mut out = Vec::new();
        if self.head.status.ended() {
            return out;
        }
        self.changed = false;
        let stood = (self.head.status, self.head.paused, self.head.outcome);
        match event {
            Event::Started(_) => self.advance(at, &mut out),
            Event::LookedUp { node, running, previous } => {
                self.looked_up(at, node, running.clone(), previous.as_ref(), &mut out);
            }
            Event::NotLookedUp { node, problem } => self.not_looked_up(at, node, problem, &mut out),
            Event::Performed { node, attempt, outcome } => self.performed(at, node, *attempt, outcome, &mut out),
            Event::Probed { node, attempt, probe } => self.probed(at, node, *attempt, probe, &mut out),
            Event::Opened { node, sample, .. } => self.opened(at, node, sample.clone(), &mut out),
            Event::Judged { node, last, evidence } => self.judged(at, node, *last, evidence, &mut out),
            Event::Woke { node } => self.woke(at, node, &mut out),
            Event::Signalled(signal) => self.signalled(at, signal, &mut out),
            Event::Resumed { settles, .. } => self.resumed(at, *settles, &mut out),
            Event::Stopping => self.head.stopping = true,
            Event::Barred { why } => self.barred(why),
            Event::Observed { node, drift } => self.drifted(at, node, drift, &mut out),
        }
        // A run that turns around while an effect is under way changes nothing else yet.
        self.changed |= stood != (self.head.status, self.head.paused, self.head.outcome);
        self.turned |= self.changed;
        if self.measures_by(at, event) && (self.changed || !out.is_empty() || event.is_always_kept()) {
            self.head.seen = Some(at.clone());
        }
        out
    }
}

impl Run {
    /// Whether waits are measured by the boot of an event: only taking a run up brings them into another, and what is said
    /// before that must not hide how long the earlier one had waited.
    fn measures_by(&self, at: &Moment, event: &Event) -> bool {
        let same = self.head.seen.as_ref().is_none_or(|seen| seen.boot == at.boot);
        same || matches!(event, Event::Resumed { .. })
    }
}

impl SlotState {
    /// Done: what waited for it may begin. What is mended was done.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Mending(_))
    }

    /// Done, without anything to say about it.
    pub(crate) fn done() -> Self {
        Self::Done { evidence: None, note: None, tried: None }
    }

    /// Failed, without a look at a gate.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), evidence: None }
    }

    pub(crate) fn is_mending(&self) -> bool {
        matches!(self, Self::Mending(_))
    }

    /// Neither begun nor over.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self, Self::Pending)
    }
}
