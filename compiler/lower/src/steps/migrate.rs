//! Steps that change data: one node for each phase, one behind the other.

use plan::{Migrate, Work};
use semantics::model::{self, CarriedPhase, Step};

use super::Frontier;
use crate::contract::is_on;
use crate::lowering::Lowering;
use crate::migration;
use crate::rollout::timing;

impl Lowering<'_> {
    pub(super) fn migrate(&mut self, step: &Step, migrate: &model::Migrate, after: Frontier) -> Frontier {
        let environment = self.environment(&migrate.environment);
        migrate.phases.iter().fold(after, |after, carried| {
            let work = self.carried(step, migrate, carried, &environment);
            let name = format!("migrate-{}.{}-in-{environment}", work.migration, work.phase.word());
            let id = self.step_id(&name);
            vec![self.outside(id, step, after, Work::Migrate(work))]
        })
    }

    fn carried(&mut self, step: &Step, migrate: &model::Migrate, carried: &CarriedPhase, environment: &str) -> Migrate {
        let migration = self.migration(&carried.migration);
        let database = &carried.migration.database.name;
        self.reach(&migrate.environment, environment, database);
        self.pin_released(&migrate.environment, environment, |it| is_on(&it.contract, database));
        Migrate {
            migration,
            phase: migration::name(carried.phase),
            environment: environment.to_owned(),
            retry: timing::forward(step.retry),
        }
    }
}
