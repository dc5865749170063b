//! Migrations: into the body when a step carries out a phase of them, once each.

use diagnostics::Span;
use plan::{Backfill, Migration, PauseLimit, Phase, PhaseName};
use semantics::model::{self, PhaseKind};
use smol_str::SmolStr;

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The key of a migration.
    pub(crate) fn migration(&mut self, migration: &model::Migration) -> String {
        let database = self.database(&migration.database);
        let (key, new) = self.migrations.key(&migration.name, migration.span);
        if new {
            let phases = migration.phases.iter().map(|phase| self.phase(phase)).collect();
            self.body.migrations.insert(key.clone(), Migration { database, phases });
            self.declared("migration", &key, migration.span, migration.formerly.as_deref());
        }
        key
    }

    fn phase(&mut self, phase: &model::MigrationPhase) -> Phase {
        match &phase.kind {
            PhaseKind::Expand(list) => Phase::Expand { statements: texts(list) },
            PhaseKind::Contract(list) => Phase::Contract { statements: texts(list) },
            PhaseKind::Backfill(it) => Phase::Backfill(self.backfill(it, phase.span)),
        }
    }

    fn backfill(&mut self, it: &model::Backfill, at: Span) -> Backfill {
        let pause = it.pause.as_ref().map(|pause| PauseLimit {
            metric: self.metric(&pause.metric),
            op: pause.op.to_owned(),
            limit: self.json(&pause.limit, at),
        });
        Backfill {
            table: it.table.to_string(),
            key: it.key.to_string(),
            set: it.set.to_string(),
            filter: it.filter.as_ref().map(ToString::to_string),
            batch: it.batch,
            pause,
        }
    }
}

fn texts(list: &[SmolStr]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// The phase as the plan calls it.
pub(crate) fn name(phase: model::PhaseName) -> PhaseName {
    match phase {
        model::PhaseName::Expand => PhaseName::Expand,
        model::PhaseName::Backfill => PhaseName::Backfill,
        model::PhaseName::Contract => PhaseName::Contract,
    }
}
