//! The plan's work as a flat table: forward nodes first, then each rollout's way back. A slot's index is the
//! key of its state row.

use std::collections::BTreeMap;

use plan::{Body, Effect, Node, NodeId, Rollout, Work};

/// Index of a slot.
pub type SlotIndex = u32;

/// What a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotKind {
    /// A node of the plan, by its index.
    Forward(usize),
    /// A step of a rollout's way back: rollout and step.
    Back(usize, usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    pub(crate) rollout: Option<usize>,
    pub(crate) dependents: Vec<SlotIndex>,
    pub(crate) after: u32,
}

/// The table, derived from a plan's body.
#[derive(Clone, Debug)]
pub struct Slots {
    pub(crate) slots: Vec<Slot>,
    /// Keys of the rollouts in the body, by index.
    pub(crate) rollouts: Vec<String>,
    /// The begin slot of each rollout.
    pub(crate) begins: Vec<Option<SlotIndex>>,
    by_id: BTreeMap<NodeId, SlotIndex>,
}

impl Slots {
    /// Lays out the table.
    pub fn new(body: &Body) -> Self {
        let rollouts: Vec<String> = body.rollouts.keys().cloned().collect();
        let mut table =
            Self { slots: Vec::new(), begins: vec![None; rollouts.len()], rollouts, by_id: BTreeMap::new() };
        for (index, node) in body.nodes.iter().enumerate() {
            table.add_node(index, node);
        }
        for (index, rollout) in body.rollouts.values().enumerate() {
            table.add_way_back(index, rollout);
        }
        table
    }

    fn add_node(&mut self, index: usize, node: &Node) {
        let own = index_of(self.slots.len());
        let rollout = node.rollout.as_ref().and_then(|key| self.rollouts.iter().position(|known| known == key));
        if let (Work::Begin, Some(rollout)) = (&node.work, rollout) {
            self.begins[rollout] = Some(own);
        }
        let mut after = 0;
        for earlier in &node.after {
            if let Some(&slot) = self.by_id.get(earlier) {
                self.slots[slot as usize].dependents.push(own);
                after += 1;
            }
        }
        self.by_id.insert(node.id.clone(), own);
        self.slots.push(Slot { kind: SlotKind::Forward(index), rollout, dependents: Vec::new(), after });
    }

    fn add_way_back(&mut self, index: usize, rollout: &Rollout) {
        for (step, recovery) in rollout.recovery.iter().enumerate() {
            self.by_id.insert(recovery.id.clone(), index_of(self.slots.len()));
            let kind = SlotKind::Back(index, step);
            self.slots.push(Slot { kind, rollout: Some(index), dependents: Vec::new(), after: 0 });
        }
    }

    /// The slot of a node or of a recovery step.
    pub fn find(&self, id: &str) -> Option<SlotIndex> {
        self.by_id.get(&NodeId(id.to_owned())).copied()
    }

    /// The id of a slot.
    pub fn id<'a>(&self, body: &'a Body, slot: SlotIndex) -> &'a NodeId {
        match self.slots[slot as usize].kind {
            SlotKind::Forward(index) => &body.nodes[index].id,
            SlotKind::Back(..) => &self.recovery(body, slot).1.id,
        }
    }

    pub(crate) fn node<'a>(&self, body: &'a Body, slot: SlotIndex) -> Option<&'a Node> {
        match self.slots[slot as usize].kind {
            SlotKind::Forward(index) => Some(&body.nodes[index]),
            SlotKind::Back(..) => None,
        }
    }

    fn recovery<'a>(&self, body: &'a Body, slot: SlotIndex) -> (&'a Rollout, &'a plan::RecoveryStep) {
        let SlotKind::Back(rollout, step) = self.slots[slot as usize].kind else {
            unreachable!("asked for the way back of a forward node")
        };
        let rollout = &body.rollouts[&self.rollouts[rollout]];
        (rollout, &rollout.recovery[step])
    }

    /// The effect of a slot that has one.
    pub(crate) fn effect<'a>(&self, body: &'a Body, slot: SlotIndex) -> Option<&'a Effect> {
        match self.node(body, slot) {
            None => Some(&self.recovery(body, slot).1.effect),
            Some(Node { work: Work::Effect(effect), .. }) => Some(effect),
            Some(Node { work: Work::Begin | Work::Hold(_) | Work::Approval(_) | Work::Finish, .. }) => None,
        }
    }

    pub(crate) fn rollout<'a>(&self, body: &'a Body, index: usize) -> &'a Rollout {
        &body.rollouts[&self.rollouts[index]]
    }

    /// The slots of a rollout's way back, in order.
    pub(crate) fn way_back(&self, rollout: usize) -> impl Iterator<Item = SlotIndex> + '_ {
        let is_back = move |slot: &Slot| matches!(slot.kind, SlotKind::Back(of, _) if of == rollout);
        self.slots.iter().enumerate().filter(move |(_, slot)| is_back(slot)).map(|(index, _)| index_of(index))
    }
}

fn index_of(length: usize) -> SlotIndex {
    SlotIndex::try_from(length).unwrap_or(SlotIndex::MAX)
}
