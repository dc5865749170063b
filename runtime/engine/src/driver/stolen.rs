//! A run whose lock is taken: nothing of it may be at work any more when somebody else gets the lock.

use super::{Asked, Driver};
use crate::error::SignalError;
use crate::steal::end_effects;

impl Driver {
    /// Takes the steals that were asked for. Each ends what is at work first; where that does not end, the lock stays
    /// where it is.
    pub(super) async fn take_steals(&mut self) {
        for asked in std::mem::take(&mut self.steals) {
            self.take_steal(asked).await;
        }
    }

    async fn take_steal(&mut self, asked: Asked) {
        let known = self.run.head().signals.contains_key(&asked.signal.key);
        if !known && self.run.consider(&asked.signal).is_ok() {
            if let Err(why) = end_effects(&self.inner, &self.run.head().run).await {
                // Who asked may be gone.
                let _ = asked.answer.send(Err(SignalError::Invalid(why)));
                return;
            }
            self.effects.shutdown().await;
        }
        self.take_signal(asked);
        if self.run.head().status.ended() {
            // What was decided before, and not begun, is not begun any more.
            self.pending.actions.clear();
        }
    }
}
