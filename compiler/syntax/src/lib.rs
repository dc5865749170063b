//! Text to tokens to syntax tree: never fails, never panics, says every error once.

pub mod ast;
