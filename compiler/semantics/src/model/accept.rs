//! Exceptions: findings that people take upon them until a day.

use diagnostics::Span;
use jiff::civil::Date;
use smol_str::SmolStr;

/// `accept P3 because "…" until 2027-01-31`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// What is accepted.
    pub proof: Proof,
    /// Why.
    pub because: SmolStr,
    /// The last day that it holds.
    pub until: Date,
    /// Where it stands.
    pub span: Span,
    /// The declaration or list of steps that it holds for.
    pub scope: Span,
}

/// What an exception is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// A proof of the compiler, `P3`.
    Numbered(SmolStr),
    /// A policy, by its full name.
    Policy(SmolStr),
    /// Something of the exception could not be read, which is reported: nobody knows what it would accept, so nothing
    /// is said that it might.
    Unreadable,
}

impl Proof {
    /// As it is written: `P3`, or the policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Numbered(name) => name,
            Self::Policy(full) => full.rsplit('.').next().unwrap_or(full),
            Self::Unreadable => "",
        }
    }

    /// The proofs whose findings can be accepted. Types, secrets and what a provider can do are not among them:
    /// without those there is no plan.
    pub const NUMBERED: [&'static str; 11] = ["P2", "P3", "P4", "P5", "P6", "P7", "P10", "P11", "P12", "P13", "P14"];
}
