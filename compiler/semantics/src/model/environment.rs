//! Environments with everything that they inherit.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{DatabaseBind, Released};
use crate::value::{Freeze, Value, Window};

/// An environment with everything it inherits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// `protected`.
    pub protected: bool,
    /// Runs instances.
    pub compute: Provider,
    /// Shifts traffic.
    pub traffic: Option<Provider>,
    /// Answers gates.
    pub metrics: Option<Provider>,
    /// When things may change there; at any time, if there are none.
    pub windows: Vec<Window>,
    /// When nothing may.
    pub freezes: Vec<Freeze>,
    /// Keeps alerts: is told of rollouts, and silences what they set off.
    pub alerts: Option<Provider>,
    /// The channels on which people are told what happens there: names of actions.
    pub notify: Vec<SmolStr>,
    /// Keeps secrets.
    pub secrets: Option<Provider>,
    /// What is done about a world that is no longer as it was left.
    pub drift: Drift,
    /// What it binds, by service name.
    pub binds: Vec<Bind>,
    /// Where its databases are reached; one that is not named is reached by the secret `NAME.url`.
    pub databases: Vec<DatabaseBind>,
    /// What runs in it, as the sources record it.
    pub released: Vec<Arc<Released>>,
}

/// What is done about a world that is no longer as it was left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drift {
    /// It is put back.
    #[default]
    Heal,
    /// People are told.
    Report,
}

/// A provider record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The provider's name, from `@provider("…")` on the record's type.
    pub provider: SmolStr,
    /// The record.
    pub config: Value,
    /// Where it is bound.
    pub span: Span,
    /// What it can be bound as: `compute`, `traffic`, `metrics` …
    pub roles: Vec<SmolStr>,
    /// Whether it can serve several services at once.
    pub shared: bool,
    /// Of what divides traffic: the least share that it can give to a release, of one.
    pub finest: Option<Decimal>,
}

/// What an environment says of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The service.
    pub service: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// Instances at full weight; 1 when not written.
    pub replicas: i64,
    /// Declared traffic, lowest and highest, in requests per second.
    pub traffic: Option<(Decimal, Decimal)>,
}
