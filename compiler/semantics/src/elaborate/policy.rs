//! Policies: the record that they see, and conditions over it.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Policy, Requirement};

use super::Elaborator;
use crate::core::{Body, PolicyBody, RequirementBody};
use crate::model::Subject;
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn policy(&mut self, policy: &Policy) -> Body {
        if policy.requirements.is_empty() && !policy.incomplete {
            let message = format!("policy `{}` requires nothing", policy.name.text);
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(policy.name.range), message);
            self.report(diagnostic.help("say what must hold: `require r.stages.all(s => s.guard != none)`"));
        }
        let subject = Subject::ALL.into_iter().find(|subject| subject.word() == policy.subject.text);
        let seen = match subject {
            Some(subject) => Type::Record(DeclId::of_full(subject.record())),
            None => {
                let words = Subject::ALL.map(Subject::word);
                self.unknown_word(codes::POLICY_SUBJECT, &policy.subject, "what a policy can be about", &words);
                Type::Error
            }
        };
        self.warn_shadowing(&policy.binder);
        self.note_brought(&policy.binder, &seen);
        self.locals.push((policy.binder.text.clone(), seen));
        let condition = policy.condition.as_ref().map(|it| self.expect(it, &Type::Bool, "`where`"));
        let requirements = policy.requirements.iter().map(|it| self.requirement(it)).collect();
        self.locals.pop();
        match subject {
            Some(subject) => {
                let binder = policy.binder.text.clone();
                Body::Policy(PolicyBody { subject, binder, condition, requirements })
            }
            None => Body::Nothing,
        }
    }

    fn requirement(&mut self, requirement: &Requirement) -> RequirementBody {
        RequirementBody {
            span: self.span(requirement.range),
            condition: self.expect(&requirement.condition, &Type::Bool, "`require`"),
            because: requirement.because.as_ref().map(|why| self.expect(why, &Type::String, "`because`")),
        }
    }
}
