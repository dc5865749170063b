//! Environments, services and flags: into the body when a step uses them, once each.

use plan::{Binding, Drift, Environment, Flag, Service};
use semantics::model;

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The key of an environment.
    pub(crate) fn environment(&mut self, environment: &model::Environment) -> String {
        let (key, new) = self.environments.key(&environment.name, environment.span);
        if new {
            let lowered = Environment {
                protected: environment.protected,
                compute: self.provider(&environment.compute),
                traffic: environment.traffic.as_ref().map(|provider| self.provider(provider)),
                metrics: environment.metrics.as_ref().map(|provider| self.provider(provider)),
                hours: crate::window::hours(environment),
                notify: environment.notify.as_ref().map(|provider| self.provider(provider)),
                secrets: environment.secrets.as_ref().map(|provider| self.provider(provider)),
                drift: match environment.drift {
                    model::Drift::Heal => None,
                    model::Drift::Report => Some(Drift::Report),
                },
            };
            self.body.environments.insert(key.clone(), lowered);
            self.place(format!("environment:{key}"), environment.span);
        }
        key
    }

    fn provider(&mut self, provider: &model::Provider) -> Binding {
        Binding { provider: provider.provider.to_string(), config: self.json(&provider.config, provider.span) }
    }

    /// The key of a service.
    pub(crate) fn service(&mut self, service: &model::Service) -> String {
        let (key, new) = self.services.key(&service.name, service.span);
        if new {
            let lowered = Service {
                id: service.id.to_string(),
                artifact: self.json(&service.artifact, service.span),
                runs: self.json(&service.runs, service.span),
            };
            self.body.services.insert(key.clone(), lowered);
            self.place(format!("service:{key}"), service.span);
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
            self.place(format!("flag:{key}"), flag.span);
        }
        key
    }
}
