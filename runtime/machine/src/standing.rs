//! What a rollout that has ended well leaves standing, as the requests that would make it so again.

use plan::{Call, Release, ReleaseId, Share, Which};

use crate::bind;
use crate::ports::provider::{Instance, Request};
use crate::ports::store::Running;
use crate::run::Run;
use crate::state::RolloutState;

/// Longest wait for an effect whose like the plan does not have, in milliseconds.
const TIMEOUT_MS: u64 = 60_000;

/// A release in its place, as the run that brought it there, or brought it back, left it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    run: &'a Run,
    rollout: usize,
    which: Which,
}

impl Run {
    /// What keeps a registered release running; none when this run did not bring it there.
    pub fn standing(&self, running: &Running) -> Option<Standing<'_>> {
        let release = &running.release.as_ref()?.id;
        let mut indices = 0..self.slots.rollouts.len();
        indices.find_map(|index| {
            let rollout = self.slots.rollout(&self.plan.body, index);
            let place = (&rollout.environment, &rollout.service) == (&running.environment, &running.service);
            let (_, which) = self.left(index).filter(|(left, _)| place && *left == release)?;
            Some(Standing { run: self, rollout: index, which })
        })
    }

    /// The release that ran before a registered one, as far as this run, which made it run, knows it.
    pub fn before(&self, running: &Running) -> Option<&Release> {
        let Standing { rollout, which, .. } = self.standing(running)?;
        self.rollouts[rollout].running.as_ref().filter(|_| which == Which::Incoming)
    }

    /// The release that a rollout left running: the one it brought, or the one that it has been brought back to although
    /// it had finished.
    fn left(&self, rollout: usize) -> Option<(&ReleaseId, Which)> {
        let state = &self.rollouts[rollout];
        let which = match (state.finished, state.reopened.is_some() && state.returned) {
            (true, _) => Which::Incoming,
            (false, true) => Which::Running,
            (false, false) => return None,
        };
        bind::release_of(state, which).map(|release| (&release.id, which))
    }
}

impl Standing<'_> {
    /// Has all instances of the release: the provider and what is asked of it.
    pub fn ensure(&self, key: String) -> Option<(String, Request)> {
        let instances = match self.which {
            Which::Incoming => self.run.slots.rollout(&self.run.plan.body, self.rollout).replicas,
            Which::Running => bind::release_of(self.state(), self.which)?.replicas,
        };
        self.request(key, self.state(), &Call::Ensure { release: self.which, instances })
    }

    /// Gives these instances all traffic; none where the environment routes none.
    pub fn shift(&self, key: String, instances: Vec<Instance>) -> Option<(String, Request)> {
        let mut state = self.state().clone();
        state.instances.insert(self.which, instances);
        let weights = vec![(self.which, Share::ALL)];
        self.request(key, &state, &Call::Shift { weights, running_at_most: None, cohort: None })
    }

    /// The instances that were brought there last, as far as they are known.
    pub fn instances(&self) -> &[Instance] {
        self.state().instances.get(&self.which).map(Vec::as_slice).unwrap_or_default()
    }

    fn state(&self) -> &RolloutState {
        &self.run.rollouts[self.rollout]
    }

    fn request(&self, key: String, state: &RolloutState, call: &Call) -> Option<(String, Request)> {
        let body = &self.run.plan.body;
        let rollout = self.run.slots.rollout(body, self.rollout);
        let (provider, task) = bind::task(body, Some((rollout, state)), call, &self.run.known())?;
        let request = Request {
            key,
            attempt: 1,
            run: self.run.head.run.clone(),
            // The engine stamps both when it performs.
            epoch: 0,
            sequence: 0,
            timeout_ms: self.timeout_ms(call),
            root: self.run.head.root.clone(),
            task,
        };
        Some((provider, request))
    }

    /// What the plan allows its own effects of this kind.
    fn timeout_ms(&self, call: &Call) -> u64 {
        let own = self.run.slots.members[self.rollout].iter().copied();
        let effects = own.chain(self.run.slots.way_back(self.rollout)).filter_map(|slot| self.run.effect(slot));
        let alike = effects.filter(|effect| std::mem::discriminant(&effect.call) == std::mem::discriminant(call));
        alike.map(|effect| effect.timeout_ms).max().unwrap_or(TIMEOUT_MS)
    }
}
