//! Means from totals: the expectation of the evidence by enumeration of every sequence, the level at every look, and what
//! the squares buy.

use statistics::{Allowance, Counts, Range, Sums, Verdict, judge_events, judge_limit, judge_mean, judge_means};
use statistics::{Events, MeanGate};

const UNIT: [f64; 3] = [0.0, 0.4, 1.0];

fn range() -> Range {
    Range::new(0.0, 1.0).expect("a range")
}

fn sums(values: &[f64], squares: bool) -> Sums {
    let squares = squares.then(|| values.iter().map(|x| x * x).sum());
    Sums::new(range(), values.len() as u64, values.iter().sum(), squares).expect("within the range")
}

/// Every sequence of so many values, with its chance when each value has its own.
fn sequences(length: u32, chances: [f64; 3]) -> impl Iterator<Item = (Vec<f64>, f64)> {
    (0..3_usize.pow(length)).map(move |mut number| {
        let mut chance = 1.0;
        let values = (0..length).map(|_| {
            let value = number % 3;
            number /= 3;
            chance *= chances[value];
            UNIT[value]
        });
        (values.collect::<Vec<_>>(), chance)
    })
}

fn mean(chances: [f64; 3]) -> f64 {
    UNIT.iter().zip(chances).map(|(value, chance)| value * chance).sum()
}

const LAWS: [[f64; 3]; 4] = [[0.5, 0.3, 0.2], [0.0, 1.0, 0.0], [0.05, 0.9, 0.05], [0.9, 0.0, 0.1]];

#[test]
fn evidence_expects_no_more_than_one_at_the_edge_and_beyond() {
    for law in [LAWS[0], LAWS[3]] {
        for squares in [false, true] {
            for (limit, fails) in
                [(mean(law), true), (mean(law), false), (mean(law) + 0.1, true), (mean(law) - 0.05, false)]
            {
                let of = |(values, chance): (Vec<f64>, f64)| {
                    let judged = judge_mean(sums(&values, squares), limit, 0.05, 0.05);
                    chance * if fails { judged.ln_e_fail } else { judged.ln_e_pass }.exp()
                };
                let expected: f64 = sequences(5, law).map(of).sum();
                assert!(expected <= 1.0 + 1e-9, "{law:?} against {limit}, squares {squares}: {expected}");
            }
        }
    }
}

#[test]
fn evidence_of_two_arms_expects_no_more_than_one() {
    for (canary, other) in [(0, 0), (1, 3)] {
        let (canary, other) = (LAWS[canary], LAWS[other]);
        for times in [0.5, 1.5] {
            let plus = mean(canary) - times * mean(other);
            let allowance = Allowance::new(plus, times).expect("an allowance");
            for squares in [false, true] {
                let (mut fail, mut pass) = (0.0, 0.0);
                for (own, chance) in sequences(3, canary).filter(|it| it.1 > 0.0) {
                    for (beside, other_chance) in sequences(2, other).filter(|it| it.1 > 0.0) {
                        let judged = judge_means(sums(&own, squares), sums(&beside, squares), allowance, 0.05, 0.05);
                        fail += chance * other_chance * judged.ln_e_fail.exp();
                        pass += chance * other_chance * judged.ln_e_pass.exp();
                    }
                }
                assert!(fail <= 1.0 + 1e-9 && pass <= 1.0 + 1e-9, "{times} {squares}: {fail} {pass}");
            }
        }
    }
}

/// The chance of ever failing, looking after every observation.
#[test]
fn the_level_holds_at_every_look() {
    const LENGTH: u32 = 6;
    for law in [LAWS[0], LAWS[2]] {
        for alpha in [0.3, 0.6] {
            let fails = |(values, chance): (Vec<f64>, f64)| {
                let ever = (1..=values.len()).any(|seen| {
                    judge_mean(sums(&values[..seen], true), mean(law), alpha, alpha).verdict == Verdict::Fail
                });
                if ever { chance } else { 0.0 }
            };
            let wrong: f64 = sequences(LENGTH, law).map(fails).sum();
            assert!(wrong <= alpha, "{law:?} at {alpha}: {wrong}");
        }
    }
}

#[test]
fn observations_at_the_ends_are_requests() {
    let sums = Sums::new(range(), 1_000, 40.0, None).expect("within the range");
    let counts = Counts::new(1_000, 40).expect("counts");
    assert_eq!(judge_mean(sums, 0.02, 0.05, 0.05), judge_limit(counts, 0.02, 0.05, 0.05));
}

/// How many observations of a spread of a hundredth until a mean twice the limit fails.
fn needed(mut fails: impl FnMut(u64) -> bool) -> u64 {
    (1..5_000).find(|n| fails(*n)).expect("some number")
}

#[test]
fn squares_see_earlier_what_scatters_little() {
    let of = |squares: bool| {
        needed(|n| {
            let count = n as f64;
            let squares = squares.then_some(count * (0.02 * 0.02 + 0.01 * 0.01));
            let sums = Sums::new(range(), n, count * 0.02, squares).expect("within the range");
            judge_mean(sums, 0.01, 0.05, 0.05).verdict == Verdict::Fail
        })
    };
    let (chord, squares) = (of(false), of(true));
    let mut gate = MeanGate::new(range(), 0.01);
    let betting = needed(|n| {
        gate.observe(0.02 + if n % 2 == 0 { 0.01 } else { -0.01 }).expect("within the range");
        gate.judgement(0.05, 0.05).verdict == Verdict::Fail
    });
    println!("until a doubled mean fails: {chord} by the chord, {squares} by squares, {betting} one by one");
    assert!(4 * squares < chord && squares < 4 * betting, "{chord} {squares} {betting}");
}

#[test]
fn sums_outside_of_their_range_are_refused() {
    let wide = Range::new(10.0, 20.0).expect("a range");
    for (count, sum) in [(10, 99.0), (10, 201.0), (10, f64::NAN), (10, f64::INFINITY)] {
        assert!(Sums::new(wide, count, sum, None).is_err(), "{count} {sum}");
    }
    let error = Sums::new(wide, 10, 250.0, None).expect_err("outside").to_string();
    assert!(error.starts_with("the mean 25 lies outside the declared range 10 to 20"), "{error}");
    assert_eq!(Sums::new(wide, 0, 0.0, None).expect("nothing").mean(), None);
    let judged = judge_mean(Sums::new(wide, 0, 0.0, None).expect("nothing"), 15.0, 0.05, 0.05);
    assert_eq!((judged.verdict, judged.interval), (Verdict::Inconclusive, (10.0, 20.0)));
}

#[test]
fn estimates_and_intervals_are_in_the_unit_of_the_metric() {
    let wide = Range::new(-100.0, 300.0).expect("a range");
    let sums = Sums::new(wide, 10_000, 500_000.0, Some(26_000_000.0)).expect("within the range");
    let judged = judge_mean(sums, 60.0, 0.05, 0.05);
    assert_eq!((judged.verdict, judged.estimate), (Verdict::Pass, 50.0));
    let (low, high) = judged.interval;
    assert!((45.0..50.0).contains(&low) && (50.0..55.0).contains(&high), "{low} {high}");
}

#[test]
fn events_keep_their_level_at_every_look() {
    // Each event is the canary's with chance one in ten, as its requests are; looked at after every one.
    let (mut alive, mut wrong) = (vec![1.0_f64], 0.0);
    for n in 1..=200_usize {
        let mut next = vec![0.0; n + 1];
        for (own, mass) in alive.iter().enumerate() {
            next[own] += mass * 0.9;
            next[own + 1] += mass * 0.1;
        }
        for (own, mass) in next.iter_mut().enumerate() {
            let canary = Events { events: own as u64, requests: 1_000 };
            let other = Events { events: (n - own) as u64, requests: 9_000 };
            if judge_events(canary, other, 1.0, 0.05, 0.05).verdict == Verdict::Fail {
                wrong += *mass;
                *mass = 0.0;
            }
        }
        alive = next;
    }
    assert!(wrong > 0.0 && wrong <= 0.05, "{wrong}");
}

#[test]
fn events_that_nothing_can_be_told_of() {
    let some = Events { events: 9, requests: 1_000 };
    for (canary, other, times) in [
        (some, Events { requests: 0, ..some }, 1.0),
        (Events { requests: 0, ..some }, some, 1.0),
        (some, some, 0.0),
        (some, some, f64::NAN),
        (some, some, f64::INFINITY),
    ] {
        assert_eq!(judge_events(canary, other, times, 0.05, 0.05).verdict, Verdict::Inconclusive);
    }
}
