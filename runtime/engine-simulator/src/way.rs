//! Requests on their way to their effect, which takes place whoever still waits for it.

use std::sync::Arc;
use std::time::Duration;

use machine::ports::provider::{Outcome, Request};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::life::Life;

/// A request on its way. One whose process dies is left to the scene.
struct OnItsWay {
    life: Arc<Life>,
    at_ms: u64,
    request: Option<Arc<Request>>,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            self.life.scene.lock().orphans.push((self.at_ms, request));
        }
    }
}

impl OnItsWay {
    async fn land(mut self) -> Outcome {
        sleep(Duration::from_millis(self.at_ms.saturating_sub(self.life.now_ms()))).await;
        let outcome = self.request.take().map(|request| self.life.state().left.world.lands(&request));
        outcome.unwrap_or(Outcome::Unknown { message: "it landed before".to_owned() })
    }
}

/// A request takes effect so many milliseconds from now; the answer is that of the world.
pub(crate) fn leaves(life: &Arc<Life>, request: Arc<Request>, ms: u64) -> oneshot::Receiver<Outcome> {
    let at_ms = life.now_ms().saturating_add(ms);
    let way = OnItsWay { life: Arc::clone(life), at_ms, request: Some(request) };
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move {
        let outcome = way.land().await;
        // Nobody may wait for it any more.
        let _ = answer.send(outcome);
    });
    answered
}

/// What processes that have died left on its way goes on.
pub(crate) fn goes_on(life: &Arc<Life>) {
    let orphans = std::mem::take(&mut life.scene.lock().orphans);
    for (at_ms, request) in orphans {
        drop(leaves(life, request, at_ms.saturating_sub(life.now_ms())));
    }
}
