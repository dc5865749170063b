//! What of a plan the machine carries out; the rest is taken out and named, step by step, as not verified.

use std::collections::{BTreeMap, BTreeSet};

use plan::{Arm, Body, Capability, Digest, Gate, Input, Node, NodeId, Plan, Work};

/// Something that was not verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The step that needs it, by its node.
    pub step: String,
    /// What it needs, as `body.requires` writes it.
    pub requires: String,
    /// The same in words, to follow "the machine cannot".
    pub what: String,
}

/// The plan without what the machine cannot carry out, and what that is.
///
/// # Errors
/// What is left is no sound plan, or the plan asks for what nobody knows here.
pub(super) fn carried(plan: &Plan) -> Result<(Plan, Vec<LeftOut>), String> {
    let asked = plan::requires::asked_by(&plan.body);
    let known: BTreeSet<String> = asked.keys().map(ToString::to_string).collect();
    if let Some(foreign) = plan.body.requires.iter().find(|name| !known.contains(*name)) {
        return Err(format!("the plan requires `{foreign}`, which this program does not know"));
    }
    let left_out: Vec<LeftOut> = asked.iter().filter(|(it, _)| !is_tried(it)).flat_map(named).collect();
    if left_out.is_empty() {
        return Ok((plan.clone(), left_out));
    }
    let mut body = plan.body.clone();
    without_steps(&mut body);
    without_conditions(&mut body);
    without_artifacts(&mut body);
    plan::validate::sound(&body).map_err(|why| format!("what the machine can carry out is no plan: {why}"))?;
    Ok((Plan::new(body, plan.source_map.clone()), left_out))
}

/// Whether the machine carries it out, and the world here has what it asks for: users have shares of bad requests, for any
/// plan; what they pay and how long they wait is of no plan's range or limit, and nobody but releases answers them.
fn is_tried(capability: &Capability) -> bool {
    machine::can(capability) && !matches!(capability, Capability::Metric(_) | Capability::Arm(_))
}

fn named((capability, steps): (&Capability, &Vec<String>)) -> Vec<LeftOut> {
    let left_out =
        |step: &String| LeftOut { step: step.clone(), requires: capability.to_string(), what: capability.described() };
    steps.iter().map(left_out).collect()
}

/// Whether the machine does this work at all.
fn is_done(work: &Work) -> bool {
    match work {
        Work::Begin | Work::Effect(_) | Work::Hold(_) | Work::Approval(_) | Work::Finish => true,
        Work::WaitUntil(_) => machine::can(&Capability::WaitUntil),
        Work::Rollback(_) => machine::can(&Capability::Rollback),
        Work::Expose(_) => machine::can(&Capability::Flags),
        Work::Mirror(_) => machine::can(&Capability::Mirror),
        Work::Migrate(_) => machine::can(&Capability::Migrations),
    }
}

fn without_steps(body: &mut Body) {
    leave_out(&mut body.nodes);
    leave_out(&mut body.finally);
    body.scopes.values_mut().for_each(|scope| leave_out(&mut scope.on_failure));
}

/// Takes out the nodes whose work is not done; what waited for them waits for what they waited for.
fn leave_out(nodes: &mut Vec<Node>) {
    let mut instead: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    nodes.retain_mut(|node| {
        let waits = node.after.iter().flat_map(|id| instead.get(id).cloned().unwrap_or_else(|| vec![id.clone()]));
        let unique: BTreeSet<NodeId> = waits.collect();
        node.after = unique.into_iter().collect();
        if !machine::can(&Capability::Outputs) && node.when.as_ref().is_some_and(names_output) {
            node.when = None;
        }
        let done = is_done(&node.work);
        if !done {
            instead.insert(node.id.clone(), node.after.clone());
        }
        done
    });
}

fn names_output(when: &plan::Decision) -> bool {
    when.values().iter().any(|value| value.to_string().contains("\"$output\""))
}

/// Takes out the conditions that are not judged, and the gates that have none left.
fn without_conditions(body: &mut Body) {
    let metrics = std::mem::take(&mut body.metrics);
    let judged = |gate: &mut Gate| {
        gate.conditions.retain(|condition| {
            let kind = metrics.get(&condition.metric).map(|metric| metric.kind).unwrap_or_default();
            let kind = kind == plan::MetricKind::Ratio || is_tried(&Capability::Metric(kind));
            kind && (!condition.advisory || machine::can(&Capability::Advisory))
        });
        let arms = [Some(gate.arm), gate.against];
        !gate.conditions.is_empty() && arms.into_iter().flatten().all(is_judged)
    };
    body.gates.retain(|_, gate| judged(gate));
    body.metrics = metrics;
    let gates = &body.gates;
    let scopes = body.scopes.values_mut().flat_map(|scope| &mut scope.on_failure);
    for node in body.nodes.iter_mut().chain(&mut body.finally).chain(scopes) {
        let guard = match &mut node.work {
            Work::Hold(hold) => &mut hold.guard,
            Work::Expose(expose) => &mut expose.stage.guard,
            Work::Mirror(mirror) => &mut mirror.guard,
            Work::Begin | Work::Effect(_) | Work::Approval(_) | Work::Finish => continue,
            Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => continue,
        };
        if guard.as_ref().is_some_and(|guard| !gates.contains_key(&guard.gate)) {
            *guard = None;
        }
    }
}

fn is_judged(arm: Arm) -> bool {
    match arm {
        Arm::Canary | Arm::Stable | Arm::Service => true,
        Arm::Baseline | Arm::Previous | Arm::Shadow => is_tried(&Capability::Arm(arm)),
    }
}

/// Puts an artifact in the place of one that is not found.
fn without_artifacts(body: &mut Body) {
    for rollout in body.rollouts.values_mut() {
        let found = match &rollout.artifact {
            Input::Parameter(_) | Input::Digest(_) => true,
            Input::Output { .. } => machine::can(&Capability::Outputs),
            Input::Previous | Input::Running => machine::can(&Capability::EarlierReleases),
        };
        if !found {
            rollout.artifact = Input::Digest(Digest::of(b"new"));
        }
    }
}
