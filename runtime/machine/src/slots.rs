//! The plan's work as a flat table: forward nodes first, then each rollout's way back, then the handlers of each step and
//! what is done at the end. A slot's index is the key of its state row.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use plan::{Body, Effect, Node, NodeId, Rollout, Work};

use crate::scopes::Scopes;

/// Index of a slot.
pub type SlotIndex = u32;

/// What a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotKind {
    /// A node of the plan, by its index.
    Forward(usize),
    /// A step of a rollout's way back: rollout and step.
    Back(usize, usize),
    /// A node of what is done when a step has failed: scope and node.
    Handler(usize, usize),
    /// A node of what is done at the end.
    Finally(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    pub(crate) rollout: Option<usize>,
    /// The innermost step with modifiers that it belongs to.
    pub(crate) scope: Option<usize>,
    pub(crate) dependents: Vec<SlotIndex>,
    pub(crate) after: u32,
}

/// The table, derived from a plan's body.
#[derive(Clone, Debug)]
pub struct Slots {
    pub(crate) slots: Vec<Slot>,
    /// Keys of the rollouts in the body, by index, in order.
    pub(crate) rollouts: Vec<String>,
    /// The begin slot of each rollout.
    pub(crate) begins: Vec<Option<SlotIndex>>,
    /// The forward slots of each rollout.
    pub(crate) members: Vec<Vec<SlotIndex>>,
    /// The slots of each rollout's way back.
    backs: Vec<Range<SlotIndex>>,
    /// Steps with modifiers.
    pub(crate) scopes: Scopes,
    /// The slots of what is done at the end.
    pub(crate) finally: Range<SlotIndex>,
    /// Slots of which a step names what they bring out.
    named: BTreeSet<SlotIndex>,
    /// Slots that bring finished rollouts back.
    pub(crate) rollbacks: Vec<SlotIndex>,
    by_id: BTreeMap<NodeId, SlotIndex>,
}

impl Slots {
    /// Lays out the table.
    pub fn new(body: &Body) -> Self {
        let rollouts: Vec<String> = body.rollouts.keys().cloned().collect();
        let mut table = Self {
            slots: Vec::new(),
            begins: vec![None; rollouts.len()],
            members: vec![Vec::new(); rollouts.len()],
            rollouts,
            backs: Vec::new(),
            scopes: Scopes::new(body),
            finally: 0..0,
            rollbacks: Vec::new(),
            named: BTreeSet::new(),
            by_id: BTreeMap::new(),
        };
        for (index, node) in body.nodes.iter().enumerate() {
            table.add_node(SlotKind::Forward(index), node);
        }
        for (index, rollout) in body.rollouts.values().enumerate() {
            table.add_way_back(index, rollout);
        }
        for (index, scope) in body.scopes.values().enumerate() {
            let range = table.add_aside(&scope.on_failure, |node| SlotKind::Handler(index, node));
            table.scopes.handlers.push(range);
        }
        table.finally = table.add_aside(&body.finally, SlotKind::Finally);
        table.named = plan::requires::outputs(body).iter().filter_map(|id| table.find(&id.0)).collect();
        table
    }

    fn add_aside(&mut self, nodes: &[Node], kind: impl Fn(usize) -> SlotKind) -> Range<SlotIndex> {
        let first = index_of(self.slots.len());
        nodes.iter().enumerate().for_each(|(index, node)| self.add_node(kind(index), node));
        first..index_of(self.slots.len())
    }

    fn add_node(&mut self, kind: SlotKind, node: &Node) {
        let own = index_of(self.slots.len());
        let rollout = node.rollout.as_ref().and_then(|key| self.rollouts.binary_search(key).ok());
        let scope = node.scope.as_ref().and_then(|key| self.scopes.find(key));
        self.scopes.add_member(scope, own);
        if let Work::Rollback(_) = node.work {
            self.rollbacks.push(own);
        }
        if let Some(rollout) = rollout {
            self.members[rollout].push(own);
            if let Work::Begin = node.work {
                self.begins[rollout] = Some(own);
            }
        }
        let mut after = 0;
        for earlier in &node.after {
            if let Some(&slot) = self.by_id.get(earlier) {
                self.slots[slot as usize].dependents.push(own);
                after += 1;
            }
        }
        self.by_id.insert(node.id.clone(), own);
        self.slots.push(Slot { kind, rollout, scope, dependents: Vec::new(), after });
    }

    fn add_way_back(&mut self, index: usize, rollout: &Rollout) {
        let first = index_of(self.slots.len());
        for (step, recovery) in rollout.recovery.iter().enumerate() {
            self.by_id.insert(recovery.id.clone(), index_of(self.slots.len()));
            let kind = SlotKind::Back(index, step);
            self.slots.push(Slot { kind, rollout: Some(index), scope: None, dependents: Vec::new(), after: 0 });
        }
        self.backs.push(first..index_of(self.slots.len()));
    }

    /// The slot of a node or of a recovery step.
    pub fn find(&self, id: &str) -> Option<SlotIndex> {
        self.by_id.get(&NodeId(id.to_owned())).copied()
    }

    /// The id of a slot.
    pub fn id<'a>(&self, body: &'a Body, slot: SlotIndex) -> &'a NodeId {
        match self.slots[slot as usize].kind {
            SlotKind::Forward(index) => &body.nodes[index].id,
            SlotKind::Back(rollout, step) => &self.rollout(body, rollout).recovery[step].id,
            SlotKind::Handler(scope, index) => &self.scopes.of(body, scope).on_failure[index].id,
            SlotKind::Finally(index) => &body.finally[index].id,
        }
    }

    /// The node of a slot: of the way forward, of a handler or of the end; none for a step of a way back.
    pub(crate) fn node<'a>(&self, body: &'a Body, slot: SlotIndex) -> Option<&'a Node> {
        match self.slots[slot as usize].kind {
            SlotKind::Forward(index) => Some(&body.nodes[index]),
            SlotKind::Back(..) => None,
            SlotKind::Handler(scope, index) => Some(&self.scopes.of(body, scope).on_failure[index]),
            SlotKind::Finally(index) => Some(&body.finally[index]),
        }
    }

    /// Whether a step names what a slot brings out.
    pub(crate) fn is_named(&self, slot: SlotIndex) -> bool {
        self.named.contains(&slot)
    }

    /// Whether a slot is of the way forward.
    pub(crate) fn is_forward(&self, slot: SlotIndex) -> bool {
        matches!(self.slots[slot as usize].kind, SlotKind::Forward(_))
    }

    /// Whether a slot is of a handler or of the end.
    pub(crate) fn is_aside(&self, slot: SlotIndex) -> bool {
        matches!(self.slots[slot as usize].kind, SlotKind::Handler(..) | SlotKind::Finally(_))
    }

    /// All slots of handlers and of the end.
    pub(crate) fn asides(&self) -> impl Iterator<Item = SlotIndex> + '_ {
        self.scopes.handlers.iter().cloned().flatten().chain(self.finally.clone())
    }

    /// The effect of a slot that has one.
    pub(crate) fn effect<'a>(&self, body: &'a Body, slot: SlotIndex) -> Option<&'a Effect> {
        if let SlotKind::Back(rollout, step) = self.slots[slot as usize].kind {
            return Some(&self.rollout(body, rollout).recovery[step].effect);
        }
        match &self.node(body, slot)?.work {
            Work::Effect(effect) => Some(effect),
            Work::Begin | Work::Hold(_) | Work::Approval(_) | Work::Finish => None,
            Work::WaitUntil(_) | Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) | Work::Migrate(_) => None,
        }
    }

    pub(crate) fn rollout<'a>(&self, body: &'a Body, index: usize) -> &'a Rollout {
        &body.rollouts[&self.rollouts[index]]
    }

    /// All slots of a rollout, forward ones first, in order.
    pub(crate) fn of_rollout(&self, rollout: usize) -> impl Iterator<Item = SlotIndex> + '_ {
        self.members[rollout].iter().copied().chain(self.way_back(rollout))
    }

    /// The slots of a rollout's way back, in order.
    pub(crate) fn way_back(&self, rollout: usize) -> Range<SlotIndex> {
        self.backs[rollout].clone()
    }
}

fn index_of(length: usize) -> SlotIndex {
    SlotIndex::try_from(length).unwrap_or(SlotIndex::MAX)
}
