//! Weights, and what happens to requests while they change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use crate::harness::{Backend, World, load, table};

/// Five standard deviations of a binomial: wrong once in two million runs.
fn within(count: u64, of: u64, share: f64) -> bool {
    let (count, of) = (count as f64, of as f64);
    (count - of * share).abs() <= 5.0 * (of * share * (1.0 - share)).sqrt()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_release_gets_its_share() {
    let (stable, canary) = (Backend::new("stable").await, Backend::new("canary").await);
    let world = World::with(&[("r-1", 9_500, &[&stable]), ("r-2", 500, &[&canary])]).await;
    let seen = load(&world, 8, 1_000).await;
    let (stable, canary) = (seen[&("r-1".to_owned(), 200)], seen[&("r-2".to_owned(), 200)]);
    assert_eq!(stable + canary, 8_000);
    assert!(within(canary, 8_000, 0.05), "{canary} of 8000 at 5 %");
    let counters = world.counters().await;
    assert_eq!((counters.releases["r-1"].success, counters.releases["r-2"].success), (stable, canary));
}

#[tokio::test]
async fn a_weight_of_zero_gets_nothing_and_everything_is_everything() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::with(&[("r-1", 0, &[&old]), ("r-2", 10_000, &[&new])]).await;
    let seen = load(&world, 2, 200).await;
    assert_eq!(seen[&("r-2".to_owned(), 200)], 400);
    assert_eq!(old.requests(), 0);
}

#[tokio::test]
async fn backends_of_a_release_take_turns_across_switches() {
    let backends = [Backend::new("a").await, Backend::new("b").await, Backend::new("c").await];
    let all: Vec<&Backend> = backends.iter().collect();
    let world = World::with(&[("r-1", 10_000, &all)]).await;
    for turn in 0..60 {
        world.client().await.get("/").await;
        world.route(1, &format!("again/{turn}"), &[("r-1", 10_000, &all)]).await;
    }
    assert_eq!(backends.each_ref().map(Backend::requests), [20, 20, 20]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_switches_lose_no_request() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::with(&[("r-1", 10_000, &[&old])]).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..8 {
        let (mut client, over) = (world.client().await, Arc::clone(&over));
        clients.spawn(async move {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                assert_eq!(client.get("/").await.status, 200);
                assert_eq!(client.post("/echo", "a body").await.body, "a body");
                count += 2;
            }
            count
        });
    }
    for turn in 0..400_u32 {
        let key = format!("switch/{turn}");
        let weight = turn * 7_919 % 10_001;
        let routes = match turn % 3 {
            0 => table(1, &key, &[("r-1", 10_000, &[&old])]),
            1 => table(1, &key, &[("r-2", 10_000, &[&new])]),
            _ => table(1, &key, &[("r-1", 10_000 - weight, &[&old]), ("r-2", weight, &[&new])]),
        };
        assert_eq!(world.put(&routes).await.0, 200);
    }
    over.store(true, Ordering::Relaxed);
    let sent: u64 = clients.join_all().await.into_iter().sum();
    let counters = world.counters().await;
    assert_eq!(counters.releases.values().map(|seen| seen.success).sum::<u64>(), sent);
    assert!(counters.releases.values().all(|seen| seen.requests() == seen.success && seen.in_flight == 0));
}

#[tokio::test]
async fn a_request_in_flight_finishes_where_it_began() {
    let (old, new) = (Backend::new("old").await, Backend::new("new").await);
    let world = World::with(&[("r-1", 10_000, &[&old])]).await;
    let mut client = world.client().await;
    let slow = tokio::spawn(async move { client.get("/wait").await });
    old.inside.waiting.notified().await;
    let routes = world.route(1, "switch", &[("r-2", 10_000, &[&new])]).await;
    assert_eq!((routes.draining.len(), routes.draining[0].in_flight), (1, 1));
    assert_eq!(world.client().await.get("/").await.body, "new");
    old.inside.go.notify_one();
    let reply = slow.await.unwrap();
    assert_eq!((reply.release(), &reply.body[..]), ("r-1", &b"old"[..]));
    assert_eq!(world.routes().await.draining, []);
    assert_eq!(world.counters().await.releases["r-1"].success, 1);
}
