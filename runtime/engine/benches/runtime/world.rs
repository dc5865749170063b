//! An engine over a real state directory, and a provider whose effects take no time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use engine::{Config, Engine, HostClock, Submission};
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use machine::signal::Actor;
use tokio::sync::Notify;

/// The provider's name.
pub(crate) const PROVIDER: &str = "bench";

/// Answers at once, notes when it was asked by which run, and parks for ever at one effect.
pub(crate) struct Steps {
    /// When each run's effects were asked for.
    pub(crate) asked: Mutex<BTreeMap<String, Vec<Instant>>>,
    left: AtomicUsize,
    /// Told when it parks.
    pub(crate) parked: Notify,
}

impl Steps {
    /// Parks at the effect after so many.
    pub(crate) fn parking_after(effects: usize) -> Arc<Self> {
        Arc::new(Self { asked: Mutex::default(), left: AtomicUsize::new(effects), parked: Notify::new() })
    }
}

impl Provider for Steps {
    fn name(&self) -> &'static str {
        PROVIDER
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        let parks = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err();
        self.asked.lock().unwrap().entry(request.run).or_default().push(Instant::now());
        Box::pin(async move {
            if parks {
                self.parked.notify_one();
                std::future::pending::<()>().await;
            }
            Outcome::Done(Outputs::None)
        })
    }

    fn probe(&self, _: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async { Probe::DidNot })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, _: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async { Err("nothing is counted here".to_owned()) })
    }
}

/// An engine over the state in a folder.
pub(crate) fn engine(folder: &Path, steps: &Arc<Steps>) -> Engine {
    let store = Arc::new(store::sqlite::open(folder).unwrap());
    let providers: Vec<Arc<dyn Provider>> = vec![Arc::clone(steps) as Arc<dyn Provider>];
    Engine::new(Config { store, providers, clock: Arc::new(HostClock::new().unwrap()) })
}

/// Starts a run of a plan.
pub(crate) async fn submit(engine: &Engine, plan: &[u8], key: usize) -> String {
    let actor = Actor { uid: 1, name: "bench".to_owned(), groups: Vec::new(), owner: true };
    let submission = Submission {
        plan: plan.to_vec(),
        parameters: BTreeMap::new(),
        root: "/".into(),
        actor,
        key: format!("bench-{key}"),
        queue: false,
    };
    engine.submit(submission).await.unwrap()
}
