//! The providers that come with the runtime: processes on this host, the embedded proxy and declared
//! actions.
//!
//! They are idempotent by construction: what runs is read from folders below the state directory and from
//! `/proc`, never remembered. Everything that user traffic needs lives in processes of its own, each under a
//! small supervisor, so that the runtime can be killed at any instant without touching it.

mod artifacts;
mod exec;
mod fence;
mod host;
mod http;
pub mod inspect;
mod layout;
pub mod memory;
mod process;
mod proxy;
mod secrets;
pub mod supervisor;

use std::path::PathBuf;
use std::sync::Arc;

use machine::ports::provider::Provider;

pub use artifacts::hash as digest_of_file;
pub use exec::attend::run as attend;
pub use layout::{Layout, NAME_MAX};
pub use secrets::Secret;

/// Every provider of this host over one state directory.
pub fn all(layout: Layout) -> Vec<Arc<dyn Provider>> {
    // Supervisors start in folders of their own, where a relative path would mean something else.
    let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let layout = Arc::new(Layout { state: whole(layout.state), program: whole(layout.program) });
    vec![
        Arc::new(process::Processes::new(Arc::clone(&layout))),
        Arc::new(proxy::Proxies::new(Arc::clone(&layout))),
        Arc::new(exec::Exec::new(layout)),
    ]
}
