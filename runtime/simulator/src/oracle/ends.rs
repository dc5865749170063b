//! The end is what the run says of it: the world shows the new release, or the old one, and what is registered is what
//! runs. An unsafe end needs a fault that made it unavoidable.

use machine::event::Event;
use machine::ports::provider::{Outcome, Probe, Request, Task};
use machine::signal::SignalKind;
use machine::view::RunStatus;
use plan::{EffectClass, Release, Rollout, Share};

use super::{Trial, node_of};
use crate::case::place;
use crate::history::Line;
use crate::world::{Place, What};

const END: u64 = u64::MAX;

impl<'a> Trial<'a> {
    pub(crate) fn ends(&mut self) {
        self.nothing_after();
        match self.left.status {
            None => self.broken("runs end", END, "the run never ended".to_owned()),
            Some(RunStatus::Unsafe) if self.was_unavoidable() => {}
            Some(RunStatus::Unsafe) => {
                let message = "the end is unsafe, and nothing that went wrong made it so".to_owned();
                self.broken("unsafe only if it must be", END, message);
            }
            Some(status) => self.rollouts_ended(status),
        }
    }

    /// An end lets the locks go: what takes effect later meets whoever holds them then. Behind an unsafe end somebody
    /// looks first.
    fn nothing_after(&mut self) {
        let ended = self.left.ended_order;
        let landed = self.landed().filter(|(entry, request)| entry.order > ended && !self.may_land_late(request));
        let landed = landed.filter(|_| self.left.status != Some(RunStatus::Unsafe));
        if let Some((entry, request)) = landed.min_by_key(|(entry, _)| entry.order) {
            let message = format!("{} took effect after the run had ended", request.key);
            self.broken("nothing after the end", entry.order, message);
        }
    }

    /// An action that may be done again at any time says by that that it may be done late, too.
    fn may_land_late(&self, request: &Request) -> bool {
        let class = self.case.steps.get(node_of(request)).and_then(|step| step.class);
        class == Some(EffectClass::Idempotent) && matches!(request.task, Task::Act { .. })
    }

    fn rollouts_ended(&mut self, status: RunStatus) {
        let rollouts: Vec<(&String, &Rollout)> = self.case.plan.body.rollouts.iter().collect();
        for (key, rollout) in rollouts {
            let recorded = self.recorded(rollout);
            let brought = self.case.incoming.get(key).map(|release| &release.id);
            let stays = recorded.last().is_some_and(|last| last.map(|release| &release.id) == brought);
            if stays && status == RunStatus::Completed && self.is_brought_back(key) {
                self.broken("what is to be brought back is", END, format!("the run completed, and `{key}` stays"));
            }
            if stays {
                self.has_finished(key, rollout);
            } else if recorded.is_empty() && status == RunStatus::Completed && self.was_wanted(key) {
                self.broken("completed is complete", END, format!("the run completed, and `{key}` has not finished"));
            } else {
                self.is_as_before(key, rollout);
            }
        }
    }

    /// What was recorded to run where a rollout goes, in order.
    fn recorded(&self, rollout: &Rollout) -> Vec<Option<&'a Release>> {
        let lines = self.left.journal.iter().filter_map(|written| match &written.line {
            Line::Recorded { place: at, release } if *at == place(rollout) => Some(release.as_ref()),
            _ => None,
        });
        lines.collect()
    }

    /// Whether a step of the way forward brings a rollout back.
    fn is_brought_back(&self, key: &String) -> bool {
        let names = |node: &plan::Node| matches!(&node.work, plan::Work::Rollback(it) if it.rollouts.contains(key));
        self.case.plan.body.nodes.iter().any(names)
    }

    fn was_wanted(&self, key: &str) -> bool {
        let begin = self.case.plan.body.nodes.iter().find(|node| node.rollout.as_deref() == Some(key));
        begin.is_some_and(|node| self.is_wanted(node) && !self.may_be_gone_on_behind(node))
    }

    fn shown(&self, rollout: &Rollout) -> Place {
        self.left.world.services.get(&self.case.outside(rollout)).map(Place::of).unwrap_or_default()
    }

    /// Whether the routes are still those that effects made.
    fn routes_hold(&self, rollout: &Rollout) -> bool {
        let outside = self.case.outside(rollout);
        let is_shift = |what: &What| match what {
            What::Landed { request, .. } => match &request.task {
                Task::Shift { environment, service_id, .. } => (environment, service_id) == (&outside.0, &outside.1),
                _ => false,
            },
            _ => false,
        };
        let book = self.left.world.book.iter().rev();
        let mut last = book.filter(|entry| is_shift(&entry.what) || matches!(entry.what, What::Forgot));
        last.next().is_none_or(|entry| !matches!(entry.what, What::Forgot))
    }

    fn has_finished(&mut self, key: &str, rollout: &Rollout) {
        let Some(incoming) = self.case.incoming.get(key) else { return };
        let shown = self.shown(rollout);
        self.is_registered(key, rollout, Some(incoming));
        if self.case.routes(rollout) && self.routes_hold(rollout) && shown.share(&incoming.id) != Share::ALL {
            self.broken("the new release serves", END, format!("`{key}` has finished, and the world shows {shown:?}"));
        }
        if shown.standing(&incoming.id) < rollout.replicas {
            self.broken("the new release stands", END, format!("`{key}` has finished, and the world shows {shown:?}"));
        }
        let before = self.before(rollout).filter(|before| before.id != incoming.id);
        let retires = self.case.plan.body.nodes.iter().any(|node| {
            let retires = matches!(&node.work, plan::Work::Effect(plan::Effect { call, .. })
                if *call == plan::Call::Stop { release: plan::Which::Running, keep: 0 });
            retires && node.rollout.as_deref() == Some(key)
        });
        if let Some(before) = before.filter(|before| retires && shown.standing(&before.id) > 0) {
            let message = format!("`{key}` has finished, and {} of {} stand", shown.standing(&before.id), before.id);
            self.broken("nothing is left behind", END, message);
        }
    }

    fn is_as_before(&mut self, key: &str, rollout: &Rollout) {
        let shown = self.shown(rollout);
        let before = self.before(rollout).cloned();
        self.is_registered(key, rollout, before.as_ref());
        if let Some(incoming) = self.case.incoming.get(key) {
            let (share, standing) = (shown.share(&incoming.id), shown.standing(&incoming.id));
            let routed = share != Share::NONE && self.routes_hold(rollout);
            if routed || standing > 0 {
                let message =
                    format!("`{key}` did not finish, and {} has {standing} instances and {share}", incoming.id);
                self.broken("nothing is left behind", END, message);
            }
        }
        let Some(before) = before else { return };
        if self.case.routes(rollout) && self.routes_hold(rollout) && shown.share(&before.id) != Share::ALL {
            self.broken(
                "the old release serves",
                END,
                format!("`{key}` did not finish, and the world shows {shown:?}"),
            );
        }
        if shown.standing(&before.id) < rollout.replicas {
            self.broken(
                "the old release stands",
                END,
                format!("`{key}` did not finish, and the world shows {shown:?}"),
            );
        }
    }

    fn before(&self, rollout: &Rollout) -> Option<&Release> {
        self.case.running.get(&place(rollout)).filter(|_| !self.case.is_first(self.schedule))
    }

    fn is_registered(&mut self, key: &str, rollout: &Rollout, wanted: Option<&Release>) {
        let found = self.left.registry.get(&place(rollout)).and_then(Option::as_ref);
        if found.map(|release| &release.id) != wanted.map(|release| &release.id) {
            let id = |release: Option<&Release>| release.map_or("nothing".to_owned(), |release| release.id.to_string());
            let message = format!("`{key}`: {} is registered, and {} runs", id(found), id(wanted));
            self.broken("what runs is registered", END, message);
        }
    }

    /// A step behind which there is no way back was refused, or failed as often as it may be tried; or a person took the
    /// lock away.
    fn was_unavoidable(&self) -> bool {
        self.signals().any(|(_, signal)| signal.kind == SignalKind::Steal)
            || self.case.steps.iter().any(|(id, step)| {
                step.is_last_resort && (self.gave_up(id, step.class) || self.failures(id) >= step.attempts as usize)
            })
    }

    fn gave_up(&self, node: &str, class: Option<EffectClass>) -> bool {
        self.events().any(|(_, event)| match event {
            Event::Performed { node: at, outcome: Outcome::Failed { retryable: false, .. }, .. } => at == node,
            Event::Performed { node: at, outcome: Outcome::Unknown { .. }, .. } => {
                at == node && class == Some(EffectClass::Once)
            }
            Event::Probed { node: at, probe: Probe::CannotTell(_), .. } => at == node,
            _ => false,
        })
    }

    fn failures(&self, node: &str) -> usize {
        let failed = self.events().filter(|(_, event)| match event {
            Event::Performed { node: at, outcome, .. } => at == node && !matches!(outcome, Outcome::Done(_)),
            Event::Probed { node: at, probe, .. } => at == node && !matches!(probe, Probe::Took(_)),
            _ => false,
        });
        failed.count()
    }
}
