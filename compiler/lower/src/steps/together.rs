//! Several rollouts with one verdict: the stages of all of them in step, each behind a barrier.

use plan::{Node, NodeId, Together, Work};
use semantics::model::{self, Step};

use super::Frontier;
use crate::lowering::Lowering;

/// Where a node of a joint rollout stands: members before it in one phase, all members before it in an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// What runs is looked up and made ready.
    Before,
    /// A stage, and what of it.
    Stage(u32, Part),
    /// The incoming releases are recorded.
    Finish,
    /// The releases that ran before stop.
    Retire,
}

/// The parts of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Instances and traffic change.
    Change,
    /// It is held, and judged.
    Hold,
}

impl Phase {
    fn of(node: &Node) -> Self {
        match (&node.work, node.stage) {
            _ if node.past_return => Self::Retire,
            (Work::Finish, _) => Self::Finish,
            (Work::Hold(_), Some(stage)) => Self::Stage(stage, Part::Hold),
            (_, Some(stage)) => Self::Stage(stage, Part::Change),
            (_, None) => Self::Before,
        }
    }
}

impl Lowering<'_> {
    pub(super) fn together(&mut self, step: &Step, together: &model::Together, after: Frontier) -> Frontier {
        let first = self.body.nodes.len();
        let earlier = self.rolled_out.len();
        for (member, rollout) in together.members.iter().zip(together.rollouts()) {
            self.rollout(&Step { span: member.span, ..step.clone() }, &rollout, after.clone());
        }
        let rollouts: Vec<String> = self.rolled_out[earlier..].to_vec();
        let mut nodes = self.body.nodes.split_off(first);
        let behind = in_step(&mut nodes, &rollouts, together);
        share_level(&mut nodes, rollouts.len());
        self.body.nodes.extend(nodes);
        let name = format!("together-to-{}", together.environment.name);
        let key = self.tell_apart(&name);
        self.place(format!("together:{key}"), step.span);
        self.body.together.insert(key, Together { rollouts });
        behind
    }
}

/// Puts the nodes in order by phase and adds the barriers; returns the last ones.
fn in_step(nodes: &mut [Node], rollouts: &[String], together: &model::Together) -> Frontier {
    let member = |node: &Node| rollouts.iter().position(|key| Some(key) == node.rollout.as_ref()).unwrap_or(0);
    nodes.sort_by_key(|node| (Phase::of(node), member(node)));
    let phases: Vec<(Phase, usize)> = nodes.iter().map(|node| (Phase::of(node), member(node))).collect();
    let mut barrier: Frontier = Vec::new();
    let mut at = 0;
    while at < nodes.len() {
        let end = at + phases[at..].iter().take_while(|(phase, _)| *phase == phases[at].0).count();
        barrier = phase(&mut nodes[at..end], &phases[at..end], &barrier, together);
        at = end;
    }
    barrier
}

/// The nodes of one phase: the first of each member waits for all of the phase before, and for the members it comes
/// after; returns the last of each.
fn phase(nodes: &mut [Node], phases: &[(Phase, usize)], barrier: &[NodeId], together: &model::Together) -> Frontier {
    let mut last: Vec<(usize, NodeId)> = Vec::new();
    let mut at = 0;
    while at < nodes.len() {
        let (kind, member) = phases[at];
        let end = at + phases[at..].iter().take_while(|(_, other)| *other == member).count();
        let ordered = matches!(kind, Phase::Stage(_, Part::Change));
        let before = |other: usize| ordered && together.members.get(member).is_some_and(|it| it.after.contains(&other));
        let others = last.iter().filter(|(other, _)| before(*other)).map(|(_, id)| id.clone());
        let waits: Vec<NodeId> = barrier.iter().cloned().chain(others).collect();
        for id in waits {
            if !nodes[at].after.contains(&id) {
                nodes[at].after.push(id);
            }
        }
        last.push((member, nodes[end - 1].id.clone()));
        at = end;
    }
    last.into_iter().map(|(_, id)| id).collect()
}

/// One of them that fails takes all back, so all of them share the level of their gates.
fn share_level(nodes: &mut [Node], members: usize) {
    let members = u32::try_from(members).unwrap_or(u32::MAX);
    for node in nodes {
        if let Work::Hold(hold) = &mut node.work
            && let Some(guard) = &mut hold.guard
        {
            guard.shares = guard.shares.saturating_mul(members);
        }
    }
}
