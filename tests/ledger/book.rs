//! The book: one synced JSON line for each event.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The book, held by this process alone while it is open.
pub(crate) struct Book(File);

impl Book {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new().read(true).append(true).create(true).open(folder.join("ledger.jsonl"))?;
        file.lock()?;
        Ok(Self(file))
    }

    /// Whether this key took effect.
    pub(crate) fn has(&mut self, key: &str) -> io::Result<bool> {
        let mut text = String::new();
        self.0.seek(SeekFrom::Start(0))?;
        self.0.read_to_string(&mut text)?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.into_iter().any(|line| line["event"] == "took" && line["key"] == key))
    }

    pub(crate) fn note(&mut self, event: &str, name: &str, key: &str) -> io::Result<()> {
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let pid = std::process::id();
        let line = json!({ "at_ms": at_ms as u64, "event": event, "name": name, "key": key, "pid": pid });
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.0.sync_all()
    }
}
