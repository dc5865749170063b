//! The state of one lowering: the body as it grows, where its parts stand, and what could not be lowered.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use plan::{Body, Decision, Draft, Node, NodeId, Parameter, ParameterType, Place, Plan, Work};
use semantics::model;
use semantics::value::Value;
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::names::{Declared, Repeats};
use crate::values::{self, Unfit};

/// Lowers a workflow of a project without errors, and seals what comes of it: see [`draft`].
///
/// # Errors
/// Those of [`draft`].
pub fn lower(
    workflow: &model::Workflow,
    edition: &str,
    places: &dyn Fn(Span) -> Place,
) -> Result<Plan, Vec<Diagnostic>> {
    draft(workflow, edition, places).map(Draft::seal)
}

/// Lowers a workflow of a project without errors; objectives and exceptions are put into it by others.
///
/// `edition` is the project's; `places` turns a span into the place that messages of the runtime show.
///
/// # Errors
/// What this edition cannot carry out, or a plan cannot hold. The list is empty when the model holds
/// [`Value::Error`], which was reported before.
pub fn draft(
    workflow: &model::Workflow,
    edition: &str,
    places: &dyn Fn(Span) -> Place,
) -> Result<Draft, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(workflow, edition, places);
    lowering.formerly("workflow", &workflow.name, workflow.formerly.as_deref());
    lowering.parameters(&workflow.parameters);
    lowering.steps(&workflow.steps, Vec::new());
    let path = format!("{}/finally", workflow.name);
    lowering.body.finally = lowering.aside(&path, &workflow.finally);
    lowering.finished()
}

pub(crate) struct Lowering<'a> {
    pub(crate) body: Body,
    pub(crate) environments: Declared,
    pub(crate) services: Declared,
    pub(crate) flags: Declared,
    pub(crate) gates: Declared,
    pub(crate) metrics: Declared,
    pub(crate) databases: Declared,
    pub(crate) migrations: Declared,
    pub(crate) rollouts: Repeats,
    pub(crate) scopes: Repeats,
    steps: Repeats,
    /// The path of what is being lowered: the workflow, then the rounds of loops.
    pub(crate) path: String,
    /// The innermost step with modifiers, by its key.
    pub(crate) scope: Option<String>,
    /// Under which conditions it is done, outermost first.
    pub(crate) conditions: Vec<Decision>,
    /// Whether it may run while changes are frozen.
    pub(crate) during_freeze: bool,
    /// The rollouts so far, in order.
    pub(crate) rolled_out: Vec<String>,
    /// The actions whose outputs have a name.
    pub(crate) outputs: BTreeMap<SmolStr, NodeId>,
    source_map: BTreeMap<String, Place>,
    places: &'a dyn Fn(Span) -> Place,
    diagnostics: Vec<Diagnostic>,
    reported_before: bool,
}

/// Where a node stands in its workflow.
pub(crate) struct At<'r> {
    /// Its place in the source.
    pub(crate) span: Span,
    /// Its rollout, by key.
    pub(crate) rollout: Option<&'r str>,
    /// Its stage, by index.
    pub(crate) stage: Option<u32>,
    /// Whether it lies beyond the point of no return.
    pub(crate) past_return: bool,
}

impl<'a> Lowering<'a> {
    fn new(workflow: &model::Workflow, edition: &str, places: &'a dyn Fn(Span) -> Place) -> Self {
        let body = Body {
            emergency: workflow.emergency.is_some(),
            runbook: workflow.runbook.as_ref().map(ToString::to_string),
            ..Body::new(edition, &workflow.name)
        };
        Self {
            body,
            environments: Declared::default(),
            services: Declared::default(),
            flags: Declared::default(),
            gates: Declared::default(),
            metrics: Declared::default(),
            databases: Declared::default(),
            migrations: Declared::default(),
            rollouts: Repeats::default(),
            scopes: Repeats::default(),
            steps: Repeats::default(),
            path: workflow.name.to_string(),
            scope: None,
            conditions: Vec::new(),
            during_freeze: workflow.during_freeze,
            rolled_out: Vec::new(),
            outputs: BTreeMap::new(),
            source_map: BTreeMap::new(),
            places,
            diagnostics: Vec::new(),
            reported_before: false,
        }
    }

    fn finished(mut self) -> Result<Draft, Vec<Diagnostic>> {
        if self.reported_before || !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        self.body.requires = plan::requires(&self.body);
        debug_assert_eq!(plan::validate::sound(&self.body), Ok(()), "lowering made an unsound plan");
        Ok(Draft { body: self.body, source_map: self.source_map })
    }

    fn parameters(&mut self, parameters: &[model::Parameter]) {
        for parameter in parameters {
            let default = parameter.default.as_ref().map(|value| self.json(value, parameter.span));
            let r#type = match parameter.r#type {
                model::ParameterType::Digest => ParameterType::Digest,
                model::ParameterType::String => ParameterType::String,
                model::ParameterType::Int => ParameterType::Int,
                model::ParameterType::Bool => ParameterType::Bool,
                model::ParameterType::Duration => ParameterType::Duration,
            };
            self.body.parameters.insert(parameter.name.to_string(), Parameter { r#type, default });
        }
    }

    /// The id of a step outside a rollout: `release/approval`, `release/approval#2`.
    pub(crate) fn step_id(&mut self, name: &str) -> String {
        self.tell_apart(name)
    }

    /// A name below the path, which nothing else has.
    pub(crate) fn tell_apart(&mut self, name: &str) -> String {
        let path = format!("{}/{name}", self.path);
        self.steps.tell_apart(&path)
    }

    /// The id that the next step of that name will have.
    pub(crate) fn next_id(&self, name: &str) -> String {
        self.steps.next(&format!("{}/{name}", self.path))
    }

    /// What must hold for what is being lowered.
    fn decisions(&self) -> Option<Decision> {
        match self.conditions.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(Decision::All(several.to_vec())),
        }
    }

    /// Adds a node behind `after` and returns its id.
    pub(crate) fn node(
        &mut self,
        id: String,
        after: impl IntoIterator<Item = NodeId>,
        at: &At<'_>,
        work: Work,
    ) -> NodeId {
        let id = NodeId(id);
        self.place(id.0.clone(), at.span);
        self.body.nodes.push(Node {
            id: id.clone(),
            after: after.into_iter().collect(),
            rollout: at.rollout.map(str::to_owned),
            stage: at.stage,
            work,
            past_return: at.past_return,
            scope: self.scope.clone(),
            when: self.decisions(),
            during_freeze: self.during_freeze,
        });
        id
    }

    /// Remembers where a declaration stands, and what it was called before.
    pub(crate) fn declared(&mut self, kind: &str, key: &str, span: Span, formerly: Option<&str>) {
        self.place(format!("{kind}:{key}"), span);
        self.formerly(kind, key, formerly);
    }

    /// Remembers what something was called before.
    pub(crate) fn formerly(&mut self, kind: &str, key: &str, formerly: Option<&str>) {
        if let Some(name) = formerly {
            self.body.formerly.insert(format!("{kind}:{key}"), name.to_owned());
        }
    }

    /// Remembers where something stands.
    pub(crate) fn place(&mut self, key: String, span: Span) {
        self.source_map.insert(key, (self.places)(span));
    }

    /// Reports something that cannot be lowered.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports a value that has no place in a plan.
    pub(crate) fn unfit(&mut self, span: Span, why: &str) {
        self.report(Diagnostic::error(codes::UNFIT_FOR_PLAN, span, format!("a plan cannot hold this value: {why}")));
    }

    /// A value as the plan writes it; `null` once it is reported.
    pub(crate) fn json(&mut self, value: &Value, span: Span) -> Json {
        values::json(value, &self.outputs).unwrap_or_else(|unfit| {
            match unfit {
                Unfit::ReportedBefore => self.reported_before = true,
                Unfit::Because(why) => self.unfit(span, &why),
            }
            Json::Null
        })
    }

    /// Notes that a value was reported by an earlier phase, so that no plan is made and nothing is said twice.
    pub(crate) fn stays_silent(&mut self) {
        self.reported_before = true;
    }
}
