//! P12: what a rollout could spend of each budget if every request of the new release failed, against what it may.
//!
//! Σ w · D · q / ((1 − objective) · period) over the stages, with q = 1: each stage is paid once, whichever of them the release
//! goes bad in. D is the time until the gate of the stage is expected to tell, and the way back; where nothing tells, all of
//! the stage.

use plan::{Objective, Plan, Rollout};

use crate::duration::shown;
use crate::index::Index;
use crate::report::{Limit, Paid};
use crate::round::significant;
use crate::spend::{Budget, Looked, Told, counted};
use crate::stages::Facts;
use crate::way_back;
use crate::words::percent;

/// How long a person has to answer a gate, as the runtime has it: a day.
const ASKED_MS: f64 = 86_400_000.0;

/// Why a limit does not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// The service has no budget to spend.
    NoBudget {
        /// The rollout's key.
        rollout: String,
        /// The service's key.
        service: String,
    },
    /// More could be spent than may be.
    Overspent {
        /// The rollout's key.
        rollout: String,
        /// What was computed.
        limit: Limit,
    },
}

/// The limits of a plan that do not hold.
#[must_use]
pub fn broken(plan: &Plan) -> Vec<Broken> {
    let (index, mut found) = (Index::of(plan), Vec::new());
    for (key, rollout) in plan.body.rollouts.iter().filter(|(_, rollout)| rollout.may_spend.is_some()) {
        let stages = Facts::all(&index, key, rollout);
        let limits = of(&index, rollout, &stages, way_back::of(&index, key, rollout).traffic_ms);
        if limits.is_empty() {
            found.push(Broken::NoBudget { rollout: key.clone(), service: rollout.service.clone() });
        }
        let over = limits.into_iter().filter(|limit| limit.spent > limit.allowed);
        found.extend(over.map(|limit| Broken::Overspent { rollout: key.clone(), limit }));
    }
    found
}

/// What a rollout may spend and could spend, objective by objective; nothing where it has no limit.
pub(crate) fn of(index: &Index<'_>, rollout: &Rollout, stages: &[Facts<'_>], back_ms: u64) -> Vec<Limit> {
    let Some(allowed) = rollout.may_spend else { return Vec::new() };
    let limits = index.objectives(&rollout.service).iter().filter_map(|(name, objective)| {
        let budget = Budget::of(objective)?;
        let stages: Vec<Paid> = stages.iter().map(|facts| paid(index, objective, budget, facts, back_ms)).collect();
        let spent = stages.iter().map(|stage| stage.spent).sum();
        Some(Limit { objective: (*name).clone(), allowed: allowed.to_f64(), spent: significant(spent), stages })
    });
    limits.collect()
}

#[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
fn paid(index: &Index<'_>, objective: &Objective, budget: Budget, facts: &Facts<'_>, back_ms: u64) -> Paid {
    let (lasts_ms, told) = Looked::of(index, objective, facts).lasts_ms(&index.kept, 1.0);
    let back = back_ms as f64;
    let lasts_ms = match told {
        Told::Back => lasts_ms + back,
        Told::Asked => lasts_ms + ASKED_MS + back,
        // Whatever comes next ends it: the next stage pays for itself, and behind the last the rollout is over.
        Told::No => lasts_ms,
    };
    Paid {
        stage: facts.stage.label.clone(),
        place: facts.place.cloned(),
        weight: facts.weight(),
        lasts_ms: counted(lasts_ms),
        spent: significant(budget.share(facts.weight(), lasts_ms)),
        told: told != Told::No,
    }
}

/// What would bring it under its limit, by the stage that costs most.
#[must_use]
pub fn remedy(limit: &Limit) -> String {
    let dearest = limit.stages.iter().max_by(|a, b| a.spent.total_cmp(&b.spent));
    let raise = format!("allow at least {}", percent(two_digits(limit.spent, f64::ceil)));
    let Some(dearest) = dearest else { return raise };
    let room = limit.allowed - (limit.spent - dearest.spent);
    let stage = &dearest.stage;
    if !dearest.told {
        return format!("guard the stage `{stage}`: nothing tells that it fails; or {raise}");
    }
    if room <= 0.0 {
        return format!("let the gates tell sooner, shorten the way back (`ready_within`), or {raise}");
    }
    let part = room / dearest.spent;
    #[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
    let within = shown(counted(dearest.lasts_ms as f64 * part / 1_000.0).saturating_mul(1_000));
    if dearest.weight < 1.0 {
        let weight = percent(two_digits(dearest.weight * part, f64::floor));
        return format!(
            "give the stage `{stage}` at most {weight}, or have it told and back within {within}, or {raise}"
        );
    }
    format!("have the stage `{stage}` told and back within {within}, or {raise}")
}

/// A share with two digits that count, rounded to the side on which it still holds.
fn two_digits(share: f64, to: impl Fn(f64) -> f64) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powi(share.log10().floor() as i32 - 1);
    // What is round already stays so.
    to((share / unit * 1e9).round() / 1e9) * unit
}
