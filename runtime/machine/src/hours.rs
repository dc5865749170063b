//! Windows and freezes: a rollout, a stage that raises its exposure and what changes data wait until the environment's hours
//! let them begin. A stage that has begun goes through, and nothing that goes back, lowers an exposure or only waits is ever
//! held up.

use plan::window::{Calendar, UnknownZone};
use plan::{Call, Environment, Node, Share, Which, Work};

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::SlotState;

/// What the hours of an environment say to a slot that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hours {
    /// It may begin.
    Open,
    /// It may begin later.
    Closed {
        /// When, in UTC milliseconds since 1970.
        at_ms: i64,
        /// What it waits for.
        what: String,
    },
    /// It may never begin, for that reason.
    Never(String),
}

impl Run {
    /// Whether a slot may begin now, as far as windows and freezes are concerned.
    pub(crate) fn hours_of(&self, at: &Moment, slot: SlotIndex) -> Hours {
        let Some((name, environment, node)) = self.held_by(slot) else { return Hours::Open };
        let length_ms = self.rises_for_ms(slot);
        match opening(environment, node.during_freeze, self.plan.body.emergency, at.wall_ms, length_ms) {
            Ok(Some(from)) if from <= at.wall_ms => Hours::Open,
            Ok(Some(at_ms)) => Hours::Closed { at_ms, what: format!("the next opening of `{name}`") },
            Ok(None) => {
                Hours::Never(format!("the windows and freezes of `{name}` let nothing change within ten years"))
            }
            Err(unknown) => Hours::Never(unknown.to_string()),
        }
    }

    /// The environment whose hours hold a slot up, where it has any and the slot is of a kind that they concern.
    fn held_by(&self, slot: SlotIndex) -> Option<(&str, &Environment, &Node)> {
        let node = self.node(slot).filter(|_| !self.is_aside(slot))?;
        let name = match &node.work {
            Work::Begin | Work::Effect(_) => &self.rollout_of(slot)?.0.environment,
            Work::Expose(expose) => &expose.environment,
            Work::Mirror(mirror) => &mirror.environment,
            Work::Migrate(migrate) => &migrate.environment,
            Work::Hold(_) | Work::Approval(_) | Work::Finish | Work::WaitUntil(_) | Work::Rollback(_) => return None,
        };
        let environment = self.plan.body.environments.get(name).filter(|it| it.hours.is_some())?;
        let waits = !matches!(node.work, Work::Effect(_)) || self.begins_a_rise(slot);
        waits.then_some((name.as_str(), environment, node))
    }

    /// Whether a slot is the first change of a stage that raises the exposure, or the first behind a hold inside of one.
    /// Later ones would leave the stage half-way.
    fn begins_a_rise(&self, slot: SlotIndex) -> bool {
        let mut raises = false;
        let waits = |member| matches!(self.state(member), SlotState::Pending | SlotState::Until { .. });
        let first = self.at_one_go(slot).iter().all(|&member| match self.effect(member) {
            Some(effect) => {
                raises |= self.raises(member, &effect.call);
                waits(member)
            }
            None => true,
        });
        first && raises
    }

    /// What a stage does around a slot without a hold in between.
    fn at_one_go(&self, slot: SlotIndex) -> Vec<SlotIndex> {
        let stage = self.node(slot).and_then(|node| node.stage);
        let Some(index) = self.rollout_index(slot).filter(|_| stage.is_some()) else { return Vec::new() };
        let mut between = self.slots.members[index].split(|&member| matches!(self.work(member), Some(Work::Hold(_))));
        let around = between.find(|members| members.contains(&slot)).unwrap_or_default();
        let of_stage = |member: &SlotIndex| self.node(*member).is_some_and(|node| node.stage == stage);
        around.iter().copied().filter(of_stage).collect()
    }

    /// Whether a call gives the incoming release more users than it had: more of the traffic, or, where none is routed, more
    /// instances.
    fn raises(&self, slot: SlotIndex, call: &Call) -> bool {
        match call {
            Call::Shift { weights, cohort, .. } => {
                let share = incoming(weights);
                let before = self.earlier_calls(slot).filter_map(|call| match call {
                    Call::Shift { weights, cohort: of, .. } if of == cohort => Some(incoming(weights)),
                    Call::Shift { .. } | Call::Ensure { .. } | Call::Stop { .. } | Call::Act { .. } => None,
                });
                share > before.max().unwrap_or(Share::NONE)
            }
            Call::Ensure { release: Which::Incoming, .. } => self.rollout_of(slot).is_some_and(|(rollout, _)| {
                self.plan.body.environments.get(&rollout.environment).is_some_and(|it| it.traffic.is_none())
            }),
            Call::Ensure { .. } | Call::Stop { .. } | Call::Act { .. } => false,
        }
    }

    fn earlier_calls(&self, slot: SlotIndex) -> impl Iterator<Item = &Call> {
        let members = self.rollout_index(slot).map(|index| self.slots.members[index].as_slice()).unwrap_or_default();
        let earlier = members.iter().copied().filter(move |&member| member < slot);
        earlier.filter_map(|member| self.effect(member).map(|effect| &effect.call))
    }

    /// For how long a rollout that begins goes on to raise its exposure, by its holds: where an opening is that long, it
    /// waits for it. A moment for everything else.
    fn rises_for_ms(&self, slot: SlotIndex) -> i64 {
        let Some(index) = self.rollout_index(slot).filter(|_| matches!(self.work(slot), Some(Work::Begin))) else {
            return 1;
        };
        let (mut held, mut risen) = (0_u64, 0_u64);
        for &member in &self.slots.members[index] {
            match self.work(member) {
                Some(Work::Hold(hold)) => held = held.saturating_add(hold.duration_ms),
                Some(Work::Effect(effect)) if self.raises(member, &effect.call) => risen = held,
                _ => {}
            }
        }
        i64::try_from(risen).unwrap_or(i64::MAX).max(1)
    }

    /// When the exposure behind a hold may be raised, where that is not now: until then the hold goes on, and its gate keeps
    /// watching.
    pub(crate) fn held_open_until(&self, at: &Moment, slot: SlotIndex) -> Option<i64> {
        let node = self.node(self.rise_behind(slot)?)?;
        let environment = self.plan.body.environments.get(&self.rollout_of(slot)?.0.environment)?;
        let next = opening(environment, node.during_freeze, self.plan.body.emergency, at.wall_ms, 1);
        next.ok().flatten().filter(|&from| from > at.wall_ms)
    }

    /// What raises the exposure between a hold and the next one.
    fn rise_behind(&self, hold: SlotIndex) -> Option<SlotIndex> {
        let members = self.slots.members[self.rollout_index(hold)?].iter().copied();
        let later = members.filter(|&member| member > hold);
        let mut until_next = later.take_while(|&member| !matches!(self.work(member), Some(Work::Hold(_))));
        until_next.find(|&member| matches!(self.effect(member), Some(it) if self.raises(member, &it.call)))
    }

    /// Waits for a time of the clock on the wall.
    pub(crate) fn wait_until(&mut self, slot: SlotIndex, at_ms: i64, what: String, out: &mut Vec<Action>) {
        let words = format!("waits for {what}, until {}", plan::window::shown(at_ms));
        out.push(Action::Note { node: self.id(slot).to_owned(), words });
        out.push(Action::WakeAt { slot, at_ms });
        self.set(slot, SlotState::Until { at_ms, what });
    }

    /// The clock may show the time that a slot waits for: what waited for that alone is done, and what waited for an opening
    /// begins, or waits for the next.
    pub(crate) fn until_is_over(&mut self, at: &Moment, slot: SlotIndex, at_ms: i64, out: &mut Vec<Action>) {
        if at.wall_ms < at_ms {
            out.push(Action::WakeAt { slot, at_ms });
        } else if matches!(self.work(slot), Some(Work::WaitUntil(_))) {
            self.done(at, slot, SlotState::done(), out);
        } else if !self.head.paused {
            self.set(slot, SlotState::Pending);
            self.begin_all(at, vec![slot], out);
        }
    }
}

/// When the environment's hours next let something change that takes so long; when no opening is as long, when they let
/// something change at all.
fn opening(
    environment: &Environment,
    during_freeze: bool,
    emergency: bool,
    now: i64,
    length_ms: i64,
) -> Result<Option<i64>, UnknownZone> {
    let Some(hours) = environment.hours.as_ref().filter(|_| !(during_freeze && emergency)) else {
        return Ok(Some(now));
    };
    let freezes = if during_freeze { &[][..] } else { &hours.freezes };
    let calendar = Calendar::new(&hours.windows, freezes)?;
    let fitting = || calendar.next_fitting(now, length_ms);
    let found = if calendar.fits(now, length_ms) { Some(now) } else { fitting().map(|it| it.from) };
    Ok(found.or_else(|| calendar.next_opening(now).map(|it| it.from)))
}

fn incoming(weights: &[(Which, Share)]) -> Share {
    weights.iter().find(|(which, _)| *which == Which::Incoming).map_or(Share::NONE, |(_, share)| *share)
}
