//! Steps that change data: phases of migrations, each by its name.

use diagnostics::{Diagnostic, Span, codes};
use syntax::ast::{DeclKind, Migrate, PhaseKind, PhaseRef};

use super::super::names::suggest;
use super::Elaborator;
use crate::core::{PhaseUse, StepKindBody};
use crate::model::PhaseName;
use crate::queries::place::declared_at;
use crate::queries::scope::definition_of;
use crate::queries::source::{Kind, parsed};
use crate::types::DeclId;

impl Elaborator<'_> {
    pub(super) fn migrate(&mut self, migrate: &Migrate) -> Option<StepKindBody> {
        let environment = self.entity(&migrate.environment, Kind::Environment);
        let phases: Vec<Option<PhaseUse>> = migrate.phases.iter().map(|phase| self.phase_use(phase)).collect();
        let phases = phases.into_iter().collect::<Option<Vec<PhaseUse>>>()?;
        Some(StepKindBody::Migrate { phases, environment: environment? })
    }

    fn phase_use(&mut self, named: &PhaseRef) -> Option<PhaseUse> {
        let migration = self.declared(&named.migration, Kind::Migration)?;
        let has = self.phases_of(&migration)?;
        let Some(phase) = has.iter().copied().find(|phase| phase.word() == named.phase.text) else {
            self.no_such_phase(named, &migration, &has);
            return None;
        };
        Some(PhaseUse { span: self.span(named.migration.range.to(named.phase.range)), migration, phase })
    }

    fn no_such_phase(&mut self, named: &PhaseRef, migration: &DeclId, has: &[PhaseName]) {
        let at: Span = self.span(named.phase.range);
        let words: Vec<&str> = has.iter().map(|phase| phase.word()).collect();
        let message = format!("the migration `{}` has no phase `{}`", migration.name, named.phase.text);
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_PHASE, at, message);
        if let Some(there) = declared_at(self.db, migration) {
            diagnostic = diagnostic.also(there, format!("`{}` is declared here", migration.name));
        }
        self.report(suggest(diagnostic, at, &named.phase.text, &words));
    }

    /// The phases that a migration has; nothing where it cannot be read whole.
    fn phases_of(&self, id: &DeclId) -> Option<Vec<PhaseName>> {
        let decl = &parsed(self.db, definition_of(self.db, id)?).decl;
        let DeclKind::Migration(migration) = &decl.kind else { return None };
        let phases = migration.phases.iter().filter_map(|phase| match &phase.kind {
            PhaseKind::Expand(_) => Some(PhaseName::Expand),
            PhaseKind::Backfill(_) => Some(PhaseName::Backfill),
            PhaseKind::Contract(_) => Some(PhaseName::Contract),
            PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => None,
        });
        (!decl.damaged).then(|| phases.collect())
    }
}
