//! Plans of nothing but steps, and one that only waits.

use std::collections::BTreeMap;

use plan::{Approval, Binding, Body, Call, Effect, EffectClass, Node, NodeId, People, Plan, Retry, Work};
use serde_json::json;

use crate::world::PROVIDER;

fn plan(nodes: Vec<Node>) -> Vec<u8> {
    let body = Body { nodes, ..Body::new("2026", "bench") };
    plan::validate::sound(&body).unwrap();
    Plan::new(body, BTreeMap::new()).to_bytes()
}

fn node(index: usize, work: Work) -> Node {
    let id = |index: usize| NodeId(format!("bench/step-{index}"));
    let after = index.checked_sub(1).map(id).into_iter().collect();
    Node {
        id: id(index),
        after,
        rollout: None,
        stage: None,
        work,
        past_return: false,
        scope: None,
        when: None,
        during_freeze: false,
    }
}

/// So many steps, one after the other.
pub(crate) fn steps(count: usize) -> Vec<u8> {
    let effect = || Effect {
        call: Call::Act {
            action: "step".to_owned(),
            binding: Binding { provider: PROVIDER.to_owned(), config: json!({ "command": ["true"] }) },
        },
        class: EffectClass::Idempotent,
        timeout_ms: 60_000,
        retry: Retry { attempts: 1, backoff_ms: 100, backoff_max_ms: 100 },
        tolerated: false,
    };
    plan((0..count).map(|index| node(index, Work::Effect(effect()))).collect())
}

/// A person is asked.
pub(crate) fn waits() -> Vec<u8> {
    let approval = Approval { from: People::Owner, quorum: 1, within_ms: 86_400_000, after_the_fact: false };
    plan(vec![node(0, Work::Approval(approval))])
}
