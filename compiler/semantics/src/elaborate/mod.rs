//! From the syntax tree of one declaration to its typed body: names resolved, types and units checked.
//!
//! One file per construct. Everything that is reported becomes an error node, about which later phases stay
//! silent.

mod accept;
mod action;
mod arguments;
mod channel;
mod condition;
mod contract;
pub(crate) mod database;
mod embedded;
mod entities;
mod entity;
mod environment;
mod event;
mod expression;
mod flag;
mod functions;
mod gate;
mod group;
pub(crate) mod known_fields;
mod methods;
mod metric;
mod migration;
pub(crate) mod names;
pub(crate) mod notes;
mod operators;
mod patterns;
mod policy;
mod records;
mod released;
mod runbook;
mod scope;
mod secrets;
pub(crate) mod shapes;
mod slo;
mod steps;
mod strategy;
mod test;
mod text;
mod type_refs;
mod window;
mod workflow;

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, Span};
use smol_str::SmolStr;
use syntax::ast::{Decl, DeclKind, Param, Range, TypeBody};

use crate::core::{Body, DefaultBody};
use crate::database::SourceFile;
use crate::queries::place;
use crate::queries::source::ItemNode;
use crate::types::{DeclId, Type};
use notes::Notes;

/// Elaborates one declaration.
pub(crate) struct Elaborator<'db> {
    pub(crate) db: &'db dyn salsa::Database,
    pub(crate) file: SourceFile,
    pub(crate) item: ItemNode<'db>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Declarations that were named.
    pub(crate) uses: BTreeSet<DeclId>,
    /// Parameters and loop names, innermost last.
    locals: Vec<(SmolStr, Type)>,
    /// Other names for locals that hide another, by their place among them.
    renamed: Vec<(usize, SmolStr)>,
    /// How many have been renamed.
    renames: u32,
    /// What was settled where, if somebody asks.
    pub(crate) notes: Option<Box<Notes>>,
}

impl<'db> Elaborator<'db> {
    pub(crate) fn new(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Self {
        let file = item.file(db);
        Self {
            db,
            file,
            item,
            diagnostics: Vec::new(),
            uses: BTreeSet::new(),
            locals: Vec::new(),
            renamed: Vec::new(),
            renames: 0,
            notes: None,
        }
    }

    /// The body of the declaration.
    pub(crate) fn body(&mut self, decl: &Decl) -> Body {
        self.name_style(decl);
        if let Some(formerly) = &decl.formerly {
            self.formerly(formerly);
        }
        match &decl.kind {
            DeclKind::Use(_) | DeclKind::Error(_) => Body::Nothing,
            DeclKind::Type(it) => Body::Type(self.type_defaults(&it.body)),
            DeclKind::Let(it) => {
                let ty = self.held_type(&it.ty);
                Body::Let(self.expect(&it.value, &ty, &format!("`{}`", it.name.text)))
            }
            DeclKind::Function(it) => {
                let defaults = self.defaults(None, &it.params);
                self.parameters(&it.params);
                let ty = self.held_type(&it.result);
                let result = self.expect(&it.body, &ty, &format!("the result of `{}`", it.name.text));
                Body::Function { defaults, result }
            }
            DeclKind::Environment(it) => self.environment(it, decl.damaged),
            DeclKind::Service(it) => self.service(it),
            DeclKind::Database(it) => self.database(it),
            DeclKind::Migration(it) => self.migration(it),
            DeclKind::Released(it) => self.released(it),
            DeclKind::Metric(it) => self.metric(it),
            DeclKind::Slo(it) => self.slo(it),
            DeclKind::Gate(it) => self.gate(it),
            DeclKind::Strategy(it) => self.strategy(it),
            DeclKind::Action(it) => self.action(it),
            DeclKind::Workflow(it) => self.workflow(it),
            DeclKind::Group(it) => self.group(it),
            DeclKind::Flag(it) => self.flag(it),
            DeclKind::Policy(it) => self.policy(it),
            DeclKind::Test(it) => self.test(it),
        }
    }

    fn type_defaults(&mut self, body: &TypeBody) -> Vec<DefaultBody> {
        match body {
            TypeBody::Record(fields) => self.defaults(None, fields),
            TypeBody::Union(cases) => {
                cases.iter().flat_map(|case| self.defaults(Some(&case.name.text), &case.fields)).collect()
            }
            TypeBody::Refined { .. } | TypeBody::Error => Vec::new(),
        }
    }

    /// Defaults see no parameters: each is a constant of its own.
    fn defaults(&mut self, case: Option<&SmolStr>, params: &[Param]) -> Vec<DefaultBody> {
        let given = params.iter().filter_map(|param| Some((param, param.default.as_ref()?)));
        given
            .map(|(param, default)| {
                let ty = self.type_ref_quietly(&param.ty);
                let what = format!("the default of `{}`", param.name.text);
                DefaultBody {
                    case: case.cloned(),
                    name: param.name.text.clone(),
                    value: self.expect(default, &ty, &what),
                }
            })
            .collect()
    }

    /// Brings parameters into scope.
    fn parameters(&mut self, params: &[Param]) {
        for param in params {
            let ty = self.type_ref_quietly(&param.ty);
            self.warn_shadowing(&param.name);
            self.note_parameter(&param.name, &ty);
            self.locals.push((param.name.text.clone(), ty));
        }
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        place::span(self.item, range)
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
