//! Rollouts, their way back on demand, and single looks at gates.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Arg, Check, Expr, ExprKind, Name, Rollback, Rollout};

use super::Elaborator;
use crate::core::{CheckBody, Named, RolloutBody, StepKindBody, StrategyUse};
use crate::elaborate::notes::Whose;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn rollout(&mut self, rollout: &Rollout) -> Option<StepKindBody> {
        let service = self.entity(&rollout.service, Kind::Service);
        let release = self.release(&rollout.release, service.as_ref());
        let environment = self.entity(&rollout.environment, Kind::Environment);
        let strategy = self.strategy_use(&rollout.strategy)?;
        let (service, environment) = (service?, environment?);
        Some(StepKindBody::Rollout(Box::new(RolloutBody { service, release, environment, strategy })))
    }

    pub(super) fn strategy_use(&mut self, expr: &Expr) -> Option<StrategyUse> {
        let span = self.span(expr.range);
        self.called(expr, Kind::Strategy).map(|(id, args)| StrategyUse { id, span, args })
    }

    /// `name` or `name(args)` of something that takes parameters.
    pub(super) fn called(&mut self, expr: &Expr, kind: Kind) -> Option<(DeclId, Named)> {
        let (callee, args): (&Expr, &[Arg]) = match &expr.kind {
            ExprKind::Call(callee, args) => (callee, args),
            ExprKind::Error => return None,
            _ => (expr, &[]),
        };
        let ExprKind::Name(word) = &callee.kind else {
            let message = format!("the name of {} is needed here", kind.described());
            self.report(Diagnostic::error(codes::WRONG_KIND, self.span(callee.range), message));
            return None;
        };
        let id = self.declared(&Name { text: word.clone(), range: callee.range }, kind)?;
        let Signature::Callable { params, .. } = signature_of(self.db, &id) else { return None };
        let before = self.diagnostics.len();
        let args = self.arguments(self.span(expr.range), (&format!("`{word}`"), &Whose::of(&id)), params, args);
        (self.diagnostics.len() == before).then_some((id, args))
    }

    pub(super) fn check(&mut self, check: &Check) -> Option<StepKindBody> {
        let gate = self.declared(&check.gate, Kind::Gate);
        let service = self.entity(&check.service, Kind::Service);
        let environment = self.entity(&check.environment, Kind::Environment);
        let over = self.expect(&check.over, &Type::Duration, "`over`");
        let (gate, service, environment) = (gate?, service?, environment?);
        Some(StepKindBody::Check(CheckBody { gate, service, environment, over }))
    }

    /// `rollback service in environment`; one name alone may be either.
    pub(super) fn rollback(&mut self, rollback: &Rollback) -> Option<StepKindBody> {
        let target = match &rollback.environment {
            Some(_) => self.entity(&rollback.target, Kind::Service),
            None => {
                let kind = if self.is_environment(&rollback.target) { Kind::Environment } else { Kind::Service };
                self.entity(&rollback.target, kind)
            }
        };
        let environment = match &rollback.environment {
            Some(environment) => Some(self.entity(environment, Kind::Environment)?),
            None => None,
        };
        Some(StepKindBody::Rollback { target: target?, environment })
    }
}
