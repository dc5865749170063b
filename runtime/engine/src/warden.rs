//! Who may run what, as whoever holds the engine knows it. Asked again at every step: what was granted may be taken away.

use machine::signal::Actor;
use plan::Plan;

/// Knows whether a person may run a plan now.
pub trait Warden: Send + Sync {
    /// Whether this person may run this plan now.
    ///
    /// # Errors
    /// Who may not what where, as a sentence without an end.
    fn may_run(&self, person: &Actor, plan: &Plan) -> Result<(), String>;
}

/// Lets everybody do everything: for a holder that asks before it hands anything over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Everybody;

impl Warden for Everybody {
    fn may_run(&self, _: &Actor, _: &Plan) -> Result<(), String> {
        Ok(())
    }
}
