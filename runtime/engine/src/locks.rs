//! Who keeps what to itself, what a submission is told of it, and how a person takes a lock away.

use machine::ports::store::{Lock, StoreError, Target};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::queue::Place;

/// What a submission is refused for, or waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTheWay {
    /// The lock that another run holds; none when only earlier submissions are in the way.
    pub lock: Option<Lock>,
    /// Submissions for the same that came before and wait.
    pub before: usize,
    /// A sentence: who holds it, since when, until when, and what can be done.
    pub message: String,
}

impl Engine {
    /// What runs that have not ended keep to themselves, by environment and service; at most `limit`.
    pub async fn locks(&self, limit: u32) -> Result<Vec<Lock>, StoreError> {
        self.inner.store.locks(limit).await
    }

    /// What keeps a run off these targets now.
    pub(crate) async fn in_the_way(
        &self,
        targets: &[Target],
        place: Option<&Place>,
    ) -> Result<Option<InTheWay>, StoreError> {
        let before = self.inner.queue.before(targets, place);
        let locks = self.inner.store.locks(u32::MAX).await?;
        let lock = locks.into_iter().find(|lock| targets.contains(&lock.target()));
        Ok(match lock {
            Some(lock) => Some(InTheWay { before, ..self.held_by(lock, place.is_some()) }),
            None if before > 0 => {
                Some(InTheWay { lock: None, before, message: waited_for(before, targets, place.is_some()) })
            }
            None => None,
        })
    }

    /// What a submission is told of a lock; one that queues needs no word of that.
    pub(crate) fn held_by(&self, lock: Lock, queues: bool) -> InTheWay {
        let left_alone = self.inner.active.why_left_alone(&lock.run);
        let message = held(&lock, self.inner.clock.now().wall_ms, left_alone.as_deref(), queues);
        InTheWay { lock: Some(lock), before: 0, message }
    }
}

fn waited_for(before: usize, targets: &[Target], queues: bool) -> String {
    let what = targets.iter().map(Target::to_string).collect::<Vec<_>>().join(", ");
    let many = if before == 1 { "1 submission waits".to_owned() } else { format!("{before} submissions wait") };
    let advice = if queues { "" } else { "; wait behind with `--queue`" };
    format!("{many} for {what} already{advice}")
}

/// Who holds it, since when, until when, and what can be done.
fn held(lock: &Lock, now_ms: i64, left_alone: Option<&str>, queues: bool) -> String {
    let Lock { environment, service, run, .. } = lock;
    let steal = format!("`deployd lock steal {service} {environment} --reason …`");
    let what_to_do = match left_alone {
        Some(why) => format!("this runtime leaves that run alone ({why}); {steal} ends it where it stands"),
        None if lock.expires_ms < now_ms => format!(
            "it was to move by {} and has not, so what it guards may be half-way: look at it with `deployd watch {run}`, or take its lock with {steal}",
            utc(lock.expires_ms)
        ),
        None => format!(
            "{}{}follow it (`deployd watch {run}`) or end it (`deployd abort {run}`)",
            moves_by(lock),
            if queues { "" } else { "wait for it with `--queue`, " }
        ),
    };
    format!("{lock}, since {}; {what_to_do}", utc(lock.since_ms))
}

fn moves_by(lock: &Lock) -> String {
    match lock.expires_ms {
        Lock::UNBOUNDED => String::new(),
        expires_ms => format!("it moves by {} at the latest; ", utc(expires_ms)),
    }
}

/// An instant in UTC, to the second.
fn utc(ms: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(ms);
    instant.map_or_else(|_| format!("{ms} ms"), |instant| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        Lock {
            environment: "prod".to_owned(),
            service: "shop".to_owned(),
            run: "r1".to_owned(),
            actor: "ann".to_owned(),
            since_ms: 0,
            expires_ms: 60_000,
        }
    }

    #[test]
    fn who_holds_what_is_told_with_what_can_be_done() {
        let head = "`shop` in `prod` is being rolled out by run r1, started by ann, since 1970-01-01T00:00:00Z; ";
        let steal = "`deployd lock steal shop prod --reason …`";
        let told = |now_ms, left_alone| held(&lock(), now_ms, left_alone, false).strip_prefix(head).map(str::to_owned);
        let moves = "it moves by 1970-01-01T00:01:00Z at the latest; wait for it with `--queue`, follow it (`deployd \
                     watch r1`) or end it (`deployd abort r1`)";
        assert_eq!(told(60_000, None).as_deref(), Some(moves));
        let late = format!(
            "it was to move by 1970-01-01T00:01:00Z and has not, so what it guards may be half-way: look at it with \
             `deployd watch r1`, or take its lock with {steal}"
        );
        assert_eq!(told(60_001, None), Some(late));
        let alone = format!("this runtime leaves that run alone (no plan); {steal} ends it where it stands");
        assert_eq!(told(0, Some("no plan")), Some(alone));
        assert!(
            held(&lock(), 0, None, true)
                .ends_with("at the latest; follow it (`deployd watch r1`) or end it (`deployd abort r1`)")
        );
        let targets = [lock().target()];
        assert_eq!(waited_for(1, &targets, true), "1 submission waits for `shop` in `prod` already");
        assert!(waited_for(2, &targets, false).ends_with("; wait behind with `--queue`"));
    }
}
