//! Runs schedules of the engine by number and says what came of it: `simulate-engine PLAN|all SEEDS FIRST`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use engine_simulator::{can_run, run, schedule, sweep, told};
use simulator::oracle::judge;
use simulator::plans;
use simulator::timeline::timeline;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match simulate(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all of it; false when a rule was broken.
fn simulate(arguments: &[String]) -> Result<bool, String> {
    let [plan, seeds, first] = arguments else { return Err("say `simulate-engine PLAN|all SEEDS FIRST`".to_owned()) };
    let number = |text: &String| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    let (seeds, first) = (number(seeds)?, number(first)?);
    let names: Vec<&str> = if plan == "all" { plans::for_engines().collect() } else { vec![plan] };
    let each = seeds.div_ceil(names.len().max(1) as u64);
    for name in names {
        let good = if seeds == 1 { one(name, first)? } else { many(name, first, each)? };
        if !good {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(name: &str, seed: u64) -> Result<bool, String> {
    let case = Arc::new(plans::case(name)?);
    let schedule = schedule(seed, &can_run(&case)?);
    let left = run(&case, &schedule)?;
    let found = judge(&case, &schedule, &left);
    println!("{}", told(&timeline(&case, &schedule, &left, &found), &left));
    Ok(found.is_empty())
}

fn many(name: &str, first: u64, each: u64) -> Result<bool, String> {
    let case = Arc::new(plans::case(name)?);
    let since = Instant::now();
    let report = sweep(&case, first..first.saturating_add(each)).map_err(|why| format!("plan `{name}`: {why}"))?;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = report.schedules as f64 / since.elapsed().as_secs_f64().max(1e-9);
    println!("{name:<14} {:>9} schedules {:>9} faults {rate:>10.0} schedules/s", report.schedules, report.faults);
    let Some(failing) = report.failing else { return Ok(true) };
    let text = timeline(&case, &failing.schedule, &failing.left, &failing.found);
    println!("plan {name}, {}", told(&text, &failing.left));
    println!("again: cargo xtask simulate --engine --plan {name} --seeds 1 --seed {}", failing.seed);
    Ok(false)
}
