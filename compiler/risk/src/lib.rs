//! What a plan risks: what its gates can and cannot tell, what a bad release could cost of the error budget, how long
//! it takes, what brings it back, and where nothing does.
//!
//! A report is a pure function of the plan, so that two plans can be compared in their risk as well as in their graph.
//! It states what is computed and names what is not.

pub mod describe;
pub mod diff;
pub mod duration;
mod facts;
pub mod graph;
mod index;
mod kept;
mod limits;
pub mod picture;
mod report;
mod rollout;
mod round;
mod sight;
mod spend;
mod stages;
pub mod text;
mod time;
mod unchecked;
mod way_back;
mod words;

pub use limits::{Broken, broken, remedy};
pub use report::{
    Irreversible, LetsThrough, Limit, Odds, Paid, Report, RolloutRisk, Sight, Spend, StageRisk, Time, Unchecked, Wait,
    WayBack,
};

use index::Index;
use plan::{NodeId, Plan};

/// What a plan risks.
///
/// # Errors
/// A node that waits for itself, directly or over others.
pub fn assess(plan: &Plan) -> Result<Report, NodeId> {
    let time = time::of(plan)?;
    let index = Index::of(plan);
    Ok(Report {
        workflow: plan.body.workflow.clone(),
        digest: plan.digest.clone(),
        rollouts: rollout::all(&index),
        time,
        irreversible: way_back::irreversible(plan),
        acceptances: plan.body.acceptances.clone(),
        runbooks: plan.body.all_runbooks(),
        unchecked: unchecked::of(&index),
    })
}
