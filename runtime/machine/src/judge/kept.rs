//! Judgements on shares that were made before: the same counts at the same levels give the same judgement. For those who
//! judge the same windows again and again, as a simulation does; a runtime has no use for it.

use std::cell::RefCell;
use std::collections::HashMap;

use statistics::{Counts, Judgement, Margin};

/// Judgements beyond which all are forgotten: some twenty megabytes.
const MOST: usize = 100_000;

/// What a judgement depends on, bit by bit.
type Key = [u64; 9];

/// Judgements by what was judged.
#[derive(Debug, Default)]
pub struct Kept(RefCell<HashMap<Key, Judgement>>);

impl Kept {
    /// [`statistics::judge_limit`].
    pub(super) fn limit(&self, own: Counts, limit: f64, fail: f64, pass: f64) -> Judgement {
        let [bits, fail_bits, pass_bits] = [limit, fail, pass].map(f64::to_bits);
        let key = [0, own.total(), own.bad(), bits, fail_bits, pass_bits, 0, 0, 0];
        self.judged(key, || statistics::judge_limit(own, limit, fail, pass))
    }

    /// [`statistics::judge_difference`].
    pub(super) fn difference(&self, own: Counts, other: Counts, margin: Margin, fail: f64, pass: f64) -> Judgement {
        let [plus, times, fail_bits, pass_bits] = [margin.plus(), margin.times(), fail, pass].map(f64::to_bits);
        let key = [1, own.total(), own.bad(), other.total(), other.bad(), plus, times, fail_bits, pass_bits];
        self.judged(key, || statistics::judge_difference(own, other, margin, fail, pass))
    }

    fn judged(&self, key: Key, judge: impl FnOnce() -> Judgement) -> Judgement {
        let mut known = self.0.borrow_mut();
        if known.len() >= MOST {
            known.clear();
        }
        *known.entry(key).or_insert_with(judge)
    }
}
