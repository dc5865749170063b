//! A plan file is read as it was sealed: laid out anew it is the same plan, changed it is none.

use std::collections::BTreeMap;

use plan::{Binding, Body, Call, Effect, EffectClass, Node, NodeId, Plan, ReadError, Retry, Work};
use serde_json::{Value, json};

fn plan() -> Plan {
    let binding = Binding { provider: "exec".to_owned(), config: json!({ "command": ["true"], "share": 0.5 }) };
    let effect = Effect {
        call: Call::Act { action: "check".to_owned(), binding },
        class: EffectClass::Once,
        timeout_ms: 1_000,
        retry: Retry { attempts: 1, backoff_ms: 1, backoff_max_ms: 1 },
        tolerated: false,
    };
    let node = Node {
        id: NodeId("release/check".to_owned()),
        after: Vec::new(),
        rollout: None,
        stage: None,
        work: Work::Effect(effect),
        past_return: false,
        scope: None,
        when: None,
        during_freeze: false,
    };
    let body = Body { nodes: vec![node], ..Body::new("2026", "release") };
    Plan::new(body, BTreeMap::new())
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<Plan, ReadError> {
    let mut value = serde_json::to_value(plan()).unwrap();
    change(&mut value);
    Plan::read(&serde_json::to_vec_pretty(&value).unwrap())
}

#[test]
fn the_layout_does_not_matter() {
    assert_eq!(Plan::read(&plan().to_bytes()).unwrap(), plan());
    assert_eq!(changed(|_| ()).unwrap(), plan());
}

#[test]
fn a_change_is_seen() {
    let one = changed(|value| value["body"]["workflow"] = json!("another"));
    assert!(matches!(one, Err(ReadError::Digest { .. })), "{one:?}");
    let canonical = String::from_utf8(plan().to_bytes()).unwrap();
    let one = Plan::read(canonical.replace(r#""once""#, r#""probeable""#).as_bytes());
    assert!(matches!(one, Err(ReadError::Digest { .. })), "{one:?}");
}

#[test]
fn what_this_version_does_not_know_is_not_ignored() {
    let one = changed(|value| value["body"]["nodes"][0]["unless"] = json!("frozen"));
    let Err(ReadError::Shape(message)) = one else { panic!("{one:?}") };
    assert!(message.contains("unknown field `unless`"), "{message}");
}

#[test]
fn another_format_is_named() {
    let one = changed(|value| value["format"] = json!(2));
    assert!(matches!(one, Err(ReadError::Format { found: 2 })), "{one:?}");
    let one = changed(|value| drop(value.as_object_mut().unwrap().remove("format")));
    assert!(matches!(one, Err(ReadError::Shape(_))), "{one:?}");
    let one = changed(|value| value["format"] = json!("1"));
    assert!(matches!(one, Err(ReadError::Shape(_))), "{one:?}");
}
