//! What editors ask of a project, answered by values that own themselves: spans, labels and edits.
//!
//! One file a question, named after it, with one function of that name: it takes a [`Snapshot`], a file and mostly an
//! offset in bytes, and returns its answer. Nothing here knows the editors' protocol, reads a file or waits; any offset
//! of any text has an answer, if only "nothing".

mod lines;
mod snapshot;

pub use lines::Lines;
pub use semantics::{Cancelled, Withdrawal};
pub use snapshot::Snapshot;
