//! Patterns: `when` over the cases of a value, and `is` in a condition.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{BinaryOp, Expr, ExprKind, Name, Pattern, WhenArm};

use super::Elaborator;
use super::names::listed;
use super::notes::Meaning;
use crate::core::{Core, CoreKind, CorePattern, Slot};
use crate::queries::signature::{Signature, signature_of, underlying};
use crate::types::{DeclId, Type};

/// What a value can be looked at for.
enum Cases {
    Optional(Type),
    Union(DeclId, Vec<(SmolStr, Vec<Slot>)>),
}

impl Cases {
    fn words(&self) -> Vec<SmolStr> {
        match self {
            Self::Optional(_) => vec!["some".into(), "none".into()],
            Self::Union(_, cases) => cases.iter().map(|(case, _)| case.clone()).collect(),
        }
    }
}

impl Elaborator<'_> {
    /// A condition; what its patterns name is known from there on, until the scope is left.
    pub(super) fn premise(&mut self, expr: &Expr) -> Core {
        let at = self.span(expr.range);
        match &expr.kind {
            ExprKind::Is(..) => self.is(expr, true),
            ExprKind::Binary(BinaryOp::And, left, right) => {
                let (left, right) = (self.premise(left), self.premise(right));
                Core::new(at, CoreKind::Binary(BinaryOp::And, Box::new(left), Box::new(right)))
            }
            _ => self.expect(expr, &Type::Bool, "the condition"),
        }
    }

    /// `value is pattern`; `named` says whether there is a place that knows the names of the pattern.
    pub(super) fn is(&mut self, expr: &Expr, named: bool) -> Core {
        let at = self.span(expr.range);
        let ExprKind::Is(value, pattern) = &expr.kind else { return Core::error(at) };
        let (value, ty) = self.infer(value);
        let Some(cases) = self.cases_of(value.span, &ty) else { return Core::error(at) };
        if let (false, Some(name)) = (named, pattern.binders.first()) {
            let message = format!("`{}` would be known nowhere", name.text);
            let diagnostic = Diagnostic::error(codes::BAD_PATTERN, self.span(name.range), message)
                .help("`is` names what it finds in the condition of an `if`, alone or joined by `and`");
            self.report(diagnostic);
            return Core::error(at);
        }
        let pattern = self.pattern(&cases, pattern);
        Core::new(at, CoreKind::Is(Box::new(value), pattern))
    }

    /// `when value { … }`, each arm as wanted or of the type of the first.
    pub(super) fn when_expression(
        &mut self,
        at: Span,
        value: &Expr,
        arms: &[WhenArm],
        wanted: Option<(&Type, &str)>,
    ) -> (Core, Type) {
        let (value, ty) = self.infer(value);
        let cases = self.cases_of(value.span, &ty);
        let mut result = wanted.map(|(ty, _)| ty.clone());
        let what = wanted.map_or("each arm of this `when`", |(_, what)| what);
        let (mut chosen, mut otherwise) = (Vec::new(), None);
        for arm in arms {
            let scope = self.scope();
            let pattern = match (&arm.pattern, &cases) {
                (Some(pattern), Some(cases)) => Some(self.pattern(cases, pattern)),
                (Some(pattern), None) => Some(self.unknown_pattern(pattern)),
                (None, _) => None,
            };
            let body = match &result {
                Some(ty) => self.expect(&arm.value, ty, what),
                None => {
                    let (body, ty) = self.infer(&arm.value);
                    result = Some(ty);
                    body
                }
            };
            self.leave(scope);
            match pattern {
                Some(pattern) => chosen.push((pattern, body)),
                None => otherwise = otherwise.or(Some(Box::new(body))),
            }
        }
        let complete = cases.as_ref().is_some_and(|cases| self.covered(at, cases, arms));
        let ty = result.unwrap_or(Type::Error);
        if !complete {
            return (Core::error(at), ty);
        }
        (Core::new(at, CoreKind::When(Box::new(value), chosen, otherwise)), ty)
    }

    fn cases_of(&mut self, at: Span, ty: &Type) -> Option<Cases> {
        match underlying(self.db, ty) {
            Type::Optional(of) => Some(Cases::Optional(*of)),
            Type::Union(id) => match signature_of(self.db, &id) {
                Signature::Union { cases } => Some(Cases::Union(id, cases.clone())),
                _ => None,
            },
            Type::Error => None,
            other => {
                let message = format!("{} has no cases to tell apart", other.with_article());
                let diagnostic = Diagnostic::error(codes::BAD_PATTERN, at, message)
                    .help("`when` and `is` look at values of a union, and at what may be absent");
                self.report(diagnostic);
                None
            }
        }
    }

    fn pattern(&mut self, cases: &Cases, pattern: &Pattern) -> CorePattern {
        match cases {
            Cases::Optional(of) => self.optional_pattern(cases, of, pattern),
            Cases::Union(id, known) => match known.iter().find(|(case, _)| *case == pattern.case.text) {
                Some((case, slots)) => {
                    self.uses.insert(id.clone());
                    self.note(pattern.case.range, || Meaning::Case(id.clone(), case.clone()));
                    self.case_pattern(case, slots, pattern)
                }
                None => self.unknown_case_of(cases, pattern, &format!("a case of {}", id.name)),
            },
        }
    }

    fn optional_pattern(&mut self, cases: &Cases, of: &Type, pattern: &Pattern) -> CorePattern {
        match (pattern.case.text.as_str(), pattern.binders.as_slice()) {
            ("none", []) => CorePattern::None,
            ("some", []) => CorePattern::Some(None),
            ("some", [name]) => CorePattern::Some(Some(self.introduce(name, of.clone()))),
            ("none", _) => self.wrong_parts(pattern, "`none` has nothing inside"),
            ("some", _) => self.wrong_parts(pattern, "`some` has one value inside: `some(x)`"),
            _ => self.unknown_case_of(cases, pattern, "a case of what may be absent"),
        }
    }

    fn case_pattern(&mut self, case: &SmolStr, slots: &[Slot], pattern: &Pattern) -> CorePattern {
        let names = &pattern.binders;
        if !names.is_empty() && names.len() != slots.len() {
            let fields: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            let inside = if fields.is_empty() { "nothing inside".to_owned() } else { listed(&fields) };
            return self.wrong_parts(pattern, &format!("`{case}` has {inside}"));
        }
        let bound =
            slots.iter().zip(names).map(|(slot, name)| (slot.name.clone(), self.introduce(name, slot.ty.clone())));
        CorePattern::Case(case.clone(), bound.collect())
    }

    fn wrong_parts(&mut self, pattern: &Pattern, message: &str) -> CorePattern {
        let at = self.span(pattern.range);
        self.report(Diagnostic::error(codes::BAD_PATTERN, at, message));
        self.unknown_pattern(pattern)
    }

    fn unknown_case_of(&mut self, cases: &Cases, pattern: &Pattern, what: &str) -> CorePattern {
        let words = cases.words();
        let words: Vec<&str> = words.iter().map(SmolStr::as_str).collect();
        self.unknown_word(codes::UNKNOWN_NAME, &pattern.case, what, &words);
        self.unknown_pattern(pattern)
    }

    /// Its names are known, whatever they stand for, so that nothing follows from what was reported.
    fn unknown_pattern(&mut self, pattern: &Pattern) -> CorePattern {
        pattern.binders.iter().for_each(|name| {
            self.introduce(name, Type::Error);
        });
        CorePattern::Error
    }

    /// Whether the arms cover every case, each once; reports what does not.
    fn covered(&mut self, at: Span, cases: &Cases, arms: &[WhenArm]) -> bool {
        let mut seen: Vec<&Name> = Vec::new();
        let mut otherwise: Option<&WhenArm> = None;
        let mut sound = true;
        for (at, arm) in arms.iter().enumerate() {
            let first = match &arm.pattern {
                Some(pattern) => seen.iter().find(|name| name.text == pattern.case.text).map(|name| name.range),
                None => None,
            };
            if let Some(first) = first.or(otherwise.map(|arm| arm.range)) {
                let mut diagnostic =
                    Diagnostic::error(codes::UNREACHABLE_ARM, self.span(arm.range), "this arm is never reached")
                        .also(self.span(first), "this one comes before it");
                let before = at.checked_sub(1).and_then(|at| arms.get(at));
                if let Some(fix) = before.and_then(|before| self.entry_removed(before.range, arm.range)) {
                    diagnostic = diagnostic.fix(fix);
                }
                self.report(diagnostic);
                sound = false;
            }
            match &arm.pattern {
                Some(pattern) => seen.push(&pattern.case),
                None => otherwise = Some(arm),
            }
        }
        let words = cases.words();
        let unknown = seen.iter().any(|name| !words.contains(&name.text));
        let missing: Vec<&str> =
            words.iter().map(SmolStr::as_str).filter(|word| !seen.iter().any(|name| name.text == *word)).collect();
        if otherwise.is_some() || missing.is_empty() || unknown {
            return sound && !unknown;
        }
        let message = format!("this `when` leaves out {}", listed(&missing));
        let diagnostic = Diagnostic::error(codes::MISSING_CASE, at, message)
            .help("say what it comes to then, or what it comes to in all other cases: `else => …`");
        self.report(diagnostic);
        false
    }
}
