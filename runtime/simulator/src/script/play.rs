//! A script as it is played: which events have begun, what holds at an instant, and what users have seen so far.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use plan::{Arm, ReleaseId, Rollout, Share};

use super::counted::{Counted, Stretch};
use super::usual::{self, Usual};
use super::{Answer, Begins, Event, Happens, Script};
use crate::case::{Case, place};

/// Where a service is in the world: its environment, and its name outside the language.
pub(super) type Outside = (String, String);

/// A service that takes part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its keys in the plan: of the environment, and of itself.
    pub(super) environment: String,
    pub(super) service: String,
    /// The releases that rollouts bring.
    pub(super) incoming: Vec<ReleaseId>,
    /// The one that ran before.
    pub(super) running: Option<ReleaseId>,
    /// Thousandths of a request a second.
    pub(super) rate: u64,
    /// What its users have seen, by release.
    pub(super) counted: BTreeMap<ReleaseId, Counted>,
    /// The same of a fresh copy of the release that ran.
    pub(super) baseline: Counted,
    /// When windows opened.
    pub(super) opened: Vec<u64>,
    /// What was routed and is not counted yet, until `settled_ms`.
    pub(super) pending: VecDeque<Stretch>,
    pub(super) settled_ms: u64,
}

/// A script being played.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(super) script: Arc<Script>,
    pub(super) parts: BTreeMap<Outside, Part>,
    /// What metrics read of which nothing is said.
    pub(super) usual: BTreeMap<String, Usual>,
    /// When each event began.
    begun: Vec<Option<u64>>,
    /// How often each event has let an action fail.
    failed: BTreeMap<usize, u32>,
}

/// How an approval is answered at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    /// By these people, or by whoever is asked.
    Given(Vec<String>),
    /// By this person, or by whoever is asked.
    Refused(Option<String>),
    /// Not before this instant.
    NotBefore(u64),
    /// Never.
    Never,
}

impl Play {
    pub(crate) fn new(case: &Case, script: &Arc<Script>) -> Self {
        let begun = script.events.iter().map(|event| (event.begins == Begins::Start).then_some(0));
        Self {
            begun: begun.collect(),
            usual: usual::of(&case.plan.body, script),
            parts: parts(case),
            failed: BTreeMap::new(),
            script: Arc::clone(script),
        }
    }

    pub(crate) fn script(&self) -> &Arc<Script> {
        &self.script
    }

    /// When an event began.
    pub(crate) fn began(&self, event: usize) -> Option<u64> {
        self.begun.get(event).copied().flatten()
    }

    /// An event begins, unless it has.
    pub(crate) fn begins(&mut self, event: usize, now_ms: u64) {
        if let Some(begun) = self.begun.get_mut(event) {
            begun.get_or_insert(now_ms);
        }
    }

    /// A stage begins: the events that begin with it.
    pub(crate) fn stage_begins(&mut self, rollout: &Rollout, weight: Share, now_ms: u64) -> Vec<usize> {
        let events = self.script.events.iter().enumerate();
        let due = events.filter(|(index, event)| {
            self.begun[*index].is_none() && event.begins.is_stage(weight, &rollout.service, &rollout.environment)
        });
        let due: Vec<usize> = due.map(|(index, _)| index).collect();
        due.iter().for_each(|event| self.begins(*event, now_ms));
        due
    }

    /// When an event that has begun ends.
    pub(super) fn ends(&self, event: usize) -> Option<u64> {
        Some(self.began(event)?.saturating_add(self.script.events[event].lasts_ms?))
    }

    /// Whether an event has begun and is not over.
    pub(super) fn is_on(&self, event: usize, at_ms: u64) -> bool {
        self.began(event).is_some_and(|from| from <= at_ms) && self.ends(event).is_none_or(|to| at_ms < to)
    }

    /// What holds at an instant, in the order written.
    pub(super) fn on(&self, at_ms: u64) -> impl DoubleEndedIterator<Item = (usize, &Event)> {
        self.script.events.iter().enumerate().filter(move |(index, _)| self.is_on(*index, at_ms))
    }

    /// The instants at which something begins or ends, after one and before another.
    pub(super) fn changes(&self, from_ms: u64, to_ms: u64) -> Vec<u64> {
        let begun = (0..self.begun.len()).filter_map(|event| self.began(event));
        let ended = (0..self.begun.len()).filter_map(|event| self.ends(event));
        let mut all: Vec<u64> = begun.chain(ended).filter(|ms| from_ms < *ms && *ms < to_ms).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How long until a gate is looked at again whose hold began at `since_ms`: soon after something has changed, and within
    /// a hundredth of what has passed since later on, so that a soak of a month costs no more than a thousand looks.
    pub(crate) fn until_next_look_ms(&self, since_ms: u64, now_ms: u64, first_ms: u64) -> u64 {
        let changed = self.changes(since_ms, now_ms.saturating_add(1)).into_iter().next_back().unwrap_or(since_ms);
        let passed_ms = now_ms.saturating_sub(changed);
        let calm_ms = (passed_ms / 2).min((passed_ms / 100).max(CALM_MS)).max(first_ms);
        let timed = self.script.events.iter().filter_map(|event| match event.begins {
            Begins::After(ms) => Some(ms),
            Begins::Start | Begins::Stage { .. } => None,
        });
        let ended = (0..self.begun.len()).filter_map(|event| self.ends(event));
        let next = timed.chain(ended).filter(|ms| *ms > now_ms).min();
        next.map_or(calm_ms, |next| calm_ms.min(next - now_ms + first_ms))
    }

    /// Whether nobody counts a service.
    pub(crate) fn is_silent(&self, outside: &Outside, now_ms: u64) -> bool {
        let Some(part) = self.parts.get(outside) else { return false };
        self.on(now_ms).any(|(_, event)| {
            event.happens == Happens::Silent && event.begins.is_about(&part.service, &part.environment)
        })
    }

    /// Whether no instance of a release is ready.
    pub(crate) fn is_unready(&self, outside: &Outside, release: &ReleaseId, now_ms: u64) -> bool {
        let Some(part) = self.parts.get(outside) else { return false };
        self.on(now_ms).any(|(_, event)| match event.happens {
            Happens::Unready(arm) => {
                part.plays(release, arm) && event.begins.is_about(&part.service, &part.environment)
            }
            _ => false,
        })
    }

    /// The releases of which no instance is ready while an event lasts, by service.
    pub(crate) fn unready_of(&self, event: usize) -> Vec<(Outside, ReleaseId)> {
        let Some(Event { happens: Happens::Unready(arm), begins, .. }) = self.script.events.get(event) else {
            return Vec::new();
        };
        let about = self.parts.iter().filter(|(_, part)| begins.is_about(&part.service, &part.environment));
        let releases = about.flat_map(|(outside, part)| part.releases().map(move |release| (outside, part, release)));
        let played = releases.filter(|(_, part, release)| part.plays(release, *arm));
        played.map(|(outside, _, release)| (outside.clone(), release.clone())).collect()
    }

    /// Whether an attempt at an action fails, which is counted.
    pub(crate) fn lets_fail(&mut self, name: &str, now_ms: u64) -> bool {
        let wants = |(index, event): (usize, &Event)| match &event.happens {
            Happens::Fails { action, times } if action == name => {
                let so_far = self.failed.get(&index).copied().unwrap_or(0);
                times.is_none_or(|times| so_far < times).then_some(index)
            }
            _ => None,
        };
        let Some(index) = self.on(now_ms).find_map(wants) else { return false };
        *self.failed.entry(index).or_default() += 1;
        true
    }

    /// How an approval is answered. At once and by whoever is asked, unless events say otherwise; one that begins at a
    /// time says that nobody answers before. A gate that asks is answered by events only.
    pub(crate) fn answering(&self, now_ms: u64, is_gate: bool) -> Answering {
        let answers = |event: &Event| matches!(event.happens, Happens::Answered { .. });
        let later = self.script.events.iter().filter(|event| answers(event)).filter_map(|event| match event.begins {
            Begins::After(ms) if ms > now_ms => Some(ms),
            _ => None,
        });
        let wait = later.min().map_or(Answering::Never, Answering::NotBefore);
        let mut given = None;
        for (index, event) in self.on(now_ms) {
            let Happens::Answered { answer, by } = &event.happens else { continue };
            match answer {
                Answer::Given => given.get_or_insert_with(Vec::new).extend(by.clone()),
                Answer::Refused => return Answering::Refused(by.clone()),
                Answer::Missing => return self.ends(index).map_or(wait, Answering::NotBefore),
            }
        }
        match given {
            Some(names) => Answering::Given(names),
            None if is_gate || wait != Answering::Never => wait,
            None => Answering::Given(Vec::new()),
        }
    }

    /// When the first event began that does not begin with the run.
    pub(super) fn first_change(&self) -> Option<(usize, u64)> {
        let later = self.script.events.iter().enumerate().filter(|(_, event)| event.begins != Begins::Start);
        later.filter_map(|(index, _)| Some((index, self.began(index)?))).min_by_key(|(_, ms)| *ms)
    }
}

/// Between two looks while nothing changes, in milliseconds.
const CALM_MS: u64 = 30_000;

impl Part {
    /// Whether a release plays an arm here.
    pub(super) fn plays(&self, release: &ReleaseId, arm: Arm) -> bool {
        match arm {
            Arm::Canary => self.incoming.contains(release),
            Arm::Stable => self.running.as_ref() == Some(release),
            Arm::Baseline | Arm::Previous | Arm::Shadow => false,
            Arm::Service => true,
        }
    }

    fn releases(&self) -> impl Iterator<Item = &ReleaseId> {
        self.incoming.iter().chain(&self.running)
    }
}

fn parts(case: &Case) -> BTreeMap<Outside, Part> {
    let mut parts: BTreeMap<Outside, Part> = BTreeMap::new();
    for (key, rollout) in &case.plan.body.rollouts {
        let part = parts.entry(case.outside(rollout)).or_insert_with(|| Part {
            environment: rollout.environment.clone(),
            service: rollout.service.clone(),
            incoming: Vec::new(),
            running: case.running.get(&place(rollout)).map(|release| release.id.clone()),
            rate: 0,
            counted: BTreeMap::new(),
            baseline: Counted::default(),
            opened: Vec::new(),
            pending: VecDeque::new(),
            settled_ms: 0,
        });
        part.incoming.extend(case.incoming.get(key).map(|release| release.id.clone()));
        // The least that is declared: what is seen then is always seen.
        let rate = rollout.traffic.map_or(0, |traffic| scaled(traffic.least, 3));
        part.rate = part.rate.max(u64::try_from(rate).unwrap_or(u64::MAX));
    }
    parts
}

/// An exact number that is not negative, times a power of ten, rounded down.
pub(super) fn scaled(number: plan::Exact, digits: u32) -> u128 {
    let number = number.value();
    let mantissa = u128::try_from(number.mantissa()).unwrap_or(0);
    mantissa.saturating_mul(10_u128.pow(digits)) / 10_u128.pow(number.scale())
}
