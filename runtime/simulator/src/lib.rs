//! The simulator: whole runs of the production machine on virtual time, in a world that keeps a book of its own, with
//! faults at every place, and an oracle that believes only the book.

pub mod case;
pub mod coverage;
pub mod fault;
pub mod history;
pub mod injector;
pub mod mutants;
pub mod oracle;
pub mod plans;
pub mod pure;
pub mod schedule;
pub mod script;
pub mod shrink;
pub mod sweep;
pub mod timeline;
pub mod trouble;
pub mod verify;
pub mod world;

pub use case::Case;
pub use coverage::Coverage;
pub use fault::{Door, Fault, Hit, Kind, Phase};
pub use history::History;
pub use oracle::{Violation, judge};
pub use pure::Depth;
pub use schedule::{Answer, Passed, Schedule};
pub use sweep::{Report, sweep};
pub use trouble::{Lasting, Trouble};
pub use world::World;
