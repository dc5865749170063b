//! Replacing instances in place: how many of each release run after each batch.
//!
//! At no moment do more run than the replicas and the surge, and at no moment are fewer ready than the replicas less
//! those that may be missing: new ones are counted once they are ready, old ones as long as they were not told to stop.

/// Bounds of a replacement, in instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// At most so many run.
    pub(crate) most: u32,
    /// At least so many are ready.
    pub(crate) least: u32,
}

/// Instances of both releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Of the release that comes.
    pub(crate) incoming: u32,
    /// Of the release that ran.
    pub(crate) running: u32,
}

/// One batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Batch {
    /// Have so many of the release that comes.
    Start(u32),
    /// Keep so many of the release that ran.
    Stop(u32),
}

/// The batches from what runs to what shall run; nothing when the bounds let nothing happen.
pub(crate) fn batches(from: Held, to: Held, bounds: Bounds) -> Option<Vec<Batch>> {
    let (mut now, mut found) = (from, Vec::new());
    loop {
        let before = now;
        let room = bounds.most.saturating_sub(now.incoming.saturating_add(now.running));
        let more = to.incoming.saturating_sub(now.incoming).min(room);
        if more > 0 {
            now.incoming += more;
            found.push(Batch::Start(now.incoming));
        }
        let spare = now.incoming.saturating_add(now.running).saturating_sub(bounds.least);
        let fewer = now.running.saturating_sub(to.running).min(spare);
        if fewer > 0 {
            now.running -= fewer;
            found.push(Batch::Stop(now.running));
        }
        if now.incoming >= to.incoming && now.running <= to.running {
            return Some(found);
        }
        if now == before {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every bound of up to nine replicas: within the bounds at each moment, and done at the end.
    #[test]
    fn bounds_hold_at_every_moment_and_the_end_is_reached() {
        for replicas in 1..=9_u32 {
            for (surge, missing) in (0..=replicas).flat_map(|s| (0..=replicas).map(move |m| (s, m))) {
                let bounds = Bounds { most: replicas + surge, least: replicas - missing };
                for to in 1..=replicas {
                    let (from, to) =
                        (Held { incoming: 0, running: replicas }, Held { incoming: to, running: replicas - to });
                    check(from, to, bounds, surge + missing > 0);
                }
            }
        }
    }

    fn check(from: Held, to: Held, bounds: Bounds, possible: bool) {
        let Some(found) = batches(from, to, bounds) else { return assert!(!possible, "{from:?} {to:?} {bounds:?}") };
        assert!(possible);
        let mut now = from;
        for batch in found {
            match batch {
                Batch::Start(instances) => {
                    assert!(instances > now.incoming && instances <= to.incoming);
                    now.incoming = instances;
                }
                Batch::Stop(keep) => {
                    assert!(keep < now.running && keep >= to.running);
                    now.running = keep;
                }
            }
            let all = now.incoming + now.running;
            assert!(all <= bounds.most && all >= bounds.least, "{now:?} breaks {bounds:?}");
        }
        assert_eq!(now, to);
    }

    #[test]
    fn a_quarter_at_a_time() {
        let found =
            batches(Held { incoming: 0, running: 4 }, Held { incoming: 4, running: 0 }, Bounds { most: 5, least: 4 });
        let expected = (0..4).flat_map(|n| [Batch::Start(n + 1), Batch::Stop(3 - n)]).collect();
        assert_eq!(found, Some(expected));
    }
}
