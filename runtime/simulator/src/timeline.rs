//! Tells what happened in a schedule, in order: true time, what, and the line of the sources it comes from.

use std::fmt::Write;

use machine::event::Event;
use machine::ports::provider::{Request, Task};

use crate::case::Case;
use crate::history::{History, Line, Written};
use crate::oracle::{Violation, node_of};
use crate::schedule::Schedule;
use crate::world::{Entry, What};

/// The order of what is wrong with the end.
const END: u64 = u64::MAX;

/// The whole story, for people.
#[must_use]
pub fn timeline(case: &Case, schedule: &Schedule, left: &History, found: &[Violation]) -> String {
    let mut lines: Vec<(u64, u64, String)> = Vec::new();
    lines.extend(left.journal.iter().map(|written| (written.order, written.at_ms, journalled(case, written))));
    let told = |entry: &Entry| Some((entry.order, entry.at_ms, seen(&entry.what)?));
    lines.extend(left.world.book.iter().filter_map(told));
    lines.extend(left.injected.iter().map(|it| (it.order, it.at_ms, format!("  fault    {}", it.fault))));
    lines.sort();
    let broken: Vec<_> = found.iter().filter(|it| it.order != END).map(|it| broken(it, &lines)).collect();
    lines.extend(broken);
    lines.sort();
    let mut text = schedule.to_string();
    for (_, at_ms, line) in lines {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:>14} {line}", time(at_ms));
    }
    let end = left.status.map_or("never ended", |status| status.words());
    let _ = writeln!(text, "{:>14} end      {end}", time(left.ended_ms));
    for violation in found.iter().filter(|violation| violation.order == END) {
        let _ = writeln!(text, "               BROKEN   {}: {}", violation.rule, violation.message);
    }
    text
}

/// A broken rule, at the time of what broke it or of what came next.
fn broken(violation: &Violation, lines: &[(u64, u64, String)]) -> (u64, u64, String) {
    let at_ms = lines.iter().find(|line| line.0 >= violation.order).map_or(0, |line| line.1);
    (violation.order, at_ms, format!("BROKEN     {}: {}", violation.rule, violation.message))
}

fn time(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

fn at(case: &Case, node: &str) -> String {
    case.plan.source_map.get(node).map(|place| format!("  ({place})")).unwrap_or_default()
}

fn journalled(case: &Case, written: &Written) -> String {
    let epoch = written.epoch;
    match &written.line {
        Line::Intent { request } => {
            let node = node_of(request);
            format!("  intent   {node}, attempt {}, by runtime {epoch}{}", request.attempt, at(case, node))
        }
        Line::Recorded { place, release } => {
            let release = release.as_ref().map_or("nothing", |release| release.id.0.as_str());
            format!("  record   {release} runs as {} in {}", place.1, place.0)
        }
        Line::Event(event) => format!("journal    {}", happened(case, event)),
    }
}

fn happened(case: &Case, event: &Event) -> String {
    match event {
        Event::Started(_) => "started".to_owned(),
        Event::LookedUp { node, running } => {
            let running = running.as_ref().map_or("nothing", |release| release.id.0.as_str());
            format!("{node}: {running} runs{}", at(case, node))
        }
        Event::Performed { node, attempt, outcome } => {
            format!("{node}, attempt {attempt}: {outcome:?}{}", at(case, node))
        }
        Event::Probed { node, attempt, probe } => format!("{node}, attempt {attempt}: {probe:?}{}", at(case, node)),
        Event::Opened { node, .. } => format!("{node}: window opened{}", at(case, node)),
        Event::Judged { node, last, evidence } => {
            let when = if *last { "last look" } else { "look" };
            format!("{node}: {when} {:?}: {}{}", evidence.verdict, evidence.cause, at(case, node))
        }
        Event::Woke { node } => format!("{node}: woke{}", at(case, node)),
        Event::Signalled(signal) => format!("{} says {:?}", signal.actor.name, signal.kind),
        Event::Resumed { epoch, .. } => format!("taken up by runtime {epoch}"),
        Event::NotLookedUp { node, problem } => format!("{node}: {problem}"),
        Event::Stopping => "the runtime is told to stop".to_owned(),
        Event::Barred { why } => format!("barred: {why}"),
        Event::Observed { node, drift } => format!("{node}: drift: {drift}{}", at(case, node)),
    }
}

fn asked(request: &Request) -> String {
    let what = match &request.task {
        Task::Ensure { release, instances, .. } => format!("ensure {instances} of {}", release.id),
        Task::Stop { release, keep, .. } => format!("stop {} but {keep}", release.id),
        Task::Shift { routes, .. } => {
            let routes: Vec<String> = routes.iter().map(|route| format!("{} {}", route.release, route.share)).collect();
            format!("shift {}", routes.join(", "))
        }
        Task::Act { action, .. } => format!("act {action}"),
    };
    format!("{what} (key {}, attempt {}, {}:{})", request.key, request.attempt, request.epoch, request.sequence)
}

fn seen(what: &What) -> Option<String> {
    Some(match what {
        What::Landed { request, .. } => format!("  world    {}", asked(request)),
        What::Refused { request, why } => format!("  refused  {}: {why}", asked(request)),
        What::Failed { request } => format!("  failed   {}", asked(request)),
        What::Died { release } => format!("  world    an instance of {release} dies"),
        What::Restarted => "  world    the proxies start again".to_owned(),
        What::Forgot => "  world    the routers forget their routes".to_owned(),
        What::Arrived { .. } | What::Sampled { .. } => return None,
    })
}
