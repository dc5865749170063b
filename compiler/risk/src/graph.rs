//! A plan's graph as people ask about it: an order, the critical path, the shortest and the longest time.

use std::collections::BTreeMap;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use plan::{Body, Effect, Guard, Node, NodeId, Undecided, Work};

/// Times and order of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// Every node behind those it waits for.
    pub order: Vec<NodeId>,
    /// The chain of nodes that takes longest when everything goes well.
    pub critical: Vec<NodeId>,
    /// Milliseconds it takes at least: holds, with every effect and approval given at once.
    pub shortest_ms: u64,
    /// Milliseconds the way forward takes at most; none when a gate may wait for a person
    /// without a limit, or data is migrated.
    pub longest_ms: Option<u64>,
}

/// Analyses a body.
///
/// # Errors
/// A node that waits for itself, directly or over others.
pub fn analyse(body: &Body) -> Result<Analysis, NodeId> {
    let graph = graph(body);
    let order = toposort(&graph, None).map_err(|cycle| graph[cycle.node_id()].id.clone())?;
    let shortest = Paths::over(&graph, &order, |node| Some(shortest_ms(node)));
    let longest = Paths::over(&graph, &order, |node| longest_ms(body, node));
    Ok(Analysis {
        critical: shortest.chain().map(|index| graph[index].id.clone()).collect(),
        shortest_ms: shortest.total().unwrap_or(0),
        longest_ms: longest.total(),
        order: order.into_iter().map(|index| graph[index].id.clone()).collect(),
    })
}

fn graph(body: &Body) -> DiGraph<&Node, ()> {
    let mut graph = DiGraph::new();
    let indices: BTreeMap<&NodeId, NodeIndex> =
        body.nodes.iter().map(|node| (&node.id, graph.add_node(node))).collect();
    for node in &body.nodes {
        for before in node.after.iter().filter_map(|id| indices.get(id)) {
            graph.add_edge(*before, indices[&node.id], ());
        }
    }
    graph
}

/// Longest paths that end in each node; `None` is without a limit.
struct Paths {
    ends: BTreeMap<NodeIndex, (Option<u64>, Option<NodeIndex>)>,
    last: Option<NodeIndex>,
}

impl Paths {
    fn over(graph: &DiGraph<&Node, ()>, order: &[NodeIndex], cost: impl Fn(&Node) -> Option<u64>) -> Self {
        let mut paths = Self { ends: BTreeMap::new(), last: None };
        for index in order {
            let before = graph.neighbors_directed(*index, petgraph::Direction::Incoming);
            let (until, previous) = paths.latest(before);
            let end = until.zip(cost(graph[*index])).map(|(until, own)| until.saturating_add(own));
            paths.ends.insert(*index, (end, previous));
        }
        paths.last = paths.latest(order.iter().copied()).1;
        paths
    }

    fn latest(&self, among: impl Iterator<Item = NodeIndex>) -> (Option<u64>, Option<NodeIndex>) {
        let ends = among.filter_map(|index| Some((index, self.ends.get(&index)?.0)));
        let latest = ends.max_by_key(|(index, end)| (end.is_none(), *end, index.index()));
        latest.map_or((Some(0), None), |(index, end)| (end, Some(index)))
    }

    fn total(&self) -> Option<u64> {
        self.last.map_or(Some(0), |last| self.ends.get(&last).and_then(|(end, _)| *end))
    }

    fn chain(&self) -> impl Iterator<Item = NodeIndex> {
        let mut chain: Vec<_> =
            std::iter::successors(self.last, |index| self.ends.get(index).and_then(|(_, previous)| *previous))
                .collect();
        chain.reverse();
        chain.into_iter()
    }
}

fn shortest_ms(node: &Node) -> u64 {
    match &node.work {
        Work::Hold(hold) => hold.duration_ms,
        Work::Expose(expose) => expose.stage.hold_ms,
        Work::Mirror(mirror) => mirror.duration_ms,
        Work::Begin | Work::Finish | Work::Effect(_) | Work::Approval(_) => 0,
        Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => 0,
    }
}

fn longest_ms(body: &Body, node: &Node) -> Option<u64> {
    match &node.work {
        Work::Begin | Work::Finish => Some(0),
        Work::Approval(approval) => Some(approval.within_ms),
        Work::Effect(effect) => Some(effect_ms(effect)),
        Work::Hold(hold) => hold_ms(body, hold.guard.as_ref(), hold.duration_ms),
        Work::Expose(expose) => hold_ms(body, expose.stage.guard.as_ref(), expose.stage.hold_ms),
        Work::Mirror(mirror) => hold_ms(body, mirror.guard.as_ref(), mirror.duration_ms),
        Work::WaitUntil(_) => Some(DAY_MS),
        // As long as its tables are large.
        Work::Migrate(_) => None,
        // As long as the ways back of its rollouts.
        Work::Rollback(rollback) => Some(back_ms(body, &rollback.rollouts)),
    }
}

/// All attempts and the waits between them, which double up to their limit.
pub(crate) fn effect_ms(effect: &Effect) -> u64 {
    let retry = effect.retry;
    let mut all = effect.timeout_ms.saturating_mul(u64::from(retry.attempts));
    let (mut wait, mut waits) = (retry.backoff_ms, u64::from(retry.attempts.saturating_sub(1)));
    while waits > 0 && wait < retry.backoff_max_ms && wait > 0 {
        all = all.saturating_add(wait);
        (wait, waits) = (wait.saturating_mul(2), waits - 1);
    }
    all.saturating_add(wait.min(retry.backoff_max_ms).saturating_mul(waits))
}

/// A day on which clocks go back has one hour more.
const DAY_MS: u64 = 25 * 60 * 60 * 1_000;

fn back_ms(body: &Body, rollouts: &[String]) -> u64 {
    let steps = rollouts.iter().filter_map(|name| body.rollouts.get(name)).flat_map(|rollout| &rollout.recovery);
    steps.fold(0, |all, step| all.saturating_add(effect_ms(&step.effect)))
}

fn hold_ms(body: &Body, guard: Option<&Guard>, duration_ms: u64) -> Option<u64> {
    let Some(gate) = guard.and_then(|guard| body.gates.get(&guard.gate)) else {
        return Some(duration_ms);
    };
    match gate.inconclusive.then {
        Undecided::Rollback => Some(duration_ms.saturating_add(gate.inconclusive.extend_ms)),
        Undecided::Hold | Undecided::Ask => None,
    }
}
