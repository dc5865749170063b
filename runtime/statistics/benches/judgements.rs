//! Judgements per second, by a plain loop: no threshold, only numbers.

use std::hint::black_box;
use std::time::Instant;

use statistics::{Counts, Margin, judge_difference, judge_limit, requests_to_pass};

fn per_second(name: &str, rounds: u64, mut judge: impl FnMut(u64)) {
    let start = Instant::now();
    for round in 0..rounds {
        judge(round);
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{name:<28}{:>12.0} per second", rounds as f64 / seconds);
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad.min(total)).unwrap_or_default()
}

fn main() {
    let Ok(margin) = Margin::new(0.02, 1.0) else {
        return;
    };
    per_second("judge_limit", 200_000, |i| {
        black_box(judge_limit(counts(1000 + i, i % 40), 0.01, 0.05, 0.05));
    });
    per_second("judge_difference", 200_000, |i| {
        let (canary, stable) = (counts(500 + i % 500, i % 40), counts(10_000 + i, 20));
        black_box(judge_difference(canary, stable, margin, 0.05, 0.05));
    });
    per_second("judge_difference, 10^12", 200_000, |i| {
        let canary = counts(1_000_000_000_000, 20_000_000_000 + i);
        let stable = counts(1_000_000_000_000, 2_000_000_000);
        black_box(judge_difference(canary, stable, margin, 0.05, 0.05));
    });
    per_second("requests_to_pass", 2_000, |i| {
        black_box(requests_to_pass(0.001 + i as f64 * 1e-6, margin, 0.05, 0.05));
    });
}
