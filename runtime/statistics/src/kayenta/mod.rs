//! A judge that answers as Kayenta's `NetflixACAJudge` does, for teams that migrate. Never the default.
//!
//! It takes series of points (one a minute, as a rule) of two arms, tests each metric with Mann–Whitney's U and an interval
//! of the shift, and adds up a score. Behaviour as published in the sources of spinnaker/kayenta (`NetflixACAJudge.scala`,
//! `MannWhitneyClassifier.scala`, `MannWhitney.scala`, `EffectSizes.scala`, `WeightedSumScorer.scala`,
//! `ThresholdScoreClassifier.scala`) and in Spinnaker's guide to the judge.
//!
//! Two things differ, both on purpose. It is deterministic: Kayenta finds roots to 10^-4 and adds noise to constant
//! series; here roots are found to the last digit and two constants are compared as they are. And a score of nothing is
//! no pass: where no metric has data, the answer is [`Level::NoData`].
//!
//! What it does not do, and [`crate::two_arm`] does: it holds no level when asked repeatedly, is not invariant of how
//! points are cut, says nothing sensible below five points an arm, and alarms more often under autocorrelation.

mod classify;
mod effect;
mod mann_whitney;
mod points;
mod score;

pub use classify::{Class, Direction, Metric, Reading, classify};
pub use effect::{Effect, EffectSize, common_language, mean_ratio};
pub use mann_whitney::{Shift, shift, shift_z};
pub use points::NanStrategy;
pub use score::{Group, Level, Outcome, Thresholds, score};
