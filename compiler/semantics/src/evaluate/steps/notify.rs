//! Telling all who watch an environment: one message on each of its channels.

use diagnostics::{Diagnostic, codes};

use super::Evaluator;
use crate::core::{Core, RunBody, StepBody};
use crate::model::{Step, StepKind};
use crate::queries::value::{Entity, entity_of};

impl Evaluator<'_> {
    /// The messages are branches: none waits for another.
    pub(super) fn notify_all(&mut self, step: &StepBody, environment: &Core, text: &Core) -> Option<StepKind> {
        let id = self.entity_id(environment)?;
        let Entity::Environment(watched) = entity_of(self.db, &id) else { return None };
        if watched.channels.is_empty() {
            if !watched.incomplete {
                let message = format!("nobody watches `{}`: it names no channel", watched.name);
                let diagnostic = Diagnostic::error(codes::NO_CHANNEL, environment.span, message);
                self.report(diagnostic.also(watched.span, "declared here").help("give it one: `notify = team`"));
            }
            return None;
        }
        let told = watched.channels.iter().map(|channel| {
            let args = vec![(channel.parameter.clone(), text.clone())];
            let run = self.run(&RunBody { action: channel.action.clone(), args, binding: None })?;
            Some(Step::bare(step.span, StepKind::Notify(run)))
        });
        told.collect::<Option<Vec<Step>>>().map(StepKind::Parallel)
    }
}
