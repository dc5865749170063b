//! The other end of the socket, as the commands use it. Every wait has a limit.

mod http;
mod lines;
mod queue;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use machine::evidence::Evidence;
use machine::journal::Record;
use machine::ports::store::{Answered, Pruned};
use machine::view::RunView;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::protocol::{
    Anew, Forget, GateQuery, Held, Hello, JournalQuery, KeyQuery, PROTOCOL, RunLine, RunsQuery, Said, SaidTo, Say,
    Status, Steal, Submit, Submitted,
};
use crate::{Code, Failure, group_socket, socket};

use lines::Lines;

pub use watch::Views;

/// How long an ordinary answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a submission may take: its preflight may read large artifacts.
const SUBMIT: Duration = Duration::from_secs(300);
/// How long it may take to go through every run, as forgetting and making anew do.
const FORGET: Duration = Duration::from_secs(600);

/// A runtime that answered when this was made. Each request has its own connection.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
}

/// No runtime listens for this state directory.
pub(crate) fn unreachable(state: &Path) -> Failure {
    let socket = group_socket::reached(state);
    let message = format!("no runtime listens on {}; start it with `deployd serve`", socket.display());
    Failure::new(Code::Unreachable, message)
}

impl Client {
    /// Greets the runtime of a state directory.
    ///
    /// # Errors
    /// [`Code::Unreachable`] when none listens, [`Code::NotAllowed`] when the caller may not, [`Code::Refused`]
    /// when it speaks another protocol.
    pub async fn connect(state: &Path) -> Result<Self, Failure> {
        let socket = group_socket::reached(state);
        socket::check_length(&socket)?;
        let client = Self { socket };
        let hello = client.hello().await?;
        if hello.protocol == PROTOCOL {
            return Ok(client);
        }
        let message = format!(
            "the runtime (process {}, deployd {}) speaks protocol {} and this program {PROTOCOL}; use a deployd of its version",
            hello.pid, hello.version, hello.protocol
        );
        Err(Failure::new(Code::Refused, message))
    }

    /// Who answers.
    ///
    /// # Errors
    /// When nobody does.
    pub async fn hello(&self) -> Result<Hello, Failure> {
        self.get("/v1/hello", ANSWER).await
    }

    /// Runs in flight, and what runs where.
    ///
    /// # Errors
    /// As the runtime answers.
    pub async fn status(&self) -> Result<Status, Failure> {
        self.get("/v1/status", ANSWER).await
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// As the runtime answers.
    pub async fn runs(&self, unended: bool, limit: u32) -> Result<Vec<RunLine>, Failure> {
        self.ask("/v1/runs", &RunsQuery { unended, limit }).await
    }

    /// A run as it is now, or as it ended.
    ///
    /// # Errors
    /// [`Code::Missing`] when there is no such run.
    pub async fn view(&self, run: &str) -> Result<RunView, Failure> {
        self.get(&of_run(run, ""), ANSWER).await
    }

    /// A page of a run's records.
    ///
    /// # Errors
    /// [`Code::Missing`] when there is no such run.
    pub async fn journal(&self, run: &str, from: u64, limit: u32) -> Result<Vec<Record>, Failure> {
        self.ask(&of_run(run, "/journal"), &JournalQuery { from, limit }).await
    }

    /// Every look at a gate, in order.
    ///
    /// # Errors
    /// [`Code::Missing`] when there is no such run or gate.
    pub async fn explain(&self, run: &str, gate: &str) -> Result<Vec<Evidence>, Failure> {
        self.ask(&of_run(run, "/explain"), &GateQuery { gate: gate.to_owned() }).await
    }

    /// Runs a plan; answers with the run.
    ///
    /// # Errors
    /// Why the plan is not run.
    pub async fn submit(&self, submit: &Submit) -> Result<String, Failure> {
        let answer: Submitted = self.post("/v1/runs", submit, SUBMIT).await?;
        Ok(answer.run)
    }

    /// What runs keep to themselves, by environment and service.
    ///
    /// # Errors
    /// As the runtime answers.
    pub async fn locks(&self) -> Result<Vec<Held>, Failure> {
        self.get("/v1/locks", ANSWER).await
    }

    /// Forgets old runs; answers with which.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] when the caller is not the runtime's owner.
    pub async fn forget(&self, forget: &Forget) -> Result<Pruned, Failure> {
        self.post("/v1/forget", forget, FORGET).await
    }

    /// What is known of a request of the owner's.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] when the caller is not the runtime's owner.
    pub async fn noted(&self, key: &str) -> Result<Option<Answered>, Failure> {
        self.ask("/v1/keys/noted", &KeyQuery { key: key.to_owned() }).await
    }

    /// Notes what is done of a request of the owner's; answers with what is known of it now.
    ///
    /// # Errors
    /// [`Code::Refused`] when the key came with another request.
    pub async fn note(&self, answered: &Answered) -> Result<Answered, Failure> {
        self.post("/v1/keys/note", answered, ANSWER).await
    }

    /// The run that something was said to under this key.
    ///
    /// # Errors
    /// As the runtime answers.
    pub async fn said_to(&self, key: &str) -> Result<Option<String>, Failure> {
        let answer: SaidTo = self.ask("/v1/keys", &KeyQuery { key: key.to_owned() }).await?;
        Ok(answer.run)
    }

    /// Makes something anew from the journals; answers with what that did.
    ///
    /// # Errors
    /// Why nothing is done.
    pub async fn rebuild(&self, anew: &Anew) -> Result<String, Failure> {
        let answer: Said = self.post("/v1/rebuild", anew, FORGET).await?;
        Ok(answer.message)
    }

    /// Takes a lock away; answers with what that does.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn steal(&self, steal: &Steal) -> Result<String, Failure> {
        let answer: Said = self.post("/v1/locks/steal", steal, ANSWER).await?;
        Ok(answer.message)
    }

    /// Says something to a run; answers with what that does.
    ///
    /// # Errors
    /// Why nothing is done.
    pub async fn say(&self, run: &str, say: &Say) -> Result<String, Failure> {
        let answer: Said = self.post(&of_run(run, "/signals"), say, ANSWER).await?;
        Ok(answer.message)
    }

    /// The run as it changes, from now until it has ended.
    ///
    /// # Errors
    /// [`Code::Missing`] when there is no such run.
    pub async fn watch(&self, run: &str) -> Result<Views, Failure> {
        let path = of_run(run, "/watch");
        let response = within(ANSWER, &self.socket, http::send(&self.socket, "GET", &path, Vec::new())).await?;
        Ok(Views(Lines::new(http::checked(response).await?)))
    }

    async fn ask<Q: Serialize, T: DeserializeOwned>(&self, path: &str, query: &Q) -> Result<T, Failure> {
        self.get(&format!("{path}?{}", http::query(query)?), ANSWER).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, limit: Duration) -> Result<T, Failure> {
        within(limit, &self.socket, http::exchange(&self.socket, "GET", path, Vec::new())).await
    }

    async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        limit: Duration,
    ) -> Result<T, Failure> {
        let body = http::body(body)?;
        within(limit, &self.socket, http::exchange(&self.socket, "POST", path, body)).await
    }
}

fn of_run(run: &str, rest: &str) -> String {
    format!("/v1/runs/{}{rest}", http::escape(run))
}

async fn within<T>(
    limit: Duration,
    socket: &Path,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let late = |_| {
        let message =
            format!("the runtime on {} did not answer within {} s; is it stopped?", socket.display(), limit.as_secs());
        Failure::new(Code::Unreachable, message)
    };
    tokio::time::timeout(limit, work).await.map_err(late)?
}
