//! Workflows as values: parameters stay open, everything else is settled.

use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};

use super::Evaluator;
use crate::core::{Body, ParameterBody, StepBody, StepKindBody, WorkflowBody};
use crate::core::{Core, Named};
use crate::model::{
    self, Approval, Bind, Check, Environment, Parameter, Rollout, Run, Service, Step, StepKind, Workflow,
};
use crate::queries::body::body_of;
use crate::queries::place::declared_at;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, PartialEnvironment, entity_of};
use crate::types::DeclId;
use crate::value::Value;

/// Attempts that a step may ask for after its first.
const RETRY_MAX: i64 = 100;
/// People whose approval one step may ask for.
const QUORUM_MAX: i64 = 100;

impl Evaluator<'_> {
    pub(super) fn workflow(&mut self, id: &DeclId, body: &WorkflowBody) -> Workflow {
        let parameters = body.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        for parameter in &body.parameters {
            self.locals.insert(parameter.name.clone(), Value::Parameter(parameter.name.clone()));
        }
        Workflow {
            name: id.name.clone(),
            doc: self.doc(),
            span: self.named_at(),
            parameters,
            steps: self.steps(&body.steps),
        }
    }

    fn parameter(&mut self, body: &ParameterBody) -> Parameter {
        Parameter {
            name: body.name.clone(),
            r#type: body.ty,
            default: body.default.as_ref().map(|core| self.value(core)).filter(|value| *value != Value::Error),
            span: body.span,
        }
    }

    fn steps(&mut self, bodies: &[StepBody]) -> Vec<Step> {
        bodies.iter().filter_map(|body| self.step(body)).collect()
    }

    fn step(&mut self, body: &StepBody) -> Option<Step> {
        let within_ms = match &body.within {
            Some(core) => self.period(core, "`within`"),
            None => None,
        };
        let retry = body.retry.as_ref().and_then(|core| self.int(core, "`retry`", 1, RETRY_MAX));
        let on_failure = self.steps(&body.on_failure);
        let kind = match &body.kind {
            StepKindBody::Rollout { service, artifact, environment, strategy, span, args } => {
                let strategy = self.strategy(*span, strategy, args);
                let rollout = self.rollout(body.span, service, artifact, environment)?;
                StepKind::Rollout(Rollout {
                    service: rollout.0,
                    artifact: rollout.1,
                    environment: rollout.2,
                    strategy: strategy?,
                })
            }
            StepKindBody::Run { action, args } => StepKind::Run(self.run(action, args)?),
            StepKindBody::Check { gate, service, environment, over } => {
                self.check(body.span, gate, service, environment, over).map(StepKind::Check)?
            }
            StepKindBody::Approval { count, people } => {
                let quorum = match count {
                    Some(core) => self.int(core, "the number of approvals", 1, QUORUM_MAX)?,
                    None => 1,
                };
                let from = self.value(people);
                StepKind::Approval(Approval { from, quorum, within_ms: within_ms? })
            }
        };
        let retry = retry.and_then(|count| u32::try_from(count).ok());
        Some(Step { span: body.span, kind, within_ms, retry, on_failure })
    }

    fn rollout(
        &mut self,
        at: Span,
        service: &DeclId,
        artifact: &Core,
        environment: &DeclId,
    ) -> Option<(Arc<Service>, Value, Arc<Environment>)> {
        let artifact = self.value(artifact);
        let (service, environment) = self.placed(at, service, environment)?;
        (artifact != Value::Error).then_some((service, artifact, environment))
    }

    fn check(&mut self, at: Span, gate: &DeclId, service: &DeclId, environment: &DeclId, over: &Core) -> Option<Check> {
        let over_ms = self.period(over, "`over`");
        let (service, environment) = self.placed(at, service, environment)?;
        let Entity::Gate(gate) = entity_of(self.db, gate) else { return None };
        Some(Check { gate: gate.clone(), service, environment, over_ms: over_ms? })
    }

    /// The service in the environment, which must be able to run it.
    fn placed(&mut self, at: Span, service: &DeclId, environment: &DeclId) -> Option<(Arc<Service>, Arc<Environment>)> {
        let Entity::Environment(partial) = entity_of(self.db, environment) else { return None };
        let environment = self.complete(at, partial)?;
        let Entity::Service(service, provider) = entity_of(self.db, service) else { return None };
        if environment.compute.provider != *provider {
            let message = format!("`{}` cannot run in `{}`", service.name, environment.name);
            let runs = format!("`runs` of `{}` belongs to the provider `{provider}`", service.name);
            let computes = format!("computes by the provider `{}`", environment.compute.provider);
            let diagnostic = Diagnostic::error(codes::CANNOT_RUN_THERE, at, message)
                .also(service.span, runs)
                .also(environment.compute.span, computes);
            self.report(diagnostic);
            return None;
        }
        Some((service.clone(), Arc::new(environment)))
    }

    fn complete(&mut self, at: Span, partial: &PartialEnvironment) -> Option<Environment> {
        if partial.incomplete {
            // What it lacks may be what was reported.
            return None;
        }
        let Some(compute) = partial.providers.get("compute").cloned() else {
            let message = format!("environment `{}` does not say where things run", partial.name);
            let diagnostic = Diagnostic::error(codes::MISSING_FIELD, at, message)
                .also(partial.span, "`compute` is missing here")
                .help("give it a `compute`");
            self.report(diagnostic);
            return None;
        };
        let binds = partial.binds.iter().map(|bind| Bind {
            service: bind.service.clone(),
            span: bind.span,
            replicas: bind.replicas.unwrap_or(1),
            traffic: bind.traffic,
        });
        Some(Environment {
            name: partial.name.clone(),
            span: partial.span,
            protected: partial.protected,
            traffic: bound(partial, &compute, "traffic"),
            metrics: bound(partial, &compute, "metrics"),
            notify: partial.providers.get("notify").cloned(),
            secrets: partial.providers.get("secrets").cloned(),
            drift: partial.drift.unwrap_or_default(),
            compute,
            windows: partial.windows.clone(),
            freezes: partial.freezes.clone(),
            binds: binds.collect(),
            databases: partial.databases.clone(),
            released: partial.released.clone(),
        })
    }

    fn run(&mut self, action: &DeclId, args: &Named) -> Option<Run> {
        let (Body::Action(body), Signature::Callable { params, .. }) =
            (body_of(self.db, action), signature_of(self.db, action))
        else {
            return None;
        };
        let locals = self.bound(params, &body.defaults, args);
        let outer = std::mem::replace(&mut self.locals, locals);
        let config = self.value(&body.runs);
        self.locals = outer;
        Some(model::Run {
            action: action.name.clone(),
            declared: declared_at(self.db, action)?,
            class: body.class,
            provider: body.provider.clone(),
            config,
        })
    }
}

/// What is bound for a role; where nothing is, what runs the instances if it can play the role as well.
fn bound(partial: &PartialEnvironment, compute: &model::Provider, role: &str) -> Option<model::Provider> {
    let own = || compute.roles.iter().any(|known| known == role).then(|| compute.clone());
    partial.providers.get(role).cloned().or_else(own)
}
