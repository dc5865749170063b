//! Random pairs of faults, by number.

use fastrand::Rng;

use super::stories::Story;
use crate::case::Case;
use crate::fault::{Fault, Kind};
use crate::schedule::Schedule;
use crate::trouble::{Lasting, Trouble};

/// How long a runtime stays away that has died, in milliseconds.
const AWAY_MS: [u64; 6] = [0, 50, 1_000, 20_000, 7_200_000, 250_000_000];

/// Of so many faults one stays at its step.
const ONE_STAYS: u8 = 5;

/// Instants behind the last one of a story at which a fault may stand: what goes wrong makes runs longer.
const BEHIND: u32 = 6;

/// The pair with this number, of a run that goes all the way when nothing goes wrong.
pub(super) fn pair<'c>(cases: &'c [Case], stories: &[Story], seed: u64) -> (&'c Case, Schedule) {
    let mut rng = Rng::with_seed(seed);
    let forward: Vec<&Story> = stories.iter().filter(|story| story.forward).collect();
    let story = forward[rng.usize(..forward.len())];
    let case = &cases[story.case];
    let mut schedule = Schedule { seed, away_ms: AWAY_MS[rng.usize(..AWAY_MS.len())], ..story.schedule.clone() };
    for _ in 0..2 {
        match lasting(&mut rng, case) {
            Some(lasting) => schedule.lasting.push(lasting),
            None => schedule.faults.push(fault(&mut rng, story)),
        }
    }
    (case, schedule)
}

fn fault(rng: &mut Rng, story: &Story) -> Fault {
    let kind = Kind::ALL[rng.usize(..Kind::ALL.len())];
    let nth = rng.u32(1..=story.passed.of(kind.door()).saturating_add(BEHIND));
    Fault { kind, nth, hit: None, phase: None }
}

/// Something that stays wrong, sometimes, where the step that is drawn can have any.
fn lasting(rng: &mut Rng, case: &Case) -> Option<Lasting> {
    if rng.u8(..ONE_STAYS) > 0 || case.slots() == 0 {
        return None;
    }
    let slot = rng.u32(..case.slots());
    let of = Trouble::of(case, slot);
    (!of.is_empty()).then(|| Lasting { slot, trouble: of[rng.usize(..of.len())] })
}
