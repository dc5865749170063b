//! Mentions of names: what they stand for, and what to say when they stand for nothing.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes, nearest};
use smol_str::SmolStr;
use syntax::ast::{Decl, DeclKind, Name, Range};

use super::Elaborator;
use super::notes::Wanted;
use crate::queries::module::home;
use crate::queries::place::{declared_at, span};
use crate::queries::scope::{Scope, Target, in_prelude, lookup, scope};
use crate::queries::source::{Kind, items};
use crate::types::{DeclId, Type};

/// Values that need no import.
pub(super) const PRELUDE: [&str; 2] = ["none", "secret"];

impl Elaborator<'_> {
    /// The type of a parameter or loop name.
    pub(super) fn local(&self, name: &str) -> Option<&Type> {
        self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, ty)| ty)
    }

    /// What a name of the file stands for; records the use.
    pub(super) fn target(&mut self, name: &str) -> Option<Target> {
        let target = lookup(self.db, self.file, name)?;
        if let Target::Declared(id, _) = &target {
            self.uses.insert(id.clone());
        }
        Some(target)
    }

    /// The declaration of that kind; reports anything else, once.
    pub(super) fn declared(&mut self, name: &Name, wanted: Kind) -> Option<DeclId> {
        self.note_wanted(name.range, || Wanted::Kind(wanted));
        self.note_declared(name);
        match self.target(&name.text) {
            Some(Target::Declared(id, kind)) if kind == wanted => Some(id),
            Some(Target::Declared(id, kind)) => {
                self.wrong_kind(name, &id, kind, wanted.described());
                None
            }
            Some(Target::Broken) => None,
            None => {
                self.unknown(name, wanted.described(), |kind| kind == wanted, &[]);
                None
            }
        }
    }

    /// Reports a name that stands for something else than is needed.
    pub(super) fn wrong_kind(&mut self, name: &Name, id: &DeclId, kind: Kind, wanted: &str) {
        let message = format!("`{}` is {}, but {wanted} is needed here", name.text, kind.described());
        let mut diagnostic = Diagnostic::error(codes::WRONG_KIND, self.span(name.range), message);
        if let Some(there) = declared_at(self.db, id) {
            diagnostic = diagnostic.also(there, format!("`{}` is declared here", name.text));
        }
        self.report(diagnostic);
    }

    /// Reports a name that stands for nothing, with the nearest that would do.
    pub(super) fn unknown(&mut self, name: &Name, wanted: &str, fits: impl Fn(Kind) -> bool, more: &[SmolStr]) {
        let Scope { names, incomplete, .. } = scope(self.db, self.file);
        let mut reported = names.iter().filter(|(_, target)| matches!(target, Target::Broken));
        // A slip in an import was reported there; every use of the right name would repeat it.
        if *incomplete || reported.any(|(broken, _)| nearest(&name.text, [broken.as_str()]).is_some()) {
            return;
        }
        let at = self.span(name.range);
        let message = format!("there is no {} `{}` here", without_article(wanted), name.text);
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, at, message);
        let seen = names.iter().filter(|(_, target)| matches!(target, Target::Declared(_, kind) if fits(*kind)));
        let candidates: Vec<&str> =
            seen.map(|(name, _)| name.as_str()).chain(more.iter().map(SmolStr::as_str)).collect();
        if let Some(near) = nearest(&name.text, candidates.iter().copied()) {
            let fix = Fix::replace(format!("write `{near}`"), at, near, Applicability::Guess);
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(fix);
        } else if let Some(module) = home(self.db, self.file, &name.text) {
            let line = format!("use {module}.{{{}}}", name.text);
            diagnostic = diagnostic.help(format!("add `{line}`"));
            if let Some(first) = items(self.db, self.file).first() {
                let top = span(*first, Range::default());
                let fix = Fix::replace(format!("add `{line}`"), top, format!("{line}\n\n"), Applicability::Guess);
                diagnostic = diagnostic.fix(fix);
            }
        }
        self.report(diagnostic);
    }

    /// Names of values that could stand in an expression, for suggestions.
    pub(super) fn value_names(&self) -> Vec<SmolStr> {
        let locals = self.locals.iter().map(|(name, _)| name.clone());
        locals.chain(PRELUDE.iter().map(|name| SmolStr::from(*name))).collect()
    }

    /// Warns of a parameter or loop name that hides a declaration.
    pub(super) fn warn_shadowing(&mut self, name: &Name) {
        let hidden = match lookup(self.db, self.file, &name.text) {
            Some(Target::Declared(id, _)) if !in_prelude(&id) => declared_at(self.db, &id),
            Some(Target::Declared(..) | Target::Broken) | None => None,
        };
        let outer = self.local(&name.text).is_some();
        if hidden.is_none() && !outer {
            return;
        }
        let message = format!("`{}` hides another `{}`", name.text, name.text);
        let mut diagnostic = Diagnostic::warning(codes::SHADOWED, self.span(name.range), message).help("rename it");
        if let Some(there) = hidden {
            diagnostic = diagnostic.also(there, "this one is hidden");
        }
        self.report(diagnostic);
    }

    /// Names of types begin with a capital letter and no others do, so that a record is told from a block.
    pub(super) fn name_style(&mut self, decl: &Decl) {
        let Some(name) = decl.name() else { return };
        let is_type = matches!(decl.kind, DeclKind::Type(_));
        let mut letters = name.text.chars();
        let Some(first) = letters.next().filter(|it| it.is_ascii_uppercase() != is_type && it.is_ascii_alphabetic())
        else {
            return;
        };
        let (like, better) = match is_type {
            true => ("a value", first.to_ascii_uppercase()),
            false => ("a type", first.to_ascii_lowercase()),
        };
        let better = format!("{better}{}", letters.as_str());
        let at = self.span(name.range);
        let diagnostic = Diagnostic::error(codes::NAME_STYLE, at, format!("`{}` is written like {like}", name.text))
            .note("names of types begin with a capital letter, all others do not")
            .help(format!("call it `{better}`"))
            .fix(Fix::replace(format!("write `{better}`"), at, better, Applicability::Guess));
        self.report(diagnostic);
    }

    /// A former name that something else has now would make two things one.
    pub(super) fn formerly(&mut self, name: &Name) {
        let Some(Target::Declared(id, _)) = lookup(self.db, self.file, &name.text) else { return };
        let message = format!("`{}` is the name of something else now", name.text);
        let mut diagnostic = Diagnostic::error(codes::FORMER_NAME, self.span(name.range), message);
        if let Some(there) = declared_at(self.db, &id) {
            diagnostic = diagnostic.also(there, format!("`{}` is declared here", name.text));
        }
        self.report(diagnostic.help("take `formerly` out once every environment knows the new name"));
    }

    /// Reports one of a fixed set of words that is none of them.
    pub(super) fn unknown_word(&mut self, code: diagnostics::Code, name: &Name, what: &str, words: &[&str]) {
        let at = self.span(name.range);
        let message = format!("`{}` is not {what}", name.text);
        self.report(suggest(Diagnostic::error(code, at, message), at, &name.text, words));
    }
}

/// Adds the nearest of `words`, or all of them when they are few.
pub(super) fn suggest(diagnostic: Diagnostic, at: Span, word: &str, words: &[&str]) -> Diagnostic {
    match nearest(word, words.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(Fix::replace(
            format!("write `{near}`"),
            at,
            near,
            Applicability::Guess,
        )),
        None if words.is_empty() || words.len() > 8 => diagnostic,
        None => diagnostic.help(format!("there is: {}", listed(words))),
    }
}

/// `` `a`, `b` ``
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn without_article(described: &str) -> &str {
    described.strip_prefix("a ").or_else(|| described.strip_prefix("an ")).unwrap_or(described)
}
