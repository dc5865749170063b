//! Randomness for routing and identity, seeded by the operating system at every process start.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

thread_local! {
    static DICE: RefCell<fastrand::Rng> = RefCell::new(fastrand::Rng::with_seed(seed()));
}

/// A uniform number below `limit` (at least 1).
pub(crate) fn below(limit: u32) -> u32 {
    DICE.with_borrow_mut(|dice| dice.u32(0..limit.max(1)))
}

/// A random id of 128 bits in hexadecimal.
pub(crate) fn id() -> String {
    format!("{:016x}{:016x}", seed(), seed())
}

/// `RandomState` takes its keys from the operating system, once a thread, and hashes with a keyed function:
/// enough to be unpredictable and distinct without a library of its own.
fn seed() -> u64 {
    RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()))
}
