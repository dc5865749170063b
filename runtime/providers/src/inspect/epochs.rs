//! The highest epoch that anybody who receives requests has seen: a restored state must stand above it.

use super::{folders, proxies::table};
use crate::host::files;
use crate::layout::Layout;

/// The highest epoch that the providers or a proxy of this state directory have seen; 0 when none has.
///
/// # Errors
/// The file with the providers' epoch is there and cannot be read: how high it stood is not known then.
pub fn highest(layout: &Layout) -> Result<u64, String> {
    let seen: u64 = files::read_json(&layout.epoch())?.unwrap_or(0);
    let environments = folders(&layout.state.join("proxies")).into_iter();
    let proxies = environments.flat_map(|(_, folder)| folders(&folder));
    Ok(proxies.filter_map(|(_, folder)| table(&folder)["epoch"].as_u64()).fold(seen, u64::max))
}
