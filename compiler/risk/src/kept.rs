//! What the statistics answered: stages that ask the same, of however many rollouts, are computed once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::report::Odds;

/// Everything that an answer depends on, bit by bit.
pub(crate) type Key = [u64; 10];

/// Answers by what was asked.
#[derive(Default)]
pub(crate) struct Kept {
    counts: RefCell<BTreeMap<Key, Option<u64>>>,
    shares: RefCell<BTreeMap<Key, Option<f64>>>,
    odds: RefCell<BTreeMap<Key, Odds>>,
}

impl Kept {
    /// A number of requests.
    pub(crate) fn count(&self, key: Key, compute: impl FnOnce() -> Option<u64>) -> Option<u64> {
        kept(&self.counts, key, compute)
    }

    /// A share of requests.
    pub(crate) fn share(&self, key: Key, compute: impl FnOnce() -> Option<f64>) -> Option<f64> {
        kept(&self.shares, key, compute)
    }

    /// What becomes of releases.
    pub(crate) fn odds(&self, key: Key, compute: impl FnOnce() -> Odds) -> Odds {
        kept(&self.odds, key, compute)
    }
}

fn kept<T: Clone>(answers: &RefCell<BTreeMap<Key, T>>, key: Key, compute: impl FnOnce() -> T) -> T {
    if let Some(known) = answers.borrow().get(&key) {
        return known.clone();
    }
    let answer = compute();
    answers.borrow_mut().insert(key, answer.clone());
    answer
}
