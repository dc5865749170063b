//! A plan's graph in the notations that `deployc graph` offers.

mod dot;
mod json;
mod mermaid;
mod text;

pub(crate) use dot::dot;
pub(crate) use json::json;
pub(crate) use mermaid::mermaid;
pub(crate) use text::text;
