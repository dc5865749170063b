//! What was measured, over rounds, as lines that `cargo xtask bench` reads.

use std::time::Duration;

/// One round of steps.
pub(crate) struct Steps {
    a_second: f64,
    /// How long each step took; empty where that is not known.
    each: Vec<Duration>,
}

impl Steps {
    /// Steps that took this long together and each.
    pub(crate) fn new(whole: Duration, each: Vec<Duration>) -> Self {
        Self { a_second: each.len() as f64 / whole.as_secs_f64(), each }
    }

    /// Steps of which only the rate is known.
    pub(crate) fn rate(a_second: f64) -> Self {
        Self { a_second, each: Vec::new() }
    }
}

/// The rounds of one contestant.
pub(crate) struct Figures {
    name: String,
    rounds: Vec<Steps>,
}

impl Figures {
    pub(crate) fn new(name: String) -> Self {
        Self { name, rounds: Vec::new() }
    }

    pub(crate) fn add(&mut self, round: Steps) {
        self.rounds.push(round);
    }

    fn a_second(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.a_second).collect())
    }

    fn quantile(&self, share: f64) -> Option<f64> {
        let of_round = |round: &Steps| {
            let mut each = round.each.clone();
            each.sort();
            let last = each.len().checked_sub(1)?;
            each.get((last as f64 * share) as usize).map(Duration::as_secs_f64)
        };
        let rounds: Vec<f64> = self.rounds.iter().filter_map(of_round).collect();
        (!rounds.is_empty()).then(|| median(rounds) * 1e3)
    }

    /// Prints the medians, with the ratio to another contestant of the same rounds.
    pub(crate) fn show(&self, beside: Option<&Self>) {
        line(&self.name, self.a_second(), "steps/s", 0);
        if let Some(other) = beside {
            line(&format!("{}: of {}", self.name, other.name), self.a_second() / other.a_second(), "×", 2);
        }
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            if let Some(ms) = self.quantile(share) {
                line(&format!("{}: {name}", self.name), ms, "ms", 2);
            }
        }
    }
}

/// One measure.
pub(crate) fn line(name: &str, value: f64, unit: &str, digits: usize) {
    println!("{name}  {value:.digits$} {unit}");
}

/// The middle one.
pub(crate) fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

pub(crate) fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}
