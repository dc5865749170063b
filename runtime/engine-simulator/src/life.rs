//! The life of one process: the engines in it, and how it ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::{Config, Engine};
use machine::ports::provider::Provider;
use machine::ports::store::StoreError;
use store::memory::MemoryStore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

use crate::clock::VirtualClock;
use crate::people;
use crate::provider::{InWorld, names};
use crate::scene::{Scene, State};
use crate::store::FaultyStore;
use crate::way;

/// How long a runtime that was told to stop waits for effects.
const GRACE: Duration = Duration::from_secs(30);

/// A run that has not ended after so much time of one process is stuck: thirty days.
const LIFE: Duration = Duration::from_secs(30 * 86_400);

/// What happens to a process.
pub(crate) enum Happens {
    /// It dies at once.
    Dies,
    /// It is told to stop.
    Stops,
    /// Another runtime opens the state, and works from now on.
    TakenOver(MemoryStore),
}

/// One process.
pub(crate) struct Life {
    pub(crate) scene: Arc<Scene>,
    since: Instant,
    base_ms: u64,
    happens: UnboundedSender<Happens>,
    engine: Mutex<Option<(String, Engine)>>,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With the run.
    Run,
    /// Before the run did: it is to be started again.
    Early,
    /// Nothing happens any more.
    Never,
}

impl Life {
    pub(crate) fn new(scene: &Arc<Scene>) -> (Arc<Self>, UnboundedReceiver<Happens>) {
        let (happens, told) = unbounded_channel();
        let base_ms = scene.lock().left.world.now_ms;
        let life = Self { scene: Arc::clone(scene), since: Instant::now(), base_ms, happens, engine: Mutex::new(None) };
        (Arc::new(life), told)
    }

    /// True time now, in milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.base_ms.saturating_add(u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// What moves, at this instant.
    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        let mut state = self.scene.lock();
        state.left.world.pass(self.now_ms());
        state
    }

    pub(crate) fn tell(&self, happens: Happens) {
        // A process that is over hears nothing any more.
        let _ = self.happens.send(happens);
    }

    /// The run, and the engine that works on it.
    pub(crate) fn working(&self) -> Option<(String, Engine)> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn works(&self, working: Option<(String, Engine)>) {
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = working;
    }

    fn engine(self: &Arc<Self>, store: MemoryStore) -> Engine {
        let store = Arc::new(FaultyStore::new(store, self));
        let provider = |name| Arc::new(InWorld::new(name, self)) as Arc<dyn Provider>;
        let providers = names(&self.scene.case.plan).into_iter().map(provider).collect();
        Engine::new(Config { store, providers, clock: Arc::new(VirtualClock::new(self)) })
    }

    /// Lives until the run has ended, or the process has.
    pub(crate) async fn live(self: Arc<Self>, mut told: UnboundedReceiver<Happens>, store: MemoryStore) -> Ended {
        way::goes_on(&self);
        let mut engine = self.engine(store);
        tokio::spawn(people::come(Arc::clone(&self)));
        loop {
            match self.work(&engine, &mut told).await {
                Next::Ends(ended) => return ended,
                // The earlier one still works, until its store tells it.
                Next::TakenOver(store) => engine = self.engine(store),
            }
        }
    }

    async fn work(self: &Arc<Self>, engine: &Engine, told: &mut UnboundedReceiver<Happens>) -> Next {
        let worked = tokio::select! {
            biased;
            happens = told.recv() => Err(happens),
            worked = self.carry_out(engine) => Ok(worked),
        };
        match worked {
            Ok(Ok(())) => Next::Ends(Ended::Run),
            Ok(Err(Stuck)) => Next::Ends(Ended::Never),
            Err(Some(Happens::TakenOver(store))) => Next::TakenOver(store),
            Err(Some(Happens::Stops)) => {
                let dies = async { while !matches!(told.recv().await, Some(Happens::Dies) | None) {} };
                tokio::select! { biased; () = dies => {} () = engine.stop_within(GRACE) => {} }
                Next::Ends(Ended::Early)
            }
            Err(Some(Happens::Dies) | None) => Next::Ends(Ended::Early),
        }
    }

    /// Takes the run up, or begins it, and follows it to its end. A process whose store has failed dies.
    async fn carry_out(self: &Arc<Self>, engine: &Engine) -> Result<(), Stuck> {
        let mut fatal = engine.fatal();
        let ended = tokio::select! {
            biased;
            ended = self.follow(engine) => ended,
            _ = fatal.wait_for(Option::is_some) => Err(Some(StoreError::Io("the store failed".to_owned()))),
            () = sleep(LIFE) => Err(None),
        };
        match ended {
            Ok(()) => Ok(()),
            Err(None) => Err(Stuck),
            Err(Some(_)) => {
                self.tell(Happens::Dies);
                std::future::pending().await
            }
        }
    }

    async fn follow(self: &Arc<Self>, engine: &Engine) -> Result<(), Option<StoreError>> {
        engine.resume_all().await.map_err(Some)?;
        let refused = |why: engine::SubmitError| Some(StoreError::Io(why.to_string()));
        let run = engine.submit(crate::run::submission(&self.scene.case)).await.map_err(refused)?;
        self.works(Some((run.clone(), engine.clone())));
        let mut view = engine.watch(&run).await.map_err(Some)?;
        match view.wait_for(|view| view.status.ended()).await {
            Ok(_) => Ok(()),
            // Its driver has gone without an end: with the store, or because this run alone is in trouble.
            Err(_) => Err(Some(StoreError::Io("nobody drives the run any more".to_owned()))),
        }
    }
}

/// Nothing happens any more.
struct Stuck;

enum Next {
    Ends(Ended),
    TakenOver(MemoryStore),
}
