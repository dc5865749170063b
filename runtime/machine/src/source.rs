//! Where the counters of a hold are read, and what is asked there.

use std::collections::BTreeMap;

use plan::{Arm, Body, Gate, Node, Subject, Work};
use serde_json::Value;

use crate::action::Source;
use crate::bind;
use crate::ports::provider::SampleRequest;
use crate::run::Run;
use crate::slots::SlotIndex;

impl Run {
    /// Where a hold's counters are read; none where the environment measures nothing.
    pub fn source(&self, slot: SlotIndex) -> Option<Source> {
        of_node(&self.plan.body, self.node(slot)?, &self.head.parameters)
    }

    /// The milliseconds of a hold that are not counted: its gate's warm-up, and then until the answers of before are there.
    /// Whatever was before the warm-up was over and comes late is thus in the sample that the window opens with.
    pub(crate) fn opens_after_ms(&self, slot: SlotIndex) -> u64 {
        self.gate_of(slot).map_or(0, |(gate, _)| gate.warm_up_ms.saturating_add(gate.lag_ms))
    }
}

/// Whatever will be asked of sources for the gates of a plan, by the nodes that they guard.
pub fn sources(body: &Body, parameters: &BTreeMap<String, Value>) -> Vec<(String, Source)> {
    let handlers = body.scopes.values().flat_map(|scope| &scope.on_failure);
    let all = body.nodes.iter().chain(handlers).chain(&body.finally);
    let guarded = all.filter(|node| gate_of(body, node).is_some());
    guarded.filter_map(|node| Some((node.id.0.clone(), of_node(body, node, parameters)?))).collect()
}

fn gate_of<'b>(body: &'b Body, node: &Node) -> Option<&'b Gate> {
    let Work::Hold(hold) = &node.work else { return None };
    body.gates.get(&hold.guard.as_ref()?.gate)
}

fn of_node(body: &Body, node: &Node, parameters: &BTreeMap<String, Value>) -> Option<Source> {
    let Work::Hold(hold) = &node.work else { return None };
    let (environment, service) = match &hold.subject {
        Subject::Service { environment, service } => (environment, service),
        Subject::Nothing => return None,
        Subject::Rollout => {
            let rollout = body.rollouts.get(node.rollout.as_ref()?)?;
            (&rollout.environment, &rollout.service)
        }
    };
    let place = body.environments.get(environment)?;
    let binding = place.metrics.as_ref().or(place.traffic.as_ref())?;
    let gate = gate_of(body, node);
    let conditions = gate.map(|gate| gate.conditions.as_slice()).unwrap_or_default();
    let read = |name: &String| Some((name.clone(), body.metrics.get(name)?.clone()));
    let request = SampleRequest {
        // The driver stamps it when it asks.
        asked_ms: 0,
        environment: environment.clone(),
        config: bind::value(&binding.config, &bind::Known::at_start(parameters)),
        service_id: body.services.get(service)?.id.clone(),
        metrics: conditions.iter().filter_map(|condition| read(&condition.metric)).collect(),
        arms: gate.map(arms).unwrap_or_default(),
    };
    Some(Source { provider: binding.provider.clone(), request })
}

/// The arms of a gate that are no release of their own.
fn arms(gate: &Gate) -> Vec<Arm> {
    let all = [Some(gate.arm), gate.against].into_iter().flatten();
    all.filter(|arm| match arm {
        Arm::Baseline | Arm::Previous | Arm::Shadow => true,
        Arm::Canary | Arm::Stable | Arm::Service => false,
    })
    .collect()
}
