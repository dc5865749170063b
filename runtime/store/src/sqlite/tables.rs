//! The tables of the format this program writes.

/// A run's row says where its journal ends, how many rows its nodes have, and what it keeps to itself. Plans stand apart
/// from it: SQLite rewrites a whole row when any column of it changes.
pub(super) const TABLES: &str = "
    CREATE TABLE meta (
        format INTEGER NOT NULL, epoch INTEGER NOT NULL, services TEXT NOT NULL, sum TEXT NOT NULL
    ) STRICT;
    CREATE TABLE runs (
        run TEXT PRIMARY KEY, workflow TEXT NOT NULL, created_ms INTEGER NOT NULL, ended INTEGER NOT NULL,
        head TEXT NOT NULL, last_seq INTEGER NOT NULL, last_hash TEXT NOT NULL, key TEXT, actor TEXT NOT NULL,
        targets TEXT NOT NULL, moves_by_ms INTEGER, rows INTEGER NOT NULL, sum TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_age ON runs (created_ms, run);
    CREATE INDEX runs_in_flight ON runs (created_ms, run) WHERE ended = 0;
    CREATE UNIQUE INDEX runs_by_key ON runs (key);
    CREATE TABLE plans (run TEXT PRIMARY KEY, plan BLOB NOT NULL, sum TEXT NOT NULL) STRICT;
    CREATE TABLE node_state (
        run TEXT NOT NULL, idx INTEGER NOT NULL, json TEXT NOT NULL, sum TEXT NOT NULL, PRIMARY KEY (run, idx)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE running (
        environment TEXT NOT NULL, service TEXT NOT NULL, json TEXT NOT NULL, sum TEXT NOT NULL,
        PRIMARY KEY (environment, service)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE locks (
        environment TEXT NOT NULL, service TEXT NOT NULL, run TEXT NOT NULL, PRIMARY KEY (environment, service)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX locks_by_run ON locks (run);
    CREATE TABLE anchors (
        seq INTEGER PRIMARY KEY, run TEXT NOT NULL, last_seq INTEGER NOT NULL, last_hash TEXT NOT NULL,
        at_ms INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX anchors_by_run ON anchors (run);
    CREATE TABLE pruned (run TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE restored (run TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// What was answered under which key: of commands, and of what was said to runs. A state that an earlier program wrote
/// gets it when a runtime opens it.
pub(super) const ANSWERS: &str = "
    CREATE TABLE answers (
        key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL, done INTEGER NOT NULL, run TEXT,
        at_ms INTEGER NOT NULL, sum TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX answers_by_run ON answers (run);
";

/// The journal, the same in every format so far.
pub(super) const RECORDS: &str = "
    CREATE TABLE records (
        run TEXT NOT NULL, seq INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (run, seq)
    ) STRICT, WITHOUT ROWID;
";
