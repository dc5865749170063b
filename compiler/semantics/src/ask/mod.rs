//! What an editor asks about a place, answered from what the checker settles there.
//!
//! Nothing here is a query: a declaration that is asked about is elaborated once more, with notes, against signatures
//! that are remembered. That is one declaration's work, and an edit pays nothing for it.

mod at;
mod builtin;
mod calls;
mod complete;
mod declared;
mod describe;
mod draft;
mod names;
mod settle;
mod symbol;
mod uses;

pub use at::{Expression, Local};
pub use calls::{Called, Given};
pub use complete::{Candidate, Sort, Wants};
pub use describe::{Defined, Origin};
pub use symbol::{Mention, Symbol};
