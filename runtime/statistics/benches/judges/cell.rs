//! One cell: a number of requests, a rate, a weather. Unchanged canaries set every judge's knob to the same measured share of
//! false alarms; then canaries of each effect are rolled out.

use statistics::{Margin, evidence_of_difference};

use crate::contestants::{Contestant, Seen};
use crate::dice::Dice;
use crate::world::{LOOKS, Scene, Weather};

/// The share of false alarms at which the judges are compared.
pub(crate) const ALARMS: f64 = 0.05;

const JUDGES: usize = Contestant::ALL.len();

/// The canary's rates, as multiples of the other arm's.
pub(crate) const EFFECTS: [f64; 4] = [1.5, 2.0, 5.0, 10.0];

/// A knob, and what breaks ties: thresholds on small counts have few values, and only a coin makes their alarms equal.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Knob(f64, f64);

/// How a judge did.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    /// Share of rollouts that it failed.
    pub(crate) failed: f64,
    /// Mean share of the hold until then; a rollout that it did not fail counts whole.
    pub(crate) delay: f64,
}

/// Shares of rollouts that got a verdict of the gate `errors(canary) <= errors(stable) * 2` at 95 %. Of independent requests
/// only: no level is promised for others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Gate {
    pub(crate) failed: f64,
    pub(crate) passed: f64,
}

/// All scores at one effect.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) effect: f64,
    /// With the knob as a user would have it.
    pub(crate) usual: [Score; JUDGES],
    /// At equal measured false alarms.
    pub(crate) equal: [Score; JUDGES],
    pub(crate) gate: Gate,
}

/// A cell's outcomes: the unchanged canary first, then [`EFFECTS`].
pub(crate) struct Cell {
    pub(crate) weather: Weather,
    pub(crate) requests: u64,
    pub(crate) rate: f64,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Cell {
    pub(crate) fn run(weather: Weather, requests: u64, rate: f64, rollouts: u32) -> Self {
        let scene = |effect| Scene { weather, requests, rate, effect };
        let knobs = calibrate(&scene(1.0), rollouts);
        let outcomes = [1.0].iter().chain(&EFFECTS).map(|effect| measure(&scene(*effect), knobs, rollouts)).collect();
        Self { weather, requests, rate, outcomes }
    }
}

/// The greatest suspicion of each judge in each unchanged rollout; the knob is their 95 % quantile.
fn calibrate(scene: &Scene, rollouts: u32) -> [Knob; JUDGES] {
    let (mut dice, mut seen) = (scene.dice(), Seen::default());
    let mut greatest: [Vec<Knob>; JUDGES] = core::array::from_fn(|_| Vec::with_capacity(rollouts as usize));
    for _ in 0..rollouts {
        let mut most = [f64::NEG_INFINITY; JUDGES];
        seen.forget();
        for interval in scene.rollout(&mut dice) {
            seen.add(&interval);
            for (most, contestant) in most.iter_mut().zip(Contestant::ALL) {
                *most = most.max(seen.suspicion(contestant, *most));
            }
        }
        greatest.iter_mut().zip(most).for_each(|(all, most)| all.push(Knob(most, dice.uniform())));
    }
    let quantile = ((1.0 - ALARMS) * f64::from(rollouts)) as usize;
    greatest.map(|mut all| {
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        all[quantile.min(all.len() - 1)]
    })
}

/// Rollouts of a scene, with dice of their own: the alarms of the unchanged canary are measured on other rollouts than those
/// that set the knobs.
fn measure(scene: &Scene, knobs: [Knob; JUDGES], rollouts: u32) -> Outcome {
    let (mut dice, mut seen) = (fresh_dice(scene), Seen::default());
    let mut outcome = Outcome { effect: scene.effect, ..Outcome::default() };
    let usual = Contestant::ALL.map(|contestant| Knob(contestant.usual_knob(scene.rate), 1.0));
    for _ in 0..rollouts {
        let coins: [f64; JUDGES] = core::array::from_fn(|_| dice.uniform());
        let (mut by_usual, mut by_equal, mut gate) = ([None; JUDGES], [None; JUDGES], None);
        seen.forget();
        for (look, interval) in scene.rollout(&mut dice).iter().enumerate() {
            seen.add(interval);
            if scene.weather == Weather::Independent {
                gate = gate.or_else(|| gate_at_twice(&seen));
            }
            for (judge, contestant) in Contestant::ALL.into_iter().enumerate() {
                if by_usual[judge].is_some() && by_equal[judge].is_some() {
                    continue;
                }
                let floor = usual[judge].0.min(knobs[judge].0);
                let suspicion = Knob(seen.suspicion(contestant, floor), coins[judge]);
                by_usual[judge] = by_usual[judge].or((suspicion > usual[judge]).then_some(look));
                by_equal[judge] = by_equal[judge].or((suspicion > knobs[judge]).then_some(look));
            }
        }
        outcome.usual.iter_mut().zip(by_usual).for_each(|(score, failed)| score.add(failed));
        outcome.equal.iter_mut().zip(by_equal).for_each(|(score, failed)| score.add(failed));
        outcome.gate.failed += f64::from(u8::from(gate == Some(false)));
        outcome.gate.passed += f64::from(u8::from(gate == Some(true)));
    }
    outcome.divided_by(f64::from(rollouts))
}

fn fresh_dice(scene: &Scene) -> Dice {
    let mut dice = scene.dice();
    let words: [u64; 2] = core::array::from_fn(|_| dice.uniform().to_bits());
    Dice::of(&words)
}

/// The first verdict of our default with a margin: whether it passed.
fn gate_at_twice(seen: &Seen) -> Option<bool> {
    let (canary, other) = seen.arms();
    // At a weight of 10 %, fewer errors hold less than ln 20 nats either way.
    if canary.bad() < 2 && other.bad() < 15 {
        return None;
    }
    let margin = Margin::new(0.0, 2.0).ok()?;
    let (fail, pass) = evidence_of_difference(canary, other, margin);
    let needed = libm::log(20.0);
    if fail >= needed { Some(false) } else { (pass >= needed).then_some(true) }
}

impl Score {
    fn add(&mut self, failed_at: Option<usize>) {
        self.failed += f64::from(u8::from(failed_at.is_some()));
        self.delay += failed_at.map_or(1.0, |look| (look + 1) as f64 / LOOKS as f64);
    }
}

impl Outcome {
    fn divided_by(mut self, rollouts: f64) -> Self {
        for score in self.usual.iter_mut().chain(&mut self.equal) {
            score.failed /= rollouts;
            score.delay /= rollouts;
        }
        self.gate.failed /= rollouts;
        self.gate.passed /= rollouts;
        self
    }
}
