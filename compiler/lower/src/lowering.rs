//! The state of one lowering: the body as it grows, where its parts stand, and what could not be lowered.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use plan::{Body, Node, NodeId, Parameter, ParameterType, Place, Plan, Work};
use semantics::model;
use semantics::value::Value;
use serde_json::Value as Json;

use crate::names::{Declared, Repeats};
use crate::values::{self, Unfit};

/// Lowers a workflow of a project without errors.
///
/// `edition` is the project's; `places` turns a span into the place that messages of the runtime show.
///
/// # Errors
/// What this edition cannot carry out, or a plan cannot hold. The list is empty when the model holds
/// [`Value::Error`], which was reported before.
pub fn lower(
    workflow: &model::Workflow,
    edition: &str,
    places: &dyn Fn(Span) -> Place,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(workflow, edition, places);
    lowering.parameters(&workflow.parameters);
    let mut last = None;
    for step in &workflow.steps {
        last = lowering.step(step, last);
    }
    lowering.seal()
}

pub(crate) struct Lowering<'a> {
    pub(crate) body: Body,
    pub(crate) environments: Declared,
    pub(crate) services: Declared,
    pub(crate) gates: Declared,
    pub(crate) metrics: Declared,
    pub(crate) rollouts: Repeats,
    steps: Repeats,
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
            edition: edition.to_owned(),
            workflow: workflow.name.to_string(),
            parameters: BTreeMap::new(),
            environments: BTreeMap::new(),
            services: BTreeMap::new(),
            metrics: BTreeMap::new(),
            gates: BTreeMap::new(),
            rollouts: BTreeMap::new(),
            requires: Vec::new(),
            acceptances: Vec::new(),
            nodes: Vec::new(),
        };
        Self {
            body,
            environments: Declared::default(),
            services: Declared::default(),
            gates: Declared::default(),
            metrics: Declared::default(),
            rollouts: Repeats::default(),
            steps: Repeats::default(),
            source_map: BTreeMap::new(),
            places,
            diagnostics: Vec::new(),
            reported_before: false,
        }
    }

    fn seal(mut self) -> Result<Plan, Vec<Diagnostic>> {
        if self.reported_before || !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        self.body.requires = plan::requires(&self.body);
        debug_assert_eq!(plan::validate::sound(&self.body), Ok(()), "lowering made an unsound plan");
        Ok(Plan::new(self.body, self.source_map))
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
        let name = self.steps.tell_apart(name);
        format!("{}/{name}", self.body.workflow)
    }

    /// Adds a node behind `after` and returns its id.
    pub(crate) fn node(&mut self, id: String, after: Option<NodeId>, at: &At<'_>, work: Work) -> NodeId {
        let id = NodeId(id);
        self.place(id.0.clone(), at.span);
        self.body.nodes.push(Node {
            id: id.clone(),
            after: after.into_iter().collect(),
            rollout: at.rollout.map(str::to_owned),
            stage: at.stage,
            work,
            past_return: at.past_return,
        });
        id
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
        values::json(value).unwrap_or_else(|unfit| {
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
