//! What stays wrong at one step for as long as a run stands there: gates, approvals, effects that never succeed.

use plan::Work;

use crate::case::Case;

/// What stays wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// From the hold on, the incoming release answers badly.
    GateFails,
    /// From the hold on, nobody asks for anything: neither verdict gets its evidence.
    GateUndecided,
    /// Its source never answers.
    GateSilent,
    /// Its source shows one moment for ever.
    GateStale,
    /// Somebody who is asked refuses.
    Denied,
    /// Nobody answers.
    Unanswered,
    /// Agreement comes a millisecond before its time is over.
    JustInTime,
    /// Agreement comes when its time is over.
    TooLate,
    /// Every attempt fails.
    AlwaysFails,
    /// No attempt is ever answered.
    NeverAnswers,
}

/// Trouble at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lasting {
    /// The step, by its slot.
    pub slot: u32,
    /// What stays wrong there.
    pub trouble: Trouble,
}

impl Lasting {
    /// What stays wrong where, with the place in the sources.
    #[must_use]
    pub fn in_words(&self, case: &Case) -> String {
        let node = case.id(self.slot);
        let place = case.plan.source_map.get(node).map(|at| format!("  ({}:{})", at.file, at.line)).unwrap_or_default();
        format!("{} at {node}{place}", self.trouble.word())
    }
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::GateFails,
        Self::GateUndecided,
        Self::GateSilent,
        Self::GateStale,
        Self::Denied,
        Self::Unanswered,
        Self::JustInTime,
        Self::TooLate,
        Self::AlwaysFails,
        Self::NeverAnswers,
    ];

    /// The word of tables and timelines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::GateFails => "gate fails",
            Self::GateUndecided => "gate inconclusive",
            Self::GateSilent => "gate without data",
            Self::GateStale => "gate with stale data",
            Self::Denied => "approval denied",
            Self::Unanswered => "approval expired",
            Self::JustInTime => "approval at the last moment",
            Self::TooLate => "approval too late",
            Self::AlwaysFails => "fails at every attempt",
            Self::NeverAnswers => "hangs at every attempt",
        }
    }

    /// What can be the trouble at a step.
    #[must_use]
    pub fn of(case: &Case, slot: u32) -> &'static [Self] {
        const GATE: &[Trouble] = &[Trouble::GateFails, Trouble::GateUndecided, Trouble::GateSilent, Trouble::GateStale];
        const PEOPLE: &[Trouble] = &[Trouble::Denied, Trouble::Unanswered, Trouble::JustInTime, Trouble::TooLate];
        const EFFECT: &[Trouble] = &[Trouble::AlwaysFails, Trouble::NeverAnswers];
        if case.class(slot).is_some() {
            return EFFECT;
        }
        match case.node(slot).map(|node| &node.work) {
            Some(Work::Hold(hold)) if hold.guard.is_some() => GATE,
            Some(Work::Approval(_)) => PEOPLE,
            Some(_) | None => &[],
        }
    }
}
