//! Steps: what they name, and their modifiers.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Approval, Arg, Check, Expr, ExprKind, Name, Range, Rollout, Step, StepKind};

use super::Elaborator;
use super::entity::library_union;
use super::text::not_a_digest;
use crate::core::{Core, CoreKind, Named, StepBody, StepKindBody};
use crate::queries::scope::lookup;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

/// Who may approve.
const PEOPLE: &str = "std.people.People";

impl Elaborator<'_> {
    pub(super) fn steps(&mut self, steps: &[Step]) -> Vec<StepBody> {
        steps.iter().filter_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: &Step) -> Option<StepBody> {
        if let Some(binding) = &step.binding {
            let message = "the outputs of an action are not available in this edition";
            let at = self.span(binding.range);
            self.report(Diagnostic::error(codes::NOT_AVAILABLE_YET, at, message).help("write `run …` without `let`"));
        }
        let kind = match &step.kind {
            StepKind::Rollout(rollout) => self.rollout(rollout),
            StepKind::Run(call) => self.run(call),
            StepKind::Check(check) => self.check(check),
            StepKind::Approval(approval) => self.approval(step, approval),
            StepKind::Migrate(_) => self.step_not_yet(step.range, "migrate"),
            StepKind::Wait(_) => self.step_not_yet(step.range, "wait"),
            StepKind::Expose(_) => self.step_not_yet(step.range, "expose"),
            StepKind::Mirror(_) => self.step_not_yet(step.range, "mirror"),
            StepKind::Notify(_) => self.step_not_yet(step.range, "notify"),
            StepKind::Together(_) => self.step_not_yet(step.range, "together"),
            StepKind::Parallel(_) => self.step_not_yet(step.range, "parallel"),
            StepKind::Series(_) => self.step_not_yet(step.range, "series"),
            StepKind::For(_) => self.step_not_yet(step.range, "for"),
            StepKind::When(_) => self.step_not_yet(step.range, "when"),
            StepKind::Rollback(_) => self.step_not_yet(step.range, "rollback"),
            StepKind::Finally(_) => self.step_not_yet(step.range, "finally"),
            StepKind::Accept(_) | StepKind::Error => None,
        };
        let modifiers = &step.modifiers;
        let within = modifiers.within.as_ref().map(|time| self.expect(time, &Type::Duration, "`within`"));
        let retry = modifiers.retry.as_ref().map(|count| self.expect(count, &Type::Int, "`retry`"));
        let on_failure = modifiers.on_failure.as_ref().map_or_else(Vec::new, |steps| self.steps(steps));
        Some(StepBody { span: self.span(step.range), kind: kind?, within, retry, on_failure })
    }

    fn step_not_yet(&mut self, at: Range, what: &str) -> Option<StepKindBody> {
        let message = format!("`{what}` is not available in this edition");
        let diagnostic = Diagnostic::error(codes::NOT_AVAILABLE_YET, self.span(at), message);
        self.report(diagnostic);
        None
    }

    fn rollout(&mut self, rollout: &Rollout) -> Option<StepKindBody> {
        let service = self.declared(&rollout.service, Kind::Service);
        let artifact = self.artifact(&rollout.release.name);
        let environment = self.declared(&rollout.environment, Kind::Environment);
        let strategy = self.called(&rollout.strategy, Kind::Strategy);
        let span = self.span(rollout.strategy.range);
        let ((strategy, args), service, environment) = (strategy?, service?, environment?);
        Some(StepKindBody::Rollout { service, artifact, environment, strategy, span, args })
    }

    /// What stands after `@`: a parameter or value of type Digest.
    fn artifact(&mut self, release: &Name) -> Core {
        let known = self.local(&release.text).is_some() || lookup(self.db, self.file, &release.text).is_some();
        if !known {
            let at = self.span(release.range);
            let names = self.locals.iter().filter(|(_, ty)| *ty == Type::Digest).map(|(name, _)| name.as_str());
            let near = diagnostics::nearest(&release.text, names).map(str::to_owned);
            let diagnostic = match near {
                Some(near) => {
                    Diagnostic::error(codes::UNKNOWN_NAME, at, format!("there is no value `{}` here", release.text))
                        .help(format!("did you mean `{near}`?"))
                }
                None => not_a_digest(at, &format!("`{}` is not a digest", release.text)),
            };
            self.report(diagnostic);
            return Core::error(at);
        }
        let name = Expr { range: release.range, kind: ExprKind::Name(release.text.clone()) };
        let (core, ty) = self.infer(&name);
        if !self.fits(&ty, &Type::Digest) {
            let message = format!("`{}` is {}, not a digest", release.text, ty.with_article());
            self.report(not_a_digest(core.span, &message));
            return Core::error(core.span);
        }
        core
    }

    /// `name` or `name(args)` of something that takes parameters.
    fn called(&mut self, expr: &Expr, kind: Kind) -> Option<(DeclId, Named)> {
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
        let args = self.arguments(self.span(expr.range), &format!("`{word}`"), params, args);
        (self.diagnostics.len() == before).then_some((id, args))
    }

    fn run(&mut self, call: &Expr) -> Option<StepKindBody> {
        let (action, args) = self.called(call, Kind::Action)?;
        Some(StepKindBody::Run { action, args })
    }

    fn check(&mut self, check: &Check) -> Option<StepKindBody> {
        let gate = self.declared(&check.gate, Kind::Gate);
        let service = self.declared(&check.service, Kind::Service);
        let environment = self.declared(&check.environment, Kind::Environment);
        let over = self.expect(&check.over, &Type::Duration, "`over`");
        let (gate, service, environment) = (gate?, service?, environment?);
        Some(StepKindBody::Check { gate, service, environment, over })
    }

    fn approval(&mut self, step: &Step, approval: &Approval) -> Option<StepKindBody> {
        let count = approval.count.as_ref().map(|count| self.expect(count, &Type::Int, "the number of approvals"));
        let people = self.expect(&approval.people, &library_union(PEOPLE), "`from`");
        if step.modifiers.within.is_none() {
            let message = "an approval needs a deadline";
            let diagnostic = Diagnostic::error(codes::WITHOUT_DEADLINE, self.span(step.range), message)
                .note("a run that waits for ever holds its environment for ever")
                .help("say how long it may wait: `within 8h`");
            self.report(diagnostic);
            return None;
        }
        let error = matches!(people.kind, CoreKind::Error);
        (!error).then_some(StepKindBody::Approval { count, people })
    }
}
