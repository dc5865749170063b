//! How fast plans are tried, and how that grows: schedules a second, and whole verifications.

use std::time::Instant;

use plan::Plan;
use simulator::plans;
use simulator::verify::{Verified, Wanted, verify};

fn main() {
    let names: Vec<&str> = plans::names().collect();
    for name in names {
        if let Ok(case) = plans::case(name) {
            measured(name, &case.plan, 2);
        }
    }
    if let Ok(case) = plans::case("twenty") {
        measured("twenty, one thread", &case.plan, 1);
    }
    // Plans that another program has compiled, by path.
    for path in std::env::args().skip(1).filter(|it| !it.starts_with("--")) {
        match std::fs::read(&path).map(|bytes| Plan::read(&bytes)) {
            Ok(Ok(plan)) => measured(&path, &plan, 2),
            Ok(Err(why)) => println!("{path}: {why}"),
            Err(why) => println!("{path}: {why}"),
        }
    }
}

/// The median of five verifications.
fn measured(name: &str, plan: &Plan, threads: usize) {
    let wanted = Wanted { pairs: 10_000, first: 0, instants_at_most: Wanted::INSTANTS, threads };
    let mut seconds = Vec::new();
    let mut last: Option<Verified> = None;
    for _ in 0..5 {
        let since = Instant::now();
        last = verify(plan, &wanted).ok();
        seconds.push(since.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let Some(verified) = last else {
        println!("{name}: cannot be verified");
        return;
    };
    let schedules = verified.singles + verified.pairs;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = schedules as f64 / seconds[2].max(1e-9);
    println!("{name}, single faults  {} schedules", verified.singles);
    println!("{name}, with 10,000 pairs  {:.2} s", seconds[2]);
    println!("{name}, rate  {rate:.0} schedules/s");
}
