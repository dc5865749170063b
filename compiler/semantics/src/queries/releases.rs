//! What runs today, by service and environment.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, codes};
use syntax::ast::DeclKind;

use crate::database::{Project, SourceFile};
use crate::queries::place::span;
use crate::queries::scope::{Target, Word, lookup};
use crate::queries::source::{ItemNode, Kind, outline, parsed};
use crate::types::DeclId;

/// The records of releases; several of one pair are an error.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Releases<'db> {
    pairs: BTreeMap<Word, Vec<ItemNode<'db>>>,
}

/// All records of the project.
#[salsa::tracked]
pub(crate) fn releases<'db>(db: &'db dyn salsa::Database, project: Project) -> Releases<'db> {
    let mut pairs: BTreeMap<Word, Vec<ItemNode<'db>>> = BTreeMap::new();
    for file in project.files(db) {
        for item in &outline(db, *file).released {
            if let Some((service, environment)) = pair(db, *item) {
                pairs.entry(key(&service, &environment)).or_default().push(*item);
            }
        }
    }
    Releases { pairs }
}

fn key(service: &DeclId, environment: &DeclId) -> Word {
    Word::new(format!("{} in {}", service.full(), environment.full()))
}

fn pair(db: &dyn salsa::Database, item: ItemNode<'_>) -> Option<(DeclId, DeclId)> {
    let DeclKind::Released(it) = &parsed(db, item).decl.kind else { return None };
    let named = |name: &str, wanted| match lookup(db, item.file(db), name) {
        Some(Target::Declared(id, kind)) if kind == wanted => Some(id),
        Some(_) | None => None,
    };
    Some((named(&it.service.text, Kind::Service)?, named(&it.environment.text, Kind::Environment)?))
}

/// The records of the releases in an environment.
pub(crate) fn released_in<'db>(
    db: &'db dyn salsa::Database,
    environment: &DeclId,
) -> impl Iterator<Item = ItemNode<'db>> {
    let of_it = format!(" in {}", environment.full());
    let pairs = releases(db, Project::get(db)).pairs.iter();
    pairs.filter(move |(key, _)| key.as_str().ends_with(&of_it)).filter_map(|(_, items)| items.first().copied())
}

/// Records of a file that another record of the same pair comes before.
pub(crate) fn reports(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let all = releases(db, Project::get(db)).pairs.values();
    let again = all.flat_map(|items| items.iter().skip(1).map(|item| (items[0], *item)));
    again.filter(|(_, item)| item.file(db) == file).filter_map(|(first, item)| twice(db, first, item)).collect()
}

fn twice(db: &dyn salsa::Database, first: ItemNode<'_>, item: ItemNode<'_>) -> Option<Diagnostic> {
    let DeclKind::Released(it) = &parsed(db, item).decl.kind else { return None };
    let DeclKind::Released(before) = &parsed(db, first).decl.kind else { return None };
    let message = format!("what runs of `{}` in `{}` is recorded twice", it.service.text, it.environment.text);
    let diagnostic = Diagnostic::error(codes::RELEASED_TWICE, span(item, it.service.range), message)
        .label("the second")
        .also(span(first, before.service.range), "the first")
        .help("keep the record of the release that really runs");
    Some(diagnostic)
}
