//! The judges of gates: from counts of requests to a verdict, and from a gate
//! to the number of requests it needs.
//!
//! This crate is pure arithmetic. It does no input or output, keeps no state
//! and draws no random numbers. Every transcendental function comes from
//! `libm`, compiled from source, so that a journalled judgement replays to the
//! same bits on every platform. All functions are total: whatever the input,
//! they return, and never a NaN.
//!
//! # What the judges promise
//!
//! A judge may look as often as it likes, unless it says otherwise. The tests are e-processes E (a
//! quantity whose expectation never exceeds 1 under the null, at any stopping
//! time), so by Ville's inequality the chance that E *ever* reaches 1/α is at
//! most α when the null is true. Hence a gate that may fail at level α raises
//! a false alarm in at most a share α of rollouts, however long it holds and
//! however often it looks; the same for a false pass.
//!
//! The promise is for independent requests with one constant rate per arm.
//!
//! # Layout
//!
//! One file per judge. Rates, at every look: [`one_arm`] (against a constant limit), [`two_arm`] (against another arm, with
//! a margin), [`share`] (the canary's share of all errors). Rates, at one look: [`conditional`]. Latencies: [`quantile`],
//! from a [`histogram`]. Means of bounded metrics: [`betting`], [`means`], and, from totals, [`sums`]. Events: [`events`]. Error budgets: [`burn`]. For those who migrate:
//! [`kayenta`].
//!
//! Beside the judges: [`several`] gates share α; [`power`] and [`needed`] say how many requests a gate needs, the first for
//! every test, the second for ours; [`telling`] what a condition asks of either; [`threshold`] what a plain threshold does; [`tails`] and [`special`] hold the functions
//! that they stand on.

pub mod allowance;
pub mod betting;
pub mod burn;
pub mod conditional;
pub mod counts;
pub mod events;
mod halving;
pub mod histogram;
pub mod judgement;
pub mod kayenta;
pub mod margin;
pub mod means;
mod mixture;
pub mod needed;
pub mod needed_limit;
pub mod one_arm;
pub mod operating;
pub mod power;
pub mod quantile;
pub mod several;
pub mod share;
pub mod special;
pub mod sums;
pub mod tails;
pub mod telling;
pub mod threshold;
pub mod two_arm;

pub use allowance::{Allowance, AllowanceError};
pub use betting::{MeanGate, MeanJudgement, Range, RangeError, mean_interval};
pub use burn::{Windows, burn_rate, judge_burn};
pub use conditional::{OneLook, judge_limit_once, judge_once};
pub use counts::{Counts, CountsError};
pub use events::{Events, judge_events};
pub use histogram::{Above, Histogram, HistogramError};
pub use judgement::{Judgement, Verdict};
pub use margin::{Margin, MarginError};
pub use means::{MeansGate, Which};
pub use needed::{MOST_REQUESTS, fail_within, pass_within, requests_to_fail, requests_to_pass};
pub use needed_limit::{fail_limit_within, requests_to_fail_limit, requests_to_pass_limit};
pub use one_arm::judge_limit;
pub use operating::{Operating, operating};
pub use power::{Baseline, Needed, power, requests_to_tell};
pub use quantile::{
    Between, QuantileJudgement, judge_quantile, judge_quantiles, quantile, quantile_interval, quantile_sequence,
    requests_to_bound,
};
pub use share::{Form, ShareJudgement, Stretch, judge_shares};
pub use sums::{Sums, SumsError, judge_mean, judge_means};
pub use telling::{Question, Telling};
pub use threshold::Threshold;
pub use two_arm::{evidence_of_difference, judge_difference};
