//! Did the weights hold, and was a request lost? Judged from the runtime's journal and from the load generator's own
//! log, which know nothing of each other.

pub mod binomial;
pub mod journal;
pub mod traffic;
