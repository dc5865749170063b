//! From a path to a project: the root, its `deploy.toml`, its sources. The one compiler library that reads files.
//!
//! Nothing is run or fetched, nothing outside the root is read, and what is read does not depend on the order in
//! which a file system lists it.

mod config;
mod discover;
mod error;
mod live;
mod load;
mod names;
pub mod packages;
mod read;
mod reading;
mod repository;
mod schema;
mod side;
mod threads;

pub use discover::{Found, projects_below, root_of, sources_below};
pub use error::Error;
pub use load::{Overlay, Project, load, load_with};
pub use reading::Reading;
pub use threads::prepare;

/// The file that marks a project's root.
pub const PROJECT_FILE: &str = "deploy.toml";

/// The file that says what the vendored packages must hold.
pub const LOCK_FILE: &str = "deploy.lock";

/// How the names of sources end.
pub const EXTENSION: &str = "deploy";

/// The editions of the language that this compiler reads, oldest first.
pub const EDITIONS: &[&str] = &["2026"];

/// Largest source that is read, in bytes: what the parser takes.
pub const FILE_SIZE_MAX: u64 = syntax::FILE_BYTES_MAX as u64;

/// Largest `deploy.toml` that is read, in bytes: 1 MiB.
pub const PROJECT_FILE_SIZE_MAX: u64 = 1 << 20;

/// Most sources of one project.
pub const FILES_MAX: usize = 100_000;

/// Most folders between the root and a source.
pub const DEPTH_MAX: usize = 64;
