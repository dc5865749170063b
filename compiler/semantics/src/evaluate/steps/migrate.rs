//! Phases of migrations, and where they are carried out.

use super::Evaluator;
use crate::core::{Core, PhaseUse, StepBody};
use crate::model::{CarriedPhase, Migrate};
use crate::queries::value::{Entity, entity_of};

impl Evaluator<'_> {
    pub(super) fn migrate(&mut self, step: &StepBody, phases: &[PhaseUse], environment: &Core) -> Option<Migrate> {
        let environment = self.environment_at(step.span, environment)?;
        let phases: Option<Vec<CarriedPhase>> = phases.iter().map(|phase| self.carried(phase)).collect();
        Some(Migrate { phases: phases?, environment })
    }

    fn carried(&self, phase: &PhaseUse) -> Option<CarriedPhase> {
        let Entity::Migration(migration) = entity_of(self.db, &phase.migration) else { return None };
        Some(CarriedPhase { span: phase.span, migration: migration.clone(), phase: phase.phase })
    }
}
