//! A state in which a release runs already, put there by a run that ended before the test began.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use machine::ports::store::{Append, NewRun, Running, Store};
use plan::Release;

pub(crate) async fn set_running(store: &dyn Store, release: Release) {
    let run = if release.service == "shop" { "earlier".to_owned() } else { format!("earlier-{}", release.service) };
    let running = Running {
        environment: "local".to_owned(),
        service: release.service.clone(),
        release: Some(release),
        run: run.clone(),
        since_ms: 0,
    };
    let first = Append {
        run: run.clone(),
        epoch: store.epoch(),
        records: vec![],
        head: serde_json::json!({}),
        nodes: vec![],
        ended: true,
        moves_by_ms: None,
        running: vec![running],
        answers: vec![],
    };
    let new = NewRun {
        plan: vec![],
        workflow: "earlier".to_owned(),
        created_ms: -1,
        key: run,
        actor: "ann".to_owned(),
        targets: vec![],
        first,
    };
    store.create(new).await.unwrap();
}
