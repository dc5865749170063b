//! One metric: two series, and whether the experiment's is higher, lower or neither.

use super::effect::{Effect, EffectSize};
use super::mann_whitney::{Shift, shift};
use super::points::NanStrategy;

/// Which change of a metric is bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// More of it.
    Increase,
    /// Less of it.
    Decrease,
    /// Any.
    #[default]
    Either,
}

/// How a metric is judged. The default is Kayenta's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Which change is bad.
    pub direction: Direction,
    /// What a missing point means.
    pub nan: NanStrategy,
    /// Whether missing data fails the metric instead of leaving it out of the score.
    pub must_have_data: bool,
    /// Whether a failure of this metric fails the rollout.
    pub critical: bool,
    /// How large a difference must be.
    pub effect: Effect,
    /// Part of the estimated shift that the interval must keep away from 0.
    pub tolerance: f64,
    /// Confidence of the interval, strictly between 0 and 1.
    pub confidence: f64,
}

impl Default for Metric {
    fn default() -> Self {
        Self {
            direction: Direction::Either,
            nan: NanStrategy::Remove,
            must_have_data: false,
            critical: false,
            effect: Effect::any(EffectSize::MeanRatio),
            tolerance: 0.25,
            confidence: 0.98,
        }
    }
}

/// What a metric is found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No difference that counts.
    Pass,
    /// The experiment's is higher.
    High,
    /// The experiment's is lower.
    Low,
    /// A series is empty.
    NoData,
    /// A series is empty, and must not be.
    NoDataFail,
}

/// A class with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// What the metric is found to be.
    pub class: Class,
    /// Whether this alone fails the rollout.
    pub critical: bool,
    /// The shift with its interval, where the series can be ranked.
    pub shift: Option<Shift>,
    /// The size of the effect, where it has one.
    pub effect: Option<f64>,
}

/// Classifies a metric by the points of `experiment` (the canary) and `control`.
#[must_use]
pub fn classify(metric: &Metric, experiment: &[f64], control: &[f64]) -> Reading {
    let (experiment, control) = (metric.nan.sorted(experiment), metric.nan.sorted(control));
    if experiment.is_empty() || control.is_empty() {
        return missing(metric);
    }
    let shift = shift(&experiment, &control, metric.confidence);
    let effect = metric.effect.of(&experiment, &control);
    // Alike to the last point: nothing to test, and Kayenta passes it without a test.
    let class = if experiment == control { Class::Pass } else { class(metric, shift, effect) };
    let critical = class != Class::Pass && (metric.critical || beyond_critical(metric, class, effect));
    Reading { class, critical, shift, effect }
}

fn missing(metric: &Metric) -> Reading {
    let class = if metric.must_have_data { Class::NoDataFail } else { Class::NoData };
    Reading { class, critical: metric.critical, shift: None, effect: None }
}

fn class(metric: &Metric, shift: Option<Shift>, effect: Option<f64>) -> Class {
    // An infinite point has a rank but no shift: nothing is known of such a metric.
    let Some(shift) = shift else { return missing(metric).class };
    let bound = metric.tolerance * shift.estimate.abs();
    // Without a ratio (a mean of 0), the rank test decides alone, as in Kayenta.
    let increased = effect.is_none_or(|effect| effect >= metric.effect.allowed_increase);
    let decreased = effect.is_none_or(|effect| effect <= metric.effect.allowed_decrease);
    if metric.direction != Direction::Decrease && shift.low > bound && increased {
        Class::High
    } else if metric.direction != Direction::Increase && shift.high < -bound && decreased {
        Class::Low
    } else {
        Class::Pass
    }
}

fn beyond_critical(metric: &Metric, class: Class, effect: Option<f64>) -> bool {
    let reached = |limit: Option<f64>, beyond: fn(f64, f64) -> bool| {
        effect.zip(limit).is_some_and(|(effect, limit)| beyond(effect, limit))
    };
    match class {
        Class::High => reached(metric.effect.critical_increase, |effect, limit| effect >= limit),
        Class::Low => reached(metric.effect.critical_decrease, |effect, limit| effect <= limit),
        _ => false,
    }
}
