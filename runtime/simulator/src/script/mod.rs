//! Scripted runs: what happens during a run as data, the world that plays it, and what must come of it, judged from the
//! world's own book.
//!
//! Nothing here is random: users ask as often as is declared, and exactly the scripted share of their requests goes wrong, or
//! takes so long.

mod beyond;
mod buckets;
mod counted;
mod evenly;
mod event;
mod expected;
mod judged;
mod levels;
mod play;
mod spent;
mod spread;
mod told;
mod turned;
mod usual;

pub use machine::view::RunStatus as End;

pub use beyond::{Beyond, beyond};
pub use event::{Answer, Begins, Event, Happens, Level, Script};
pub use expected::{Comparison, Expected, Finding};
pub use judged::judge;
pub(crate) use play::{Answering, Play};
pub use told::told;
