//! What a judge says, with the evidence it rests on.

/// The three verdicts of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Enough evidence that the rate is within what is allowed.
    Pass,
    /// Enough evidence that the rate is worse than what is allowed.
    Fail,
    /// Not enough evidence for either; never to be read as a pass.
    Inconclusive,
}

/// A verdict and its evidence. No field is ever NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// What follows from the evidence.
    pub verdict: Verdict,
    /// One arm: its rate, in `0..=1`. Two arms: the canary's rate minus the
    /// other's, in `-1..=1`. 0 when an arm is empty.
    pub estimate: f64,
    /// Anytime-valid confidence interval for the judged arm's rate (with two
    /// arms: the canary's own rate, not the difference): all limits that
    /// [`crate::judge_limit`] refuses neither way at these levels. Holds at
    /// all looks together with confidence `1 - max(alpha_fail, alpha_pass)`.
    pub interval: (f64, f64),
    /// ln of the evidence (e-process) against "within what is allowed", in nats.
    pub ln_e_fail: f64,
    /// ln of the evidence (e-process) against "worse than what is allowed", in nats.
    pub ln_e_pass: f64,
    /// `ln(1 / alpha_fail)`: the evidence a fail needs, in nats.
    pub needed_fail: f64,
    /// `ln(1 / alpha_pass)`: the evidence a pass needs, in nats.
    pub needed_pass: f64,
}

/// ln(1/α), the evidence needed at level α; out of reach (`f64::MAX`) for
/// anything that is not a level strictly between 0 and 1.
pub(crate) fn needed(alpha: f64) -> f64 {
    if alpha > 0.0 && alpha < 1.0 { -libm::log(alpha) } else { f64::MAX }
}

/// Whether evidence of `ln_e` nats meets `needed`.
pub(crate) fn enough(ln_e: f64, needed: f64) -> bool {
    needed < f64::MAX && ln_e >= needed
}

/// The verdict of two evidences. They are never both enough: an estimate
/// cannot contradict both a null and its complement.
pub(crate) fn verdict(ln_e_fail: f64, ln_e_pass: f64, needed_fail: f64, needed_pass: f64) -> Verdict {
    if enough(ln_e_fail, needed_fail) {
        Verdict::Fail
    } else if enough(ln_e_pass, needed_pass) {
        Verdict::Pass
    } else {
        Verdict::Inconclusive
    }
}

/// Evidence as reported: finite. An impossible null (a bad request under a
/// limit of 0) has infinite evidence against it, and is given as `f64::MAX`.
pub(crate) fn finite(ln_e: f64) -> f64 {
    ln_e.clamp(-f64::MAX, f64::MAX)
}
