//! Databases and migrations as values.

use std::sync::Arc;

use super::Evaluator;
use crate::core::{
    BackfillBody, BackfillPauseBody, DatabaseBody, MigrationBody, PhaseBody, PhaseKindBody, StatementBody,
};
use crate::model::{Backfill, BackfillPause, Database, Migration, MigrationPhase, PhaseKind};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::value::Value;

/// Most rows of one batch: each is one transaction, and holds its rows until it is over.
const BATCH_MAX: i64 = 1_000_000;

impl Evaluator<'_> {
    pub(super) fn database(&mut self, id: &DeclId, body: &DatabaseBody) -> Database {
        Database {
            name: id.name.clone(),
            span: self.named_at(),
            formerly: self.formerly(),
            provider: body.provider.clone(),
            config: self.value(&body.config),
            schema: body.schema.as_ref().and_then(|(_, text)| text.clone()),
        }
    }

    pub(super) fn migration(&mut self, id: &DeclId, body: &MigrationBody) -> Option<Migration> {
        let Entity::Database(database) = entity_of(self.db, &body.database) else { return None };
        let phases: Vec<Option<MigrationPhase>> = body.phases.iter().map(|phase| self.migration_phase(phase)).collect();
        Some(Migration {
            name: id.name.clone(),
            span: self.named_at(),
            formerly: self.formerly(),
            database: database.clone(),
            phases: phases.into_iter().collect::<Option<_>>()?,
        })
    }

    fn migration_phase(&mut self, body: &PhaseBody) -> Option<MigrationPhase> {
        let texts = |list: &[StatementBody]| list.iter().map(|it| it.sql.clone()).collect();
        let kind = match &body.kind {
            PhaseKindBody::Expand(list) => PhaseKind::Expand(texts(list)),
            PhaseKindBody::Contract(list) => PhaseKind::Contract(texts(list)),
            PhaseKindBody::Backfill(backfill) => PhaseKind::Backfill(Box::new(self.backfill(backfill)?)),
        };
        Some(MigrationPhase { span: body.span, kind })
    }

    fn backfill(&mut self, body: &BackfillBody) -> Option<Backfill> {
        let batch = self.int(&body.batch, "a batch", 1, BATCH_MAX);
        let pause = match &body.pause {
            Some(pause) => Some(self.backfill_pause(pause)?),
            None => None,
        };
        Some(Backfill {
            table: body.table.clone(),
            key: body.key.clone(),
            set: body.set.clone(),
            filter: body.filter.clone(),
            batch: u32::try_from(batch?).ok()?,
            pause,
        })
    }

    fn backfill_pause(&mut self, body: &BackfillPauseBody) -> Option<BackfillPause> {
        let limit = self.value(&body.limit);
        if let Value::Parameter(_) | Value::Error = limit {
            return self.not_constant(&body.limit, &limit);
        }
        let Entity::Metric(metric) = entity_of(self.db, &body.metric) else { return None };
        Some(BackfillPause { metric: Arc::clone(metric), op: body.op, limit })
    }
}
