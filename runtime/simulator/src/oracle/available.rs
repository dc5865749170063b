//! At every instant at which an effect changes a service, its traffic goes to ready instances, and to enough of them.

use super::Trial;
use crate::world::{Place, What};
use machine::ports::provider::{Request, Task};

impl Trial<'_> {
    pub(crate) fn available(&mut self) {
        let mut broke = false;
        for entry in &self.left.world.book {
            match &entry.what {
                // What breaks by itself is seen a little later, and mended: until the end nothing more is expected.
                What::Died { .. } | What::Forgot => broke = true,
                What::Landed { request, shows: Some(shows) } if !broke => self.serves(request, shows, entry.order),
                _ => {}
            }
        }
    }

    fn serves(&mut self, request: &Request, shows: &Place, order: u64) {
        for (release, share, serving) in &shows.routes {
            if *share == plan::Share::NONE {
                continue;
            }
            if *serving == 0 {
                let message =
                    format!("{} leaves {share} of the traffic with {release}, which has no instance", request.key);
                self.broken("traffic is served", order, message);
            } else if let Some(needed) = self.needed(request, share).filter(|needed| serving < needed) {
                let message = format!("{release} has {share} of the traffic and {serving} of {needed} instances");
                self.broken("capacity", order, message);
            }
        }
    }

    /// Instances that carry a share; only asked where the share is set.
    fn needed(&self, request: &Request, share: &plan::Share) -> Option<usize> {
        let Task::Shift { environment, service_id, .. } = &request.task else { return None };
        let place = (environment.clone(), service_id.clone());
        let rollout = self.case.plan.body.rollouts.values().find(|rollout| self.case.outside(rollout) == place)?;
        let points = u64::from(share.basis_points()) * u64::from(rollout.replicas);
        usize::try_from(points / 10_000).ok()
    }
}
