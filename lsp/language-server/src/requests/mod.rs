//! The requests, a file for each or for a few that belong together: parameters in, an answer of `ide` out, in the protocol's
//! types.

pub(crate) mod code_actions;
pub(crate) mod diagnostics;
pub(crate) mod formatting;
pub(crate) mod graph;
pub(crate) mod linked_editing;
pub(crate) mod links;
pub(crate) mod ranges;
pub(crate) mod semantic_tokens;
pub(crate) mod symbols;
pub(crate) mod watching;
