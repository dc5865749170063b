//! Packages: what `deploy.toml` states, what `deploy.lock` says they hold, and whether `vendor/` holds that.
//!
//! Nothing here fetches. `deployc vendor` does, and writes what is read here.

mod listing;
mod load;
mod lock;
mod required;
mod tree;

pub use listing::{Listing, TREE_FILES_MAX, TREE_SIZE_MAX, sound_path};
pub(crate) use load::{Packages, load};
pub use lock::{Lock, Locked};
pub(crate) use required::required;
pub use required::{Requirement, required_by};
pub use semantics::VENDOR;
pub use tree::{Differences, differences};
