//! From the evaluated model to the plan: the last phase of the compiler, and the only one that knows both.
//!
//! Lowering decides nothing a user could have written: a rollout's stages are already unrolled. It lays out the
//! nodes of each step, the way back of each rollout, and the bounds of every effect. Equal models give equal bytes.

mod accept;
mod contract;
mod database;
mod entities;
mod gates;
mod lowering;
mod migration;
mod names;
mod numbers;
mod objectives;
mod rollout;
mod steps;
mod values;
mod window;

pub use accept::with_acceptances;
pub use lowering::{draft, lower};
pub use objectives::with_objectives;
pub use values::constant;
