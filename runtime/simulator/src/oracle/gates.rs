//! What goes on behind a gate has passed it, on counts that the world really had in the window.

use machine::event::Event;
use machine::evidence::{Evidence, Verdict};
use machine::view::RunStatus;
use plan::{Arm, Gate, Node, ReleaseId, Subject, Work};

use super::Trial;
use super::measured::{Truth, exceeds};
use crate::world::What;

/// What the world had counted at one instant.
type Counted<'a> = (u64, &'a [(ReleaseId, u64, u64)]);

impl<'a> Trial<'a> {
    pub(crate) fn gates(&mut self) {
        if self.case.plan.body.gates.is_empty() || self.blind_skip {
            return;
        }
        let began = self.began_after();
        let completed = (self.left.status == Some(RunStatus::Completed)).then_some((u64::MAX, 0));
        for node in &self.case.plan.body.nodes {
            let Work::Hold(hold) = &node.work else { continue };
            let Some(gate) = hold.guard.as_ref().and_then(|guard| self.case.plan.body.gates.get(&guard.gate)) else {
                continue;
            };
            let id = node.id.0.as_str();
            let completed = completed.filter(|_| !self.may_be_gone_on_behind(node));
            let passed = began.get(id).copied().or(completed).filter(|_| self.is_wanted(node));
            if let Some((order, _)) = passed.filter(|_| !self.was_skipped(id)) {
                self.passed_rightly(node, gate, order);
            }
        }
    }

    fn passed_rightly(&mut self, node: &Node, gate: &Gate, before: u64) {
        let id = node.id.0.as_str();
        let Some((order, evidence)) = self.last_look(id, before) else {
            self.broken(
                "gates pass first",
                before,
                format!("what follows `{id}` began, and its gate was never looked at"),
            );
            return;
        };
        if evidence.verdict != Verdict::Pass || evidence.n < gate.at_least {
            let message = format!("what follows `{id}` began after {:?} on {} requests", evidence.verdict, evidence.n);
            self.broken("gates pass first", before, message);
            return;
        }
        self.was_so(node, gate, order);
    }

    fn last_look(&self, node: &str, before: u64) -> Option<(u64, Evidence)> {
        let looks = self.events().filter_map(|(written, event)| match event {
            Event::Judged { node: at, evidence, .. } if at == node && written.order < before => {
                Some((written.order, evidence.as_ref().clone()))
            }
            _ => None,
        });
        looks.last()
    }

    /// Compares the verdict with what the world counted between the opening of the window and the look.
    fn was_so(&mut self, node: &Node, gate: &Gate, looked: u64) {
        let id = node.id.0.as_str();
        let Some(place) = self.place_of(node) else { return };
        let opened = self.events().filter_map(|(written, event)| match event {
            Event::Opened { node: at, .. } if at == id && written.order < looked => Some(written.order),
            _ => None,
        });
        let Some(opened) = opened.last() else { return };
        let (Some(from), Some(to)) = (self.counted(&place, opened), self.counted(&place, looked)) else { return };
        if from.0 != to.0 {
            let message = format!("`{id}` passed on counters that began again within its window");
            self.broken("gates see one window", looked, message);
            return;
        }
        let (judged, other) = self.arms(node, gate);
        let own = counts(from, to, judged.as_deref());
        if own.0 < gate.at_least {
            let message = format!("`{id}` passed, and {} of {} requests were in its window", own.0, gate.at_least);
            self.broken("gates see enough", looked, message);
        }
        let beside = counts(from, to, other.as_deref());
        let truth = |(all, bad): (u64, u64), release: Option<&str>| {
            let per_million = self.per_million(&place, release);
            Truth { all, bad, per_million }
        };
        let (own_truth, other_truth) = (truth(own, judged.as_deref()), truth(beside, other.as_deref()));
        for condition in &gate.conditions {
            let kind = self.case.plan.body.metrics.get(&condition.metric).map(|it| it.kind).unwrap_or_default();
            if !condition.advisory && exceeds(kind, condition, own_truth, other_truth) {
                let message =
                    format!("`{id}` passed, and `{}` did not hold: {own:?} beside {beside:?}", condition.text);
                self.broken("gates are right", looked, message);
            }
        }
    }

    fn place_of(&self, node: &Node) -> Option<(String, String)> {
        let Work::Hold(hold) = &node.work else { return None };
        let body = &self.case.plan.body;
        match &hold.subject {
            Subject::Rollout => Some(self.case.outside(body.rollouts.get(node.rollout.as_ref()?)?)),
            Subject::Service { environment, service } => {
                Some((environment.clone(), body.services.get(service)?.id.clone()))
            }
            Subject::Nothing => None,
        }
    }

    /// What the world showed to whoever read its counters last before.
    fn counted(&self, place: &(String, String), before: u64) -> Option<Counted<'a>> {
        let mut samples = self.left.world.book.iter().rev().filter(|entry| entry.order < before);
        samples.find_map(|entry| match &entry.what {
            What::Sampled { place: at, incarnation, counts } if at == place => Some((*incarnation, counts.as_slice())),
            _ => None,
        })
    }

    /// How many of a million requests of a release go wrong; the worst of all for the whole service.
    fn per_million(&self, place: &(String, String), release: Option<&str>) -> u64 {
        let Some(service) = self.left.world.services.get(place) else { return 0 };
        match release {
            Some(release) => service.traffic.per_million(&ReleaseId(release.to_owned())),
            None => service.traffic.usual.max(service.traffic.bad),
        }
    }

    /// The releases that play the judged arm and the other one; none for all together.
    fn arms(&self, node: &Node, gate: &Gate) -> (Option<String>, Option<String>) {
        let rollout = node.rollout.as_ref().and_then(|key| Some((key, self.case.plan.body.rollouts.get(key)?)));
        let id = |arm: Arm| {
            let (key, rollout) = rollout?;
            match arm {
                Arm::Canary => self.case.incoming.get(key).map(|release| release.id.0.clone()),
                Arm::Service => None,
                _ => self.case.running.get(&crate::case::place(rollout)).map(|release| release.id.0.clone()),
            }
        };
        (id(gate.arm), gate.against.and_then(id))
    }
}

fn counts(from: Counted<'_>, to: Counted<'_>, release: Option<&str>) -> (u64, u64) {
    let sum = |at: Counted<'_>| {
        let own = at.1.iter().filter(|(id, ..)| release.is_none_or(|release| id.0 == release));
        own.fold((0, 0), |sum, (_, all, bad)| (sum.0 + all, sum.1 + bad))
    };
    let (before, after): ((u64, u64), (u64, u64)) = (sum(from), sum(to));
    (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1))
}
