//! The books that others keep: the ledger of effects, the diary of the service's instances, the proxy's log of accepted
//! tables. None of them is written by the runtime.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at_ms: i64,
    /// `asked`, `took`, `known` or `probed`.
    pub(crate) event: String,
    /// The action.
    pub(crate) name: String,
    /// The idempotency key, which begins with the run.
    pub(crate) key: String,
    pub(crate) pid: i64,
}

/// The ledger's lines about one run, in order.
pub(crate) fn ledger(book: &Path, run: &str) -> Vec<Entry> {
    let prefix = format!("{run}/");
    lines(book, &prefix).iter().filter_map(entry).filter(|entry| entry.key.starts_with(&prefix)).collect()
}

fn entry(line: &Value) -> Option<Entry> {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    let (at_ms, pid) = (line["at_ms"].as_i64()?, line["pid"].as_i64()?);
    Some(Entry { at_ms, event: text("event")?, name: text("name")?, key: text("key")?, pid })
}

/// A table that the proxy accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) at_ms: i64,
    pub(crate) key: String,
    /// Shares in basis points, by release.
    pub(crate) shares: BTreeMap<String, u64>,
}

/// The tables accepted from one run, in order.
pub(crate) fn tables(log: &Path, run: &str) -> Vec<Table> {
    let prefix = format!("{run}/");
    lines(log, &prefix).iter().filter_map(table).filter(|table| table.key.starts_with(&prefix)).collect()
}

fn table(line: &Value) -> Option<Table> {
    let routes = &line["routes"];
    let key = routes["key"].as_str()?.to_owned();
    Some(Table { at_ms: line["at_ms"].as_i64()?, key, shares: shares(&routes["releases"])? })
}

/// The shares of a list of releases as the proxy writes them.
pub(crate) fn shares(releases: &Value) -> Option<BTreeMap<String, u64>> {
    let share = |release: &Value| Some((release["release"].as_str()?.to_owned(), release["weight"].as_u64()?));
    Some(releases.as_array()?.iter().filter_map(share).collect())
}

/// What the instances of one version say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instances {
    /// How often one began to serve.
    pub(crate) started: usize,
    /// How many serve now: begun, not stopped, and alive.
    pub(crate) serving: usize,
}

/// The instances by version.
pub(crate) fn diary(book: &Path) -> BTreeMap<String, Instances> {
    let mut versions: BTreeMap<String, Instances> = BTreeMap::new();
    let mut living: BTreeMap<i64, String> = BTreeMap::new();
    for line in lines(book, "") {
        let (Some(version), Some(pid)) = (line["version"].as_str(), line["pid"].as_i64()) else { continue };
        if line["event"] == "serves" {
            versions.entry(version.to_owned()).or_default().started += 1;
            living.insert(pid, version.to_owned());
        } else {
            living.remove(&pid);
        }
    }
    for (_, version) in living.into_iter().filter(|(pid, _)| is_instance(*pid)) {
        versions.entry(version).or_default().serving += 1;
    }
    versions
}

/// Whether a process lives and is an instance; its id may have been given to another since.
fn is_instance(pid: i64) -> bool {
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command.split(|byte| *byte == 0).any(|part| part == b"carry")
}

/// The whole lines of a book that contain a text; one that is being written may end in half a line.
fn lines(book: &Path, text: &str) -> Vec<Value> {
    let all = std::fs::read_to_string(book).unwrap_or_default();
    all.lines().filter(|line| line.contains(text)).filter_map(|line| serde_json::from_str(line).ok()).collect()
}
