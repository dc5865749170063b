//! Looks at a gate: counts of a window, three-valued, with everything needed to look again by hand.
//!
//! Pass needs evidence: too few requests, missing counters or an arm that does not serve are never a pass.

use std::collections::BTreeMap;

use plan::{Arm, Bound, Condition, Exact, Gate, ReleaseId};
use statistics::{Counts, Judgement, Margin};

use crate::evidence::{ArmCounts, ConditionEvidence, Evidence, Verdict};
use crate::moment::Moment;
use crate::ports::provider::{RatioReading, Reading, Sample};
use crate::run::Run;
use crate::sampling::{fresh, in_order};
use crate::slots::SlotIndex;
use crate::state::SlotState;

/// What one look found.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// A verdict with its evidence.
    Seen(Box<Evidence>),
    /// The counters restarted: the window must be opened again with this sample.
    Restarted(Sample),
}

/// Looks at the gate of a hold with a fresh sample (or with the reason why there is none). None when the slot
/// does not hold any more. Holds without a gate give an inconclusive look that shows the measured shares. `asked` is when
/// the sample was asked for.
pub fn look(run: &Run, slot: SlotIndex, asked: &Moment, at: &Moment, sample: Result<Sample, String>) -> Option<Look> {
    let (SlotState::Holding(holding) | SlotState::Asking { holding, .. }) = run.state(slot) else { return None };
    let mut evidence = blank(run, slot, at, at.since(&holding.opened));
    let sample = sample.and_then(|sample| fresh(asked, at, sample)).and_then(|sample| in_order(holding, at, sample));
    let sample = match sample {
        Ok(sample) => sample,
        Err(message) => {
            evidence.cause = format!("no data: {message}");
            return Some(Look::Seen(Box::new(evidence)));
        }
    };
    evidence.sampled_ms = Some(sample.at_ms);
    if !can_be(&sample) {
        evidence.cause = "no data: the counters show more bad requests than requests".to_owned();
        return Some(Look::Seen(Box::new(evidence)));
    }
    match &holding.baseline {
        Some(baseline) if is_before(baseline, &sample) => {
            let window = difference(baseline, &sample);
            let (incoming, running) = run.releases_of(slot);
            evidence.observed_share = observed_share(&window, incoming.as_ref());
            if let Some((gate, guard)) = run.gate_of(slot) {
                judge(gate, guard.shares, &window, incoming.as_ref(), running.as_ref(), &mut evidence);
            }
            Some(Look::Seen(Box::new(evidence)))
        }
        Some(_) | None => Some(Look::Restarted(sample)),
    }
}

/// Whether no counter shows more bad requests than requests. One that does is no evidence of anything: as a baseline it
/// would hide bad requests, in a comparison it would excuse them.
fn can_be(sample: &Sample) -> bool {
    let readings = sample.releases.values().flat_map(|reading| reading.metrics.values());
    readings.into_iter().all(|counts| counts.bad <= counts.total)
}

/// Whether the window from one sample to another can be counted: nothing began again, nothing ran backwards, and nothing is
/// counted now that was not counted when it began, because all that was before would be taken for what is in it.
fn is_before(baseline: &Sample, now: &Sample) -> bool {
    let grew = |(id, before): (&ReleaseId, &Reading)| {
        let after = now.releases.get(id);
        let metric = |name: &String| after.and_then(|reading| reading.metrics.get(name)).copied();
        before.metrics.iter().all(|(name, earlier)| {
            metric(name).is_none_or(|later| later.bad >= earlier.bad && later.total >= earlier.total)
        })
    };
    let known = |id| baseline.releases.contains_key(id);
    baseline.incarnation == now.incarnation
        && can_be(baseline)
        && baseline.releases.iter().all(grew)
        && now.releases.keys().all(known)
}

fn blank(run: &Run, slot: SlotIndex, at: &Moment, window_ms: u64) -> Evidence {
    let guard = run.gate_of(slot);
    let name = guard.map(|(_, guard)| guard.gate.clone()).unwrap_or_default();
    Evidence {
        place: run.plan().source_map.get(&format!("gate:{name}")).cloned(),
        gate: name,
        node: run.id(slot).to_owned(),
        at_ms: at.wall_ms,
        sampled_ms: None,
        window_ms,
        verdict: Verdict::Inconclusive,
        cause: "no gate".to_owned(),
        n: 0,
        at_least: guard.map_or(0, |(gate, _)| gate.at_least),
        confidence: guard.map(|(gate, _)| gate.confidence.to_string()).unwrap_or_default(),
        conditions: Vec::new(),
        observed_share: None,
    }
}

type Window = BTreeMap<ReleaseId, Reading>;

fn difference(baseline: &Sample, now: &Sample) -> Window {
    now.releases.iter().map(|(id, reading)| (id.clone(), less(reading, baseline.releases.get(id)))).collect()
}

fn less(now: &Reading, before: Option<&Reading>) -> Reading {
    let Some(before) = before else { return now.clone() };
    let metric = |(name, reading): (&String, &RatioReading)| {
        let earlier = before.metrics.get(name).copied().unwrap_or_default();
        let bad = reading.bad.saturating_sub(earlier.bad);
        (name.clone(), RatioReading { bad, total: reading.total.saturating_sub(earlier.total) })
    };
    Reading {
        requests: now.requests.saturating_sub(before.requests),
        metrics: now.metrics.iter().map(metric).collect(),
    }
}

fn observed_share(window: &Window, incoming: Option<&ReleaseId>) -> Option<f64> {
    let all: u64 = window.values().map(|reading| reading.requests).sum();
    let own = incoming.and_then(|id| window.get(id)).map_or(0, |reading| reading.requests);
    #[expect(clippy::cast_precision_loss, reason = "a share for people; counts stay far below 2^53")]
    (all > 0).then(|| own as f64 / all as f64)
}

fn judge(
    gate: &Gate,
    shares: u32,
    window: &Window,
    incoming: Option<&ReleaseId>,
    running: Option<&ReleaseId>,
    evidence: &mut Evidence,
) {
    let arm = |arm: Arm, metric: &str| counts(window, arm, metric, incoming, running);
    let judged: Vec<ConditionEvidence> = gate
        .conditions
        .iter()
        .map(|condition| {
            let against = gate.against.map(|other| (other, arm(other, &condition.metric)));
            judge_condition(condition, (gate.arm, arm(gate.arm, &condition.metric)), against, gate.confidence, shares)
        })
        .collect();
    evidence.n = judged.iter().map(|condition| condition.judged.total).min().unwrap_or(0);
    evidence.conditions = judged;
    conclude(evidence);
}

/// The gate's verdict from those of its conditions: one failure fails, all must pass.
fn conclude(evidence: &mut Evidence) {
    if let Some(failed) = evidence.conditions.iter().find(|c| c.verdict == Verdict::Fail) {
        evidence.cause = format!(
            "`{}` does not hold: {} of {} requests are bad ({}), the limit is {}",
            failed.text,
            failed.judged.bad,
            failed.judged.total,
            percent(failed.estimate),
            percent(failed.limit)
        );
        evidence.verdict = Verdict::Fail;
    } else if evidence.n < evidence.at_least {
        evidence.cause = format!("too few requests: {} of at least {}", evidence.n, evidence.at_least);
    } else if let Some(open) = evidence.conditions.iter().find(|c| c.verdict == Verdict::Inconclusive) {
        evidence.cause = format!("`{}` is neither shown nor refuted by {} requests", open.text, open.judged.total);
    } else {
        evidence.cause = format!("every condition holds, with {} requests", evidence.n);
        evidence.verdict = Verdict::Pass;
    }
}

fn percent(rate: f64) -> String {
    format!("{:.2}%", rate * 100.0)
}

fn counts(
    window: &Window,
    arm: Arm,
    metric: &str,
    incoming: Option<&ReleaseId>,
    running: Option<&ReleaseId>,
) -> ArmCounts {
    let of = |id: &ReleaseId| window.get(id).and_then(|reading| reading.metrics.get(metric)).copied();
    let reading = match arm {
        Arm::Canary => incoming.and_then(of).unwrap_or_default(),
        Arm::Stable => running.and_then(of).unwrap_or_default(),
        // Nobody counts these; a plan that asks for them is refused before it runs.
        Arm::Baseline | Arm::Previous | Arm::Shadow => RatioReading::default(),
        Arm::Service => window.keys().filter_map(of).fold(RatioReading::default(), |sum, reading| RatioReading {
            bad: sum.bad.saturating_add(reading.bad),
            total: sum.total.saturating_add(reading.total),
        }),
    };
    ArmCounts { arm, bad: reading.bad, total: reading.total }
}

fn judge_condition(
    condition: &Condition,
    (_, judged): (Arm, ArmCounts),
    against: Option<(Arm, ArmCounts)>,
    confidence: Exact,
    shares: u32,
) -> ConditionEvidence {
    let alpha = 1.0 - confidence.to_f64();
    let alpha_fail = alpha / f64::from(shares.max(1));
    let own = counts_of(judged);
    let (judgement, limit, statistic, other) = match (&condition.bound, against) {
        (Bound::Constant(limit), _) => {
            let limit = limit.to_f64();
            (statistics::judge_limit(own, limit, alpha_fail, alpha), limit, "one-arm mixture e-process", None)
        }
        (Bound::Against { times, plus }, Some((_, other))) => {
            let margin = Margin::new(plus.to_f64(), times.to_f64()).unwrap_or(Margin::NONE);
            let judgement = statistics::judge_difference(own, counts_of(other), margin, alpha_fail, alpha);
            let limit = margin.allowed(counts_of(other).rate().unwrap_or(0.0));
            (judgement, limit, "two-arm universal-inference e-process", Some(other))
        }
        (Bound::Beside { .. } | Bound::Limit(_), _) => (undecided(), 0.0, "none: this is no share", None),
        (Bound::Against { .. }, None) => (undecided(), 0.0, "none: the gate has no other arm", None),
    };
    ConditionEvidence {
        text: condition.text.clone(),
        metric: condition.metric.clone(),
        judged,
        estimate: own.rate().unwrap_or(0.0),
        limit,
        interval: judgement.interval,
        ln_e_fail: judgement.ln_e_fail,
        fail_at: judgement.needed_fail,
        ln_e_pass: judgement.ln_e_pass,
        pass_at: judgement.needed_pass,
        verdict: verdict(&judgement, judged, other),
        against: other,
        statistic: statistic.to_owned(),
    }
}

/// An arm without requests has no evidence, whatever the other shows.
fn verdict(judgement: &Judgement, judged: ArmCounts, other: Option<ArmCounts>) -> Verdict {
    if judged.total == 0 || other.is_some_and(|arm| arm.total == 0) {
        return Verdict::Inconclusive;
    }
    match judgement.verdict {
        statistics::Verdict::Pass => Verdict::Pass,
        statistics::Verdict::Fail => Verdict::Fail,
        statistics::Verdict::Inconclusive => Verdict::Inconclusive,
    }
}

fn undecided() -> Judgement {
    let nothing = counts_of(ArmCounts { arm: Arm::Canary, bad: 0, total: 0 });
    statistics::judge_limit(nothing, 0.5, 0.05, 0.05)
}

/// Counters that disagree (more bad than all) are taken as all bad: the side on which nothing passes.
fn counts_of(arm: ArmCounts) -> Counts {
    let bad = arm.bad.min(arm.total);
    Counts::new(arm.total, bad).unwrap_or_else(|_| Counts::default())
}
