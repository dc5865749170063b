//! The limit: SQLite on the same disk with nothing around it. A step is a record of 200 bytes and an update of a state
//! row in a durable commit.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior, params};

use crate::figures::Steps;

const RECORD: [u8; 200] = [7; 200];

/// Most records of one commit.
const GROUP: usize = 1_024;

fn open(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("bare.sqlite")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    let tables = "
        CREATE TABLE records (run INTEGER, seq INTEGER, body BLOB, hash BLOB, PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
        CREATE TABLE state (run INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
        INSERT INTO state WITH RECURSIVE runs (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM runs WHERE i < 1023)
            SELECT i, 0 FROM runs;";
    connection.execute_batch(tables).unwrap();
    connection
}

fn record(connection: &Connection, run: usize, seq: usize) {
    let (run, seq) = (run.cast_signed() as i64, seq.cast_signed() as i64);
    let mut insert = connection.prepare_cached("INSERT INTO records VALUES (?1, ?2, ?3, ?4)").unwrap();
    insert.execute(params![run, seq, RECORD, &RECORD[..32]]).unwrap();
    let mut update = connection.prepare_cached("UPDATE state SET seq = ?2 WHERE run = ?1").unwrap();
    update.execute([run, seq]).unwrap();
}

/// One loop that commits every record by itself.
pub(crate) fn one_after_the_other(steps: usize, commits_a_step: usize) -> Steps {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = open(folder.path());
    let begun = Instant::now();
    let mut step = |step: usize| {
        let begun = Instant::now();
        for commit in 0..commits_a_step {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
            record(&transaction, 1, step * commits_a_step + commit);
            transaction.commit().unwrap();
        }
        begun.elapsed()
    };
    let each: Vec<Duration> = (0..steps).map(&mut step).collect();
    Steps::new(begun.elapsed(), each)
}

type Asked = (usize, usize, tokio::sync::oneshot::Sender<()>);

/// Tasks that hand records to one thread, which commits what waits together; two records a step, each awaited.
pub(crate) fn many_at_once(writers: usize, steps: usize) -> Steps {
    let folder = tempfile::tempdir().unwrap();
    let (queue, asked) = mpsc::channel::<Asked>();
    let mut connection = open(folder.path());
    let thread = std::thread::spawn(move || {
        while let Ok(first) = asked.recv() {
            let group: Vec<Asked> = std::iter::once(first).chain(asked.try_iter().take(GROUP - 1)).collect();
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
            group.iter().for_each(|(run, seq, _)| record(&transaction, *run, *seq));
            transaction.commit().unwrap();
            group.into_iter().for_each(|(_, _, answer)| answer.send(()).unwrap());
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let measured = runtime.block_on(async move {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..writers).map(|run| tokio::spawn(write(queue.clone(), run, steps))).collect();
        drop(queue);
        let mut each = Vec::new();
        for task in tasks {
            each.extend(task.await.unwrap());
        }
        Steps::new(begun.elapsed(), each)
    });
    thread.join().unwrap();
    measured
}

async fn write(queue: mpsc::Sender<Asked>, run: usize, steps: usize) -> Vec<Duration> {
    let mut each = Vec::with_capacity(steps);
    for step in 0..steps {
        let begun = Instant::now();
        for seq in [2 * step, 2 * step + 1] {
            let (answer, answered) = tokio::sync::oneshot::channel();
            queue.send((run, seq, answer)).unwrap();
            answered.await.unwrap();
        }
        each.push(begun.elapsed());
    }
    each
}
