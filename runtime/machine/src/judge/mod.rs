//! Looks at a gate: readings of a window, three-valued, with everything needed to look again by hand.
//!
//! Pass needs evidence: too few requests, missing counters or an arm that does not serve are never a pass.

mod arms;
mod condition;
mod counter;
mod distribution;
mod found;
mod gauge;
mod kept;
mod mean;
mod share;
mod spending;
mod verdict;
mod window;

use plan::Gate;

use crate::event::Event;
use crate::evidence::{ConditionEvidence, Evidence, Verdict};
use crate::moment::Moment;
use crate::ports::provider::Sample;
use crate::run::Run;
use crate::sampling::{fresh, in_order, sound};
use crate::slots::SlotIndex;
use crate::state::{Holding, SlotState};

pub use found::amount;

use arms::Arms;
pub use kept::Kept;
use window::Window;

/// A look that says nothing new is journalled this often, in milliseconds.
const KEEP_LOOK_MS: u64 = 10_000;

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
    looked(run, slot, (asked, at), sample, None)
}

/// The same, with judgements that were made before.
pub fn look_again(
    run: &Run,
    slot: SlotIndex,
    (asked, at): (&Moment, &Moment),
    sample: Result<Sample, String>,
    kept: &Kept,
) -> Option<Look> {
    looked(run, slot, (asked, at), sample, Some(kept))
}

fn looked(
    run: &Run,
    slot: SlotIndex,
    (asked, at): (&Moment, &Moment),
    sample: Result<Sample, String>,
    kept: Option<&Kept>,
) -> Option<Look> {
    let (SlotState::Holding(holding) | SlotState::Asking { holding, .. }) = run.state(slot) else { return None };
    let mut evidence = blank(run, slot, at, at.since(&holding.opened));
    let sample = sample.and_then(|sample| fresh(asked, at, sample)).and_then(|sample| in_order(holding, at, sample));
    let sample = match sample.and_then(sound) {
        Ok(sample) => sample,
        Err(message) => {
            evidence.cause = format!("no data: {message}");
            return Some(Look::Seen(Box::new(evidence)));
        }
    };
    evidence.sampled_ms = Some(sample.at_ms);
    match &holding.baseline {
        Some(baseline) if window::is_before(baseline, &sample) => {
            let window = Window::between(baseline, &sample);
            let (incoming, running) = run.releases_of(slot);
            let arms = Arms { window: &window, incoming: incoming.as_ref(), running: running.as_ref(), kept };
            evidence.observed_share = arms.observed_share();
            if let Some((gate, guard)) = run.gate_of(slot) {
                judge(run, gate, guard.shares, &arms, holding, &mut evidence);
                if let Some(why) = spending::overspent(run, slot, &evidence) {
                    (evidence.verdict, evidence.cause) = (Verdict::Fail, why);
                }
            }
            Some(Look::Seen(Box::new(evidence)))
        }
        Some(_) | None => Some(Look::Restarted(sample)),
    }
}

/// What opens a window again with the sample of a look.
pub fn began_again(node: String, sample: Sample) -> Event {
    Event::Opened { node, sample: Some(sample), note: Some("the counters began again".to_owned()) }
}

/// Whether a look is worth a record: the first of a window and every one that says something else than the last that was
/// kept, and the others now and then.
pub fn is_worth_keeping(run: &Run, slot: SlotIndex, evidence: &Evidence) -> bool {
    let (SlotState::Holding(holding) | SlotState::Asking { holding, .. }) = run.state(slot) else { return false };
    if evidence.gate.is_empty() {
        return false;
    }
    let Some(last) = &holding.evidence else { return true };
    let waits_for_pass = matches!(run.state(slot), SlotState::Holding(_)) && holding.extended && !run.head().paused;
    last.verdict != evidence.verdict
        || (waits_for_pass && evidence.verdict == Verdict::Pass)
        || gauge::is_news(run, slot, holding, evidence)
        || evidence.at_ms.abs_diff(last.at_ms) >= KEEP_LOOK_MS
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
        runbooks: guard.map(|_| run.runbooks_of(slot)).unwrap_or_default(),
    }
}

fn judge(run: &Run, gate: &Gate, shares: u32, arms: &Arms<'_>, holding: &Holding, evidence: &mut Evidence) {
    let metrics = &run.plan().body.metrics;
    let judged = gate.conditions.iter().enumerate().map(|(index, condition)| {
        let subject = condition::Subject::new(gate, shares, condition, metrics.get(&condition.metric), arms);
        let place = run.plan().source_map.get(&format!("gate:{}/{index}", evidence.gate));
        subject.with_past(holding.gauges.get(&condition.text)).judged(place)
    });
    evidence.conditions = judged.collect();
    let deciding = evidence.conditions.iter().filter(|condition: &&ConditionEvidence| !condition.advisory);
    evidence.n = deciding.map(|condition| condition.judged.n).min().unwrap_or(0);
    verdict::conclude(evidence);
    if evidence.verdict == Verdict::Pass {
        evidence.runbooks.clear();
    }
}
