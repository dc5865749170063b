//! Fields: of a value behind its dot, and those that may be given between braces.

use smol_str::SmolStr;
use syntax::ast::{DeclKind, PhaseKind};
use syntax::lex::TokenKind;

use super::values::part;
use super::{Candidate, Sort, Wants};
use crate::SemanticModel;
use crate::ask::builtin;
use crate::ask::draft::Draft;
use crate::ask::names::slots_of;
use crate::ask::symbol::Symbol;
use crate::database::Project;
use crate::elaborate::notes::Whose;
use crate::methods::methods_of;
use crate::queries::module::{all_files, named, written_from};
use crate::queries::schema::known;
use crate::queries::scope::{Target, lookup, public_names};
use crate::queries::signature::underlying;
use crate::queries::source::{Kind, parsed};
use crate::types::{DeclId, Type};

impl SemanticModel<'_> {
    /// What stands behind a dot; false where the word stands behind none.
    pub(super) fn behind_dot(&self, wants: &mut Wants, draft: &Draft<'_>) -> bool {
        let Some((TokenKind::Dot, _)) = draft.back(1) else { return false };
        if draft.expected.head.as_deref() == Some("use") {
            if draft.expected.things.contains("a module") {
                self.modules(wants, draft);
            }
            return true;
        }
        let owner = draft.back(2).map(|(_, text)| SmolStr::from(text)).unwrap_or_default();
        match lookup(self.db(), draft.file, &owner) {
            Some(Target::Declared(id, Kind::Migration)) => self.phases(wants, &id),
            Some(Target::Declared(id, Kind::Database)) => self.of_database(wants, &id),
            Some(Target::Declared(_, _) | Target::Broken) | None => self.of_value(wants, draft),
        }
        true
    }

    fn of_value(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let Some(dot) = draft.before.last() else { return };
        let ends = |range: &syntax::ast::Range| range.end == dot.start;
        let mut found = draft.notes.types.iter().filter(|(range, ty)| ends(range) && !ty.is_error());
        let Some((_, ty)) = found.next_back() else { return self.read_of_metric(wants, draft) };
        let ty = underlying(self.db(), ty);
        match &ty {
            Type::Record(id) => {
                let slots = slots_of(self.db(), id, None).unwrap_or_default();
                let of = |slot: &crate::core::Slot| Candidate {
                    symbol: Some(Symbol::part(&Whose::of(id), &slot.name)),
                    ..Candidate::new(slot.name.clone(), Sort::Field).detailed(slot.ty.to_string()).fitting(true)
                };
                wants.candidates.extend(slots.iter().map(of));
            }
            Type::Environment => {
                let fields = ["name", "protected"];
                wants.candidates.extend(fields.map(|it| Candidate::new(it, Sort::Field).fitting(true)));
            }
            Type::Service => wants.candidates.push(Candidate::new("name", Sort::Field).fitting(true)),
            _ => {}
        }
        let methods = methods_of(&ty).iter().map(|(name, _)| {
            let detail = builtin::method(name).map_or(*name, |(written, _)| written);
            let takes = if detail.ends_with("()") { Vec::new() } else { vec![argument(detail)] };
            let symbol = Symbol::Method { of: ty.to_string().into(), name: (*name).into() };
            Candidate {
                symbol: Some(symbol),
                takes: Some(takes),
                ..Candidate::new(*name, Sort::Method).detailed(detail).fitting(true)
            }
        });
        wants.candidates.extend(methods);
    }

    /// What is read of a distribution, in a gate or a test.
    fn read_of_metric(&self, wants: &mut Wants, draft: &Draft<'_>) {
        if let (Some("gate" | "test"), Some((TokenKind::CloseParen, _))) =
            (draft.expected.head.as_deref(), draft.back(2))
        {
            let words = ["p50", "p90", "p95", "p99", "under"];
            wants.candidates.extend(words.map(|word| Candidate::new(word, Sort::Field).fitting(true)));
        }
    }

    fn phases(&self, wants: &mut Wants, id: &DeclId) {
        let Some(placed) = self.placed_of(id) else { return };
        let DeclKind::Migration(it) = &parsed(self.db(), placed.item).decl.kind else { return };
        let words = it.phases.iter().filter_map(|phase| match &phase.kind {
            PhaseKind::Expand(_) => Some("expand"),
            PhaseKind::Backfill(_) => Some("backfill"),
            PhaseKind::Contract(_) => Some("contract"),
            PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => None,
        });
        wants.candidates.extend(words.map(|word| Candidate::new(word, Sort::Field).detailed("phase").fitting(true)));
    }

    fn of_database(&self, wants: &mut Wants, id: &DeclId) {
        let tables = known(self.db(), id).schema.tables().map(SmolStr::from).collect::<Vec<_>>();
        let tables = tables.into_iter();
        wants.candidates.extend(tables.map(|it| Candidate::new(it, Sort::Foreign).detailed("table").fitting(true)));
        let url = Candidate::new("url", Sort::Field).detailed("Secret<String>");
        wants.candidates.push(url);
    }

    /// Columns, between the braces behind `database.table`.
    pub(super) fn tables(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let open = draft.before.iter().rposition(|token| token.kind == TokenKind::OpenBrace);
        let Some(open) = open.filter(|open| *open >= 3) else { return };
        let text = |back: usize| draft.before.get(open - back).map_or("", |token| token.text(&draft.text));
        let Some(Target::Declared(id, Kind::Database)) = lookup(self.db(), draft.file, text(3)) else { return };
        self.columns(wants, &id, text(1));
    }

    pub(super) fn columns(&self, wants: &mut Wants, id: &DeclId, table: &str) {
        let Some(table) = known(self.db(), id).schema.table(table) else { return };
        let columns = table.columns().map(|it| Candidate::new(it, Sort::Foreign).detailed("column").fitting(true));
        wants.candidates.extend(columns.collect::<Vec<_>>());
    }

    /// Fields that may be given between the braces around the word.
    pub(super) fn fields(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let around = draft.notes.records.iter().filter(|it| it.range.start < draft.asked.start);
        let around = around.filter(|it| draft.asked.end <= it.range.end);
        if let Some(record) = around.min_by_key(|it| it.range.end - it.range.start) {
            let open = record.slots.iter().filter(|slot| !record.given.contains(&slot.name));
            return wants.candidates.extend(open.map(|slot| part(&record.whose, slot)));
        }
        let depth = draft.before.iter().fold(0_i32, |depth, token| match token.kind {
            TokenKind::OpenBrace => depth + 1,
            TokenKind::CloseBrace => depth - 1,
            _ => depth,
        });
        let head = draft.expected.head.as_deref().unwrap_or_default();
        let bound = depth > 1;
        let names = known_fields(head, bound);
        let written = |name: &str| {
            let mut words = draft.before.windows(2);
            words.any(|pair| pair[1].kind == TokenKind::Equals && pair[0].text(&draft.text) == name)
        };
        let open = names.iter().filter(|name| bound || !written(name));
        wants.candidates.extend(open.map(|name| Candidate::new(*name, Sort::Part).detailed(head).fitting(true)));
    }

    /// The parameters of the call around the word.
    pub(super) fn parameters(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let around = draft.notes.calls.iter().filter(|it| it.range.start < draft.asked.start);
        let around = around.filter(|it| draft.asked.end <= it.range.end);
        let Some(call) = around.min_by_key(|it| it.range.end - it.range.start) else { return };
        let given =
            |place: usize| call.args.iter().any(|(given, range)| *given == Some(place) && *range != draft.asked);
        let open = call.params.iter().enumerate().filter(|(place, _)| !given(*place));
        wants.candidates.extend(open.map(|(_, slot)| part(&call.whose, slot)));
    }

    /// The next name of a module's path.
    pub(super) fn modules(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let path = draft.text.get(..draft.asked.start as usize).unwrap_or_default();
        let path = path.rsplit(char::is_whitespace).next().unwrap_or_default();
        let others = all_files(self.db(), Project::get(self.db())).filter(|file| **file != draft.file);
        let written = others.filter_map(|file| written_from(self.db(), draft.file, *file));
        let next = written.filter_map(|module| Some(SmolStr::from(module.strip_prefix(path)?.split('.').next()?)));
        let mut names: Vec<SmolStr> = next.filter(|name| !name.is_empty()).collect();
        names.sort();
        names.dedup();
        wants.candidates.extend(names.into_iter().map(|it| Candidate::new(it, Sort::Module).fitting(true)));
    }

    /// What the module of an import exports.
    pub(super) fn importable(&self, wants: &mut Wants, draft: &Draft<'_>) {
        let DeclKind::Use(import) = &draft.decl.kind else { return };
        let path = import.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let Some((_, file)) = named(self.db(), draft.file, &path) else { return };
        let taken = |name: &SmolStr| import.imports.iter().any(|it| it.name.text == *name);
        let open = public_names(self.db(), file).into_iter().filter(|(name, _, _)| !taken(name));
        wants.candidates.extend(open.map(|(name, id, kind)| Candidate {
            symbol: Some(Symbol::declaration(&id)),
            ..Candidate::new(name, Sort::Declared(kind.word())).detailed(kind.word()).fitting(true)
        }));
    }
}

/// The argument as it is written in a method's form: `x => condition`.
fn argument(written: &str) -> SmolStr {
    let inside = written.split_once('(').map_or("", |(_, rest)| rest);
    inside.strip_suffix(')').unwrap_or(inside).into()
}

/// The fields that the compiler itself knows, by head word; `bound` inside of inner braces.
fn known_fields(head: &str, bound: bool) -> &'static [&'static str] {
    use crate::elaborate::known_fields as known;
    match (head, bound) {
        ("service", false) => &known::SERVICE,
        ("environment", false) => &known::ENVIRONMENT,
        ("environment", true) => &known::BOUND,
        ("metric", false) => &known::METRIC,
        ("action", false) => &known::ACTION,
        ("flag", false) => &known::FLAG,
        ("released", false) => &known::RELEASED,
        _ => &[],
    }
}
