//! A lock that is taken away is free only when nothing of the run that had it is at work any more.

use crate::world::earlier;
use crate::world::fixture;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use engine::{Config, Engine, HostClock, SignalError, Submission};
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::{Store, Target};
use machine::signal::Actor;
use store::memory::MemoryStore;
use tokio::sync::watch;

/// What happened, in order.
#[derive(Clone)]
struct Log {
    lines: watch::Sender<Vec<String>>,
    /// What does not end, if anything does not.
    stubborn: Arc<Mutex<Option<String>>>,
}

impl Log {
    fn new() -> Self {
        Self { lines: watch::Sender::new(Vec::new()), stubborn: Arc::default() }
    }

    fn note(&self, line: String) {
        self.lines.send_modify(|lines| lines.push(line));
    }

    async fn until(&self, line: &str) {
        self.lines.subscribe().wait_for(|lines| lines.iter().any(|known| known == line)).await.unwrap();
    }

    fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }
}

/// An effect that never answers, and is noted when it is waited for no more.
struct Dropped(Log, String);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note(format!("given up: {}", self.1));
    }
}

struct Never {
    name: &'static str,
    log: Log,
}

impl Provider for Never {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let _dropped = Dropped(self.log.clone(), request.run.clone());
            self.log.note(format!("performed: {}", request.run));
            std::future::pending().await
        })
    }

    fn end(&self, run: String) -> BoxFuture<'_, Result<(), String>> {
        let answer = match self.log.stubborn.lock().unwrap().clone() {
            Some(why) => Err(why),
            // One is enough to be told of an end.
            None if self.name != "compute" => Ok(()),
            None => {
                self.log.note(format!("ended: {run}"));
                Ok(())
            }
        };
        Box::pin(std::future::ready(answer))
    }

    fn probe(&self, _: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async { Probe::DidNot })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, _: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async { Err("nothing is counted".to_owned()) })
    }
}

fn engine(store: Arc<dyn Store>, log: &Log) -> Engine {
    let provider = |name| Arc::new(Never { name, log: log.clone() }) as Arc<dyn Provider>;
    let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
    Engine::new(Config { store, providers, clock: Arc::new(HostClock::new().unwrap()) })
}

/// A state in which `old` runs.
async fn state() -> Arc<MemoryStore> {
    let store = MemoryStore::new();
    earlier::set_running(&store, fixture::release("old")).await;
    Arc::new(store)
}

fn actor(name: &str) -> Actor {
    Actor { uid: 0, name: name.to_owned(), groups: vec![], owner: true }
}

fn submission(key: &str) -> Submission {
    Submission {
        plan: fixture::plan("canary").to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: actor("ann"),
        key: key.to_owned(),
        queue: true,
    }
}

async fn steal(engine: &Engine, key: &str) -> Result<String, SignalError> {
    let target = Target { environment: "local".to_owned(), service: "shop".to_owned() };
    engine.steal(target, actor("bob"), Some("the machine is gone".to_owned()), key.to_owned()).await
}

fn begins(engine: &Engine, key: &'static str) -> tokio::task::JoinHandle<String> {
    let engine = engine.clone();
    tokio::spawn(async move { engine.submit(submission(key)).await.unwrap() })
}

#[tokio::test]
async fn what_is_at_work_ends_before_the_next_gets_the_lock() {
    let log = Log::new();
    let engine = engine(state().await, &log);
    let first = begins(&engine, "first").await.unwrap();
    log.until(&format!("performed: {first}")).await;
    let second = begins(&engine, "second");
    steal(&engine, "one").await.unwrap();
    let second = second.await.unwrap();
    log.until(&format!("performed: {second}")).await;
    let expected = ["performed", "ended", "given up"].map(|what| format!("{what}: {first}"));
    assert_eq!(log.lines()[..3], expected);
    assert_eq!(log.lines()[3], format!("performed: {second}"));
}

#[tokio::test]
async fn a_lock_stays_where_something_does_not_end() {
    let log = Log::new();
    let engine = engine(state().await, &log);
    let run = begins(&engine, "first").await.unwrap();
    log.until(&format!("performed: {run}")).await;
    *log.stubborn.lock().unwrap() = Some("pid 7 (mailer) does not end".to_owned());
    let refused = steal(&engine, "one").await.unwrap_err().to_string();
    assert!(refused.contains("pid 7 (mailer) does not end") && refused.contains("stays"), "{refused}");
    assert_eq!(engine.locks(10).await.unwrap().len(), 1);
    assert!(!engine.view(&run).await.unwrap().status.ended());
    *log.stubborn.lock().unwrap() = None;
    steal(&engine, "one").await.unwrap();
    assert_eq!(engine.locks(10).await.unwrap(), []);
}
