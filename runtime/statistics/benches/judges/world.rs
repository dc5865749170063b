//! The traffic of a rollout: how many requests reach each arm between two looks, and how many of them fail.

use crate::dice::{Binomial, Dice};

/// Looks of a rollout, evenly spaced over its hold.
pub(crate) const LOOKS: usize = 20;

/// Requests of the other arm for each of the canary's: a weight of 10 %.
const OTHER: u64 = 9;

/// How error rates vary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Every request independent, at one rate an arm.
    Independent,
    /// Each arm's rate wanders on its own: the logarithm is an AR(1) with correlation ½ from look to look and a standard
    /// deviation of 0.3. Counts are overdispersed and autocorrelated.
    Autocorrelated,
    /// Both arms' rate, and the traffic, follow the hour: half more and half less, once in the hold, at a random phase.
    Diurnal,
}

impl Weather {
    pub(crate) const ALL: [Self; 3] = [Self::Independent, Self::Autocorrelated, Self::Diurnal];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Autocorrelated => "autocorrelated",
            Self::Diurnal => "diurnal",
        }
    }
}

/// What is simulated: so many canary requests, the other arm's rate, the canary's rate as a multiple of it.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) weather: Weather,
    pub(crate) requests: u64,
    pub(crate) rate: f64,
    pub(crate) effect: f64,
}

/// Requests and failures of both arms between two looks.
#[derive(Clone, Copy, Default)]
pub(crate) struct Interval {
    pub(crate) canary: (u64, u64),
    pub(crate) other: (u64, u64),
}

impl Scene {
    pub(crate) fn dice(&self) -> Dice {
        Dice::of(&[self.weather as u64, self.requests, self.rate.to_bits(), self.effect.to_bits()])
    }

    /// One rollout.
    pub(crate) fn rollout(&self, dice: &mut Dice) -> [Interval; LOOKS] {
        let per_look = self.requests / LOOKS as u64;
        let steady = [Binomial::new(per_look, self.rate * self.effect), Binomial::new(per_look * OTHER, self.rate)];
        let phase = dice.uniform();
        let mut drift = [dice.normal(), dice.normal()];
        core::array::from_fn(|look| {
            let (traffic, factors) = match self.weather {
                Weather::Independent => return interval(per_look, steady.map(|arm| arm.draw(dice))),
                Weather::Autocorrelated => {
                    drift = drift.map(|z| 0.5 * z + libm::sqrt(0.75) * dice.normal());
                    (1.0, drift.map(|z| libm::exp(0.3 * z - 0.045)))
                }
                Weather::Diurnal => {
                    let hour = (look as f64 / LOOKS as f64 + phase) * core::f64::consts::TAU;
                    let factor = 1.0 + 0.5 * libm::sin(hour);
                    (factor, [factor; 2])
                }
            };
            let requests = (per_look as f64 * traffic).round() as u64;
            let rates = [self.rate * self.effect * factors[0], self.rate * factors[1]];
            let bad = [(requests, rates[0]), (requests * OTHER, rates[1])].map(|(n, p)| Binomial::new(n, p).draw(dice));
            interval(requests, bad)
        })
    }
}

fn interval(requests: u64, bad: [u64; 2]) -> Interval {
    Interval { canary: (requests, bad[0]), other: (requests * OTHER, bad[1]) }
}
