//! Quantiles from histograms: what is known, what is not, and how often an interval misses.

use statistics::{
    Above, Allowance, Counts, Histogram, Verdict, judge_quantile, judge_quantiles, quantile_interval, quantile_sequence,
};

const BOUNDS: [f64; 5] = [0.05, 0.1, 0.25, 0.5, 1.0];

fn histogram(counts: [u64; 6]) -> Histogram {
    Histogram::new(&BOUNDS, &counts).expect("a histogram")
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad).expect("bad <= total")
}

#[test]
fn a_value_between_bounds_is_an_interval_and_not_a_guess() {
    let latencies = histogram([500, 300, 150, 40, 8, 2]);
    assert_eq!(latencies.above(0.25), Above { least: counts(1000, 50), most: counts(1000, 50) });
    assert_eq!(latencies.above(0.3), Above { least: counts(1000, 10), most: counts(1000, 50) });
    assert_eq!(latencies.above(0.01), Above { least: counts(1000, 500), most: counts(1000, 1000) });
    assert_eq!(latencies.above(2.0), Above { least: counts(1000, 0), most: counts(1000, 2) });
    assert_eq!(latencies.above(f64::NAN), Above { least: counts(1000, 0), most: counts(1000, 1000) });
    assert!(latencies.above(1.0).is_exact() && !latencies.above(0.9).is_exact());
}

#[test]
fn verdicts_wait_for_the_unknown_part() {
    let latencies = histogram([50_000, 30_000, 15_000, 4_000, 800, 200]);
    let judge = |q, limit| judge_quantile(&latencies, q, limit, 0.05, 0.05).verdict;
    // 1 % lies above 0.5, 5 % above 0.25: for 0.3 the share is anything between.
    assert_eq!(judge(0.9, 0.25), Verdict::Pass);
    assert_eq!(judge(0.9, 0.3), Verdict::Pass);
    assert_eq!(judge(0.97, 0.3), Verdict::Inconclusive);
    assert_eq!(judge(0.97, 0.25), Verdict::Fail);
    assert_eq!(judge(0.995, 0.3), Verdict::Fail);
    assert_eq!(judge(f64::NAN, 0.3), Verdict::Inconclusive);
    assert_eq!(judge(0.9, f64::NAN), Verdict::Inconclusive);
}

#[test]
fn what_is_no_histogram_says_so() {
    let error = |bounds: &[f64], counts: &[u64]| Histogram::new(bounds, counts).expect_err("refused").to_string();
    assert!(error(&[1.0], &[1]).contains("need 2 counts, not 1"));
    assert!(error(&[1.0, 1.0], &[1, 1, 1]).contains("bound 2 is not"));
    assert!(error(&[f64::NAN], &[1, 1]).contains("bound 1 is not"));
    assert!(error(&[1.0], &[u64::MAX, 1]).contains("shorter window"));
}

/// Where the q-quantile of `shares` lies, as an index of the bucket.
fn bucket_of(shares: [f64; 3], q: f64) -> usize {
    let up_to = [shares[0], shares[0] + shares[1]];
    up_to.iter().position(|sum| *sum >= q).unwrap_or(2)
}

/// All ways to spread n observations over three buckets, looking after each: how often the quantile is *ever* outside.
fn ever_outside(
    shares: [f64; 3],
    q: f64,
    looks: usize,
    interval: impl Fn(&Histogram) -> (Option<f64>, Option<f64>),
) -> f64 {
    let truth = bucket_of(shares, q) as f64;
    let mut alive = vec![vec![0.0; looks + 1]; looks + 1];
    alive[0][0] = 1.0;
    let mut lost = 0.0;
    for seen in 1..=looks {
        let mut next = vec![vec![0.0; looks + 1]; looks + 1];
        for a in 0..seen {
            for b in 0..seen - a {
                let mass = alive[a][b];
                next[a + 1][b] += mass * shares[0];
                next[a][b + 1] += mass * shares[1];
                next[a][b] += mass * shares[2];
            }
        }
        for (a, row) in next.iter_mut().enumerate() {
            for (b, mass) in row.iter_mut().enumerate().filter(|(_, mass)| **mass > 0.0) {
                let parts = [a as u64, b as u64, (seen - a - b) as u64];
                // Bounds 0 and 1: a quantile in bucket i lies above bound i − 1, and at most at bound i.
                let (low, high) = interval(&Histogram::new(&[0.0, 1.0], &parts).expect("a histogram"));
                if low.is_some_and(|low| truth <= low) || high.is_some_and(|high| truth > high) {
                    lost += std::mem::take(mass);
                }
            }
        }
        alive = next;
    }
    lost
}

#[test]
fn a_sequence_of_intervals_rarely_ever_misses() {
    for shares in [[0.9, 0.06, 0.04], [0.5, 0.45, 0.05], [0.2, 0.3, 0.5], [0.89, 0.005, 0.105]] {
        for (q, alpha) in [(0.9, 0.1), (0.5, 0.2), (0.95, 0.05)] {
            let sequence = |seen: &Histogram| {
                let between = quantile_sequence(seen, q, alpha);
                (between.low, between.high)
            };
            let lost = ever_outside(shares, q, 50, sequence);
            assert!(lost <= alpha, "{shares:?} {q} {alpha}: {lost}");
        }
    }
}

#[test]
fn one_interval_rarely_misses() {
    for shares in [[0.9, 0.06, 0.04], [0.5, 0.45, 0.05], [0.2, 0.3, 0.5]] {
        for (q, alpha) in [(0.9, 0.1), (0.5, 0.2)] {
            for n in [5_u64, 30, 60] {
                let only_last = |seen: &Histogram| {
                    let between = quantile_interval(seen, q, alpha);
                    if seen.total() == n { (between.low, between.high) } else { (None, None) }
                };
                let lost = ever_outside(shares, q, n as usize, only_last);
                assert!(lost <= alpha, "{shares:?} {q} {alpha} {n}: {lost}");
            }
        }
    }
}

#[test]
fn two_arms_are_compared_where_their_intervals_are_apart() {
    let slow = histogram([1_000, 1_000, 2_000, 5_000, 900, 100]);
    let fast = histogram([8_000, 1_500, 400, 80, 15, 5]);
    let none = Allowance::NONE;
    assert_eq!(judge_quantiles(&slow, &fast, 0.5, none, 0.05, 0.05), Verdict::Fail);
    assert_eq!(judge_quantiles(&fast, &slow, 0.5, none, 0.05, 0.05), Verdict::Pass);
    assert_eq!(judge_quantiles(&fast, &fast, 0.5, none, 0.05, 0.05), Verdict::Inconclusive);
    let twenty = Allowance::new(20.0, 1.0).expect("an allowance");
    assert_eq!(judge_quantiles(&slow, &fast, 0.9, twenty, 0.05, 0.05), Verdict::Pass);
    // The quantile lies above the last bound: nothing is known of how far.
    let off = histogram([0, 0, 0, 0, 10, 10_000]);
    assert_eq!(judge_quantiles(&off, &off, 0.99, twenty, 0.05, 0.05), Verdict::Inconclusive);
}

/// The mixture's interval of shares is narrower than the closed form of the same paper where rollouts are, and wider where
/// ln n outgrows ln ln n.
#[test]
fn the_mixture_is_narrower_than_the_closed_form_up_to_ten_thousand() {
    let width = |n: u64, share: f64| {
        let bad = (n as f64 * share) as u64;
        let (low, high) = statistics::judge_limit(counts(n, bad), share, 0.025, 0.025).interval;
        high - low
    };
    let closed = |n: u64, share: f64| 2.0 * statistics::quantile::closed_form_distance(n, share, 0.05);
    for n in [100, 1_000, 10_000] {
        for share in [0.5, 0.9, 0.99] {
            assert!(width(n, share) < closed(n, share), "{n} {share}");
        }
    }
    assert!(width(1_000_000, 0.5) > closed(1_000_000, 0.5));
}
