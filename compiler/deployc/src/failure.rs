//! Why a command ends without doing what it was asked, outside the language: a sentence, a remedy, an exit code.

use miette::Diagnostic;

/// The exit code of something the user asked for that cannot be: diagnostics with errors among it.
pub(crate) const NO: u8 = 1;
/// The exit code of a command that was not meant so.
pub(crate) const USAGE: u8 = 2;
/// The exit code of a check that found changes.
pub(crate) const CHANGES: u8 = 10;
/// The exit code of tests, or of a verification, of which a part could not be tried, and nothing failed.
pub(crate) const NOT_RUN: u8 = 11;
/// The exit code of a fault of this program.
pub(crate) const INTERNAL: u8 = 70;

/// A failed command.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub(crate) struct Failure {
    /// What is wrong; empty when diagnostics have said it.
    pub(crate) message: String,
    /// What to do.
    #[help]
    pub(crate) help: Option<String>,
    /// How the process ends.
    pub(crate) code: u8,
}

impl Failure {
    /// Diagnostics have been shown, and they hold errors.
    pub(crate) fn reported() -> Self {
        Self { message: String::new(), help: None, code: NO }
    }

    /// What was asked cannot be done.
    pub(crate) fn refused(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), code: NO }
    }

    /// The command names something that is not there, or is not complete.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), code: USAGE }
    }

    /// A fault of this program.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        let help = "this is a fault of deployc, not of your project; please report it with the sources that show it";
        Self { message: message.into(), help: Some(help.to_owned()), code: INTERNAL }
    }
}

impl From<project::Error> for Failure {
    fn from(error: project::Error) -> Self {
        Self::usage(error.to_string(), error.help())
    }
}
