//! Conditions of gates: one metric of the judged arm under an upper limit.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Arg, BinaryOp, Condition, Expr, ExprKind, GateClause, Name};

use super::Elaborator;
use crate::core::{BoundBody, Core};
use crate::model::Arm;
use crate::queries::scope::Target;
use crate::queries::source::Kind;
use crate::types::{Arms, DeclId, Type, arm_word};

impl Elaborator<'_> {
    pub(super) fn condition(&mut self, condition: &Condition, clause: &GateClause, arms: Arms) -> Option<BoundBody> {
        match condition {
            Condition::Burn { slo, share, window } => {
                let slo = self.declared(slo, Kind::Slo);
                let share = self.expect(share, &Type::Ratio, "the share of the budget");
                let window = self.expect(window, &Type::Duration, "the window");
                Some(BoundBody::Burn { slo: slo?, share, window })
            }
            Condition::Compare { left, op, right } => {
                if *op != BinaryOp::AtMost {
                    let message = format!("a condition of a gate is an upper limit: `<=`, not `{}`", op.text());
                    self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(clause.range), message));
                    return None;
                }
                let metric = self.reading(left, arms.subject)?;
                self.limit(metric, right, arms)
            }
        }
    }

    /// `metric(arm)`, which must be the declared arm.
    fn reading(&mut self, expr: &Expr, wanted: Arm) -> Option<DeclId> {
        let Some((callee, args)) = call(expr) else {
            if !matches!(expr.kind, ExprKind::Error) {
                let message = format!("a metric of an arm is needed here, such as `errors({})`", arm_word(wanted));
                self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(expr.range), message));
            }
            return None;
        };
        let metric = self.declared(&callee, Kind::Metric);
        let arm = match args {
            [Arg { name: None, value: Expr { kind: ExprKind::Name(word), range } }] => {
                Name { text: word.clone(), range: *range }
            }
            _ => {
                let message = format!("`{}` is read of one arm: `{}({})`", callee.text, callee.text, arm_word(wanted));
                self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(expr.range), message));
                return None;
            }
        };
        if arm.text != arm_word(wanted) {
            self.wrong_arm(&arm, wanted);
            return None;
        }
        metric
    }

    fn wrong_arm(&mut self, arm: &Name, wanted: Arm) {
        let message = format!("the arm `{}` cannot stand here", arm.text);
        let at = self.span(arm.range);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_ARM, at, message)
            .note("a gate compares the arms of its header: `for canary against stable`, `for service`");
        let words = [arm_word(wanted)];
        let diagnostic = super::names::suggest(diagnostic, at, &arm.text, &words);
        self.report(diagnostic);
    }

    fn is_reading(&mut self, expr: &Expr) -> bool {
        call(expr)
            .is_some_and(|(callee, _)| matches!(self.target(&callee.text), Some(Target::Declared(_, Kind::Metric))))
    }

    fn limit(&mut self, metric: DeclId, right: &Expr, arms: Arms) -> Option<BoundBody> {
        if let ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), base, points) = &right.kind
            && let Some((other, times)) = self.scaled(base, arms)
        {
            let plus = self.margin(right, *op, points);
            return self.against(metric, other?, right, times, Some((*op == BinaryOp::Subtract, plus)));
        }
        if let Some((other, times)) = self.scaled(right, arms) {
            return self.against(metric, other?, right, times, None);
        }
        let limit = self.expect(right, &Type::Ratio, "the limit");
        Some(BoundBody::Constant { metric, limit })
    }

    fn margin(&mut self, whole: &Expr, op: BinaryOp, points: &Expr) -> Core {
        let (core, ty) = self.infer(points);
        if op == BinaryOp::Add && ty == Type::Ratio {
            let diagnostic = self.ratio_plus_ratio(self.span(whole.range), points);
            self.report(diagnostic);
            return Core::error(core.span);
        }
        if !self.fits(&ty, &Type::Points) {
            let mismatch = self.mismatch(core.span, &ty, &Type::Points, "the margin");
            self.report(mismatch);
            return Core::error(core.span);
        }
        core
    }

    /// `metric(arm)` or `metric(arm) * factor`; the inner option is empty when it was reported.
    fn scaled(&mut self, expr: &Expr, arms: Arms) -> Option<(Option<DeclId>, Option<Core>)> {
        if let ExprKind::Binary(BinaryOp::Multiply, left, right) = &expr.kind {
            let (reading, factor) = if self.is_reading(left) { (left, right) } else { (right, left) };
            if !self.is_reading(reading) {
                return None;
            }
            let factor = self.factor(factor);
            return Some((self.other_arm(reading, arms), Some(factor)));
        }
        self.is_reading(expr).then(|| (self.other_arm(expr, arms), None))
    }

    fn factor(&mut self, expr: &Expr) -> Core {
        match &expr.kind {
            ExprKind::Literal(syntax::ast::Literal::Int(_)) => self.expect(expr, &Type::Int, "the factor"),
            _ => self.expect(expr, &Type::Factor, "the factor"),
        }
    }

    fn other_arm(&mut self, expr: &Expr, arms: Arms) -> Option<DeclId> {
        match arms.against {
            Some(arm) => self.reading(expr, arm),
            None => {
                let message = "this gate has no other arm: its limits are constants";
                let diagnostic = Diagnostic::error(codes::UNKNOWN_ARM, self.span(expr.range), message)
                    .help("declare the arms in the header: `for canary against stable`");
                self.report(diagnostic);
                None
            }
        }
    }

    fn against(
        &mut self,
        metric: DeclId,
        other: DeclId,
        right: &Expr,
        times: Option<Core>,
        plus: Option<(bool, Core)>,
    ) -> Option<BoundBody> {
        if metric != other {
            let message =
                format!("`{}` is compared with `{}`: both arms are read by one metric", metric.name, other.name);
            self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(right.range), message));
            return None;
        }
        Some(BoundBody::Against { metric, times, plus })
    }
}

fn call(expr: &Expr) -> Option<(Name, &[Arg])> {
    let ExprKind::Call(callee, args) = &expr.kind else { return None };
    let ExprKind::Name(word) = &callee.kind else { return None };
    Some((Name { text: word.clone(), range: callee.range }, args))
}
