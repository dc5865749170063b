//! Judgements per second, by a plain loop: no threshold, only numbers.

use std::hint::black_box;
use std::time::Instant;

use statistics::kayenta::{Metric, classify};
use statistics::tails::at_least;
use statistics::{
    Baseline, Counts, Events, Histogram, Margin, MeanGate, MeansGate, Range, Stretch, Sums, Which,
    evidence_of_difference, judge_difference, judge_events, judge_limit, judge_mean, judge_means, judge_once,
    judge_quantile, judge_quantiles, judge_shares, requests_to_pass, requests_to_tell,
};

fn per_second(name: &str, rounds: u64, mut judge: impl FnMut(u64)) {
    let start = Instant::now();
    for round in 0..rounds {
        judge(round);
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{name:<36}{:>12.0} per second, {:.0} ns each", rounds as f64 / seconds, 1e9 * seconds / rounds as f64);
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad.min(total)).unwrap_or_default()
}

/// The judges beside the default.
fn beside(margin: Margin) {
    let arms = |i: u64| (counts(500 + i % 500, i % 40), counts(10_000 + i, 20));
    per_second("evidence_of_difference", 200_000, |i| {
        let (canary, other) = arms(i);
        black_box(evidence_of_difference(canary, other, margin));
    });
    per_second("judge_shares", 100_000, |i| {
        let stretch = Stretch { canary: i % 40, other: 200, canary_share: 0.05 };
        black_box(judge_shares(&[stretch], 1.0, 0.05, 0.05));
    });
    per_second("judge_once", 50_000, |i| {
        let (canary, other) = arms(i);
        black_box(judge_once(canary, other, Margin::NONE, 0.05, 0.05));
    });
    per_second("at_least, the middle of 10^12", 100, |i| {
        black_box(at_least(1_000_000_000_000, 0.5, 500_000_000_000 + i));
    });
    if let Ok(histogram) = Histogram::new(&[0.1, 0.25, 0.5], &[9_000, 800, 150, 50]) {
        per_second("judge_quantile", 50_000, |i| {
            black_box(judge_quantile(&histogram, 0.95, 0.25 + (i % 2) as f64 * 0.01, 0.05, 0.05));
        });
    }
    if let Ok(histogram) = Histogram::new(&[0.1, 0.25, 0.5], &[9_000, 800, 150, 50]) {
        per_second("judge_quantiles", 5_000, |i| {
            let allowance = statistics::Allowance::NONE;
            black_box(judge_quantiles(&histogram, &histogram, 0.9 + (i % 9) as f64 * 0.01, allowance, 0.05, 0.05));
        });
    }
    per_second("judge_events", 100_000, |i| {
        let (canary, other) = (Events { events: i % 40, requests: 1_000 }, Events { events: 200, requests: 20_000 });
        black_box(judge_events(canary, other, 1.5, 0.05, 0.05));
    });
    means();
    let points: Vec<f64> = (0..60_u32).map(|i| f64::from(i * 37 % 60)).collect();
    per_second("kayenta, 60 points an arm", 2_000, |i| {
        black_box(classify(&Metric::default(), &points, &points[i as usize % 30..]));
    });
    per_second("requests_to_tell", 200, |i| {
        black_box(requests_to_tell(0.001, 0.01 + i as f64 * 1e-5, 0.05, 0.2, Baseline::PerCanary(19.0)));
    });
}

fn means() {
    let Ok(range) = Range::new(0.0, 1.0) else {
        return;
    };
    let totals = |n: u64, squares: bool| {
        let (count, mean) = (n as f64, 0.02 + (n % 7) as f64 * 0.001);
        Sums::new(range, n, count * mean, squares.then_some(count * mean * mean * 1.2)).ok()
    };
    for (name, squares) in [("judge_mean, sums", false), ("judge_mean, sums and squares", true)] {
        per_second(name, 5_000, |i| {
            black_box(totals(1_000 + i, squares).map(|own| judge_mean(own, 0.03, 0.05, 0.05)));
        });
    }
    for (name, squares) in [("judge_means, sums", false), ("judge_means, sums and squares", true)] {
        per_second(name, 1_000, |i| {
            let arms = totals(1_000 + i, squares).zip(totals(20_000 + i, squares));
            black_box(arms.map(|(own, other)| judge_means(own, other, statistics::Allowance::NONE, 0.05, 0.05)));
        });
    }
    let value = |i: u64| (i * 37 % 101) as f64 / 101.0;
    let (mut one, mut two) = (MeanGate::new(range, 0.4), MeansGate::new(range, statistics::Allowance::NONE));
    per_second("an observation of a mean", 1_000_000, |i| {
        black_box(one.observe(value(i)).is_ok());
    });
    per_second("an observation of two means", 20_000, |i| {
        let which = if i.is_multiple_of(2) { Which::Canary } else { Which::Other };
        black_box(two.observe(which, value(i)).is_ok());
    });
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
    beside(margin);
    per_second("requests_to_pass", 2_000, |i| {
        black_box(requests_to_pass(0.001 + i as f64 * 1e-6, margin, 0.05, 0.05));
    });
}
