//! What the declarations of a project mean, evaluated: the only form in which checks and lowering see them.
//!
//! Names are resolved, defaults filled in, strategies unrolled into stages, units exact. Anything that was
//! reported is left out or stands as [`Value::Error`](crate::value::Value), so that later phases stay silent
//! about it.

mod environment;
mod gate;
mod metric;
mod service;
mod slo;
mod step;
mod strategy;
mod workflow;

pub use environment::{Bind, Environment, Provider};
pub use gate::{Arm, Bound, Condition, Gate, Inconclusive, Undecided};
pub use metric::Metric;
pub use service::Service;
pub use slo::Slo;
pub use step::{Approval, Check, EffectClass, Rollout, Run, Step, StepKind};
pub use strategy::{Instances, Stage, Strategy};
pub use workflow::{Parameter, ParameterType, Workflow};
