//! Random numbers that are the same everywhere: SplitMix64, and exact draws of binomial counts.

use statistics::tails::exactly;

/// SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of one cell: the same words, the same throws.
    pub(crate) fn of(words: &[u64]) -> Self {
        let mut dice = Self(0x9E37_79B9_7F4A_7C15);
        for word in words {
            dice.0 ^= *word;
            dice.0 = dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..1`.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(core::f64::consts::TAU * self.uniform())
    }
}

/// Binomial(n, p), drawn by inversion from its mode outwards: exact, in about one standard deviation of steps.
#[derive(Clone, Copy)]
pub(crate) struct Binomial {
    n: u64,
    odds: f64,
    mode: u64,
    at_mode: f64,
}

impl Binomial {
    pub(crate) fn new(n: u64, p: f64) -> Self {
        let p = p.clamp(0.0, 1.0);
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        Self { n, odds: p / (1.0 - p), mode, at_mode: exactly(n, p, mode) }
    }

    pub(crate) fn draw(&self, dice: &mut Dice) -> u64 {
        let mut left = dice.uniform() - self.at_mode;
        let (mut low, mut high) = (self.mode, self.mode);
        let (mut at_low, mut at_high) = (self.at_mode, self.at_mode);
        while left >= 0.0 {
            let before = left;
            if high < self.n {
                at_high *= self.odds * (self.n - high) as f64 / (high + 1) as f64;
                high += 1;
                left -= at_high;
                if left < 0.0 {
                    return high;
                }
            }
            if low > 0 {
                at_low *= low as f64 / (self.odds * (self.n - low + 1) as f64);
                low -= 1;
                left -= at_low;
                if left < 0.0 {
                    return low;
                }
            }
            // The masses add up to 1 but for their rounding.
            if left == before {
                break;
            }
        }
        self.mode
    }
}
