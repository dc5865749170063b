//! The judge of the canary's mean against another arm's, at every look.
//!
//! The null "canary <= times · other + plus" is a line of pairs of means. It is covered by [`CELLS`] cells of the other
//! arm's mean. Within a cell from a to b the canary's mean is at most what b allows, so that bets on "more than that" are
//! fair to the null, and so are bets on "the other's is less than a". The arms are independent: the product of both capitals
//! is a supermartingale under every point of the cell, and the least product over all cells one under the whole null. Half of
//! each capital is kept out of the game, so that an arm without news costs ln 2 nats at most.
//!
//! Sources: as [`crate::betting`]; the least of e-processes over the parts of a null is universal inference's idea.

use core::f64::consts::LN_2;

use crate::allowance::Allowance;
use crate::betting::{Bettor, MeanJudgement, Range, RangeError, ln_gain_above, ln_gain_below, of_evidence};
use crate::special::ln_add_exp;

/// Cells of the other arm's mean. More of them sharpen the verdict by less than their width, 1/128 of the range.
const CELLS: usize = 128;

/// ln of the capital of the bets "more than m" and "less than m", for one m.
#[derive(Clone, Copy, Debug, Default)]
struct Capital {
    ln_above: f64,
    ln_below: f64,
}

/// One arm: its bets against the mean of each cell's border.
#[derive(Clone, Debug)]
struct Arm {
    bettor: Bettor,
    borders: Vec<f64>,
    capitals: Vec<Capital>,
}

/// Which arm an observation is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The release that is judged.
    Canary,
    /// The arm that it is compared with.
    Other,
}

/// A gate on two means: `canary <= times · other + plus`. Takes observations one by one, in any order of the arms, and
/// keeps none of them.
#[derive(Clone, Debug)]
pub struct MeansGate {
    range: Range,
    canary: Arm,
    other: Arm,
}

impl MeansGate {
    /// A gate on metrics within `range`.
    #[must_use]
    pub fn new(range: Range, allowance: Allowance) -> Self {
        let borders: Vec<f64> = (0..=CELLS).map(|i| i as f64 / CELLS as f64).collect();
        let allowed = borders.iter().map(|m| range.nearest(allowance.allowed(range.value(*m)))).collect();
        Self { range, canary: Arm::new(allowed), other: Arm::new(borders) }
    }

    /// Takes one observation of an arm.
    ///
    /// # Errors
    /// When it lies outside the range; the gate is then as before.
    pub fn observe(&mut self, which: Which, value: f64) -> Result<(), RangeError> {
        let x = self.range.scaled(value)?;
        match which {
            Which::Canary => self.canary.observe(x),
            Which::Other => self.other.observe(x),
        }
        Ok(())
    }

    /// What follows, at levels `alpha_fail` and `alpha_pass`; may be asked after every observation. Each bounds the chance
    /// of *ever* giving its verdict wrongly. Without observations of both arms, inconclusive.
    #[must_use]
    pub fn judgement(&self, alpha_fail: f64, alpha_pass: f64) -> MeanJudgement {
        if self.canary.bettor.is_empty() || self.other.bettor.is_empty() {
            return of_evidence(0.0, (0.0, 0.0), (alpha_fail, alpha_pass));
        }
        let estimate = self.range.value(self.canary.bettor.mean()) - self.range.value(self.other.bettor.mean());
        of_evidence(estimate, (self.against_within(), self.against_worse()), (alpha_fail, alpha_pass))
    }

    /// Against "within": in each cell, the canary above what its upper border allows, or the other below its lower one.
    fn against_within(&self) -> f64 {
        let cell = |i: usize| hedged(self.canary.capitals[i + 1].ln_above) + hedged(self.other.capitals[i].ln_below);
        (0..CELLS).map(cell).fold(f64::INFINITY, f64::min)
    }

    fn against_worse(&self) -> f64 {
        let cell = |i: usize| hedged(self.canary.capitals[i].ln_below) + hedged(self.other.capitals[i + 1].ln_above);
        (0..CELLS).map(cell).fold(f64::INFINITY, f64::min)
    }
}

impl Arm {
    fn new(borders: Vec<f64>) -> Self {
        let capitals = vec![Capital::default(); borders.len()];
        Self { bettor: Bettor::new(), borders, capitals }
    }

    fn observe(&mut self, x: f64) {
        let bet = self.bettor.next();
        for (capital, m) in self.capitals.iter_mut().zip(&self.borders) {
            capital.ln_above += ln_gain_above(bet, *m, x);
            capital.ln_below += ln_gain_below(bet, *m, x);
        }
        self.bettor.observe(x);
    }
}

/// ln of the capital with half of it kept out of the game.
fn hedged(ln_capital: f64) -> f64 {
    ln_add_exp(ln_capital, 0.0) - LN_2
}
