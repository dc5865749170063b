//! The log of accepted tables: one synced line for each, so that what was routed when can be read without the runtime.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::limits::ACCEPTED_BYTES_MAX;
use crate::protocol::PutRoutes;

/// The version of the lines written here.
const FORMAT: u32 = 1;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
struct Accepted<'a> {
    format: u32,
    /// Milliseconds since 1970 (UTC).
    at_ms: u64,
    routes: Cow<'a, PutRoutes>,
}

/// The log, beside the state file.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    /// The log of a state file. The table in force gets its line now if the proxy was killed before it could write it.
    pub(crate) fn open(state: &Path, in_force: Option<&PutRoutes>) -> Result<Self, Error> {
        let log = Self { path: state.with_file_name("accepted.jsonl") };
        let failed = |source| Error::io("write the log of accepted tables", &log.path, source);
        if let Some(routes) = in_force
            && log.last().map_err(failed)?.is_none_or(|last| !same(&last, routes))
        {
            log.add(routes).map_err(failed)?;
        }
        Ok(log)
    }

    /// Adds a table that has been made durable.
    pub(crate) fn add(&self, routes: &PutRoutes) -> io::Result<()> {
        self.turn_over()?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let line = serde_json::to_string(&Accepted { format: FORMAT, at_ms, routes: Cow::Borrowed(routes) })?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
        let begin = if torn(&file)? { "\n" } else { "" };
        file.write_all(format!("{begin}{line}\n").as_bytes())?;
        file.sync_data()
    }

    /// A full log becomes the earlier one, and the one before that goes.
    fn turn_over(&self) -> io::Result<()> {
        let full = fs::metadata(&self.path).is_ok_and(|facts| facts.len() > ACCEPTED_BYTES_MAX);
        if full { fs::rename(&self.path, self.path.with_extension("jsonl.1")) } else { Ok(()) }
    }

    /// The last whole line; a torn one was never followed by an answer.
    fn last(&self) -> io::Result<Option<PutRoutes>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause),
        };
        let mut last = None;
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            last = serde_json::from_slice(&line).ok().map(|line: Accepted<'_>| line.routes.into_owned()).or(last);
        }
        Ok(last)
    }
}

/// Whether the last line was cut off, as on a full disk.
fn torn(file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    Ok(last != [b'\n'])
}

fn same(one: &PutRoutes, other: &PutRoutes) -> bool {
    (one.epoch, one.sequence, &one.key) == (other.epoch, other.sequence, &other.key)
}
