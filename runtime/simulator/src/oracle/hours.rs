//! No exposure is raised while the hours of its environment do not let it: by the clock of the host, at the intent.

use std::collections::BTreeSet;

use machine::event::Event;
use machine::ports::provider::{Outcome, Probe};
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
        let rising = self.rising(rollout);
        let (mut seen, mut done) = (BTreeSet::new(), BTreeSet::new());
        for written in &self.left.journal {
            match &written.line {
                Line::Intent { request } => {
                    let node = node_of(request);
                    let new = seen.insert((request.key.as_str(), request.attempt)) && !done.contains(node);
                    if rising.contains(node) && new && !calendar.fits(written.at.wall_ms, 1) {
                        let message = format!("{} raises an exposure while nothing may change", request.key);
                        self.broken("rises wait for openings", written.order, message);
                    }
                }
                Line::Event(event) => match event.as_ref() {
                    Event::Performed { node, outcome: Outcome::Done(_), .. } => _ = done.insert(node.as_str()),
                    Event::Probed { node, probe: Probe::Took(_), .. } => _ = done.insert(node.as_str()),
                    _ => {}
                },
                Line::Recorded { .. } => {}
            }
        }
    }

    /// The nodes of a rollout that give the incoming release more of the traffic.
    fn rising(&self, rollout: &str) -> BTreeSet<&'a str> {
        let own = self.case.plan.body.nodes.iter().filter(|node| node.rollout.as_deref() == Some(rollout));
        let mut highest = Share::NONE;
        let mut rising = BTreeSet::new();
        for node in own {
            let Work::Effect(plan::Effect { call: Call::Shift { weights, .. }, .. }) = &node.work else { continue };
            let share = weights.iter().find(|(which, _)| *which == Which::Incoming).map_or(Share::NONE, |it| it.1);
            if share > highest {
                highest = share;
                rising.insert(node.id.0.as_str());
            }
        }
        rising
    }
}
