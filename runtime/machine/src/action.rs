//! What is to be done because of an event, once that event is durable.

use crate::moment::Moment;
use crate::ports::provider::{Request, SampleRequest};
use crate::ports::store::Running;
use crate::slots::SlotIndex;
use crate::view::RunStatus;

/// An action. Each answers with one event, except where noted.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Perform an effect; journalled as an intent beside the event that caused it. Answers `Performed`.
    Perform {
        /// The slot.
        slot: SlotIndex,
        /// The provider.
        provider: String,
        /// What is asked.
        request: Request,
    },
    /// See an effect to its end whose answer was lost with the runtime that performed it; its intent is durable already.
    /// Answers `Performed`.
    Settle {
        /// The slot.
        slot: SlotIndex,
        /// The provider.
        provider: String,
        /// What was asked.
        request: Request,
    },
    /// Ask whether an effect took place, not before its own deadline has passed: a late request can still land.
    /// Answers `Probed`.
    Probe {
        /// The slot.
        slot: SlotIndex,
        /// The provider.
        provider: String,
        /// What was asked.
        request: Request,
        /// When it was asked.
        since: Moment,
    },
    /// Look up what runs. Answers `LookedUp`, or `NotLookedUp`.
    LookUp {
        /// The slot.
        slot: SlotIndex,
        /// The environment.
        environment: String,
        /// The service.
        service: String,
        /// Whether to look up what ran before that, too.
        previous: bool,
    },
    /// Read counters and begin the window. Answers `Opened`.
    Open {
        /// The slot.
        slot: SlotIndex,
        /// When the hold began.
        since: Moment,
        /// Milliseconds after that until the window may begin: the gate's warm-up, and how late its metrics come.
        warm_up_ms: u64,
        /// Where to read.
        source: Option<Source>,
    },
    /// Look at the gate again and again while the hold lasts; answers `Judged` for looks worth keeping, and
    /// `Opened` when the counters restarted. Ends by itself when the slot holds no more.
    Watch {
        /// The slot.
        slot: SlotIndex,
        /// Where to read.
        source: Source,
    },
    /// Look at the gate a last time. Answers `Judged` with `last`.
    Conclude {
        /// The slot.
        slot: SlotIndex,
        /// Where to read.
        source: Option<Source>,
    },
    /// Wait. Answers `Woke`.
    Wake {
        /// The slot.
        slot: SlotIndex,
        /// From when on.
        since: Moment,
        /// How long, in milliseconds.
        after_ms: u64,
    },
    /// Wait until the clock on the wall shows a time, however it is set meanwhile. Answers `Woke`.
    WakeAt {
        /// The slot.
        slot: SlotIndex,
        /// UTC milliseconds since 1970.
        at_ms: i64,
    },
    /// Journal a sentence beside the event, for people: a wait that no event shows, a handler that begins. Answers nothing.
    Note {
        /// What it is about: the slot's id, or a step's path.
        node: String,
        /// The sentence.
        words: String,
    },
    /// Store what runs from now on, in the same transaction as the event. Answers nothing.
    Record(Running),
    /// The run has ended. Answers nothing.
    End(RunStatus),
}

/// Where counters are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The provider.
    pub provider: String,
    /// What is asked.
    pub request: SampleRequest,
}
