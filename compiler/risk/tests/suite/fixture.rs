//! Plans of one rollout, stage by stage.

use std::collections::BTreeMap;

use plan::{
    Arm, Body, Bound, Call, Condition, Effect, EffectClass, Exact, Gate, Guard, Hold, Inconclusive, Input, Metric,
    Node, NodeId, Objective, Plan, RecoveryStep, Retry, Rollout, Share, Stage, Subject, Traffic, Undecided, Which,
    Work,
};
use serde_json::{Value, json};

/// Seconds and minutes as a plan writes them.
pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;

/// One stage: weight in hundredths of a per cent, hold, and whether `healthy` watches it.
pub(crate) type Staged = (u32, u64, bool);

/// What a test varies.
pub(crate) struct Scene {
    pub(crate) stages: Vec<Staged>,
    pub(crate) traffic: Option<(&'static str, &'static str)>,
    pub(crate) usual: Option<&'static str>,
    pub(crate) plus: &'static str,
    pub(crate) good: &'static str,
    pub(crate) extend_ms: u64,
    pub(crate) then: Undecided,
    /// How long a step of the way back may take.
    pub(crate) back_ms: u64,
    /// The share of the budget that it may spend.
    pub(crate) may_spend: Option<&'static str>,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            stages: vec![(1_000, 10 * MINUTE, true), (10_000, 10 * MINUTE, false)],
            traffic: Some(("10", "10")),
            usual: Some("0.001"),
            plus: "0.009",
            good: "0.999",
            extend_ms: 0,
            then: Undecided::Rollback,
            back_ms: 0,
            may_spend: None,
        }
    }
}

pub(crate) fn exact(text: &str) -> Exact {
    Exact::try_from(text.to_owned()).unwrap()
}

impl Scene {
    pub(crate) fn plan(&self) -> Plan {
        let bound = json!({ "provider": "p", "config": null });
        let environment = json!({ "protected": false, "compute": bound, "traffic": bound, "metrics": bound });
        let service = json!({ "id": "shop", "artifact": null, "runs": null });
        let objective = Objective {
            service: "shop".to_owned(),
            metric: "errors".to_owned(),
            under_ms: None,
            good: exact(self.good),
            period_ms: 30 * DAY,
        };
        let errors = Metric::ratio(Value::Null, Value::Null, self.usual.map(exact));
        let body = json!({
            "edition": "2026",
            "workflow": "release",
            "parameters": {},
            "environments": { "prod": environment },
            "services": { "shop": service },
            "metrics": { "errors": errors },
            "gates": { "healthy": self.gate() },
            "rollouts": { "shop-to-prod": self.rollout() },
            "objectives": { "availability": objective },
            "nodes": self.nodes(),
        });
        let body: Body = serde_json::from_value(body).unwrap();
        Plan::new(body, BTreeMap::new())
    }

    fn gate(&self) -> Gate {
        Gate {
            arm: Arm::Canary,
            against: Some(Arm::Stable),
            at_least: 100,
            confidence: exact("0.95"),
            conditions: vec![Condition {
                metric: "errors".to_owned(),
                bound: Bound::Against { times: Exact::ONE, plus: exact(self.plus) },
                reading: None,
                lower: false,
                advisory: false,
                text: "errors(canary) <= errors(stable) + a margin".to_owned(),
            }],
            inconclusive: Inconclusive { extend_ms: self.extend_ms, then: self.then },
            warm_up_ms: 0,
            lag_ms: 0,
            runbook: None,
        }
    }

    fn rollout(&self) -> Rollout {
        let stage = |(weight, _, _): &Staged| {
            let share = Share::from_basis_points(*weight).unwrap();
            Stage::new(share.to_string(), share)
        };
        let all = vec![(Which::Running, Share::ALL)];
        Rollout {
            environment: "prod".to_owned(),
            service: "shop".to_owned(),
            artifact: Input::Running,
            overrides: BTreeMap::new(),
            replicas: 10,
            traffic: self.traffic.map(|(least, most)| Traffic { least: exact(least), most: exact(most) }),
            may_spend: self.may_spend.map(exact),
            strategy: "careful".to_owned(),
            needs_running: true,
            stages: self.stages.iter().map(stage).collect(),
            recovery: vec![RecoveryStep {
                id: NodeId("release/shop-to-prod/back/shift".to_owned()),
                effect: self.effect(Call::Shift { weights: all, running_at_most: None, cohort: None }),
            }],
        }
    }

    fn effect(&self, call: Call) -> Effect {
        let retry = Retry { attempts: 2, backoff_ms: 0, backoff_max_ms: 0 };
        Effect { call, class: EffectClass::Idempotent, timeout_ms: self.back_ms, retry, tolerated: false }
    }

    fn nodes(&self) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut add = |name: &str, stage: Option<u32>, work: Work| {
            nodes.push(Node {
                id: NodeId(format!("release/shop-to-prod/{name}")),
                after: nodes.last().map(|node| node.id.clone()).into_iter().collect(),
                rollout: Some("shop-to-prod".to_owned()),
                stage,
                work,
                past_return: false,
                scope: None,
                when: None,
                during_freeze: false,
            });
        };
        add("begin", None, Work::Begin);
        let watched = self.stages.iter().filter(|(_, _, watched)| *watched).count();
        for ((_, hold_ms, guarded), index) in self.stages.iter().zip(0..) {
            let shares = u32::try_from(watched).unwrap();
            let guard = guarded.then(|| Guard { gate: "healthy".to_owned(), continuous: true, shares });
            let hold = Hold { subject: Subject::Rollout, duration_ms: *hold_ms, guard };
            add(&format!("{index}/hold"), Some(index), Work::Hold(hold));
        }
        add("finish", None, Work::Finish);
        nodes
    }
}
