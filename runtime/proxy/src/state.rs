//! The state file: the last table and the keys seen, durable before they are in force.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::limits::{KEYS_REMEMBERED, STATE_BYTES_MAX};
use crate::protocol::PutRoutes;
use crate::{Error, accepted};

/// The version of the state file written here.
const FORMAT: u32 = 1;

/// What survives a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    format: u32,
    /// The highest epoch seen.
    pub(crate) epoch: u64,
    /// The highest sequence seen in that epoch.
    sequence: u64,
    /// The last table put in force.
    pub(crate) routes: Option<PutRoutes>,
    /// Keys already applied, latest last.
    keys: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        Self { format: FORMAT, epoch: 0, sequence: 0, routes: None, keys: Vec::new() }
    }
}

impl State {
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    /// This state with a new table.
    pub(crate) fn with(&self, routes: PutRoutes) -> Self {
        let mut next = self.seen(&routes);
        next.keys.push(routes.key.clone());
        let surplus = next.keys.len().saturating_sub(KEYS_REMEMBERED);
        next.keys.drain(..surplus);
        next.routes = Some(routes);
        next
    }

    /// This state after a request that changes no table.
    pub(crate) fn seen(&self, offered: &PutRoutes) -> Self {
        let (epoch, sequence) = self.place().max((offered.epoch, offered.sequence));
        Self { epoch, sequence, ..self.clone() }
    }

    /// The place of the latest request in the order of all writers: by epoch, then by sequence.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.epoch, self.sequence)
    }
}

/// The state file, held by this process alone.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    accepted: accepted::Log,
    _lock: File,
}

impl StateFile {
    /// Takes hold of the file and reads what it says.
    pub(crate) fn open(path: &Path) -> Result<(Self, State), Error> {
        let folder = folder(path);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| Error::io("create the folder", folder, source))?;
        let lock = hold(&beside(path, "lock"))?;
        let state = read(path)?;
        let accepted = accepted::Log::open(path, state.routes.as_ref())?;
        Ok((Self { path: path.to_owned(), accepted, _lock: lock }, state))
    }

    /// Makes a state with a new table durable, and logs the table. A log that cannot be written holds up no traffic: the
    /// line is made up for at the next start.
    pub(crate) fn accept(&self, state: &State, table: &PutRoutes) -> io::Result<()> {
        self.save(state)?;
        if let Err(cause) = self.accepted.add(table) {
            let _ = writeln!(io::stderr(), "the log of accepted tables could not be written: {cause}");
        }
        Ok(())
    }

    /// Makes a state durable: written beside, flushed, renamed over, and the folder flushed.
    pub(crate) fn save(&self, state: &State) -> io::Result<()> {
        let fresh = beside(&self.path, "new");
        let mut file = options().truncate(true).open(&fresh)?;
        file.write_all(&serde_json::to_vec(state)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        File::open(folder(&self.path))?.sync_all()
    }
}

fn hold(path: &Path) -> Result<File, Error> {
    let file = options().truncate(false).open(path).map_err(|source| Error::io("open", path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::StateHeld { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(Error::io("lock", path, source)),
    }
}

fn read(path: &Path) -> Result<State, Error> {
    let unusable = |reason: String| Error::State { path: path.to_owned(), reason };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
        Err(source) => return Err(Error::io("read", path, source)),
    };
    let mut text = Vec::new();
    file.take(STATE_BYTES_MAX + 1).read_to_end(&mut text).map_err(|source| Error::io("read", path, source))?;
    if text.len() as u64 > STATE_BYTES_MAX {
        return Err(unusable(format!("it is larger than {STATE_BYTES_MAX} bytes")));
    }
    let Version { format } = serde_json::from_slice(&text).map_err(|cause| unusable(cause.to_string()))?;
    if format != FORMAT {
        return Err(unusable(format!("it has format {format}, this program reads format {FORMAT}")));
    }
    let state: State = serde_json::from_slice(&text).map_err(|cause| unusable(cause.to_string()))?;
    match state.routes.as_ref().map(crate::control::check) {
        Some(Err(reason)) => Err(unusable(reason)),
        Some(Ok(())) | None => Ok(state),
    }
}

/// Read first, so that a later version is named as such and not as a damaged file.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
