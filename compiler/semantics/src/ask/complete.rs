//! What may be written at a place: what the grammar reads there, narrowed to what the checker needs.

mod fields;
mod strings;
mod values;

use diagnostics::{FileId, SourceMap, Span};
use smol_str::SmolStr;
use syntax::lex::TokenKind;

use super::draft::{Draft, typed};
use super::symbol::Symbol;
use crate::SemanticModel;
use crate::elaborate::notes::Wanted;
use crate::queries::source::Kind;
use crate::types::Type;

/// What is asked for at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// The word that an answer replaces; empty where none is begun.
    pub replaced: Span,
    /// What of it stands before the place.
    pub typed: SmolStr,
    /// The type that is needed, as users read it.
    pub ty: Option<String>,
    /// What may stand there.
    pub candidates: Vec<Candidate>,
}

/// What kind of thing a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// A field of a record or a parameter that is not given yet, to be followed by `=`.
    Part,
    /// A name that holds here.
    Local,
    /// A field of a value.
    Field,
    /// A method of a value.
    Method,
    /// A case of a union.
    Case,
    /// A declaration, by its head word.
    Declared(&'static str),
    /// A value that needs no import.
    Value,
    /// A type that needs no import.
    Type,
    /// The unit of a number.
    Unit,
    /// A word of the language.
    Word,
    /// A file to import from.
    Module,
    /// A proof, by its number.
    Proof,
    /// A table, a column, or what a query counts.
    Foreign,
}

/// Something that may be written at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is written.
    pub name: SmolStr,
    /// What it is.
    pub sort: Sort,
    /// Its type or what it belongs to, as users read it.
    pub detail: String,
    /// What it stands for, where that is declared.
    pub symbol: Option<Symbol>,
    /// Whether it is of the type that is needed.
    pub fits: bool,
    /// Whether without it something is missing.
    pub needed: bool,
    /// The module that it must be imported from, as the file writes it.
    pub import: Option<SmolStr>,
    /// What it is to be given, where it is called.
    pub takes: Option<Vec<SmolStr>>,
}

impl Candidate {
    pub(crate) fn new(name: impl Into<SmolStr>, sort: Sort) -> Self {
        Self {
            name: name.into(),
            sort,
            detail: String::new(),
            symbol: None,
            fits: false,
            needed: false,
            import: None,
            takes: None,
        }
    }

    pub(crate) fn detailed(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub(crate) fn fitting(self, fits: bool) -> Self {
        Self { fits, ..self }
    }
}

impl SemanticModel<'_> {
    /// What may stand at an offset.
    #[must_use]
    pub fn wants(&self, file: FileId, offset: u32) -> Wants {
        let typed = typed(self.text(file), file, offset);
        let mut wants = Wants { replaced: typed.span, typed: typed.text, ty: None, candidates: Vec::new() };
        match typed.inside {
            Some(token) if token.kind == TokenKind::Number => {
                self.units(&mut wants, file, Span::new(file, token.start, token.end), offset);
            }
            Some(token) if matches!(token.kind, TokenKind::String | TokenKind::UnfinishedString) => {
                self.in_string(&mut wants, file, Span::new(file, token.start, token.end), offset);
            }
            Some(_) => {}
            None => match self.draft(file, typed.span) {
                Some(draft) => self.at_word(&mut wants, &draft),
                None => wants.candidates.extend(heads()),
            },
        }
        wants
    }

    fn at_word(&self, wants: &mut Wants, draft: &Draft<'_>) {
        if draft.expected.head.is_none() {
            return wants.candidates.extend(heads());
        }
        if self.behind_dot(wants, draft) {
            return;
        }
        let words = draft.expected.words.iter().map(|word| Candidate::new(word.clone(), Sort::Word));
        wants.candidates.extend(words);
        let needed: Vec<Wanted> = draft.wanted().cloned().collect();
        wants.ty = needed.iter().find_map(|it| match it {
            Wanted::Type(ty) => Some(ty.to_string()),
            Wanted::Kind(kind) => Some(kind.word().to_owned()),
            Wanted::Table(_) | Wanted::Column(..) => None,
        });
        for thing in &draft.expected.things {
            self.thing(wants, draft, thing, &needed);
        }
        wants
            .candidates
            .sort_by(|one, other| (&one.name, one.sort, !one.fits).cmp(&(&other.name, other.sort, !other.fits)));
        wants.candidates.dedup_by(|again, first| again.name == first.name && again.sort == first.sort);
    }

    /// Candidates for what the grammar calls a thing: `an environment`, `a value`.
    fn thing(&self, wants: &mut Wants, draft: &Draft<'_>, thing: &str, needed: &[Wanted]) {
        let kinds = kinds_of(thing);
        if !kinds.is_empty() {
            return self.named(wants, draft, kinds, None);
        }
        let kinds = needed.iter().filter_map(|it| match it {
            Wanted::Kind(kind) => Some(*kind),
            Wanted::Type(_) | Wanted::Table(_) | Wanted::Column(..) => None,
        });
        let kinds: Vec<Kind> = kinds.collect();
        if thing == "a name" {
            return self.named(wants, draft, &kinds, None);
        }
        match thing {
            "a value" | "a gate" | "a strategy" | "a list" | "a condition" => self.values(wants, draft, needed),
            "a release" => {
                self.values(wants, draft, &[Wanted::Type(Type::Digest)]);
                let words = ["previous", "running"].map(|word| Candidate::new(word, Sort::Value).fitting(true));
                wants.candidates.extend(words);
            }
            "a type" => self.types(wants, draft),
            "a field" => self.fields(wants, draft),
            "a parameter" => self.parameters(wants, draft),
            "a proof" => self.proofs(wants, draft),
            "an arm" => wants.candidates.extend(ARMS.map(|word| Candidate::new(word, Sort::Value))),
            "an annotation" => {
                wants.candidates.extend(["provider", "deprecated"].map(|word| Candidate::new(word, Sort::Word)));
            }
            "an outcome" => wants.candidates.extend(outcomes()),
            "another event or expectation" => {
                wants.candidates.extend(outcomes());
                wants.candidates.extend(EXPECTED.map(|word| Candidate::new(word, Sort::Word).fitting(true)));
                self.named(wants, draft, &[Kind::Metric], None);
            }
            "a module" => self.modules(wants, draft),
            "a name to import" => self.importable(wants, draft),
            "a case" => self.cases(wants, draft),
            "a table" | "a column" => self.tables(wants, draft),
            // Names that somebody makes up, and signs.
            _ => {}
        }
    }

    fn proofs(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let numbered = crate::model::Proof::NUMBERED.iter();
        wants.candidates.extend(numbered.map(|proof| Candidate::new(*proof, Sort::Proof).fitting(true)));
        self.named(wants, draft, &[Kind::Policy], None);
    }
}

/// What can be expected or happen besides outcomes.
const EXPECTED: [&str; 7] = ["exposure", "budget", "ran", "never", "crash", "metrics", "approval"];

fn outcomes() -> impl Iterator<Item = Candidate> {
    let all = crate::model::Outcome::ALL.iter();
    all.map(|(word, _)| Candidate::new(*word, Sort::Value).fitting(true))
}

pub(super) const ARMS: [&str; 7] = ["canary", "stable", "baseline", "previous", "shadow", "service", "constant"];

fn heads() -> impl Iterator<Item = Candidate> {
    let draft = syntax::expected(syntax::ASKED);
    draft.words.into_iter().map(|word| Candidate::new(word, Sort::Word).fitting(true))
}

/// The kinds of declaration that the grammar calls so.
fn kinds_of(thing: &str) -> &'static [Kind] {
    match thing {
        "a service" => &[Kind::Service],
        "an environment" => &[Kind::Environment],
        "a metric" => &[Kind::Metric],
        "an objective" => &[Kind::Slo],
        "a flag" => &[Kind::Flag],
        "a group" => &[Kind::Group],
        "a database" => &[Kind::Database],
        "a migration" => &[Kind::Migration],
        "a workflow" => &[Kind::Workflow],
        "an action" | "a channel" => &[Kind::Action],
        "an action or a migration" => &[Kind::Action, Kind::Migration],
        "a service or a database" => &[Kind::Service, Kind::Database],
        _ => &[],
    }
}
