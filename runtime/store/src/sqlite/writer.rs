//! The one thread that writes: drains its queue, commits once, then answers everybody.

use std::thread::JoinHandle;

use machine::ports::store::{Answered, Append, NewRun, Prune, Pruned, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::{Fault, Place};
use super::looked::Looked;
use super::meta;
use super::prune;
use super::write::{self, Known};
use crate::directory::Files;

/// Writes that may wait before callers are held back.
const QUEUE: usize = 1024;
/// Writes that share one flush at most.
const GROUP: usize = 256;

/// What can be asked of the writer.
pub(super) enum Write {
    Create(Box<NewRun>),
    Append(Box<Append>),
    Prune(Box<Prune>),
    /// With the caller's epoch.
    Note(u64, Box<Answered>),
}

/// What a prune removed; none for the other writes.
type Answer = Result<Option<Pruned>, StoreError>;
type Asked = (Write, oneshot::Sender<Answer>);

/// The handle on the thread; dropping it finishes what was asked and closes the database.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Asked>>,
    thread: Option<JoinHandle<bool>>,
}

impl Writer {
    /// `connection` has written already, so that all files of the database are there.
    pub(super) fn start(connection: Connection, place: Place, looked: Looked) -> Result<Self, StoreError> {
        let files = Files::of(&place.database()).map_err(|error| StoreError::Io(format!("the state: {error}")))?;
        let (queue, asked) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&connection, Known::new(place, looked), &files, asked))
            .map_err(|error| StoreError::Io(format!("cannot start a thread: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Resolves once the write is durable, or was refused.
    pub(super) fn write(&self, write: Write) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let answered = self.ask(write);
        async move { answered.await.map(drop) }
    }

    /// Resolves once what was removed is gone durably, or was refused.
    pub(super) fn prune(&self, prune: Prune) -> impl Future<Output = Result<Pruned, StoreError>> + Send + use<> {
        let answered = self.ask(Write::Prune(Box::new(prune)));
        async move { answered.await.map(Option::unwrap_or_default) }
    }

    fn ask(&self, write: Write) -> impl Future<Output = Answer> + Send + use<> {
        let queue = self.queue.clone();
        async move {
            let gone = || StoreError::Io("the writer has ended".to_owned());
            let (answer, answered) = oneshot::channel();
            queue.ok_or_else(gone)?.send((write, answer)).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        }
    }
}

impl Writer {
    /// Finishes what was asked and closes the database; whether everything is in it, and nothing in the log alone.
    pub(super) fn finish(&mut self) -> bool {
        self.queue = None;
        // A panic of the thread has been answered to every caller as an ended writer.
        self.thread.take().is_some_and(|thread| thread.join().unwrap_or(false))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.finish();
    }
}

/// After the first failure of disk or database nothing is written any more: whether the failed pages reached the
/// disk is unknown, and a later success would build on them.
fn serve(connection: &Connection, mut known: Known, files: &Files, mut asked: mpsc::Receiver<Asked>) -> bool {
    let mut failed: Option<StoreError> = None;
    let mut group = Vec::with_capacity(GROUP);
    while asked.blocking_recv_many(&mut group, GROUP) > 0 {
        let (writes, callers): (Vec<Write>, Vec<_>) = group.drain(..).unzip();
        let answers = match &failed {
            Some(error) => Err(error.clone()),
            None => commit(connection, &mut known, &writes).and_then(|answers| still_there(files, answers)),
        };
        failed = answers.as_ref().err().cloned();
        answer(callers, answers);
    }
    empties_log(connection).unwrap_or(false)
}

fn still_there(files: &Files, answers: Vec<Answer>) -> Result<Vec<Answer>, StoreError> {
    match files.gone() {
        None => Ok(answers),
        Some(path) => Err(StoreError::Io(format!(
            "{} was removed or replaced while the runtime used it; start again to see what is there",
            path.display()
        ))),
    }
}

fn empties_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).map(|busy| busy == 0)
}

fn answer(callers: Vec<oneshot::Sender<Answer>>, answers: Result<Vec<Answer>, StoreError>) {
    match answers {
        // A caller that has stopped waiting does not need its answer.
        Ok(answers) => callers.into_iter().zip(answers).for_each(|(caller, answer)| drop(caller.send(answer))),
        Err(error) => callers.into_iter().for_each(|caller| drop(caller.send(Err(error.clone())))),
    }
}

fn commit(connection: &Connection, known: &mut Known, writes: &[Write]) -> Result<Vec<Answer>, StoreError> {
    group(connection, known, writes).map_err(|error| known.place.io(&error))
}

fn group(connection: &Connection, known: &mut Known, writes: &[Write]) -> rusqlite::Result<Vec<Answer>> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    known.epoch = meta::epoch(connection)?;
    let answers = writes.iter().map(|write| one(connection, known, write)).collect::<rusqlite::Result<Vec<_>>>();
    if answers.is_err() {
        // SQLite may have rolled back by itself already; the first error is the one to report.
        let _ = connection.execute_batch("ROLLBACK");
        return answers;
    }
    connection.execute_batch("COMMIT")?;
    answers
}

fn one(connection: &Connection, known: &mut Known, write: &Write) -> rusqlite::Result<Answer> {
    connection.prepare_cached("SAVEPOINT one")?.execute([])?;
    let written = match write {
        Write::Create(run) => write::create(connection, known, run).map(|()| None),
        Write::Append(append) => write::append(connection, known, append).map(|()| None),
        Write::Note(epoch, answered) => write::note(connection, known, *epoch, answered).map(|()| None),
        Write::Prune(prune) => prune::prune(connection, &known.place, prune).map(Some),
    };
    let answer = match written {
        Ok(done) => Ok(done),
        Err(Fault::Said(error)) => {
            connection.prepare_cached("ROLLBACK TO one")?.execute([])?;
            Err(error)
        }
        Err(Fault::Database(error)) => return Err(error),
    };
    connection.prepare_cached("RELEASE one")?.execute([])?;
    Ok(answer)
}
