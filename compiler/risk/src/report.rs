//! The report as data.

use plan::{Acceptance, Digest, NodeId, Place, Runbook, Traffic};
use serde::Serialize;

/// What a plan risks. Shares are fractions of one, rounded to four significant digits; times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The workflow.
    pub workflow: String,
    /// The plan.
    pub digest: Digest,
    /// Each rollout, in the order in which they begin.
    pub rollouts: Vec<RolloutRisk>,
    /// How long it takes.
    pub time: Time,
    /// The steps that nothing brings back, in order.
    pub irreversible: Vec<Irreversible>,
    /// What people took upon them.
    pub acceptances: Vec<Acceptance>,
    /// What to read when something goes wrong.
    pub runbooks: Vec<Runbook>,
    /// What this report says nothing about, and why.
    pub unchecked: Vec<Unchecked>,
}

/// What one rollout risks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RolloutRisk {
    /// Its key in the plan.
    pub rollout: String,
    /// The strategy.
    pub strategy: String,
    /// Where it is written.
    pub place: Option<Place>,
    /// The declared requests.
    pub traffic: Option<Traffic>,
    /// Stage by stage.
    pub stages: Vec<StageRisk>,
    /// What it may spend of each budget, and could; empty where it has no limit.
    pub limits: Vec<Limit>,
    /// What its gates pass although it breaks an objective.
    pub lets_through: Vec<LetsThrough>,
    /// What brings it back, and until when.
    pub back: WayBack,
}

/// What one stage risks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageRisk {
    /// Its label.
    pub stage: String,
    /// Where it is written.
    pub place: Option<Place>,
    /// How long it is held.
    pub hold_ms: u64,
    /// The gate that watches it.
    pub gate: Option<String>,
    /// Requests that the new release gets meanwhile, at the lowest and at the highest traffic.
    pub requests: Option<(u64, u64)>,
    /// What each condition of the gate can tell here.
    pub sights: Vec<Sight>,
    /// What a release that goes bad here costs, by objective.
    pub spends: Vec<Spend>,
}

/// What one condition can tell within a stage, at the lowest declared traffic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sight {
    /// The condition, as it is written.
    pub condition: String,
    /// Requests that count: those of the judged arm behind the warm-up.
    pub seen: u64,
    /// The share that is usual, where it is declared.
    pub usual: Option<f64>,
    /// The least share of bad requests at which the gate is expected to fail within the stage; none where even a
    /// release that fails outright is not told.
    pub fails_from: Option<f64>,
    /// The requests with which a release as good as usual is expected to pass; none where no number would do.
    pub needed_to_pass: Option<u64>,
    /// The requests below which no test, whatever its kind, tells an ordinary release from one that is just too bad; none
    /// where no number would do.
    pub least: Option<u64>,
    /// Of a limit: what becomes of releases by the end of the stage.
    pub odds: Option<Odds>,
    /// Why nothing is computed, where that is so.
    pub unknown: Option<String>,
}

/// The operating characteristic of a limit, at one look at the end of a stage: shares of releases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Odds {
    /// Of releases at the usual rate, those that are failed.
    pub usual_fails: Option<f64>,
    /// Of releases at the usual rate, those that are passed.
    pub usual_passes: Option<f64>,
    /// Of releases exactly at the limit, those that are failed.
    pub limit_fails: f64,
    /// Of releases exactly at the limit, those that are passed.
    pub limit_passes: f64,
}

/// What a release that goes bad at the beginning of a stage costs until it is back, at the highest traffic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spend {
    /// The objective.
    pub objective: String,
    /// Of the period's budget, when every request of the release fails.
    pub outright: f64,
    /// Whether something ends that without a person.
    pub outright_ends: bool,
    /// Of the period's budget, at the share of failures that costs most.
    pub worst: f64,
    /// That share.
    pub worst_at: f64,
    /// Whether something ends it without a person, at every share: false where nobody looks, or a gate without an
    /// answer waits for one. What is spent until then is all that is counted.
    pub ends: bool,
}

/// A limit of what a rollout may spend of a budget.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// The objective.
    pub objective: String,
    /// The share of the period's budget that may be spent.
    pub allowed: f64,
    /// What all stages together could spend, when every request of the release fails.
    pub spent: f64,
    /// What each of them could.
    pub stages: Vec<Paid>,
}

/// What one stage could spend of a budget, when every request of the release fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Paid {
    /// The stage's label.
    pub stage: String,
    /// Where it is written.
    pub place: Option<Place>,
    /// The new release's share of the requests.
    pub weight: f64,
    /// How long it lasts, with the way back.
    pub lasts_ms: u64,
    /// Of the period's budget.
    pub spent: f64,
    /// Whether a gate tells it; else it lasts as long as the stage.
    pub told: bool,
}

/// A gate whose margin is wider than an objective's budget.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LetsThrough {
    /// The gate.
    pub gate: String,
    /// Its condition.
    pub condition: String,
    /// The greatest share of bad requests that it allows beside a usual release.
    pub allowed: f64,
    /// The objective.
    pub objective: String,
    /// How many times as fast as allowed such a release would burn the budget.
    pub burn: f64,
}

/// What brings a rollout back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WayBack {
    /// The steps, in order.
    pub steps: Vec<NodeId>,
    /// Until traffic is back, when each step takes its whole time once.
    pub traffic_ms: u64,
    /// Until all is back, with every attempt taken.
    pub longest_ms: u64,
    /// The node from which on it is not brought back any more.
    pub until: Option<NodeId>,
}

/// How long a plan takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Time {
    /// At least: holds, with every effect and approval given at once.
    pub shortest_ms: u64,
    /// At most, on the way forward; none where a gate may wait for a person without a limit.
    pub longest_ms: Option<u64>,
    /// What may make it longer than the shortest time, apart from effects.
    pub waits: Vec<Wait>,
    /// The chain of nodes that takes longest when all goes well.
    pub critical: Vec<NodeId>,
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Where.
    pub at: String,
    /// For what.
    pub why: String,
    /// At most; none without a limit.
    pub at_most_ms: Option<u64>,
}

/// A step that nothing brings back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Irreversible {
    /// The node.
    pub node: NodeId,
    /// What it means, and what is the way forward.
    pub why: String,
    /// Where it is written.
    pub place: Option<Place>,
}

/// Something that this report says nothing about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// The proof, such as `P4`.
    pub proof: String,
    /// What it would say.
    pub what: String,
    /// Why it says nothing.
    pub why: String,
}
