//! The machine: a pure function of plan and journal that says what is to be done next.
//!
//! Nothing here reads a clock, a file or a socket, and nothing is async: the same machine drives production,
//! tests and simulation.

pub mod action;
mod advance;
mod apply;
pub mod bind;
pub mod event;
pub mod evidence;
pub mod journal;
pub mod judge;
pub mod moment;
pub mod ports;
mod returning;
pub mod run;
pub mod signal;
mod slots;
pub mod state;
pub mod view;
mod viewed;

pub use action::{Action, Source};
pub use apply::Refusal;
pub use event::{Event, Started};
pub use moment::Moment;
pub use run::Run;
pub use slots::{SlotIndex, Slots};
