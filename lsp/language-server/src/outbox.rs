//! What the server says unasked, in order, from whichever thread.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::ls_types::{MessageType, NumberOrString, Uri};

use crate::conversion::Said;
use crate::shared::Shared;

/// Something that is said.
pub(crate) enum Word {
    /// What is found in a file.
    Findings { uri: Uri, version: Option<i32>, said: Said },
    /// The client may ask for all findings again.
    AskAgain,
    /// Something takes long, until the other end is dropped.
    Progress { title: String, done: oneshot::Receiver<()> },
    /// For the client's log.
    Log(String),
}

/// Where words are put.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(UnboundedSender<Word>);

impl Outbox {
    /// An outbox, and its other end.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Word>) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), receiver)
    }

    /// Says something; never waits. At the end of the process nobody listens.
    pub(crate) fn say(&self, word: Word) {
        let _ = self.0.send(word);
    }
}

/// Says everything to the client. What the client has to answer does not hold up the rest.
pub(crate) async fn speak(client: Client, shared: Arc<Shared>, mut words: UnboundedReceiver<Word>) {
    let mut told = 0;
    while let Some(word) = words.recv().await {
        match word {
            Word::Findings { uri, version, said } => client.publish_diagnostics(uri, said, version).await,
            Word::Log(text) => client.log_message(MessageType::WARNING, text).await,
            Word::AskAgain => {
                let client = client.clone();
                tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
            }
            Word::Progress { .. } if !shared.abilities().progress => {}
            Word::Progress { title, done } => {
                told += 1;
                tokio::spawn(progress(client.clone(), told, title, done));
            }
        }
    }
}

async fn progress(client: Client, number: i32, title: String, done: oneshot::Receiver<()>) {
    let token = NumberOrString::String(format!("deployc/{number}"));
    if client.create_work_done_progress(token.clone()).await.is_ok() {
        let ongoing = client.progress(token, title).begin().await;
        // The other end is dropped when it is done.
        let _ = done.await;
        ongoing.finish().await;
    }
}
