//! The figures as lines (a name, two spaces, a number, a unit), or as the tables of `docs/performance.md`.

use crate::cell::{Cell, Outcome, Score};
use crate::contestants::Contestant;
use crate::world::Weather;

/// Every figure, one a line.
pub(crate) fn lines(cells: &[Cell]) {
    for cell in cells {
        let name = format!("{}, {} requests, {} %", cell.weather.name(), cell.requests, percent(cell.rate));
        for outcome in &cell.outcomes {
            for (judge, contestant) in Contestant::ALL.into_iter().enumerate() {
                let name = format!("{name}, × {}, {}", outcome.effect, contestant.name());
                println!("{name}, usual knob  {}", score(outcome.usual[judge]));
                println!("{name}, equal alarms  {}", score(outcome.equal[judge]));
            }
            if cell.weather != Weather::Independent {
                continue;
            }
            let gate = outcome.gate;
            let name = format!("{name}, × {}, gate at twice", outcome.effect);
            println!("{name}  {} % passed, {} % failed", percent(gate.passed), percent(gate.failed));
        }
    }
}

fn score(score: Score) -> String {
    format!("{} % failed, after {} % of the hold", percent(score.failed), percent(score.delay))
}

/// A share in percent, with one digit below 10 and only those that say something.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent >= 9.95 || percent == percent.round() { format!("{percent:.0}") } else { format!("{percent:.2}") }
}

/// The tables of the documents.
pub(crate) fn markdown(cells: &[Cell]) {
    for weather in Weather::ALL.into_iter().filter(|weather| cells.iter().any(|cell| cell.weather == *weather)) {
        for effect in [2.0, 5.0] {
            println!(
                "\nFailed, and after which part of the hold, at 5 % false alarms each; {}, × {effect}:\n",
                weather.name()
            );
            table(cells, weather, effect, |outcome, judge| {
                let score = outcome.equal[judge];
                format!("{} · {}", whole(score.failed), whole(score.delay))
            });
        }
        println!("\nFalse alarms with the usual knob; {}, unchanged canaries:\n", weather.name());
        table(cells, weather, 1.0, |outcome, judge| whole(outcome.usual[judge].failed));
        println!("\nFailed with the usual knob; {}, × 2:\n", weather.name());
        table(cells, weather, 2.0, |outcome, judge| whole(outcome.usual[judge].failed));
    }
    if cells.iter().all(|cell| cell.weather != Weather::Independent) {
        return;
    }
    println!("\nThe gate `errors(canary) <= errors(stable) * 2`; {}: passed · failed\n", Weather::Independent.name());
    gates(cells, Weather::Independent);
}

fn whole(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}

fn table(cells: &[Cell], weather: Weather, effect: f64, figure: impl Fn(&Outcome, usize) -> String) {
    let names: Vec<&str> = Contestant::ALL.into_iter().map(Contestant::name).collect();
    println!("| rate | requests | {} |", names.join(" | "));
    println!("|---|---|{}", "---|".repeat(names.len()));
    for cell in cells.iter().filter(|cell| cell.weather == weather) {
        let Some(outcome) = cell.outcomes.iter().find(|outcome| outcome.effect == effect) else { continue };
        let figures: Vec<String> = (0..names.len()).map(|judge| figure(outcome, judge)).collect();
        println!("| {} % | {} | {} |", percent(cell.rate), cell.requests, figures.join(" | "));
    }
}

fn gates(cells: &[Cell], weather: Weather) {
    println!("| rate | requests | × 1 | × 1.5 | × 2 | × 5 | × 10 |\n|---|---|---|---|---|---|---|");
    for cell in cells.iter().filter(|cell| cell.weather == weather) {
        let figures = cell.outcomes.iter().map(|o| format!("{} · {}", whole(o.gate.passed), whole(o.gate.failed)));
        let figures: Vec<String> = figures.collect();
        println!("| {} % | {} | {} |", percent(cell.rate), cell.requests, figures.join(" | "));
    }
}
