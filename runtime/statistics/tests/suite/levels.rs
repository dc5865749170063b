//! The promised levels, measured exactly: the chance of a wrong verdict at any
//! look, by dynamic programming over all counts a rollout can pass through,
//! looking after every request. Nothing is sampled, except in the last test.

use statistics::{Counts, Margin, Verdict, judge_difference, judge_limit};

fn counts(total: usize, bad: usize) -> Counts {
    Counts::new(total as u64, bad as u64).expect("bad <= total")
}

/// Chance that an arm of rate `p` ever meets the `wrong` verdict, where
/// `verdicts[n][k]` is the verdict on k bad of n + 1 requests.
fn ever_judged(verdicts: &[Vec<Verdict>], wrong: Verdict, p: f64) -> f64 {
    let mut alive = vec![1.0];
    let mut lost = 0.0;
    for look in verdicts {
        let mut next = vec![0.0; alive.len() + 1];
        for (k, mass) in alive.iter().enumerate() {
            next[k] += mass * (1.0 - p);
            next[k + 1] += mass * p;
        }
        for (k, mass) in next.iter_mut().enumerate() {
            if look[k] == wrong {
                lost += *mass;
                *mass = 0.0;
            }
        }
        alive = next;
    }
    lost
}

#[test]
fn one_arm_keeps_both_levels_at_every_look() {
    const LOOKS: usize = 300;
    for (limit, alpha) in [(0.0, 0.05), (0.002, 0.05), (0.05, 0.05), (0.3, 0.2), (0.5, 0.01)] {
        let verdicts: Vec<Vec<Verdict>> = (1..=LOOKS)
            .map(|n| (0..=n).map(|k| judge_limit(counts(n, k), limit, alpha, alpha).verdict).collect())
            .collect();
        for share in [0.0, 0.1, 0.5, 0.9, 1.0] {
            let wrong = ever_judged(&verdicts, Verdict::Fail, limit * share);
            assert!(wrong <= alpha, "false alarm {wrong} at {share} of {limit}");
            let p = limit + (1.0 - limit) * (1.0 - share);
            let wrong = ever_judged(&verdicts, Verdict::Pass, p);
            assert!(wrong <= alpha, "false pass {wrong} at {p} over {limit}");
        }
        // Not by never speaking: what is plainly wrong is seen.
        if limit < 0.3 {
            assert!(ever_judged(&verdicts, Verdict::Fail, 0.6) > 0.99, "{limit}");
        }
    }
}

/// Which arm gets each request of a rollout, as `true` for the canary.
fn split(requests: usize, canary_of: usize) -> Vec<bool> {
    (0..requests).map(|i| i % canary_of == 0).collect()
}

/// One look: after how many requests of each arm, and which counts (by bad
/// requests of the canary, then of the other arm) got which verdict.
struct Look {
    to_canary: bool,
    verdicts: Vec<Vec<Verdict>>,
}

fn looks(split: &[bool], margin: Margin, alpha: f64) -> Vec<Look> {
    let (mut canary, mut stable) = (0, 0);
    split
        .iter()
        .map(|&to_canary| {
            if to_canary {
                canary += 1;
            } else {
                stable += 1;
            }
            let judge = |k: usize, j: usize| {
                judge_difference(counts(canary, k), counts(stable, j), margin, alpha, alpha).verdict
            };
            Look { to_canary, verdicts: (0..=canary).map(|k| (0..=stable).map(|j| judge(k, j)).collect()).collect() }
        })
        .collect()
}

fn ever(looks: &[Look], wrong: Verdict, canary: f64, stable: f64) -> f64 {
    let mut alive = vec![vec![1.0]];
    let mut lost = 0.0;
    for look in looks {
        let mut next = vec![vec![0.0; look.verdicts[0].len()]; look.verdicts.len()];
        for (k, row) in alive.iter().enumerate() {
            for (j, mass) in row.iter().enumerate() {
                if look.to_canary {
                    next[k][j] += mass * (1.0 - canary);
                    next[k + 1][j] += mass * canary;
                } else {
                    next[k][j] += mass * (1.0 - stable);
                    next[k][j + 1] += mass * stable;
                }
            }
        }
        for (masses, verdicts) in next.iter_mut().zip(&look.verdicts) {
            for (mass, verdict) in masses.iter_mut().zip(verdicts) {
                if *verdict == wrong {
                    lost += *mass;
                    *mass = 0.0;
                }
            }
        }
        alive = next;
    }
    lost
}

#[test]
fn two_arms_keep_both_levels_at_every_look() {
    let cases = [
        // plus, times, alpha, requests, every how manieth goes to the canary
        (0.0, 1.0, 0.05, 80, 2),
        (0.02, 1.0, 0.05, 80, 4),
        (0.1, 1.5, 0.3, 80, 2),
    ];
    for (plus, times, alpha, requests, every) in cases {
        let margin = Margin::new(plus, times).unwrap();
        let looks = looks(&split(requests, every), margin, alpha);
        for stable in [0.0, 0.002, 0.02, 0.1, 0.3, 0.5, 0.8, 0.98] {
            let allowed = margin.allowed(stable).min(1.0);
            for share in [0.5, 1.0] {
                let wrong = ever(&looks, Verdict::Fail, allowed * share, stable);
                assert!(wrong <= alpha, "false alarm {wrong}: {plus} {times} {stable}");
            }
            if margin.allowed(stable) > 1.0 {
                continue;
            }
            for share in [0.0, 0.5] {
                let canary = allowed + (1.0 - allowed) * share;
                let wrong = ever(&looks, Verdict::Pass, canary, stable);
                assert!(wrong <= alpha, "false pass {wrong}: {plus} {times} {stable}");
            }
        }
        let seen = ever(&looks, Verdict::Fail, 0.95, 0.05);
        assert!(seen > 0.95, "a broken canary is seen in {seen}");
    }
}

/// Knuth's MMIX generator: the same rollouts everywhere.
struct Dice(u64);

impl Dice {
    fn bad(&mut self, rate: f64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u64::from(((self.0 >> 11) as f64 / (1_u64 << 53) as f64) < rate)
    }
}

/// A rollout at the edge of the margin, with a weight that grows: looks every
/// 20 canary requests. Returns the first verdict.
fn rollout(dice: &mut Dice, canary: f64, stable: f64, margin: Margin, alpha: f64) -> Verdict {
    let (mut seen, mut bad) = ([0_u64; 2], [0_u64; 2]);
    for look in 0..50_u64 {
        let beside = if look < 25 { 180 } else { 20 };
        for (arm, requests, rate) in [(0, 20, canary), (1, beside, stable)] {
            for _ in 0..requests {
                seen[arm] += 1;
                bad[arm] += dice.bad(rate);
            }
        }
        let [a, b] = [0, 1].map(|arm| Counts::new(seen[arm], bad[arm]).expect("bad <= total"));
        let verdict = judge_difference(a, b, margin, alpha, alpha).verdict;
        if verdict != Verdict::Inconclusive {
            return verdict;
        }
    }
    Verdict::Inconclusive
}

#[test]
fn long_rollouts_keep_the_level_and_see_what_they_should() {
    const ROLLOUTS: usize = 2_000;
    let margin = Margin::new(0.02, 1.0).unwrap();
    let mut dice = Dice(2024);
    let mut share = |canary: f64, verdict: Verdict| {
        let hits = (0..ROLLOUTS).filter(|_| rollout(&mut dice, canary, 0.002, margin, 0.05) == verdict).count();
        hits as f64 / ROLLOUTS as f64
    };
    // Four standard errors of a share of 5 % over the level.
    let bound = 0.05 + 4.0 * 0.0049;
    assert!(share(0.022, Verdict::Fail) <= bound);
    assert!(share(0.022, Verdict::Pass) <= bound);
    assert!(share(0.002, Verdict::Pass) >= 0.95);
    assert!(share(0.1, Verdict::Fail) >= 0.99);
}
