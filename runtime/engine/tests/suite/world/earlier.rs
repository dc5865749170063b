//! A state in which a release runs already, put there by a run that ended before the test began.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use machine::ports::store::{Append, NewRun, Running, Store};
use plan::Release;

pub(crate) async fn set_running(store: &dyn Store, release: Release) {
    let running = Running {
        environment: "local".to_owned(),
        service: "shop".to_owned(),
        release: Some(release),
        run: "earlier".to_owned(),
        since_ms: 0,
    };
    let first = Append {
        run: "earlier".to_owned(),
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
        key: "earlier".to_owned(),
        actor: "ann".to_owned(),
        targets: vec![],
        first,
    };
    store.create(new).await.unwrap();
}
