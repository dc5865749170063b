//! Between the protocol's types and ours.

mod diagnostics;
mod positions;
mod uris;

pub(crate) use diagnostics::{Said, said};
pub(crate) use positions::{Counted, Encoding};
pub(crate) use uris::{file_path, uri_of};
