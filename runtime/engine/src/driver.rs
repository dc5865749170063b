//! One run at work: a mailbox, the machine, the journal, in this order for every message.
//!
//! Messages that wait together become durable together: the outcome of one step and the intent of the next
//! share one commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::event::{Event, Started};
use machine::evidence::{Evidence, Verdict};
use machine::journal::Record;
use machine::judge::{Look, look};
use machine::ports::provider::Sample;
use machine::ports::store::{Append, NewRun, Running, StoreError};
use machine::signal::Signal;
use machine::state::SlotState;
use machine::view::RunView;
use machine::{Action, Moment, Run, SlotIndex};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{Duration, Instant};

use crate::Inner;
use crate::active::{Entry, MAILBOX_LENGTH};
use crate::error::SignalError;

/// Messages that become durable in one commit at most.
const BATCH: usize = 64;

/// A look that says nothing new is journalled this often, in milliseconds.
const KEEP_LOOK_MS: u64 = 10_000;

/// Time between two views at least, in milliseconds: the first for every plan, the second for each thousand of its
/// nodes. A view visits every node, and one for each of very many steps would cost their square.
const VIEW_EVERY_MS: (u64, u64) = (20, 10);

/// What a run's driver is told.
pub(crate) enum Message {
    /// Something happened.
    Event(Event),
    /// Counters were read for a hold.
    Sampled {
        /// The hold.
        slot: SlotIndex,
        /// Whether its time is over.
        last: bool,
        /// What was read.
        sample: Result<Sample, String>,
    },
    /// A person said something.
    Signal(Signal, oneshot::Sender<Result<String, SignalError>>),
    /// Take no further step.
    Stop,
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
    kept: BTreeMap<SlotIndex, (i64, Verdict)>,
    watches: BTreeMap<SlotIndex, AbortHandle>,
    tasks: tokio::task::JoinSet<()>,
}

/// Makes a new run durable and drives it.
pub(crate) async fn start(
    inner: &Arc<Inner>,
    run: Run,
    started: Started,
    at: Moment,
    plan: Vec<u8>,
) -> Result<(), StoreError> {
    let (key, actor) = (started.key.clone(), started.actor.name.clone());
    let (mut driver, inbox) = Driver::new(inner, run, Journal { seq: 0, hash: String::new() });
    driver.step(&at, Event::Started(started));
    let first = driver.append();
    let workflow = driver.run.plan().body.workflow.clone();
    let targets = crate::submit::targets(driver.run.plan());
    let new = NewRun { plan, workflow, created_ms: at.wall_ms, key, actor, targets, first };
    inner.store.create(new).await?;
    driver.register_and_spawn(inbox);
    Ok(())
}

/// Takes up a stored run.
pub(crate) fn resume(inner: &Arc<Inner>, run: Run, journal: Journal) {
    let (mut driver, inbox) = Driver::new(inner, run, journal);
    let at = inner.clock.now();
    driver.step(&at, Event::Resumed { epoch: inner.store.epoch() });
    driver.register_and_spawn(inbox);
}

/// Says something to a run that is driven; none when its driver has gone meanwhile.
pub(crate) async fn signal(mailbox: &mpsc::Sender<Message>, signal: Signal) -> Option<Result<String, SignalError>> {
    let (answer, answered) = oneshot::channel();
    mailbox.send(Message::Signal(signal, answer)).await.ok()?;
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
            kept: BTreeMap::new(),
            watches: BTreeMap::new(),
            tasks: tokio::task::JoinSet::new(),
        };
        (driver, inbox)
    }

    fn register_and_spawn(self, inbox: mpsc::Receiver<Message>) {
        let (inner, run) = (Arc::clone(&self.inner), self.run.head().run.clone());
        let entry = Entry {
            mailbox: self.mailbox.clone(),
            view: self.view.subscribe(),
            targets: crate::submit::targets(self.run.plan()),
            task: None,
        };
        if !inner.active.insert(&run, entry) {
            return;
        }
        let task = tokio::spawn(self.drive(inbox));
        inner.active.set_task(&run, task);
    }

    async fn drive(mut self, mut inbox: mpsc::Receiver<Message>) {
        let run = self.run.head().run.clone();
        loop {
            if let Err(error) = self.commit().await {
                self.inner.fatal.send_replace(Some(error));
                break;
            }
            if self.run.head().status.ended() {
                break;
            }
            let Some(first) = self.next(&mut inbox).await else { break };
            if !self.take_batch(first, &mut inbox) {
                break;
            }
        }
        // Whoever stops the engine may count on the store being let go.
        self.tasks.shutdown().await;
        self.inner.active.remove(&run);
    }

    /// The next message; a view that was held back is shown meanwhile.
    async fn next(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Option<Message> {
        if self.unshown {
            tokio::select! {
                message = inbox.recv() => return message,
                () = tokio::time::sleep_until(self.next_view()) => self.show(),
            }
        }
        inbox.recv().await
    }

    fn next_view(&self) -> Instant {
        let (always, per_thousand) = VIEW_EVERY_MS;
        let thousands = self.run.plan().body.nodes.len() as u64 / 1_000;
        self.shown + Duration::from_millis(always + per_thousand * thousands)
    }

    /// Takes messages until the batch is full or none waits; false when told to stop.
    fn take_batch(&mut self, first: Message, inbox: &mut mpsc::Receiver<Message>) -> bool {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(message) = next {
            match message {
                Message::Stop => return false,
                Message::Event(event) => self.step(&self.inner.clock.now(), event),
                Message::Sampled { slot, last, sample } => self.sampled(slot, last, sample),
                Message::Signal(signal, answer) => self.take_signal(signal, answer),
            }
            taken += 1;
            next = if taken < BATCH { inbox.try_recv().ok() } else { None };
        }
        true
    }

    /// Moves the machine and notes what becomes durable and what follows.
    fn step(&mut self, at: &Moment, event: Event) {
        let always = matches!(event, Event::Started(_) | Event::Signalled(_) | Event::Resumed { .. });
        let actions = self.run.apply(at, &event);
        if !always && actions.is_empty() && !self.run.has_touched() {
            return;
        }
        self.record(at, to_value(&event));
        for action in actions {
            match action {
                Action::Record(running) => self.pending.running.push(running),
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
        Append {
            run: self.run.head().run.clone(),
            epoch: self.inner.store.epoch(),
            records: std::mem::take(&mut self.pending.records),
            head: to_value(self.run.head()),
            nodes: self.run.take_touched(),
            ended: self.run.head().status.ended(),
            moves_by_ms: None,
            running: std::mem::take(&mut self.pending.running),
        }
    }

    /// Makes what is noted durable; only then performs what follows, answers and shows.
    async fn commit(&mut self) -> Result<(), StoreError> {
        if !self.pending.records.is_empty() {
            let append = self.append();
            self.inner.store.append(append).await?;
        }
        let pending = std::mem::take(&mut self.pending);
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
        Ok(())
    }

    fn show(&mut self) {
        let live = &self.live;
        let view = self.run.view(&self.inner.clock.now(), self.journal.seq, &|slot| live.get(&slot).cloned());
        self.view.send_replace(view);
        (self.shown, self.unshown) = (Instant::now(), false);
    }

    fn take_signal(&mut self, signal: Signal, answer: oneshot::Sender<Result<String, SignalError>>) {
        match self.run.consider(&signal) {
            Err(refusal) => {
                let _ = answer.send(Err(refusal.into()));
            }
            Ok(text) => {
                if !self.run.head().signals.contains_key(&signal.key) {
                    self.step(&self.inner.clock.now(), Event::Signalled(signal));
                }
                self.pending.answers.push((answer, text));
            }
        }
    }

    /// Looks at a gate with fresh counters and journals the look where it is worth keeping.
    fn sampled(&mut self, slot: SlotIndex, last: bool, sample: Result<Sample, String>) {
        let at = self.inner.clock.now();
        let node = self.run.id(slot).to_owned();
        let seen = match look(&self.run, slot, &at, sample.clone()) {
            Some(Look::Restarted(restarted)) => {
                let note = Some("the counters began again".to_owned());
                self.step(&at, Event::Opened { node: node.clone(), sample: Some(restarted), note });
                look(&self.run, slot, &at, sample)
            }
            other => other,
        };
        let Some(Look::Seen(evidence)) = seen else { return };
        self.live.insert(slot, (*evidence).clone());
        if last || self.worth_keeping(slot, &evidence) {
            self.kept.insert(slot, (evidence.at_ms, evidence.verdict));
            self.step(&at, Event::Judged { node, last, evidence });
        }
    }

    fn worth_keeping(&self, slot: SlotIndex, evidence: &Evidence) -> bool {
        if evidence.gate.is_empty() {
            return false;
        }
        let paused = self.run.head().paused;
        let extended = matches!(self.run.state(slot), SlotState::Holding(holding) if holding.extended && !paused);
        match self.kept.get(&slot) {
            None => true,
            Some((_, verdict)) if *verdict != evidence.verdict => true,
            Some(_) if extended && evidence.verdict == Verdict::Pass => true,
            Some((at_ms, _)) => evidence.at_ms.abs_diff(*at_ms) >= KEEP_LOOK_MS,
        }
    }

    /// Ends the watching of slots that hold no more.
    fn end_watches(&mut self) {
        let run = &self.run;
        self.watches.retain(|&slot, watch| {
            let holds = is_watched(run, slot);
            if !holds {
                watch.abort();
            }
            holds
        });
        self.live.retain(|&slot, _| is_watched(run, slot));
    }

    fn dispatch(&mut self, action: Action) {
        let (inner, mailbox) = (Arc::clone(&self.inner), self.mailbox.clone());
        let watched = match &action {
            Action::Watch { slot, .. } => Some(*slot),
            _ => None,
        };
        let Some(work) = crate::act::work(inner, mailbox, &self.run, action) else { return };
        let handle = self.tasks.spawn(work);
        if let Some(earlier) = watched.and_then(|slot| self.watches.insert(slot, handle)) {
            earlier.abort();
        }
    }
}

fn is_watched(run: &Run, slot: SlotIndex) -> bool {
    matches!(run.state(slot), SlotState::Holding(_) | SlotState::Asking { .. })
}

/// Our own types have string keys only, on which serialisation is total.
fn to_value<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
