//! What a release has spent of its service's error budgets, as far as gates have counted it, against what its rollout may.
//!
//! A window in which a share q of the release's requests is bad beyond the usual, with the release's part w of all requests,
//! spends w · q · t / ((1 − objective) · period) in the time t: what the compiler bounds beforehand, with what was really counted.

use plan::{Arm, MetricKind, Objective};

use crate::evidence::{ArmSeen, ConditionEvidence, Evidence};
use crate::reading::{MetricReading, RatioReading};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::SlotState;

/// Why a rollout must not go on, where it has spent more than it may with this look.
pub(super) fn overspent(run: &Run, slot: SlotIndex, look: &Evidence) -> Option<String> {
    let (rollout, _) = run.rollout_of(slot)?;
    let allowed = rollout.may_spend?.to_f64();
    let own = run.plan().body.objectives.iter().filter(|(_, objective)| objective.service == rollout.service);
    own.filter(|(_, objective)| objective.under_ms.is_none()).find_map(|(name, objective)| {
        let spent = spent(run, objective, look) + before(run, slot, objective);
        let [spent, allowed] = [spent, allowed].map(|share| (share, format!("{:.3}%", share * 100.0)));
        let message =
            || format!("the release has spent {} of the budget of `{name}`, of {} that it may", spent.1, allowed.1);
        (spent.0 > allowed.0).then(message)
    })
}

/// What the stages of the same rollout before have spent.
fn before(run: &Run, slot: SlotIndex, objective: &Objective) -> f64 {
    let Some(rollout) = run.rollout_index(slot) else { return 0.0 };
    let others = run.slots.members[rollout].iter().filter(|other| **other != slot);
    let looks = others.filter_map(|other| match run.state(*other) {
        SlotState::Done { evidence, .. } => evidence.as_deref(),
        _ => None,
    });
    looks.map(|look| spent(run, objective, look)).sum()
}

/// What one window has spent of an objective; nothing where no condition counted its metric for the release alone.
#[expect(clippy::cast_precision_loss, reason = "times are far shorter than 2^53 ms")]
fn spent(run: &Run, objective: &Objective, look: &Evidence) -> f64 {
    let budget_ms = (1.0 - objective.good.to_f64()) * objective.period_ms as f64;
    let counted = look.conditions.iter().filter(|it| it.metric == objective.metric && it.kind == MetricKind::Ratio);
    let usual = run.plan().body.metrics.get(&objective.metric).and_then(|metric| metric.usual);
    let failing = counted.filter_map(|it| failing(it, look.observed_share?, usual.map(plan::Exact::to_f64)));
    let most = failing.fold(0.0, f64::max);
    if budget_ms > 0.0 { most * look.window_ms as f64 / budget_ms } else { 0.0 }
}

/// The part of all requests that were bad requests of the release, beyond the usual ones.
fn failing(condition: &ConditionEvidence, share: f64, usual: Option<f64>) -> Option<f64> {
    let alone = match condition.judged.arm {
        Arm::Canary => true,
        Arm::Service => share >= 1.0,
        Arm::Stable | Arm::Baseline | Arm::Previous | Arm::Shadow => false,
    };
    let usual = usual.or_else(|| rate(condition.against.as_ref()?)).unwrap_or(0.0);
    let own = rate(&condition.judged).filter(|_| alone)?;
    Some((own - usual).max(0.0) * share)
}

#[expect(clippy::cast_precision_loss, reason = "a share; counts stay far below 2^53")]
fn rate(seen: &ArmSeen) -> Option<f64> {
    let Some(MetricReading::Ratio(RatioReading { bad, total })) = seen.seen else { return None };
    (total > 0).then(|| bad as f64 / total as f64)
}
