//! From the events of a test to a script.

use diagnostics::SourceMap;
use plan::{Arm, Exact, Reading as PlanReading, Share};
use project::Project;
use rust_decimal::Decimal;
use semantics::model::{self, EventKind, Reading, Simulation};
use semantics::value::Value;
use simulator::script::{Answer, Begins, Event, Happens, Level, Script};

use ide::planning::Places;

/// A script, and what of the events it cannot hold.
pub(crate) struct Scripted {
    pub(crate) script: Script,
    pub(crate) beyond: Vec<String>,
}

/// The script of a simulation.
pub(crate) fn of(project: &Project, simulation: &Simulation) -> Scripted {
    let places = Places::new(project);
    let mut scripted = Scripted { script: Script::default(), beyond: Vec::new() };
    for event in &simulation.events {
        let place = places.of(event.span);
        let text = written(project, event);
        match happens(&event.kind) {
            Some(happens) => scripted.script.events.push(Event {
                happens,
                begins: begins(&event.at),
                lasts_ms: event.lasts_ms.map(|ms| u64::try_from(ms).unwrap_or(0)),
                text,
                place: Some(place),
            }),
            None => scripted.beyond.push(format!("`{text}` cannot be simulated ({}:{})", place.file, place.line)),
        }
    }
    scripted
}

/// The event's own text, on one line.
fn written(project: &Project, event: &model::Event) -> String {
    let text = project.text(event.span.file);
    let own = text.get(event.span.start as usize..event.span.end as usize).unwrap_or_default();
    own.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// When something begins.
pub(crate) fn begins(moment: &model::Moment) -> Begins {
    match moment {
        model::Moment::Start => Begins::Start,
        model::Moment::After(ms) => Begins::After(u64::try_from(*ms).unwrap_or(0)),
        model::Moment::Stage { weight, service, environment } => Begins::Stage {
            // A stage has such a weight, or the compiler would have said that it is none.
            weight: Share::from_ratio(*weight).unwrap_or(Share::NONE),
            service: service.as_ref().map(ToString::to_string),
            environment: environment.as_ref().map(ToString::to_string),
        },
    }
}

fn happens(kind: &EventKind) -> Option<Happens> {
    Some(match kind {
        EventKind::Crash => Happens::Crash,
        EventKind::Silent => Happens::Silent,
        EventKind::Unready(word) => Happens::Unready(arm(word)?),
        EventKind::Fails { action, times } => Happens::Fails {
            action: action.to_string(),
            times: times.map(|times| u32::try_from(times).unwrap_or(u32::MAX)),
        },
        EventKind::Approval { answer, by } => {
            Happens::Answered { answer: answered(*answer), by: by.as_ref().map(ToString::to_string) }
        }
        EventKind::Metric { metric, arm: word, reading, value } => Happens::Reads {
            metric: metric.to_string(),
            arm: arm(word)?,
            reading: part(reading),
            level: level(reading, value)?,
        },
    })
}

fn answered(answer: model::Answer) -> Answer {
    match answer {
        model::Answer::Given => Answer::Given,
        model::Answer::Refused => Answer::Refused,
        model::Answer::Missing => Answer::Missing,
    }
}

fn arm(word: &str) -> Option<Arm> {
    let arms = [
        ("canary", Arm::Canary),
        ("stable", Arm::Stable),
        ("baseline", Arm::Baseline),
        ("previous", Arm::Previous),
        ("shadow", Arm::Shadow),
        ("service", Arm::Service),
    ];
    arms.iter().find(|(known, _)| *known == word).map(|(_, arm)| *arm)
}

fn part(reading: &Reading) -> Option<PlanReading> {
    match reading {
        Reading::Whole => None,
        Reading::Quantile(name) => Some(PlanReading::Quantile(name.to_string())),
        Reading::Over(ms) => Some(PlanReading::OverMs(u64::try_from(*ms).unwrap_or(0))),
    }
}

/// Tests say the share that is fast enough; plans count those that are not.
fn level(reading: &Reading, value: &Value) -> Option<Level> {
    Some(match (reading, value) {
        (Reading::Over(_), Value::Ratio(share)) => Level::Share(Exact::new(Decimal::ONE - *share)),
        (Reading::Whole | Reading::Quantile(_), Value::Ratio(share)) => Level::Share(Exact::new(*share)),
        (Reading::Quantile(_), Value::Duration(ms)) => Level::Ms(u64::try_from(*ms).ok()?),
        _ => Level::Amount(lower::constant(value)?),
    })
}
