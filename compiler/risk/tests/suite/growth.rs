//! Plans far larger than anybody writes: a report takes as long as its plan is. With anything that looks at all of a plan for
//! each of its parts, none of these would come to its end.

use std::collections::BTreeMap;

use plan::{Body, Node, NodeId, Objective, Plan, Work};
use risk::{assess, broken, graph, text};

use crate::fixture::{MINUTE, SECOND, Scene};

/// So many rollouts, each of a service of its own with a promise and a limit of its own, one after the other.
fn wide(rollouts: usize) -> Plan {
    let scene = Scene { stages: vec![(1_000, 10 * MINUTE, true); 3], may_spend: Some("0.000001"), ..Scene::default() };
    let one = scene.plan().body;
    let mut body = Body { nodes: Vec::new(), ..one.clone() };
    let (rollout, service) = (&one.rollouts["shop-to-prod"], &one.services["shop"]);
    for number in 0..rollouts {
        let key = format!("shop-{number}-to-prod");
        let name = format!("shop-{number}");
        body.services.insert(name.clone(), service.clone());
        let objective = Objective { service: name.clone(), ..one.objectives["availability"].clone() };
        body.objectives.insert(format!("availability-{number}"), objective);
        body.rollouts.insert(key.clone(), plan::Rollout { service: name, ..rollout.clone() });
        for node in &one.nodes {
            let id = NodeId(format!("release/{key}/{}", node.id));
            let after = body.nodes.last().map(|node| node.id.clone()).into_iter().collect();
            body.nodes.push(Node { id, after, rollout: Some(key.clone()), ..node.clone() });
        }
    }
    body.rollouts.remove("shop-to-prod");
    Plan::new(body, BTreeMap::new())
}

/// One rollout in so many stages, each held a little longer.
fn deep(stages: u64) -> Plan {
    let stages = (0..stages).map(|number| (1_000, 10 * MINUTE + number % 50 * SECOND, true)).collect();
    Scene { stages, may_spend: Some("0.9"), ..Scene::default() }.plan()
}

/// Two nodes beside each other, and behind both the next two.
fn diamonds(rows: usize) -> Plan {
    let scene = Scene::default().plan();
    let hold = scene.body.nodes[1].clone();
    let id = |number: usize| NodeId(format!("release/{number}"));
    let node = |number: usize| {
        let before = (number / 2).checked_sub(1).map(|row| vec![id(2 * row), id(2 * row + 1)]);
        Node { id: id(number), after: before.unwrap_or_default(), ..hold.clone() }
    };
    Plan::new(Body { nodes: (0..2 * rows).map(node).collect(), ..scene.body }, BTreeMap::new())
}

#[test]
fn very_many_rollouts() {
    let plan = wide(4_000);
    let report = assess(&plan).unwrap();
    assert_eq!((plan.body.nodes.len(), report.rollouts.len()), (20_000, 4_000));
    let alike = |at: usize| (&report.rollouts[at].stages[0].sights, report.rollouts[at].stages[0].spends[0].worst);
    assert_eq!(alike(0), alike(3_999));
    assert_eq!(text::text(&report).lines().filter(|line| line.contains("what it may spend")).count(), 4_000);
    assert_eq!(broken(&plan).len(), 4_000, "each may spend less than it could");
}

#[test]
fn very_many_stages() {
    let plan = deep(6_000);
    let report = assess(&plan).unwrap();
    let stages = &report.rollouts[0].stages;
    assert_eq!(stages.len(), 6_000);
    // Whatever goes bad is told within its stage: the first costs what the last does.
    assert!((stages[0].spends[0].outright - stages[5_950].spends[0].outright).abs() < 1e-9);
}

#[test]
fn very_many_ways_through() {
    let plan = diamonds(10_000);
    let times = graph::analyse(&plan.body).unwrap();
    let nodes = plan.body.nodes.iter().filter(|node| matches!(node.work, Work::Hold(_))).count() as u64;
    assert_eq!((times.order.len() as u64, times.shortest_ms), (nodes, nodes / 2 * 10 * MINUTE));
}
