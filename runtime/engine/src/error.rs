//! What a person is told when a request is not taken, with the process exit code it stands for.

use machine::Refusal;
use machine::ports::store::StoreError;

use crate::locks::InTheWay;

/// Why a run was not started. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The plan may not be run.
    #[error(transparent)]
    Plan(#[from] plan::ReadError),
    /// The plan needs what this runtime cannot do.
    #[error("{}", .0.join("\n"))]
    Beyond(Vec<String>),
    /// This person may not run it.
    #[error("{0}")]
    NotAllowed(String),
    /// The parameters do not fit the plan.
    #[error("{0}")]
    Parameters(String),
    /// Another run works on the same service and environment, or other submissions wait for it.
    #[error("{}", .0.message)]
    Locked(Box<InTheWay>),
    /// Too many wait already.
    #[error("{most} submissions wait for {what} already, and no more are kept; try again when some have begun")]
    QueueFull {
        /// What they wait for.
        what: String,
        /// How many may wait.
        most: usize,
    },
    /// The runtime takes no run any more.
    #[error("the runtime stops; submit again when it has been started")]
    Stopping,
    /// The key has started another run than this one would be.
    #[error("the key `{key}` started run {run}, which {differs}; say the same again, or give this one another key")]
    KeyTaken {
        /// The key.
        key: String,
        /// The run it started.
        run: String,
        /// What of it differs, in words.
        differs: &'static str,
    },
    /// The world is not ready for the first effect.
    #[error("{}", .0.join("\n"))]
    Preflight(Vec<String>),
    /// The state could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SubmitError {
    /// 1 no · 2 usage · 3 locked or stopping · 4 not allowed · 70 internal.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Plan(_) | Self::Beyond(_) | Self::Preflight(_) | Self::KeyTaken { .. } => 1,
            Self::Parameters(_) => 2,
            Self::NotAllowed(_) => 4,
            Self::Locked(_) | Self::QueueFull { .. } | Self::Stopping => 3,
            Self::Store(error) => store_exit_code(error),
        }
    }
}

/// Why a signal was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// No such run.
    #[error("there is no run {0}; `deployd history` lists them")]
    Missing(String),
    /// The run has ended.
    #[error("{0}")]
    Ended(String),
    /// This person may not.
    #[error("{0}")]
    NotAllowed(String),
    /// It does not fit where the run stands.
    #[error("{0}")]
    Invalid(String),
    /// The state could not be read or written.
    #[error("{0}")]
    Store(StoreError),
}

impl SignalError {
    /// 1 no · 3 locked · 4 not allowed · 70 internal.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Missing(_) | Self::Ended(_) | Self::Invalid(_) => 1,
            Self::NotAllowed(_) => 4,
            Self::Store(error) => store_exit_code(error),
        }
    }
}

impl From<StoreError> for SignalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(run) => Self::Missing(run),
            other => Self::Store(other),
        }
    }
}

impl From<Refusal> for SignalError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Ended(message) => Self::Ended(message),
            Refusal::NotAllowed(message) => Self::NotAllowed(message),
            Refusal::DoesNotFit(message) => Self::Invalid(message),
        }
    }
}

/// Why a gate could not be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The run has no such gate.
    #[error("run {run} has no gate `{gate}`; {}", known(.gates))]
    NoGate {
        /// The run.
        run: String,
        /// What was asked for.
        gate: String,
        /// The gates of its plan.
        gates: Vec<String>,
    },
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn known(gates: &[String]) -> String {
    match gates {
        [] => "its plan has none".to_owned(),
        _ => format!("its plan has: {}", gates.join(", ")),
    }
}

fn store_exit_code(error: &StoreError) -> u8 {
    match error {
        StoreError::Missing(_)
        | StoreError::Exists(_)
        | StoreError::KeyUsed { .. }
        | StoreError::KeyTaken { .. }
        | StoreError::Occupied(_) => 1,
        StoreError::Fenced { .. } | StoreError::Locked { .. } | StoreError::Held(_) => 3,
        StoreError::Newer { .. }
        | StoreError::Gap { .. }
        | StoreError::Io(_)
        | StoreError::Damaged(_)
        | StoreError::Malformed { .. } => 70,
    }
}
