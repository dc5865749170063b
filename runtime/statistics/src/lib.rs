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
//! A judge may look as often as it likes. Both tests are e-processes E (a
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
//! One file per judge: [`one_arm`] (against a constant limit), [`two_arm`]
//! (against another arm, with a margin). [`needed`] runs a judge on expected
//! counts, for the compiler. [`special`] holds the functions they stand on.

pub mod counts;
pub mod judgement;
pub mod margin;
mod mixture;
pub mod needed;
pub mod needed_limit;
pub mod one_arm;
pub mod special;
pub mod two_arm;

pub use counts::{Counts, CountsError};
pub use judgement::{Judgement, Verdict};
pub use margin::{Margin, MarginError};
pub use needed::{MOST_REQUESTS, pass_within, requests_to_fail, requests_to_pass};
pub use needed_limit::{requests_to_fail_limit, requests_to_pass_limit};
pub use one_arm::judge_limit;
pub use two_arm::judge_difference;
