//! Environments as values: what they inherit, then what they say themselves.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;

use super::Evaluator;
use super::contract::released_in;
use crate::core::{BindBody, Core, DatabaseBindBody, EnvironmentBody};
use crate::model;
use crate::queries::value::{Entity, PartialBind, PartialEnvironment, entity_of};
use crate::types::DeclId;
use crate::value::Value;

/// More instances of one service than anyone runs by one plan.
const REPLICAS_MAX: i64 = 10_000;

impl Evaluator<'_> {
    pub(super) fn environment(&mut self, id: &DeclId, body: &EnvironmentBody) -> PartialEnvironment {
        let base = body.extends.as_ref().map(|base| match entity_of(self.db, base) {
            Entity::Environment(base) => Some((**base).clone()),
            _ => None,
        });
        let mut environment = PartialEnvironment {
            name: id.name.clone(),
            span: self.named_at(),
            formerly: self.formerly(),
            protected: body.protected,
            drift: None,
            incomplete: body.incomplete,
            providers: std::collections::BTreeMap::new(),
            channels: Vec::new(),
            windows: Vec::new(),
            freezes: Vec::new(),
            binds: Vec::new(),
            databases: Vec::new(),
            released: released_in(self.db, id),
        };
        match base {
            Some(Some(base)) => {
                environment.protected |= base.protected;
                environment.incomplete |= base.incomplete;
                environment.drift = base.drift;
                (environment.providers, environment.binds) = (base.providers, base.binds);
                environment.channels = base.channels;
                (environment.windows, environment.freezes) = (base.windows, base.freezes);
                environment.databases = base.databases;
            }
            Some(None) => environment.incomplete = true,
            None => {}
        }
        if let Some(channels) = &body.channels {
            environment.channels.clone_from(channels);
        }
        for provider in &body.providers {
            let config = self.value(&provider.config);
            let (span, shared) = (provider.span, provider.shared);
            let bound = model::Provider {
                provider: provider.provider.clone(),
                config,
                span,
                roles: provider.roles.clone(),
                shared,
                finest: provider.finest,
            };
            environment.providers.insert(provider.role.clone(), bound);
        }
        if let Some(core) = &body.windows {
            environment.windows = self.listed(core, |value| match value {
                Value::Window(window) => Some(*window),
                _ => None,
            });
        }
        if let Some(core) = &body.freezes {
            environment.freezes = self.listed(core, |value| match value {
                Value::Freeze(freeze) => Some(*freeze),
                _ => None,
            });
        }
        if let Some(core) = &body.drift {
            environment.drift = drift(&self.value(core)).or(environment.drift);
        }
        for bind in &body.databases {
            let url = self.value(&bind.url);
            self.is_place(bind, &url);
            environment.databases.retain(|inherited| inherited.database != bind.database);
            let (database, span) = (bind.database.clone(), bind.span);
            environment.databases.push(model::DatabaseBind { database, span, url });
        }
        for bind in &body.binds {
            self.bind(&mut environment, bind);
        }
        environment
    }

    fn listed<T>(&mut self, core: &Core, wanted: impl Fn(Value) -> Option<T>) -> Vec<T> {
        match self.value(core) {
            Value::List(values) => values.into_iter().filter_map(wanted).collect(),
            _ => Vec::new(),
        }
    }

    /// Where a database is reached is not the place of a database.
    fn is_place(&mut self, bind: &DatabaseBindBody, url: &Value) {
        let Some(other) = url.database() else { return };
        let message = format!("where `{}` is reached is a secret, not the `url` of `{other}`", bind.database);
        let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, bind.url.span, message);
        self.report(diagnostic.help("name the secret itself: `secret(\"file:…\")`"));
    }

    fn bind(&mut self, environment: &mut PartialEnvironment, body: &BindBody) {
        let replicas = body.replicas.as_ref().and_then(|core| self.int(core, "`replicas`", 1, REPLICAS_MAX));
        let traffic = body.traffic.as_ref().and_then(|core| self.traffic(core));
        let inherited = environment.binds.iter_mut().find(|bind| bind.service == body.service);
        match inherited {
            Some(bind) => {
                bind.span = body.span;
                bind.replicas = replicas.or(bind.replicas);
                bind.traffic = traffic.or(bind.traffic);
            }
            None => {
                environment.binds.push(PartialBind {
                    service: body.service.clone(),
                    span: body.span,
                    replicas,
                    traffic,
                });
            }
        }
    }

    fn traffic(&mut self, core: &Core) -> Option<(Decimal, Decimal)> {
        let value = self.value(core);
        let Value::Range(low, high) = &value else { return self.not_constant(core, &value) };
        match (&**low, &**high) {
            (Value::Rate(low), Value::Rate(high)) if *low >= Decimal::ZERO => Some((*low, *high)),
            (Value::Rate(_), Value::Rate(_)) => {
                let message = "traffic cannot be negative";
                self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
                None
            }
            _ => None,
        }
    }
}

fn drift(value: &Value) -> Option<model::Drift> {
    match value {
        Value::Case(_, case, _) if case == "heal" => Some(model::Drift::Heal),
        Value::Case(_, case, _) if case == "report" => Some(model::Drift::Report),
        _ => None,
    }
}
