//! What elaboration settles, place by place. Notes are kept only where an editor asks about a declaration: queries keep
//! none, so that what an edit costs stays as it is.

use smol_str::SmolStr;
use syntax::ast::{Name, Range};

use super::Elaborator;
use crate::core::Slot;
use crate::methods::Method;
use crate::queries::scope::{Target, lookup};
use crate::queries::source::{Kind, decl_id};
use crate::types::{DeclId, Type};

/// What a word stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Declared(DeclId),
    /// A field of a record, a part of a case, or a parameter.
    Part(Whose, SmolStr),
    /// A case of a union.
    Case(DeclId, SmolStr),
    /// A name that holds for a part of a declaration, by where it is given.
    Local(Range),
    /// A type or value that needs no import.
    Builtin(SmolStr),
    Method(Method, Type),
}

/// Whose parts are meant: those of a declaration, or of a case of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    pub(crate) id: DeclId,
    pub(crate) case: Option<SmolStr>,
}

impl Whose {
    pub(crate) fn of(id: &DeclId) -> Self {
        Self { id: id.clone(), case: None }
    }

    pub(crate) fn of_case(id: &DeclId, case: &SmolStr) -> Self {
        Self { id: id.clone(), case: Some(case.clone()) }
    }
}

/// What is needed at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Type(Type),
    /// A declaration, by its name.
    Kind(Kind),
    /// A table of a database.
    Table(DeclId),
    /// A column of a table of a database.
    Column(DeclId, SmolStr),
}

/// A call with what it may be given, and where each argument stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) range: Range,
    pub(crate) whose: Whose,
    pub(crate) params: Vec<Slot>,
    /// Place among the parameters, where it has one, and place in the text.
    pub(crate) args: Vec<(Option<usize>, Range)>,
}

/// A record or map between braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    /// The braces and what is between them.
    pub(crate) range: Range,
    pub(crate) whose: Whose,
    pub(crate) slots: Vec<Slot>,
    pub(crate) given: Vec<SmolStr>,
}

/// A name that holds for a part of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    /// How many other names held there.
    depth: usize,
    pub(crate) name: Name,
    pub(crate) meaning: Meaning,
    pub(crate) ty: Type,
}

/// The notes of one declaration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) mentions: Vec<(Range, Meaning)>,
    pub(crate) types: Vec<(Range, Type)>,
    pub(crate) wanted: Vec<(Range, Wanted)>,
    pub(crate) calls: Vec<Called>,
    pub(crate) records: Vec<Filled>,
    pub(crate) brought: Vec<Brought>,
    /// The place that is asked about.
    watched: Option<u32>,
    /// The names that hold at that place, outermost first.
    pub(crate) locals: Vec<(SmolStr, Type)>,
}

impl Elaborator<'_> {
    /// Keeps notes from now on; of the names that hold, those at `watched`.
    pub(crate) fn noting(mut self, watched: Option<u32>) -> Self {
        self.notes = Some(Box::new(Notes { watched, ..Notes::default() }));
        self
    }

    pub(super) fn note(&mut self, range: Range, meaning: impl FnOnce() -> Meaning) {
        if let Some(notes) = &mut self.notes {
            notes.mentions.push((range, meaning()));
        }
    }

    /// Notes what a name stands for here: what holds locally, what the file sees, or what needs no import.
    pub(super) fn note_name(&mut self, text: &str, range: Range) {
        if self.notes.is_none() {
            return;
        }
        self.watch(range);
        let meaning = match self.local_meaning(text) {
            Some(local) => Some(local),
            None => match lookup(self.db, self.file, text) {
                Some(Target::Declared(id, _)) => Some(Meaning::Declared(id)),
                Some(Target::Broken) => None,
                None if super::names::PRELUDE.contains(&text) => Some(Meaning::Builtin(text.into())),
                None => None,
            },
        };
        if let Some(meaning) = meaning {
            self.note(range, || meaning);
        }
    }

    /// Notes a declaration that is named where local names do not count.
    pub(super) fn note_declared(&mut self, name: &Name) {
        if self.notes.is_some()
            && let Some(Target::Declared(id, _)) = lookup(self.db, self.file, &name.text)
        {
            self.note(name.range, || Meaning::Declared(id));
        }
    }

    /// Notes a type where it is named.
    pub(super) fn note_type_name(&mut self, name: &Name) {
        let builtin = || Type::builtin_names().any(|known| known == name.text);
        match self.notes.as_ref().and_then(|_| lookup(self.db, self.file, &name.text)) {
            Some(_) => self.note_declared(name),
            None if builtin() => self.note(name.range, || Meaning::Builtin(name.text.clone())),
            None => {}
        }
    }

    fn local_meaning(&self, text: &str) -> Option<Meaning> {
        let depth = self.locals.iter().rposition(|(local, _)| local == text)?;
        let brought = &self.notes.as_ref()?.brought;
        // A place among the locals is taken again once a scope is left: the last one that took it holds.
        brought.iter().rev().find(|it| it.depth == depth && it.name.text == text).map(|it| it.meaning.clone())
    }

    pub(super) fn note_type(&mut self, range: Range, ty: &Type) {
        if let Some(notes) = &mut self.notes {
            notes.types.push((range, ty.clone()));
        }
    }

    pub(super) fn note_wanted(&mut self, range: Range, wanted: impl FnOnce() -> Wanted) {
        if let Some(notes) = &mut self.notes {
            notes.wanted.push((range, wanted()));
            self.watch(range);
        }
    }

    /// Remembers the names that hold, where the place that is asked about lies in `range`: parts come behind their whole.
    pub(super) fn watch(&mut self, range: Range) {
        if let Some(notes) = &mut self.notes
            && notes.watched.is_some_and(|at| range.start <= at && at <= range.end)
        {
            notes.locals.clone_from(&self.locals);
        }
    }

    /// Notes a name that is about to hold for a part of the declaration.
    pub(super) fn note_brought(&mut self, name: &Name, ty: &Type) {
        let declared = name.range;
        self.note_brought_as(name, ty, Meaning::Local(declared));
    }

    /// Notes a parameter of this declaration, which is about to hold in its body.
    pub(super) fn note_parameter(&mut self, name: &Name, ty: &Type) {
        if let Some(id) = self.notes.is_some().then(|| decl_id(self.db, self.item)).flatten() {
            self.note_brought_as(name, ty, Meaning::Part(Whose::of(&id), name.text.clone()));
        }
    }

    fn note_brought_as(&mut self, name: &Name, ty: &Type, meaning: Meaning) {
        let depth = self.locals.len();
        if let Some(notes) = &mut self.notes {
            notes.mentions.push((name.range, meaning.clone()));
            notes.brought.push(Brought { depth, name: name.clone(), meaning, ty: ty.clone() });
        }
    }

    pub(super) fn note_call(&mut self, called: impl FnOnce() -> Called) {
        if let Some(notes) = &mut self.notes {
            notes.calls.push(called());
        }
    }

    pub(super) fn note_record(&mut self, filled: impl FnOnce() -> Filled) {
        if let Some(notes) = &mut self.notes {
            notes.records.push(filled());
        }
    }
}
