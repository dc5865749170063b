//! What steps name: environments with all that they inherit, services that can run in them.

use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};

use super::Evaluator;
use crate::core::Core;
use crate::model::{self, Bind, Environment, Service};
use crate::queries::value::{Entity, PartialEnvironment, entity_of};
use crate::types::DeclId;
use crate::value::Value;

impl Evaluator<'_> {
    /// The declaration that a name stands for, here or in this round of a loop.
    pub(super) fn entity_id(&mut self, core: &Core) -> Option<DeclId> {
        match self.value(core) {
            Value::Entity(full) => Some(DeclId::of_full(&full)),
            _ => None,
        }
    }

    pub(super) fn environment_at(&mut self, at: Span, environment: &Core) -> Option<Arc<Environment>> {
        let id = self.entity_id(environment)?;
        let Entity::Environment(partial) = entity_of(self.db, &id) else { return None };
        self.complete(at, partial).map(Arc::new)
    }

    /// The service in the environment, which must be able to run it.
    pub(super) fn placed(
        &mut self,
        at: Span,
        service: &Core,
        environment: &Core,
    ) -> Option<(Arc<Service>, Arc<Environment>)> {
        let environment = self.environment_at(at, environment)?;
        let service = self.entity_id(service)?;
        Some((self.service_in(at, &service, &environment)?, environment))
    }

    pub(super) fn service_in(&mut self, at: Span, id: &DeclId, environment: &Environment) -> Option<Arc<Service>> {
        let Entity::Service(service, provider) = entity_of(self.db, id) else { return None };
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
        Some(service.clone())
    }

    fn complete(&mut self, at: Span, partial: &PartialEnvironment) -> Option<Environment> {
        if partial.incomplete {
            // What it lacks may be what was reported.
            return None;
        }
        let Some(compute) = partial.providers.get("compute").cloned() else {
            if !self.nowhere.insert(partial.span) {
                return None;
            }
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
            formerly: partial.formerly.clone(),
            protected: partial.protected,
            traffic: bound(partial, &compute, "traffic"),
            metrics: bound(partial, &compute, "metrics"),
            alerts: partial.providers.get("alerts").cloned(),
            notify: partial.channels.iter().map(|channel| channel.action.name.clone()).collect(),
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
}

/// What is bound for a role; where nothing is, what runs the instances if it can play the role as well.
fn bound(partial: &PartialEnvironment, compute: &model::Provider, role: &str) -> Option<model::Provider> {
    let own = || compute.roles.iter().any(|known| known == role).then(|| compute.clone());
    partial.providers.get(role).cloned().or_else(own)
}
