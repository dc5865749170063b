//! Names that may stand where a declaration, a value or a type does: those that hold here, those that the file sees, and
//! those that an import would bring.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use syntax::ast::{DeclKind, Unit};
use syntax::lex::TokenKind;

use super::{ARMS, Candidate, Sort, Wants};
use crate::SemanticModel;
use crate::ask::draft::Draft;
use crate::ask::symbol::Symbol;
use crate::core::Slot;
use crate::database::{Project, SourceFile};
use crate::elaborate::Elaborator;
use crate::elaborate::notes::{Wanted, Whose};
use crate::queries::module::{all_files, written_from};
use crate::queries::scope::{Target, lookup, public_names, seen};
use crate::queries::signature::{Signature, signature_of, underlying};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

/// The kinds of declaration that can be a value, or make one.
const VALUES: &[Kind] = &[Kind::Let, Kind::Function];
/// The days of a window.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TYPES: &[Kind] = &[Kind::Record, Kind::Union, Kind::Refined];

impl<'db> SemanticModel<'db> {
    /// Declarations of these kinds, and names that stand for such; those of the type that is needed fit.
    pub(super) fn named(&self, wants: &mut Wants, draft: &Draft<'_>, kinds: &[Kind], ty: Option<&Type>) {
        let fits = |id: &DeclId| ty.is_none_or(|ty| self.gives(draft, id, ty));
        for (name, id, kind) in self.in_scope(draft.file).into_iter().filter(|(_, _, kind)| kinds.contains(kind)) {
            let fits = fits(&id);
            wants.candidates.push(self.declared_candidate(&name, &id, kind).fitting(fits));
        }
        for kind in kinds {
            let entity = Type::of_entity(*kind);
            let locals = draft.notes.locals.iter().filter(|(_, ty)| Some(ty) == entity.as_ref());
            wants.candidates.extend(locals.map(|(name, ty)| local(name, ty).fitting(true)));
        }
        for (name, id, kind, module) in self.elsewhere(draft.file, kinds) {
            let fits = fits(&id);
            let candidate = self.declared_candidate(&name, &id, kind).fitting(fits);
            wants.candidates.push(Candidate { import: Some(module), ..candidate });
        }
    }

    fn declared_candidate(&self, name: &SmolStr, id: &DeclId, kind: Kind) -> Candidate {
        let takes = match (kind, signature_of(self.db(), id)) {
            (Kind::Function, Signature::Callable { params, .. }) => Some(needed(params, true)),
            (Kind::Strategy | Kind::Action, Signature::Callable { params, .. }) if !params.is_empty() => {
                Some(needed(params, false))
            }
            _ => None,
        };
        let detail = match self.declared_type(id) {
            Some(ty) => ty.to_string(),
            None => kind.word().to_owned(),
        };
        let symbol = Some(Symbol::declaration(id));
        Candidate { symbol, takes, ..Candidate::new(name.clone(), Sort::Declared(kind.word())).detailed(detail) }
    }

    /// Whether a declaration stands for a value of the type.
    fn gives(&self, draft: &Draft<'_>, id: &DeclId, wanted: &Type) -> bool {
        self.declared_type(id).is_some_and(|ty| self.type_fits(draft, &ty, wanted))
    }

    fn type_fits(&self, draft: &Draft<'_>, ty: &Type, wanted: &Type) -> bool {
        match (ty, wanted) {
            (Type::Error, _) | (_, Type::Error) => false,
            (Type::Gate(_), Type::Gate(None)) => true,
            _ => Elaborator::new(self.db(), draft.item).fits(ty, wanted),
        }
    }

    /// The declarations that a file sees, by the names that it has for them.
    fn in_scope(&self, file: SourceFile) -> Vec<(SmolStr, DeclId, Kind)> {
        let all = seen(self.db(), file).into_iter();
        let declared = all.filter_map(|(name, target)| match target {
            Target::Declared(id, kind) => Some((name, id, kind)),
            Target::Broken => None,
        });
        declared.collect()
    }

    /// What other files export that this one does not see yet, with the module as it would write it.
    fn elsewhere(&self, file: SourceFile, kinds: &[Kind]) -> Vec<(SmolStr, DeclId, Kind, SmolStr)> {
        let known: BTreeSet<DeclId> = self.in_scope(file).into_iter().map(|(_, id, _)| id).collect();
        let others = all_files(self.db(), Project::get(self.db())).filter(|other| **other != file);
        let found = others.filter_map(|other| Some((*other, written_from(self.db(), file, *other)?)));
        let exported = found.flat_map(|(other, module)| {
            let names = public_names(self.db(), other).into_iter();
            names.map(move |(name, id, kind)| (name, id, kind, module.clone()))
        });
        exported.filter(|(_, id, kind, _)| kinds.contains(kind) && !known.contains(id)).collect()
    }

    /// What may stand where an expression does.
    pub(super) fn values(&self, wants: &mut Wants, draft: &Draft<'_>, needed: &[Wanted]) {
        let kinds = needed.iter().filter_map(|it| match it {
            Wanted::Kind(kind) => Some(*kind),
            Wanted::Type(_) | Wanted::Table(_) | Wanted::Column(..) => None,
        });
        let kinds: Vec<Kind> = kinds.collect();
        if !kinds.is_empty() {
            return self.named(wants, draft, &kinds, None);
        }
        let ty = needed.iter().rev().find_map(|it| match it {
            Wanted::Type(ty) if !ty.is_error() => Some(ty),
            _ => None,
        });
        if self.arms(wants, draft) {
            return;
        }
        self.argument_names(wants, draft);
        self.written_in_other_words(wants, draft);
        if let Some(Type::Gate(_)) = ty {
            return self.gates(wants, draft, ty);
        }
        let fits = |of: &Type| ty.is_some_and(|ty| self.type_fits(draft, of, ty));
        let locals = draft.notes.locals.iter().rev();
        wants.candidates.extend(locals.map(|(name, of)| local(name, of).fitting(fits(of))));
        self.named(wants, draft, VALUES, Some(ty.unwrap_or(&Type::Error)));
        for (name, id, kind) in
            self.in_scope(draft.file).into_iter().filter(|(_, _, kind)| Type::of_entity(*kind).is_some())
        {
            let fit = ty.is_some_and(|ty| self.gives(draft, &id, ty));
            wants.candidates.push(self.declared_candidate(&name, &id, kind).fitting(fit));
        }
        self.metrics(wants, draft);
        match ty {
            Some(ty) => self.made_of(wants, draft, ty),
            None => self.providers(wants, draft),
        }
        wants.candidates.push(Candidate::new("none", Sort::Value).fitting(matches!(ty, Some(Type::Optional(_)))));
    }

    /// A metric is read of an arm; false where the word is no argument of one.
    fn arms(&self, wants: &mut Wants, draft: &Draft<'_>) -> bool {
        let (Some((TokenKind::OpenParen, _)), Some((TokenKind::Word, callee))) = (draft.back(1), draft.back(2)) else {
            return false;
        };
        let is_metric = matches!(lookup(self.db(), draft.file, callee), Some(Target::Declared(_, Kind::Metric)));
        if is_metric {
            let own = match &draft.decl.kind {
                DeclKind::Gate(gate) => [Some(&gate.subject), gate.against.as_ref()].into_iter().flatten().collect(),
                _ => Vec::new(),
            };
            let fits = |arm: &str| own.is_empty() || own.iter().any(|name| name.text == arm);
            wants.candidates.extend(ARMS.map(|arm| Candidate::new(arm, Sort::Value).fitting(fits(arm))));
        }
        is_metric
    }

    /// Queries in a metric, days in a window: values with words of their own.
    fn written_in_other_words(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let words: &[&str] = match (draft.expected.head.as_deref(), draft.back(1), draft.back(2)) {
            (Some("metric"), Some((TokenKind::Equals, _)), Some((_, "bad" | "good" | "total" | "value"))) => {
                &["promql"]
            }
            (Some("environment"), Some((TokenKind::Equals, _)), Some((_, "window"))) => &WEEKDAYS,
            (Some("environment"), Some((TokenKind::DotDot, _)), Some((_, day))) if WEEKDAYS.contains(&day) => &WEEKDAYS,
            _ => &[],
        };
        wants.candidates.extend(words.iter().map(|word| Candidate::new(*word, Sort::Value).fitting(true)));
    }

    /// In a gate's conditions metrics are read of arms.
    fn metrics(&self, wants: &mut Wants, draft: &Draft<'_>) {
        if draft.expected.head.as_deref().is_some_and(|head| head == "gate" || head == "test") {
            let found = wants.candidates.len();
            self.named(wants, draft, &[Kind::Metric, Kind::Slo], None);
            let own = &mut wants.candidates[found..];
            own.iter_mut().for_each(|it| it.fits = it.import.is_none());
        }
    }

    fn gates(&self, wants: &mut Wants, draft: &Draft<'_>, ty: Option<&Type>) {
        let locals = draft.notes.locals.iter().rev().filter(|(_, of)| matches!(of, Type::Gate(_)));
        wants.candidates.extend(locals.map(|(name, of)| local(name, of).fitting(true)));
        self.named(wants, draft, &[Kind::Gate], ty);
    }

    /// The parameters of the call that the word may name.
    fn argument_names(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let direct = |it: &&crate::elaborate::notes::Called| it.args.iter().any(|(_, range)| *range == draft.asked);
        let Some(call) = draft.notes.calls.iter().find(direct) else { return };
        let given: Vec<usize> =
            call.args.iter().filter(|(_, range)| *range != draft.asked).filter_map(|(place, _)| *place).collect();
        let open = call.params.iter().enumerate().filter(|(place, _)| !given.contains(place)).map(|(_, slot)| slot);
        wants.candidates.extend(open.map(|slot| part(&call.whose, slot)));
    }

    /// What makes a value of the type: its cases, its name before braces, a word of the language.
    fn made_of(&self, wants: &mut Wants, draft: &Draft<'_>, ty: &Type) {
        match underlying(self.db(), ty) {
            Type::Optional(of) => self.made_of(wants, draft, &of),
            Type::Union(id) => wants.candidates.extend(self.cases_of_union(&id)),
            Type::Record(id) => self.records(wants, draft, |of| *of == id),
            Type::Bool => {
                let words = ["true", "false"].map(|word| Candidate::new(word, Sort::Value).fitting(true));
                wants.candidates.extend(words);
            }
            Type::Secret(_) => {
                self.named(wants, draft, &[Kind::Database], None);
                wants.candidates.push(Candidate {
                    takes: Some(vec!["\"file:/run/secrets/NAME\"".into()]),
                    ..Candidate::new("secret", Sort::Value).fitting(true)
                });
            }
            Type::PromQl => wants.candidates.push(Candidate::new("promql", Sort::Word).fitting(true)),
            Type::Sql => wants.candidates.push(Candidate::new("sql", Sort::Word).fitting(true)),
            _ => {}
        }
    }

    /// Types of records, to be filled; those that fit first.
    fn records(&self, wants: &mut Wants, draft: &Draft<'_>, fits: impl Fn(&DeclId) -> bool) {
        let from = wants.candidates.len();
        self.named(wants, draft, &[Kind::Record], None);
        for it in &mut wants.candidates[from..] {
            it.takes = Some(Vec::new());
            it.fits = it.symbol.as_ref().and_then(Symbol::owner).is_some_and(|id| fits(&id));
        }
    }

    /// Records of providers, where a field says for what one is needed.
    fn providers(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let field = draft.back(2).filter(|_| draft.back(1).is_some_and(|(kind, _)| kind == TokenKind::Equals));
        let role = match (draft.expected.head.as_deref(), field) {
            (Some("action"), Some((_, "runs"))) => "action",
            (_, Some((TokenKind::Word, field))) => field,
            _ => "",
        };
        self.records(wants, draft, |id| match signature_of(self.db(), id) {
            Signature::Record { provider: Some(provider), .. } => provider.roles.iter().any(|known| known == role),
            _ => false,
        });
    }

    pub(super) fn cases_of_union(&self, id: &DeclId) -> Vec<Candidate> {
        let Signature::Union { cases } = signature_of(self.db(), id) else { return Vec::new() };
        let one = |(name, slots): &(SmolStr, Vec<Slot>)| Candidate {
            symbol: Some(Symbol::case(id, name)),
            takes: (!slots.is_empty()).then(|| needed(slots, true)),
            ..Candidate::new(name.clone(), Sort::Case).detailed(id.name.as_str()).fitting(true)
        };
        cases.iter().map(one).collect()
    }

    /// The cases of what a `when` looks at.
    pub(super) fn cases(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let before = draft.notes.types.iter().filter(|(range, _)| range.end <= draft.asked.start);
        let near = before.filter_map(|(range, ty)| match underlying(self.db(), ty) {
            Type::Union(id) => Some((range.end, self.cases_of_union(&id))),
            Type::Optional(_) => {
                Some((range.end, ["some", "none"].map(|it| Candidate::new(it, Sort::Case).fitting(true)).to_vec()))
            }
            _ => None,
        });
        wants.candidates.extend(near.max_by_key(|(end, _)| *end).map(|(_, cases)| cases).unwrap_or_default());
    }

    /// Types, with and without an import.
    pub(super) fn types(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let builtin = Type::builtin_names().map(|name| Candidate::new(name, Sort::Type).fitting(true));
        wants.candidates.extend(builtin);
        self.named(wants, draft, TYPES, None);
        if draft.expected.head.as_deref() == Some("metric") {
            let kinds = ["Ratio", "Distribution", "Mean", "Gauge", "Counter"];
            wants.candidates.extend(kinds.map(|it| Candidate::new(it, Sort::Type).fitting(true)));
        }
    }

    /// The units that a number may have where it stands.
    pub(super) fn units(&self, wants: &mut Wants, file: diagnostics::FileId, number: diagnostics::Span, offset: u32) {
        let text = diagnostics::SourceMap::text(self, file);
        let written = text.get(number.start as usize..offset as usize).unwrap_or_default();
        let digits = written.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(written.len());
        let from = number.start + u32::try_from(digits).unwrap_or(0);
        wants.replaced = diagnostics::Span { start: from, ..number };
        wants.typed = written.get(digits..).unwrap_or_default().into();
        let needed = self.draft(file, number);
        let ty = needed.and_then(|draft| {
            let found = draft.wanted().filter_map(|it| match it {
                Wanted::Type(ty) if !ty.is_error() => Some(underlying(self.db(), ty)),
                _ => None,
            });
            found.last()
        });
        wants.ty = ty.as_ref().map(ToString::to_string);
        let all = Unit::SUFFIXES.iter().map(|(suffix, unit)| (*suffix, *unit));
        for (suffix, unit) in all.chain([(" req/s", Unit::RequestsPerSecond)]) {
            let of = of_unit(unit);
            let fits = ty.as_ref().is_none_or(|ty| *ty == of || *ty == Type::Range(Box::new(of.clone())));
            if fits {
                wants.candidates.push(Candidate::new(suffix, Sort::Unit).detailed(of.to_string()).fitting(true));
            }
        }
    }
}

fn of_unit(unit: Unit) -> Type {
    match unit {
        Unit::Milliseconds | Unit::Seconds | Unit::Minutes | Unit::Hours | Unit::Days => Type::Duration,
        Unit::Percent => Type::Ratio,
        Unit::Points => Type::Points,
        Unit::Factor => Type::Factor,
        Unit::Bytes | Unit::Kibibytes | Unit::Mebibytes | Unit::Gibibytes => Type::Bytes,
        Unit::Kilobytes | Unit::Megabytes | Unit::Gigabytes => Type::Bytes,
        Unit::RequestsPerSecond => Type::Rate,
        Unit::Money(_) => Type::Money,
    }
}

fn local(name: &SmolStr, ty: &Type) -> Candidate {
    Candidate::new(name.clone(), Sort::Local).detailed(ty.to_string())
}

/// A field or parameter that is not given yet.
pub(super) fn part(whose: &Whose, slot: &Slot) -> Candidate {
    Candidate {
        symbol: Some(Symbol::part(whose, &slot.name)),
        needed: !slot.optional,
        ..Candidate::new(slot.name.clone(), Sort::Part).detailed(slot.ty.to_string()).fitting(true)
    }
}

/// The names of what must be given; with `first`, at least the first of what may be.
fn needed(slots: &[Slot], first: bool) -> Vec<SmolStr> {
    let must: Vec<SmolStr> = slots.iter().filter(|slot| !slot.optional).map(|slot| slot.name.clone()).collect();
    match slots.first().filter(|_| first && must.is_empty()) {
        Some(slot) if slots.len() == 1 => vec![slot.name.clone()],
        _ => must,
    }
}
