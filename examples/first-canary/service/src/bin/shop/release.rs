//! How one release of the shop behaves.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::share::Share;

/// The version of the trailer's format.
pub(crate) const FORMAT: u32 = 1;

/// The behaviour of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    pub(crate) format: u32,
    /// What it says it is.
    pub(crate) version: String,
    /// How often `/` is answered 500.
    pub(crate) errors: Share,
    pub(crate) ready: Readiness,
    /// Time before it listens.
    pub(crate) start_delay_ms: u64,
    pub(crate) die: Option<Death>,
    /// Where each instance notes, synced, when it begins to serve and when it has stopped.
    #[serde(default)]
    pub(crate) diary: Option<PathBuf>,
}

/// When a release says that it is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Readiness {
    /// As soon as it listens.
    AtOnce,
    /// Never.
    Never,
}

/// How a release ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Death {
    AtStart,
    /// At the request after this many.
    AfterRequests(u64),
}
