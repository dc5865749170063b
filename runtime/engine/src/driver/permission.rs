//! Before a step begins it is asked whether those who answer for the run still may run it.

use machine::Moment;
use machine::event::Event;
use machine::signal::{Signal, SignalKind};
use machine::view::RunStatus;

use super::Driver;
use crate::error::SignalError;

impl Driver {
    /// Bars the run when nobody who answers for it may run it any more; asked before every event from which a step can
    /// follow.
    pub(super) fn ask_permission(&mut self, at: &Moment) {
        let head = self.run.head();
        if head.barred.is_some() || head.status != RunStatus::Advancing {
            return;
        }
        if let Some(why) = self.refused() {
            self.step(at, Event::Barred { why });
        }
    }

    /// Why nobody who answers for the run may run it; none when somebody may.
    fn refused(&self) -> Option<String> {
        let asked = self.run.answerable().map(|person| self.inner.warden.may_run(person, self.run.plan()));
        let refusals = asked.map(Result::err).collect::<Option<Vec<String>>>()?;
        let remedy = "somebody who may run it lets it go on with `deployd resume`";
        Some(format!("{} any more; {remedy}", refusals.join(", and ")))
    }

    /// Who lets a barred run go on answers for it, and so must be allowed to run it.
    pub(super) fn may_lift(&self, signal: &Signal) -> Result<(), SignalError> {
        let known = self.run.head().signals.contains_key(&signal.key);
        if known || signal.kind != SignalKind::Resume || self.run.head().barred.is_none() || self.refused().is_none() {
            return Ok(());
        }
        let lifts = self.inner.warden.may_run(&signal.actor, self.run.plan());
        lifts.map_err(|why| SignalError::NotAllowed(format!("{why}, and who lets this run go on answers for it")))
    }
}
