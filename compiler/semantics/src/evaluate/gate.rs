//! Gates as values.

use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;

use super::Evaluator;
use crate::core::{Core, GateBody};
use crate::model::{Condition, Gate, Inconclusive};
use crate::queries::value::Entity;
use crate::types::DeclId;
use crate::units::percent_text;

/// More requests than any gate waits for.
const REQUESTS_MAX: i64 = 1_000_000_000_000;

impl Evaluator<'_> {
    pub(super) fn gate(&mut self, id: &DeclId, body: &GateBody) -> Option<Entity> {
        let at_least = match &body.at_least {
            Some(core) => self.int(core, "the number of requests", 1, REQUESTS_MAX),
            None => Some(1),
        };
        let confidence = match &body.confidence {
            Some(core) => self.confidence(core),
            None => Some(Decimal::new(95, 2)),
        };
        let conditions: Vec<_> = body.conditions.iter().map(|condition| self.condition(condition, body)).collect();
        let extend_ms = match &body.extend {
            Some(core) => self.not_negative(core, "the extension"),
            None => Some(0),
        };
        let warm_up_ms = match &body.warm_up {
            Some(core) => self.not_negative(core, "`warm up`"),
            None => Some(0),
        };
        let lag_ms = match &body.lag {
            Some(core) => self.not_negative(core, "`lag`"),
            None => Some(0),
        };
        let runbook = self.runbook(body.runbook.as_ref());
        let conditions: Vec<Condition> = conditions.into_iter().collect::<Option<Vec<_>>>()?.concat();
        let gate = Gate {
            name: id.name.clone(),
            span: self.named_at(),
            arm: body.arm,
            against: body.against,
            at_least: u64::try_from(at_least?).ok()?,
            confidence: confidence?,
            conditions,
            inconclusive: Inconclusive { extend_ms: extend_ms?, then: body.then },
            warm_up_ms: warm_up_ms?,
            runbook,
            lag_ms: lag_ms?,
        };
        (!gate.conditions.is_empty()).then(|| Entity::Gate(Arc::new(gate)))
    }

    fn not_negative(&mut self, core: &Core, what: &str) -> Option<i64> {
        let ms = self.duration(core)?;
        if ms >= 0 {
            return Some(ms);
        }
        let message = format!("{what} cannot be less than nothing");
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    fn confidence(&mut self, core: &Core) -> Option<Decimal> {
        let share = self.share(core, "`confidence`")?;
        let half = Decimal::new(5, 1);
        if share > half && share < Decimal::ONE {
            return Some(share);
        }
        let message = format!("`confidence` lies between 50% and 100%, but this is {}", percent_text(share));
        let help = "at 100% no verdict is ever reached, at 50% a coin would do";
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message).note(help));
        None
    }
}
