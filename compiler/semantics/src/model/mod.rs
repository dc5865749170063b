//! What the declarations of a project mean, evaluated: the only form in which checks and lowering see them.
//!
//! Names are resolved, defaults filled in, strategies unrolled into stages, units exact. Anything that was
//! reported is left out or stands as [`Value::Error`](crate::value::Value), so that later phases stay silent
//! about it.

mod accept;
mod contract;
mod database;
mod environment;
mod flag;
mod gate;
mod group;
mod metric;
mod policy;
mod service;
mod slo;
mod step;
mod strategy;
mod test;
mod workflow;

pub use accept::{Acceptance, Proof};
pub use contract::{AccessVerb, ContractClause, Released};
pub use database::{Backfill, BackfillPause, Database, DatabaseBind, Migration, MigrationPhase, PhaseKind, PhaseName};
pub use environment::{Bind, Drift, Environment, Provider};
pub use flag::Flag;
pub use gate::{Arm, Bound, Condition, Gate, Inconclusive, Reading, Undecided};
pub use group::{Group, Member};
pub use metric::{Metric, MetricKind, Mixed};
pub use policy::Subject;
pub use service::Service;
pub use slo::{Objective, Slo};
pub use step::{
    Approval, Artifact, CarriedPhase, Check, Comparison, Decision, EffectClass, Expose, JointMember, Loop, Migrate,
    Mirror, Release, Rollback, Rollout, Round, Run, Silence, SpendLimit, Step, StepKind, Together, Wait, When,
};
pub use strategy::{Instances, Pause, Stage, Strategy};
pub use test::{Answer, Case, Event, EventKind, Expectation, ExpectationKind, Moment, Outcome, Simulation, Test};
pub use workflow::{Parameter, ParameterType, Workflow};
