//! Whether a run came out as expected: by what the world shows and its book says, and never by where the machine thinks that
//! it stands.

use machine::ports::provider::Task;
use machine::view::RunStatus;
use plan::{Exact, Place};

use super::event::ended;
use super::spent::{exposure, spent};
use super::turned::{Turn, turned};
use super::{Begins, Comparison, Expected, Finding};
use crate::case::Case;
use crate::history::History;
use crate::oracle;
use crate::schedule::Schedule;
use crate::world::What;

/// Looks at one expectation.
#[must_use]
pub fn judge(case: &Case, schedule: &Schedule, left: &History, expected: &Expected) -> Finding {
    match expected {
        Expected::Outcome { status, at, within_ms } => outcome(case, schedule, left, *status, at.as_ref(), *within_ms),
        Expected::Budget { objective, comparison, limit } => {
            budget(case, left, objective.as_deref(), *comparison, *limit)
        }
        Expected::Exposure { comparison, limit } => exposed(case, left, *comparison, *limit),
        Expected::Ran { never, what, phase } => ran(case, left, *never, what, phase.as_deref()),
    }
}

fn outcome(
    case: &Case,
    schedule: &Schedule,
    left: &History,
    wanted: RunStatus,
    at: Option<&Begins>,
    within_ms: Option<u64>,
) -> Finding {
    let Some(status) = left.status else {
        return Finding { holds: false, found: "the run never ended".to_owned(), place: None };
    };
    // An end is believed only where the world shows it.
    if let Some(broken) = oracle::ends(case, schedule, left).into_iter().next() {
        let found = format!("the run says that it {}, and that is not so: {}", ended(status), broken.message);
        return Finding { holds: false, found, place: None };
    }
    let turns = turned(case, left);
    let shown = turns.iter().find(|turn| at.is_none_or(|at| is_at(at, turn))).or(turns.first());
    let (from, took_ms) = took(left);
    let holds = status == wanted
        && at.is_none_or(|at| turns.iter().any(|turn| is_at(at, turn)))
        && within_ms.is_none_or(|limit| took_ms <= limit);
    let turned_at =
        shown.filter(|_| status != RunStatus::Completed).map_or(String::new(), |it| format!(" at {}", it.words()));
    let found = format!("the run {}{turned_at}, {} after {from}", ended(status), duration(took_ms));
    let place = shown.filter(|_| status != RunStatus::Completed).and_then(|turn| place_of(case, &turn.node));
    Finding { holds, found, place }
}

fn is_at(at: &Begins, turn: &Turn) -> bool {
    match at {
        Begins::Start | Begins::After(_) => false,
        Begins::Stage { .. } => at.is_stage(turn.weight, &turn.service, &turn.environment),
    }
}

/// How long a run took from the first thing that happened later than its start, or else from that.
fn took(left: &History) -> (String, u64) {
    let first = left.world.play.as_ref().and_then(|play| {
        let (event, at_ms) = play.first_change()?;
        Some((format!("`{}` began", play.script().events[event].text), at_ms))
    });
    let (from, since_ms) = first.unwrap_or_else(|| ("its start".to_owned(), 0));
    (from, left.ended_ms.saturating_sub(since_ms))
}

fn budget(case: &Case, left: &History, name: Option<&str>, comparison: Comparison, limit: Exact) -> Finding {
    let objectives = &case.plan.body.objectives;
    let named = objectives.iter().filter(|(key, _)| {
        name.is_none_or(|name| *key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
    });
    let most = named.map(|(key, objective)| (key, spent(left, objective))).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((key, share)) = most else {
        let found = "no objective is promised for a service of this run".to_owned();
        return Finding { holds: false, found, place: None };
    };
    let place = case.plan.source_map.get(&format!("slo:{key}")).cloned();
    let found = format!("the run spent {} of the budget of `{key}`", percent(share));
    Finding { holds: comparison.holds(share, limit.to_f64()), found, place }
}

fn exposed(case: &Case, left: &History, comparison: Comparison, limit: Exact) -> Finding {
    let most = exposure(case, left);
    let share = most.as_ref().map_or(0.0, |(share, ..)| share.to_f64());
    let found = match &most {
        Some((share, at_ms, node)) => {
            format!("the new release had {share} of the traffic at {}, by `{node}`", duration(*at_ms))
        }
        None => "the new release never had any of the traffic".to_owned(),
    };
    let place = most.and_then(|(_, _, node)| place_of(case, &node));
    Finding { holds: comparison.holds(share, limit.to_f64()), found, place }
}

fn ran(case: &Case, left: &History, never: bool, what: &str, phase: Option<&str>) -> Finding {
    let is_it = |task: &Task| is_task(task, what, phase);
    let name = phase.map_or_else(|| what.to_owned(), |phase| format!("{what}.{phase}"));
    let tried = left.world.book.iter().find_map(|entry| match &entry.what {
        What::Arrived { request, .. } if is_it(&request.task) => Some((entry.at_ms, request)),
        _ => None,
    });
    let done = left.world.book.iter().find_map(|entry| match &entry.what {
        What::Landed { request, .. } if is_it(&request.task) => Some(entry.at_ms),
        _ => None,
    });
    let found = match (&tried, done) {
        (_, Some(at_ms)) => format!("`{name}` was carried out at {}", duration(at_ms)),
        (Some((at_ms, _)), None) => format!("`{name}` was tried at {}, and never succeeded", duration(*at_ms)),
        (None, None) => format!("`{name}` was never begun"),
    };
    let place = tried.as_ref().and_then(|(_, request)| place_of(case, oracle::node_of(request)));
    Finding { holds: if never { tried.is_none() } else { done.is_some() }, found, place }
}

fn is_task(task: &Task, what: &str, phase: Option<&str>) -> bool {
    match (task, phase) {
        (Task::Act { action, .. }, None) => action == what,
        (Task::Act { .. }, Some(_)) => false,
        (Task::Ensure { .. } | Task::Stop { .. } | Task::Shift { .. }, _) => false,
    }
}

fn place_of(case: &Case, node: &str) -> Option<Place> {
    case.plan.source_map.get(node).cloned()
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // Two digits of what is small, so that something is never told as nothing.
    let digits = (3..12).find(|digits| percent * 10_f64.powi(*digits) >= 10.0).unwrap_or(3);
    let text = format!("{percent:.*}", usize::try_from(digits).unwrap_or(3));
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A time as people say it: `1h 20m 5s`, `3.25s`.
pub(super) fn duration(ms: u64) -> String {
    if ms < 10_000 {
        let text = format!("{}.{:03}", ms / 1_000, ms % 1_000);
        return format!("{}s", text.trim_end_matches('0').trim_end_matches('.'));
    }
    let seconds = ms / 1_000;
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let shown: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_shares_read_as_people_say_them() {
        assert_eq!([0, 250, 3_250, 61_000, 90_000_000].map(duration), ["0s", "0.25s", "3.25s", "1m 1s", "1d 1h"]);
        assert_eq!([0.0, 0.01, 0.12345, 0.000_000_96].map(percent), ["0%", "1%", "12.345%", "0.000096%"]);
    }
}
