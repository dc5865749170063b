//! From classes of metrics to a score, and from a score to a level.

use super::classify::{Class, Reading};

/// A group of metrics and its weight in the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Points of 100, or an equal part of what the others leave.
    pub weight: Option<f64>,
    /// What its metrics were found to be.
    pub readings: Vec<Reading>,
}

/// Scores that divide the levels, in `0..=100`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// From here on the rollout may go on.
    pub marginal: f64,
    /// From here on it passes.
    pub pass: f64,
}

/// What a score means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// At least the pass threshold.
    Pass,
    /// At least the marginal threshold.
    Marginal,
    /// Below, or a critical metric failed.
    Fail,
    /// No metric had data; never to be read as a pass.
    NoData,
}

/// The scores and what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the score means.
    pub level: Level,
    /// The weighted score, in `0..=100` for weights that add up to 100.
    pub score: f64,
    /// The score of each group: 100 · passed / (all but those without data). Nothing for a group without data.
    pub groups: Vec<Option<f64>>,
}

/// Scores groups of metrics. A group without data adds nothing, whatever its weight; a critical failure makes the score 0.
/// Weights that are no numbers count as 0.
#[must_use]
pub fn score(groups: &[Group], thresholds: Thresholds) -> Outcome {
    let scores: Vec<Option<f64>> = groups.iter().map(group_score).collect();
    let critical = groups.iter().flat_map(|group| &group.readings).any(|reading| reading.critical);
    let weighted =
        groups.iter().zip(&scores).filter_map(|(group, score)| Some((*score)? * weight(group, groups) / 100.0));
    let score = if critical { 0.0 } else { weighted.sum() };
    let level = if critical {
        Level::Fail
    } else if scores.iter().all(Option::is_none) {
        Level::NoData
    } else if score >= thresholds.pass {
        Level::Pass
    } else if score >= thresholds.marginal {
        Level::Marginal
    } else {
        Level::Fail
    };
    Outcome { level, score, groups: scores }
}

fn group_score(group: &Group) -> Option<f64> {
    let count = |wanted: fn(Class) -> bool| group.readings.iter().filter(|reading| wanted(reading.class)).count();
    let judged = count(|class| class != Class::NoData);
    (judged > 0).then(|| 100.0 * count(|class| class == Class::Pass) as f64 / judged as f64)
}

fn weight(group: &Group, groups: &[Group]) -> f64 {
    let number = |weight: f64| if weight.is_finite() { weight } else { 0.0 };
    group.weight.map_or_else(
        || {
            let given: f64 = groups.iter().filter_map(|group| group.weight).map(number).sum();
            let without = groups.iter().filter(|group| group.weight.is_none()).count();
            (100.0 - given) / without as f64
        },
        number,
    )
}
