//! What a rollout came to, as others saw it, and how it differs from one that nothing interrupted.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::Value;

use super::books::{self, Entry, Instances, Table};
use super::drive::Rolled;
use super::world::World;

/// A table with releases by their part in the rollout.
type Shares = BTreeMap<&'static str, u64>;

/// What a rollout came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The run's exit code.
    code: i32,
    /// How often each action took effect, by its name.
    effects: BTreeMap<String, usize>,
    /// The greatest number of times that one idempotency key took effect.
    per_key: usize,
    /// The tables that the proxy accepted, in order, without repetitions.
    tables: Vec<Shares>,
    /// Keys that the proxy applied more than once.
    repeated_tables: usize,
    /// What the proxy routes now.
    weights: Shares,
    /// Instances of the incoming and of the earlier version.
    incoming: Instances,
    earlier: Instances,
    /// Instances of any other version that serve.
    others: usize,
}

/// What the books say about a rollout.
pub(crate) fn of(world: &World, rolled: &Rolled) -> Result<Outcome, String> {
    let rollout = &rolled.view["rollouts"][0];
    let part = |release: &str| match Some(release) {
        id if id == rollout["incoming"].as_str() => "incoming",
        id if id == rollout["running"].as_str() => "earlier",
        _ => "other",
    };
    let by_part = |shares: &BTreeMap<String, u64>| shares.iter().map(|(id, share)| (part(id), *share)).collect();
    let ledger = books::ledger(&world.ledger(), &rolled.run);
    let accepted = books::tables(&world.proxy().join("accepted.jsonl"), &rolled.run);
    let mut tables: Vec<Shares> = accepted.iter().map(|table| by_part(&table.shares)).collect();
    tables.dedup();
    let mut diary = books::diary(&world.diary());
    let incoming = diary.remove(&rolled.version).unwrap_or_default();
    let earlier = diary.remove(&world.standing).unwrap_or_default();
    Ok(Outcome {
        code: rolled.code,
        effects: counts(&ledger, |entry| entry.name.clone()),
        per_key: counts(&ledger, |entry| entry.key.clone()).into_values().max().unwrap_or(0),
        repeated_tables: repeated(&accepted),
        tables,
        weights: by_part(&routed(world)?),
        incoming,
        earlier,
        others: diary.values().map(|version| version.serving).sum(),
    })
}

fn counts(ledger: &[Entry], name: impl Fn(&Entry) -> String) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in ledger.iter().filter(|entry| entry.event == "took") {
        *counts.entry(name(entry)).or_default() += 1;
    }
    counts
}

fn repeated(tables: &[Table]) -> usize {
    let keys: std::collections::BTreeSet<&str> = tables.iter().map(|table| table.key.as_str()).collect();
    tables.len() - keys.len()
}

/// The table in force, asked of the proxy itself.
fn routed(world: &World) -> Result<BTreeMap<String, u64>, String> {
    let socket = world.proxy().join("control.sock");
    let failed = |e: std::io::Error| format!("the proxy at {}: {e}", socket.display());
    let mut stream = UnixStream::connect(&socket).map_err(failed)?;
    let request = b"GET /v1/routes HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n";
    stream.write_all(request).map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let routes: Value = serde_json::from_str(body).map_err(|e| format!("the proxy answered no JSON: {e}"))?;
    books::shares(&routes["releases"]).ok_or_else(|| "the proxy answered no table".to_owned())
}

impl Outcome {
    /// Effects that took place more often than asked for: of a key, or of an action.
    pub(crate) fn doubled(&self) -> usize {
        let beyond = self.effects.values().map(|count| count.saturating_sub(1)).sum::<usize>();
        beyond.max(self.per_key.saturating_sub(1)) + self.repeated_tables
    }

    /// Effects of a run that took place less often than without interruption.
    pub(crate) fn lost(&self, reference: &Self) -> usize {
        let there = |name: &String| self.effects.get(name).copied().unwrap_or(0);
        reference.effects.iter().map(|(name, count)| count.saturating_sub(there(name))).sum()
    }

    /// Every difference from a rollout that nothing interrupted, as a sentence each.
    pub(crate) fn differences(&self, reference: &Self, exact_starts: bool) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, here: String, there: String| {
            if here != there {
                found.push(format!("{what}: {here}, uninterrupted: {there}"));
            }
        };
        compare("exit code", self.code.to_string(), reference.code.to_string());
        compare("effects", format!("{:?}", self.effects), format!("{:?}", reference.effects));
        compare("tables", format!("{:?}", self.tables), format!("{:?}", reference.tables));
        compare("weights", format!("{:?}", self.weights), format!("{:?}", reference.weights));
        compare("serving, incoming", self.incoming.serving.to_string(), reference.incoming.serving.to_string());
        compare("serving, earlier", self.earlier.serving.to_string(), reference.earlier.serving.to_string());
        compare("serving, others", self.others.to_string(), "0".to_owned());
        if exact_starts {
            compare("started, incoming", self.incoming.started.to_string(), reference.incoming.started.to_string());
        }
        if self.doubled() > 0 {
            found.push(format!("{} effects took place twice", self.doubled()));
        }
        found
    }
}
