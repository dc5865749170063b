//! What the project's people have set beside its workflows: policies, exceptions, flags, tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, Span};
use smol_str::SmolStr;

use crate::core::Body;
use crate::database::{Database, Project, SourceFile};
use crate::evaluate::judge;
use crate::facade::{SemanticModel, WorkflowRef};
use crate::model::{self, Acceptance};
use crate::queries::body::check;
use crate::queries::place::Places;
use crate::queries::scope::{Target, definition_of, scope};
use crate::queries::source::{ItemNode, Kind, head, items};
use crate::queries::value::{Entity, entity_of, value};
use crate::types::DeclId;
use crate::view;

/// The policies that a project keeps to: those that its files declare or import.
#[derive(Debug)]
pub struct Policies<'db> {
    adopted: Vec<(DeclId, ItemNode<'db>)>,
}

/// A policy that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The policy, by its full name.
    pub policy: SmolStr,
    /// What is broken, and by which values; or why it could not be judged.
    pub finding: Diagnostic,
    /// The names of the declarations that it is about, beyond the places of the finding: the service and the
    /// environment of a rollout, the migration.
    pub about: Vec<Span>,
}

impl<'db> SemanticModel<'db> {
    /// The policies of the project. A policy that is not sound itself judges nothing.
    #[must_use]
    pub fn policies(&self) -> Policies<'db> {
        let db = self.db();
        let mut ids = BTreeSet::new();
        for file in Project::get(db).files(db) {
            let names = scope(db, *file).names.values();
            ids.extend(names.filter_map(|target| match target {
                Target::Declared(id, Kind::Policy) => Some(id.clone()),
                Target::Declared(..) | Target::Broken => None,
            }));
        }
        let sound = |item: ItemNode<'db>| {
            !head(db, item).damaged && !check(db, item).diagnostics.iter().any(Diagnostic::is_error)
        };
        let adopted = ids.into_iter().filter_map(|id| Some((definition_of(db, &id)?, id)));
        Policies { adopted: adopted.filter(|(item, _)| sound(*item)).map(|(item, id)| (id, item)).collect() }
    }

    /// What a workflow breaks of the policies.
    #[must_use]
    pub fn broken(&self, policies: &Policies<'db>, workflow: &WorkflowRef) -> Vec<Broken> {
        if policies.adopted.is_empty() {
            return Vec::new();
        }
        let Some(file) = self.file(workflow.file) else { return Vec::new() };
        let id = DeclId { module: file.module(self.db()).clone(), name: workflow.name.clone() };
        let Entity::Workflow(model) = entity_of(self.db(), &id) else { return Vec::new() };
        let (things, places) = (view::things(model), Places::new(self.db()));
        let mut broken = Vec::new();
        for (id, item) in &policies.adopted {
            let Body::Policy(body) = &check(self.db(), *item).body else { continue };
            let findings = judge(self.db(), *item, id, body, &things);
            let finding = |(it, about): (Diagnostic, Vec<Span>)| Broken {
                policy: id.full(),
                finding: places.diagnostic(it),
                about: about.into_iter().map(|span| places.absolute(span)).collect(),
            };
            broken.extend(findings.into_iter().map(finding));
        }
        broken
    }

    /// The exceptions of the project, by file and place.
    #[must_use]
    pub fn acceptances(&self) -> Vec<Acceptance> {
        let db = self.db();
        let mut found: Vec<Acceptance> = Vec::new();
        for item in all_items(db) {
            found.extend(check(db, item).acceptances.iter().cloned());
        }
        if found.is_empty() {
            return found;
        }
        let places = Places::new(db);
        for it in &mut found {
            (it.span, it.scope) = (places.absolute(it.span), places.absolute(it.scope));
        }
        found
    }

    /// The objectives of the project's services, by file and place. One that is not sound itself promises nothing.
    #[must_use]
    pub fn objectives(&self) -> Vec<model::Slo> {
        let db = self.db();
        let places = Places::new(db);
        let declared = all_items(db).filter(|item| head(db, *item).kind == Kind::Slo);
        let found = declared.filter_map(|item| match &value(db, item).entity {
            Entity::Slo(slo) => Some(crate::relocate::slo(slo, &|span| places.absolute(span))),
            _ => None,
        });
        found.collect()
    }

    /// The flags of the project, by file and place.
    #[must_use]
    pub fn flags(&self) -> Vec<model::Flag> {
        let db = self.db();
        let declared = all_items(db).filter(|item| head(db, *item).kind == Kind::Flag);
        let flags: Vec<Arc<model::Flag>> = declared
            .filter_map(|item| match &value(db, item).entity {
                Entity::Flag(flag) => Some(flag.clone()),
                _ => None,
            })
            .collect();
        let places = Places::new(db);
        flags.iter().map(|flag| model::Flag { span: places.absolute(flag.span), ..(**flag).clone() }).collect()
    }

    /// The tests of the project, by file and place; what functions give is settled, runs are not simulated here.
    #[must_use]
    pub fn tests(&self) -> Vec<(FileId, model::Test)> {
        let db = self.db();
        let places = Places::new(db);
        let declared = all_items(db).filter(|item| head(db, *item).kind == Kind::Test);
        let tests = declared.filter_map(|item| match &value(db, item).entity {
            Entity::Test(test) => Some((FileId(item.file(db).number(db)), relocated(test, &places))),
            _ => None,
        });
        tests.collect()
    }
}

fn all_items(db: &Database) -> impl Iterator<Item = ItemNode<'_>> {
    let files = Project::get(db).files(db).iter();
    files.flat_map(move |file: &SourceFile| items(db, *file).iter().copied())
}

fn relocated(test: &model::Test, places: &Places<'_>) -> model::Test {
    let mut test = test.clone();
    test.span = places.absolute(test.span);
    for case in &mut test.cases {
        let failures = std::mem::take(&mut case.failures);
        case.failures = failures.into_iter().map(|it| places.diagnostic(it)).collect();
        case.expectations.iter_mut().for_each(|it| it.span = places.absolute(it.span));
        let events = case.simulation.iter_mut().flat_map(|it| &mut it.events);
        events.for_each(|it| it.span = places.absolute(it.span));
    }
    test
}
