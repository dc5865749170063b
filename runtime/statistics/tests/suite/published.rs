//! Numbers that others have published or computed: handbooks, papers, scipy (`tests/data/scipy.csv` says how).

use statistics::burn::{PERIOD, WORKBOOK};
use statistics::kayenta::{common_language, mean_ratio, shift, shift_z};
use statistics::quantile::closed_form_distance;
use statistics::share::ln_share_evidence;
use statistics::tails::{at_least, at_most, exactly, rate_interval};
use statistics::{
    Baseline, Counts, Margin, MeanGate, Range, judge_once, mean_interval, power, requests_to_bound, requests_to_tell,
};

fn near(got: f64, known: f64, relative: f64, what: &str) {
    assert!((got - known).abs() <= relative * known.abs().max(1e-300), "{what}: {got:e}, known {known:e}");
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad).expect("bad <= total")
}

#[test]
fn what_scipy_computes() {
    let mut rows = 0;
    for line in include_str!("../data/scipy.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(',').collect();
        let [what, n, p, k, value] = fields[..] else { panic!("five columns: {line}") };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let whole = |text: &str| text.parse::<u64>().expect("a count");
        let pair = |text: &str| text.split_once(':').map(|(a, b)| (whole(a), whole(b))).expect("a pair");
        let (p, known) = (number(p), number(value));
        let got = match what {
            "at_least" => at_least(whole(n), p, whole(k)),
            "at_most" => at_most(whole(n), p, whole(k)),
            "exactly" => exactly(whole(n), p, whole(k)),
            "clopper_low" => rate_interval(counts(whole(n), whole(k)), p).0,
            "clopper_high" => rate_interval(counts(whole(n), whole(k)), p).1,
            _ => {
                let ((n1, n2), (k1, k2)) = (pair(n), pair(k));
                let margin = Margin::new(0.0, p).expect("a margin");
                let judged = judge_once(counts(n1, k1), counts(n2, k2), margin, 0.05, 0.05);
                if what == "once_fail" { judged.p_fail } else { judged.p_pass }
            }
        };
        // scipy itself is good for about nine digits at 10^12.
        near(got, known, if n.len() > 8 { 2e-8 } else { 1e-11 }, line);
        rows += 1;
    }
    assert!(rows > 60, "{rows}");
}

/// Telling 1 % from 0.1 % errors at 5 % and power 80 %: 292 requests to detect, 410 to pass.
#[test]
fn requests_that_no_test_can_do_without() {
    let known = |p0, p1| requests_to_tell(p0, p1, 0.05, 0.2, Baseline::Known).map(|needed| needed.least());
    assert_eq!(known(0.001, 0.01), Some(292));
    assert_eq!(known(0.01, 0.001), Some(410));
    near(power(292, 0.001, 0.01, 0.05), 0.800_800_881_838_085_6, 1e-12, "detect");
    near(power(410, 0.01, 0.001, 0.05), 0.800_276_826_251_538_5, 1e-12, "pass");
}

/// "1 % of 10 req/s for 10 min sees 60 requests; 292 are needed: 48 min 40 s, or 4.9 % weight."
#[test]
fn the_stage_that_would_do() {
    let needed = 292.0;
    assert_eq!(f64::ceil(needed / (10.0 * 0.01)), 48.0 * 60.0 + 40.0);
    assert_eq!((needed / (10.0 * 600.0) * 1000.0_f64).round(), 49.0);
}

#[test]
fn observations_that_bound_a_quantile() {
    let cases =
        [(0.99, 0.05, 299), (0.999, 0.05, 2995), (0.95, 0.05, 59), (0.9, 0.05, 29), (0.5, 0.25, 2), (0.5, 0.2, 3)];
    for (q, alpha, known) in cases {
        assert_eq!(requests_to_bound(q, alpha), Some(known), "{q} {alpha}");
    }
}

#[test]
fn factors_of_the_workbook() {
    for (windows, known) in WORKBOOK.iter().zip([14.4, 6.0, 3.0, 1.0]) {
        near(windows.factor(PERIOD).expect("a factor"), known, 1e-15, "factor");
    }
    // An outage (burn 1000 at 99.9 %) is seen by the first pair after 1 h · 14.4 / 1000, 51.84 s.
    near(WORKBOOK[0].time_to_detect(14.4, 1000.0).expect("detected"), 51.84, 1e-12, "outage");
    assert_eq!(WORKBOOK[0].time_to_detect(14.4, 14.0), None);
    // 1 % weight, 50 % errors, 99.9 %: the service burns at 5, the canary at 500.
    let burn = |total, bad| statistics::burn_rate(counts(total, bad), 0.999).expect("a rate");
    near(burn(100_000, 500), 5.0, 1e-12, "service");
    near(burn(1_000, 500), 500.0, 1e-12, "canary");
}

/// B(a + s, b + N − s) / B(a, b) / (ρ^s (1 − ρ)^(N − s)) at a = b = 1, s = 3, N = 4, ρ = ¼: 4!·3!… by hand,
/// B(4, 2) = 1/20, so E = (1/20) / (1/64 · 3/4) = 64/15.
#[test]
fn the_share_of_errors_by_hand() {
    near(ln_share_evidence(3, 1, 0.25, 1.0, 1.0), (64.0_f64 / 15.0).ln(), 1e-13, "uniform prior");
}

/// scipy.stats.mannwhitneyu(alternative = 'greater', method = 'asymptotic'), its p-value turned to z; the interval is where
/// that z, as a function of the shift, crosses the normal quantiles.
#[test]
fn mann_whitney_as_scipy_has_it() {
    let sorted = |points: &[f64]| {
        let mut points = points.to_vec();
        points.sort_by(f64::total_cmp);
        points
    };
    let x = sorted(&[0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]);
    let y = sorted(&[1.15, 0.88, 0.90, 0.74, 1.21]);
    near(shift_z(&x, &y, 0.0), 1.163_507_627_822_01, 1e-12, "z");
    near(common_language(&x, &y).expect("pairs"), 0.7, 1e-15, "cles");
    let wide = shift(&x, &y, 0.95).expect("a shift");
    near(wide.low, -0.15, 1e-12, "low");
    near(wide.high, 0.76, 1e-12, "high");
    assert!((0.3 - 1e-12..=0.31 + 1e-12).contains(&wide.estimate), "{wide:?}");
    let x = sorted(&[3.0, 4.0, 4.0, 5.0, 9.0, 11.0, 7.0, 7.0]);
    let y = sorted(&[1.0, 2.0, 4.0, 4.0, 3.0, 5.0, 0.0, 2.0, 2.0]);
    near(shift_z(&x, &y, 0.0), 2.674_191_510_794_733, 1e-12, "z with ties");
    near(common_language(&x, &y).expect("pairs"), 0.888_888_888_888_888_8, 1e-15, "cles with ties");
    let tied = shift(&x, &y, 0.98).expect("a shift");
    near(tied.low, 1.0, 1e-12, "low with ties");
    near(tied.estimate, 3.0, 1e-12, "estimate with ties");
    near(tied.high, 7.0, 1e-12, "high with ties");
    near(mean_ratio(&x, &y).expect("a ratio"), 6.25 / (23.0 / 9.0), 1e-15, "ratio");
}

/// The capital process of Waudby-Smith and Ramdas, written a second time from the paper in Python.
#[test]
fn bets_as_the_paper_has_them() {
    let values: Vec<f64> = (0..200_u32).map(|i| f64::from(i * 37 % 101) / 101.0 * 0.6).collect();
    let range = Range::new(0.0, 1.0).expect("a range");
    let known = [
        (0.2, 13.713_299_751_809_446, -13.102_407_480_157_646),
        (0.3, -3.659_547_943_058_326, -0.877_518_105_854_616_6),
        (0.5, -36.105_250_580_176_154, 26.915_192_636_305_772),
    ];
    for (limit, above, below) in known {
        let mut gate = MeanGate::new(range, limit);
        for value in &values {
            gate.observe(*value).expect("within the range");
        }
        let judged = gate.judgement(0.05, 0.05);
        near(judged.ln_e_fail, above, 1e-11, "above");
        near(judged.ln_e_pass, below, 1e-11, "below");
    }
    let (low, high) = mean_interval(range, &values, 0.05).expect("within the range");
    near(low, 0.257_579_300_395_047_06, 1e-11, "low");
    near(high, 0.335_020_487_529_728_2, 1e-11, "high");
}

/// Howard and Ramdas 2022: p = ½, α = 0.05 at n = 10^4, from their closed form by hand.
#[test]
fn the_closed_form_distance() {
    let l = (1.4 * (2.1e4_f64.ln().ln()) + 200.0_f64.ln()) / 1e4;
    near(closed_form_distance(10_000, 0.5, 0.05), 0.75 * l.sqrt() + 0.8 * l, 1e-14, "median");
}
