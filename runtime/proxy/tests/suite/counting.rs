//! Counters: each request once, in the class of its response.

use std::collections::BTreeMap;

use hyper::Method;

use crate::harness::{Backend, World, get, load};

#[tokio::test]
async fn all_classes_begin_at_zero_when_a_release_is_routed() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend]), ("r-2", 0, &[])]).await;
    let (_, body) = world.ask(Method::GET, "/v1/counters", Vec::new()).await;
    let counters: serde_json::Value = serde_json::from_slice(&body).unwrap();
    for release in ["r-1", "r-2"] {
        for class in ["informational", "success", "redirect", "client_error", "server_error", "unanswered", "in_flight"]
        {
            assert_eq!(counters["releases"][release][class], 0, "{release} {class}");
        }
        let latency = &counters["releases"][release]["latency"];
        assert_eq!(latency["bounds_us"].as_array().unwrap().len(), 24);
        assert_eq!(latency["counts"].as_array().unwrap().len(), 25);
    }
}

#[tokio::test]
async fn each_status_counts_in_its_class() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let mut client = world.client().await;
    for status in [200, 204, 301, 304, 400, 404, 429, 500, 503, 599] {
        assert_eq!(client.get(&format!("/status/{status}")).await.status, status);
    }
    let seen = world.counters().await.releases.remove("r-1").unwrap();
    assert_eq!((seen.success, seen.redirect, seen.client_error, seen.server_error), (2, 2, 3, 3));
    assert_eq!((seen.requests(), seen.latency.counts.iter().sum::<u64>(), seen.in_flight), (10, 10, 0));
}

#[tokio::test]
async fn what_nobody_answers_is_unanswered_where_it_was_chosen_first() {
    let (dead, live) = (Backend::dead().await, Backend::new("live").await);
    let world = World::with(&[("r-dead", 5_000, &[&dead]), ("r-live", 5_000, &[&live])]).await;
    let seen = load(&world, 2, 200).await;
    assert_eq!(seen, BTreeMap::from([(("r-live".to_owned(), 200), 400)]), "users saw nothing of it");
    let counters = world.counters().await;
    let (dead, live) = (&counters.releases["r-dead"], &counters.releases["r-live"]);
    assert_eq!((dead.success, live.unanswered), (0, 0));
    assert_eq!(dead.unanswered + live.success, 400, "each request is counted once");
    assert_eq!(live.rescued, dead.unanswered);
    assert!(dead.unanswered > 0);
}

#[tokio::test]
async fn an_impatient_client_is_no_class() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let mut client = world.client().await;
    let request = tokio::spawn(async move { client.send(get("/wait")).await.map(|_| ()) });
    backend.inside.waiting.notified().await;
    assert_eq!(world.counters().await.releases["r-1"].in_flight, 1);
    request.abort();
    let _ = request.await;
    loop {
        let seen = world.counters().await.releases.remove("r-1").unwrap();
        if seen.abandoned == 1 {
            assert_eq!((seen.requests(), seen.in_flight), (0, 0));
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn counters_outlive_the_table_but_not_the_incarnation() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    load(&world, 1, 5).await;
    world.route(1, "empty", &[]).await;
    world.route(1, "back", &[("r-1", 10_000, &[&backend])]).await;
    load(&world, 1, 5).await;
    let before = world.counters().await;
    assert_eq!(before.releases["r-1"].success, 10);
    let world = world.restart().await;
    let after = world.counters().await;
    assert_eq!(after.releases["r-1"].success, 0);
    assert_ne!(before.incarnation, after.incarnation);
}

#[tokio::test]
async fn prometheus_text_says_the_same() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-\"1\\", 7_500, &[&backend]), ("r-2", 2_500, &[&backend])]).await;
    load(&world, 2, 50).await;
    let (_, text) = world.ask(Method::GET, "/metrics", Vec::new()).await;
    let samples = samples(std::str::from_utf8(&text).unwrap());
    let odd = r#"service="shop",release="r-\"1\\""#;
    let sum = |release: &str| samples[&format!("deployc_proxy_requests_total{{{release},class=\"success\"}}")];
    assert_eq!(sum(odd) + sum(r#"service="shop",release="r-2""#), 100.0);
    assert_eq!(samples[&format!("deployc_proxy_weight_ratio{{{odd}}}")], 0.75);
    let bucket = |le: &str| samples[&format!("deployc_proxy_request_duration_seconds_bucket{{{odd},le=\"{le}\"}}")];
    assert_eq!(bucket("+Inf"), samples[&format!("deployc_proxy_request_duration_seconds_count{{{odd}}}")]);
    assert!(bucket("0.0005") <= bucket("60"));
}

/// Every line of the exposition format: a comment for a known family, or `name{labels} number`.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut families = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            families.push(kind.split(' ').next().unwrap());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(families.iter().any(|family| name.starts_with(family)), "{line}");
            assert!(samples.insert(name.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
        }
    }
    samples
}
