//! SIGINT and SIGTERM: a wish to stop, heard once however often it is said.

use std::io::IsTerminal;
use std::time::Duration;

use server::Failure;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// How soon after the first wish another one is still the same, as when a key is held down.
const SAME: Duration = Duration::from_secs(1);

/// Hears the two signals from its creation on.
pub(crate) struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    pub(crate) fn listen() -> Result<Self, Failure> {
        let on = |kind| signal(kind).map_err(|error| Failure::internal(format!("cannot hear signals: {error}")));
        Ok(Self { interrupt: on(SignalKind::interrupt())?, terminate: on(SignalKind::terminate())? })
    }

    /// Resolves at the next signal.
    pub(crate) async fn heard(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Resolves when a person at the terminal interrupts again, a while after the first time: they do not want to
    /// wait. Supervisors repeat signals, people decide.
    pub(crate) async fn insisted(&mut self) {
        if !Self::can_insist() {
            return std::future::pending().await;
        }
        let first = Instant::now();
        while self.interrupt.recv().await.is_some() {
            if first.elapsed() >= SAME {
                return;
            }
        }
        std::future::pending().await
    }

    /// Whether there is a person who could.
    pub(crate) fn can_insist() -> bool {
        std::io::stdin().is_terminal()
    }
}
