//! The report of a run, from its journal alone: who, which digest, when, why, each verdict with its evidence, each effect
//! with its outcome.

mod effects;
mod markdown;

use machine::event::{Event, Started};
use machine::evidence::Evidence;
use machine::journal::Record;
use machine::signal::Signal;
use serde::Serialize;
use serde_json::Value;

pub(crate) use effects::Effect;

/// What the records of one run say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Report {
    /// The run.
    pub(crate) run: String,
    /// How it began; none where the journal does not begin with that.
    pub(crate) started: Option<Started>,
    /// When the first and the last record were written, UTC milliseconds.
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// What people said.
    pub(crate) said: Vec<Said>,
    /// The looks at gates that were worth keeping.
    pub(crate) looks: Vec<Evidence>,
    /// What was done in the world.
    pub(crate) effects: Vec<Effect>,
    /// Everything else, as it stands in the journal.
    pub(crate) others: Vec<Other>,
    /// Number of records, and the hash of the last.
    pub(crate) records: u64,
    pub(crate) hash: String,
    /// What does not fit in the chain, if anything.
    pub(crate) broken: Option<String>,
}

/// A signal with its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Said {
    pub(crate) at_ms: i64,
    pub(crate) signal: Signal,
}

/// A record that is neither of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Other {
    pub(crate) at_ms: i64,
    /// Its kind of event.
    pub(crate) kind: String,
    pub(crate) body: Value,
}

impl Report {
    /// Reads the records of a run and verifies their chain.
    pub(crate) fn of(run: &str, records: &[Record]) -> Self {
        let mut report = Self { run: run.to_owned(), ..Self::default() };
        report.from_ms = records.first().map_or(0, |record| record.at.wall_ms);
        for record in records {
            report.verify(record);
            report.add(record);
        }
        report
    }

    fn verify(&mut self, record: &Record) {
        if let Err(broken) = record.verify(&self.hash, self.records + 1) {
            self.broken.get_or_insert(broken.to_string());
        }
        self.records = record.seq;
        self.hash.clone_from(&record.hash);
        self.to_ms = record.at.wall_ms;
    }

    fn add(&mut self, record: &Record) {
        let at_ms = record.at.wall_ms;
        if let Some(effect) = Effect::intended(at_ms, &record.body) {
            self.effects.push(effect);
            return;
        }
        match serde_json::from_value(record.body.clone()) {
            Ok(Event::Started(started)) => self.started = Some(started),
            Ok(Event::Signalled(signal)) => self.said.push(Said { at_ms, signal }),
            Ok(Event::Judged { evidence, .. }) => self.looks.push(*evidence),
            Ok(Event::Performed { node, attempt, outcome }) => {
                effects::settle(&mut self.effects, at_ms, &node, attempt, effects::outcome(&outcome));
            }
            Ok(Event::Probed { node, attempt, probe }) => {
                effects::settle(&mut self.effects, at_ms, &node, attempt, effects::probe(&probe));
            }
            // A record of a kind that this program does not know is shown as it stands.
            Ok(_) | Err(_) => self.others.push(Other { at_ms, kind: kind(&record.body), body: record.body.clone() }),
        }
    }
}

fn kind(body: &Value) -> String {
    let named = body["event"].as_str().map(str::to_owned);
    let first = body.as_object().and_then(|fields| fields.keys().next().cloned());
    named.or(first).unwrap_or_else(|| "record".to_owned())
}
