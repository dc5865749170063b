//! What each kind of step says.

use super::{Expr, Name, Range, Step};

/// `rollout service@release to environment using strategy`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rollout {
    /// The service.
    pub service: Name,
    /// What is rolled out.
    pub release: Release,
    /// The environment.
    pub environment: Name,
    /// The strategy: a name or a call.
    pub strategy: Expr,
}

/// What stands behind `service@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Release {
    /// A value of type `Digest`, or the word `previous` or `running`.
    pub name: Name,
    /// Fields behind it: `built.image`.
    pub fields: Vec<Name>,
    /// `with { runs.machine = "..." }`: what differs from the service's declaration.
    pub overrides: Vec<Override>,
}

/// `runs.machine = "..."`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Override {
    /// The field, from the service's own field inwards.
    pub path: Vec<Name>,
    /// Its value in this release.
    pub value: Expr,
    /// From the first name to the end of the value.
    pub range: Range,
}

/// `migrate M.expand, M.backfill in environment`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Migrate {
    /// The phases, in order.
    pub phases: Vec<PhaseRef>,
    /// The environment.
    pub environment: Name,
}

/// `M.expand`: one phase of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhaseRef {
    /// The migration.
    pub migration: Name,
    /// `expand`, `backfill` or `contract`.
    pub phase: Name,
}

/// `check gate of service in environment over duration`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Check {
    /// The gate.
    pub gate: Name,
    /// The service.
    pub service: Name,
    /// The environment.
    pub environment: Name,
    /// How long to look.
    pub over: Expr,
}

/// `approval N from people`; the deadline, and whether it may come later, are in the modifiers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Approval {
    /// How many people must agree; one if not written.
    pub count: Option<Expr>,
    /// Who may.
    pub people: Expr,
}

/// How long a step waits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wait {
    /// `wait D`
    For(Expr),
    /// `wait until TIME in "zone"`
    Until {
        /// The time of day.
        time: Expr,
        /// The time zone.
        zone: Expr,
    },
}

/// `expose flag to share of cohort in environment using strategy`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expose {
    /// The flag.
    pub flag: Name,
    /// To whom; to everybody if not written.
    pub audience: Option<Audience>,
    /// The environment.
    pub environment: Name,
    /// The strategy whose stages raise the exposure: a name or a call.
    pub strategy: Option<Expr>,
}

/// `to share of cohort`, or one of the two
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience {
    /// The share that sees it; all if not written.
    pub share: Option<Expr>,
    /// Of whom; of everybody if not written.
    pub cohort: Option<Expr>,
}

/// `mirror service@release in environment at share for duration while gate`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mirror {
    /// The service.
    pub service: Name,
    /// The release that gets copies of requests.
    pub release: Release,
    /// The environment.
    pub environment: Name,
    /// The share of requests that is copied.
    pub share: Expr,
    /// How long.
    pub hold: Expr,
    /// The gate that guards it.
    pub guard: Option<Expr>,
}

/// `notify channel "text"`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Notify {
    /// Where to: a name.
    pub channel: Name,
    /// What is said.
    pub text: Expr,
}

/// `together group to environment using strategy { a@x, b@y after a }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Together {
    /// The group whose order is kept, if one is named.
    pub group: Option<Name>,
    /// The environment.
    pub environment: Name,
    /// The strategy: a name or a call.
    pub strategy: Expr,
    /// The services, in the order of the text.
    pub members: Vec<TogetherMember>,
    /// The braces and what is between them.
    pub range: Range,
}

/// `service@release after other`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TogetherMember {
    /// The service; `None` for an entry that could not be read.
    pub service: Option<Name>,
    /// What is rolled out.
    pub release: Release,
    /// The services that each stage of this one comes behind.
    pub after: Vec<Name>,
    /// Where it stands.
    pub range: Range,
}

/// `for name in list one at a time { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ForEach {
    /// The name of the element.
    pub binder: Name,
    /// The list.
    pub list: Expr,
    /// `at once`; one at a time otherwise.
    pub at_once: bool,
    /// The steps made for each element.
    pub steps: Vec<Step>,
    /// From `for` to the closing brace.
    pub range: Range,
}

/// `when condition { ... } else { ... }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct When {
    /// The condition.
    pub condition: Expr,
    /// The steps where it holds.
    pub then: Vec<Step>,
    /// The steps where it does not; `else when` is a list of one.
    pub otherwise: Vec<Step>,
}

/// `rollback service in environment`, `rollback name`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rollback {
    /// A service; without an environment also an environment, or a name of a loop.
    pub target: Name,
    /// The environment.
    pub environment: Option<Name>,
}
