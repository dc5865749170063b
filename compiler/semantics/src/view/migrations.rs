//! Migrations as records.

use super::{Seen, Thing, environment, record, text};
use crate::model::{CarriedPhase, Migrate, Subject};
use crate::value::Value;

impl Seen {
    /// One thing for each migration that the step names, with the phases of it.
    pub(super) fn migrate(&mut self, migrate: &Migrate, approved: i64) {
        let mut of: Vec<(&CarriedPhase, Vec<Value>)> = Vec::new();
        for phase in &migrate.phases {
            match of.iter_mut().find(|(first, _)| first.migration.span == phase.migration.span) {
                Some((_, phases)) => phases.push(text(phase.phase.word())),
                None => of.push((phase, vec![text(phase.phase.word())])),
            }
        }
        for (first, phases) in of {
            let (migration, place) = (&first.migration, &migrate.environment);
            let value = record(
                Subject::Migration.record(),
                [
                    ("name", text(&migration.name)),
                    ("database", text(&migration.database.name)),
                    ("environment", environment(place)),
                    ("phases", Value::List(phases)),
                    ("approvals", Value::Int(approved)),
                ],
            );
            self.migrations.push(value.clone());
            let described = format!("the migration `{}` in `{}`", migration.name, place.name);
            let about = vec![migration.span, migration.database.span, place.span];
            self.things.push(Thing { subject: Subject::Migration, described, span: first.span, about, value });
        }
    }
}
