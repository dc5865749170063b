//! The one shape of an error, on the socket and in the programs: what happened and what helps, with the exit
//! code that a command ends with.

use machine::ports::store::StoreError;
use serde::{Deserialize, Serialize};

/// What kind of error it is; each kind has one exit code and one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The answer is no: exit code 1.
    Refused,
    /// What was named is not there: exit code 1.
    Missing,
    /// The request makes no sense: exit code 2.
    Usage,
    /// No runtime answers: exit code 3.
    Unreachable,
    /// Somebody else holds it: exit code 3.
    Locked,
    /// The caller may not: exit code 4.
    NotAllowed,
    /// The program or its disk failed: exit code 70.
    Internal,
}

impl Code {
    /// The exit code of a command that ends with this.
    #[must_use]
    pub fn exit(self) -> u8 {
        match self {
            Self::Refused | Self::Missing => 1,
            Self::Usage => 2,
            Self::Unreachable | Self::Locked => 3,
            Self::NotAllowed => 4,
            Self::Internal => 70,
        }
    }

    /// The kind of an error that is only known by its exit code.
    #[must_use]
    pub fn of_exit(exit: u8) -> Self {
        match exit {
            1 => Self::Refused,
            2 => Self::Usage,
            3 => Self::Locked,
            4 => Self::NotAllowed,
            _ => Self::Internal,
        }
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Refused => 422,
            Self::Missing => 404,
            Self::Usage => 400,
            Self::Unreachable => 503,
            Self::Locked => 409,
            Self::NotAllowed => 403,
            Self::Internal => 500,
        }
    }
}

/// An error as a sentence with its remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Its kind.
    pub code: Code,
    /// What happened and what helps.
    pub message: String,
    /// The exit code of a command that ends with this.
    pub exit: u8,
}

impl Failure {
    /// An error of a kind.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), exit: code.exit() }
    }

    /// A request that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// A failure of this program or of what it stands on.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Missing(_) => Code::Missing,
            StoreError::Exists(_)
            | StoreError::KeyUsed { .. }
            | StoreError::KeyTaken { .. }
            | StoreError::Occupied(_)
            | StoreError::Newer { .. } => Code::Refused,
            StoreError::Locked { .. } | StoreError::Held(_) => Code::Locked,
            StoreError::Fenced { .. }
            | StoreError::Gap { .. }
            | StoreError::Io(_)
            | StoreError::Damaged(_)
            | StoreError::Malformed { .. } => Code::Internal,
        };
        Self::new(code, error.to_string())
    }
}
