//! One file per event: how it moves a run.

mod judged;
mod looked_up;
mod opened;
mod performed;
mod probed;
mod resumed;
mod signalled;
mod woke;

pub(crate) use judged::ASK_MS_MAX;
pub use signalled::Refusal;
