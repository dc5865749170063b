//! The ledger's side of a test: what its actions are told to do, and what they did.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The folder `ledger` of a project, in which the program `clerk` works.
pub(crate) struct Ledger(PathBuf);

impl Ledger {
    /// The ledger of a project whose actions say `command = ["clerk", "ledger", NAME]`.
    pub(crate) fn of(project: &Path) -> Self {
        let folder = project.join("ledger");
        fs::create_dir_all(&folder).expect("the project is ours");
        Self(folder)
    }

    /// Lets a runtime find the program.
    pub(crate) fn on_path(command: &mut Command) -> &mut Command {
        let folder = binary("clerk").parent().map(Path::to_path_buf).unwrap_or_default();
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
        self.entries("asked")
    }

    /// What took effect so far, in order.
    pub(crate) fn effects(&self) -> Vec<Entry> {
        self.entries("effects")
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

    fn entries(&self, file: &str) -> Vec<Entry> {
        let text = fs::read_to_string(self.0.join(file)).unwrap_or_default();
        // A line that is being written has no end yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(entry).collect()
    }
}

fn entry(line: &str) -> Entry {
    let mut words = line.split(' ');
    let mut word = || words.next().expect("a line of the ledger has four words");
    let (key, name, what, pid) = (word().to_owned(), word().to_owned(), word(), word());
    Entry { key, name, probe: what == "probe", pid: pid.parse().expect("a pid is a number") }
}
