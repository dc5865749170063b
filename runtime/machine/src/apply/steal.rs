//! A run's lock was taken from it: it must not touch the world again.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::signal::Signal;
use crate::state::{Cause, CauseKind};
use crate::view::RunStatus;

use super::Refusal;

impl Run {
    pub(crate) fn consider_steal(&self, signal: &Signal) -> Result<String, Refusal> {
        signal.acceptable()?;
        Ok(format!("the lock of run {} is taken; it ends as it stands, without another effect", self.head.run))
    }

    pub(crate) fn steal(&mut self, at: &Moment, signal: &Signal, out: &mut Vec<Action>) {
        let finally = if self.slots.finally.is_empty() { "" } else { ", and what stands in `finally` is not done" };
        let message = format!("{}; what is half-way stays as it is{finally}", signal.said("its lock was taken"));
        self.head.cause = Some(Cause { kind: CauseKind::Steal, node: None, message });
        self.end(at, RunStatus::Unsafe, out);
    }
}
