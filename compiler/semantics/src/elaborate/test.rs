//! Tests: a table of cases, a run to simulate, what must come of it.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{Arg, Expectation, Expr, ExprKind, Moment, Name, StrPart, Test, TestEntry, TestEntryKind};

use super::Elaborator;
use super::notes::Whose;
use crate::core::{Body, Core, ExpectBody, ExpectKindBody, MomentBody, Named, SimulateBody, TestBody};
use crate::model::Outcome;
use crate::queries::scope::lookup;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

/// An artifact that does not matter: an argument of `simulate`.
const ANY: &str = "any";

/// What the entry before was about: the next may go on with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Simulate,
    Expect,
}

impl Elaborator<'_> {
    pub(super) fn test(&mut self, test: &Test) -> Body {
        let title = self.title(test);
        let (cases, names) = self.cases(test);
        let outer = self.locals.len();
        self.table_names(test, names);
        let mut body = TestBody {
            title: title.unwrap_or_default(),
            span: self.span(test.title_range),
            cases,
            simulate: None,
            expects: Vec::new(),
        };
        let mut before = Before::Nothing;
        for entry in &test.entries {
            before = self.test_entry(&mut body, entry, before);
        }
        self.locals.truncate(outer);
        let readable = !test.entries.iter().any(|entry| entry.kind == TestEntryKind::Error);
        let expects = test.entries.iter().any(|entry| matches!(entry.kind, TestEntryKind::Expect { .. }));
        if readable && !expects {
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, body.span, "this test expects nothing");
            self.report(diagnostic.help("say what must come of it: `expect completed`, `expect half(4%) == 2%`"));
        }
        Body::Test(Box::new(body))
    }

    fn title(&mut self, test: &Test) -> Option<SmolStr> {
        match test.title.as_slice() {
            [StrPart::Text(text)] if !text.trim().is_empty() => Some(text.into()),
            _ => {
                let at = self.span(test.title_range);
                let diagnostic = Diagnostic::error(codes::TEST_ENTRY, at, "a test has a title in plain text");
                self.report(diagnostic.help("say in a few words what it shows"));
                None
            }
        }
    }

    fn test_entry(&mut self, body: &mut TestBody, entry: &TestEntry, before: Before) -> Before {
        match &entry.kind {
            TestEntryKind::Case(_) | TestEntryKind::Error => before,
            TestEntryKind::Simulate(simulate) => {
                if body.simulate.is_some() {
                    let message = "a test simulates one run";
                    self.stray(self.span(entry.range), message, "write another test for the other run");
                    return Before::Simulate;
                }
                let args = self.simulated(&simulate.workflow, &simulate.args, self.span(entry.range));
                let events = simulate.events.iter().filter_map(|event| self.event(event)).collect();
                body.simulate = args.map(|(workflow, args)| SimulateBody { workflow, args, events });
                Before::Simulate
            }
            TestEntryKind::Events(events) => {
                if before != Before::Simulate {
                    let message = "nothing happens without a run";
                    self.stray(self.span(entry.range), message, "write it behind `simulate … with`");
                    return before;
                }
                let events: Vec<_> = events.iter().filter_map(|event| self.event(event)).collect();
                if let Some(simulate) = &mut body.simulate {
                    simulate.events.extend(events);
                }
                before
            }
            TestEntryKind::Expect { word, what } => {
                if word.is_none() && before != Before::Expect {
                    let message = "this says neither what happens nor what is expected";
                    self.stray(self.span(entry.range), message, "begin it with `expect`");
                    return before;
                }
                let simulated = before != Before::Nothing || body.simulate.is_some();
                let kind = self.expectation(what, self.span(entry.range), simulated);
                body.expects.extend(kind.map(|kind| ExpectBody { span: self.span(entry.range), kind }));
                Before::Expect
            }
        }
    }

    fn stray(&mut self, at: Span, message: &str, help: &str) {
        self.report(Diagnostic::error(codes::TEST_ENTRY, at, message).help(help));
    }

    /// The rows of the table, and the names that they give with their types.
    fn cases(&mut self, test: &Test) -> (Vec<Named>, Vec<(SmolStr, Type)>) {
        let mut names: Vec<(SmolStr, Type)> = Vec::new();
        let mut rows: Vec<Named> = Vec::new();
        for entry in &test.entries {
            let TestEntryKind::Case(args) = &entry.kind else { continue };
            let row = match rows.is_empty() {
                true => self.first_case(args, &mut names),
                false => self.further_case(self.span(entry.range), args, &names),
            };
            rows.push(row);
        }
        if rows.is_empty() {
            rows.push(Named::new());
        }
        (rows, names)
    }

    /// Brings the names of the table into scope.
    fn table_names(&mut self, test: &Test, names: Vec<(SmolStr, Type)>) {
        let rows = test.entries.iter().filter_map(|entry| match &entry.kind {
            TestEntryKind::Case(args) => Some(args),
            _ => None,
        });
        let mut written: Vec<&Name> = rows.flatten().filter_map(|arg| arg.name.as_ref()).collect();
        for (name, ty) in names {
            if let Some(first) = written.iter().position(|it| it.text == name) {
                self.note_brought(written.remove(first), &ty);
            }
            self.locals.push((name, ty));
        }
        written.into_iter().for_each(|name| self.note_name(&name.text, name.range));
    }

    fn first_case(&mut self, args: &[Arg], names: &mut Vec<(SmolStr, Type)>) -> Named {
        let mut row = Named::new();
        for arg in args {
            let (core, ty) = self.infer(&arg.value);
            match self.column(arg) {
                Some(name) if row.iter().any(|(known, _)| *known == name.text) => {
                    let message = format!("`{}` is given twice", name.text);
                    self.report(Diagnostic::error(codes::ARGUMENTS, self.span(name.range), message));
                }
                Some(name) => {
                    self.warn_shadowing(name);
                    names.push((name.text.clone(), ty));
                    row.push((name.text.clone(), core));
                }
                None => {}
            }
        }
        row
    }

    fn further_case(&mut self, at: Span, args: &[Arg], names: &[(SmolStr, Type)]) -> Named {
        let before = self.diagnostics.len();
        let mut row = Named::new();
        for arg in args {
            let Some(name) = self.column(arg) else { continue };
            let Some((known, ty)) = names.iter().find(|(known, _)| *known == name.text) else {
                let words: Vec<&str> = names.iter().map(|(known, _)| known.as_str()).collect();
                self.unknown_word(codes::ARGUMENTS, name, "named in the first case", &words);
                continue;
            };
            let value = self.expect(&arg.value, ty, &format!("`{known}`"));
            row.push((known.clone(), value));
        }
        let missing = names.iter().filter(|(known, _)| !row.iter().any(|(given, _)| given == known));
        let missing: Vec<&str> = missing.map(|(known, _)| known.as_str()).collect();
        if !missing.is_empty() && self.diagnostics.len() == before {
            let message = format!("this case needs {}, as the first has it", super::names::listed(&missing));
            self.report(Diagnostic::error(codes::ARGUMENTS, at, message));
        }
        row
    }

    fn column<'a>(&mut self, arg: &'a Arg) -> Option<&'a Name> {
        if arg.name.is_none() && !matches!(arg.value.kind, ExprKind::Error) {
            let message = "a case names its values";
            let diagnostic = Diagnostic::error(codes::ARGUMENTS, self.span(arg.value.range), message);
            self.report(diagnostic.help("write `case(name = value, …)`"));
        }
        arg.name.as_ref()
    }

    /// The workflow that is run, and what it is started with.
    fn simulated(&mut self, workflow: &Name, args: &[Arg], at: Span) -> Option<(DeclId, Named)> {
        let id = self.declared(workflow, Kind::Workflow)?;
        let Signature::Callable { params, .. } = signature_of(self.db, &id) else { return None };
        self.locals.push((ANY.into(), Type::Digest));
        let args = self.arguments(at, (&format!("`{}`", workflow.text), &Whose::of(&id)), params, args);
        self.locals.pop();
        Some((id, args))
    }

    fn expectation(&mut self, what: &Expectation, at: Span, simulated: bool) -> Option<ExpectKindBody> {
        let needs_run = match what {
            Expectation::Outcome { outcome, at, within } => {
                Outcome::of(&outcome.text).is_some() || at.is_some() || within.is_some()
            }
            Expectation::Budget { .. } | Expectation::Exposure { .. } | Expectation::Ran { .. } => true,
            Expectation::Holds(_) => false,
        };
        if needs_run && !simulated {
            self.stray(at, "this is expected of a run, but nothing is simulated", "write `simulate …` before it");
            return None;
        }
        match what {
            Expectation::Outcome { outcome, at, within } => {
                if Outcome::of(&outcome.text).is_none() && at.is_none() && within.is_none() {
                    return self.holds(outcome);
                }
                if Outcome::of(&outcome.text).is_none() {
                    let words: Vec<&str> = Outcome::ALL.iter().map(|(word, _)| *word).collect();
                    self.unknown_word(codes::UNKNOWN_NAME, outcome, "how a run can end", &words);
                    return None;
                }
                let at = at.as_ref().map(|at| self.turning(at));
                let within = within.as_ref().map(|it| self.expect(it, &Type::Duration, "`within`"));
                Some(ExpectKindBody::Outcome { outcome: outcome.text.clone(), at: at.flatten(), within })
            }
            Expectation::Budget { slo, op, limit, .. } => {
                let slo = match slo {
                    Some(name) => Some(self.declared(name, Kind::Slo)?),
                    None => None,
                };
                Some(ExpectKindBody::Budget { slo, op: *op, limit: self.share_of(limit) })
            }
            Expectation::Exposure { op, limit, .. } => {
                Some(ExpectKindBody::Exposure { op: *op, limit: self.share_of(limit) })
            }
            Expectation::Ran { never, what, phase } => self.ran(*never, what, phase.as_ref()),
            Expectation::Holds(condition) => {
                Some(ExpectKindBody::Holds(self.expect(condition, &Type::Bool, "`expect`")))
            }
        }
    }

    /// Where a run turns.
    fn turning(&mut self, at: &Moment) -> Option<MomentBody> {
        if let Moment::Time(time) = at {
            let help = "write `at stage 25%`; how long it may take is said by `within`";
            self.stray(self.span(time.range), "a run turns at a stage, not at a time", help);
            return None;
        }
        self.moment(at)
    }

    /// A word alone that is no outcome: a value, or a misspelt outcome.
    fn holds(&mut self, word: &Name) -> Option<ExpectKindBody> {
        let known = self.local(&word.text).is_some() || lookup(self.db, self.file, &word.text).is_some();
        if !known {
            let words: Vec<&str> = Outcome::ALL.iter().map(|(word, _)| *word).collect();
            self.unknown_word(codes::UNKNOWN_NAME, word, "how a run can end", &words);
            return None;
        }
        let name = Expr { range: word.range, kind: ExprKind::Name(word.text.clone()) };
        Some(ExpectKindBody::Holds(self.expect(&name, &Type::Bool, "`expect`")))
    }

    fn share_of(&mut self, limit: &Expr) -> Core {
        self.expect(limit, &Type::Ratio, "the limit")
    }

    fn ran(&mut self, never: bool, what: &Name, phase: Option<&Name>) -> Option<ExpectKindBody> {
        let what = match phase {
            None => self.declared(what, Kind::Action)?,
            Some(_) => self.declared(what, Kind::Migration)?,
        };
        Some(ExpectKindBody::Ran { never, what, phase: phase.map(|name| name.text.clone()) })
    }
}
