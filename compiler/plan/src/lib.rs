//! The deployment as data: what the compiler writes and the runtime carries out.
//!
//! A [`Plan`] is the only thing the two halves of the product share besides the statistics. It holds no
//! secret, no clock and no path of the machine that compiled it, so equal sources give equal bytes.

pub mod accept;
pub mod body;
pub mod calendar;
pub mod canonical;
pub mod contract;
pub mod database;
pub mod decision;
pub mod document;
pub mod flag;
pub mod gate;
pub mod migration;
pub mod node;
pub mod objective;
pub mod quantity;
pub mod release;
pub mod requires;
pub mod runbook;
pub mod schema;
pub mod scope;
pub mod stage;
pub mod steps;
pub mod validate;
pub mod window;

pub use accept::Acceptance;
pub use body::{Binding, Body, Drift, Environment, Input, Parameter, ParameterType, Rollout, Service};
pub use contract::Released;
pub use database::Database;
pub use decision::{Comparison, Decision};
pub use document::{Draft, FORMAT, Place, Plan, ReadError};
pub use flag::Flag;
pub use gate::{Arm, Bound, Condition, Gate, Inconclusive, Metric, MetricKind, Reading, Undecided};
pub use migration::{Backfill, Migrate, Migration, PauseLimit, Phase, PhaseName};
pub use node::{
    Approval, Call, Effect, EffectClass, Guard, Hold, Node, NodeId, People, RecoveryStep, Retry, Subject, Which, Work,
};
pub use objective::{Objective, Traffic};
pub use quantity::{Exact, Share};
pub use release::{Digest, DigestError, Release, ReleaseId};
pub use requires::{Capability, requires};
pub use runbook::Runbook;
pub use scope::{Scope, Silence, Together};
pub use stage::{Pause, Stage};
pub use steps::{Expose, ExposeStage, Mirror, Rollback, WaitUntil};
