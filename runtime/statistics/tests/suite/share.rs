//! The canary's share of errors: its level at every look by exact dynamic programming, and where it has none.

use num_bigint::BigInt;
use statistics::{Counts, Form, Margin, Stretch, Verdict, judge_difference, judge_shares};

/// A chance `above / below`, in whole numbers.
#[derive(Clone, Copy)]
struct Chance {
    above: u64,
    below: u64,
}

fn verdict(canary: u64, other: u64, share: f64, times: f64, alpha: f64) -> Verdict {
    judge_shares(&[Stretch { canary, other, canary_share: share }], times, alpha, alpha).verdict
}

/// Chance that `wrong` is ever said within so many errors, each the canary's with `chance`, as a multiple of
/// `below^errors`: whole numbers, nothing rounded.
fn ever(errors: u64, chance: Chance, wrong: Verdict, judge: impl Fn(u64, u64) -> Verdict) -> BigInt {
    let (mut alive, mut lost) = (vec![BigInt::from(1)], BigInt::from(0));
    for seen in 1..=errors {
        let mut next = vec![BigInt::from(0); alive.len() + 1];
        for (s, mass) in alive.iter().enumerate() {
            next[s] += mass * (chance.below - chance.above);
            next[s + 1] += mass * chance.above;
        }
        lost *= chance.below;
        for (s, mass) in next.iter_mut().enumerate() {
            if judge(s as u64, seen - s as u64) == wrong {
                lost += std::mem::take(mass);
            }
        }
        alive = next;
    }
    lost
}

/// Whether `ever` is at most the share `level.above / level.below` of everything.
fn at_most(ever: &BigInt, errors: u64, chance: Chance, level: Chance) -> bool {
    ever * level.below <= BigInt::from(chance.below).pow(errors as u32) * level.above
}

#[test]
fn both_levels_hold_at_every_look_over_the_whole_null() {
    const ERRORS: u64 = 60;
    for (weight, times) in [(1, 1), (5, 1), (10, 2), (50, 1), (30, 3)] {
        // Weight in hundredths: share of errors of a canary `tenths` of an edge as bad as it may be.
        let edge = |tenths: u64| {
            let canary = weight * times * tenths;
            Chance { above: canary, below: canary + (100 - weight) * 10 }
        };
        let judge_at = |alpha: f64| move |s, f| verdict(s, f, weight as f64 / 100.0, times as f64, alpha);
        for alpha in [Chance { above: 1, below: 20 }, Chance { above: 1, below: 5 }] {
            let judge = judge_at(alpha.above as f64 / alpha.below as f64);
            for (wrong, truths) in [(Verdict::Fail, [1, 5, 9, 10]), (Verdict::Pass, [10, 11, 30, 1000])] {
                for tenths in truths {
                    let lost = ever(ERRORS, edge(tenths), wrong, judge);
                    assert!(at_most(&lost, ERRORS, edge(tenths), alpha), "{wrong:?} {weight} {times} {tenths}");
                }
            }
        }
        // Not by never speaking.
        let seen = ever(ERRORS, edge(200), Verdict::Fail, judge_at(0.05));
        assert!(!at_most(&seen, ERRORS, edge(200), Chance { above: 9, below: 10 }), "{weight} {times}");
    }
}

/// Chance that an unchanged canary is ever failed, when requests reach the arms in turns: `canary` requests, then `other`.
fn ever_failed(canary: usize, other: usize, turns: usize, rate: f64, judge: impl Fn([usize; 4]) -> Verdict) -> f64 {
    let (most_s, most_f) = (canary * turns, other * turns);
    let mut alive = vec![vec![0.0; most_f + 1]; most_s + 1];
    alive[0][0] = 1.0;
    let mut lost = 0.0;
    let mut seen = [0, 0];
    for request in (0..turns).flat_map(|_| (0..canary + other).map(|i| usize::from(i >= canary))) {
        seen[request] += 1;
        let mut next = vec![vec![0.0; most_f + 1]; most_s + 1];
        for s in 0..=seen[0].min(most_s) {
            for f in 0..=seen[1].min(most_f) {
                let mass = alive[s][f];
                if mass > 0.0 {
                    next[s][f] += mass * (1.0 - rate);
                    let (s, f) = if request == 0 { (s + 1, f) } else { (s, f + 1) };
                    next[s][f] += mass * rate;
                }
            }
        }
        for (s, row) in next.iter_mut().enumerate() {
            for (f, mass) in row.iter_mut().enumerate().filter(|(_, mass)| **mass > 0.0) {
                if judge([seen[0], s, seen[1], f]) == Verdict::Fail {
                    lost += std::mem::take(mass);
                }
            }
        }
        alive = next;
    }
    lost
}

/// Why there are two forms. Ten requests to the canary, ten to the other arm, and so on; a look after each.
#[test]
fn turns_break_the_share_at_high_rates_and_not_the_two_samples() {
    let by_share = |[_, s, _, f]: [usize; 4]| verdict(s as u64, f as u64, 0.5, 1.0, 0.05);
    let by_samples = |[n, s, m, f]: [usize; 4]| {
        let arm = |total: usize, bad: usize| Counts::new(total as u64, bad as u64).expect("bad <= total");
        judge_difference(arm(n, s), arm(m, f), Margin::NONE, 0.05, 0.05).verdict
    };
    for rate in [0.01, 0.05] {
        assert_eq!(Form::for_rate(rate, Margin::NONE), Form::Share);
        assert!(ever_failed(10, 10, 5, rate, by_share) <= 0.05, "{rate}");
    }
    for (rate, at_least) in [(0.5, 0.15), (0.9, 0.9)] {
        assert_eq!(Form::for_rate(rate, Margin::NONE), Form::TwoSample);
        let lost = ever_failed(10, 10, 5, rate, by_share);
        assert!(lost > at_least, "the share is unsound here, or the files say so wrongly: {rate} {lost}");
        assert!(ever_failed(10, 10, 5, rate, by_samples) <= 0.05, "{rate}");
    }
    let added = Margin::new(0.01, 1.0).expect("a margin");
    assert_eq!(Form::for_rate(0.001, added), Form::TwoSample);
}

/// Weights change: stretches multiply, and a stretch split in two by nothing but its weight's name has the same nulls.
#[test]
fn stretches_add_their_evidence() {
    let stretch = |canary, other, canary_share| Stretch { canary, other, canary_share };
    let alone = |s: Stretch| judge_shares(&[s], 1.0, 0.05, 0.05);
    let (first, second) = (stretch(9, 20, 0.05), stretch(12, 11, 0.25));
    let both = judge_shares(&[first, second], 1.0, 0.05, 0.05);
    assert!((both.ln_e_fail - alone(first).ln_e_fail - alone(second).ln_e_fail).abs() < 1e-12);
    assert_eq!(both.estimate, 21.0 / 52.0);
    assert_eq!(both.verdict, Verdict::Fail);
    assert_eq!(judge_shares(&[], 1.0, 0.05, 0.05).verdict, Verdict::Inconclusive);
}
