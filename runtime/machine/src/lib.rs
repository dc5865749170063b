//! The machine: a pure function of plan and journal that says what is to be done next.
//!
//! Nothing here reads a clock, a file or a socket, and nothing is async: the same machine drives production,
//! tests and simulation.

pub mod evidence;
pub mod journal;
pub mod moment;
pub mod ports;
pub mod signal;
pub mod view;

pub use moment::Moment;
