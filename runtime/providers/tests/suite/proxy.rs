//! Traffic through the real proxy: started, found again, replaced, and refused with a sentence.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use machine::ports::provider::{MetricReading, Outcome, Outputs, Probe, Request, Route, SampleRequest, Task};
use plan::{Metric, ReleaseId, Share};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::conformance::idempotent;
use crate::harness::{World, failure, kill, pid, runs, status, until};

/// A proxy's address and folder, and what is asked of it.
pub(crate) struct Traffic {
    pub(crate) world: World,
    listen: SocketAddr,
}

impl Traffic {
    pub(crate) fn new() -> Self {
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { world: World::new(), listen }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.world.state().join("proxies/local").join(self.listen.to_string().replace(':', "_"))
    }

    pub(crate) fn shift(&self, key: &str, epoch: u64, routes: &[(&str, u32, SocketAddr)]) -> Request {
        let routes = routes.iter().map(|(release, points, backend)| Route {
            release: ReleaseId((*release).into()),
            share: Share::from_basis_points(*points).unwrap(),
            backends: vec![backend.to_string()],
        });
        let task = Task::Shift {
            environment: "local".into(),
            config: json!({"listen": self.listen.to_string()}),
            service_id: "shop".into(),
            routes: routes.collect(),
        };
        Request { key: key.into(), epoch, ..self.world.request(task) }
    }

    async fn get(&self) -> String {
        let mut stream = TcpStream::connect(self.listen).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

/// A backend that answers every connection once with this status.
pub(crate) async fn backend(status: u16) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn shifting_is_idempotent_and_counted() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(500).await)]);
    idempotent(&*provider, &request, || traffic.folder().exists().then(|| pid(&traffic.folder(), "child"))).await;
    for _ in 0..3 {
        let answer = traffic.get().await;
        assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("x-release: r-1"), "{answer}");
    }
    let bad = json!({"case": "responses", "of": [{"case": "server_error"}, {"case": "unanswered"}]});
    let metric = Metric::ratio(bad, json!({"case": "responses", "of": []}), None);
    let sample = provider
        .sample(SampleRequest {
            asked_ms: 0,
            arms: vec![],
            environment: "local".into(),
            config: json!({"listen": traffic.listen.to_string()}),
            service_id: "shop".into(),
            metrics: BTreeMap::from([("errors".to_owned(), metric)]),
        })
        .await
        .unwrap();
    let reading = &sample.releases[&ReleaseId("r-1".into())];
    assert_eq!((reading.requests, &reading.metrics["errors"]), (3, &MetricReading::ratio(3, 3)));
}

#[tokio::test]
async fn a_killed_proxy_refuses_nobody_and_keeps_its_table() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)]);
    assert_eq!(provider.perform(request.clone()).await, Outcome::Done(Outputs::None));
    let first = pid(&traffic.folder(), "child");
    kill(first, "KILL");
    until("the proxy is gone", || !runs(first)).await;
    // The supervisor holds the socket: this waits in its queue instead of being refused.
    assert!(traffic.get().await.starts_with("HTTP/1.1 200"));
    assert_eq!(provider.probe(request).await, Probe::Took(Outputs::None));
}

#[tokio::test]
async fn a_proxy_outlives_its_supervisor_and_is_adopted() {
    let traffic = Traffic::new();
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)]);
    assert_eq!(traffic.world.provider("proxy").perform(request).await, Outcome::Done(Outputs::None));
    let (child, supervisor) = (pid(&traffic.folder(), "child"), pid(&traffic.folder(), "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    assert!(traffic.get().await.starts_with("HTTP/1.1 200"));
    let next = traffic.shift("run/b/1", 1, &[("r-2", 10_000, backend(404).await)]);
    assert_eq!(traffic.world.provider("proxy").perform(next).await, Outcome::Done(Outputs::None));
    assert_eq!(pid(&traffic.folder(), "child"), child);
    assert!(traffic.get().await.starts_with("HTTP/1.1 404"));
    kill(child, "KILL");
    let again =
        || status(&traffic.folder()).is_some_and(|s| s["child"]["pid"].as_i64().is_some_and(|p| p != i64::from(child)));
    until("another proxy", again).await;
    assert!(traffic.get().await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn a_lower_epoch_is_refused() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let backend = backend(200).await;
    provider.perform(traffic.shift("run/a/1", 7, &[("r-1", 10_000, backend)])).await;
    let outcome = provider.perform(traffic.shift("run/b/1", 6, &[("r-2", 10_000, backend)])).await;
    assert!(matches!(outcome, Outcome::Failed { retryable: false, .. }));
    let message = failure(outcome);
    assert!(message.contains('6') && message.contains('7'), "{message}");
}

#[tokio::test]
async fn a_taken_address_names_its_holder() {
    let traffic = Traffic::new();
    let _holder = TcpListener::bind(traffic.listen).unwrap();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[]);
    let me = format!("is taken by pid {} (", std::process::id());
    let message = provider.preflight(request.clone()).await.unwrap_err();
    assert!(message.contains(&me), "{message}");
    let message = failure(provider.perform(request).await);
    assert!(message.contains(&me), "{message}");
    assert!(!runs(pid(&traffic.folder(), "supervisor")));
}

#[tokio::test]
async fn an_address_serves_one_service() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    provider.perform(traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)])).await;
    let mut other = traffic.shift("run/b/1", 1, &[]);
    if let Task::Shift { service_id, .. } = &mut other.task {
        *service_id = "till".into();
    }
    let message = provider.preflight(other.clone()).await.unwrap_err();
    assert!(message.contains("routes service shop already"), "{message}");
    assert!(matches!(provider.perform(other).await, Outcome::Failed { retryable: false, .. }));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let traffic = Traffic::new();
    let mut request = traffic.shift("run/a/1", 1, &[]);
    if let Task::Shift { config, .. } = &mut request.task {
        *config = json!({"listen": "localhost"});
    }
    let message = traffic.world.provider("proxy").preflight(request).await.unwrap_err();
    assert!(message.contains("write an IP address and a port"), "{message}");
}

#[tokio::test]
async fn weights_changed_by_hand_are_named() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let (old, new) = (backend(200).await, backend(404).await);
    let request = traffic.shift("run/a/1", 1, &[("r-1", 9_500, old), ("r-2", 500, new)]);
    assert_eq!(provider.perform(request.clone()).await, Outcome::Done(Outputs::None));
    assert_eq!(provider.observe(request.clone()).await, Ok(None));
    let more = traffic.shift("", 1, &[("r-1", 9_500, old), ("r-2", 500, new), ("r-3", 0, old)]);
    assert_eq!(provider.observe(more).await, Ok(None), "a release without a share makes no difference");
    let by_hand = traffic.shift("by/hand/1", 1, &[("r-1", 0, old), ("r-2", 10_000, old)]);
    provider.perform(by_hand).await;
    let seen = provider.observe(request.clone()).await.unwrap().unwrap();
    assert!(seen.contains("its weights are r-2 100.00%, expected r-1 95.00%, r-2 5.00%"), "{seen}");
    assert!(seen.contains(&format!("the backends of r-2 are {old}, expected {new}")), "{seen}");
    let mend = Request { key: "run/a/2".into(), ..request.clone() };
    assert_eq!(provider.perform(mend).await, Outcome::Done(Outputs::None));
    assert_eq!(provider.observe(request).await, Ok(None));
}

#[tokio::test]
async fn a_proxy_of_a_newer_runtime_is_not_ours_to_mend() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)]);
    provider.perform(Request { epoch: 9, ..request.clone() }).await;
    let problem = provider.observe(request).await.unwrap_err();
    assert!(problem.contains("follows another runtime (epoch 9, ours 1)"), "{problem}");
}

#[tokio::test]
async fn a_proxy_that_is_gone_is_named_and_started_again() {
    let traffic = Traffic::new();
    let provider = traffic.world.provider("proxy");
    let request = traffic.shift("run/a/1", 1, &[("r-1", 10_000, backend(200).await)]);
    assert_eq!(provider.perform(request.clone()).await, Outcome::Done(Outputs::None));
    let (child, supervisor) = (pid(&traffic.folder(), "child"), pid(&traffic.folder(), "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    let seen = provider.observe(request.clone()).await.unwrap().unwrap();
    assert!(seen.contains("it serves without its supervisor"), "{seen}");
    kill(child, "KILL");
    until("the proxy is gone", || !runs(child)).await;
    let seen = provider.observe(request.clone()).await.unwrap().unwrap();
    assert!(seen.contains("does not answer") && seen.contains("its supervisor is gone"), "{seen}");
    let mend = Request { key: "run/a/2".into(), ..request.clone() };
    assert_eq!(provider.perform(mend).await, Outcome::Done(Outputs::None));
    assert_eq!(provider.observe(request).await, Ok(None));
}
