//! The machine: a pure function of plan and journal that says what is to be done next.
//!
//! Nothing here reads a clock, a file or a socket, and nothing is async: the same machine drives production,
//! tests and simulation.

pub mod ability;
pub mod action;
mod advance;
mod apply;
mod asides;
pub mod bind;
mod bringing_back;
pub mod care;
mod deadlines;
pub mod event;
pub mod evidence;
mod failing;
mod hours;
pub mod journal;
pub mod judge;
mod late;
mod mending;
pub mod moment;
mod observing;
mod outputs;
pub mod ports;
pub mod reading;
mod replaying;
mod returning;
pub mod run;
mod runbooks;
pub mod sampling;
mod scopes;
pub mod signal;
mod slots;
mod source;
mod standing;
pub mod state;
pub mod view;
mod viewed;
pub mod wait;

pub use ability::can;
pub use action::{Action, Source};
pub use apply::Refusal;
pub use event::{Event, Started};
pub use moment::Moment;
pub use observing::Observation;
pub use replaying::Unreplayable;
pub use run::Run;
pub use slots::{SlotIndex, Slots};
pub use source::sources;
pub use standing::Standing;
