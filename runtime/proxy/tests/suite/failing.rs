//! Backends that die, lie or keep silent.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::harness::{Backend, World, load, table};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_backend_is_replaced_by_its_sibling() {
    let (first, second) = (Backend::new("first").await, Backend::new("second").await);
    let world = World::with(&[("r-1", 10_000, &[&first, &second])]).await;
    load(&world, 4, 50).await;
    let killed = async { first.kill().await };
    let (seen, ()) = tokio::join!(load(&world, 4, 500), killed);
    assert_eq!(seen[&("r-1".to_owned(), 200)], 2_000);
    assert_eq!(world.counters().await.releases["r-1"].unanswered, 0);
}

#[tokio::test]
async fn with_every_backend_dead_the_proxy_says_so() {
    let dead = Backend::dead().await;
    let world = World::with(&[("r-1", 10_000, &[&dead])]).await;
    let reply = world.client().await.get("/").await;
    assert_eq!((reply.status.as_u16(), reply.release()), (502, "r-1"));
    assert_eq!(world.client().await.post("/", "x").await.status, 502);
    assert_eq!(world.counters().await.releases["r-1"].unanswered, 2);
}

#[tokio::test]
async fn without_a_release_the_proxy_answers_by_itself() {
    let world = World::new().await;
    assert_eq!(world.client().await.get("/").await.status, 503);
    assert!(world.counters().await.releases.is_empty());
}

/// A backend that answers one request a connection with the given bytes, then closes it. Tells of each close.
async fn rude(answer: &'static [u8]) -> (SocketAddr, UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (closed, closes) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let closed = closed.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer).await;
                drop(stream);
                let _ = closed.send(());
            });
        }
    });
    (address, closes)
}

async fn in_front_of(address: SocketAddr) -> World {
    let world = World::new().await;
    let mut routes = table(1, "first", &[("r-1", 10_000, &[])]);
    routes.releases[0].backends.push(address);
    assert_eq!(world.put(&routes).await.0, 200);
    world
}

#[tokio::test]
async fn a_stale_idle_connection_costs_no_request() {
    let (address, mut closes) = rude(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let world = in_front_of(address).await;
    let mut client = world.client().await;
    for _ in 0..200 {
        assert_eq!(client.get("/").await.body, "ok");
        closes.recv().await.unwrap();
    }
    assert_eq!(world.counters().await.releases["r-1"].success, 200);
}

#[tokio::test]
async fn a_backend_that_closes_without_a_word_is_unanswered() {
    let (address, _closes) = rude(b"").await;
    let world = in_front_of(address).await;
    assert_eq!(world.client().await.get("/").await.status, 502);
    assert_eq!(world.client().await.post("/", "x").await.status, 502);
    assert_eq!(world.counters().await.releases["r-1"].unanswered, 2);
}

#[tokio::test]
async fn a_backend_that_does_not_speak_http_is_unanswered() {
    let (address, _closes) = rude(b"220 mail ready\r\n").await;
    let world = in_front_of(address).await;
    assert_eq!(world.client().await.get("/").await.status, 502);
    assert_eq!(world.counters().await.releases["r-1"].unanswered, 1);
}

#[tokio::test]
async fn a_final_101_nobody_asked_for_is_not_passed_on() {
    let (address, _closes) =
        rude(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n").await;
    let world = in_front_of(address).await;
    assert_eq!(world.client().await.get("/").await.status, 502);
}

#[tokio::test]
async fn a_silent_backend_has_its_time_and_no_more() {
    let backend = Backend::new("silent").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let mut client = world.client().await;
    let request = tokio::spawn(async move { client.get("/wait").await });
    backend.inside.waiting.notified().await;
    // With nothing else to do, paused time runs straight to the next deadline.
    tokio::time::pause();
    assert_eq!(request.await.unwrap().status, 504);
    tokio::time::resume();
    assert_eq!(world.counters().await.releases["r-1"].unanswered, 1);
}
