//! Submissions that wait for a lock, in the order of their arrival.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use machine::ports::store::Target;
use tokio::sync::Notify;

use crate::SubmitError;

/// Most submissions that wait for one target.
pub(crate) const WAITING_MAX: usize = 100;

/// Most submissions that wait at all: each keeps its plan in memory.
const ALL_WAITING_MAX: usize = 1_000;

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
}

struct Waiting {
    targets: Vec<Target>,
    bell: Arc<Notify>,
}

/// A place in the queue. Dropping it leaves the queue.
pub(crate) struct Place {
    queue: Arc<Queue>,
    number: u64,
    targets: Vec<Target>,
    bell: Arc<Notify>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last place for these targets; refused where too many wait.
    pub(crate) fn enter(self: &Arc<Self>, targets: &[Target]) -> Result<Place, SubmitError> {
        let mut state = self.lock();
        if let Some(target) = targets.iter().find(|target| state.waiting_for(target) >= WAITING_MAX) {
            return Err(SubmitError::QueueFull { what: target.to_string(), most: WAITING_MAX });
        }
        if state.waiting.len() >= ALL_WAITING_MAX {
            return Err(SubmitError::QueueFull { what: "this runtime".to_owned(), most: ALL_WAITING_MAX });
        }
        let (number, bell) = (state.next, Arc::new(Notify::new()));
        state.next += 1;
        state.waiting.insert(number, Waiting { targets: targets.to_vec(), bell: Arc::clone(&bell) });
        Ok(Place { queue: Arc::clone(self), number, targets: targets.to_vec(), bell })
    }

    /// How many that wait for one of these targets came before this place; all of them for one without a place.
    pub(crate) fn before(&self, targets: &[Target], place: Option<&Place>) -> usize {
        let end = place.map_or(u64::MAX, |place| place.number);
        self.lock().waiting.range(..end).filter(|(_, other)| other.shares(targets)).count()
    }

    /// One of these targets may be free: who waits for it looks again.
    pub(crate) fn freed(&self, targets: &[Target]) {
        self.lock().waiting.values().filter(|other| other.shares(targets)).for_each(|other| other.bell.notify_one());
    }
}

impl State {
    fn waiting_for(&self, target: &Target) -> usize {
        self.waiting.values().filter(|other| other.targets.contains(target)).count()
    }
}

impl Waiting {
    fn shares(&self, targets: &[Target]) -> bool {
        self.targets.iter().any(|target| targets.contains(target))
    }
}

impl Place {
    /// Resolves when it is worth looking again; a call that came before counts.
    pub(crate) async fn called(&self) {
        self.bell.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.lock().waiting.remove(&self.number);
        self.queue.freed(&self.targets);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

    use super::*;

    fn target(service: &str) -> Target {
        Target { environment: "prod".to_owned(), service: service.to_owned() }
    }

    #[tokio::test]
    async fn who_came_first_is_first_and_others_targets_do_not_count() {
        let queue = Arc::new(Queue::default());
        let (shop, shelf) = ([target("shop")], [target("shelf")]);
        let first = queue.enter(&shop).unwrap();
        let other = queue.enter(&shelf).unwrap();
        let both = queue.enter(&[target("shelf"), target("shop")]).unwrap();
        let last = queue.enter(&shop).unwrap();
        let before = |place: &Place| queue.before(&place.targets, Some(place));
        assert_eq!([before(&first), before(&other), before(&both), before(&last)], [0, 0, 2, 2]);
        assert_eq!(queue.before(&shop, None), 3, "who does not wait comes after all that do");
        drop(first);
        both.called().await;
        last.called().await;
        assert_eq!([before(&both), before(&last)], [1, 1]);
    }

    #[test]
    fn a_queue_has_an_end() {
        let queue = Arc::new(Queue::default());
        let shop = [target("shop")];
        let places: Vec<Place> = (0..WAITING_MAX).map(|_| queue.enter(&shop).unwrap()).collect();
        let refused = queue.enter(&shop).err().unwrap();
        assert_eq!(refused.exit_code(), 3);
        assert!(refused.to_string().starts_with("100 submissions wait for `shop` in `prod` already"), "{refused}");
        queue.enter(&[target("shelf")]).unwrap();
        drop(places);
        queue.enter(&shop).unwrap();
    }
}
