//! Contracts of services, and the records of what runs whose digests a plan pins.

use plan::contract::{Clause, Record, Verb};
use plan::{Digest, Released};
use semantics::model::{self, AccessVerb, ContractClause};
use smol_str::SmolStr;

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// Pins what is recorded to run in an environment, of those services that matter to what is being lowered.
    pub(crate) fn pin_released(
        &mut self,
        environment: &model::Environment,
        key: &str,
        matters: impl Fn(&model::Released) -> bool,
    ) {
        let Some(lowered) = self.body.environments.get_mut(key) else { return };
        for it in environment.released.iter().filter(|it| matters(it)) {
            lowered.released.entry(it.service.to_string()).or_insert_with(|| pinned(it));
        }
    }
}

fn pinned(it: &model::Released) -> Released {
    let record = Record {
        service: it.service.to_string(),
        environment: it.environment.to_string(),
        release: it.release.to_string(),
        // The checker lets nothing stand there that is no digest.
        artifact: it.artifact.as_ref().and_then(|digest| Digest::parse(digest).ok()),
        contract: contract(&it.contract),
    };
    record.pinned()
}

/// Whether a release with this contract has to do with the database.
pub(crate) fn is_on(contract: &[ContractClause], name: &str) -> bool {
    contract.iter().any(|clause| match clause {
        ContractClause::Access { database, .. } | ContractClause::Index { database, .. } => database == name,
        ContractClause::Provides { .. } | ContractClause::Calls { .. } => false,
    })
}

/// A contract as a plan has it: sorted, because its order means nothing.
pub(crate) fn contract(clauses: &[ContractClause]) -> Vec<Clause> {
    let mut lowered: Vec<Clause> = clauses.iter().map(clause).collect();
    lowered.sort();
    lowered.dedup();
    lowered
}

fn clause(clause: &ContractClause) -> Clause {
    let texts = |list: &[SmolStr]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
    match clause {
        ContractClause::Access { verb: of, database, table, columns } => {
            let mut columns = texts(columns);
            columns.sort();
            Clause::Access { verb: verb(*of), database: database.to_string(), table: table.to_string(), columns }
        }
        ContractClause::Index { database, table, columns } => {
            Clause::Index { database: database.to_string(), table: table.to_string(), columns: texts(columns) }
        }
        ContractClause::Provides { interface, versions: (from, to) } => {
            Clause::Provides { interface: interface.to_string(), from: *from, to: *to }
        }
        ContractClause::Calls { service, interface, version } => {
            Clause::Calls { service: service.to_string(), interface: interface.to_string(), version: *version }
        }
    }
}

fn verb(verb: AccessVerb) -> Verb {
    match verb {
        AccessVerb::Reads => Verb::Reads,
        AccessVerb::Inserts => Verb::Inserts,
        AccessVerb::Updates => Verb::Updates,
        AccessVerb::Upserts => Verb::Upserts,
        AccessVerb::Deletes => Verb::Deletes,
        AccessVerb::Needs => Verb::Needs,
    }
}
