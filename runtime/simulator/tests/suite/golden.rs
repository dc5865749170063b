//! The plans of this folder are those of the machine's tests and a few more; `BLESS=1` writes them again.

use std::path::Path;

use plan::{Body, Bound, Condition, EffectClass, Exact, Metric, MetricKind, Plan, Reading, Work};
use serde_json::json;

use crate::fixture;

/// Plans that are made here, by name.
fn made() -> Vec<(&'static str, Plan)> {
    let known = [
        "actions", "approved", "asking", "beside", "canary", "brought", "earlier", "going-on", "handled", "hours",
        "joint", "steps", "tidied",
    ];
    let mut all: Vec<(&str, Plan)> = known.into_iter().map(|name| (name, fixture::plan(name))).collect();
    all.push(("cleaned", cleaned()));
    all.push(("measured", measured()));
    all.push(("twenty", twenty()));
    all
}

fn sealed(body: Body) -> Plan {
    plan::validate::sound(&body).unwrap();
    Plan::new(body, std::collections::BTreeMap::new())
}

/// Twenty actions, one after the other.
fn twenty() -> Plan {
    let mut body = fixture::plan("actions").body;
    let pattern = body.nodes[0].clone();
    body.nodes = (0..20_usize)
        .map(|number| {
            let id = |number: usize| plan::NodeId(format!("release/step-{number}"));
            let after = number.checked_sub(1).map(id).into_iter().collect();
            plan::Node { id: id(number), after, ..pattern.clone() }
        })
        .collect();
    sealed(body)
}

/// A rollout between actions of every class, before it and behind its point of no return.
fn cleaned() -> Plan {
    let mut body = fixture::plan("tidied").body;
    let classes = [EffectClass::Idempotent, EffectClass::Probeable, EffectClass::Once];
    let tidy = body.nodes.pop().unwrap();
    let action = |class: EffectClass, name: &str, last: &plan::NodeId| {
        let Work::Effect(effect) = &tidy.work else { unreachable!() };
        let work = Work::Effect(plan::Effect { class, ..effect.clone() });
        let id = plan::NodeId(format!("{name}-{class:?}").to_lowercase());
        plan::Node { id, after: vec![last.clone()], work, ..tidy.clone() }
    };
    let retire = body.nodes.last().unwrap().id.clone();
    let behind = classes.map(|class| action(class, &tidy.id.0, &retire));
    let before = classes.map(|class| {
        let free = action(class, "release/beside", &retire);
        plan::Node { after: vec![], rollout: None, past_return: false, ..free }
    });
    body.nodes.extend(behind);
    body.nodes.splice(0..0, before);
    sealed(body)
}

/// A rollout whose gate reads every kind of metric, against limits and against the other arm.
fn measured() -> Plan {
    let mut body = fixture::plan("canary").body;
    let number = |text: &str| Exact::try_from(text.to_owned()).unwrap();
    let kinds = [
        ("latency", MetricKind::Distribution),
        ("cost", MetricKind::Mean),
        ("worth", MetricKind::Mean),
        ("queue", MetricKind::Gauge),
        ("dropped", MetricKind::Counter),
    ];
    for (name, kind) in kinds {
        let range = (name == "cost").then(|| (json!(0), json!(1_000)));
        let metric = Metric { kind, range, value: Some(json!(name)), ..Metric::ratio(json!(null), json!(null), None) };
        body.metrics.insert(name.to_owned(), metric);
    }
    let condition = |metric: &str, bound: Bound, reading: Option<Reading>| Condition {
        metric: metric.to_owned(),
        text: format!("{metric}(canary) {bound:?} {reading:?}"),
        bound,
        reading,
        advisory: false,
        lower: false,
    };
    let limit = |limit: u64| Bound::Limit(json!(limit));
    let against = || Bound::Against { times: Exact::ONE, plus: number("0.02") };
    let conditions = vec![
        condition("latency", limit(300), Some(Reading::Quantile("p95".to_owned()))),
        condition("latency", against(), Some(Reading::OverMs(300))),
        condition("cost", limit(150), None),
        condition("cost", Bound::Beside { times: number("1.5"), plus: None }, None),
        condition("worth", limit(150), None),
        condition("queue", limit(5_000), None),
        condition("dropped", limit(60), None),
        Condition { advisory: true, ..condition("dropped", limit(0), None) },
    ];
    let gate = body.gates.get_mut("healthy").unwrap();
    gate.conditions = conditions;
    sealed(body)
}

#[test]
fn the_plans_are_those_of_the_machine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    for (name, plan) in made() {
        let path = folder.join(format!("{name}.json"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, plan.to_bytes()).unwrap();
        }
        let found = std::fs::read(&path).unwrap_or_default();
        assert!(found == plan.to_bytes(), "{} is another; write it again with BLESS=1", path.display());
    }
}

#[test]
fn every_plan_is_ready() {
    for name in simulator::plans::names() {
        simulator::plans::case(name).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}
