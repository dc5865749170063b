//! Renderers: diagnostics in, text out. One file per format.

mod human;
mod json;
mod short;

pub use human::human;
pub use json::{JSON_VERSION, json};
pub use short::short;
