//! No stage that raises an exposure begins while the hours of its environment do not let it: by the clock of the host, at
//! the first intent. One that has begun goes through.

use std::collections::{BTreeMap, BTreeSet};

use plan::window::Calendar;
use plan::{Call, Share, Which, Work};

use super::{Trial, node_of};
use crate::history::Line;

impl<'a> Trial<'a> {
    pub(crate) fn hours(&mut self) {
        let body = &self.case.plan.body;
        for rollout in body.rollouts.keys() {
            let hours =
                body.rollouts.get(rollout).and_then(|it| body.environments.get(&it.environment)?.hours.as_ref());
            let calendar = hours.and_then(|hours| Calendar::new(&hours.windows, &hours.freezes).ok());
            if let Some(calendar) = calendar {
                self.rises_in_openings(rollout, &calendar);
            }
        }
    }

    fn rises_in_openings(&mut self, rollout: &str, calendar: &Calendar) {
        let rises = self.rises(rollout);
        let mut begun = BTreeSet::new();
        for written in &self.left.journal {
            let Line::Intent { request } = &written.line else { continue };
            let Some(&rise) = rises.get(node_of(request)) else { continue };
            if begun.insert(rise) && !calendar.fits(written.at.wall_ms, 1) {
                let message = format!("{} begins to raise an exposure while nothing may change", request.key);
                self.broken("rises wait for openings", written.order, message);
            }
        }
    }

    /// The changes by which a rollout gives the incoming release more of the traffic, with the rise that they belong to: what a
    /// stage does without a hold in between.
    fn rises(&self, rollout: &str) -> BTreeMap<&'a str, Rise> {
        let own = self.case.plan.body.nodes.iter().filter(|node| node.rollout.as_deref() == Some(rollout));
        let (mut highest, mut holds) = (Share::NONE, 0);
        let (mut changes, mut rising) = (BTreeMap::new(), BTreeSet::new());
        for node in own {
            holds += usize::from(matches!(node.work, Work::Hold(_)));
            let (Work::Effect(effect), Some(stage)) = (&node.work, node.stage) else { continue };
            changes.insert(node.id.0.as_str(), (stage, holds));
            let share = incoming(&effect.call);
            if share > highest {
                highest = share;
                rising.insert((stage, holds));
            }
        }
        changes.retain(|_, rise| rising.contains(rise));
        changes
    }
}

/// A stage, and how many holds of its rollout come before.
type Rise = (u32, usize);

fn incoming(call: &Call) -> Share {
    let Call::Shift { weights, .. } = call else { return Share::NONE };
    weights.iter().find(|(which, _)| *which == Which::Incoming).map_or(Share::NONE, |it| it.1)
}
