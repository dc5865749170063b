//! The ledger's side of a test: what its actions are told to do, and what they did.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::command::binary;
use super::wait::until_true;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The idempotency key.
    pub(crate) key: String,
    /// The action's name in the ledger.
    pub(crate) name: String,
    /// Whether it was the probe.
    pub(crate) probe: bool,
    /// The process.
    pub(crate) pid: i32,
}

/// The folder `ledger` of a project, in which the program of that name works.
pub(crate) struct Ledger(PathBuf);

impl Ledger {
    /// The ledger of a project whose actions say `command = ["ledger", "ledger", NAME]`.
    pub(crate) fn of(project: &Path) -> Self {
        let folder = project.join("ledger");
        fs::create_dir_all(&folder).expect("the project is ours");
        Self(folder)
    }

    /// Lets a runtime find the program.
    pub(crate) fn on_path(command: &mut Command) -> &mut Command {
        let folder = binary("ledger").parent().map(Path::to_path_buf).unwrap_or_default();
        let mut path = OsString::from(folder);
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.env("PATH", path)
    }

    /// Tells the next calls of an action what to do, one line each.
    pub(crate) fn tell(&self, action: &str, lines: &[&str]) {
        self.lines(&format!("{action}.todo"), lines);
    }

    /// Tells the next calls of an action's probe what to do, one line each.
    pub(crate) fn tell_probe(&self, action: &str, lines: &[&str]) {
        self.lines(&format!("{action}.probe"), lines);
    }

    /// Lets calls go on that wait with `until=NAME`.
    pub(crate) fn release(&self, name: &str) {
        fs::write(self.0.join(name), "").expect("the ledger is ours");
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Entry> {
        self.entries(&["asked", "probed"])
    }

    /// What took effect so far, in order.
    pub(crate) fn effects(&self) -> Vec<Entry> {
        self.entries(&["took"])
    }

    /// Waits until so many calls were made; the last one.
    pub(crate) fn until_asked(&self, calls: usize) -> Entry {
        until_true(&format!("the ledger was asked {calls} times"), || self.asked().len() >= calls);
        self.asked().remove(calls - 1)
    }

    /// Waits until so many effects took place.
    pub(crate) fn until_effects(&self, effects: usize) {
        until_true(&format!("{effects} effects took place"), || self.effects().len() >= effects);
    }

    fn lines(&self, file: &str, lines: &[&str]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.0.join(file), text).expect("the ledger is ours");
    }

    fn entries(&self, events: &[&str]) -> Vec<Entry> {
        let text = fs::read_to_string(self.0.join("ledger.jsonl")).unwrap_or_default();
        // A line that is being written has no end yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().map(|line| serde_json::from_str(line).expect("a line of the ledger is JSON"));
        lines
            .filter(|line: &Value| events.iter().any(|event| line["event"] == *event))
            .map(|line| entry(&line))
            .collect()
    }
}

fn entry(line: &Value) -> Entry {
    let text = |name: &str| line[name].as_str().expect("the ledger writes texts").to_owned();
    let pid = line["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()).expect("a pid is a number");
    Entry { key: text("key"), name: text("name"), probe: line["event"] == "probed", pid }
}
