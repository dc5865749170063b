//! What users see of a release without a rollout: flags, and copies of requests that they do not see at all.

use syntax::ast::{Expose, Mirror};

use super::Elaborator;
use crate::core::{ExposeBody, MirrorBody, StepKindBody};
use crate::queries::source::Kind;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn expose(&mut self, expose: &Expose) -> Option<StepKindBody> {
        let flag = self.declared(&expose.flag, Kind::Flag);
        let share = expose.audience.as_ref().and_then(|to| to.share.as_ref());
        let share = share.map(|share| self.expect(share, &Type::Ratio, "the share of the users"));
        let cohort = expose.audience.as_ref().and_then(|to| to.cohort.as_ref());
        let cohort = cohort.map(|cohort| self.expect(cohort, &Type::String, "the cohort"));
        let environment = self.entity(&expose.environment, Kind::Environment);
        let strategy = match &expose.strategy {
            Some(strategy) => Some(self.strategy_use(strategy)?),
            None => None,
        };
        let (flag, environment) = (flag?, environment?);
        Some(StepKindBody::Expose(Box::new(ExposeBody { flag, share, cohort, environment, strategy })))
    }

    pub(super) fn mirror(&mut self, mirror: &Mirror) -> Option<StepKindBody> {
        let service = self.entity(&mirror.service, Kind::Service);
        let release = self.release(&mirror.release, service.as_ref());
        let environment = self.entity(&mirror.environment, Kind::Environment);
        let share = self.expect(&mirror.share, &Type::Ratio, "the share of the requests");
        let hold = self.expect(&mirror.hold, &Type::Duration, "the time of mirroring");
        let guard = mirror.guard.as_ref().map(|gate| self.gate_value(gate, None, "a guard"));
        let (service, environment) = (service?, environment?);
        Some(StepKindBody::Mirror(Box::new(MirrorBody { service, release, environment, share, hold, guard })))
    }
}
