//! Renderers: diagnostics in, text out. One file per format.

mod github;
mod gitlab;
mod host;
mod human;
mod json;
mod sarif;
mod short;

pub use github::github;
pub use gitlab::gitlab;
pub use host::{Host, Report};
pub use human::human;
pub use json::{JSON_VERSION, json};
pub use sarif::sarif;
pub use short::short;
