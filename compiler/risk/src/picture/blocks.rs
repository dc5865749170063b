//! What is drawn as one card: a rollout with all its stages, the stages of one exposure, or a single step.

use std::collections::BTreeMap;

use plan::{Body, Node, Plan, Rollout, Share, Stage, Work};

use crate::describe::{call, name, particulars, work};
use crate::way_back::irreversible;

/// One card.
pub(super) struct Block<'p> {
    pub(super) title: String,
    pub(super) rows: Vec<Row<'p>>,
    /// What brings it back, in order.
    pub(super) back: Option<String>,
    /// Why nothing brings it back.
    pub(super) kept: Option<String>,
    pub(super) nodes: Vec<&'p Node>,
}

/// One line of a card.
pub(super) struct Row<'p> {
    /// The node that is shown.
    pub(super) node: &'p str,
    pub(super) label: String,
    pub(super) bar: Option<Bar>,
    pub(super) text: String,
}

/// A share of the traffic.
#[derive(Clone, Copy)]
pub(super) struct Bar {
    /// Of one.
    pub(super) share: f64,
    /// Copies, which no user sees answered.
    pub(super) copies: bool,
}

impl Bar {
    fn of(share: Share, copies: bool) -> Self {
        Self { share: share.to_f64().clamp(0.0, 1.0), copies }
    }
}

/// The cards of the way forward, in the order of the plan, and the card of each node.
pub(super) fn blocks(plan: &Plan) -> (Vec<Block<'_>>, BTreeMap<&str, usize>) {
    let mut of_node = BTreeMap::new();
    let mut of_step: BTreeMap<&str, usize> = BTreeMap::new();
    let mut members: Vec<Vec<&Node>> = Vec::new();
    for node in &plan.body.nodes {
        let card = *of_step.entry(step(node)).or_insert(members.len());
        match members.get_mut(card) {
            Some(nodes) => nodes.push(node),
            None => members.push(vec![node]),
        }
        of_node.insert(node.id.0.as_str(), card);
    }
    let kept = irreversible(plan).into_iter().map(|it| (it.node.0, it.why)).collect();
    (members.into_iter().map(|nodes| block(&plan.body, nodes, &kept)).collect(), of_node)
}

/// Nodes of one step share a card. Steps and nodes have paths of one kind, so that none is taken for another.
fn step(node: &Node) -> &str {
    match (&node.rollout, &node.work) {
        (Some(rollout), _) => rollout,
        (None, Work::Expose(expose)) if !expose.step.is_empty() => &expose.step,
        (None, _) => &node.id.0,
    }
}

fn block<'p>(body: &'p Body, nodes: Vec<&'p Node>, kept: &BTreeMap<String, String>) -> Block<'p> {
    let rollout = nodes.first().and_then(|node| node.rollout.as_ref());
    match rollout.and_then(|key| body.rollouts.get(key)) {
        Some(rollout) => rolled_out(rollout, nodes),
        None => {
            let kept = nodes.iter().find_map(|node| kept.get(&node.id.0)).cloned();
            Block { title: title(body, &nodes), rows: rows(&nodes), back: None, kept, nodes }
        }
    }
}

fn title(body: &Body, nodes: &[&Node]) -> String {
    nodes.first().map(|node| name(node, &body.workflow).to_owned()).unwrap_or_default()
}

fn rolled_out<'p>(rollout: &'p Rollout, nodes: Vec<&'p Node>) -> Block<'p> {
    let title = format!("{} to {} using {}", rollout.service, rollout.environment, rollout.strategy);
    let stages = rollout.stages.iter().zip(0..).filter_map(|(stage, index)| staged(stage, index, &nodes));
    let back = rollout.recovery.iter().map(|step| call(&step.effect.call)).collect::<Vec<_>>().join(", then ");
    Block { title, rows: stages.collect(), back: (!back.is_empty()).then_some(back), kept: None, nodes }
}

fn staged<'p>(stage: &Stage, index: u32, nodes: &[&'p Node]) -> Option<Row<'p>> {
    let own = || nodes.iter().filter(|node| node.stage == Some(index));
    let hold = own().find(|node| matches!(node.work, Work::Hold(_)));
    let node = hold.or_else(|| own().next())?;
    let text = hold.map(|node| work(&node.work)).unwrap_or_default() + &particulars(stage);
    let bar = stage.mirror.map_or_else(|| Bar::of(stage.weight, false), |share| Bar::of(share, true));
    let text = text.strip_prefix(", ").map(str::to_owned).unwrap_or(text);
    Some(Row { node: &node.id.0, label: stage.label.clone(), bar: Some(bar), text })
}

/// Rows of nodes that stand beside the way forward, or of a step without stages.
pub(super) fn rows<'p>(nodes: &[&'p Node]) -> Vec<Row<'p>> {
    nodes.iter().map(|node| row(node)).collect()
}

fn row(node: &Node) -> Row<'_> {
    let (label, bar) = match &node.work {
        Work::Expose(expose) => (expose.stage.share.to_string(), Some(Bar::of(expose.stage.share, false))),
        Work::Mirror(mirror) => (mirror.share.to_string(), Some(Bar::of(mirror.share, true))),
        Work::Begin | Work::Finish | Work::Effect(_) | Work::Hold(_) | Work::Approval(_) => (String::new(), None),
        Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => (String::new(), None),
    };
    Row { node: &node.id.0, label, bar, text: work(&node.work) }
}
