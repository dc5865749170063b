//! An action whose runtime is gone is seen to its end: it is left its time, and its note tells how it ended.

use std::path::Path;
use std::time::Duration;

use machine::ports::provider::Request;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::earlier::{self, AtWork};
use super::task::{End, Note, Task};

/// Time between two looks at what is attended to.
const ATTENDED_EVERY: Duration = Duration::from_millis(20);
/// Time between two looks at what is not, for which all processes of the host are gone through.
const ALONE_EVERY: Duration = Duration::from_millis(100);
/// What an attendant is given beyond the action's time to end it.
const ATTENDANT_MARGIN: Duration = Duration::from_secs(5);
/// What a program without an attendant is given after SIGTERM, before SIGKILL.
const TERM_WITHIN: Duration = Duration::from_secs(1);

/// Said when it ended before its time was over.
const ENDED: &str = "nothing of it runs any more";
/// Said when it had to be ended.
const WAS_ENDED: &str = "it still ran when its time was over (`within`), and was ended";

/// What is known of an attempt of which nothing is at work any more.
pub(super) enum Settled {
    /// How it ended, as its attendant noted it.
    Proved(End),
    /// What is known, in words.
    Unknown(String),
}

/// Waits until nothing of an attempt is at work, and ends it when its time is over.
pub(super) async fn settle(folder: &Path, request: &Request, within: Duration) -> Settled {
    let how = match wait_for_end(folder, within).await {
        Ok(how) => how,
        Err(message) => return Settled::Unknown(message),
    };
    if let Err(message) = end(folder).await {
        return Settled::Unknown(message);
    }
    match Note::of(folder, &request.key, request.attempt) {
        Ok(Some(note)) => Settled::Proved(note.end),
        Ok(None) => Settled::Unknown(format!("{how}, and nothing proves how it ended")),
        Err(message) => Settled::Unknown(format!("{how}, and the note of its end cannot be read: {message}")),
    }
}

/// Waits until it has ended or its time is over, and says which in words.
async fn wait_for_end(folder: &Path, within: Duration) -> Result<&'static str, String> {
    let until = Instant::now() + left(folder, within);
    loop {
        let (over, every) = match look(folder).await? {
            AtWork::Nothing => return Ok(ENDED),
            AtWork::Attended => (until + ATTENDANT_MARGIN, ATTENDED_EVERY),
            AtWork::Alone => (until, ALONE_EVERY),
        };
        if Instant::now() >= over {
            return ask_to_end(folder).await.map(|()| WAS_ENDED);
        }
        sleep(every).await;
    }
}

/// What an attempt has left of its time. Where it is not known when it began, all of it: it is not ended too early.
fn left(folder: &Path, within: Duration) -> Duration {
    match Task::read(folder) {
        Ok(Some(task)) => Duration::from_millis(task.left_ms().unwrap_or(0)),
        Ok(None) | Err(_) => within,
    }
}

/// SIGTERM, and the time to follow it.
async fn ask_to_end(folder: &Path) -> Result<(), String> {
    let at = folder.to_owned();
    blocking(move || {
        earlier::ask_to_end(&at);
        Ok(())
    })
    .await?;
    let until = Instant::now() + TERM_WITHIN;
    while Instant::now() < until && !matches!(look(folder).await?, AtWork::Nothing) {
        sleep(ALONE_EVERY).await;
    }
    Ok(())
}

async fn look(folder: &Path) -> Result<AtWork, String> {
    let folder = folder.to_owned();
    blocking(move || earlier::at_work(&folder)).await
}

/// Ends what is at work.
pub(super) async fn end(folder: &Path) -> Result<(), String> {
    let folder = folder.to_owned();
    blocking(move || earlier::end(&folder)).await
}

/// Processes are gone through and waited for: not on a thread that others wait for.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    spawn_blocking(work).await.unwrap_or_else(|e| Err(format!("an earlier attempt could not be looked for: {e}")))
}
