//! P12: what a release that goes bad costs of the error budget until it is back, at the highest declared traffic.
//!
//! With the stage's part of the requests w, the share q of them that fail and the time D until the traffic is back,
//! it spends w · D · q / ((1 − objective) · period) of the budget: requests cancel out. D is the time in which the gate
//! is expected to tell q (never longer than hold and extension, at the end of which it must have passed), one look, and
//! the way back. A stage without a gate tells nothing, and the next one takes over.

use std::collections::{BTreeMap, BTreeSet};

use plan::{Arm, Condition, Objective, Reading};

use crate::index::Index;
use crate::kept::Kept;
use crate::report::{LetsThrough, Spend};
use crate::round::significant;
use crate::sight::Test;
use crate::stages::{Facts, Guarded};

/// Between two looks at a gate, and its answer.
const LOOK_MS: f64 = 1_000.0;

/// Just beyond a limit.
const BEYOND: f64 = 1.001;

/// Shares of failing requests at which the cost is computed, each with the next worse than the one before.
const SHARES: [f64; 13] = [1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];

/// What a release costs that goes bad at the beginning of a stage, for each stage in order.
pub(crate) fn spends(index: &Index<'_>, service: &str, stages: &[Facts<'_>], back_ms: u64) -> Vec<Vec<Spend>> {
    let mut all: Vec<Vec<Spend>> = stages.iter().map(|_| Vec::new()).collect();
    for (name, objective) in index.objectives(service) {
        let Some(budget) = Budget::of(objective) else { continue };
        let dearest = dearest(index, objective, budget, stages, back_ms);
        for ((own, facts), dearest) in all.iter_mut().zip(stages).zip(dearest) {
            // Without declared traffic nobody knows whether there are users at all.
            own.extend(dearest.told(name).filter(|_| facts.traffic.is_some()));
        }
    }
    all
}

/// Over all shares of failures that matter from a stage on.
#[derive(Clone, Copy, Default)]
struct Dearest {
    /// What the first of them costs.
    outright: Option<Cost>,
    /// The share that costs most, and what.
    worst: Option<(f64, Cost)>,
    /// Whether one of them is ended by nothing.
    endless: bool,
}

impl Dearest {
    fn add(&mut self, share: f64, cost: Cost) {
        self.outright.get_or_insert(cost);
        if self.worst.is_none_or(|(_, worst)| cost.spent > worst.spent) {
            self.worst = Some((share, cost));
        }
        self.endless |= !cost.ends;
    }

    fn told(self, objective: &str) -> Option<Spend> {
        let (outright, (worst_at, worst)) = (self.outright?, self.worst?);
        Some(Spend {
            objective: objective.to_owned(),
            outright: significant(outright.spent),
            outright_ends: outright.ends,
            worst: significant(worst.spent),
            worst_at: significant(worst_at),
            ends: !self.endless,
        })
    }
}

/// For each stage, from behind: what a share of failures costs from it on is what it costs there, and, where nothing tells
/// it, what it costs from the next stage on.
fn dearest(
    index: &Index<'_>,
    objective: &Objective,
    budget: Budget,
    stages: &[Facts<'_>],
    back_ms: u64,
) -> Vec<Dearest> {
    let looked: Vec<Looked<'_>> = stages.iter().map(|facts| Looked::of(index, objective, facts)).collect();
    let mut found = vec![Dearest::default(); stages.len()];
    for (share, last) in shares(&looked) {
        let (mut behind, mut allowed) = (Cost { spent: 0.0, ends: false }, Allowed::default());
        for (at, looked) in looked.iter().enumerate().rev() {
            behind = looked.cost(&index.kept, budget, share, back_ms, behind);
            allowed.add(looked, share);
            // What every gate allows is no failure of this release: it is told by what they let through.
            if at <= last && !allowed.everywhere() {
                found[at].add(share, behind);
            }
        }
    }
    found
}

/// The shares at which the cost is computed, each with the last stage for which it matters: those of every failure, and those
/// just beyond what a condition allows, which take its gate longest to tell.
fn shares(looked: &[Looked<'_>]) -> Vec<(f64, usize)> {
    let mut all: Vec<(f64, usize)> = SHARES.iter().map(|share| (*share, usize::MAX)).collect();
    let mut known: BTreeMap<u64, usize> = BTreeMap::new();
    for (at, looked) in looked.iter().enumerate() {
        for edge in looked.edges() {
            let place = *known.entry(edge.to_bits()).or_insert_with(|| {
                all.push((edge, at));
                all.len() - 1
            });
            all[place].1 = at;
        }
    }
    all
}

/// Whether no gate behind some stage minds a share.
#[derive(Default)]
struct Allowed {
    any: bool,
    minded: bool,
}

impl Allowed {
    fn add(&mut self, looked: &Looked<'_>, share: f64) {
        self.any |= !looked.tests.is_empty();
        self.minded |= looked.minds(share);
    }

    fn everywhere(&self) -> bool {
        self.any && !self.minded
    }
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

/// A stage as an objective sees it: with the conditions of its gate that look at what the objective is about.
pub(crate) struct Looked<'f> {
    facts: &'f Facts<'f>,
    guarded: Option<Guarded<'f>>,
    /// How each of these conditions is judged, as far as that is computed.
    tests: Vec<Test>,
}

impl<'f> Looked<'f> {
    pub(crate) fn of(index: &Index<'_>, objective: &Objective, facts: &'f Facts<'f>) -> Self {
        let guarded = facts.guard;
        let conditions = guarded.iter().flat_map(|guarded| guarded.gate.conditions.iter().map(move |it| (guarded, it)));
        let own = conditions.filter(|(_, condition)| looks_at(objective, condition));
        let tests = own.filter_map(|(guarded, condition)| Test::of(index.plan, facts, *guarded, condition).ok());
        Self { facts, guarded, tests: tests.collect() }
    }

    /// How long it lasts that so large a share of the release's requests is bad, without the way back.
    #[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
    pub(crate) fn lasts_ms(&self, kept: &Kept, share: f64) -> (f64, Told) {
        let facts = self.facts;
        let (ends_ms, by_itself) = facts.ends_ms();
        let Some(guarded) = self.guarded else { return (ends_ms as f64, Told::No) };
        if !self.minds(share) {
            return (facts.hold_ms as f64, Told::No);
        }
        let gate = guarded.gate;
        let rate = facts.traffic.map_or(0.0, |traffic| traffic.least.to_f64()) * facts.judged_share(gate.arm);
        let needed = self.tests.iter().filter_map(|test| test.needed_to_fail(kept, self.seen(test, share))).min();
        let told_ms = needed
            .filter(|_| rate > 0.0)
            .map(|needed| needed as f64 / rate * 1_000.0 + gate.warm_up_ms as f64 + gate.lag_ms as f64 + LOOK_MS);
        match told_ms.filter(|told| *told < ends_ms as f64) {
            Some(told) => (told, Told::Back),
            None if by_itself => (ends_ms as f64, Told::Back),
            None => (ends_ms as f64, Told::Asked),
        }
    }

    /// What a share of failures costs from this stage on, given what it costs from the next.
    fn cost(&self, kept: &Kept, budget: Budget, share: f64, back_ms: u64, behind: Cost) -> Cost {
        let (lasts_ms, told) = self.lasts_ms(kept, share);
        #[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
        let back = if told == Told::No { 0.0 } else { back_ms as f64 };
        let spent = budget.share(self.facts.weight() * share, lasts_ms + back);
        match told {
            Told::Back => Cost { spent, ends: true },
            Told::Asked => Cost { spent, ends: false },
            // Within what the gate allows: it passes, and goes on.
            Told::No => Cost { spent: spent + behind.spent, ends: behind.ends },
        }
    }

    /// Whether one of the conditions does not allow this share.
    fn minds(&self, share: f64) -> bool {
        self.tests.iter().any(|test| self.seen(test, share) > test.allowed())
    }

    fn seen(&self, test: &Test, share: f64) -> f64 {
        self.guarded.map_or(0.0, |guarded| seen_by(self.facts, guarded.gate.arm, test, share))
    }

    /// The shares just beyond what each condition allows: those that take a gate longest to tell.
    fn edges(&self) -> impl Iterator<Item = f64> {
        let weight = self.facts.weight();
        let arm = self.guarded.map(|guarded| guarded.gate.arm);
        let edge = move |test: &Test| match arm? {
            Arm::Canary | Arm::Shadow => Some(test.allowed() * BEYOND),
            Arm::Service if weight > 0.0 => {
                let others = (1.0 - weight) * test.usual.unwrap_or(0.0);
                Some((test.allowed() - others) / weight * BEYOND)
            }
            Arm::Service | Arm::Stable | Arm::Previous | Arm::Baseline => None,
        };
        self.tests.iter().filter_map(edge).filter(|share| (0.0..=1.0).contains(share))
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

/// The conditions that pass a release which breaks an objective of the same metric.
pub(crate) fn lets_through(index: &Index<'_>, service: &str, stages: &[Facts<'_>]) -> Vec<LetsThrough> {
    let (mut found, mut said) = (Vec::new(), BTreeSet::new());
    for facts in stages {
        let Some(guarded) = facts.guard else { continue };
        for condition in &guarded.gate.conditions {
            let Ok(test) = Test::of(index.plan, facts, guarded, condition) else { continue };
            let own = index.objectives(service).iter().filter(|(_, it)| looks_at(it, condition));
            for (name, objective) in own.filter(|(_, it)| it.metric == condition.metric && same_time(it, condition)) {
                let burn = test.allowed() / (1.0 - objective.good.to_f64());
                let new = LetsThrough {
                    gate: guarded.guard.gate.clone(),
                    condition: condition.text.clone(),
                    allowed: significant(test.allowed()),
                    objective: (*name).clone(),
                    burn: significant(burn),
                };
                let about = (&guarded.guard.gate, &condition.text, new.allowed.to_bits(), *name);
                if burn > 1.0 && burn.is_finite() && said.insert(about) {
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
