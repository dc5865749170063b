//! A store that forgets everything with the process: for tests and for simulation, where a crash is a handle
//! that is dropped and a restart is [`MemoryStore::reopen`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};
use serde_json::Value;

use crate::continuity::{Tail, anchor, check_epoch, expiry, follow, lock_of};

/// A handle on a world in memory. Handles made by [`MemoryStore::reopen`] share the world; the newest one
/// fences the others.
pub struct MemoryStore {
    epoch: u64,
    world: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    epoch: u64,
    runs: BTreeMap<String, Kept>,
    keys: BTreeMap<String, String>,
    answers: BTreeMap<String, Answered>,
    locks: BTreeMap<Target, Lock>,
    anchors: Vec<Anchor>,
    running: BTreeMap<(String, String), Running>,
}

struct Kept {
    plan: Vec<u8>,
    workflow: String,
    created_ms: i64,
    ended: bool,
    head: Value,
    nodes: BTreeMap<u32, Value>,
    records: Vec<Record>,
    tail: Tail,
}

impl MemoryStore {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        Self { epoch: 0, world: Arc::default() }.reopen()
    }

    /// The same world opened again, as after a restart: this handle's epoch is past from now on.
    #[must_use]
    pub fn reopen(&self) -> Self {
        let world = Arc::clone(&self.world);
        let mut locked = lock(&world);
        locked.epoch = locked.epoch.saturating_add(1);
        let epoch = locked.epoch;
        drop(locked);
        Self { epoch, world }
    }

    fn read<T: Send + 'static>(&self, answer: impl FnOnce(&World) -> T) -> BoxFuture<'_, T> {
        let answer = answer(&lock(&self.world));
        Box::pin(std::future::ready(answer))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// A panic of another thread leaves the world as its last complete write made it.
fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn create(&mut self, run: NewRun) -> Result<(), StoreError> {
        check_epoch(self.epoch, run.first.epoch)?;
        if self.runs.contains_key(&run.first.run) {
            return Err(StoreError::Exists(run.first.run));
        }
        if let Some(holder) = self.keys.get(&run.key) {
            return Err(StoreError::KeyUsed { key: run.key, run: holder.clone() });
        }
        if let Some(known) = self.answers.get(&run.key) {
            return Err(known.taken());
        }
        if let Some(held) = run.targets.iter().find_map(|target| self.locks.get(target)) {
            return Err(StoreError::Held(Box::new(held.clone())));
        }
        follow(Tail::default(), &run.first)?;
        self.locks.extend(run.targets.iter().map(|target| (target.clone(), lock_of(&run, target))));
        self.keys.insert(run.key, run.first.run.clone());
        let kept = Kept {
            plan: run.plan,
            workflow: run.workflow,
            created_ms: run.created_ms,
            ended: false,
            head: Value::Null,
            nodes: BTreeMap::new(),
            records: Vec::new(),
            tail: Tail::default(),
        };
        self.runs.insert(run.first.run.clone(), kept);
        self.append(run.first)
    }

    fn append(&mut self, append: Append) -> Result<(), StoreError> {
        check_epoch(self.epoch, append.epoch)?;
        let Some(kept) = self.runs.get_mut(&append.run) else {
            return Err(StoreError::Missing(append.run));
        };
        kept.tail = follow(kept.tail.clone(), &append)?;
        kept.records.extend(append.records);
        kept.head = append.head;
        kept.ended = append.ended;
        kept.nodes.extend(append.nodes);
        if append.ended {
            let anchor = anchor(&append.run, &kept.tail, kept.ended_ms());
            self.anchors.push(anchor.seal(self.anchors.last()));
            self.locks.retain(|_, lock| lock.run != append.run);
        }
        let locks = self.locks.values_mut().filter(|lock| lock.run == append.run);
        locks.for_each(|lock| lock.expires_ms = expiry(append.moves_by_ms));
        for answered in append.answers {
            self.answers.entry(answered.key.clone()).or_insert(answered);
        }
        for entry in append.running {
            self.running.insert((entry.environment.clone(), entry.service.clone()), entry);
        }
        Ok(())
    }

    fn note(&mut self, epoch: u64, answered: Answered) -> Result<(), StoreError> {
        check_epoch(self.epoch, epoch)?;
        match (self.answers.get(&answered.key), self.keys.get(&answered.key)) {
            (Some(known), _) if known.request != answered.request => return Err(known.taken()),
            (Some(known), _) if known.done => return Ok(()),
            (None, Some(run)) => return Err(StoreError::KeyUsed { key: answered.key, run: run.clone() }),
            (Some(_) | None, _) => {}
        }
        self.answers.insert(answered.key.clone(), answered);
        Ok(())
    }

    fn prune(&mut self, prune: &Prune) -> Result<Pruned, StoreError> {
        check_epoch(self.epoch, prune.epoch)?;
        let ended: BTreeMap<&str, i64> =
            self.anchors.iter().map(|anchor| (anchor.run.as_str(), anchor.at_ms)).collect();
        let mut old: Vec<(i64, String)> = ended
            .into_iter()
            .filter(|(run, at_ms)| *at_ms < prune.ended_before_ms && self.may_go(run))
            .map(|(run, at_ms)| (at_ms, run.to_owned()))
            .collect();
        old.sort();
        old.truncate(prune.limit as usize);
        let runs: Vec<String> = old.into_iter().map(|(_, run)| run).collect();
        let records = runs.iter().filter_map(|run| self.runs.get(run)).map(|kept| kept.records.len() as u64).sum();
        if !prune.dry_run {
            self.runs.retain(|run, _| !runs.contains(run));
            self.keys.retain(|_, run| !runs.contains(run));
            self.answers.retain(|_, known| known.run.as_ref().is_none_or(|run| !runs.contains(run)));
            self.add_removed(prune.key.as_deref(), &runs, records);
        }
        Ok(Pruned { runs, records, kept: Vec::new() })
    }

    fn add_removed(&mut self, key: Option<&str>, runs: &[String], records: u64) {
        let known = key.and_then(|key| self.answers.get_mut(key)).filter(|known| !known.done);
        let Some(answer) = known.and_then(|known| known.answer.as_object_mut()) else { return };
        let mut all = answer.get("runs").and_then(Value::as_array).cloned().unwrap_or_default();
        all.extend(runs.iter().map(|run| Value::from(run.as_str())));
        let before = answer.get("records").and_then(Value::as_u64).unwrap_or(0);
        answer.insert("runs".to_owned(), all.into());
        answer.insert("records".to_owned(), before.saturating_add(records).into());
    }

    fn may_go(&self, run: &str) -> bool {
        self.runs.get(run).is_some_and(|kept| kept.ended) && self.running.values().all(|entry| entry.run != run)
    }

    fn kept(&self, run: &str) -> Result<&Kept, StoreError> {
        self.runs.get(run).ok_or_else(|| StoreError::Missing(run.to_owned()))
    }

    fn lines(&self, unended_only: bool, limit: u32) -> Vec<RunLine> {
        let mut lines: Vec<RunLine> =
            self.runs.iter().filter(|(_, kept)| !(unended_only && kept.ended)).map(Kept::line).collect();
        lines.sort_by(|a, b| (b.created_ms, &b.run).cmp(&(a.created_ms, &a.run)));
        lines.truncate(limit as usize);
        lines
    }
}

impl Kept {
    fn stored(&self) -> StoredRun {
        StoredRun {
            plan: self.plan.clone(),
            head: self.head.clone(),
            nodes: self.nodes.iter().map(|(index, row)| (*index, row.clone())).collect(),
            last_seq: self.tail.seq,
            last_hash: self.tail.hash.clone(),
            damage: None,
            restored: false,
        }
    }

    fn ended_ms(&self) -> i64 {
        self.records.last().map_or(self.created_ms, |record| record.at.wall_ms)
    }

    fn line((run, kept): (&String, &Self)) -> RunLine {
        RunLine {
            run: run.clone(),
            workflow: kept.workflow.clone(),
            created_ms: kept.created_ms,
            ended: kept.ended,
            head: kept.head.clone(),
        }
    }

    fn page(&self, from: u64, limit: u32) -> Vec<Record> {
        self.records.iter().filter(|record| record.seq >= from).take(limit as usize).cloned().collect()
    }
}

impl Store for MemoryStore {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { lock(&self.world).create(run) })
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { lock(&self.world).append(append) })
    }

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        Box::pin(async move { lock(&self.world).prune(&prune) })
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        self.read(|world| world.kept(run).map(Kept::stored))
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.read(|world| Ok(world.lines(unended_only, limit)))
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.read(|world| Ok(world.answers.get(key).cloned()))
    }

    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { lock(&self.world).note(epoch, answered) })
    }

    fn with_key(&self, key: &str) -> BoxFuture<'_, Result<Option<RunLine>, StoreError>> {
        self.read(|world| {
            let run = world.keys.get(key);
            Ok(run.and_then(|run| world.runs.get_key_value(run)).map(Kept::line))
        })
    }

    fn locks(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Lock>, StoreError>> {
        self.read(|world| Ok(world.locks.values().take(limit as usize).cloned().collect()))
    }

    fn anchors(&self, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Anchor>, StoreError>> {
        let wanted = move |anchor: &&Anchor| anchor.seq >= from;
        self.read(move |world| Ok(world.anchors.iter().filter(wanted).take(limit as usize).cloned().collect()))
    }

    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        self.read(|world| world.kept(run).map(|kept| kept.page(from, limit)))
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.read(|world| Ok(world.running.values().take(limit as usize).cloned().collect()))
    }

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        let place = |(environment, service): &(String, String)| Target {
            environment: environment.clone(),
            service: service.clone(),
        };
        self.read(move |world| Ok(world.running.keys().map(place).collect()))
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        let key = (environment.to_owned(), service.to_owned());
        self.read(move |world| Ok(world.running.get(&key).cloned()))
    }
}
