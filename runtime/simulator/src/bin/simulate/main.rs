//! Runs schedules by number and says what came of it: `simulate PLAN|all SEEDS FIRST ends|whole`.

use std::process::ExitCode;
use std::time::Instant;

use simulator::oracle::judge;
use simulator::timeline::timeline;
use simulator::{Coverage, Depth, Report, Schedule, plans, pure, sweep};

/// What is to be done.
struct Wanted {
    plans: Vec<String>,
    seeds: u64,
    first: u64,
    depth: Depth,
}

fn main() -> ExitCode {
    match wanted(&std::env::args().skip(1).collect::<Vec<_>>()).and_then(|wanted| simulate(&wanted)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[String]) -> Result<Wanted, String> {
    let [plan, seeds, first, depth] = arguments else {
        return Err("say `simulate PLAN|all SEEDS FIRST ends|whole`".to_owned());
    };
    let number = |text: &String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    let depth = match depth.as_str() {
        "ends" => Depth::Ends,
        "whole" => Depth::Whole,
        other => return Err(format!("`{other}` is neither `ends` nor `whole`")),
    };
    let plans = if plan == "all" { plans::names().map(str::to_owned).collect() } else { vec![plan.clone()] };
    Ok(Wanted { plans, seeds: number(seeds)?, first: number(first)?, depth })
}

/// Runs all of it; false when a rule was broken.
fn simulate(wanted: &Wanted) -> Result<bool, String> {
    let mut coverage = Coverage::default();
    let each = wanted.seeds.div_ceil(wanted.plans.len().max(1) as u64);
    let mut good = true;
    for name in &wanted.plans {
        let case = plans::case(name)?;
        if wanted.seeds == 1 {
            return Ok(told(&case, wanted));
        }
        let since = Instant::now();
        let report = sweep(&case, wanted.first..wanted.first.saturating_add(each), wanted.depth);
        println!("{}", line(name, &report, since.elapsed().as_secs_f64()));
        coverage.merge(&report.coverage);
        if let Some(failing) = report.failing {
            println!("plan {name}, {}", timeline(&case, &failing.schedule, &failing.left, &failing.found));
            println!("again: cargo xtask simulate --plan {name} --seeds 1 --seed {}", failing.seed);
            good = false;
            break;
        }
    }
    println!("\n{coverage}");
    println!("{} faults, {} cells that were not reached", coverage.faults(), coverage.empty().len());
    Ok(good)
}

fn told(case: &simulator::Case, wanted: &Wanted) -> bool {
    let schedule = Schedule::of_seed(wanted.first, &simulator::sweep::passed(case));
    let left = pure::run(case, &schedule, wanted.depth);
    let found = judge(case, &schedule, &left);
    println!("{}", timeline(case, &schedule, &left, &found));
    found.is_empty()
}

fn line(name: &str, report: &Report, seconds: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = report.schedules as f64 / seconds.max(1e-9);
    let Report { schedules, faults, .. } = report;
    format!("{name:<14} {schedules:>9} schedules {faults:>9} faults {rate:>10.0} schedules/s")
}
