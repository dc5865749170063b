//! Starting, stopping, starting again.

use std::net::TcpListener;
use std::os::fd::AsRawFd;

use hyper::StatusCode;
use proxy::protocol::{OLDEST, PROTOCOL, PutRoutes};
use proxy::{Error, Proxy, Spec};

use crate::harness::{Backend, Client, World, spec, table};

#[tokio::test]
async fn a_restart_brings_back_weights_and_epoch() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::new().await;
    let before = world.route(5, "split", &[("r-1", 9_000, &[&old]), ("r-2", 1_000, &[&new])]).await;
    let world = world.restart().await;
    let after = world.routes().await;
    assert_eq!((after.epoch, &after.key, &after.releases), (5, &before.key, &before.releases));
    assert_eq!(world.client().await.get("/").await.status, 200);
    assert_eq!(world.refused(&table(4, "late", &[])).await.1.epoch_seen, Some(5));
    assert_eq!(world.route(5, "split", &[("r-1", 9_000, &[&old]), ("r-2", 1_000, &[&new])]).await.key, "split");
}

#[tokio::test]
async fn a_table_of_the_version_before_is_taken_and_kept() {
    let backend = Backend::new("a").await;
    let world = World::new().await;
    let older = PutRoutes { protocol: OLDEST, ..table(3, "older", &[("r-1", 10_000, &[&backend])]) };
    assert_eq!(world.put(&older).await.0, StatusCode::OK);
    let state = std::fs::read_to_string(world.folder.path().join("state.json")).unwrap();
    assert!(state.contains(r#""protocol":1"#), "{state}");
    let world = world.restart().await;
    assert_eq!(world.routes().await.key, "older");
    let newer = PutRoutes { protocol: PROTOCOL + 1, ..older };
    let (status, refusal) = world.refused(&newer).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refusal.error.contains("protocol 3 is not known here: this proxy speaks 1 to 2"), "{}", refusal.error);
}

#[tokio::test]
async fn stopping_lets_requests_in_flight_finish() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let (address, mut client) = (world.proxy.address(), world.client().await);
    let mut idle = world.client().await;
    idle.get("/").await;
    let slow = tokio::spawn(async move { client.get("/wait").await });
    backend.inside.waiting.notified().await;
    let stopping = tokio::spawn(world.proxy.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    backend.inside.go.notify_one();
    assert_eq!(slow.await.unwrap().body, "a");
    stopping.await.unwrap();
    assert!(!spec(world.folder.path()).control.exists());
}

#[tokio::test]
async fn a_taken_port_is_named_with_a_way_to_its_holder() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = holder.local_addr().unwrap();
    let error = Proxy::start(Spec { listen: address, ..spec(folder.path()) }).await.unwrap_err();
    assert!(matches!(error, Error::AddressInUse { .. }));
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && text.contains("ss -ltnp"), "{text}");
}

#[tokio::test]
async fn two_proxies_do_not_share_a_state_file() {
    let world = World::new().await;
    let error = Proxy::start(spec(world.folder.path())).await.unwrap_err();
    assert!(error.to_string().contains("another proxy holds"), "{error}");
}

#[tokio::test]
async fn an_inherited_listener_is_used_and_checked() {
    let backend = Backend::new("a").await;
    let folder = tempfile::tempdir().unwrap();
    let (mut inherited, listener) = (spec(folder.path()), TcpListener::bind("127.0.0.1:0").unwrap());
    inherited.inherited_listener = Some(listener.as_raw_fd());
    let error = Proxy::start(inherited.clone()).await.unwrap_err().to_string();
    assert!(error.contains("it listens on 127.0.0.1:"), "{error}");
    inherited.listen = listener.local_addr().unwrap();
    let world = World { proxy: Proxy::start(inherited.clone()).await.unwrap(), folder };
    world.route(1, "first", &[("r-1", 10_000, &[&backend])]).await;
    assert_eq!(world.client().await.get("/").await.body, "a");
    world.proxy.stop().await;
    // Between the two, connections wait in the kernel instead of being refused.
    let waiting = tokio::spawn(async move { Client::connect(inherited.listen).await.get("/").await });
    let again =
        Spec { inherited_listener: Some(listener.as_raw_fd()), listen: inherited.listen, ..spec(world.folder.path()) };
    let proxy = Proxy::start(again).await.unwrap();
    assert_eq!(waiting.await.unwrap().body, "a");
    proxy.stop().await;
    let bad = Spec { inherited_listener: Some(999), ..spec(world.folder.path()) };
    assert!(matches!(Proxy::start(bad).await.unwrap_err(), Error::InheritedListener { fd: 999, .. }));
}

#[tokio::test]
async fn a_state_file_that_cannot_be_understood_stops_the_start() {
    for (text, words) in [
        ("{", "EOF"),
        ("{\"format\":2}", "format 2"),
        (
            r#"{"format":1,"epoch":1,"sequence":1,"keys":[],"routes":{"protocol":1,"epoch":1,"sequence":1,"key":"k","service":"s","releases":[{"release":"r","weight":1,"backends":["127.0.0.1:1"]}]}}"#,
            "sum to 1",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("state.json"), text).unwrap();
        let error = Proxy::start(spec(folder.path())).await.unwrap_err().to_string();
        assert!(error.contains("state.json") && error.contains(words), "{error}");
    }
}

#[test]
fn a_specification_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.json");
    let good = spec(folder.path());
    std::fs::write(&path, serde_json::to_vec(&good).unwrap()).unwrap();
    assert_eq!(Spec::read(&path).unwrap(), good);
    std::fs::write(&path, serde_json::to_vec(&Spec { format: 2, ..good }).unwrap()).unwrap();
    assert!(Spec::read(&path).unwrap_err().to_string().contains("format 2"));
    std::fs::write(&path, "{}").unwrap();
    assert!(Spec::read(&path).unwrap_err().to_string().contains("spec.json"));
}

#[tokio::test]
async fn every_accepted_table_is_logged_once() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::new().await;
    world.route(5, "first", &[("r-1", 10_000, &[&old])]).await;
    for _ in 0..2 {
        world.route(5, "split", &[("r-1", 9_000, &[&old]), ("r-2", 1_000, &[&new])]).await;
    }
    world.refused(&table(4, "late", &[])).await;
    assert_eq!(logged(&world), ["first", "split"]);
    let world = world.restart().await;
    assert_eq!(logged(&world), ["first", "split"]);
}

#[tokio::test]
async fn a_line_that_was_not_written_is_made_up_for() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let log = world.folder.path().join("accepted.jsonl");
    std::fs::write(&log, "{\"format\":1,\"at_").unwrap();
    let world = world.restart().await;
    world.route(2, "second", &[("r-1", 10_000, &[&backend])]).await;
    let text = std::fs::read_to_string(&log).unwrap();
    let keys: Vec<String> = text.lines().filter_map(key).collect();
    assert_eq!(keys, ["first", "second"], "{text}");
}

fn logged(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.folder.path().join("accepted.jsonl")).unwrap();
    text.lines().map(|line| key(line).expect("a whole line")).collect()
}

fn key(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    line["routes"]["key"].as_str().map(str::to_owned)
}
