//! A submission that waits for its turn.

use engine::InTheWay;

use super::lines::Lines;
use super::{ANSWER, Client, http, within};
use crate::protocol::{Queued, Submit};
use crate::{Code, Failure};

impl Client {
    /// Runs a plan as soon as what it changes is free, and tells meanwhile what is in the way; answers with the run.
    /// Dropped while it waits, it leaves the queue.
    ///
    /// # Errors
    /// Why the plan is not run, or that the runtime went away.
    pub async fn submit_queued(&self, submit: &Submit, mut tell: impl FnMut(&InTheWay)) -> Result<String, Failure> {
        let body = http::body(submit)?;
        let sent = http::send(&self.socket, "POST", "/v1/queue", body);
        let mut lines = Lines::new(http::checked(within(ANSWER, &self.socket, sent).await?).await?);
        loop {
            match lines.next().await? {
                Some(Queued::Waits(in_the_way)) => tell(&in_the_way),
                Some(Queued::Begun(begun)) => return Ok(begun.run),
                Some(Queued::Refused(failure)) => return Err(failure),
                None => return Err(gone()),
            }
        }
    }
}

fn gone() -> Failure {
    let message = "the runtime went away before the run's turn came; submit again with the same key when it is back";
    Failure::new(Code::Unreachable, message)
}
