//! Gates: arms in the header, mandatory clauses, conditions as upper limits on declared arms.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Arg, BinaryOp, Condition, Expr, ExprKind, Gate, GateClause, GateClauseKind, Name};

use super::Elaborator;
use super::names::listed;
use crate::core::{Body, BoundBody, ConditionBody, Core, CoreKind, GateBody};
use crate::model::{Arm, Undecided};
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{Arms, DeclId, Type, arm_word};

/// Arms that a later edition will know.
const LATER_ARMS: [&str; 4] = ["baseline", "previous", "constant", "shadow"];

#[derive(Default)]
struct Clauses {
    at_least: Option<Core>,
    confidence: Option<Core>,
    conditions: Vec<ConditionBody>,
    condition_written: bool,
    inconclusive: Option<(Option<Core>, Undecided)>,
    inconclusive_written: bool,
    warm_up: Option<Core>,
    unreadable: bool,
}

impl Elaborator<'_> {
    /// The arms of a gate's header or type.
    pub(crate) fn arms(&mut self, subject: &Name, against: Option<&Name>) -> Option<Arms> {
        let subject = self.arm(subject, &[Arm::Canary, Arm::Service])?;
        let Some(against) = against else { return Some(Arms { subject, against: None }) };
        let other = self.arm(against, &[Arm::Stable])?;
        if subject == Arm::Service {
            let message = "`service` is all of the service: it has no other arm";
            self.report(Diagnostic::error(codes::UNKNOWN_ARM, self.span(against.range), message));
            return None;
        }
        Some(Arms { subject, against: Some(other) })
    }

    fn arm(&mut self, name: &Name, allowed: &[Arm]) -> Option<Arm> {
        let found = allowed.iter().copied().find(|arm| arm_word(*arm) == name.text);
        if found.is_none() && LATER_ARMS.contains(&name.text.as_str()) {
            let message = format!("the arm `{}` is not available in this edition", name.text);
            self.report(Diagnostic::error(codes::NOT_AVAILABLE_YET, self.span(name.range), message));
        } else if found.is_none() {
            let words: Vec<&str> = allowed.iter().map(|arm| arm_word(*arm)).collect();
            self.unknown_word(codes::UNKNOWN_ARM, name, "an arm that can stand here", &words);
        }
        found
    }

    pub(super) fn gate(&mut self, gate: &Gate) -> Body {
        // The signature has reported what is wrong with the header.
        let reported = self.diagnostics.len();
        let arms = self.arms(&gate.subject, gate.against.as_ref());
        self.diagnostics.truncate(reported);
        let mut clauses = Clauses::default();
        for clause in &gate.clauses {
            self.clause(&mut clauses, clause, arms);
        }
        self.mandatory_clauses(gate, &clauses);
        let (
            Some(arms),
            Clauses {
                at_least: Some(at_least),
                confidence: Some(confidence),
                inconclusive: Some((extend, then)),
                conditions,
                warm_up,
                ..
            },
        ) = (arms, clauses)
        else {
            return Body::Nothing;
        };
        let (arm, against) = (arms.subject, arms.against);
        Body::Gate(GateBody { arm, against, at_least, confidence, conditions, extend, then, warm_up })
    }

    fn clause(&mut self, clauses: &mut Clauses, clause: &GateClause, arms: Option<Arms>) {
        match &clause.kind {
            GateClauseKind::AtLeast(requests) => {
                clauses.at_least = Some(self.expect(requests, &Type::Count, "the number of requests"));
            }
            GateClauseKind::Confidence(share) => {
                clauses.confidence = Some(self.expect(share, &Type::Ratio, "`confidence`"));
            }
            GateClauseKind::WarmUp(time) => clauses.warm_up = Some(self.expect(time, &Type::Duration, "`warm up`")),
            GateClauseKind::Inconclusive { extend, then } => {
                clauses.inconclusive_written = true;
                let extend = extend.as_ref().map(|time| self.expect(time, &Type::Duration, "the extension"));
                clauses.inconclusive = self.undecided(then).map(|then| (extend, then));
            }
            GateClauseKind::Condition(condition) => {
                clauses.condition_written = true;
                let before = self.diagnostics.len();
                if let Some(bound) = arms.and_then(|arms| self.condition(condition, clause, arms)) {
                    let text = self.written(clause);
                    let span = self.span(clause.range);
                    clauses.conditions.push(ConditionBody { span, text, bound });
                }
                clauses.unreadable |= self.diagnostics.len() > before;
            }
            GateClauseKind::Error => clauses.unreadable = true,
        }
    }

    fn written(&self, clause: &GateClause) -> smol_str::SmolStr {
        let text = self.item.text(self.db);
        let slice = text.get(clause.range.start as usize..clause.range.end as usize).unwrap_or("");
        slice.split_whitespace().collect::<Vec<_>>().join(" ").into()
    }

    fn undecided(&mut self, then: &Name) -> Option<Undecided> {
        match then.text.as_str() {
            "rollback" => Some(Undecided::Rollback),
            "hold" => Some(Undecided::Hold),
            "ask" => Some(Undecided::Ask),
            _ => {
                let words = ["rollback", "hold", "ask"];
                self.unknown_word(codes::UNKNOWN_NAME, then, "what can follow an open verdict", &words);
                None
            }
        }
    }

    fn mandatory_clauses(&mut self, gate: &Gate, clauses: &Clauses) {
        let wanted = [
            (clauses.at_least.is_some(), "at least N requests"),
            (clauses.confidence.is_some(), "confidence 95%"),
            (clauses.condition_written, "a condition"),
            (clauses.inconclusive_written, "inconclusive: extend 15m then rollback"),
        ];
        let missing: Vec<&str> = wanted.iter().filter(|(written, _)| !written).map(|(_, clause)| *clause).collect();
        if missing.is_empty() || clauses.unreadable {
            return;
        }
        let message = format!("gate `{}` does not say everything it must", gate.name.text);
        let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(gate.name.range), message)
            .help(format!("add {}", listed(&missing)));
        self.report(diagnostic);
    }

    fn condition(&mut self, condition: &Condition, clause: &GateClause, arms: Arms) -> Option<BoundBody> {
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

    /// A gate named as an argument or a guard.
    pub(super) fn gate_value(&mut self, expr: &Expr, arms: Option<Arms>, what: &str) -> Core {
        let at = self.span(expr.range);
        let ExprKind::Name(word) = &expr.kind else {
            if !matches!(expr.kind, ExprKind::Error) {
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, format!("{what} needs the name of a gate")));
            }
            return Core::error(at);
        };
        let (core, actual) = match self.local(word) {
            Some(Type::Gate(actual)) => (Core::new(at, CoreKind::Local(word.clone())), *actual),
            Some(Type::Error) => return Core::error(at),
            Some(other) => {
                let message = format!("{what} needs a gate, but `{word}` is {}", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message));
                return Core::error(at);
            }
            None => {
                let name = Name { text: word.clone(), range: expr.range };
                let Some(id) = self.declared(&name, Kind::Gate) else { return Core::error(at) };
                let Signature::Gate(Some(actual)) = signature_of(self.db, &id) else { return Core::error(at) };
                (Core::new(at, CoreKind::Gate(id)), Some(*actual))
            }
        };
        match (arms, actual) {
            (Some(wanted), Some(actual)) if wanted != actual => {
                let message = format!("{what} needs a Gate<{wanted}>, but `{word}` is a Gate<{actual}>");
                self.report(Diagnostic::error(codes::ARMS_DO_NOT_FIT, at, message));
                Core::error(at)
            }
            _ => core,
        }
    }
}

fn call(expr: &Expr) -> Option<(Name, &[Arg])> {
    let ExprKind::Call(callee, args) = &expr.kind else { return None };
    let ExprKind::Name(word) = &callee.kind else { return None };
    Some((Name { text: word.clone(), range: callee.range }, args))
}
