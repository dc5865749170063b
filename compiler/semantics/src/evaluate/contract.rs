//! Contracts and records of releases as values.

use diagnostics::{Diagnostic, codes};

use super::Evaluator;
use crate::core::{ContractBody, Core, ReleasedBody};
use crate::model::{ContractClause, Released};
use crate::queries::source::ItemNode;
use crate::queries::value::{Entity, value};
use crate::types::DeclId;
use crate::value::Value;

/// The highest version of an interface.
const VERSION_MAX: i64 = 1_000_000;

impl Evaluator<'_> {
    pub(super) fn contract(&mut self, clauses: &[ContractBody]) -> Option<Vec<ContractClause>> {
        let clauses: Vec<_> = clauses.iter().map(|clause| self.contract_clause(clause)).collect();
        clauses.into_iter().collect()
    }

    fn contract_clause(&mut self, clause: &ContractBody) -> Option<ContractClause> {
        Some(match clause {
            ContractBody::Access { verb, database, table, columns } => ContractClause::Access {
                verb: *verb,
                database: database.name.clone(),
                table: table.clone(),
                columns: columns.clone(),
            },
            ContractBody::Index { database, table, columns } => ContractClause::Index {
                database: database.name.clone(),
                table: table.clone(),
                columns: columns.clone(),
            },
            ContractBody::Provides { interface, versions } => {
                ContractClause::Provides { interface: interface.clone(), versions: self.versions(versions)? }
            }
            ContractBody::Calls { service, interface, version } => ContractClause::Calls {
                service: service.clone(),
                interface: interface.clone(),
                version: self.int(version, "a version", 0, VERSION_MAX)?,
            },
        })
    }

    fn versions(&mut self, core: &Core) -> Option<(i64, i64)> {
        let value = self.value(core);
        let Value::Range(low, high) = &value else { return self.not_constant(core, &value) };
        match (&**low, &**high) {
            (Value::Int(low), Value::Int(high)) if (0..=VERSION_MAX).contains(low) && *high <= VERSION_MAX => {
                Some((*low, *high))
            }
            (Value::Int(_), Value::Int(_)) => {
                let message = format!("a version must lie in 0..{VERSION_MAX}");
                self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
                None
            }
            _ => None,
        }
    }

    pub(super) fn released(&mut self, item: ItemNode<'_>, body: &ReleasedBody) -> Option<Released> {
        let artifact = match &body.artifact {
            Some(core) => match self.value(core) {
                Value::Digest(digest) => Some(digest),
                other => return self.not_constant(core, &other),
            },
            None => None,
        };
        Some(Released {
            service: body.service.name.clone(),
            environment: body.environment.name.clone(),
            span: crate::queries::place::span(item, crate::queries::source::parsed(self.db, item).decl.head),
            release: body.release.clone(),
            artifact,
            contract: self.contract(&body.contract)?,
        })
    }
}

/// The records of what runs in an environment.
pub(super) fn released_in(db: &dyn salsa::Database, environment: &DeclId) -> Vec<std::sync::Arc<Released>> {
    let items = crate::queries::releases::released_in(db, environment);
    let found = items.filter_map(|item| match &value(db, item).entity {
        Entity::Released(released) => Some(released.clone()),
        _ => None,
    });
    found.collect()
}
