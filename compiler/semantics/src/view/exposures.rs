//! Exposures of flags and mirrored requests as records.

use super::stages::Place;
use super::{Seen, environment, guard, record, service, text};
use crate::model::{Expose, Mirror, Step};
use crate::value::Value;

impl Seen {
    pub(super) fn exposure(&mut self, step: &Step, expose: &Expose, approved: i64) {
        let (service, environment) = (service(&expose.flag.service), environment(&expose.environment));
        let described = format!("the exposure of `{}` in `{}`", expose.flag.name, expose.environment.name);
        let at = expose.strategy.as_ref().map_or(step.span, |strategy| strategy.span);
        let about = [expose.flag.span, expose.flag.service.span, expose.environment.span];
        let place = Place {
            service: &service,
            environment: &environment,
            replicas: 0,
            described: &described,
            at,
            about: &about,
        };
        let stages = self.stages(&place, &expose.stages(step.span));
        let fields = [
            ("flag", text(&expose.flag.name)),
            ("service", service),
            ("environment", environment),
            ("share", Value::Ratio(expose.share)),
            ("cohort", expose.cohort.as_ref().map_or(Value::None, |cohort| text(cohort))),
            ("stages", Value::List(stages)),
            ("approvals", Value::Int(approved)),
        ];
        self.exposures.push(record("std.plan.Exposure", fields));
    }

    pub(super) fn mirror(&mut self, mirror: &Mirror) {
        let fields = [
            ("service", service(&mirror.service)),
            ("environment", environment(&mirror.environment)),
            ("share", Value::Ratio(mirror.share)),
            ("hold", Value::Duration(mirror.hold_ms)),
            ("guard", mirror.guard.as_deref().map_or(Value::None, guard)),
        ];
        self.mirrors.push(record("std.plan.Mirror", fields));
    }
}
