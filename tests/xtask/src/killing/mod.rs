//! The kill sweep: the runtime is killed with SIGKILL at every point of a rollout, started again, and what it did is
//! compared with an uninterrupted run by books that it does not write.

mod books;
mod case;
mod drive;
mod outcome;
mod people;
mod points;
mod programs;
pub mod random;
mod report;
mod rules;
mod runtime;
mod scenario;
pub mod sweep;
mod timeline;
mod users;
mod wait;
mod world;

pub use programs::Programs;
pub use report::Report;
pub use world::World;
