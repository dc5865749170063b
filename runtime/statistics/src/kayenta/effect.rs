//! How large a difference is, once it is significant: the ratio of means, or the common-language effect size.

/// How the size of a difference is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EffectSize {
    /// Experiment's mean / control's mean; 1 for no difference.
    #[default]
    MeanRatio,
    /// Chance that a point of the experiment exceeds one of the control, ties by half; ½ for no difference.
    CommonLanguage,
}

/// The sizes beyond which a significant difference counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// How it is measured.
    pub size: EffectSize,
    /// An increase counts from this size on.
    pub allowed_increase: f64,
    /// A decrease counts from this size on downwards.
    pub allowed_decrease: f64,
    /// An increase of this size fails the whole rollout.
    pub critical_increase: Option<f64>,
    /// A decrease to this size fails the whole rollout.
    pub critical_decrease: Option<f64>,
}

impl Effect {
    /// Every significant difference counts, and none is critical: Kayenta's default for this measure.
    #[must_use]
    pub const fn any(size: EffectSize) -> Self {
        let none = match size {
            EffectSize::MeanRatio => 1.0,
            EffectSize::CommonLanguage => 0.5,
        };
        Self { size, allowed_increase: none, allowed_decrease: none, critical_increase: None, critical_decrease: None }
    }

    /// The size of the difference between two *sorted* series; nothing where it has none.
    pub(crate) fn of(&self, experiment: &[f64], control: &[f64]) -> Option<f64> {
        match self.size {
            EffectSize::MeanRatio => mean_ratio(experiment, control),
            EffectSize::CommonLanguage => common_language(experiment, control),
        }
    }
}

/// Experiment's mean / control's mean. Nothing where either is 0 or not finite, as in Kayenta, or a series is empty.
#[must_use]
pub fn mean_ratio(experiment: &[f64], control: &[f64]) -> Option<f64> {
    let mean = |points: &[f64]| points.iter().sum::<f64>() / points.len() as f64;
    let (own, beside) = (mean(experiment), mean(control));
    let ratio = own / beside;
    (own != 0.0 && beside != 0.0 && ratio.is_finite()).then_some(ratio)
}

/// Chance that a point of the experiment exceeds one of the control, ties by half, in `0..=1` (A. Vargha and H. Delaney,
/// J. Educ. Behav. Stat. 25, 2000). Takes *sorted* series; nothing where one is empty.
#[must_use]
pub fn common_language(experiment: &[f64], control: &[f64]) -> Option<f64> {
    let pairs = experiment.len() as f64 * control.len() as f64;
    let wins = |x: &f64| {
        let below = control.partition_point(|y| y < x);
        let up_to = control.partition_point(|y| y <= x);
        (below + up_to) as f64 / 2.0
    };
    (pairs > 0.0).then(|| experiment.iter().map(wins).sum::<f64>() / pairs)
}
