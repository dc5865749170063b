//! Tests as values: the runs to simulate, and what functions give.

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::condition::is_share;
use super::{Evaluator, display};
use crate::core::{
    Core, EventBody, EventKindBody, ExpectBody, ExpectKindBody, MomentBody, Named, PartBody, SimulateBody, TestBody,
};
use crate::model::{Answer, Case, Event, EventKind, Expectation, ExpectationKind, Moment, Outcome, Simulation, Test};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::units::percent_text;
use crate::value::Value;
use crate::view;

/// The artifact that stands for any.
const ANY_DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
/// How often an action of a test can fail.
const TIMES_MAX: i64 = 1_000;

impl Evaluator<'_> {
    pub(super) fn test(&mut self, body: &TestBody) -> Test {
        let cases = body.cases.iter().filter_map(|row| self.test_case(body, row)).collect();
        Test { title: body.title.clone(), span: body.span, cases }
    }

    /// Nothing where something was reported.
    fn test_case(&mut self, body: &TestBody, row: &Named) -> Option<Case> {
        let before = self.diagnostics.len();
        self.locals.clear();
        let mut label = Vec::new();
        for (name, core) in row {
            let value = self.value(core);
            label.push(format!("{name} = {}", display::shown(&value).unwrap_or_default()));
            self.locals.insert(name.clone(), value);
        }
        let simulation = body.simulate.as_ref().map(|simulate| self.simulation(simulate));
        let workflow = body.simulate.as_ref().map(|simulate| &simulate.workflow);
        let mut case =
            Case { label: label.join(", "), simulation, expectations: Vec::new(), looked_at: 0, failures: Vec::new() };
        for expect in &body.expects {
            match &expect.kind {
                ExpectKindBody::Holds(condition) => self.look(&mut case, expect.span, condition),
                _ => case.expectations.extend(self.of_run(expect, workflow)),
            }
        }
        (self.diagnostics.len() == before).then_some(case)
    }

    fn look(&mut self, case: &mut Case, at: Span, condition: &Core) {
        let value = self.value(condition);
        case.looked_at += 1;
        if value == Value::Bool(true) || value == Value::Error {
            return;
        }
        let mut failure = Diagnostic::error(codes::NOT_AS_EXPECTED, at, "this does not hold");
        let parts = self.parts(condition);
        if !parts.is_empty() {
            failure = failure.note(format!("here {}", parts.join(", ")));
        }
        if !case.label.is_empty() {
            failure = failure.note(format!("in the case {}", case.label));
        }
        case.failures.push(failure);
    }

    fn simulation(&mut self, body: &SimulateBody) -> Simulation {
        let any = self.locals.insert("any".into(), Value::Digest(ANY_DIGEST.into()));
        let arguments = body.args.iter().map(|(name, core)| (name.clone(), self.value(core))).collect();
        match any {
            Some(held) => self.locals.insert("any".into(), held),
            None => self.locals.remove("any"),
        };
        let events = body.events.iter().filter_map(|event| self.test_event(event, &body.workflow)).collect();
        Simulation { workflow: body.workflow.full(), arguments, events }
    }

    fn test_event(&mut self, body: &EventBody, workflow: &DeclId) -> Option<Event> {
        let kind = match &body.kind {
            EventKindBody::Crash => EventKind::Crash,
            EventKindBody::Silent => EventKind::Silent,
            EventKindBody::Unready(arm) => EventKind::Unready(arm.clone()),
            EventKindBody::Fails { action, times } => {
                let times = match times {
                    Some(core) => Some(self.int(core, "`times`", 1, TIMES_MAX)?),
                    None => None,
                };
                EventKind::Fails { action: action.name.clone(), times }
            }
            EventKindBody::Approval { answer, by } => {
                let by = match by {
                    Some(core) => Some(self.plain_text(core, "`by`")?),
                    None => None,
                };
                EventKind::Approval { answer: answered(answer), by }
            }
            EventKindBody::Metric { metric, arm, part, value } => self.scripted(metric, arm, part, value)?,
        };
        let at = match &body.at {
            Some(moment) => self.at_moment(moment, workflow)?,
            None => Moment::Start,
        };
        let lasts_ms = match &body.lasts {
            Some(core) => Some(self.period(core, "`for`")?),
            None => None,
        };
        Some(Event { span: body.span, kind, at, lasts_ms })
    }

    /// What a metric reads, if it can read so.
    fn scripted(&mut self, id: &DeclId, arm: &SmolStr, part: &PartBody, value: &Core) -> Option<EventKind> {
        let metric = self.metric_of(id)?;
        let reading = self.read_part(part)?;
        let value = if is_share(&metric, &reading) {
            Value::Ratio(self.share(value, &format!("`{}`", id.name))?)
        } else {
            self.within_range(&metric, value)?
        };
        Some(EventKind::Metric { metric: id.name.clone(), arm: arm.clone(), reading, value })
    }

    fn at_moment(&mut self, body: &MomentBody, workflow: &DeclId) -> Option<Moment> {
        match body {
            MomentBody::Time(core) => self.duration(core).map(Moment::After),
            MomentBody::Stage { span, weight, service, environment } => {
                let weight = self.share(weight, "a weight")?;
                let name = |id: &Option<DeclId>| id.as_ref().map(|id| id.name.clone());
                let (service, environment) = (name(service), name(environment));
                self.stage_exists(*span, weight, service.as_ref(), environment.as_ref(), workflow);
                Some(Moment::Stage { weight, service, environment })
            }
        }
    }

    /// A stage that no rollout has would never begin, and the test would show nothing.
    fn stage_exists(
        &mut self,
        at: Span,
        weight: Decimal,
        service: Option<&SmolStr>,
        environment: Option<&SmolStr>,
        workflow: &DeclId,
    ) {
        let Entity::Workflow(model) = entity_of(self.db, workflow) else { return };
        // What could not be read was reported, and may have had that stage.
        if model.incomplete {
            return;
        }
        let staged = view::staged(model).into_iter().filter(|it| {
            service.is_none_or(|name| it.service.name == *name)
                && environment.is_none_or(|name| it.environment.name == *name)
        });
        let mut weights: Vec<Decimal> = staged.flat_map(|it| it.weights).collect();
        if weights.contains(&weight) {
            return;
        }
        weights.sort_unstable();
        weights.dedup();
        let whose = match (service, environment) {
            (None, None) => format!("`{}`", workflow.name),
            (Some(one), None) | (None, Some(one)) => format!("`{one}`"),
            (Some(service), Some(environment)) => format!("`{service}` in `{environment}`"),
        };
        let message = format!("{whose} has no stage at {}", percent_text(weight));
        let mut diagnostic = Diagnostic::error(codes::NO_SUCH_STAGE, at, message);
        if !weights.is_empty() {
            let listed: Vec<String> = weights.into_iter().map(percent_text).collect();
            diagnostic = diagnostic.help(format!("its stages are at {}", listed.join(", ")));
        }
        self.report(diagnostic);
    }

    fn of_run(&mut self, expect: &ExpectBody, workflow: Option<&DeclId>) -> Option<Expectation> {
        let kind = match &expect.kind {
            ExpectKindBody::Outcome { outcome, at, within } => {
                let at = match at {
                    Some(moment) => Some(self.at_moment(moment, workflow?)?),
                    None => None,
                };
                let within_ms = match within {
                    Some(core) => Some(self.period(core, "`within`")?),
                    None => None,
                };
                ExpectationKind::Outcome { outcome: Outcome::of(outcome)?, at, within_ms }
            }
            ExpectKindBody::Budget { slo, op, limit } => {
                let slo = slo.as_ref().map(|id| id.name.clone());
                ExpectationKind::Budget { slo, op: *op, limit: self.ratio(limit)? }
            }
            ExpectKindBody::Exposure { op, limit } => {
                ExpectationKind::Exposure { op: *op, limit: self.share(limit, "an exposure")? }
            }
            ExpectKindBody::Ran { never, what, phase } => {
                ExpectationKind::Ran { never: *never, what: what.name.clone(), phase: phase.clone() }
            }
            ExpectKindBody::Holds(_) => return None,
        };
        Some(Expectation { span: expect.span, kind })
    }
}

fn answered(word: &str) -> Answer {
    match word {
        "given" => Answer::Given,
        "refused" => Answer::Refused,
        _ => Answer::Missing,
    }
}
