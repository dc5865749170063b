//! Contracts of services: tables and columns that are there, interfaces that somebody provides.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{ContractClause, ContractKind, DeclKind, Expr, ExprKind, Name, TableRef};

use super::Elaborator;
use super::names::suggest;
use super::notes::Wanted;
use crate::core::{ContractBody, Core, CoreKind};
use crate::queries::place::declared_at;
use crate::queries::scope::definition_of;
use crate::queries::source::{Kind, parsed};
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn contract(&mut self, clauses: &[ContractClause]) -> Vec<ContractBody> {
        clauses.iter().filter_map(|clause| self.contract_clause(clause)).collect()
    }

    fn contract_clause(&mut self, clause: &ContractClause) -> Option<ContractBody> {
        match &clause.kind {
            ContractKind::Access { verb, table, columns } => {
                let (database, columns) = self.columns(table, columns)?;
                Some(ContractBody::Access { verb: *verb, database, table: table.table.text.clone(), columns })
            }
            ContractKind::Index { table, columns } => {
                let (database, columns) = self.columns(table, columns)?;
                Some(ContractBody::Index { database, table: table.table.text.clone(), columns })
            }
            ContractKind::Provides { interface, versions } => {
                let versions = self.versions(versions);
                Some(ContractBody::Provides { interface: interface.text.clone(), versions })
            }
            ContractKind::Calls { service, interface, version } => {
                let version = self.expect(version, &Type::Int, "the version");
                let id = self.declared(service, Kind::Service)?;
                self.is_provided(&id, interface);
                Some(ContractBody::Calls { service: id.name, interface: interface.text.clone(), version })
            }
            ContractKind::Stray(name) => {
                let message = format!("`{}` needs a `=` before its value", name.text);
                self.report(Diagnostic::error(codes::MISSING_EQUALS, self.span(name.range), message));
                None
            }
        }
    }

    fn columns(&mut self, table: &TableRef, columns: &[Name]) -> Option<(DeclId, Vec<SmolStr>)> {
        let database = self.declared(&table.database, Kind::Database)?;
        self.note_wanted(table.table.range, || Wanted::Table(database.clone()));
        for column in columns {
            self.note_wanted(column.range, || Wanted::Column(database.clone(), table.table.text.clone()));
        }
        self.check_table(&database, &table.table.text, self.span(table.table.range));
        let mut kept: Vec<&Name> = Vec::new();
        for column in columns {
            if let Some(first) = kept.iter().find(|first| first.text == column.text) {
                let message = format!("the column `{}` is named twice", column.text);
                let diagnostic = Diagnostic::error(codes::DUPLICATE_FIELD, self.span(column.range), message);
                self.report(diagnostic.label("the second").also(self.span(first.range), "the first"));
                continue;
            }
            self.check_column(&database, &table.table.text, &column.text, self.span(column.range));
            kept.push(column);
        }
        Some((database, kept.into_iter().map(|name| name.text.clone()).collect()))
    }

    /// A range of versions; one version is a range of itself.
    fn versions(&mut self, value: &Expr) -> Core {
        if let ExprKind::Interval(..) = &value.kind {
            return self.expect(value, &Type::Range(Box::new(Type::Int)), "the versions");
        }
        let version = self.expect(value, &Type::Int, "the version");
        Core::new(version.span, CoreKind::Range(Box::new(version.clone()), Box::new(version)))
    }

    fn is_provided(&mut self, service: &DeclId, interface: &Name) {
        let Some(item) = definition_of(self.db, service) else { return };
        let decl = &parsed(self.db, item).decl;
        let DeclKind::Service(called) = &decl.kind else { return };
        let provided = called.contract.iter().filter_map(|clause| match &clause.kind {
            ContractKind::Provides { interface, .. } => Some(interface.text.as_str()),
            _ => None,
        });
        let provided: Vec<&str> = provided.collect();
        if decl.damaged || provided.contains(&interface.text.as_str()) {
            return;
        }
        let at = self.span(interface.range);
        let message = format!("`{}` provides no `{}`", service.name, interface.text);
        let mut diagnostic = Diagnostic::error(codes::NOT_PROVIDED, at, message);
        if let Some(there) = declared_at(self.db, service) {
            diagnostic = diagnostic.also(there, format!("`{}` is declared here", service.name));
        }
        self.report(suggest(diagnostic, at, &interface.text, &provided));
    }
}
