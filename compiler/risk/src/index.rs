//! A plan with what the report asks of it again and again: looked up once, so that a report takes as long as its plan is.

use std::collections::BTreeMap;

use plan::{Node, NodeId, Objective, Plan, Work};

use crate::kept::Kept;

/// A plan and its register.
pub(crate) struct Index<'p> {
    pub(crate) plan: &'p Plan,
    /// What was computed so far.
    pub(crate) kept: Kept,
    stages: BTreeMap<&'p str, BTreeMap<u32, Vec<&'p Node>>>,
    ends: BTreeMap<&'p str, &'p NodeId>,
    objectives: BTreeMap<&'p str, Vec<(&'p String, &'p Objective)>>,
}

impl<'p> Index<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let mut index = Self {
            plan,
            kept: Kept::default(),
            stages: BTreeMap::new(),
            ends: BTreeMap::new(),
            objectives: BTreeMap::new(),
        };
        plan.body.nodes.iter().for_each(|node| index.add(node));
        for (name, objective) in &plan.body.objectives {
            index.objectives.entry(&objective.service).or_default().push((name, objective));
        }
        index
    }

    fn add(&mut self, node: &'p Node) {
        let Some(rollout) = node.rollout.as_deref() else { return };
        if let Some(stage) = node.stage {
            self.stages.entry(rollout).or_default().entry(stage).or_default().push(node);
        }
        if node.past_return || matches!(node.work, Work::Finish) {
            self.ends.entry(rollout).or_insert(&node.id);
        }
    }

    /// The nodes of a stage, in order.
    pub(crate) fn nodes(&self, rollout: &str, stage: u32) -> &[&'p Node] {
        self.stages.get(rollout).and_then(|stages| stages.get(&stage)).map_or(&[], Vec::as_slice)
    }

    /// The first node behind which a rollout does not return.
    pub(crate) fn end(&self, rollout: &str) -> Option<&'p NodeId> {
        self.ends.get(rollout).copied()
    }

    /// What the users of a service were promised, by name.
    pub(crate) fn objectives(&self, service: &str) -> &[(&'p String, &'p Objective)] {
        self.objectives.get(service).map_or(&[], Vec::as_slice)
    }
}
