//! Compares the proxy with what an earlier shift left: who supervises it, whether it answers, and what it routes.

use std::collections::BTreeMap;
use std::time::Duration;

use ::proxy::protocol::{RouteRelease, Routes};
use tokio::time::{Instant, sleep};

use super::control::{self, Broken};
use super::{Place, Table};
use crate::supervisor::{Status, read_status};

/// How long a supervised proxy may take to answer: its supervisor may just be starting it again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// What differs from "this table is routed by a supervised proxy". A proxy that follows a newer runtime is not ours
/// to mend.
pub(super) async fn observe(table: &Table, epoch: u64) -> Result<Option<String>, String> {
    let place = &table.place;
    let supervised = read_status(&place.folder)?.as_ref().is_some_and(Status::supervised);
    let routes = match routes(place, supervised).await {
        Ok(routes) => routes,
        Err(Broken::NotThere(message)) if !supervised => {
            return Ok(Some(format!("{message}, and its supervisor is gone")));
        }
        Err(Broken::NotThere(message)) => return Err(message + &control::frozen(place)),
        Err(broken) => return Err(broken.message()),
    };
    if routes.epoch > epoch {
        return Err(format!(
            "the proxy on {} follows another runtime (epoch {}, ours {epoch}); end the one of the two that should not be",
            place.listen, routes.epoch
        ));
    }
    let mut what = differences(table, &routes);
    if !supervised {
        what.push("it serves without its supervisor".to_owned());
    }
    Ok((!what.is_empty()).then(|| sentence(place, &what)))
}

async fn routes(place: &Place, supervised: bool) -> Result<Routes, Broken> {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = match control::hello(place).await {
            Ok(_) => control::routes(place).await,
            Err(broken) => Err(broken),
        };
        match answer {
            Err(Broken::NotThere(_)) if supervised && Instant::now() < end => sleep(LOOK).await,
            // It was ending while it was asked.
            Err(Broken::NoAnswer(_)) if Instant::now() < end => sleep(LOOK).await,
            answer => return answer,
        }
    }
}

fn sentence(place: &Place, what: &[String]) -> String {
    format!("the proxy on {}: {}", place.listen, what.join("; "))
}

fn differences(table: &Table, routes: &Routes) -> Vec<String> {
    let (there, asked) = (serving(super::routed(routes)), serving(table.releases.clone()));
    let mut what = Vec::new();
    if routes.service != table.service {
        what.push(format!("it routes service `{}`, expected `{}`", routes.service, table.service));
    }
    let (found, expected) = (weights(&there), weights(&asked));
    if found != expected {
        what.push(format!("its weights are {found}, expected {expected}"));
    }
    let (found, expected) = (backends(&there), backends(&asked));
    what.extend(expected.iter().filter_map(|(release, expected)| {
        let found = found.get(release).filter(|found| *found != expected)?;
        Some(format!("the backends of {release} are {}, expected {}", list(found), list(expected)))
    }));
    what
}

/// A release without a share gets no request, so it makes no difference whether it is in the table.
fn serving(mut releases: Vec<RouteRelease>) -> Vec<RouteRelease> {
    releases.retain(|release| release.weight > 0);
    releases
}

/// Weights by release, in percent: `r-1 95.00%, r-2 5.00%`.
pub(super) fn weights(releases: &[RouteRelease]) -> String {
    let by_release: BTreeMap<&str, u32> = releases.iter().map(|one| (one.release.as_str(), one.weight)).collect();
    let parts: Vec<String> =
        by_release.iter().map(|(release, weight)| format!("{release} {}.{:02}%", weight / 100, weight % 100)).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn backends(releases: &[RouteRelease]) -> BTreeMap<&str, Vec<String>> {
    let sorted = |release: &RouteRelease| {
        let mut backends: Vec<String> = release.backends.iter().map(ToString::to_string).collect();
        backends.sort();
        backends
    };
    releases.iter().map(|release| (release.release.as_str(), sorted(release))).collect()
}

fn list(backends: &[String]) -> String {
    if backends.is_empty() { "none".to_owned() } else { backends.join(", ") }
}
