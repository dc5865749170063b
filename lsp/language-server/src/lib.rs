//! The editors' protocol over the questions of `ide`: what `deployc lsp` runs.
//!
//! One thread owns the texts and projects and takes everything in the order in which it came; questions are answered on
//! other threads over snapshots that an edit cancels; two more threads find out what is wrong.

mod board;
mod capabilities;
mod conversion;
mod documents;
mod homes;
mod latest;
mod loader;
mod outbox;
mod owner;
mod queue;
mod requests;
mod service;
mod shared;
mod view;
mod watchdog;
mod workers;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Handle};
use tower_lsp::{Client, LspService, Server};

use crate::board::Board;
use crate::loader::Loader;
use crate::outbox::Outbox;
use crate::owner::Owner;
use crate::queue::Queue;
use crate::requests::semantic_tokens::Known;
use crate::service::Service;
use crate::shared::Shared;
pub use crate::shared::{Pages, Setting};
use crate::workers::{STACK, Workers};

/// Requests that can be on their way at once: so many that a client's "never mind" is not kept waiting by them.
const REQUESTS_MAX: usize = 1_024;

/// Serves one client over the standard input and output, and returns when it has asked for the end or is gone; whether it
/// took its leave as it should, with `shutdown` before `exit`.
///
/// # Errors
/// The system has no thread to give.
pub fn serve_stdio(setting: Setting) -> io::Result<bool> {
    let runtime = Builder::new_current_thread().enable_all().thread_stack_size(STACK).build()?;
    let served = runtime.block_on(async { serve(setting, tokio::io::stdin(), tokio::io::stdout()).await });
    // The thread that reads may wait for ever.
    runtime.shutdown_background();
    served
}

/// The same over any two streams.
///
/// # Errors
/// The system has no thread to give.
pub async fn serve<R, W>(setting: Setting, input: R, output: W) -> io::Result<bool>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite,
{
    let shut_down = Arc::new(AtomicBool::new(false));
    let (outbox, words) = Outbox::new();
    let shared = Shared::new(setting);
    let queue = start(&shared, &outbox)?;
    let left = Arc::clone(&shut_down);
    let service = |client: Client| {
        tokio::spawn(outbox::speak(client.clone(), Arc::clone(&shared), words));
        Service { client, queue, shared, shut_down: left, tokens: Known::default() }
    };
    let (service, socket) = LspService::build(service)
        .custom_method("deploy/graph", Service::graph)
        .custom_method("deploy/plan", Service::plan)
        .finish();
    Server::new(input, output, socket).concurrency_level(REQUESTS_MAX).serve(service).await;
    Ok(shut_down.load(Ordering::SeqCst))
}

/// Starts the owner of texts and projects and those who work for it, and returns the queue into it.
fn start(shared: &Arc<Shared>, outbox: &Outbox) -> io::Result<Queue> {
    let (queue, inbox) = Queue::new();
    let board = Arc::new(Board::new(outbox.clone()));
    let owner = Owner {
        workers: Workers::start(&board, &queue, outbox)?,
        loader: Loader::start(&queue, outbox)?,
        shared: Arc::clone(shared),
        outbox: outbox.clone(),
        board,
        runtime: Handle::current(),
        homes: BTreeMap::new(),
        documents: BTreeMap::new(),
        waiting: Vec::new(),
        searching: 0,
        last_home: 0,
    };
    let thread = std::thread::Builder::new().name("owner".to_owned()).stack_size(STACK);
    thread.spawn(move || owner.run(&inbox))?;
    Ok(queue)
}
