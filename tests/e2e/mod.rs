//! Whole runs with real parts: the built programs, real processes, real traffic.

mod acting;
mod bad_input;
mod clock;
mod crashes;
mod drift;
mod durability;
mod keeping;
mod keyed;
mod keys;
mod kill_sweep;
mod load;
mod locks;
mod memory;
mod misbehaving;
mod orphans;
mod outcomes;
mod people;
mod planted;
mod rollouts;
mod secrets;
mod shop;
mod signals;
mod stopping;
mod storage;
mod survival;
mod terminated;
