//! The control side: what it takes, what it refuses, and in which words.

use std::os::unix::fs::PermissionsExt;

use hyper::{Method, StatusCode};
use proxy::protocol::{Hello, PutRoutes};
use serde_json::{Value, json};

use crate::harness::{Backend, World, table};

#[tokio::test]
async fn hello_says_who_is_there() {
    let world = World::new().await;
    let (_, body) = world.ask(Method::GET, "/v1/hello", Vec::new()).await;
    let hello: Hello = serde_json::from_slice(&body).unwrap();
    assert_eq!((hello.protocol, hello.pid, hello.listen), (2, std::process::id(), world.proxy.address()));
    assert_eq!((hello.oldest, hello.common()), (Some(1), Some(2)));
    assert_eq!(hello.incarnation, world.counters().await.incarnation);
}

#[tokio::test]
async fn only_the_owner_may_use_the_files() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    for name in ["accepted.jsonl", "control.sock", "state.json", "state.json.lock"] {
        let mode = std::fs::metadata(world.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 4, "nothing is left behind");
}

#[tokio::test]
async fn a_key_is_applied_once() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::with(&[("r-1", 10_000, &[&old])]).await;
    world.route(1, "second", &[("r-2", 10_000, &[&new])]).await;
    let late = world.route(1, "first", &[("r-1", 10_000, &[&old])]).await;
    assert_eq!((late.key.as_str(), late.releases[0].release.as_str()), ("second", "r-2"));
    let raised = world.route(4, "second", &[("r-2", 10_000, &[&new])]).await;
    assert_eq!(raised.epoch, 4, "the epoch rises with a repeated key too");
    let (status, refusal) = world.refused(&table(4, "second", &[])).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(refusal.error.contains("`second` was already used for another table"), "{}", refusal.error);
}

#[tokio::test]
async fn a_lower_epoch_is_refused() {
    let backend = Backend::new("a").await;
    let world = World::new().await;
    world.route(7, "seven", &[("r-1", 10_000, &[&backend])]).await;
    for key in ["six", "seven"] {
        let (status, refusal) = world.refused(&table(6, key, &[])).await;
        assert_eq!((status, refusal.epoch_offered, refusal.epoch_seen), (StatusCode::CONFLICT, Some(6), Some(7)));
        assert!(refusal.error.contains('6') && refusal.error.contains('7'), "{}", refusal.error);
    }
    assert_eq!(world.routes().await.key, "seven");
}

#[tokio::test]
async fn a_table_that_lands_late_replaces_no_newer_one() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::new().await;
    let put = |epoch, sequence, key: &str, release: &str, backend| PutRoutes {
        sequence,
        ..table(epoch, key, &[(release, 10_000, &[backend])])
    };
    assert_eq!(world.put(&put(3, 8, "back", "r-1", &old)).await.0, StatusCode::OK);
    // The answer of this one was lost; its run has gone back since.
    let late = put(3, 7, "forward", "r-2", &new);
    let (status, refusal) = world.refused(&late).await;
    assert_eq!((status, refusal.epoch_seen), (StatusCode::CONFLICT, Some(3)));
    assert!(refusal.error.contains("request 7 of epoch 3 (key `forward`) came late"), "{}", refusal.error);
    // A repeated key raises the sequence too, durably.
    assert_eq!(world.put(&put(3, 9, "back", "r-1", &old)).await.0, StatusCode::OK);
    assert_eq!(world.refused(&put(3, 8, "other", "r-2", &new)).await.0, StatusCode::CONFLICT);
    let world = world.restart().await;
    assert_eq!(world.refused(&late).await.0, StatusCode::CONFLICT);
    assert_eq!(world.routes().await.key, "back");
    // A new epoch begins to count anew.
    assert_eq!(world.put(&put(4, 1, "next", "r-2", &new)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn another_service_is_refused() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let mut other = table(1, "other", &[]);
    other.service = "cart".to_owned();
    let (status, refusal) = world.refused(&other).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(refusal.error.contains("`shop`") && refusal.error.contains("`cart`"), "{}", refusal.error);
}

#[tokio::test]
async fn bad_input_is_answered_with_a_sentence() {
    let world = World::new().await;
    let release =
        |id: &str, weight: i64, backends: Value| json!({"release": id, "weight": weight, "backends": backends});
    let with = |releases: Value| json!({"protocol": 1, "epoch": 1, "sequence": 1, "key": "k", "service": "shop", "releases": releases});
    let here = json!(["127.0.0.1:1"]);
    let mut newer = with(json!([]));
    newer["protocol"] = json!(3);
    let mut unknown = with(json!([]));
    unknown["weights"] = json!(1);
    let mut keyless = with(json!([]));
    keyless["key"] = json!("");
    let cases = [
        (json!("{"), "routing table"),
        (newer, "protocol 3"),
        (unknown, "weights"),
        (keyless, "key is empty"),
        (with(json!([release("r", 9_999, here.clone())])), "sum to 9999"),
        (with(json!([release("r", -1, here.clone())])), "-1"),
        (with(json!([release("r", 5_000, here.clone()), release("r", 5_000, here.clone())])), "named twice"),
        (with(json!([release("r", 10_000, json!([]))])), "no backend"),
        (with(json!([release("r", 10_000, json!(["shop:80"]))])), "socket address"),
        (with(json!([release("r", 10_000, json!(["127.0.0.1:0"]))])), "no port"),
        (with(json!([release("r", 10_000, json!(["127.0.0.1:1", "127.0.0.1:1"]))])), "named twice"),
        (with(json!([release("r\n", 10_000, here.clone())])), "visible ASCII"),
        (with(json!([release(&"r".repeat(300), 10_000, here.clone())])), "300 bytes"),
    ];
    for (body, words) in cases {
        let body = body.as_str().map_or_else(|| body.to_string(), ToOwned::to_owned);
        let (status, answer) = world.ask(Method::PUT, "/v1/routes", body.clone().into_bytes()).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{body}\n{answer}");
    }
    assert_eq!(world.ask(Method::PUT, "/v1/routes", vec![b' '; 2_000_000]).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(world.ask(Method::POST, "/v1/routes", Vec::new()).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(world.ask(Method::GET, "/v2/routes", Vec::new()).await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.routes().await.releases, []);
}

#[tokio::test]
async fn what_cannot_be_made_durable_is_not_applied() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    std::fs::create_dir(world.folder.path().join("state.json.new")).unwrap();
    let (status, refusal) = world.refused(&table(1, "second", &[])).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(refusal.error.contains("state file"), "{}", refusal.error);
    assert_eq!(world.routes().await.key, "first");
}
