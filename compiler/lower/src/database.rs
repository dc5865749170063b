//! Databases: into the body when a migration changes them, and where each environment reaches those that it needs.

use plan::{Database, Digest, database};
use semantics::model;
use serde_json::Value as Json;

use crate::lowering::Lowering;

impl Lowering<'_> {
    /// The key of a database.
    pub(crate) fn database(&mut self, database: &model::Database) -> String {
        let (key, new) = self.databases.key(&database.name, database.span);
        if new {
            let lowered = Database {
                provider: database.provider.to_string(),
                config: self.json(&database.config, database.span),
                schema: database.schema.as_ref().map(|text| Digest::of(text.as_bytes())),
            };
            self.body.databases.insert(key.clone(), lowered);
            self.declared("database", &key, database.span, database.formerly.as_deref());
        }
        key
    }

    /// Makes known where the environment of that key reaches a database.
    pub(crate) fn reach(&mut self, environment: &model::Environment, key: &str, database: &str) {
        let url = self.url(environment, database);
        if let Some(lowered) = self.body.environments.get_mut(key) {
            lowered.databases.insert(database.to_owned(), url);
        }
    }

    /// Makes known where the databases are that a service is given the urls of.
    pub(crate) fn reach_those_of(&mut self, environment: &model::Environment, key: &str, service: &str) {
        let Some(runs) = self.body.services.get(service).map(|service| service.runs.clone()) else { return };
        database::mentioned(&runs).into_iter().for_each(|database| self.reach(environment, key, database));
    }

    /// What an environment says of itself is said where its databases are known.
    pub(crate) fn with_urls(&mut self, environment: &model::Environment, config: &Json) -> Json {
        let mentioned = database::mentioned(config).into_iter();
        let urls = mentioned.map(|name| (name.to_owned(), self.url(environment, name))).collect();
        database::reached(config, &urls)
    }

    fn url(&mut self, environment: &model::Environment, database: &str) -> Json {
        let bind = environment.databases.iter().find(|bind| bind.database == database);
        bind.map_or_else(|| database::unbound(database), |bind| self.json(&bind.url, bind.span))
    }
}
