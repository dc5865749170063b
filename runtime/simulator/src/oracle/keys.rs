//! Every effect was intended before it left, takes effect once, and is not lost; and only the newest runtime writes.

use std::collections::BTreeMap;

use machine::event::Event;
use machine::ports::provider::{Outcome, Probe, Request};
use machine::signal::SignalKind;
use plan::EffectClass;

use super::{Trial, node_of};
use crate::fault::Kind;
use crate::world::What;

impl<'a> Trial<'a> {
    pub(crate) fn keys(&mut self) {
        let intents = self.intended();
        self.nothing_unintended(&intents);
        self.nothing_twice();
        self.outcomes_are_so(&intents);
        self.one_key_an_attempt();
        self.one_writer();
        self.nothing_after_a_steal();
        self.answers_are_kept();
    }

    /// Intents by key and attempt: the first.
    fn intended(&self) -> BTreeMap<(&'a str, u32), (u64, &'a Request)> {
        let mut all = BTreeMap::new();
        for (written, request) in self.intents() {
            all.entry((request.key.as_str(), request.attempt)).or_insert((written.order, request));
        }
        all
    }

    fn nothing_unintended(&mut self, intents: &BTreeMap<(&'a str, u32), (u64, &'a Request)>) {
        for entry in &self.left.world.book {
            let What::Arrived { request, .. } = &entry.what else { continue };
            match intents.get(&(request.key.as_str(), request.attempt)) {
                Some((order, _)) if *order > entry.order => {
                    let message = format!("{} left before its intent was durable", request.key);
                    self.broken("intent first", entry.order, message);
                }
                Some((_, intended)) if intended.task != request.task => {
                    let message = format!("{} asks for something else than was intended", request.key);
                    self.broken("intent first", entry.order, message);
                }
                Some(_) => {}
                None => {
                    let message = format!("{} left, and was never intended", request.key);
                    self.broken("intent first", entry.order, message);
                }
            }
        }
    }

    /// What cannot be repeated took effect once for each time that a person had it done, whoever looked.
    fn nothing_twice(&mut self) {
        let blind = self.left.injected.iter().filter(|injected| injected.fault.kind == Kind::Retry).count();
        let mut landed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut tasks: BTreeMap<&str, &Request> = BTreeMap::new();
        for (entry, request) in self.landed() {
            let first = tasks.entry(request.key.as_str()).or_insert(request);
            if first.task != request.task {
                let message = format!("{} took effect in two ways", request.key);
                self.broken("one key, one effect", entry.order, message);
            }
            let node = node_of(request);
            let class = self.case.steps.get(node).and_then(|step| step.class);
            if class == Some(EffectClass::Idempotent) {
                continue;
            }
            let times = landed.entry(node).or_default();
            *times += 1;
            if *times > 1 + blind {
                let message = format!("`{node}` took effect {times} times");
                self.broken("nothing twice", entry.order, message);
            }
        }
    }

    /// What is journalled as done took effect before; what is journalled as not done never does.
    fn outcomes_are_so(&mut self, intents: &BTreeMap<(&'a str, u32), (u64, &'a Request)>) {
        let mut keys: BTreeMap<(&str, u32), &str> = BTreeMap::new();
        for (key, attempt) in intents.keys() {
            let (_, request) = intents[&(*key, *attempt)];
            keys.insert((node_of(request), *attempt), key);
        }
        let mut landed: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (entry, request) in self.landed() {
            landed.entry(request.key.as_str()).or_default().push(entry.order);
        }
        for (written, event) in self.events() {
            let (node, attempt, done) = match event {
                Event::Performed { node, attempt, outcome: Outcome::Done(_) } => (node, attempt, true),
                Event::Probed { node, attempt, probe: Probe::Took(_) } => (node, attempt, true),
                Event::Performed { node, attempt, outcome: Outcome::Failed { .. } } => (node, attempt, false),
                Event::Probed { node, attempt, probe: Probe::DidNot } => (node, attempt, false),
                _ => continue,
            };
            let Some(key) = keys.get(&(node.as_str(), *attempt)) else { continue };
            let orders = landed.get(key).map(Vec::as_slice).unwrap_or_default();
            if done && !orders.iter().any(|order| *order < written.order) {
                let message = format!("{key} is journalled as done, and did not take effect");
                self.broken("done is done", written.order, message);
            }
            let repeatable = self.case.steps.get(node).and_then(|step| step.class) == Some(EffectClass::Idempotent);
            if !done && !repeatable && !orders.is_empty() {
                let message = format!("{key} is journalled as not done, and took effect");
                self.broken("nothing lost", written.order, message);
            }
        }
    }

    /// An attempt has one key, whoever makes it: a provider knows a repetition by nothing else.
    fn one_key_an_attempt(&mut self) {
        let mut keys: BTreeMap<(&str, u32), &str> = BTreeMap::new();
        for entry in &self.left.world.book {
            let What::Arrived { request, .. } = &entry.what else { continue };
            let first = keys.entry((node_of(request), request.attempt)).or_insert(&request.key);
            if *first != request.key {
                let message = format!("attempt {} has the keys {first} and {}", request.attempt, request.key);
                self.broken("one attempt, one key", entry.order, message);
            }
        }
    }

    fn one_writer(&mut self) {
        let mut newest = 0;
        for written in &self.left.journal {
            if written.epoch < newest {
                let message = format!("epoch {} wrote after epoch {newest}", written.epoch);
                self.broken("one writer", written.order, message);
            }
            newest = newest.max(written.epoch);
        }
    }

    fn nothing_after_a_steal(&mut self) {
        let steal = self.signals().find(|(_, signal)| signal.kind == SignalKind::Steal);
        let Some((stolen, _)) = steal else { return };
        if let Some((entry, request)) = self.landed().find(|(entry, _)| entry.order > stolen.order) {
            let message = format!("{} took effect after the lock was taken", request.key);
            self.broken("a stolen lock is free", entry.order, message);
        }
    }

    /// What a person was answered is durable.
    fn answers_are_kept(&mut self) {
        let kept: Vec<&str> = self.signals().map(|(_, signal)| signal.key.as_str()).collect();
        for key in &self.left.answered {
            if !kept.contains(&key.as_str()) {
                self.broken("answers are kept", u64::MAX, format!("`{key}` was answered, and is not in the journal"));
            }
        }
    }
}
