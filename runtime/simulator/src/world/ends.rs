//! What a service shows at one instant, small enough to be kept with every landing.

use plan::{ReleaseId, Share};

use super::Service;

/// A service at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Shares of the traffic, with how many of the named backends are ready.
    pub routes: Vec<(ReleaseId, Share, usize)>,
    /// Instances that effects left standing, and how many of them are ready.
    pub instances: Vec<(ReleaseId, u32, u32)>,
}

impl Place {
    /// A service now.
    pub(crate) fn of(service: &Service) -> Self {
        let routes =
            service.routes.iter().map(|(id, share, backends)| (id.clone(), *share, service.serve(id, backends)));
        Self { routes: routes.collect(), instances: service.counts() }
    }

    /// The share of a release.
    #[must_use]
    pub fn share(&self, release: &ReleaseId) -> Share {
        self.routes.iter().find(|(id, ..)| id == release).map_or(Share::NONE, |(_, share, _)| *share)
    }

    /// Instances of a release that effects left standing.
    #[must_use]
    pub fn standing(&self, release: &ReleaseId) -> u32 {
        self.instances.iter().find(|(id, ..)| id == release).map_or(0, |(_, standing, _)| *standing)
    }

    /// Ready instances of a release.
    #[must_use]
    pub fn ready(&self, release: &ReleaseId) -> u32 {
        self.instances.iter().find(|(id, ..)| id == release).map_or(0, |(_, _, ready)| *ready)
    }
}
