//! Bits of representative values. Journalled judgements are replayed on other machines: whoever changes a bit here changes
//! what was judged. All functions come from `libm`, compiled from source, and no sum depends on an order that a compiler
//! or a processor may choose.

use statistics::kayenta::shift;
use statistics::quantile::closed_form_distance;
use statistics::tails::{at_least, at_most, exactly, rate_interval};
use statistics::{
    Counts, Margin, MeanGate, MeansGate, Range, Stretch, Which, judge_difference, judge_limit, judge_once,
    judge_shares, power,
};

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad).expect("bad <= total")
}

fn values() -> Vec<(&'static str, f64)> {
    let margin = Margin::new(0.002, 1.1).expect("a margin");
    let limit = judge_limit(counts(10_000, 37), 0.002, 0.05, 0.05);
    let difference = judge_difference(counts(1_200, 21), counts(22_800, 71), margin, 0.05, 0.05);
    let once = judge_once(counts(1_200, 21), counts(22_800, 71), margin, 0.05, 0.05);
    let shares = judge_shares(&[Stretch { canary: 21, other: 71, canary_share: 0.05 }], 1.1, 0.05, 0.05);
    let range = Range::new(0.0, 1.0).expect("a range");
    let mut mean = MeanGate::new(range, 0.3);
    let mut means = MeansGate::new(range, statistics::Allowance::NONE);
    for i in 0..100_u32 {
        let value = f64::from(i * 37 % 101) / 101.0;
        mean.observe(value).expect("within the range");
        means.observe(Which::Canary, value).expect("within the range");
        means.observe(Which::Other, value * 0.5).expect("within the range");
    }
    let x: Vec<f64> = (0..30_u32).map(|i| f64::from(i) * 1.25).collect();
    let y: Vec<f64> = (0..25_u32).map(f64::from).collect();
    let shift = shift(&x, &y, 0.98).expect("a shift");
    vec![
        ("at_least", at_least(1_000_000_000_000, 1e-9, 1_100)),
        ("at_most", at_most(300, 0.01, 7)),
        ("exactly", exactly(1_000, 0.05, 70)),
        ("clopper low", rate_interval(counts(1_000, 12), 0.01).0),
        ("limit fail", limit.ln_e_fail),
        ("limit low", limit.interval.0),
        ("limit high", limit.interval.1),
        ("difference fail", difference.ln_e_fail),
        ("difference pass", difference.ln_e_pass),
        ("once fail", once.p_fail),
        ("once pass", once.p_pass),
        ("share fail", shares.ln_e_fail),
        ("share pass", shares.ln_e_pass),
        ("power", power(292, 0.001, 0.01, 0.05)),
        ("distance", closed_form_distance(10_000, 0.99, 0.05)),
        ("mean fail", mean.judgement(0.05, 0.05).ln_e_fail),
        ("means fail", means.judgement(0.05, 0.05).ln_e_fail),
        ("shift low", shift.low),
        ("shift high", shift.high),
    ]
}

#[test]
fn no_bit_differs() {
    let seen: Vec<String> = values().iter().map(|(name, value)| format!("{name} {:016x}", value.to_bits())).collect();
    let pinned: Vec<&str> = include_str!("../data/bits.txt").lines().collect();
    assert_eq!(seen, pinned, "\n{}", seen.join("\n"));
}
