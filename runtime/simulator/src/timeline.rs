//! Tells what happened in a schedule, in order: true time, what, and the line of the sources it comes from.

use std::fmt::Write;

use machine::event::Event;
use machine::ports::provider::{Outcome, Outputs, Probe, Request, Task};
use machine::signal::SignalKind;
use plan::Place;

use crate::case::Case;
use crate::history::{History, Line, Written};
use crate::oracle::{Violation, node_of};
use crate::schedule::Schedule;
use crate::world::{Entry, What};

/// The order of what is wrong with the end.
const END: u64 = u64::MAX;

/// What a line of the story tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something became durable.
    Journal,
    /// An effect was intended.
    Intent,
    /// What runs was recorded.
    Record,
    /// The world changed.
    World,
    /// A provider would not.
    Refused,
    /// A provider could not.
    Failed,
    /// Something went wrong.
    Fault,
    /// A rule was broken.
    Broken,
    /// The run was over.
    End,
}

impl Kind {
    /// The word of timelines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Intent => "intent",
            Self::Record => "record",
            Self::World => "world",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Fault => "fault",
            Self::Broken => "BROKEN",
            Self::End => "end",
        }
    }

    /// How far in it stands: what the journal says is at the edge, what others do is behind it.
    fn indent(self) -> &'static str {
        match self {
            Self::Journal | Self::Broken | Self::End => "",
            Self::Intent | Self::Record | Self::World | Self::Refused | Self::Failed | Self::Fault => "  ",
        }
    }
}

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Its number among all that happened.
    pub order: u64,
    /// True time, in milliseconds since the run began.
    pub at_ms: u64,
    /// What it tells of.
    pub kind: Kind,
    /// The story.
    pub text: String,
    /// The node that it is about, by its id.
    pub node: Option<String>,
}

impl Told {
    /// Where the sources say what it is about.
    #[must_use]
    pub fn place<'c>(&self, case: &'c Case) -> Option<&'c Place> {
        case.plan.source_map.get(self.node.as_ref()?)
    }
}

/// Everything that happened, in order, and what was wrong with it.
#[must_use]
pub fn story(case: &Case, left: &History, found: &[Violation]) -> Vec<Told> {
    let mut lines: Vec<Told> = left.journal.iter().map(journalled).collect();
    lines.extend(left.world.book.iter().filter_map(seen));
    lines.extend(left.injected.iter().map(|it| {
        let node = it.slot.map(|slot| case.id(slot).to_owned());
        told(it.order, it.at_ms, Kind::Fault, it.fault.to_string(), node)
    }));
    let end = left.status.map_or("never ended", |status| status.words());
    lines.push(told(left.ended_order, left.ended_ms, Kind::End, end.to_owned(), None));
    lines.sort();
    let broken: Vec<Told> = found.iter().filter(|it| it.order != END).map(|it| broken(it, &lines)).collect();
    lines.extend(broken);
    lines.sort();
    let wrong = found.iter().filter(|violation| violation.order == END);
    lines.extend(wrong.map(|it| told(END, left.ended_ms, Kind::Broken, format!("{}: {}", it.rule, it.message), None)));
    lines
}

/// The whole story, for people.
#[must_use]
pub fn timeline(case: &Case, schedule: &Schedule, left: &History, found: &[Violation]) -> String {
    let mut text = schedule.to_string();
    for lasting in &schedule.lasting {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  fault: {}", lasting.in_words(case));
    }
    for line in story(case, left, found) {
        let (indent, kind) = (line.kind.indent(), line.kind.word());
        let place = line.place(case).map(|at| format!("  ({}:{})", at.file, at.line)).unwrap_or_default();
        let _ = writeln!(text, "{:>14} {:<10} {}{place}", time(line.at_ms), format!("{indent}{kind}"), line.text);
    }
    text
}

fn told(order: u64, at_ms: u64, kind: Kind, text: String, node: Option<String>) -> Told {
    Told { order, at_ms, kind, text, node }
}

/// A broken rule, at the time of what broke it or of what came next.
fn broken(violation: &Violation, lines: &[Told]) -> Told {
    let at_ms = lines.iter().find(|line| line.order >= violation.order).map_or(0, |line| line.at_ms);
    told(violation.order, at_ms, Kind::Broken, format!("{}: {}", violation.rule, violation.message), None)
}

fn time(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

fn journalled(written: &Written) -> Told {
    let epoch = written.epoch;
    let (kind, text, node) = match &written.line {
        Line::Intent { request } => {
            let node = node_of(request);
            let text = format!("{node}, attempt {}, by runtime {epoch}", request.attempt);
            (Kind::Intent, text, Some(node.to_owned()))
        }
        Line::Recorded { place, release } => {
            let release = release.as_ref().map_or("nothing", |release| release.id.0.as_str());
            (Kind::Record, format!("{release} runs as {} in {}", place.1, place.0), None)
        }
        Line::Event(event) => (Kind::Journal, happened(event), event.node().map(str::to_owned)),
    };
    told(written.order, written.at_ms, kind, text, node)
}

fn happened(event: &Event) -> String {
    match event {
        Event::Started(_) => "started".to_owned(),
        Event::LookedUp { node, running, .. } => {
            let running = running.as_ref().map_or("nothing", |release| release.id.0.as_str());
            format!("{node}: {running} runs")
        }
        Event::Performed { node, attempt, outcome } => format!("{node}, attempt {attempt}: {}", ended(outcome)),
        Event::Probed { node, attempt, probe } => format!("{node}, attempt {attempt}: {}", probed(probe)),
        Event::Opened { node, .. } => format!("{node}: window opened"),
        Event::Judged { node, last, evidence } => {
            let when = if *last { "last look" } else { "look" };
            format!("{node}: {when}, {}: {}", evidence.verdict.word(), evidence.cause)
        }
        Event::Woke { node } => format!("{node}: its time has come"),
        Event::Signalled(signal) => format!("{} says {}", signal.actor.name, said(&signal.kind)),
        Event::Resumed { epoch, .. } => format!("taken up by runtime {epoch}"),
        Event::NotLookedUp { node, problem } => format!("{node}: {problem}"),
        Event::Stopping => "the runtime is told to stop".to_owned(),
        Event::Barred { why } => format!("barred: {why}"),
        Event::Observed { node, drift } => format!("{node}: drift: {drift}"),
    }
}

fn said(kind: &SignalKind) -> String {
    match kind.step() {
        Some(step) => format!("{} {step}", kind.word()),
        None => kind.word().to_owned(),
    }
}

fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(Outputs::Instances(instances)) => match instances.len() {
            1 => "done, 1 instance".to_owned(),
            several => format!("done, {several} instances"),
        },
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Failed { retryable: true, message } => format!("failed: {message}"),
        Outcome::Failed { retryable: false, message } => format!("failed for good: {message}"),
        Outcome::Unknown { message } => format!("unknown: {message}"),
    }
}

fn probed(probe: &Probe) -> String {
    match probe {
        Probe::Took(_) => "it took effect".to_owned(),
        Probe::DidNot => "it did not take effect".to_owned(),
        Probe::CannotTell(why) => format!("nobody can tell: {why}"),
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

fn seen(entry: &Entry) -> Option<Told> {
    let of = |request: &Request| Some(node_of(request).to_owned());
    let (kind, text, node) = match &entry.what {
        What::Landed { request, .. } => (Kind::World, asked(request), of(request)),
        What::Refused { request, why } => (Kind::Refused, format!("{}: {why}", asked(request)), of(request)),
        What::Failed { request } => (Kind::Failed, asked(request), of(request)),
        What::Died { release } => (Kind::World, format!("an instance of {release} dies"), None),
        What::Restarted => (Kind::World, "the proxies start again".to_owned(), None),
        What::Forgot => (Kind::World, "the routers forget their routes".to_owned(), None),
        What::Arrived { .. } | What::Sampled { .. } => return None,
    };
    Some(told(entry.order, entry.at_ms, kind, text, node))
}
