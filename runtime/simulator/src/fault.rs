//! What can go wrong, and where: the vocabulary of a schedule.

use std::fmt;

use plan::EffectClass;

/// Where something can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Door {
    /// Something becomes durable.
    Append,
    /// A request leaves for its provider.
    Request,
    /// A provider is asked whether a request took effect, or to see it to its end.
    Question,
    /// What runs is looked up.
    LookUp,
    /// Counters are read.
    Sample,
    /// The machine took an event: anything may happen now.
    Turn,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The runtime dies before an append is written.
    CrashBeforeAppend,
    /// It dies in the middle of one: the store shows nothing of it when it is opened again.
    TornAppend,
    /// It dies after one, before anything follows from it.
    CrashAfterAppend,
    /// The disk is full: nothing is written, and the runtime ends.
    StoreFull,
    /// The store answers with an error although it has written.
    AppendUnknown,
    /// The store cannot be reached; another runtime takes over meanwhile, and this one comes back.
    Partition,
    /// The store takes long to write. Only stores of engines do.
    SlowAppend,
    /// The store refuses a run, whose row is damaged, and goes on. Only stores of engines do.
    AppendRefused,
    /// The runtime dies before a request leaves.
    CrashBeforeEffect,
    /// It dies after the request took effect, before the answer.
    CrashAfterEffect,
    /// It dies right after the request left, which takes effect at its deadline.
    CrashLateEffect,
    /// The provider refuses for good.
    Refused,
    /// It fails, and another attempt may succeed.
    Failed,
    /// It never does anything and never answers.
    Hung,
    /// It does what was asked, and the answer is lost.
    AnswerLost,
    /// The answer comes twice.
    AnswerTwice,
    /// What was asked takes effect at its deadline, when nobody waits any more.
    LateEffect,
    /// The provider cannot tell what became of a request.
    CannotTell,
    /// What runs cannot be looked up.
    NotLookedUp,
    /// There are no counters.
    NoData,
    /// Counters of an earlier moment.
    Stale,
    /// Counters of releases that nobody asked about, instead of those asked about.
    Foreign,
    /// More bad requests than requests.
    Impossible,
    /// An instance dies.
    InstanceDies,
    /// The proxies start again, and count from zero.
    ProxyRestarts,
    /// The routers show earlier routes.
    RoutesForgotten,
    /// The clock on the wall is set back a day.
    ClockBack,
    /// The clock on the wall is set forward a day.
    ClockForward,
    /// The host goes down and comes back with another boot id.
    Reboot,
    /// The runtime is told to stop, and is started again.
    Stopped,
    /// Another runtime takes the run up while this one still works.
    TwoWorkers,
    /// A person pauses the run.
    Pause,
    /// A person aborts.
    Abort,
    /// A person rolls back.
    Rollback,
    /// A person says: do it again.
    Retry,
    /// A person says: take it as done.
    Skip,
    /// A person gives more time.
    Extend,
    /// A person takes the lock away.
    Steal,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Going forward.
    Forward,
    /// Going forward, and paused.
    Paused,
    /// Going back.
    Returning,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Forward, Self::Paused, Self::Returning];
}

/// What a fault hits: an effect of a class, or a step that only waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hit {
    /// An effect that may be done again.
    Idempotent,
    /// One whose provider can be asked.
    Probeable,
    /// One that is never done again by itself.
    Once,
    /// A step without an effect: a hold, an approval, the beginning or the end of a rollout.
    Wait,
}

impl Hit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Idempotent, Self::Probeable, Self::Once, Self::Wait];

    /// What an effect of this class is; a step without one waits.
    #[must_use]
    pub fn of(class: Option<EffectClass>) -> Self {
        match class {
            Some(EffectClass::Idempotent) => Self::Idempotent,
            Some(EffectClass::Probeable) => Self::Probeable,
            Some(EffectClass::Once) => Self::Once,
            None => Self::Wait,
        }
    }
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: Kind,
    /// The how-manieth time that its door is passed by something that fits, from 1.
    pub nth: u32,
    /// Only where it hits this.
    pub hit: Option<Hit>,
    /// Only where the run stands so.
    pub phase: Option<Phase>,
}

impl Kind {
    /// What only happens to an engine's store: the machine alone has none.
    pub const OF_STORES: [Self; 2] = [Self::SlowAppend, Self::AppendRefused];

    /// All others, by door.
    pub const ALL: [Self; 36] = [
        Self::CrashBeforeAppend,
        Self::TornAppend,
        Self::CrashAfterAppend,
        Self::StoreFull,
        Self::AppendUnknown,
        Self::Partition,
        Self::CrashBeforeEffect,
        Self::CrashAfterEffect,
        Self::CrashLateEffect,
        Self::Refused,
        Self::Failed,
        Self::Hung,
        Self::AnswerLost,
        Self::AnswerTwice,
        Self::LateEffect,
        Self::CannotTell,
        Self::NotLookedUp,
        Self::NoData,
        Self::Stale,
        Self::Foreign,
        Self::Impossible,
        Self::InstanceDies,
        Self::ProxyRestarts,
        Self::RoutesForgotten,
        Self::ClockBack,
        Self::ClockForward,
        Self::Reboot,
        Self::Stopped,
        Self::TwoWorkers,
        Self::Pause,
        Self::Abort,
        Self::Rollback,
        Self::Retry,
        Self::Skip,
        Self::Extend,
        Self::Steal,
    ];

    /// Where it can happen.
    #[must_use]
    pub fn door(self) -> Door {
        match self {
            Self::CrashBeforeAppend
            | Self::TornAppend
            | Self::CrashAfterAppend
            | Self::StoreFull
            | Self::AppendUnknown
            | Self::Partition
            | Self::SlowAppend
            | Self::AppendRefused => Door::Append,
            Self::CrashBeforeEffect
            | Self::CrashAfterEffect
            | Self::CrashLateEffect
            | Self::Refused
            | Self::Failed
            | Self::Hung
            | Self::AnswerLost
            | Self::AnswerTwice
            | Self::LateEffect => Door::Request,
            Self::CannotTell => Door::Question,
            Self::NotLookedUp => Door::LookUp,
            Self::NoData | Self::Stale | Self::Foreign | Self::Impossible => Door::Sample,
            _ => Door::Turn,
        }
    }

    /// Whether the runtime that meets it works no further.
    #[must_use]
    pub fn ends_the_runtime(self) -> bool {
        matches!(
            self,
            Self::CrashBeforeAppend
                | Self::TornAppend
                | Self::CrashAfterAppend
                | Self::StoreFull
                | Self::AppendUnknown
                | Self::CrashBeforeEffect
                | Self::CrashAfterEffect
                | Self::CrashLateEffect
                | Self::Reboot
        )
    }

    /// Whether it changes the world without any request.
    #[must_use]
    pub fn disturbs_the_world(self) -> bool {
        matches!(self, Self::InstanceDies | Self::RoutesForgotten)
    }

    /// The word of tables and timelines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CrashBeforeAppend => "crash before append",
            Self::TornAppend => "torn append",
            Self::CrashAfterAppend => "crash after append",
            Self::StoreFull => "store full",
            Self::AppendUnknown => "append unknown",
            Self::Partition => "partition",
            Self::SlowAppend => "slow store",
            Self::AppendRefused => "append refused",
            Self::CrashBeforeEffect => "crash before effect",
            Self::CrashAfterEffect => "crash after effect",
            Self::CrashLateEffect => "crash, effect lands late",
            Self::Refused => "refused",
            Self::Failed => "failed, retryable",
            Self::Hung => "hung provider",
            Self::AnswerLost => "answer lost",
            Self::AnswerTwice => "answer twice",
            Self::LateEffect => "late effect",
            Self::CannotTell => "provider cannot tell",
            Self::NotLookedUp => "registry unreadable",
            Self::NoData => "no data",
            Self::Stale => "stale data",
            Self::Foreign => "foreign data",
            Self::Impossible => "impossible data",
            Self::InstanceDies => "instance dies",
            Self::ProxyRestarts => "proxy restarts",
            Self::RoutesForgotten => "routes forgotten",
            Self::ClockBack => "clock set back",
            Self::ClockForward => "clock set forward",
            Self::Reboot => "reboot",
            Self::Stopped => "runtime stopped",
            Self::TwoWorkers => "two workers",
            Self::Pause => "paused",
            Self::Abort => "aborted",
            Self::Rollback => "rolled back",
            Self::Retry => "retried",
            Self::Skip => "skipped",
            Self::Extend => "extended",
            Self::Steal => "lock stolen",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let door = match self.kind.door() {
            Door::Append => "append",
            Door::Request => "request",
            Door::Question => "question",
            Door::LookUp => "look-up",
            Door::Sample => "sample",
            Door::Turn => "event",
        };
        write!(text, "{} at {door} {}", self.kind.word(), self.nth)?;
        if let Some(hit) = self.hit {
            write!(text, " of {hit:?}")?;
        }
        if let Some(phase) = self.phase {
            write!(text, " while {phase:?}")?;
        }
        Ok(())
    }
}
