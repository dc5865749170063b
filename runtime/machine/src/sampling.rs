//! When a sample was taken: one that is older than the question, comes from the future, or is older than the one before is
//! no answer, and nothing rests on it. Nor does anything on a sample that cannot be.
//!
//! A source says the time in the clock of the host that asks. That clock may be stepped between two samples; order among
//! samples is therefore told by the time since boot, as it is for holds.

use crate::moment::Moment;
use crate::ports::provider::Sample;
use crate::state::Holding;

/// A sample that was asked for at `asked` and arrived at `at`, of the same boot.
///
/// # Errors
/// Why it is no answer, in words: it was taken before it was asked for, or would be taken later than now.
pub fn fresh(asked: &Moment, at: &Moment, sample: Sample) -> Result<Sample, String> {
    let early_ms = asked.wall_ms.saturating_sub(sample.at_ms);
    if early_ms > 0 {
        return Err(format!("the counters are stale, taken {early_ms} ms before they were asked for"));
    }
    let ahead_ms = sample.at_ms.saturating_sub(at.wall_ms);
    if ahead_ms > 0 {
        return Err(format!(
            "the counters say that they were taken {ahead_ms} ms from now; compare the clock of their source with that \
             of this host"
        ));
    }
    Ok(sample)
}

/// A sample in which every reading can be. One that has more bad requests than requests, or a number that is none, is no
/// evidence of anything: as a baseline it would hide bad requests, in a comparison it would excuse them.
pub(crate) fn sound(sample: Sample) -> Result<Sample, String> {
    let all = sample.releases.values().chain(sample.arms.values()).flat_map(|reading| &reading.metrics);
    match all.into_iter().find(|(_, reading)| !reading.can_be()) {
        None => Ok(sample),
        Some((name, _)) => Err(format!(
            "what was read of `{name}` cannot be: more bad requests than requests, a number that is none, or buckets that \
             do not fit their counts"
        )),
    }
}

/// What a window opens with: the sample, or the reason why there is none.
pub fn opening(asked: &Moment, at: &Moment, answer: Result<Sample, String>) -> (Option<Sample>, Option<String>) {
    match answer.and_then(|sample| fresh(asked, at, sample)).and_then(sound) {
        Ok(sample) => (Some(sample), None),
        Err(problem) => (None, Some(problem)),
    }
}

/// The moment of a source's time that is not later than `at`.
pub(crate) fn taken(at: &Moment, sampled_ms: i64) -> Moment {
    let age_ms = u64::try_from(at.wall_ms.saturating_sub(sampled_ms)).unwrap_or(0);
    Moment { wall_ms: sampled_ms, boot: at.boot.clone(), boot_ms: at.boot_ms.saturating_sub(age_ms) }
}

/// A sample that is not older than what the hold has seen.
pub(crate) fn in_order(holding: &Holding, at: &Moment, sample: Sample) -> Result<Sample, String> {
    let taken = taken(at, sample.at_ms);
    match &holding.sampled {
        Some(latest) if taken.is_before(latest) => {
            let ms = latest.since(&taken);
            Err(format!("the counters were taken {ms} ms before those of the last look"))
        }
        Some(_) | None => Ok(sample),
    }
}
