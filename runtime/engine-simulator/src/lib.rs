//! The production engine on virtual time: its store fails, its providers are the simulator's world, it dies at any await, and
//! the simulator's oracle judges what is left.

mod clock;
mod life;
mod people;
mod provider;
mod run;
mod scene;
mod store;
mod strike;
mod sweep;
mod way;

pub use run::run;
pub use sweep::{can_run, schedule, sweep, told};
