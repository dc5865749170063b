//! A store that fails where a schedule says so, and writes down in the history what became durable.

use std::sync::Arc;
use std::time::Duration;

use machine::event::Event;
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::provider::Request;
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};
use machine::view::RunStatus;
use plan::Work;
use simulator::fault::{Door, Hit, Kind, Phase};
use simulator::history::{Line, Written};
use simulator::oracle::node_of;
use store::memory::MemoryStore;
use tokio::time::sleep;

use crate::life::{Happens, Life};
use crate::scene::State;
use crate::strike::strikes;

/// How long a slow store takes.
const SLOW: Duration = Duration::from_secs(10);

pub(crate) struct FaultyStore {
    inner: MemoryStore,
    life: Arc<Life>,
}

impl FaultyStore {
    pub(crate) fn new(inner: MemoryStore, life: &Arc<Life>) -> Self {
        Self { inner, life: Arc::clone(life) }
    }

    async fn dies<T>(&self) -> T {
        self.life.tell(Happens::Dies);
        std::future::pending().await
    }

    /// Writes, unless something goes wrong before, and goes on, unless something does after.
    async fn write(
        &self,
        append: Append,
        write: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let hit = hit(&self.life, &append);
        let fault = self.life.state().passes(Door::Append, hit);
        match fault {
            Some(Kind::CrashBeforeAppend | Kind::TornAppend) => return self.dies().await,
            Some(Kind::StoreFull) => return Err(StoreError::Io("no space is left".to_owned())),
            Some(Kind::AppendRefused) => return Err(StoreError::Damaged("a row is damaged".to_owned())),
            Some(Kind::Partition) => self.life.tell(Happens::TakenOver(self.inner.reopen())),
            Some(Kind::SlowAppend) => sleep(SLOW).await,
            _ => {}
        }
        write.await?;
        let strike = {
            let mut state = self.life.state();
            note(&self.life, &mut state, append);
            state.passes(Door::Turn, hit)
        };
        match fault {
            Some(Kind::CrashAfterAppend) => return self.dies().await,
            Some(Kind::AppendUnknown) => return Err(StoreError::Io("the answer was lost".to_owned())),
            _ => {}
        }
        match strike {
            Some(Kind::TwoWorkers) => self.life.tell(Happens::TakenOver(self.inner.reopen())),
            Some(kind) => strikes(&self.life, kind),
            None => {}
        }
        Ok(())
    }

    fn is_looked_up(&self) -> Result<(), StoreError> {
        match self.life.state().passes(Door::LookUp, Hit::Wait) {
            Some(_) => Err(StoreError::Damaged("the row is damaged".to_owned())),
            None => Ok(()),
        }
    }
}

/// What an append is about first.
fn hit(life: &Life, append: &Append) -> Hit {
    let node = append.records.iter().find_map(|record| {
        let event =
            record.body.get("event").and_then(|event| event.as_object()?.values().next()?.get("node")?.as_str());
        let node = event.or(record.body["intent"]["node"].as_str());
        node.map(str::to_owned)
    });
    node.map_or(Hit::Wait, |node| life.scene.hit(&node))
}

/// Writes down what has become durable.
fn note(life: &Life, state: &mut State, append: Append) {
    let (epoch, ended) = (append.epoch, append.ended);
    let mut running = append.running;
    for record in append.records {
        if let Some(line) = line(&record) {
            // What runs was recorded before that began which waits for it.
            let due = running.extract_if(.., |running| waits_for(life, &line, running));
            due.collect::<Vec<_>>().into_iter().for_each(|running| recorded(state, epoch, &record, running));
            written(state, epoch, &record, line);
        }
        state.left.records.push(record);
    }
    if let Some(last) = state.left.records.last().cloned() {
        running.into_iter().for_each(|running| recorded(state, epoch, &last, running));
    }
    state.left.rows.extend(append.nodes);
    let status = serde_json::from_value::<RunStatus>(append.head["status"].clone()).ok();
    state.phase = match status {
        Some(RunStatus::Returning) => Phase::Returning,
        _ if append.head["paused"] == true => Phase::Paused,
        _ => Phase::Forward,
    };
    state.left.head = append.head;
    if ended {
        state.left.status = status;
        state.left.ended_ms = state.left.world.now_ms;
        state.left.ended_order = state.left.world.number();
    }
}

/// Whether a line is the intent of something that comes after the end of the rollout that made this run.
fn waits_for(life: &Life, line: &Line, running: &Running) -> bool {
    let Line::Intent { request } = line else { return false };
    let nodes = &life.scene.case.plan.body.nodes;
    let own = nodes.iter().find(|node| node.id.0 == node_of(request));
    let after = own.into_iter().flat_map(|node| &node.after);
    let mut ends = after.filter_map(|id| nodes.iter().find(|node| node.id == *id)).filter(|it| it.work == Work::Finish);
    ends.any(|finish| {
        let rollout = finish.rollout.as_ref().and_then(|key| life.scene.case.plan.body.rollouts.get(key));
        rollout.is_some_and(|it| it.environment == running.environment && it.service == running.service)
    })
}

fn recorded(state: &mut State, epoch: u64, record: &Record, running: Running) {
    let place = (running.environment, running.service);
    state.left.registry.insert(place.clone(), running.release.clone());
    written(state, epoch, record, Line::Recorded { place, release: running.release });
}

fn written(state: &mut State, epoch: u64, record: &Record, line: Line) {
    let order = state.left.world.number();
    let at_ms = state.left.world.now_ms;
    state.left.journal.push(Written { order, at_ms, epoch, at: record.at.clone(), line });
}

fn line(record: &Record) -> Option<Line> {
    if let Ok(Some(event)) = record.event() {
        return Some(Line::Event(Arc::<Event>::new(event)));
    }
    let request = record.body.get("intent")?.get("request")?.clone();
    let request: Request = serde_json::from_value(request).ok()?;
    (!node_of(&request).is_empty()).then(|| Line::Intent { request: Arc::new(request) })
}

impl Store for FaultyStore {
    fn epoch(&self) -> u64 {
        self.inner.epoch()
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        let first = run.first.clone();
        Box::pin(self.write(first, self.inner.create(run)))
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.write(append.clone(), self.inner.append(append)))
    }

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        self.inner.prune(prune)
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        self.inner.load(run)
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.inner.runs(unended_only, limit)
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.inner.answered(key)
    }

    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.note(epoch, answered)
    }

    fn with_key(&self, key: &str) -> BoxFuture<'_, Result<Option<RunLine>, StoreError>> {
        self.inner.with_key(key)
    }

    fn locks(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Lock>, StoreError>> {
        self.inner.locks(limit)
    }

    fn anchors(&self, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Anchor>, StoreError>> {
        self.inner.anchors(from, limit)
    }

    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        self.inner.journal(run, from, limit)
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.inner.registry(limit)
    }

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        self.inner.places()
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        match self.is_looked_up() {
            Ok(()) => self.inner.running(environment, service),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }
}
