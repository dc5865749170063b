//! Which readings play which arm of a gate.

use plan::{Arm, ReleaseId};

use super::kept::Kept;
use super::window::Window;
use crate::evidence::ArmSeen;
use crate::ports::provider::Reading;
use crate::reading::MetricReading;

/// The arms of a hold's gate in one window.
pub(super) struct Arms<'a> {
    pub(super) window: &'a Window,
    /// The release that is rolled out.
    pub(super) incoming: Option<&'a ReleaseId>,
    /// The release that ran before.
    pub(super) running: Option<&'a ReleaseId>,
    /// Judgements that were made before, where they are kept.
    pub(super) kept: Option<&'a Kept>,
}

impl Arms<'_> {
    /// What was seen of a metric on an arm.
    pub(super) fn seen(&self, arm: Arm, metric: &str) -> ArmSeen {
        let own = self.of(arm);
        let seen = own.and_then(|reading| reading.metrics.get(metric)).cloned();
        let (seen, requests) = match arm {
            Arm::Service => (seen.or_else(|| self.together(metric)), self.requests()),
            Arm::Canary | Arm::Stable | Arm::Baseline | Arm::Previous | Arm::Shadow => {
                (seen, own.map_or(0, |reading| reading.requests))
            }
        };
        ArmSeen { arm, n: seen.as_ref().map_or(0, |seen| seen.n(requests)), requests, seen }
    }

    /// The reading of an arm that is one release, or that the source shows by itself.
    fn of(&self, arm: Arm) -> Option<&Reading> {
        let release = match arm {
            Arm::Canary => self.incoming,
            Arm::Stable => self.running,
            // No release of their own: the release that ran serves the first two, beside stable or before it.
            Arm::Baseline | Arm::Previous | Arm::Shadow | Arm::Service => None,
        };
        release.and_then(|id| self.window.releases.get(id)).or_else(|| self.window.arms.get(&arm))
    }

    /// All releases in one; none where they are counted differently.
    fn together(&self, metric: &str) -> Option<MetricReading> {
        let mut readings = self.window.releases.values().filter_map(|reading| reading.metrics.get(metric));
        let first = readings.next()?.clone();
        readings.try_fold(first, |sum, reading| sum.with(reading))
    }

    /// Requests of the whole service.
    fn requests(&self) -> u64 {
        self.window.releases.values().fold(0, |sum, reading| sum.saturating_add(reading.requests))
    }

    /// The incoming release's share of all requests in the window, of one.
    pub(super) fn observed_share(&self) -> Option<f64> {
        let all = self.requests();
        let own = self.incoming.and_then(|id| self.window.releases.get(id)).map_or(0, |reading| reading.requests);
        #[expect(clippy::cast_precision_loss, reason = "a share for people; counts stay far below 2^53")]
        (all > 0).then(|| own as f64 / all as f64)
    }
}
