//! The record `std.process.Process` as it stands in a plan.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::secrets::{Reference, variable_name};

/// Names that the provider itself gives to a service's environment.
const GIVEN: [&str; 4] = ["PORT", "SERVICE", "ENVIRONMENT", "RELEASE_ID"];

/// How a release runs. Durations are in milliseconds.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Config {
    /// Arguments after the program.
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// Declared variables.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    /// Secrets, handed over as files named by `NAME_FILE`.
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, Reference>,
    /// How an instance shows that it is ready.
    #[serde(default = "Ready::default")]
    pub(super) ready: Ready,
    /// An instance that is not ready after this long has failed.
    #[serde(default = "thirty_seconds")]
    pub(super) ready_within: u64,
    /// Time between the last new request and SIGTERM.
    #[serde(default = "ten_seconds")]
    pub(super) drain: u64,
    /// Time between SIGTERM and SIGKILL.
    #[serde(default = "ten_seconds")]
    pub(super) stop_within: u64,
}

/// How an instance shows that it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
pub(super) enum Ready {
    /// `GET path` answers 2xx.
    Http {
        /// The path, starting with `/`.
        path: String,
    },
    /// The port accepts a connection.
    Tcp,
    /// It runs, and has not died at once.
    NoneNeeded,
}

impl Default for Ready {
    fn default() -> Self {
        Self::Http { path: "/ready".to_owned() }
    }
}

fn thirty_seconds() -> u64 {
    30_000
}

fn ten_seconds() -> u64 {
    10_000
}

impl Config {
    /// Reads the record and checks what the type system cannot.
    pub(super) fn read(value: &serde_json::Value) -> Result<Self, String> {
        let config: Self = serde_json::from_value(value.clone())
            .map_err(|e| format!("`runs` is not a std.process.Process: {e} (secrets belong into `secrets`)"))?;
        for name in config.environment.keys().chain(config.secrets.keys()) {
            variable_name(name)?;
            if GIVEN.contains(&name.as_str()) {
                return Err(format!("the variable {name} is set by the runtime; choose another name"));
            }
        }
        match &config.ready {
            Ready::Http { path } if !path.starts_with('/') => {
                Err(format!("the readiness path `{path}` does not start with `/`"))
            }
            Ready::Http { .. } | Ready::Tcp | Ready::NoneNeeded => Ok(config),
        }
    }
}
