//! Exceptions: which proof, why, until when. They are read as they are written: nothing in them is computed.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes, nearest};
use jiff::civil::Date;
use smol_str::SmolStr;
use syntax::ast::{Accept, Decl, DeclKind, Expr, ExprKind, Literal, Name, Range, StrPart};
use syntax::walk::{self, Visitor};

use super::Elaborator;
use crate::model::{Acceptance, Proof};
use crate::queries::scope::{Target, lookup, scope};
use crate::queries::source::Kind;

struct Written<'d> {
    found: Vec<(Accept, Range)>,
    decl: &'d Decl,
}

impl Visitor for Written<'_> {
    fn accept(&mut self, accept: &Accept, scope: Option<Range>) {
        self.found.push((accept.clone(), scope.filter(|scope| !self.is_whole(*scope)).unwrap_or(self.decl.range)));
    }
}

impl Written<'_> {
    /// Whether a list of steps is that of the workflow itself: then all of the workflow is meant.
    fn is_whole(&self, scope: Range) -> bool {
        let DeclKind::Workflow(workflow) = &self.decl.kind else { return false };
        let steps = workflow.steps.first().zip(workflow.steps.last());
        steps.is_some_and(|(first, last)| first.range.to(last.range) == scope)
    }
}

impl Elaborator<'_> {
    /// The exceptions that a declaration holds.
    pub(crate) fn acceptances(&mut self, decl: &Decl) -> Vec<Acceptance> {
        let mut written = Written { found: Vec::new(), decl };
        walk::decl(decl, &mut written);
        written.found.iter().map(|(accept, scope)| self.acceptance(accept, *scope)).collect()
    }

    fn acceptance(&mut self, accept: &Accept, scope: Range) -> Acceptance {
        let proof = self.proof(&accept.proof);
        let because = self.reason(&accept.because);
        let until = self.last_day(&accept.until);
        let (span, scope) = (self.span(accept.range), self.span(scope));
        match (proof, because, until) {
            (Some(proof), Some(because), Some(until)) => Acceptance { proof, because, until, span, scope },
            _ => Acceptance { proof: Proof::Unreadable, because: SmolStr::default(), until: Date::MAX, span, scope },
        }
    }

    fn proof(&mut self, name: &Name) -> Option<Proof> {
        if let Some(known) = Proof::NUMBERED.into_iter().find(|known| *known == name.text) {
            return Some(Proof::Numbered(known.into()));
        }
        match lookup(self.db, self.file, &name.text) {
            Some(Target::Declared(id, Kind::Policy)) => {
                self.note_name(&name.text, name.range);
                self.uses.insert(id.clone());
                Some(Proof::Policy(id.full()))
            }
            Some(Target::Declared(id, kind)) => {
                self.wrong_kind(name, &id, kind, "a proof or a policy");
                None
            }
            Some(Target::Broken) => None,
            None => {
                self.unknown_proof(name);
                None
            }
        }
    }

    fn unknown_proof(&mut self, name: &Name) {
        let at = self.span(name.range);
        let numbered = name.text.strip_prefix(['P', 'p']).is_some_and(|rest| rest.parse::<u8>().is_ok());
        if ["P1", "P8", "P9"].contains(&name.text.as_str()) {
            let message = format!("{} cannot be accepted: without it there is no plan", name.text);
            return self.report(Diagnostic::error(codes::UNKNOWN_PROOF, at, message).help("mend what it finds"));
        }
        let message = format!("there is no proof or policy `{}`", name.text);
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_PROOF, at, message);
        let names = &scope(self.db, self.file).names;
        let policies = names.iter().filter(|(_, target)| matches!(target, Target::Declared(_, Kind::Policy)));
        let policies: Vec<&str> = policies.map(|(name, _)| name.as_str()).collect();
        let upper = Proof::NUMBERED.into_iter().find(|known| known.eq_ignore_ascii_case(&name.text));
        // Numbers are told apart, not misspelt: P33 is as near to P3 as to P13.
        let near = upper.or_else(|| if numbered { None } else { nearest(&name.text, policies.iter().copied()) });
        diagnostic = match near {
            Some(near) => {
                let fix = Fix::replace(format!("write `{near}`"), at, near, Applicability::Guess);
                diagnostic.help(format!("did you mean `{near}`?")).fix(fix)
            }
            None => diagnostic.help(format!("there is: {}", super::names::listed(&Proof::NUMBERED))),
        };
        self.report(diagnostic);
    }

    fn reason(&mut self, because: &Expr) -> Option<SmolStr> {
        match &because.kind {
            ExprKind::Error => None,
            ExprKind::Str(parts) => match parts.as_slice() {
                [StrPart::Text(text)] if !text.trim().is_empty() => Some(text.into()),
                _ => self.unclear(self.span(because.range), "an exception says why, in plain text"),
            },
            _ => self.unclear(self.span(because.range), "an exception says why, in plain text"),
        }
    }

    fn last_day(&mut self, until: &Expr) -> Option<Date> {
        match &until.kind {
            ExprKind::Error => None,
            ExprKind::Literal(Literal::Date(date)) => Some(*date),
            _ => self.unclear(self.span(until.range), "an exception ends on a day that is written here"),
        }
    }

    fn unclear<T>(&mut self, at: Span, message: &str) -> Option<T> {
        let diagnostic = Diagnostic::error(codes::UNCLEAR_EXCEPTION, at, message)
            .help("write `accept P3 because \"why\" until 2027-01-31`");
        self.report(diagnostic);
        None
    }
}
