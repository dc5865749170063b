//! Environments, services and flags: into the body when a step uses them, once each.

use std::collections::BTreeMap;

use plan::{Binding, Drift, Environment, Flag, Service};
use semantics::model;

use crate::contract::contract;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The key of an environment.
    pub(crate) fn environment(&mut self, environment: &model::Environment) -> String {
        let (key, new) = self.environments.key(&environment.name, environment.span);
        if new {
            let lowered = Environment {
                protected: environment.protected,
                compute: self.provider(environment, &environment.compute),
                traffic: environment.traffic.as_ref().map(|it| self.provider(environment, it)),
                metrics: environment.metrics.as_ref().map(|it| self.provider(environment, it)),
                hours: crate::window::hours(environment),
                alerts: environment.alerts.as_ref().map(|it| self.provider(environment, it)),
                notify: environment.notify.iter().map(ToString::to_string).collect(),
                secrets: environment.secrets.as_ref().map(|it| self.provider(environment, it)),
                drift: match environment.drift {
                    model::Drift::Heal => None,
                    model::Drift::Report => Some(Drift::Report),
                },
                databases: BTreeMap::new(),
                released: BTreeMap::new(),
            };
            self.body.environments.insert(key.clone(), lowered);
            self.declared("environment", &key, environment.span, environment.formerly.as_deref());
        }
        key
    }

    fn provider(&mut self, environment: &model::Environment, provider: &model::Provider) -> Binding {
        let config = self.json(&provider.config, provider.span);
        Binding { provider: provider.provider.to_string(), config: self.with_urls(environment, &config) }
    }

    /// The keys of a service and of the environment that it comes to, which then says where the databases are whose
    /// urls the service is given, and what is recorded to run of it.
    pub(crate) fn placed(&mut self, service: &model::Service, environment: &model::Environment) -> (String, String) {
        let (place, key) = (self.environment(environment), self.service(service));
        self.reach_those_of(environment, &place, &key);
        self.pin_released(environment, &place, |it| it.service == service.name);
        (key, place)
    }

    /// The key of a service.
    pub(crate) fn service(&mut self, service: &model::Service) -> String {
        let (key, new) = self.services.key(&service.name, service.span);
        if new {
            let lowered = Service {
                id: service.id.to_string(),
                artifact: self.json(&service.artifact, service.span),
                runs: self.json(&service.runs, service.span),
                runbook: service.runbook.as_ref().map(ToString::to_string),
                contract: contract(&service.contract),
            };
            self.body.services.insert(key.clone(), lowered);
            self.declared("service", &key, service.span, service.formerly.as_deref());
        }
        key
    }

    /// The key of a flag.
    pub(crate) fn flag(&mut self, flag: &model::Flag) -> String {
        let (key, new) = self.flags.key(&flag.name, flag.span);
        if new {
            let lowered = Flag {
                id: flag.id.to_string(),
                owner: flag.owner.to_string(),
                expires: flag.expires.to_string(),
                service: self.service(&flag.service),
                default: flag.default,
                cohorts: flag.cohorts.iter().map(ToString::to_string).collect(),
            };
            self.body.flags.insert(key.clone(), lowered);
            self.declared("flag", &key, flag.span, flag.formerly.as_deref());
        }
        key
    }
}
