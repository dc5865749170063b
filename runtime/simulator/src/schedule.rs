//! One schedule: what the world is like, what people do, and what goes wrong where. A number gives it again.

use std::fmt;

use fastrand::Rng;

use crate::case::Case;
use crate::fault::{Door, Fault, Hit, Kind, Phase};
use crate::trouble::Lasting;
use crate::world::Shape;

/// How people answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They look, and say what lets the run go on.
    Agree,
    /// They refuse.
    Refuse,
    /// They say nothing, until the time is over.
    Silent,
}

/// A whole schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The number it was made from; later choices are drawn from it as well.
    pub seed: u64,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// What stays wrong at a step.
    pub lasting: Vec<Lasting>,
    /// What people answer.
    pub people: Answer,
    /// Bad requests in a million of the incoming releases.
    pub bad: u64,
    /// Requests a second.
    pub rate: u64,
    /// How the traffic moves.
    pub shape: Shape,
    /// How long a runtime stays away when it has died, in milliseconds.
    pub away_ms: u64,
    /// Whether nothing runs before, where the plan allows that.
    pub first: bool,
}

/// How often each door is passed when nothing goes wrong: where faults can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Appends.
    pub appends: u32,
    /// Requests.
    pub requests: u32,
    /// Questions to providers.
    pub questions: u32,
    /// Look-ups of what runs.
    pub look_ups: u32,
    /// Samples.
    pub samples: u32,
    /// Events.
    pub turns: u32,
}

impl Passed {
    /// The count of one door.
    #[must_use]
    pub fn of(&self, door: Door) -> u32 {
        match door {
            Door::Append => self.appends,
            Door::Request => self.requests,
            Door::Question => self.questions,
            Door::LookUp => self.look_ups,
            Door::Sample => self.samples,
            Door::Turn => self.turns,
        }
    }

    /// Counts a door once more.
    pub fn count(&mut self, door: Door) {
        let count = match door {
            Door::Append => &mut self.appends,
            Door::Request => &mut self.requests,
            Door::Question => &mut self.questions,
            Door::LookUp => &mut self.look_ups,
            Door::Sample => &mut self.samples,
            Door::Turn => &mut self.turns,
        };
        *count += 1;
    }
}

/// Bad requests in a million of a release that is as it should be.
pub const USUAL_BAD: u64 = 1_000;

/// What a release that must not pass has.
pub(crate) const MANY_BAD: u64 = 200_000;

impl Schedule {
    /// What goes wrong, in words.
    #[must_use]
    pub fn faults_in_words(&self, case: &Case) -> Vec<String> {
        let lasting = self.lasting.iter().map(|it| it.in_words(case));
        self.faults.iter().map(ToString::to_string).chain(lasting).collect()
    }

    /// Nothing goes wrong, and the release is good.
    #[must_use]
    pub fn quiet(seed: u64) -> Self {
        Self {
            seed,
            faults: Vec::new(),
            lasting: Vec::new(),
            people: Answer::Agree,
            bad: USUAL_BAD,
            rate: 20_000,
            shape: Shape::Constant,
            away_ms: 1_000,
            first: false,
        }
    }

    /// The schedule with this number for a plan whose doors are passed so often. One in four is aimed.
    #[must_use]
    pub fn of_seed(seed: u64, passed: &Passed) -> Self {
        let mut rng = Rng::with_seed(seed);
        if seed % 4 == 3 {
            let (kind, hit) = (pick(&mut rng, &Kind::ALL), pick(&mut rng, &Hit::ALL));
            return Self::aimed(seed, passed, kind, hit, pick(&mut rng, &Phase::ALL));
        }
        let count = pick(&mut rng, &[1, 1, 1, 2, 2, 3, 4]);
        let faults = (0..count).map(|_| fault(&mut rng, passed)).collect();
        Self {
            seed,
            faults,
            lasting: Vec::new(),
            people: pick(&mut rng, &[Answer::Agree, Answer::Agree, Answer::Agree, Answer::Refuse, Answer::Silent]),
            bad: pick(&mut rng, &[USUAL_BAD, USUAL_BAD, USUAL_BAD, 0, MANY_BAD]),
            rate: pick(&mut rng, &[20_000, 20_000, 2_000, 300, 20, 0]),
            shape: pick(&mut rng, &[Shape::Constant, Shape::Diurnal, Shape::Autocorrelated]),
            away_ms: pick(&mut rng, &[0, 50, 1_000, 20_000, 7_200_000, 250_000_000]),
            first: rng.u8(..8) == 0,
        }
    }
}

impl Schedule {
    /// A schedule in which a fault comes where it hits this while the run stands so, as far as what else is drawn from the
    /// number brings it there.
    #[must_use]
    pub fn aimed(seed: u64, passed: &Passed, kind: Kind, hit: Hit, phase: Phase) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0xa1);
        let (nth, either) = (rng.u32(1..=2), rng.bool());
        let here = |kind, phase| Fault { kind, nth, hit: Some(hit), phase };
        let turns = passed.turns + 2;
        let mut at_turn = |kind| Fault { kind, nth: rng.u32(1..=turns), hit: None, phase: None };
        let faults = match (kind.door(), phase) {
            // Nothing new leaves while a run is paused: it left right before, or leaves again when the run is taken up.
            (Door::Request, Phase::Paused) if either => vec![here(Kind::Pause, None), here(kind, None)],
            (Door::Request, Phase::Paused) => {
                let crash = Fault { nth: 1, hit: None, ..here(Kind::CrashAfterAppend, Some(Phase::Paused)) };
                vec![here(Kind::Pause, None), crash, Fault { nth: 1, ..here(kind, Some(phase)) }]
            }
            (_, Phase::Forward) => vec![here(kind, Some(phase))],
            (_, Phase::Paused) => vec![at_turn(Kind::Pause), here(kind, Some(phase))],
            (_, Phase::Returning) => {
                let turn = at_turn(if either { Kind::Abort } else { Kind::Rollback });
                vec![turn, here(kind, Some(phase))]
            }
        };
        // Nobody asks a provider about a request whose answer came.
        let lost = pick(&mut rng, &[Kind::CrashAfterEffect, Kind::CrashLateEffect, Kind::AnswerLost]);
        let needs = (kind.door() == Door::Question).then_some(Fault { nth: 1, ..here(lost, None) });
        let faults = needs.into_iter().chain(faults).collect();
        let people = pick(&mut rng, &[Answer::Agree, Answer::Agree, Answer::Silent]);
        let away_ms = pick(&mut rng, &[0, 50, 1_000]);
        Self { faults, people, away_ms, ..Self::quiet(seed) }
    }
}

fn pick<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

/// A fault at one of the places that the plan has, or a little behind them: what goes wrong makes runs longer.
fn fault(rng: &mut Rng, passed: &Passed) -> Fault {
    let kind = pick(rng, &Kind::ALL);
    let places = passed.of(kind.door()) + 4;
    Fault { kind, nth: rng.u32(1..=places), hit: None, phase: None }
}

impl fmt::Display for Schedule {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, people, bad, rate, shape, away_ms, first, .. } = self;
        writeln!(
            text,
            "seed {seed}: people {people:?}, {bad} bad in a million, {rate} requests/s {shape:?}, away {away_ms} ms{}",
            if *first { ", first release" } else { "" }
        )?;
        for fault in &self.faults {
            writeln!(text, "  fault: {fault}")?;
        }
        Ok(())
    }
}
