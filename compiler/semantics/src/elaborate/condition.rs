//! Conditions of gates: what is read of the judged arm, against a limit or the other arm.
//!
//! The metric's kind decides what may be compared with what: each comparison that is allowed here has a statistic
//! that can judge it.

use diagnostics::{Diagnostic, Span, codes};
use syntax::ast::{Arg, BinaryOp, Condition, Expr, ExprKind, GateClause, Literal, Name};

use super::Elaborator;
use super::notes::Wanted;
use crate::core::{AgainstBody, BoundBody, Core, PartBody, ReadingBody};
use crate::model::{Arm, MetricKind};
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{Arms, DeclId, Type, arm_word};

/// The quantiles that are read of a distribution.
const QUANTILES: [&str; 5] = ["p50", "p90", "p95", "p99", "under"];

/// What an expression reads, before it is checked.
pub(super) struct Written<'e> {
    pub(super) call: &'e Expr,
    part: Part<'e>,
}

pub(super) enum Part<'e> {
    Whole,
    Field(&'e Name),
    Under(&'e Name, &'e [Arg]),
}

impl Elaborator<'_> {
    /// What is compared, and whether its limit is a lower one.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        clause: &GateClause,
        arms: Arms,
    ) -> Option<(BoundBody, bool)> {
        match condition {
            Condition::Burn { slo, share, window } => {
                let slo = self.declared(slo, Kind::Slo);
                let share = self.expect(share, &Type::Ratio, "the share of the budget");
                let window = self.expect(window, &Type::Duration, "the window");
                Some((BoundBody::Burn { slo: slo?, share, window }, false))
            }
            Condition::Compare { left, op, right } => {
                let reading = self.reading(left, arms.subject)?;
                let (allowed, why) = limits(&reading);
                if !allowed.contains(op) {
                    let message = format!("{why}: `{}`, not `{}`", signs(allowed), op.text());
                    self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(clause.range), message));
                    return None;
                }
                let lower = *op == BinaryOp::AtLeast && matches!(reading.part, PartBody::Whole);
                Some((self.limit(reading, right, arms)?, lower))
            }
        }
    }

    /// `metric(arm)`, `metric(arm).p95`, `metric(arm).under(D)`, of the declared arm.
    fn reading(&mut self, expr: &Expr, wanted: Arm) -> Option<ReadingBody> {
        let written = written(expr);
        let Some((callee, args)) = call(written.call) else {
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
        let metric = metric?;
        let kind = self.metric_kind_of(&metric)?;
        let part = self.part(&metric, kind, &written, self.span(expr.range))?;
        Some(ReadingBody { metric, kind, part })
    }

    /// The kind of a metric; nothing where its declaration was reported.
    pub(super) fn metric_kind_of(&self, metric: &DeclId) -> Option<MetricKind> {
        match signature_of(self.db, metric) {
            Signature::Metric(kind) => *kind,
            _ => None,
        }
    }

    pub(super) fn part(
        &mut self,
        metric: &DeclId,
        kind: MetricKind,
        written: &Written<'_>,
        at: Span,
    ) -> Option<PartBody> {
        let name = match (&written.part, kind) {
            (Part::Whole, MetricKind::Distribution) => {
                let message = format!("`{}` is a Distribution: it has no single value", metric.name);
                let diagnostic = Diagnostic::error(codes::NOT_COMPARABLE, at, message);
                self.report(diagnostic.help("read a quantile, `.p95`, or the share below a time, `.under(300ms)`"));
                return None;
            }
            (Part::Whole, _) => return Some(PartBody::Whole),
            (Part::Field(name) | Part::Under(name, _), _) => *name,
        };
        if kind != MetricKind::Distribution {
            let message = format!("`{}` is a {}: only a Distribution has `.{}`", metric.name, kind.word(), name.text);
            self.report(Diagnostic::error(codes::NOT_COMPARABLE, at, message).help("read the metric itself"));
            return None;
        }
        match (&written.part, name.text.as_str()) {
            (Part::Under(_, [Arg { name: None, value }]), "under") => {
                Some(PartBody::Under(self.expect(value, &Type::Duration, "`under`")))
            }
            (Part::Field(_), quantile) if quantile != "under" && QUANTILES.contains(&quantile) => {
                Some(PartBody::Quantile(name.text.clone()))
            }
            _ => {
                self.unknown_word(codes::UNKNOWN_FIELD, name, "what is read of a Distribution", &QUANTILES);
                None
            }
        }
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
        call(written(expr).call)
            .is_some_and(|(callee, _)| matches!(self.target(&callee.text), Some(Target::Declared(_, Kind::Metric))))
    }

    fn limit(&mut self, reading: ReadingBody, right: &Expr, arms: Arms) -> Option<BoundBody> {
        if let ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), base, points) = &right.kind
            && let Some((other, times)) = self.scaled(base, arms)
        {
            let plus = self.margin(&reading, right, *op, points);
            return self.against(reading, other?, right, times, Some((*op == BinaryOp::Subtract, plus)));
        }
        if let Some((other, times)) = self.scaled(right, arms) {
            return self.against(reading, other?, right, times, None);
        }
        let limit = match (&reading.part, reading.kind) {
            (PartBody::Under(_), _) | (PartBody::Whole, MetricKind::Ratio) => {
                self.expect(right, &Type::Ratio, "the limit")
            }
            (PartBody::Quantile(_), _) => self.expect(right, &Type::Duration, "the limit of a quantile"),
            (PartBody::Whole, _) => self.amount(right, "the limit"),
        };
        Some(BoundBody::Constant { reading, limit })
    }

    /// A quantity of any unit, for metrics that do not say theirs.
    pub(super) fn amount(&mut self, expr: &Expr, what: &str) -> Core {
        let (core, ty) = self.infer(expr);
        match ty {
            Type::Int | Type::Count | Type::Factor | Type::Duration | Type::Bytes | Type::Rate => core,
            Type::Ratio | Type::Money | Type::Error => core,
            other => {
                let message = format!("{what} is an amount, but this is {}", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, core.span, message));
                Core::error(core.span)
            }
        }
    }

    fn margin(&mut self, reading: &ReadingBody, whole: &Expr, op: BinaryOp, points: &Expr) -> Core {
        match (&reading.part, reading.kind) {
            (PartBody::Quantile(_), _) => return self.expect(points, &Type::Duration, "the margin of a quantile"),
            (PartBody::Whole, MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter) => {
                return self.amount(points, "the margin");
            }
            (PartBody::Whole | PartBody::Under(_), _) => {}
        }
        self.note_wanted(points.range, || Wanted::Type(Type::Points));
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
    fn scaled(&mut self, expr: &Expr, arms: Arms) -> Option<(Option<ReadingBody>, Option<Core>)> {
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
            ExprKind::Literal(Literal::Int(_)) => self.expect(expr, &Type::Int, "the factor"),
            _ => self.expect(expr, &Type::Factor, "the factor"),
        }
    }

    fn other_arm(&mut self, expr: &Expr, arms: Arms) -> Option<ReadingBody> {
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
        reading: ReadingBody,
        other: ReadingBody,
        right: &Expr,
        times: Option<Core>,
        plus: Option<(bool, Core)>,
    ) -> Option<BoundBody> {
        let at = self.span(right.range);
        if reading.metric != other.metric {
            let (metric, other) = (&reading.metric.name, &other.metric.name);
            let message = format!("`{metric}` is compared with `{other}`: both arms are read by one metric");
            self.report(Diagnostic::error(codes::BAD_CONDITION, at, message));
            return None;
        }
        if !alike(&reading.part, &other.part) {
            let message = "both arms are read alike: the same quantile, or the share under the same time";
            self.report(Diagnostic::error(codes::NOT_COMPARABLE, at, message));
            return None;
        }
        let refused = match (&reading.part, reading.kind) {
            (_, MetricKind::Gauge) => Some((
                "a Gauge says how things stand, not how a release does: it has a limit, no other arm",
                "write the limit itself",
            )),
            (PartBody::Under(_), _) if times.is_some() => {
                Some(("a share of what is fast enough is compared by points, not by a factor", "write `- 0.5pp`"))
            }
            _ => None,
        };
        if let Some((message, help)) = refused {
            self.report(Diagnostic::error(codes::NOT_COMPARABLE, at, message).help(help));
            return None;
        }
        Some(BoundBody::Against(Box::new(AgainstBody { reading, times, plus, other })))
    }
}

/// The comparisons that can be judged of what is read, and why no other can.
fn limits(reading: &ReadingBody) -> (&'static [BinaryOp], &'static str) {
    match (&reading.part, reading.kind) {
        (PartBody::Under(_), _) => (&[BinaryOp::AtLeast], "the share of what is fast enough has a lower limit"),
        (PartBody::Quantile(_), _) => (&[BinaryOp::AtMost], "a quantile of a gate has an upper limit"),
        (PartBody::Whole, MetricKind::Ratio | MetricKind::Distribution) => {
            (&[BinaryOp::AtMost], "a share of what is bad has an upper limit")
        }
        (PartBody::Whole, MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter) => {
            (&[BinaryOp::AtMost, BinaryOp::AtLeast], "a gate keeps below an upper limit or above a lower one")
        }
    }
}

fn signs(of: &[BinaryOp]) -> String {
    of.iter().map(|op| op.text()).collect::<Vec<_>>().join("` or `")
}

fn alike(one: &PartBody, other: &PartBody) -> bool {
    match (one, other) {
        // Whether the times are equal is known when they are evaluated.
        (PartBody::Under(_), PartBody::Under(_)) | (PartBody::Whole, PartBody::Whole) => true,
        (PartBody::Quantile(one), PartBody::Quantile(other)) => one == other,
        (PartBody::Under(_) | PartBody::Whole | PartBody::Quantile(_), _) => false,
    }
}

pub(super) fn written(expr: &Expr) -> Written<'_> {
    match &expr.kind {
        ExprKind::Field(call, name) => Written { call, part: Part::Field(name) },
        ExprKind::Call(callee, args) => match &callee.kind {
            ExprKind::Field(call, name) => Written { call, part: Part::Under(name, args) },
            _ => Written { call: expr, part: Part::Whole },
        },
        _ => Written { call: expr, part: Part::Whole },
    }
}

pub(super) fn call(expr: &Expr) -> Option<(Name, &[Arg])> {
    let ExprKind::Call(callee, args) = &expr.kind else { return None };
    let ExprKind::Name(word) = &callee.kind else { return None };
    Some((Name { text: word.clone(), range: callee.range }, args))
}
