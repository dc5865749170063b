//! The providers' own book: what arrived, what took effect, what was refused, what broke by itself.

use std::sync::Arc;

use machine::ports::provider::Request;
use plan::ReleaseId;

use super::Place;

/// One line of the book.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number among all that happened, in the journal too.
    pub order: u64,
    /// True time, in milliseconds.
    pub at_ms: u64,
    /// What happened.
    pub what: What,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum What {
    /// A request reached its provider.
    Arrived {
        /// The request.
        request: Arc<Request>,
        /// Whether no newer runtime had been here.
        current: bool,
    },
    /// A request took effect.
    Landed {
        /// The request.
        request: Arc<Request>,
        /// What its service shows after it.
        shows: Option<Box<Place>>,
    },
    /// A request was refused for good.
    Refused {
        /// The request.
        request: Arc<Request>,
        /// Why.
        why: &'static str,
    },
    /// A provider failed an attempt, or will never answer it.
    Failed {
        /// The request.
        request: Arc<Request>,
    },
    /// Counters were read.
    Sampled {
        /// Of which service, by environment and the service's name outside the language.
        place: (String, String),
        /// How often they had begun.
        incarnation: u64,
        /// What was really so: release, requests, bad ones.
        counts: Vec<(ReleaseId, u64, u64)>,
    },
    /// An instance died.
    Died {
        /// Of this release.
        release: ReleaseId,
    },
    /// The counters began again.
    Restarted,
    /// The routers show what they showed before.
    Forgot,
}
