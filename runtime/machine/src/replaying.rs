//! A run from its journal alone: the rows are a cache, the journal is the truth.

use std::collections::VecDeque;
use std::sync::Arc;

use plan::Plan;
use serde_json::Value;

use crate::action::Action;
use crate::event::Event;
use crate::journal::{Broken, Record};
use crate::ports::store::Running;
use crate::run::Run;

/// Why a journal does not give a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreplayable {
    /// The journal is not what was written.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A record cannot be read.
    #[error("record {seq} cannot be read: {why}")]
    Unreadable {
        /// The record.
        seq: u64,
        /// Why.
        why: String,
    },
    /// The journal does not begin with the beginning of a run of this plan.
    #[error("the journal does not begin with the start of a run of plan {0}")]
    NoStart(String),
    /// What was intended is not what follows from the events before it.
    #[error("record {seq} does not follow from those before it: {what}")]
    Differs {
        /// The record.
        seq: u64,
        /// What does not follow.
        what: String,
    },
}

/// What identifies an intent: node, key and attempt.
type Intent = (String, String, u32);

impl Run {
    /// Rebuilds a run from its whole journal, verifying the chain of hashes and that every intent follows from the
    /// events before it. All its rows are given by [`Run::take_touched`] then. Records that are no events of the
    /// machine (notes, what was mended after the end) are passed over.
    pub fn replay<'r>(plan: Arc<Plan>, records: impl IntoIterator<Item = &'r Record>) -> Result<Self, Unreplayable> {
        let replay = Replay::of(plan, records)?;
        let missing = Unreplayable::NoStart(replay.plan.digest.short().to_owned());
        replay.run.ok_or(missing)
    }

    /// What a run has recorded as running, in order, from its whole journal as [`Run::replay`] reads it.
    pub fn recorded<'r>(
        plan: Arc<Plan>,
        records: impl IntoIterator<Item = &'r Record>,
    ) -> Result<Vec<Running>, Unreplayable> {
        Ok(Replay::of(plan, records)?.recorded)
    }
}

struct Replay {
    plan: Arc<Plan>,
    run: Option<Run>,
    /// Intents that must follow.
    due: VecDeque<Intent>,
    /// What was recorded as running.
    recorded: Vec<Running>,
    /// Number and hash of the last record.
    last: (u64, String),
}

impl Replay {
    fn of<'r>(plan: Arc<Plan>, records: impl IntoIterator<Item = &'r Record>) -> Result<Self, Unreplayable> {
        let mut replay = Self { plan, run: None, due: VecDeque::new(), recorded: Vec::new(), last: (0, String::new()) };
        for record in records {
            replay.take(record)?;
        }
        replay.nothing_is_due(replay.last.0 + 1)?;
        Ok(replay)
    }

    fn take(&mut self, record: &Record) -> Result<(), Unreplayable> {
        record.verify(&self.last.1, self.last.0 + 1)?;
        self.last = (record.seq, record.hash.clone());
        if let Some(intent) = record.body.get("intent") {
            return self.intended(record.seq, intent);
        }
        match record.event() {
            Ok(Some(event)) => self.happened(record, &event),
            Ok(None) => Ok(()),
            Err(why) => Err(Unreplayable::Unreadable { seq: record.seq, why }),
        }
    }

    fn happened(&mut self, record: &Record, event: &Event) -> Result<(), Unreplayable> {
        self.nothing_is_due(record.seq)?;
        if let (None, Event::Started(started)) = (&self.run, event)
            && started.plan == self.plan.digest
        {
            self.run = Some(Run::new(Arc::clone(&self.plan), started, &record.at));
        }
        let Some(run) = &mut self.run else {
            return Err(Unreplayable::NoStart(self.plan.digest.short().to_owned()));
        };
        for action in run.apply(&record.at, event) {
            match action {
                Action::Perform { slot, request, .. } => {
                    self.due.push_back((run.id(slot).to_owned(), request.key, request.attempt));
                }
                Action::Record(running) => self.recorded.push(running),
                _ => {}
            }
        }
        Ok(())
    }

    fn intended(&mut self, seq: u64, intent: &Value) -> Result<(), Unreplayable> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let request = &intent["request"];
        let attempt = request["attempt"].as_u64().and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or(0);
        let found = (text(&intent["node"]), text(&request["key"]), attempt);
        if self.due.pop_front().as_ref() == Some(&found) {
            return Ok(());
        }
        let what = format!("attempt {attempt} at `{}` was not to be made", found.0);
        Err(Unreplayable::Differs { seq, what })
    }

    /// Events and the intents that follow from them become durable together.
    fn nothing_is_due(&self, seq: u64) -> Result<(), Unreplayable> {
        match self.due.front() {
            None => Ok(()),
            Some((node, _, attempt)) => Err(Unreplayable::Differs {
                seq,
                what: format!("the intent of attempt {attempt} at `{node}` is missing"),
            }),
        }
    }
}
