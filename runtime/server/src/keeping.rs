//! The state for commands that keep it: through the runtime that listens or, where none does, the directory itself, which
//! is held meanwhile. What such a command does under a client's key is noted before, while and after it is done.

use std::path::Path;
use std::sync::Arc;

use machine::ports::store::{Answered, Pruned, Store};

use crate::client::Client;
use crate::protocol::Forget;
use crate::{Code, Failure, host, peer, retention};

/// The state, for whoever keeps it.
pub enum Keeping {
    /// Through the runtime that listens.
    Runtime(Client),
    /// The directory itself.
    Directory(Arc<dyn Store>),
}

impl Keeping {
    /// The runtime of this state directory or, where none listens, the directory, which is taken.
    ///
    /// # Errors
    /// When neither can be used.
    pub async fn open(state: &Path) -> Result<Self, Failure> {
        match Client::connect(state).await {
            Ok(client) => Ok(Self::Runtime(client)),
            Err(failure) if failure.code == Code::Unreachable => {
                host::open(state.to_owned()).await.map(Self::Directory)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Begins a request, or goes on with one that was begun under its key: what is known of it now.
    ///
    /// # Errors
    /// [`Code::Refused`] when the key came with another request.
    pub async fn begin(&self, asked: Answered) -> Result<Answered, Failure> {
        match self.noted(&asked.key).await? {
            Some(known) if known.request == asked.request => Ok(known),
            Some(known) => Err(known.taken().into()),
            None => self.note(asked).await,
        }
    }

    /// What is known of a request.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn noted(&self, key: &str) -> Result<Option<Answered>, Failure> {
        match self {
            Self::Runtime(client) => client.noted(key).await,
            Self::Directory(store) => Ok(store.answered(key).await?),
        }
    }

    /// Notes what is done of a request, or its answer: what is known of it now, which is the first answer.
    ///
    /// # Errors
    /// [`Code::Refused`] when the key came with another request.
    pub async fn note(&self, answered: Answered) -> Result<Answered, Failure> {
        match self {
            Self::Runtime(client) => client.note(&answered).await,
            Self::Directory(store) => note(&**store, answered).await,
        }
    }

    /// Forgets old runs.
    ///
    /// # Errors
    /// When the caller is not the owner, or the state cannot be changed.
    pub async fn forget(&self, ask: &Forget) -> Result<Pruned, Failure> {
        match self {
            Self::Runtime(client) => client.forget(ask).await,
            Self::Directory(store) => retention::prune(store, peer::name(uzers::get_effective_uid()), ask).await,
        }
    }
}

pub(crate) async fn note(store: &dyn Store, answered: Answered) -> Result<Answered, Failure> {
    let key = answered.key.clone();
    store.note(store.epoch(), answered).await?;
    let known = store.answered(&key).await?;
    known.ok_or_else(|| Failure::internal(format!("what was noted under the key `{key}` is not there any more")))
}
