//! Where a run turned, by what reached the world: the last stage of a rollout that was asked for before its way back began.

use std::collections::BTreeMap;

use machine::event::Event;
use plan::Share;

use crate::case::Case;
use crate::history::{History, Line};
use crate::oracle::node_of;
use crate::world::What;

/// A rollout that turned, or went no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) service: String,
    pub(super) environment: String,
    pub(super) weight: Share,
    /// The stage's label.
    pub(super) label: String,
    /// What of the stage began last: a node.
    pub(super) node: String,
}

impl Turn {
    pub(super) fn words(&self) -> String {
        format!("stage {} of `{}` in `{}`", self.label, self.service, self.environment)
    }
}

/// Every rollout that went back, or, where none did, the one that began something last.
pub(super) fn turned(case: &Case, left: &History) -> Vec<Turn> {
    let began = began(case, left);
    let back = went_back(case, left);
    let last_before = |rollout: &str, before: u64| {
        began.iter().rfind(|(order, node, _)| {
            *order < before && case.plan.body.nodes[*node].rollout.as_deref() == Some(rollout)
        })
    };
    let found: Vec<Turn> =
        back.iter().filter_map(|(rollout, order)| turn(case, last_before(rollout, *order)?.1)).collect();
    if !found.is_empty() {
        return found;
    }
    began.last().and_then(|(_, node, _)| turn(case, *node)).into_iter().collect()
}

fn turn(case: &Case, node: usize) -> Option<Turn> {
    let body = &case.plan.body;
    let node = &body.nodes[node];
    let rollout = body.rollouts.get(node.rollout.as_ref()?)?;
    let stage = rollout.stages.get(node.stage? as usize)?;
    Some(Turn {
        service: rollout.service.clone(),
        environment: rollout.environment.clone(),
        weight: stage.weight,
        label: stage.label.clone(),
        node: node.id.0.clone(),
    })
}

/// What of stages began, in order: its number among all that happened, the node, and true time.
pub(super) fn began(case: &Case, left: &History) -> Vec<(u64, usize, u64)> {
    let of_stage = |node: &str| {
        let index = case.steps.get(node)?.node?;
        case.plan.body.nodes[index].stage.map(|_| index)
    };
    let lines = left.journal.iter().filter_map(|written| {
        let node = match &written.line {
            Line::Intent { request } => node_of(request),
            Line::Event(event) => match event.as_ref() {
                Event::Opened { node, .. } => node.as_str(),
                _ => return None,
            },
            Line::Recorded { .. } => return None,
        };
        Some((written.order, of_stage(node)?, written.at_ms))
    });
    lines.collect()
}

/// When the way back of each rollout reached the world first.
fn went_back(case: &Case, left: &History) -> BTreeMap<String, u64> {
    let recovery = |(key, rollout): (&String, &plan::Rollout)| {
        rollout.recovery.iter().map(|step| (step.id.0.clone(), key.clone())).collect::<Vec<_>>()
    };
    let recovery: BTreeMap<String, String> = case.plan.body.rollouts.iter().flat_map(recovery).collect();
    let mut first = BTreeMap::new();
    for entry in &left.world.book {
        if let What::Arrived { request, .. } = &entry.what
            && let Some(rollout) = recovery.get(node_of(request))
        {
            first.entry(rollout.clone()).or_insert(entry.order);
        }
    }
    first
}
