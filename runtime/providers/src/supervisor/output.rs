//! What a child writes: through a named pipe, scrubbed of secrets line by line, into files that rotate.
//!
//! The pipe has a name and the child holds both ends of it, so a child whose supervisor was killed gets no
//! SIGPIPE, and the next supervisor reads on where the last one stopped.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::io::Errno;
use tokio::net::unix::pipe::{self, Receiver};

use super::{OUTPUT, PIPE};
use crate::secrets::scrub::Scrubber;

/// Size at which a log file is set aside, in bytes.
const FILE_MAX: u64 = 10 << 20;
/// Files that are kept beside the one being written.
const FILES_KEPT: u32 = 2;
/// Longest line that is scrubbed as one, in bytes; longer ones are cut.
const LINE_MAX: usize = 1 << 16;
/// What the pipe holds while nobody reads, in bytes.
const PIPE_SIZE: usize = 1 << 20;

/// Reads a child's output and keeps it.
pub(crate) struct Output {
    receiver: Receiver,
    write_end: OwnedFd,
    line: Vec<u8>,
    scrubber: Scrubber,
    log: Log,
}

impl Output {
    /// Opens the folder's pipe and its log.
    pub(crate) fn open(folder: &Path, scrubber: Scrubber) -> Result<Self, String> {
        let path = folder.join(PIPE);
        let fail = |e: std::io::Error| format!("cannot open {}: {e}", path.display());
        match mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(fail(e.into())),
        }
        let receiver = pipe::OpenOptions::new().read_write(true).open_receiver(&path).map_err(fail)?;
        let _ = rustix::pipe::fcntl_setpipe_size(&receiver, PIPE_SIZE);
        // Opened on its own: the reader's flag "do not block" must not reach the child.
        let write_end = File::options().read(true).write(true).open(&path).map_err(fail)?.into();
        Ok(Self { receiver, write_end, line: Vec::new(), scrubber, log: Log::open(folder.join(OUTPUT))? })
    }

    /// What a child gets as standard output and standard error.
    pub(crate) fn write_end(&self) -> &OwnedFd {
        &self.write_end
    }

    /// Keeps output while something is waited for.
    pub(crate) async fn pump_until<T>(&mut self, event: impl Future<Output = T>) -> T {
        tokio::pin!(event);
        loop {
            tokio::select! {
                happened = &mut event => return happened,
                ready = self.receiver.readable() => {
                    if ready.is_err() {
                        return event.await;
                    }
                }
            }
            self.read_some();
        }
    }

    /// Keeps what is in the pipe now, an unfinished line included.
    pub(crate) fn drain(&mut self) {
        // Bounded: a child that left a process behind may write for ever.
        for _ in 0..(2 * PIPE_SIZE / LINE_MAX) {
            if !self.read_some() {
                break;
            }
        }
        self.flush_line(true);
    }

    fn read_some(&mut self) -> bool {
        let mut buffer = [0; LINE_MAX];
        match self.receiver.try_read(&mut buffer) {
            Ok(read) if read > 0 => {
                self.line.extend_from_slice(buffer.get(..read).unwrap_or_default());
                self.flush_line(false);
                true
            }
            Ok(_) => false,
            Err(e) => e.kind() == ErrorKind::Interrupted,
        }
    }

    fn flush_line(&mut self, all: bool) {
        let whole = self.line.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let cut = match self.line.len() {
            length if all => length,
            length if length - whole > LINE_MAX => self.scrubber.cut(&self.line, LINE_MAX / 2).max(whole),
            _ => whole,
        };
        if cut > 0 {
            let lines: Vec<u8> = self.line.drain(..cut).collect();
            self.log.append(&self.scrubber.clean(&lines));
        }
    }
}

/// A log file that rotates.
struct Log {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Log {
    fn open(path: PathBuf) -> Result<Self, String> {
        let file = Self::create(&path).map_err(|e| format!("cannot open {}: {e}", path.display()))?;
        let size = file.metadata().map_or(0, |facts| facts.len());
        Ok(Self { path, file, size })
    }

    fn create(path: &Path) -> std::io::Result<File> {
        File::options().create(true).append(true).mode(0o600).open(path)
    }

    /// A full disk loses output; it must not stop the child.
    fn append(&mut self, bytes: &[u8]) {
        if self.size > 0 && self.size + bytes.len() as u64 > FILE_MAX {
            self.rotate();
        }
        if self.file.write_all(bytes).is_ok() {
            self.size += bytes.len() as u64;
        }
    }

    fn rotate(&mut self) {
        for number in (1..FILES_KEPT).rev() {
            let _ = fs::rename(numbered(&self.path, number), numbered(&self.path, number + 1));
        }
        if fs::rename(&self.path, numbered(&self.path, 1)).is_ok()
            && let Ok(file) = Self::create(&self.path)
        {
            self.file = file;
            self.size = 0;
        }
    }
}

/// The log files of a folder that exist, the newest first.
pub(crate) fn logs(folder: &Path) -> Vec<PathBuf> {
    let newest = folder.join(OUTPUT);
    let older = (1..=FILES_KEPT).map(|number| numbered(&newest, number));
    std::iter::once(newest.clone()).chain(older).filter(|path| path.is_file()).collect()
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    path.with_extension(format!("log.{number}"))
}

/// The last lines of a text file, at most `lines` of them and 2 KiB.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    const BYTES_MAX: u64 = 2048;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(BYTES_MAX)))?;
        let mut bytes = Vec::new();
        file.take(BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = String::from_utf8_lossy(&read().unwrap_or_default()).into_owned();
    let all: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join(" | ")
}
