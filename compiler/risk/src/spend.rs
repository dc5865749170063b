//! P12: what a release that goes bad costs of the error budget until it is back, at the highest declared traffic.
//!
//! With the stage's part of the requests w, the share q of them that fail and the time D until the traffic is back,
//! it spends w · D · q / ((1 − objective) · period) of the budget: requests cancel out. D is the time in which the gate
//! is expected to tell q (never longer than hold and extension, at the end of which it must have passed), one look, and
//! the way back. A stage without a gate tells nothing, and the next one takes over.

use plan::{Arm, Condition, Objective, Plan, Reading};

use crate::report::{LetsThrough, Spend};
use crate::round::significant;
use crate::sight::Test;
use crate::stages::Facts;

/// Between two looks at a gate, and its answer.
const LOOK_MS: f64 = 1_000.0;

/// Just beyond a limit.
const BEYOND: f64 = 1.001;

/// Shares of failing requests at which the cost is computed, each with the next worse than the one before.
const SHARES: [f64; 13] = [1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];

/// What a release costs that goes bad at the beginning of stage `from`.
pub(crate) fn spends(plan: &Plan, service: &str, stages: &[Facts<'_>], from: usize, back_ms: u64) -> Vec<Spend> {
    // Without declared traffic nobody knows whether there are users at all.
    let declared = stages.get(from).is_some_and(|facts| facts.traffic.is_some());
    let own = plan.body.objectives.iter().filter(|(_, objective)| declared && objective.service == service);
    own.filter_map(|(name, objective)| spend(plan, (name, objective), &stages[from..], back_ms)).collect()
}

fn spend(plan: &Plan, (name, objective): (&String, &Objective), stages: &[Facts<'_>], back_ms: u64) -> Option<Spend> {
    let budget = Budget::of(objective)?;
    // What every gate allows is no failure of this release: it is told by what they let through.
    let shares = SHARES.iter().copied().chain(edges(plan, objective, stages));
    let shares = shares.filter(|share| !allowed_everywhere(plan, objective, stages, *share));
    let cost = |share| cost(plan, (objective, budget), stages, share, back_ms);
    let costs: Vec<(f64, Cost)> = shares.map(|share| (share, cost(share))).collect();
    let outright = costs.first()?.1;
    let (worst_at, worst) = costs.iter().rev().copied().max_by(|a, b| a.1.spent.total_cmp(&b.1.spent))?;
    Some(Spend {
        objective: name.clone(),
        outright: significant(outright.spent),
        outright_ends: outright.ends,
        worst: significant(worst.spent),
        worst_at: significant(worst_at),
        ends: costs.iter().all(|(_, cost)| cost.ends),
    })
}

/// How much of an objective's period may be bad, in milliseconds of full failure.
#[derive(Clone, Copy)]
pub(crate) struct Budget(f64);

impl Budget {
    /// None where nothing may fail: no share of nothing can be spent.
    pub(crate) fn of(objective: &Objective) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "periods are far shorter than 2^53 ms")]
        let budget = (1.0 - objective.good.to_f64()) * objective.period_ms as f64;
        (budget > 0.0).then_some(Self(budget))
    }

    /// The part of it that is spent when so large a share of the requests fails for so long.
    pub(crate) fn share(self, failing: f64, lasts_ms: f64) -> f64 {
        failing * lasts_ms / self.0
    }
}

/// What one share of failures costs.
#[derive(Clone, Copy)]
struct Cost {
    spent: f64,
    /// Whether something ends it without a person.
    ends: bool,
}

fn cost(
    plan: &Plan,
    (objective, budget): (&Objective, Budget),
    stages: &[Facts<'_>],
    share: f64,
    back_ms: u64,
) -> Cost {
    let mut spent = 0.0;
    for facts in stages {
        let (lasts_ms, told) = lasts_ms(plan, objective, facts, share);
        #[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
        let back = if told == Told::No { 0.0 } else { back_ms as f64 };
        spent += budget.share(facts.weight() * share, lasts_ms + back);
        match told {
            Told::Back => return Cost { spent, ends: true },
            Told::Asked => return Cost { spent, ends: false },
            // Within what the gate allows: it passes, and goes on.
            Told::No => {}
        }
    }
    Cost { spent, ends: false }
}

/// What comes of a failing share in a stage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// The gate fails, or does not pass in time.
    Back,
    /// The gate has no answer, and waits for a person's.
    Asked,
    /// The stage ends as if nothing were.
    No,
}

/// Whole milliseconds.
pub(crate) fn counted(ms: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is never negative")]
    let whole = ms.max(0.0) as u64;
    whole
}

/// Whether a condition looks at what an objective is about: failures at failures, slowness at slowness of the same metric.
fn looks_at(objective: &Objective, condition: &Condition) -> bool {
    match (objective.under_ms, &condition.reading) {
        (None, None) => !condition.advisory,
        (Some(_), Some(Reading::OverMs(_))) => !condition.advisory && condition.metric == objective.metric,
        (None | Some(_), _) => false,
    }
}

/// How long it lasts in a stage that so large a share of the release's requests is bad, without the way back.
#[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
pub(crate) fn lasts_ms(plan: &Plan, objective: &Objective, facts: &Facts<'_>, share: f64) -> (f64, Told) {
    let (ends_ms, by_itself) = facts.ends_ms();
    let Some(guarded) = facts.guard else { return (ends_ms as f64, Told::No) };
    let conditions = guarded.gate.conditions.iter().filter(|condition| looks_at(objective, condition));
    let tests: Vec<Test> = conditions.filter_map(|condition| Test::of(plan, facts, guarded, condition).ok()).collect();
    let seen = |test: &Test| seen_by(facts, guarded.gate.arm, test, share);
    if !tests.iter().any(|test| seen(test) > test.allowed()) {
        return (facts.hold_ms as f64, Told::No);
    }
    let rate = facts.traffic.map_or(0.0, |traffic| traffic.least.to_f64()) * facts.judged_share(guarded.gate.arm);
    let needed = tests.iter().filter_map(|test| test.needed_to_fail(seen(test))).min();
    let told_ms = needed.filter(|_| rate > 0.0).map(|needed| {
        needed as f64 / rate * 1_000.0 + guarded.gate.warm_up_ms as f64 + guarded.gate.lag_ms as f64 + LOOK_MS
    });
    match told_ms.filter(|told| *told < ends_ms as f64) {
        Some(told) => (told, Told::Back),
        None if by_itself => (ends_ms as f64, Told::Back),
        None => (ends_ms as f64, Told::Asked),
    }
}

/// The share of bad requests that the judged arm has when so many of the new release's fail: beside the usual ones of
/// the others where the whole service is judged, none of it where the new release is not.
fn seen_by(facts: &Facts<'_>, arm: Arm, test: &Test, share: f64) -> f64 {
    let usual = test.usual.unwrap_or(0.0);
    match arm {
        Arm::Canary | Arm::Shadow => share,
        Arm::Service => facts.weight() * share + (1.0 - facts.weight()) * usual,
        Arm::Stable | Arm::Previous | Arm::Baseline => usual,
    }
}

/// The shares just beyond what each condition allows: those that take a gate longest to tell.
fn edges<'f>(plan: &'f Plan, objective: &'f Objective, stages: &'f [Facts<'f>]) -> impl Iterator<Item = f64> + 'f {
    let edge = |(facts, arm, test): (&Facts<'_>, Arm, Test)| match arm {
        Arm::Canary | Arm::Shadow => Some(test.allowed() * BEYOND),
        Arm::Service if facts.weight() > 0.0 => {
            let others = (1.0 - facts.weight()) * test.usual.unwrap_or(0.0);
            Some((test.allowed() - others) / facts.weight() * BEYOND)
        }
        Arm::Service | Arm::Stable | Arm::Previous | Arm::Baseline => None,
    };
    tests(plan, objective, stages).filter_map(edge).filter(|share| (0.0..=1.0).contains(share))
}

/// Whether no gate minds this share: then it is not a failure that anybody declared.
fn allowed_everywhere(plan: &Plan, objective: &Objective, stages: &[Facts<'_>], share: f64) -> bool {
    let mut tests = tests(plan, objective, stages).peekable();
    tests.peek().is_some() && tests.all(|(facts, arm, test)| seen_by(facts, arm, &test, share) <= test.allowed())
}

/// How each condition of each stage is judged, as far as that is computed.
fn tests<'f>(
    plan: &'f Plan,
    objective: &'f Objective,
    stages: &'f [Facts<'f>],
) -> impl Iterator<Item = (&'f Facts<'f>, Arm, Test)> {
    let guarded = stages.iter().filter_map(|facts| Some((facts, facts.guard?)));
    guarded.flat_map(move |(facts, guarded)| {
        let conditions = guarded.gate.conditions.iter().filter(|condition| looks_at(objective, condition));
        conditions.filter_map(move |condition| {
            Some((facts, guarded.gate.arm, Test::of(plan, facts, guarded, condition).ok()?))
        })
    })
}

/// The conditions that pass a release which breaks an objective of the same metric.
pub(crate) fn lets_through(plan: &Plan, service: &str, stages: &[Facts<'_>]) -> Vec<LetsThrough> {
    let mut found: Vec<LetsThrough> = Vec::new();
    for facts in stages {
        let Some(guarded) = facts.guard else { continue };
        for condition in &guarded.gate.conditions {
            let Ok(test) = Test::of(plan, facts, guarded, condition) else { continue };
            let own = plan.body.objectives.iter().filter(|(_, it)| it.service == service && looks_at(it, condition));
            for (name, objective) in own.filter(|(_, it)| it.metric == condition.metric && same_time(it, condition)) {
                let burn = test.allowed() / (1.0 - objective.good.to_f64());
                let new = LetsThrough {
                    gate: guarded.guard.gate.clone(),
                    condition: condition.text.clone(),
                    allowed: significant(test.allowed()),
                    objective: name.clone(),
                    burn: significant(burn),
                };
                if burn > 1.0 && burn.is_finite() && !found.contains(&new) {
                    found.push(new);
                }
            }
        }
    }
    found
}

/// Whether a condition counts as bad exactly what the objective does.
fn same_time(objective: &Objective, condition: &Condition) -> bool {
    match &condition.reading {
        Some(Reading::OverMs(ms)) => objective.under_ms == Some(*ms),
        Some(Reading::Quantile(_)) => false,
        None => objective.under_ms.is_none(),
    }
}
