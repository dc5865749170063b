//! One file per event, and one per thing that a person can say: how it moves a run.

mod barred;
mod extend;
mod judged;
mod looked_up;
mod opened;
mod pause;
mod performed;
mod probed;
mod resumed;
mod retry;
mod signalled;
mod skip;
mod steal;
mod woke;

pub(crate) use judged::ASK_MS_MAX;
pub(crate) use pause::PAUSE_MS_MAX;
pub(crate) use performed::back_off_ms;
pub use signalled::Refusal;
