//! Migrations: phases in their order, statements against what is known of the database.

use diagnostics::{Diagnostic, codes};
use foreign::sql::{self, BackfillPart};
use smol_str::SmolStr;
use syntax::ast::{Backfill, BinaryOp, Expr, ExprKind, Migration, Name, Phase, PhaseKind, Statement};

use super::Elaborator;
use crate::core::{BackfillBody, BackfillPauseBody, Body, MigrationBody, PhaseBody, PhaseKindBody, StatementBody};
use crate::queries::schema::known;
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn migration(&mut self, migration: &Migration) -> Body {
        let database = self.declared(&migration.database, Kind::Database);
        self.phases_in_order(&migration.phases);
        let phases: Vec<_> =
            migration.phases.iter().filter_map(|phase| self.migration_phase(database.as_ref(), phase)).collect();
        if migration.phases.is_empty() {
            let message = format!("migration `{}` has no phases", migration.name.text);
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(migration.name.range), message);
            self.report(diagnostic.help("say what it does: `expand { … }`, `backfill …`, `contract { … }`"));
        }
        match database {
            Some(database) => Body::Migration(MigrationBody { database, phases }),
            None => Body::Nothing,
        }
    }

    /// Each phase once: first what is added, then the rows, then what is taken away. One phase that stands too early
    /// puts all others out of order, so that is said once.
    fn phases_in_order(&mut self, phases: &[Phase]) {
        let mut seen: Vec<(usize, &Phase)> = Vec::new();
        let mut ordered = true;
        for phase in phases {
            let Some(rank) = rank(&phase.kind) else { continue };
            if let Some((_, first)) = seen.iter().find(|(before, _)| *before == rank) {
                let message = format!("a migration has one `{}`", word(&phase.kind));
                self.out_of_order(phase, first, message, "the first");
            } else if let Some((_, first)) = seen.iter().find(|(before, _)| ordered && *before > rank) {
                let message = format!("`{}` comes before `{}`", word(&phase.kind), word(&first.kind));
                self.out_of_order(phase, first, message, "this stands before it");
                ordered = false;
            }
            seen.push((rank, phase));
        }
    }

    fn out_of_order(&mut self, phase: &Phase, first: &Phase, message: String, label: &str) {
        let diagnostic = Diagnostic::error(codes::PHASES, self.span(phase.head), message)
            .also(self.span(first.head), label)
            .help("the order is `expand`, `backfill`, `contract`; what does not fit is another migration");
        self.report(diagnostic);
    }

    fn migration_phase(&mut self, database: Option<&DeclId>, phase: &Phase) -> Option<PhaseBody> {
        let kind = match &phase.kind {
            PhaseKind::Expand(list) => PhaseKindBody::Expand(self.statements(database, phase, list)),
            PhaseKind::Contract(list) => PhaseKindBody::Contract(self.statements(database, phase, list)),
            PhaseKind::Backfill(backfill) => PhaseKindBody::Backfill(Box::new(self.backfill(database, backfill)?)),
            PhaseKind::StrayPause => {
                let message = "`pause when` belongs to the `backfill` before it, once";
                self.report(Diagnostic::error(codes::PHASES, self.span(phase.head), message));
                return None;
            }
            PhaseKind::StraySql => {
                let message = "a statement stands in `expand { … }` or `contract { … }`";
                self.report(Diagnostic::error(codes::PHASES, self.span(phase.head), message));
                return None;
            }
            PhaseKind::Error => return None,
        };
        Some(PhaseBody { span: self.span(phase.range), kind })
    }

    fn statements(&mut self, database: Option<&DeclId>, phase: &Phase, list: &[Statement]) -> Vec<StatementBody> {
        if list.is_empty() {
            let message = format!("`{}` does nothing", word(&phase.kind));
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(phase.head), message);
            self.report(diagnostic.help("write its statements, `sql \"…\"`, or take it out"));
        }
        let texts = list.iter().filter_map(|statement| match statement {
            Statement::Sql(text) => Some(text),
            Statement::Error => None,
        });
        texts.filter_map(|text| self.statement(database, text)).collect()
    }

    fn statement(&mut self, database: Option<&DeclId>, expr: &Expr) -> Option<StatementBody> {
        let text = self.sql_text(expr)?;
        let body = StatementBody { span: self.span(expr.range), sql: SmolStr::from(text) };
        let Some((database, dialect)) = database.and_then(|id| Some((id, known(self.db, id).dialect?))) else {
            return Some(body);
        };
        match sql::statement(dialect, text) {
            Ok(read) => {
                for mention in &read.mentions {
                    let at = self.inside(expr.range, Some(mention.range.clone()));
                    self.check_mention(database, mention, at);
                }
                Some(body)
            }
            Err(fault) => {
                self.unreadable(expr.range, codes::BAD_SQL, "SQL", &fault);
                None
            }
        }
    }

    fn backfill(&mut self, database: Option<&DeclId>, it: &Backfill) -> Option<BackfillBody> {
        let batch = self.expect(&it.batch, &Type::Int, "the size of a batch");
        let pause = it.pause.as_ref().map(|when| self.backfill_pause(when));
        let set = self.sql_text(&it.set);
        let filter = it.filter.as_ref().map(|filter| self.sql_text(filter));
        let (set, filter) = (set?, filter.map_or(Some(None), |filter| filter.map(Some))?);
        if let Some(database) = database {
            self.backfill_columns(database, it, set, filter);
        }
        Some(BackfillBody {
            table: it.table.text.clone(),
            key: it.key.text.clone(),
            set: set.into(),
            filter: filter.map(SmolStr::from),
            batch,
            pause: pause.map_or(Some(None), |pause| pause.map(Some))?,
        })
    }

    fn backfill_columns(&mut self, database: &DeclId, it: &Backfill, set: &str, filter: Option<&str>) {
        let Some(dialect) = known(self.db, database).dialect else { return };
        let table = it.table.text.as_str();
        self.check_table(database, table, self.span(it.table.range));
        self.check_column(database, table, &it.key.text, self.span(it.key.range));
        self.key_is_unique(database, it);
        match sql::backfill(dialect, table, set, filter) {
            Ok(mentions) => {
                // The table was looked for already.
                for (part, mention) in mentions.iter().filter(|(_, mention)| mention.column.is_some()) {
                    let Some(expr) = part_of(it, *part) else { continue };
                    let at = self.inside(expr.range, Some(mention.range.clone()));
                    self.check_mention(database, mention, at);
                }
            }
            Err((part, fault)) => {
                if let Some(expr) = part_of(it, part) {
                    self.unreadable(expr.range, codes::BAD_SQL, "SQL", &fault);
                }
            }
        }
    }

    fn key_is_unique(&mut self, database: &DeclId, it: &Backfill) {
        let table = known(self.db, database).schema.table(&it.table.text);
        if table.is_some_and(|table| table.repeats(&it.key.text)) {
            let message = format!("`{}.{}` is not unique", it.table.text, it.key.text);
            let diagnostic = Diagnostic::error(codes::BACKFILL_KEY, self.span(it.key.range), message)
                .note("batches go on behind the last key they reached: rows with an equal key would be left out")
                .help("order the rows by a primary key, or by a column with a unique index");
            self.report(diagnostic);
        }
    }

    /// `metric > limit`
    fn backfill_pause(&mut self, when: &Expr) -> Option<BackfillPauseBody> {
        let at = self.span(when.range);
        let ExprKind::Binary(op, left, limit) = &when.kind else {
            if !matches!(when.kind, ExprKind::Error) {
                let message = "a backfill pauses while a metric is beyond a limit";
                let diagnostic = Diagnostic::error(codes::BAD_CONDITION, at, message);
                self.report(diagnostic.help("write `pause when replica_lag > 5s`"));
            }
            return None;
        };
        let ExprKind::Name(word) = &left.kind else {
            let message = "the name of a metric is needed here";
            self.report(Diagnostic::error(codes::BAD_CONDITION, self.span(left.range), message));
            return None;
        };
        if !matches!(op, BinaryOp::Greater | BinaryOp::AtLeast | BinaryOp::Less | BinaryOp::AtMost) {
            let message = format!("a limit is above or below: `>` or `<`, not `{}`", op.text());
            self.report(Diagnostic::error(codes::BAD_CONDITION, at, message));
            return None;
        }
        let metric = self.declared(&Name { text: word.clone(), range: left.range }, Kind::Metric);
        let limit = self.pause_limit(word, limit);
        Some(BackfillPauseBody { metric: metric?, op: op.text(), limit: limit? })
    }

    fn pause_limit(&mut self, metric: &str, limit: &Expr) -> Option<crate::core::Core> {
        let (core, ty) = self.infer(limit);
        match ty {
            Type::Duration | Type::Ratio | Type::Int | Type::Count | Type::Bytes | Type::Rate => Some(core),
            Type::Error => None,
            other => {
                let message = format!("a limit of `{metric}` is a quantity, but this is {}", other.with_article());
                let diagnostic = Diagnostic::error(codes::TYPE_MISMATCH, core.span, message);
                self.report(diagnostic.help("write a duration, a share, a number, a size or a rate: `5s`, `80%`"));
                None
            }
        }
    }
}

fn part_of(it: &Backfill, part: BackfillPart) -> Option<&Expr> {
    match part {
        BackfillPart::Set => Some(&it.set),
        BackfillPart::Where => it.filter.as_ref(),
    }
}

fn rank(kind: &PhaseKind) -> Option<usize> {
    match kind {
        PhaseKind::Expand(_) => Some(0),
        PhaseKind::Backfill(_) => Some(1),
        PhaseKind::Contract(_) => Some(2),
        PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => None,
    }
}

fn word(kind: &PhaseKind) -> &'static str {
    match kind {
        PhaseKind::Expand(_) => "expand",
        PhaseKind::Backfill(_) => "backfill",
        PhaseKind::Contract(_) => "contract",
        PhaseKind::StrayPause | PhaseKind::StraySql | PhaseKind::Error => "phase",
    }
}
