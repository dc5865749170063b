//! Several gates in one rollout: they share α.
//!
//! The runtime's default splits α evenly between its conditions (Bonferroni), which needs no figures of the others. The
//! functions here lose less: Holm's for p-values, averaging for evidence (e-values), whatever the dependence.

use libm::log;

use crate::special::ln_add_exp;

/// Which of several nulls are refused at a joint level `alpha`, in the order given (S. Holm, Scand. J. Statist. 6, 1979):
/// the chance of refusing *any* true one is at most `alpha`, whatever the dependence. Never fewer than Bonferroni.
///
/// A p-value outside `0..=1` (NaN too) is never refused. Levels outside `(0, 1)` refuse nothing.
#[must_use]
pub fn holm(p_values: &[f64], alpha: f64) -> Vec<bool> {
    let level = alpha > 0.0 && alpha < 1.0;
    let size = |p: f64| if (0.0..=1.0).contains(&p) { p } else { f64::INFINITY };
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| size(p_values[*a]).total_cmp(&size(p_values[*b])));
    let mut refused = vec![false; p_values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        if !level || size(p_values[index]) * (p_values.len() - rank) as f64 > alpha {
            break;
        }
        refused[index] = true;
    }
    refused
}

/// ln of the average of several e-values given by their ln, in nats: evidence against "all nulls hold", whatever the
/// dependence (V. Vovk and R. Wang, Ann. Statist. 49, 2021). 0, no evidence, for none; NaN counts as −∞.
#[must_use]
pub fn average(ln_e: &[f64]) -> f64 {
    if ln_e.is_empty() {
        return 0.0;
    }
    ln_sum(ln_e.iter().copied()) - log(ln_e.len() as f64)
}

/// ln of the evidence against each null, corrected for the company of the others, in the order given: the closure of
/// averaging (Vovk and Wang, algorithm 1). Refusing those with at least `ln(1/α)` errs with probability at most α.
#[must_use]
pub fn corrected(ln_e: &[f64]) -> Vec<f64> {
    let mut order: Vec<f64> = ln_e.iter().map(|e| number(*e)).collect();
    order.sort_by(f64::total_cmp);
    ln_e.iter().map(|own| with_the_least(number(*own), &order)).collect()
}

/// The least average of `own` with the i smallest others, over all i. With `own` among those, they are the i smallest.
fn with_the_least(own: f64, order: &[f64]) -> f64 {
    let mut sum = own;
    let mut least = own;
    let mut count = 1.0;
    for other in order.iter().take_while(|other| **other < own) {
        sum = ln_add_exp(sum, *other);
        count += 1.0;
        least = least.min(sum - log(count));
    }
    least
}

fn ln_sum(ln_e: impl Iterator<Item = f64>) -> f64 {
    ln_e.map(number).fold(f64::NEG_INFINITY, ln_add_exp)
}

fn number(ln_e: f64) -> f64 {
    if ln_e.is_nan() { f64::NEG_INFINITY } else { ln_e }
}
