//! A whole runtime in this process: state, engine and socket, from start to stop.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::{Config, Engine, Warden};
use machine::ports::provider::Provider;
use machine::ports::store::Store;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::group_socket::Group;
use crate::people::People;
use crate::places::Places;
use crate::service::{self, Shared};
use crate::{Failure, socket, source};

/// How long the engine is given beyond what it gives its effects; what it has not recorded by then is settled when a
/// runtime starts again.
const REST: Duration = Duration::from_secs(10);

/// How often it is looked whether the store was let go.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A runtime that holds its state directory and listens.
pub struct Host {
    engine: Engine,
    store: Arc<dyn Store>,
    socket: PathBuf,
    stopping: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
    resumed: Vec<String>,
    shared: Shared,
    group: Option<(PathBuf, JoinHandle<std::io::Result<()>>)>,
}

impl Host {
    /// Takes the state directory over, continues every run that has not ended, and listens.
    ///
    /// # Errors
    /// When the directory is held by another runtime ([`crate::Code::Locked`]), cannot be used, or its path is
    /// too long for a socket.
    pub async fn start(state: &Path, providers: Vec<Arc<dyn Provider>>) -> Result<Self, Failure> {
        Self::start_over(state, providers, |store| store).await
    }

    /// The same over the store that `dress` makes of the directory's own.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub async fn start_over(
        state: &Path,
        providers: Vec<Arc<dyn Provider>>,
        dress: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> Result<Self, Failure> {
        let socket = socket::path(state);
        socket::check_length(&socket)?;
        let store = dress(open(state.to_owned()).await?);
        let listener = socket::bind(&socket)?;
        let owner = std::fs::metadata(state).map_err(|e| Failure::internal(format!("{}: {e}", state.display())))?.uid();
        let config = Config { store: Arc::clone(&store), providers, clock: source::clock()? };
        let people = Arc::new(People::of(state, owner));
        let engine = Engine::guarded(config, Arc::clone(&people) as Arc<dyn Warden>);
        let resumed = engine.resume_all().await?;
        let (stopping, stop) = watch::channel(false);
        let places = Arc::new(Places::default());
        let shared = Shared { engine: engine.clone(), store: Arc::clone(&store), people, places, stopping: stop };
        let serving = serve(listener, shared.clone());
        Ok(Self { engine, store, socket, stopping, serving, resumed, shared, group: None })
    }

    /// The runs that were continued at the start.
    #[must_use]
    pub fn resumed(&self) -> &[String] {
        &self.resumed
    }

    /// Runs that could not be continued, with the reason. They wait for a program that can read them.
    #[must_use]
    pub fn left_alone(&self) -> BTreeMap<String, String> {
        self.engine.left_alone()
    }

    /// Listens for the members of a group as well; what they may do is in the role file.
    ///
    /// # Errors
    /// When the socket cannot be made or given to the group.
    pub fn open_to(&mut self, group: &Group) -> Result<(), Failure> {
        let serving = serve(group.bind()?, self.shared.clone());
        self.group = Some((group.socket().to_owned(), serving));
        Ok(())
    }

    /// Why the role file as it is now is not in force, if so.
    #[must_use]
    pub fn role_problem(&self) -> Option<String> {
        self.shared.people.problem()
    }

    /// The engine of this runtime.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Resolves when this runtime can go on no more: its state failed, or another runtime took it over.
    pub async fn failed(&mut self) -> Failure {
        let mut fatal = self.engine.fatal();
        tokio::select! {
            Ok(error) = fatal.wait_for(Option::is_some) => match &*error {
                Some(error) => error.clone().into(),
                None => Failure::internal("the engine failed without a reason"),
            },
            served = &mut self.serving => Failure::internal(format!("the socket is served no more: {served:?}")),
        }
    }

    /// [`Host::stop_within`] the usual [`engine::GRACE`].
    pub async fn stop(self) {
        self.stop_within(engine::GRACE).await;
    }

    /// Takes no further step, records the outcomes of effects that are under way, and lets the directory go. Runs
    /// that have not ended stay resumable.
    pub async fn stop_within(self, grace: Duration) {
        // All of it is bounded: a provider or a client that hangs does not keep the process.
        let _ = tokio::time::timeout(grace + REST, self.engine.stop_within(grace)).await;
        self.stopping.send_replace(true);
        if !self.serving.is_finished() {
            let _ = self.serving.await;
        }
        // Only ours can be there: the directory is still held.
        let _ = std::fs::remove_file(&self.socket);
        if let Some((socket, serving)) = self.group {
            let _ = serving.await;
            let _ = std::fs::remove_file(socket);
        }
        drop(self.engine);
        drop(self.shared);
        let _ = tokio::time::timeout(REST, alone(&self.store)).await;
    }
}

/// Resolves when nobody else has the store: connections that have ended let it go a moment later, and only the last
/// holder lets the directory go.
async fn alone(store: &Arc<dyn Store>) {
    while Arc::strong_count(store) > 1 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

pub(crate) async fn open(state: PathBuf) -> Result<Arc<dyn Store>, Failure> {
    let opened = tokio::task::spawn_blocking(move || store::sqlite::open(&state)).await;
    let store = opened.map_err(|error| Failure::internal(format!("cannot open the state: {error}")))??;
    Ok(Arc::new(store))
}

fn serve(listener: UnixListener, shared: Shared) -> JoinHandle<std::io::Result<()>> {
    tokio::spawn(service::serve(listener, shared))
}
