//! Flags and mirrored requests.

use diagnostics::{Applicability, Diagnostic, Fix, codes, nearest};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{Core, ExposeBody, MirrorBody, StepBody};
use crate::model::{Expose, Flag, Mirror};
use crate::queries::value::{Entity, entity_of};

impl Evaluator<'_> {
    pub(super) fn expose(&mut self, step: &StepBody, body: &ExposeBody) -> Option<Expose> {
        let Entity::Flag(flag) = entity_of(self.db, &body.flag) else { return None };
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
        if let Some((name, core)) = cohort.as_ref().zip(body.cohort.as_ref()) {
            self.cohort_of(flag, name, core)?;
        }
        Some(Expose { flag: flag.clone(), environment, share: share?, cohort, strategy })
    }

    /// Nobody is in a cohort that the flag does not know.
    fn cohort_of(&mut self, flag: &Flag, name: &SmolStr, core: &Core) -> Option<()> {
        if flag.cohorts.contains(name) {
            return Some(());
        }
        let message = format!("the flag `{}` has no cohort `{name}`", flag.name);
        let diagnostic = Diagnostic::error(codes::NO_SUCH_COHORT, core.span, message);
        let mut diagnostic = diagnostic.also(flag.span, "the flag");
        let known: Vec<String> = flag.cohorts.iter().map(|name| format!("\"{name}\"")).collect();
        if let Some(near) = nearest(name, flag.cohorts.iter().map(SmolStr::as_str)) {
            let fix = Fix::replace(format!("write `{near}`"), core.span, format!("\"{near}\""), Applicability::Guess);
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(fix);
        } else if known.is_empty() {
            diagnostic = diagnostic.help(format!("name it there: `cohorts = [\"{name}\"]`"));
        } else {
            diagnostic = diagnostic.help(format!("there is: {}", known.join(", ")));
        }
        self.report(diagnostic);
        None
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
