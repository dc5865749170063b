//! Whether a routing table makes sense by itself, in sentences.

use std::collections::BTreeSet;

use crate::limits::{BACKENDS_MAX, NAME_BYTES_MAX, RELEASES_MAX};
use crate::protocol::{OLDEST, PROTOCOL, PutRoutes, RouteRelease, WEIGHT_SUM};

/// Checks a table without regard to what came before it.
pub(crate) fn check(routes: &PutRoutes) -> Result<(), String> {
    if !(OLDEST..=PROTOCOL).contains(&routes.protocol) {
        let offered = routes.protocol;
        return Err(format!("protocol {offered} is not known here: this proxy speaks {OLDEST} to {PROTOCOL}"));
    }
    name("key", &routes.key)?;
    name("service", &routes.service)?;
    if routes.releases.len() > RELEASES_MAX {
        return Err(format!(
            "{} releases are too many: at most {RELEASES_MAX} are routed at once",
            routes.releases.len()
        ));
    }
    let mut seen = BTreeSet::new();
    for release in &routes.releases {
        if !seen.insert(&release.release) {
            return Err(format!(
                "release `{}` is named twice: name it once, with all of its backends",
                release.release
            ));
        }
        check_release(release)?;
    }
    weights(routes)
}

fn check_release(route: &RouteRelease) -> Result<(), String> {
    name("release", &route.release)?;
    let id = &route.release;
    if route.backends.len() > BACKENDS_MAX {
        return Err(format!(
            "release `{id}` has {} backends: at most {BACKENDS_MAX} are allowed",
            route.backends.len()
        ));
    }
    if route.weight > 0 && route.backends.is_empty() {
        return Err(format!("release `{id}` has weight {} and no backend: give it one, or weight 0", route.weight));
    }
    let mut seen = BTreeSet::new();
    match route.backends.iter().find(|backend| backend.port() == 0 || !seen.insert(**backend)) {
        Some(bad) if bad.port() == 0 => Err(format!("backend {bad} of release `{id}` has no port")),
        Some(twice) => Err(format!("backend {twice} of release `{id}` is named twice")),
        None => Ok(()),
    }
}

fn weights(routes: &PutRoutes) -> Result<(), String> {
    let sum: u64 = routes.releases.iter().map(|release| u64::from(release.weight)).sum();
    if routes.releases.is_empty() || sum == u64::from(WEIGHT_SUM) {
        return Ok(());
    }
    Err(format!(
        "the weights sum to {sum}: they are basis points and sum to {WEIGHT_SUM}, or no release is given at all"
    ))
}

/// Names end up in headers and metrics, so they are visible ASCII.
fn name(what: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err(format!("the {what} is empty"));
    }
    if value.len() > NAME_BYTES_MAX {
        return Err(format!("the {what} is {} bytes long: at most {NAME_BYTES_MAX} are allowed", value.len()));
    }
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(format!("the {what} {value:?} may hold visible ASCII characters only"))
}
