//! What was measured, over rounds, as lines that `cargo xtask bench` reads.

use std::time::Duration;

/// One round of steps.
pub(crate) struct Steps {
    a_second: f64,
    /// How long each step took; empty where that is not known.
    each: Vec<Duration>,
    /// The middle and the hundredth longest step of another engine in milliseconds, where it says so.
    told: [Option<f64>; 2],
}

/// The shown shares of the steps.
const QUANTILES: [(&str, f64); 2] = [("p50", 0.5), ("p99", 0.99)];

impl Steps {
    /// Steps that took this long together and each.
    pub(crate) fn new(whole: Duration, each: Vec<Duration>) -> Self {
        Self { a_second: each.len() as f64 / whole.as_secs_f64(), each, told: [None; 2] }
    }

    /// Steps of another engine, which says its rate and perhaps its p50 and p99 in milliseconds.
    pub(crate) fn told(a_second: f64, quantiles: [Option<f64>; 2]) -> Self {
        Self { a_second, each: Vec::new(), told: quantiles }
    }

    /// A quantile in milliseconds.
    fn quantile(&self, at: usize) -> Option<f64> {
        let mut each = self.each.clone();
        each.sort();
        let Some(last) = each.len().checked_sub(1) else { return self.told[at] };
        each.get((last as f64 * QUANTILES[at].1) as usize).map(|step| step.as_secs_f64() * 1e3)
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

    fn quantile(&self, at: usize) -> Option<f64> {
        let rounds: Vec<f64> = self.rounds.iter().filter_map(|round| round.quantile(at)).collect();
        (!rounds.is_empty()).then(|| median(rounds))
    }

    /// Prints the medians, with the ratio to another contestant of the same rounds.
    pub(crate) fn show(&self, beside: Option<&Self>) {
        line(&self.name, self.a_second(), "steps/s", 0);
        if let Some(other) = beside {
            line(&format!("{}: of {}", self.name, other.name), self.a_second() / other.a_second(), "×", 2);
        }
        for (at, (name, _)) in QUANTILES.iter().enumerate() {
            if let Some(ms) = self.quantile(at) {
                line(&format!("{}: {name}", self.name), ms, "ms", 2);
            }
        }
    }
}

/// One measure.
pub(crate) fn line(name: &str, value: f64, unit: &str, digits: usize) {
    println!("{name}  {value:.digits$} {unit}");
}

/// How busy the machine is after the rounds, theirs included: the mean of the last minute.
pub(crate) fn load(what: &str) {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap();
    line(&format!("load average, {what}"), text.split(' ').next().unwrap().parse().unwrap(), "processes", 2);
}

/// The middle one.
pub(crate) fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values[values.len() / 2]
}

pub(crate) fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}
