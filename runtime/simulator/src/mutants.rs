//! Plans changed in one place, by operators that were fixed before any verdict was seen: what verification is measured by.

use std::fmt;

use plan::{Call, Effect, Node, NodeId, Plan, RecoveryStep, Rollout, Share, Which, Work};

/// How a plan is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// One step of a way back is missing.
    Drop,
    /// Two neighbouring steps of a way back change places.
    Swap,
    /// A way back has no steps.
    Empty,
    /// The way back leaves 5 % of the traffic with the new release.
    Leave,
    /// The way back asks for one instance of the old release.
    Fewer,
    /// The way back leaves one instance of the new release.
    Keep,
    /// A step of the way back means the other release.
    Other,
    /// Traffic is shifted without waiting for its instances.
    Early,
    /// A stage gets more traffic than its instances carry.
    Heavier,
    /// A stage starts fewer instances than its traffic needs.
    Thinner,
    /// A step of a way back stands twice.
    Twice,
    /// The steps of a way back are tried once.
    Once,
    /// A hold has no gate.
    Unguarded,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Drop,
        Self::Swap,
        Self::Empty,
        Self::Leave,
        Self::Fewer,
        Self::Keep,
        Self::Other,
        Self::Early,
        Self::Heavier,
        Self::Thinner,
        Self::Twice,
        Self::Once,
        Self::Unguarded,
    ];

    /// Whether no mutant of it may pass.
    #[must_use]
    pub fn is_to_be_rejected(self) -> bool {
        !matches!(self, Self::Twice | Self::Once | Self::Unguarded)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// A changed plan.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// How it was changed.
    pub operator: Operator,
    /// Where.
    pub place: String,
    /// What came of it, sealed again.
    pub plan: Plan,
}

/// Every mutant of a plan that is still a sound plan.
#[must_use]
pub fn mutants(plan: &Plan) -> Vec<Mutant> {
    let all = Operator::ALL.into_iter().flat_map(|operator| match operator {
        Operator::Early | Operator::Heavier | Operator::Thinner | Operator::Unguarded => forward(plan, operator),
        _ => backward(plan, operator),
    });
    all.filter(|mutant| plan::validate::sound(&mutant.plan.body).is_ok()).collect()
}

/// Changes of ways back.
fn backward(plan: &Plan, operator: Operator) -> Vec<Mutant> {
    let places = plan.body.rollouts.iter().flat_map(|(key, it)| (0..it.recovery.len()).map(move |at| (key, it, at)));
    let changed = places.filter_map(|(key, rollout, at)| {
        let mut steps = rollout.recovery.clone();
        let did = recovery(&mut steps, at, rollout, operator);
        did.then(|| {
            let mut body = plan.body.clone();
            if let Some(rollout) = body.rollouts.get_mut(key) {
                rollout.recovery = steps;
            }
            let plan = Plan::new(body, plan.source_map.clone());
            Mutant { operator, place: rollout.recovery[at].id.0.clone(), plan }
        })
    });
    changed.collect()
}

/// Changes one way back at a step; false where the operator has nothing to change there.
fn recovery(steps: &mut Vec<RecoveryStep>, at: usize, rollout: &Rollout, operator: Operator) -> bool {
    let has_next = at + 1 < steps.len();
    match (operator, &mut steps[at].effect.call) {
        (Operator::Drop, _) => {
            steps.remove(at);
        }
        (Operator::Swap, _) if has_next => steps.swap(at, at + 1),
        (Operator::Empty, _) if at == 0 => steps.clear(),
        (Operator::Leave, Call::Shift { weights, .. }) => {
            let (Some(most), Some(rest)) = (Share::from_basis_points(9_500), Share::from_basis_points(500)) else {
                return false;
            };
            *weights = vec![(Which::Running, most), (Which::Incoming, rest)];
        }
        (Operator::Fewer, Call::Ensure { instances, .. }) if rollout.replicas > 1 => *instances = 1,
        (Operator::Keep, Call::Stop { keep, .. }) => *keep = 1,
        (Operator::Other, Call::Ensure { release, .. } | Call::Stop { release, .. }) => {
            *release = match release {
                Which::Incoming => Which::Running,
                Which::Running => Which::Incoming,
            };
        }
        (Operator::Other, Call::Shift { weights, .. }) => *weights = vec![(Which::Incoming, Share::ALL)],
        (Operator::Twice, _) => {
            let again = RecoveryStep { id: NodeId(format!("{}#again", steps[at].id)), ..steps[at].clone() };
            steps.insert(at + 1, again);
        }
        (Operator::Once, _) if at == 0 => steps.iter_mut().for_each(|step| step.effect.retry.attempts = 1),
        _ => return false,
    }
    true
}

/// Changes of ways forward.
fn forward(plan: &Plan, operator: Operator) -> Vec<Mutant> {
    let changed = (0..plan.body.nodes.len()).filter_map(|at| {
        let mut body = plan.body.clone();
        let rollout = body.nodes[at].rollout.as_ref().and_then(|key| plan.body.rollouts.get(key));
        let did = match operator {
            Operator::Early => shifts_early(&mut body.nodes, at),
            Operator::Heavier => gets_heavier(&mut body.nodes[at], rollout?),
            Operator::Thinner => gets_thinner(&mut body.nodes, at, rollout?),
            _ => loses_its_gate(&mut body.nodes[at]),
        };
        let place = plan.body.nodes[at].id.0.clone();
        did.then(|| Mutant { operator, place, plan: Plan::new(body, plan.source_map.clone()) })
    });
    changed.collect()
}

fn call_of(node: &mut Node) -> Option<&mut Call> {
    match &mut node.work {
        Work::Effect(Effect { call, .. }) => Some(call),
        _ => None,
    }
}

/// A shift waits for what its start waits for, and no longer for the start.
fn shifts_early(nodes: &mut [Node], at: usize) -> bool {
    if !matches!(call_of(&mut nodes[at]), Some(Call::Shift { .. })) {
        return false;
    }
    let waits = nodes[at].after.clone();
    let [start] = waits.as_slice() else { return false };
    let Some(earlier) = nodes.iter().position(|node| node.id == *start) else { return false };
    if !matches!(call_of(&mut nodes[earlier]), Some(Call::Ensure { release: Which::Incoming, .. })) {
        return false;
    }
    nodes[at].after = nodes[earlier].after.clone();
    true
}

/// Ten points more, which the instances do not carry.
fn gets_heavier(node: &mut Node, rollout: &Rollout) -> bool {
    let Some(Call::Shift { weights, .. }) = call_of(node) else { return false };
    let [(Which::Incoming, incoming), (Which::Running, running)] = weights.as_mut_slice() else { return false };
    let more = Share::from_basis_points(incoming.basis_points() + 1_000);
    let less = running.basis_points().checked_sub(1_000).and_then(Share::from_basis_points);
    let (Some(more), Some(less)) = (more, less) else { return false };
    let carried = |share: Share| u64::from(share.basis_points()) * u64::from(rollout.replicas) / 10_000;
    // Whoever starts a stage starts its share of the replicas, rounded up.
    let started = (u64::from(incoming.basis_points()) * u64::from(rollout.replicas)).div_ceil(10_000);
    let too_much = carried(more) > started;
    (*incoming, *running) = (more, less);
    too_much
}

/// One instance less than the stage behind it needs.
fn gets_thinner(nodes: &mut [Node], at: usize, rollout: &Rollout) -> bool {
    let share = nodes.get_mut(at + 1).and_then(call_of).and_then(|call| match call {
        Call::Shift { weights, .. } => weights.iter().find(|(which, _)| *which == Which::Incoming).map(|it| it.1),
        _ => None,
    });
    let Some(Call::Ensure { release: Which::Incoming, instances }) = call_of(&mut nodes[at]) else { return false };
    let Some(share) = share else { return false };
    let needed = u64::from(share.basis_points()) * u64::from(rollout.replicas) / 10_000;
    *instances = instances.saturating_sub(1);
    u64::from(*instances) < needed
}

fn loses_its_gate(node: &mut Node) -> bool {
    match &mut node.work {
        Work::Hold(hold) => hold.guard.take().is_some(),
        _ => false,
    }
}
