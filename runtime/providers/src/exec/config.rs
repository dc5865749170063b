//! The record `std.exec.Exec` as it stands in a plan.

use std::collections::BTreeMap;
use std::time::Duration;

use machine::ports::provider::{Request, Task};
use serde::Deserialize;

use crate::secrets::{Reference, variable_name};

/// Largest output that is kept, whatever is declared, in bytes.
const OUTPUT_MAX: u64 = 1 << 20;

/// What an action does. Times are in milliseconds, sizes in bytes.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Config {
    /// Program and arguments.
    pub(super) command: Vec<String>,
    /// Program and arguments that say whether the action took effect.
    #[serde(default)]
    pub(super) probe: Option<Vec<String>>,
    /// Declared variables.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    /// Secrets, handed over as files named by `NAME_FILE`.
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, Reference>,
    /// Time after which the action is stopped.
    #[serde(default = "one_minute")]
    pub(super) within: u64,
    /// Output that is kept.
    #[serde(default = "sixty_four_kib")]
    output_max: u64,
}

fn one_minute() -> u64 {
    60_000
}

fn sixty_four_kib() -> u64 {
    64 << 10
}

impl Config {
    /// The action's name and its record.
    pub(super) fn of(request: &Request) -> Result<(&str, Self), String> {
        let Task::Act { action, config } = &request.task else {
            return Err("the exec provider carries out actions; it runs no instances and shifts no traffic".to_owned());
        };
        let read: Self = serde_json::from_value(config.clone()).map_err(|e| {
            format!("action {action}: `runs` is not a std.exec.Exec: {e} (secrets belong into `secrets`)")
        })?;
        for name in read.environment.keys().chain(read.secrets.keys()) {
            variable_name(name).map_err(|e| format!("action {action}: {e}"))?;
        }
        if read.command.is_empty() {
            return Err(format!("action {action}: `command` is empty; write the program and its arguments"));
        }
        Ok((action, read))
    }

    /// The time it is given: never longer than its answer is waited for.
    pub(super) fn within(&self, request: &Request) -> Duration {
        Duration::from_millis(self.within.min(request.timeout_ms))
    }

    /// Output that is kept, in bytes.
    pub(super) fn output_max(&self) -> usize {
        usize::try_from(self.output_max.min(OUTPUT_MAX)).unwrap_or(usize::MAX)
    }
}
