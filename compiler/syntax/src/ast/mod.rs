//! The syntax tree: what was written, without any meaning.
//!
//! It is a value: cloned, compared, hashed, owned by whoever parsed it. Every [`Item`] carries its absolute
//! `start`; every [`Range`] inside an item counts from there, so that text above does not change the tree.
//! What could not be read is kept as an error node, and the item is marked `damaged`: later phases
//! stay silent about it, because the parser has already spoken.

mod accept;
mod contract;
mod database;
mod declaration;
mod expression;
mod flag;
mod gate;
mod group;
mod migration;
mod policy;
mod released;
mod steps;
mod strategy;
mod test;
mod window;
mod workflow;

pub use accept::Accept;
pub use contract::{AccessVerb, ContractClause, ContractKind, TableRef};
pub use database::Database;
pub use declaration::{
    Action, Annotation, Bind, Case, Decl, DeclKind, EffectClass, Environment, EnvironmentEntry, Field, Fields,
    Function, Import, Let, Metric, Param, Service, TypeBody, TypeDecl, Use,
};
pub use expression::{
    Arg, BinaryOp, Expr, ExprKind, Foreign, Literal, Pattern, StrPart, TypeKind, TypeRef, UnaryOp, Unit, WhenArm,
};
pub use flag::Flag;
pub use gate::{Condition, Gate, GateClause, GateClauseKind, Objective, Slo};
pub use group::{Group, Member};
pub use migration::{Backfill, Migration, Phase, PhaseKind, Statement};
pub use policy::{Policy, Requirement};
pub use released::Released;
pub use steps::{
    Approval, Audience, Check, Expose, ForEach, Migrate, Mirror, Notify, Override, PhaseRef, Release, Rollback,
    Rollout, Together, TogetherMember, Wait, When,
};
pub use strategy::{Instances, Pause, Stage, StageEntry, Strategy};
pub use test::{Event, EventKind, Expectation, Moment, Simulate, Test, TestEntry, TestEntryKind};
pub use window::{Days, Freeze, Window};
pub use workflow::{GoOn, MaySpend, Modifiers, Silencing, Step, StepKind, Workflow};

use diagnostics::{FileId, Span};
use smol_str::SmolStr;

/// A half-open range of bytes, counted from the start of the item that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Range {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Range {
    /// A range; an inverted one becomes empty at `start`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The place in the file, for an item that starts at the absolute offset `item_start`.
    #[must_use]
    pub fn at(self, file: FileId, item_start: u32) -> Span {
        Span::new(file, self.start, self.end).moved(item_start)
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A name where it is written: a declaration's own name or a mention.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The word.
    pub text: SmolStr,
    /// Where it stands.
    pub range: Range,
}

/// One source file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct File {
    /// The declarations, in the order of the text.
    pub items: Vec<Item>,
}

/// A declaration and where it starts in its file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    /// The absolute byte offset that the ranges inside `decl` count from.
    pub start: u32,
    /// The declaration.
    pub decl: Decl,
}
