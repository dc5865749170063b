//! Exact rational arithmetic against the judges: whole nulls enumerated for small n, no rounding in the probabilities.

use num_bigint::BigInt;
use num_rational::BigRational;
use statistics::tails::{at_least, at_most, exactly};
use statistics::threshold::{in_a_row, more_than};
use statistics::{
    Allowance, Counts, Margin, MeanGate, MeansGate, Range, Verdict, Which, judge_limit_once, judge_once, power,
};

type Exact = BigRational;

fn ratio(above: i64, below: i64) -> Exact {
    Exact::new(BigInt::from(above), BigInt::from(below))
}

fn zero() -> Exact {
    ratio(0, 1)
}

fn one() -> Exact {
    ratio(1, 1)
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad).expect("bad <= total")
}

fn to_power(base: &Exact, exponent: u64) -> Exact {
    (0..exponent).fold(one(), |product, _| product * base)
}

/// P(Bin(n, p) = k) for all k.
fn binomial(n: u64, p: &Exact) -> Vec<Exact> {
    let mut choose = one();
    let mut all = Vec::new();
    for k in 0..=n {
        all.push(&choose * to_power(p, k) * to_power(&(one() - p), n - k));
        choose *= ratio(n as i64 - k as i64, k as i64 + 1);
    }
    all
}

fn as_float(exact: &Exact) -> f64 {
    // Both parts are integers: scaled so that their quotient keeps twenty digits.
    let scale = BigInt::from(10).pow(40);
    let scaled = (exact.numer() * &scale) / exact.denom();
    scaled.to_string().parse::<f64>().expect("a number") / 1e40
}

fn near(got: f64, exact: &Exact, what: &str) {
    let known = as_float(exact);
    assert!((got - known).abs() <= 1e-12, "{what}: {got} {known}");
}

#[test]
fn tails_are_exact() {
    for (above, below) in [(1, 1000), (1, 20), (1, 3), (1, 2), (9, 10)] {
        let p = above as f64 / below as f64;
        for n in [1, 2, 7, 30] {
            let masses = binomial(n, &ratio(above, below));
            for k in 0..=n {
                let from = masses[k as usize..].iter().fold(zero(), |sum, mass| sum + mass);
                near(at_least(n, p, k), &from, "at least");
                near(at_most(n, p, k), &(one() - from + &masses[k as usize]), "at most");
                near(exactly(n, p, k), &masses[k as usize], "exactly");
            }
        }
    }
}

const LEVELS: [(i64, i64); 4] = [(1, 100), (1, 20), (1, 10), (1, 4)];

#[test]
fn one_look_at_a_limit_keeps_both_levels() {
    for n in [1, 5, 20, 40] {
        for (above, below) in [(1, 500), (1, 20), (1, 3), (4, 5)] {
            let masses = binomial(n, &ratio(above, below));
            for (alpha, of) in LEVELS {
                let level = alpha as f64 / of as f64;
                let verdict =
                    |k: u64| judge_limit_once(counts(n, k), above as f64 / below as f64, level, level).verdict;
                for wrong in [Verdict::Fail, Verdict::Pass] {
                    let lost =
                        (0..=n).filter(|k| verdict(*k) == wrong).fold(zero(), |sum, k| sum + &masses[k as usize]);
                    assert!(lost <= ratio(alpha, of), "{wrong:?} {n} {above}/{below} {level}");
                }
            }
        }
    }
}

/// Rare errors: given all errors, the canary's are binomial. Every number of errors, each a whole null of its own.
#[test]
fn one_look_at_the_share_keeps_both_levels_for_rare_errors() {
    for (canary, other, times) in [(1_000, 1_000, 1), (1_000, 19_000, 1), (5_000, 5_000, 2), (2_000, 6_000, 3)] {
        let margin = Margin::new(0.0, times as f64).expect("a margin");
        let edge = ratio(times * canary, times * canary + other);
        for errors in 0..=24_u64 {
            let masses = binomial(errors, &edge);
            for (alpha, of) in LEVELS {
                let level = alpha as f64 / of as f64;
                for wrong in [Verdict::Fail, Verdict::Pass] {
                    let verdict = |s: u64| {
                        let (own, beside) = (counts(canary as u64, s), counts(other as u64, errors - s));
                        judge_once(own, beside, margin, level, level).verdict
                    };
                    let lost =
                        (0..=errors).filter(|s| verdict(*s) == wrong).fold(zero(), |sum, s| sum + &masses[s as usize]);
                    assert!(lost <= ratio(alpha, of), "{wrong:?} {canary} {other} {times} {errors} {level}");
                }
            }
        }
    }
}

/// Frequent errors, and margins with something added: both arms binomial, every pair of counts.
#[test]
fn one_look_at_two_arms_keeps_both_levels_at_every_rate() {
    for (plus, times) in [((0, 1), 1), ((0, 1), 2), ((1, 10), 1), ((3, 10), 1), ((1, 20), 2)] {
        let margin = Margin::new(plus.0 as f64 / plus.1 as f64, times as f64).expect("a margin");
        for (n, m) in [(4, 12), (10, 10), (16, 5)] {
            for (alpha, of) in LEVELS {
                let level = alpha as f64 / of as f64;
                let verdicts: Vec<Vec<Verdict>> = (0..=n)
                    .map(|s| {
                        (0..=m).map(|f| judge_once(counts(n, s), counts(m, f), margin, level, level).verdict).collect()
                    })
                    .collect();
                for usual in 0..=10 {
                    // In twentieths, so that all chances are whole numbers over 20^(n + m).
                    let own = 2 * usual * times + 20 * plus.0 / plus.1;
                    if own > 20 {
                        continue;
                    }
                    let (canary, other) = (in_twentieths(n, own), in_twentieths(m, 2 * usual));
                    let all = BigInt::from(20).pow((n + m) as u32);
                    for wrong in [Verdict::Fail, Verdict::Pass] {
                        let of_row = |row: &Vec<Verdict>| {
                            let wrongs = row.iter().zip(&other).filter(|(verdict, _)| **verdict == wrong);
                            wrongs.map(|(_, mass)| mass).sum::<BigInt>()
                        };
                        let lost: BigInt = verdicts.iter().zip(&canary).map(|(row, mass)| of_row(row) * mass).sum();
                        assert!(lost * of <= &all * alpha, "{wrong:?} {n} {m} {usual}/10 + {plus:?} {level}");
                    }
                }
            }
        }
    }
}

/// 20^n · P(Bin(n, p / 20) = k) for all k.
fn in_twentieths(n: u64, p: i64) -> Vec<BigInt> {
    let mut choose = BigInt::from(1);
    let mut all = Vec::new();
    for k in 0..=n {
        all.push(&choose * BigInt::from(p).pow(k as u32) * BigInt::from(20 - p).pow((n - k) as u32));
        choose = choose * (n - k) / (k + 1);
    }
    all
}

/// The randomized Neyman–Pearson test, from its definition.
#[test]
fn power_is_exact() {
    for (n, p0, p1) in [(12, (1, 10), (3, 10)), (30, (1, 50), (1, 10)), (25, (1, 2), (9, 10)), (5, (1, 3), (1, 1))] {
        let (null, truth) = (binomial(n, &ratio(p0.0, p0.1)), binomial(n, &ratio(p1.0, p1.1)));
        let (alpha, mut spent, mut known) = (ratio(1, 20), zero(), zero());
        for k in (0..=n as usize).rev() {
            let left = &alpha - &spent;
            let part = if null[k] <= left { one() } else { left / &null[k] };
            known += &part * &truth[k];
            spent += &part * &null[k];
            if part < one() {
                break;
            }
        }
        let float = |p: (i64, i64)| p.0 as f64 / p.1 as f64;
        near(power(n, float(p0), float(p1), 0.05), &known, "power");
        near(power(n, 1.0 - float(p0), 1.0 - float(p1), 0.05), &known, "power to pass");
    }
}

/// Every sequence of looks.
#[test]
fn consecutive_failures_are_counted_exactly() {
    const LOOKS: u32 = 11;
    for (above, below) in [(1, 10), (1, 2), (4, 5)] {
        let bad = ratio(above, below);
        for run in 1..=4_u32 {
            for tolerated in 0..=3_u64 {
                let (mut consecutive, mut many) = (zero(), zero());
                for sequence in 0..1_u32 << LOOKS {
                    let failures = u64::from(sequence.count_ones());
                    let chance = to_power(&bad, failures) * to_power(&(one() - &bad), u64::from(LOOKS) - failures);
                    if (0..=LOOKS - run).any(|at| sequence >> at & ((1 << run) - 1) == (1 << run) - 1) {
                        consecutive += &chance;
                    }
                    if failures > tolerated {
                        many += &chance;
                    }
                }
                let p = above as f64 / below as f64;
                near(in_a_row(p, run as u8, u64::from(LOOKS)), &consecutive, "in a row");
                near(more_than(p, tolerated, u64::from(LOOKS)), &many, "more than tolerated");
            }
        }
    }
}

/// Every sequence of observations of 0, ½ and 1 with mean exactly at the limit: whether the gate is ever wrong.
fn ever(values: &[(f64, Exact)], depth: u32, gate: MeanGate, wrong: Verdict, alpha: f64) -> Exact {
    if gate.judgement(alpha, alpha).verdict == wrong {
        return one();
    }
    if depth == 0 {
        return zero();
    }
    let after = |value: f64| {
        let mut next = gate;
        next.observe(value).expect("within the range");
        next
    };
    values
        .iter()
        .fold(zero(), |sum, (value, chance)| sum + chance * ever(values, depth - 1, after(*value), wrong, alpha))
}

#[test]
fn a_mean_at_its_limit_is_rarely_judged() {
    let range = Range::new(0.0, 1.0).expect("a range");
    // Chances of 0, ½ and 1 in twentieths; the limit is their mean.
    for (none, half, all) in [(10, 0, 10), (18, 0, 2), (4, 12, 4), (1, 2, 17)] {
        let values = [(0.0, ratio(none, 20)), (0.5, ratio(half, 20)), (1.0, ratio(all, 20))];
        let values: Vec<(f64, Exact)> = values.into_iter().filter(|(_, chance)| *chance > zero()).collect();
        let mean = (half as f64 / 2.0 + all as f64) / 20.0;
        let depth = if values.len() == 2 { 12 } else { 8 };
        for alpha in [0.5, 0.25, 0.1] {
            for wrong in [Verdict::Fail, Verdict::Pass] {
                let lost = as_float(&ever(&values, depth, MeanGate::new(range, mean), wrong, alpha));
                assert!(lost <= alpha, "{wrong:?} {none} {half} {all} {alpha}: {lost}");
            }
        }
    }
}

fn ever_of_two(chances: (&Exact, &Exact), depth: u32, gate: &MeansGate, wrong: Verdict, alpha: f64) -> Exact {
    if gate.judgement(alpha, alpha).verdict == wrong {
        return one();
    }
    if depth == 0 {
        return zero();
    }
    let (which, chance) = if depth.is_multiple_of(2) { (Which::Canary, chances.0) } else { (Which::Other, chances.1) };
    let after = |value: f64| {
        let mut next = gate.clone();
        next.observe(which, value).expect("within the range");
        ever_of_two(chances, depth - 1, &next, wrong, alpha)
    };
    chance * after(1.0) + (one() - chance) * after(0.0)
}

#[test]
fn two_means_at_their_allowance_are_rarely_judged() {
    let range = Range::new(0.0, 1.0).expect("a range");
    for ((canary, other), (plus, times)) in [((5, 5), (0.0, 1.0)), ((8, 4), (0.0, 2.0)), ((7, 5), (0.1, 1.0))] {
        let allowance = Allowance::new(plus, times).expect("an allowance");
        let gate = MeansGate::new(range, allowance);
        for wrong in [Verdict::Fail, Verdict::Pass] {
            let chances = (&ratio(canary, 20), &ratio(other, 20));
            let lost = as_float(&ever_of_two(chances, 10, &gate, wrong, 0.5));
            assert!(lost <= 0.5, "{wrong:?} {canary} {other}: {lost}");
        }
    }
}

/// Bound (B): the best of all tests of "both arms at the pooled rate" against "at their own" tells no more than the
/// information in both arms, kl(power‖level).
#[test]
fn no_test_knows_more_than_the_arms_tell() {
    for (n, m, own, usual) in [(10, 90, 8, 1), (20, 20, 9, 4), (6, 30, 20, 2)] {
        let (p1, p0) = (own as f64 / 20.0, usual as f64 / 20.0);
        let pooled = (n as f64 * p1 + m as f64 * p0) / (n + m) as f64;
        let told = statistics::power::information(n, p1, m as f64, p0);
        let mut outcomes = Vec::new();
        for s in 0..=n {
            for f in 0..=m {
                let null = exactly(n, pooled, s) * exactly(m, pooled, f);
                outcomes.push((exactly(n, p1, s) * exactly(m, p0, f), null));
            }
        }
        outcomes.sort_by(|a, b| (b.0 * a.1).total_cmp(&(a.0 * b.1)));
        for alpha in [0.01, 0.05, 0.2] {
            let (mut spent, mut power) = (0.0, 0.0);
            for (truth, null) in &outcomes {
                let part = if *null > 0.0 { f64::clamp((alpha - spent) / null, 0.0, 1.0) } else { 1.0 };
                power += part * truth;
                spent += part * null;
            }
            let known = statistics::power::divergence(power, alpha);
            assert!(known <= told + 1e-9, "{n} {m} {p1} {p0} {alpha}: {known} {told}");
            assert!(known > 0.2 * told || power > 0.99, "the bound is of the right size: {known} {told}");
        }
    }
}
