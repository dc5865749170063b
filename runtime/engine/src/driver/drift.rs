//! Compares the world with what the run has done so far: right after it was taken up, and again and again. Only a
//! difference is journalled.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use machine::Observation;
use machine::event::Event;
use machine::ports::clock::Clock;
use tokio::sync::mpsc;

use super::{Driver, Message};
use crate::Inner;
use crate::care::observe;

/// How often a run's world is looked at, in milliseconds.
const LOOK_EVERY_MS: u64 = 10_000;

/// What a provider said of an effect that was done.
pub(crate) type Looked = (Observation, Result<Option<String>, String>);

impl Driver {
    /// Asks to look, now and from time to time. A plan without rollouts leaves nothing to look at.
    pub(super) fn begin_looking(&mut self) {
        if !self.run.plan().body.rollouts.is_empty() {
            self.tasks.spawn(ask_again(Arc::clone(&self.inner.clock), self.mailbox.clone()));
        }
    }

    /// Looks at what should still hold, unless a look is under way.
    pub(super) fn look(&mut self) {
        let observations = if self.looking || self.rest_by.is_some() { Vec::new() } else { self.run.observed() };
        if !observations.is_empty() {
            self.looking = true;
            self.tasks.spawn(look_at(Arc::clone(&self.inner), self.mailbox.clone(), observations));
        }
    }

    /// Takes what was seen, as far as it still speaks of what should hold now.
    pub(super) fn looked(&mut self, seen: Vec<Looked>) {
        self.looking = false;
        let mut unclear = BTreeSet::new();
        for (observation, answer) in seen {
            if !self.run.observed().contains(&observation) {
                continue;
            }
            match answer {
                Ok(None) => {}
                Ok(Some(drift)) => {
                    let node = self.run.id(observation.slot).to_owned();
                    self.step(&self.inner.clock.now(), Event::Observed { node, drift });
                }
                Err(why) => {
                    unclear.insert(why);
                }
            }
        }
        self.tell_concern((!unclear.is_empty()).then(|| Vec::from_iter(unclear).join("; ")));
    }

    fn tell_concern(&self, words: Option<String>) {
        let about = about(&self.run.head().run);
        let environment = self.run.plan().body.rollouts.values().next().map(|rollout| rollout.environment.as_str());
        let words = words.map(|words| format!("{about} goes on, but {words}"));
        self.inner.care.concern(&about, environment, words);
    }
}

/// What is told of a run that is not driven any more is of no concern.
pub(super) fn forget(inner: &Inner, run: &str) {
    inner.care.concern(&about(run), None, None);
}

fn about(run: &str) -> String {
    format!("run {run}")
}

async fn ask_again(clock: Arc<dyn Clock>, to: mpsc::Sender<Message>) {
    while to.send(Message::Look).await.is_ok() {
        clock.sleep(LOOK_EVERY_MS).await;
    }
}

async fn look_at(inner: Arc<Inner>, to: mpsc::Sender<Message>, observations: Vec<Observation>) {
    let looks = observations.into_iter().map(async |observation| {
        let answer = observe(&inner, &observation.provider, observation.request.clone()).await;
        (observation, answer)
    });
    // A driver that has gone has its reasons.
    let _ = to.send(Message::Looked(join_all(looks).await)).await;
}
