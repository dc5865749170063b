//! One run at work: a mailbox, the machine, the journal, in this order for every message.
//!
//! Messages that wait together become durable together: the outcome of one step and the intent of the next
//! share one commit.

mod drift;
mod looks;
mod permission;
mod stolen;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use machine::event::{Event, Started};
use machine::evidence::Evidence;
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::provider::Sample;
use machine::ports::store::{Answered, Append, NewRun, Running, StoreError, Target};
use machine::signal::{Signal, SignalKind};
use machine::view::RunView;
use machine::{Action, Moment, Run, SlotIndex};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Duration, Instant, sleep_until};

use crate::Inner;
use crate::act::Sent;
use crate::active::MAILBOX_LENGTH;
use crate::error::SignalError;
use crate::keyed::Keyed;
use crate::take_up::of_one_run;

/// Messages that become durable in one commit at most.
const BATCH: usize = 64;

/// Time between two views at least, and between two looks at all deadlines, in milliseconds: the first for every plan,
/// the second for each thousand of its nodes. Both visit every node, and one for each of very many steps would cost
/// their square.
const VIEW_EVERY_MS: (u64, u64) = (20, 10);

/// What a run's driver is told.
pub(crate) enum Message {
    /// Something happened.
    Event(Event),
    /// A provider answered for an effect.
    Performed {
        /// What it answered.
        event: Event,
        /// Who was asked.
        sent: Sent,
        /// For which attempt.
        attempt: u32,
    },
    /// Counters were read for a hold.
    Sampled {
        /// The hold.
        slot: SlotIndex,
        /// Whether its time is over.
        last: bool,
        /// When they were asked for.
        asked: Moment,
        /// What was read.
        sample: Result<Sample, String>,
    },
    /// A person said something.
    Signal(Box<Asked>),
    /// Compare the world with what the run has done.
    Look,
    /// It was compared.
    Looked(Vec<drift::Looked>),
    /// Take no further step, and end when the effects under way have answered.
    Stop {
        /// By when at the latest.
        until: Instant,
    },
}

/// The end of a run's journal.
pub(crate) struct Journal {
    pub(crate) seq: u64,
    pub(crate) hash: String,
}

/// What is decided and not yet durable.
#[derive(Default)]
struct Pending {
    records: Vec<Record>,
    actions: Vec<Action>,
    running: Vec<Running>,
    said: Vec<Answered>,
    /// Answers whose proof is not needed any more once they are durable.
    proved: Vec<(Sent, u32)>,
    answers: Vec<(oneshot::Sender<Result<String, SignalError>>, String)>,
}

pub(crate) struct Driver {
    pub(crate) inner: Arc<Inner>,
    run: Run,
    journal: Journal,
    mailbox: mpsc::Sender<Message>,
    pending: Pending,
    view: watch::Sender<RunView>,
    shown: Instant,
    /// Whether something changed since.
    unshown: bool,
    live: BTreeMap<SlotIndex, Evidence>,
    watches: BTreeMap<SlotIndex, AbortHandle>,
    /// Steals that were asked for and wait until nothing of the run is at work.
    steals: Vec<Asked>,
    /// What is done in the world.
    effects: JoinSet<()>,
    /// What only waits, asks or looks.
    tasks: JoinSet<()>,
    /// Until when the run moves at the latest, UTC milliseconds, and when all of it was last looked at for that.
    moves_by: Option<i64>,
    looked_ahead: Option<Instant>,
    /// Whether the world is being looked at.
    looking: bool,
    /// Told to come to rest, by then.
    rest_by: Option<Instant>,
}

/// Said of a run whose own driver panicked.
pub(crate) const BROKE_OFF: &str =
    "carrying it out broke off, which is a defect of this program; its panic is in the runtime's standard error";

/// Makes a new run durable and drives it.
pub(crate) async fn start(
    inner: &Arc<Inner>,
    run: Run,
    started: Started,
    at: Moment,
    plan: Vec<u8>,
    targets: Vec<Target>,
) -> Result<(), StoreError> {
    let (key, actor) = (started.key.clone(), started.actor.name.clone());
    let (mut driver, inbox) = Driver::new(inner, run, Journal { seq: 0, hash: String::new() });
    driver.step(&at, Event::Started(started));
    let first = driver.append();
    let workflow = driver.run.plan().body.workflow.clone();
    let new = NewRun { plan, workflow, created_ms: at.wall_ms, key, actor, targets, first };
    inner.store.create(new).await?;
    driver.register_and_spawn(inbox);
    Ok(())
}

/// What a person said, under which key, and where the answer goes.
pub(crate) struct Asked {
    pub(crate) signal: Signal,
    pub(crate) keyed: Keyed,
    pub(crate) answer: oneshot::Sender<Result<String, SignalError>>,
}

/// Takes up a stored run, with notes for its journal on how that was done, and what a person said that had it taken up.
pub(crate) fn resume(inner: &Arc<Inner>, run: Run, journal: Journal, notes: Vec<Value>, asked: Option<Asked>) {
    let (mut driver, inbox) = Driver::new(inner, run, journal);
    let at = inner.clock.now();
    notes.into_iter().for_each(|note| driver.record(&at, note));
    driver.ask_permission(&at);
    driver.step(&at, Event::Resumed { epoch: inner.store.epoch(), settles: true });
    if let Some(asked) = asked {
        driver.take_signal(asked);
    }
    driver.register_and_spawn(inbox);
}

/// Says something to a run that is driven; none when its driver has gone meanwhile.
pub(crate) async fn signal(
    mailbox: &mpsc::Sender<Message>,
    signal: Signal,
    keyed: Keyed,
) -> Option<Result<String, SignalError>> {
    let (answer, answered) = oneshot::channel();
    mailbox.send(Message::Signal(Box::new(Asked { signal, keyed, answer }))).await.ok()?;
    answered.await.ok()
}

impl Driver {
    fn new(inner: &Arc<Inner>, run: Run, journal: Journal) -> (Self, mpsc::Receiver<Message>) {
        let (mailbox, inbox) = mpsc::channel(MAILBOX_LENGTH);
        let view = watch::Sender::new(run.view(&inner.clock.now(), journal.seq, &|_| None));
        let driver = Self {
            inner: Arc::clone(inner),
            run,
            journal,
            mailbox,
            pending: Pending::default(),
            view,
            shown: Instant::now(),
            unshown: true,
            live: BTreeMap::new(),
            watches: BTreeMap::new(),
            steals: Vec::new(),
            effects: JoinSet::new(),
            tasks: JoinSet::new(),
            moves_by: None,
            looked_ahead: None,
            looking: false,
            rest_by: None,
        };
        (driver, inbox)
    }

    fn register_and_spawn(mut self, inbox: mpsc::Receiver<Message>) {
        let (inner, run) = (Arc::clone(&self.inner), self.run.head().run.clone());
        let (mailbox, view) = (self.mailbox.clone(), self.view.subscribe());
        self.begin_looking();
        inner.active.drive(&run, mailbox, view, self.guarded(inbox));
    }

    /// Drives until the end. What goes wrong with this run leaves this run alone; only what is wrong with the store
    /// as a whole ends the engine.
    fn guarded(self, inbox: mpsc::Receiver<Message>) -> BoxFuture<'static, ()> {
        let (inner, run) = (Arc::clone(&self.inner), self.run.head().run.clone());
        let targets = crate::submit::targets(self.run.plan());
        Box::pin(async move {
            let problem = match AssertUnwindSafe(self.drive(inbox)).catch_unwind().await {
                Ok(Ok(())) => None,
                Ok(Err(error)) if of_one_run(&error) => Some(error.to_string()),
                Ok(Err(error)) => {
                    inner.fatal.send_replace(Some(error));
                    None
                }
                Err(_) => Some(BROKE_OFF.to_owned()),
            };
            drift::forget(&inner, &run);
            inner.active.remove(&run, problem);
            inner.queue.freed(&targets);
        })
    }

    async fn drive(mut self, mut inbox: mpsc::Receiver<Message>) -> Result<(), StoreError> {
        let driven = self.drive_on(&mut inbox).await;
        // Whoever stops the engine may count on the store being let go.
        self.effects.shutdown().await;
        self.tasks.shutdown().await;
        driven
    }

    async fn drive_on(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Result<(), StoreError> {
        loop {
            self.commit().await?;
            if self.run.head().status.ended() {
                return Ok(());
            }
            match self.next(inbox).await {
                Some(first) => {
                    self.take_batch(first, inbox);
                    self.take_steals().await;
                }
                None => return Ok(()),
            }
        }
    }

    /// The next message; a view that was held back is shown meanwhile. None when a run that is to come to rest has
    /// done so, or is given no more time.
    async fn next(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Option<Message> {
        loop {
            // In this order: what an effect had to say is in the mailbox before it is seen to have ended.
            if let Some(by) = self.rest_by
                && (self.effects.is_empty() || by <= Instant::now())
            {
                return inbox.try_recv().ok();
            }
            let (rest_by, next_view) = (self.rest_by.unwrap_or_else(Instant::now), self.next_view());
            tokio::select! {
                message = inbox.recv() => return message,
                Some(_) = self.effects.join_next() => {}
                () = sleep_until(rest_by), if self.rest_by.is_some() => {}
                () = sleep_until(next_view), if self.unshown => self.show(),
            }
        }
    }

    fn next_view(&self) -> Instant {
        self.shown + self.view_every()
    }

    fn view_every(&self) -> Duration {
        let (always, per_thousand) = VIEW_EVERY_MS;
        let thousands = self.run.plan().body.nodes.len() as u64 / 1_000;
        Duration::from_millis(always + per_thousand * thousands)
    }

    /// Takes messages until the batch is full or none waits.
    fn take_batch(&mut self, first: Message, inbox: &mut mpsc::Receiver<Message>) {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(message) = next {
            match message {
                Message::Stop { until } => self.come_to_rest(until),
                Message::Event(event) => self.happened(event),
                Message::Performed { event, sent, attempt } => {
                    self.happened(event);
                    self.pending.proved.push((sent, attempt));
                }
                Message::Sampled { slot, last, asked, sample } => self.sampled(slot, last, &asked, sample),
                Message::Look => self.look(),
                Message::Looked(seen) => self.looked(seen),
                Message::Signal(asked) if asked.signal.kind == SignalKind::Steal => self.steals.push(*asked),
                Message::Signal(asked) => self.take_signal(*asked),
            }
            taken += 1;
            next = if taken < BATCH { inbox.try_recv().ok() } else { None };
        }
    }

    fn happened(&mut self, event: Event) {
        let at = self.inner.clock.now();
        self.ask_permission(&at);
        self.step(&at, event);
    }

    /// From now on nothing new begins; told again, only the time that is left changes.
    fn come_to_rest(&mut self, until: Instant) {
        if self.rest_by.replace(until).is_none() {
            self.tasks.abort_all();
            self.step(&self.inner.clock.now(), Event::Stopping);
        }
    }

    /// Moves the machine and notes what becomes durable and what follows.
    fn step(&mut self, at: &Moment, event: Event) {
        let always = event.is_always_kept();
        let actions = self.run.apply(at, &event);
        if !always && actions.is_empty() && !self.run.has_touched() {
            return;
        }
        self.record(at, to_value(&event));
        for action in actions {
            match action {
                Action::Record(running) => self.pending.running.push(running),
                Action::Note { node, words } => self.record(at, json!({ "note": { "node": node, "words": words } })),
                Action::Perform { slot, provider, request } => {
                    let node = self.run.id(slot).to_owned();
                    self.record(at, json!({ "intent": { "node": node, "provider": provider, "request": request } }));
                    self.pending.actions.push(Action::Perform { slot, provider, request });
                }
                other => self.pending.actions.push(other),
            }
        }
    }

    fn record(&mut self, at: &Moment, body: Value) {
        let record = Record::seal(&self.journal.hash, self.journal.seq + 1, at.clone(), body);
        self.journal = Journal { seq: record.seq, hash: record.hash.clone() };
        self.pending.records.push(record);
    }

    fn append(&mut self) -> Append {
        let nodes = self.run.take_touched();
        self.look_ahead(&nodes);
        Append {
            run: self.run.head().run.clone(),
            epoch: self.inner.store.epoch(),
            records: std::mem::take(&mut self.pending.records),
            head: to_value(self.run.head()),
            nodes,
            ended: self.run.head().status.ended(),
            moves_by_ms: self.moves_by,
            running: std::mem::take(&mut self.pending.running),
            answers: std::mem::take(&mut self.pending.said),
        }
    }

    /// Until when the run moves at the latest, now that these rows have changed.
    fn look_ahead(&mut self, changed: &[(u32, Value)]) {
        let at = self.inner.clock.now();
        if self.looked_ahead.is_none_or(|looked| looked + self.view_every() <= Instant::now()) {
            self.moves_by = self.run.moves_by_ms(&at);
            self.looked_ahead = Some(Instant::now());
        } else {
            let rows = changed.iter().map(|(row, _)| *row);
            self.moves_by = self.moves_by.max(self.run.moves_by_ms_of(&at, rows));
        }
    }

    /// Makes what is noted durable; only then performs what follows, answers and shows.
    async fn commit(&mut self) -> Result<(), StoreError> {
        if !self.pending.records.is_empty() {
            let append = self.append();
            self.inner.store.append(append).await?;
        }
        let mut pending = std::mem::take(&mut self.pending);
        self.forget(std::mem::take(&mut pending.proved));
        self.unshown = true;
        let now = !pending.answers.is_empty() || self.run.head().status.ended() || self.next_view() <= Instant::now();
        self.end_watches();
        for action in pending.actions {
            self.dispatch(action);
        }
        // Who is answered sees what the answer says.
        if now {
            self.show();
        }
        for (answer, text) in pending.answers {
            // A client that has gone does not need its answer.
            let _ = answer.send(Ok(text));
        }
        while self.tasks.try_join_next().is_some() {}
        while self.effects.try_join_next().is_some() {}
        Ok(())
    }

    /// What is durable needs no proof.
    fn forget(&self, proved: Vec<(Sent, u32)>) {
        for (sent, attempt) in proved {
            if let Some(provider) = self.inner.providers.get(sent.provider.as_str()) {
                provider.forget(&sent.key, attempt);
            }
        }
    }

    fn show(&mut self) {
        let live = &self.live;
        let view = self.run.view(&self.inner.clock.now(), self.journal.seq, &|slot| live.get(&slot).cloned());
        self.view.send_replace(view);
        (self.shown, self.unshown) = (Instant::now(), false);
    }

    fn take_signal(&mut self, Asked { signal, keyed, answer }: Asked) {
        let allowed = self.may_lift(&signal);
        match allowed.and_then(|()| self.run.consider(&signal).map_err(SignalError::from)) {
            Err(refusal) => {
                let _ = answer.send(Err(refusal));
            }
            Ok(text) => {
                let text = keyed.says.clone().unwrap_or(text);
                if !self.run.head().signals.contains_key(&signal.key) {
                    let (run, at_ms) = (&self.run.head().run, self.inner.clock.now().wall_ms);
                    self.pending.said.push(keyed.answered(run, &text, at_ms));
                    self.happened(Event::Signalled(signal));
                }
                self.pending.answers.push((answer, text));
            }
        }
    }

    fn dispatch(&mut self, action: Action) {
        let (inner, mailbox) = (Arc::clone(&self.inner), self.mailbox.clone());
        let watched = match &action {
            Action::Watch { slot, .. } => Some(*slot),
            _ => None,
        };
        let is_effect = matches!(action, Action::Perform { .. });
        if self.rest_by.is_some() && !is_effect {
            return;
        }
        let Some(work) = crate::act::work(inner, mailbox, &self.run, action) else { return };
        let handle = if is_effect { self.effects.spawn(work) } else { self.tasks.spawn(work) };
        if let Some(earlier) = watched.and_then(|slot| self.watches.insert(slot, handle)) {
            earlier.abort();
        }
    }
}

/// Our own types have string keys only, on which serialisation is total.
pub(crate) fn to_value<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
