//! What the runtime relies on without asking again: a plan that names only what it holds, in runnable order.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::body::{Body, Input, Rollout};
use crate::gate::Gate;
use crate::migration::{migrate_is_sound, migration_is_sound};
use crate::node::{Call, Guard, Hold, Node, NodeId, Subject, Work};
use crate::objective::Objective;
use crate::quantity::{Exact, Share};
use crate::scope::Silence;

/// Says what is wrong with a body that cannot have come from the compiler.
pub fn sound(body: &Body) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    let mut begun = BTreeSet::new();
    for node in &body.nodes {
        node_is_sound(body, node, &seen)?;
        begins_first(node, &seen, &mut begun)?;
        if seen.insert(&node.id, node.rollout.as_ref()).is_some() {
            return Err(format!("the node `{}` stands twice", node.id));
        }
    }
    asides_are_sound(body, &mut seen)?;
    together_is_sound(body)?;
    for (name, rollout) in &body.rollouts {
        rollout_is_sound(body, name, rollout)?;
        for step in &rollout.recovery {
            if seen.insert(&step.id, None).is_some() {
                return Err(format!("the node `{}` stands twice", step.id));
            }
        }
    }
    body.migrations.iter().try_for_each(|(name, it)| migration_is_sound(body, name, it))?;
    body.gates.iter().try_for_each(|(name, gate)| gate_is_sound(body, name, gate))?;
    body.objectives.iter().try_for_each(|(name, objective)| objective_is_sound(body, name, objective))
}

fn objective_is_sound(body: &Body, name: &str, objective: &Objective) -> Result<(), String> {
    if !body.services.contains_key(&objective.service) {
        return Err(format!("the objective `{name}` is of the service `{}`, which is not there", objective.service));
    }
    if objective.good <= Exact::ZERO || objective.good > Exact::ONE || objective.period_ms == 0 {
        return Err(format!("the objective `{name}` asks for no share of any time"));
    }
    Ok(())
}

/// Nodes that stand before, each with its rollout.
type Seen<'a> = BTreeMap<&'a NodeId, Option<&'a String>>;

/// Before its beginning a rollout has no releases, and every call on one would be complete at once.
fn begins_first<'a>(node: &'a Node, seen: &Seen<'_>, begun: &mut BTreeSet<&'a String>) -> Result<(), String> {
    let Some(rollout) = &node.rollout else { return Ok(()) };
    match &node.work {
        Work::Begin if !begun.insert(rollout) => Err(format!("`{}` begins `{rollout}` a second time", node.id)),
        Work::Begin => Ok(()),
        Work::WaitUntil(_) | Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) | Work::Migrate(_) => {
            Err(format!("`{}` is no work of a rollout", node.id))
        }
        Work::Effect(_) | Work::Hold(_) | Work::Approval(_) | Work::Finish => {
            let behind = node.after.iter().any(|id| seen.get(id).is_some_and(|of| *of == Some(rollout)));
            let message = || format!("`{}` waits for nothing of its rollout `{rollout}`", node.id);
            if behind { Ok(()) } else { Err(message()) }
        }
    }
}

/// Handlers and what is done at the end stand for themselves: they wait for nothing outside, and no rollout is theirs.
fn asides_are_sound<'a>(body: &'a Body, seen: &mut Seen<'a>) -> Result<(), String> {
    let asides = body.scopes.values().map(|scope| &scope.on_failure).chain([&body.finally]);
    for aside in asides {
        let mut own = Seen::new();
        for node in aside {
            if node.rollout.is_some() || matches!(node.work, Work::Begin | Work::Finish) {
                return Err(format!("`{}` is of a rollout, and its place is no way forward", node.id));
            }
            node_is_sound(body, node, &own)?;
            own.insert(&node.id, None);
            if seen.insert(&node.id, None).is_some() {
                return Err(format!("the node `{}` stands twice", node.id));
            }
        }
    }
    scopes_are_sound(body)?;
    scopes_stay_in_one_place(body)
}

/// A step with modifiers is of the way forward, of one handler or of the end: what fails in one of these is no failure of
/// another.
fn scopes_stay_in_one_place(body: &Body) -> Result<(), String> {
    let handlers = body.scopes.values().map(|scope| &scope.on_failure);
    let mut places: BTreeMap<&String, usize> = BTreeMap::new();
    for (place, nodes) in [&body.nodes, &body.finally].into_iter().chain(handlers).enumerate() {
        for node in nodes {
            let outward = |key: &&'_ String| body.scopes.get(*key).and_then(|scope| scope.within.as_ref());
            for key in std::iter::successors(node.scope.as_ref(), outward) {
                if *places.entry(key).or_insert(place) != place {
                    return Err(format!("`{}` belongs to the step `{key}`, which stands elsewhere", node.id));
                }
            }
        }
    }
    Ok(())
}

/// Scopes lie in each other and nowhere in themselves.
fn scopes_are_sound(body: &Body) -> Result<(), String> {
    for (key, scope) in &body.scopes {
        let mut around = scope.within.as_ref();
        for _ in 0..=body.scopes.len() {
            let Some(outer) = around else { break };
            let found = body.scopes.get(outer);
            around = found.ok_or_else(|| format!("`{key}` lies in `{outer}`, which is not there"))?.within.as_ref();
        }
        if around.is_some() {
            return Err(format!("`{key}` lies in itself"));
        }
        scope.silence.iter().try_for_each(|silence| silence_is_sound(body, key, silence))?;
    }
    Ok(())
}

/// A silence is of an environment where somebody keeps alerts, names what it matches, and ends.
fn silence_is_sound(body: &Body, key: &str, silence: &Silence) -> Result<(), String> {
    let keeps = body.environments.get(&silence.environment).is_some_and(|it| it.alerts.is_some());
    let names = !silence.matching.is_empty() && silence.matching.values().all(|value| !value.is_empty());
    match (keeps, names, silence.at_most_ms) {
        (false, _, _) => Err(format!("`{key}` silences alerts that nobody keeps")),
        (true, false, _) => Err(format!("`{key}` silences every alert")),
        (true, true, 0) => Err(format!("`{key}` silences alerts for no time")),
        (true, true, _) => Ok(()),
    }
}

/// Every rollout has one verdict, and those that share one go to one environment in the same stages.
fn together_is_sound(body: &Body) -> Result<(), String> {
    let mut taken = BTreeSet::new();
    for (key, together) in &body.together {
        for name in &together.rollouts {
            if !body.rollouts.contains_key(name) {
                return Err(format!("`{key}` names the rollout `{name}`, which is not there"));
            }
            if !taken.insert(name) {
                return Err(format!("the rollout `{name}` has two verdicts"));
            }
        }
        let mut members = together.rollouts.iter().filter_map(|name| body.rollouts.get(name));
        if let Some(first) = members.next()
            && members.any(|it| it.environment != first.environment || it.stages.len() != first.stages.len())
        {
            return Err(format!("the rollouts of `{key}` do not go in step"));
        }
    }
    Ok(())
}

fn gate_is_sound(body: &Body, name: &str, gate: &Gate) -> Result<(), String> {
    let half = Decimal::new(5, 1);
    if gate.confidence.value() <= half || gate.confidence.value() >= Decimal::ONE {
        return Err(format!("the confidence {} of gate `{name}` is not between 0.5 and 1", gate.confidence));
    }
    if gate.against == Some(gate.arm) {
        return Err(format!("gate `{name}` compares an arm with itself"));
    }
    if gate.conditions.is_empty() {
        return Err(format!("gate `{name}` has no condition"));
    }
    if let Some(share) = gate.conditions.iter().find(|it| it.lower && !it.bound.is_amount()) {
        return Err(format!("gate `{name}` has a lower limit on a share: `{}`", share.text));
    }
    let unknown = gate.conditions.iter().find(|c| !body.metrics.contains_key(&c.metric));
    unknown.map_or(Ok(()), |condition| {
        Err(format!("gate `{name}` reads the metric `{}`, which is not there", condition.metric))
    })
}

fn node_is_sound(body: &Body, node: &Node, seen: &Seen<'_>) -> Result<(), String> {
    if let Some(late) = node.after.iter().find(|id| !seen.contains_key(id)) {
        return Err(format!("the node `{}` waits for `{late}`, which does not stand before it", node.id));
    }
    let rollout = match &node.rollout {
        None => None,
        Some(name) => {
            Some(body.rollouts.get(name).ok_or_else(|| format!("`{}` belongs to no rollout `{name}`", node.id))?)
        }
    };
    if let (Some(stage), Some(rollout)) = (node.stage, rollout)
        && rollout.stages.get(stage as usize).is_none()
    {
        return Err(format!("`{}` belongs to stage {stage}, which is not there", node.id));
    }
    if let Some(scope) = node.scope.as_ref().filter(|scope| !body.scopes.contains_key(*scope)) {
        return Err(format!("`{}` belongs to the step `{scope}`, which is not there", node.id));
    }
    match &node.work {
        Work::Begin | Work::Finish if rollout.is_none() => Err(format!("`{}` belongs to no rollout", node.id)),
        Work::Begin | Work::Finish | Work::Approval(_) => Ok(()),
        Work::WaitUntil(until) if until.minutes >= 24 * 60 => {
            Err(format!("`{}` waits for a time that no day has", node.id))
        }
        Work::WaitUntil(_) => Ok(()),
        Work::Rollback(rollback) => {
            let unknown = rollback.rollouts.iter().find(|name| !body.rollouts.contains_key(*name));
            unknown.map_or(Ok(()), |name| Err(format!("`{}` brings back `{name}`, which is not there", node.id)))
        }
        Work::Expose(expose) => {
            environment_is_there(body, &expose.environment)?;
            flag_is_there(body, &expose.flag)?;
            guarded(body, &node.id.0, expose.stage.guard.as_ref())
        }
        Work::Mirror(mirror) => {
            named(body, &mirror.environment, &mirror.service)?;
            guarded(body, &node.id.0, mirror.guard.as_ref())
        }
        Work::Migrate(migrate) => {
            environment_is_there(body, &migrate.environment)?;
            migrate_is_sound(body, &node.id.0, migrate)
        }
        Work::Effect(effect) => call_is_sound(&node.id.0, &effect.call, rollout.is_some()),
        Work::Hold(hold) => hold_is_sound(body, node, hold),
    }
}

fn call_is_sound(id: &str, call: &Call, in_rollout: bool) -> Result<(), String> {
    match call {
        Call::Act { .. } => Ok(()),
        Call::Ensure { .. } | Call::Stop { .. } | Call::Shift { .. } if !in_rollout => {
            Err(format!("`{id}` belongs to no rollout"))
        }
        Call::Ensure { .. } | Call::Stop { .. } => Ok(()),
        Call::Shift { weights, .. } => {
            let sum: u64 = weights.iter().map(|(_, share)| u64::from(share.basis_points())).sum();
            (sum == u64::from(Share::ALL.basis_points()))
                .then_some(())
                .ok_or_else(|| format!("the weights of `{id}` miss 100 %"))
        }
    }
}

fn hold_is_sound(body: &Body, node: &Node, hold: &Hold) -> Result<(), String> {
    match &hold.subject {
        Subject::Rollout if node.rollout.is_none() => {
            return Err(format!("`{}` belongs to no rollout", node.id));
        }
        Subject::Rollout => {}
        Subject::Nothing if node.rollout.is_some() || hold.guard.is_some() => {
            return Err(format!("`{}` lets time pass, and nothing can be judged there", node.id));
        }
        Subject::Nothing => {}
        Subject::Service { environment, service } => named(body, environment, service)?,
    }
    guarded(body, &node.id.0, hold.guard.as_ref())
}

fn guarded(body: &Body, id: &str, guard: Option<&Guard>) -> Result<(), String> {
    match guard {
        Some(Guard { gate, .. }) if !body.gates.contains_key(gate) => {
            Err(format!("`{id}` is guarded by `{gate}`, which is not there"))
        }
        Some(Guard { shares: 0, .. }) => Err(format!("the guard of `{id}` has no share of its level")),
        Some(_) | None => Ok(()),
    }
}

fn rollout_is_sound(body: &Body, name: &str, rollout: &Rollout) -> Result<(), String> {
    named(body, &rollout.environment, &rollout.service)?;
    if let Input::Parameter(parameter) = &rollout.artifact
        && !body.parameters.contains_key(parameter)
    {
        return Err(format!("rollout `{name}` takes its artifact from `{parameter}`, which is not there"));
    }
    rollout.recovery.iter().try_for_each(|step| call_is_sound(&step.id.0, &step.effect.call, true))
}

fn environment_is_there(body: &Body, environment: &str) -> Result<(), String> {
    if body.environments.contains_key(environment) {
        return Ok(());
    }
    Err(format!("the environment `{environment}` is not there"))
}

fn flag_is_there(body: &Body, name: &str) -> Result<(), String> {
    let flag = body.flags.get(name).ok_or_else(|| format!("the flag `{name}` is not there"))?;
    let known = body.services.contains_key(&flag.service);
    known.then_some(()).ok_or_else(|| format!("the flag `{name}` is read by `{}`, which is not there", flag.service))
}

fn named(body: &Body, environment: &str, service: &str) -> Result<(), String> {
    environment_is_there(body, environment)?;
    if !body.services.contains_key(service) {
        return Err(format!("the service `{service}` is not there"));
    }
    Ok(())
}
