//! Approvals, and waits for nothing but time.

use diagnostics::{Applicability, Diagnostic, Fix, codes};
use syntax::ast::{Approval, Range, Step, Wait};

use super::Elaborator;
use crate::core::{CoreKind, StepKindBody};
use crate::elaborate::entity::library_union;
use crate::types::Type;

/// Who may approve.
const PEOPLE: &str = "std.people.People";

impl Elaborator<'_> {
    pub(super) fn approval(&mut self, step: &Step, approval: &Approval) -> Option<StepKindBody> {
        let count = approval.count.as_ref().map(|count| self.expect(count, &Type::Int, "the number of approvals"));
        let people = self.expect(&approval.people, &library_union(PEOPLE), "`from`");
        if step.modifiers.within.is_none() {
            let message = "an approval needs a deadline";
            let end = self.span(Range::new(step.range.end, step.range.end));
            let diagnostic = Diagnostic::error(codes::WITHOUT_DEADLINE, self.span(step.range), message)
                .note("a run that waits for ever holds its environment for ever")
                .help("say how long it may wait: `within 8h`")
                .fix(Fix::replace("write `within 8h`", end, " within 8h", Applicability::Guess));
            self.report(diagnostic);
            return None;
        }
        let after_the_fact = step.modifiers.after_the_fact.is_some();
        let error = matches!(people.kind, CoreKind::Error);
        (!error).then_some(StepKindBody::Approval { count, people, after_the_fact })
    }

    pub(super) fn wait(&mut self, wait: &Wait) -> StepKindBody {
        match wait {
            Wait::For(duration) => StepKindBody::Wait(self.expect(duration, &Type::Duration, "`wait`")),
            Wait::Until { time, zone } => StepKindBody::WaitUntil {
                time: self.expect(time, &Type::Time, "`wait until`"),
                zone: self.expect(zone, &Type::String, "the time zone"),
            },
        }
    }
}
