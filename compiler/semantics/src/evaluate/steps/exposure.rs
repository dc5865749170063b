//! Flags and mirrored requests.

use super::Evaluator;
use crate::core::{ExposeBody, MirrorBody, StepBody};
use crate::model::{Expose, Mirror};
use crate::queries::place::declared_at;
use rust_decimal::Decimal;

impl Evaluator<'_> {
    pub(super) fn expose(&mut self, step: &StepBody, body: &ExposeBody) -> Option<Expose> {
        let share = match &body.share {
            Some(core) => self.share(core, "the share of the users"),
            None => Some(Decimal::ONE),
        };
        let cohort = match &body.cohort {
            Some(core) => Some(self.known_text(core)?),
            None => None,
        };
        let strategy = match &body.strategy {
            Some(strategy) => Some(self.strategy(strategy.span, &strategy.id, &strategy.args)?),
            None => None,
        };
        let environment = self.environment_at(step.span, &body.environment)?;
        let declared = declared_at(self.db, &body.flag)?;
        Some(Expose { flag: body.flag.name.clone(), declared, environment, share: share?, cohort, strategy })
    }

    pub(super) fn mirror(&mut self, step: &StepBody, body: &MirrorBody) -> Option<Mirror> {
        let share = self.share(&body.share, "the share of the requests");
        let hold_ms = self.period(&body.hold, "the time of mirroring");
        let release = self.release(&body.release);
        let guard = self.guard(body.guard.as_ref())?;
        let (service, environment) = self.placed(step.span, &body.service, &body.environment)?;
        Some(Mirror { service, release: release?, environment, share: share?, hold_ms: hold_ms?, guard })
    }
}
