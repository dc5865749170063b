//! A whole runtime over its socket: real state, real engine, a world in memory behind the providers.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

#[path = "../../machine/tests/suite/fixture/mod.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use machine::ports::BoxFuture;
use machine::ports::provider::{
    Instance, MetricReading, Outcome, Outputs, Probe, Provider, Reading, Request, Sample, SampleRequest, Task,
};
use machine::ports::store::{Append, NewRun, Running, Store};
use machine::signal::SignalKind;
use machine::view::RunStatus;
use server::Code;
use server::client::{Client, Views};
use server::host::Host;
use server::protocol::{Say, Submit};
use server::source::Source;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Everything takes effect at once, and both releases are as good.
struct World {
    name: &'static str,
    since: Instant,
}

impl Provider for World {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        let instance = Instance { id: "i".to_owned(), address: "127.0.0.1:1".to_owned() };
        let outputs = match request.task {
            Task::Ensure { .. } => Outputs::Instances(vec![instance]),
            Task::Stop { .. } | Task::Shift { .. } | Task::Act { .. } => Outputs::None,
        };
        Box::pin(async { Outcome::Done(outputs) })
    }

    fn probe(&self, _: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async { Probe::DidNot })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        let requests = u64::try_from(self.since.elapsed().as_millis()).unwrap() * 20;
        let reading = Reading {
            requests,
            metrics: request.metrics.into_keys().map(|m| (m, MetricReading::ratio(0, requests))).collect(),
        };
        let releases = ["old", "new"].map(|name| (fixture::release(name).id, reading.clone()));
        let at_ms = request.asked_ms;
        Box::pin(async move {
            Ok(Sample { incarnation: "world".to_owned(), at_ms, releases: releases.into(), arms: BTreeMap::new() })
        })
    }
}

fn world() -> Vec<Arc<dyn Provider>> {
    let provider = |name| Arc::new(World { name, since: Instant::now() }) as Arc<dyn Provider>;
    vec![provider("compute"), provider("traffic"), provider("exec")]
}

/// A state directory in which `old` runs.
async fn state() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let store = store::sqlite::open(directory.path()).unwrap();
    let running = Running {
        environment: "local".to_owned(),
        service: "shop".to_owned(),
        release: Some(fixture::release("old")),
        run: "earlier".to_owned(),
        since_ms: 0,
    };
    let first = Append {
        run: "earlier".to_owned(),
        epoch: store.epoch(),
        records: vec![],
        head: serde_json::json!({}),
        nodes: vec![],
        ended: true,
        moves_by_ms: None,
        running: vec![running],
        answers: vec![],
    };
    store
        .create(NewRun {
            plan: vec![],
            workflow: "earlier".to_owned(),
            created_ms: 0,
            key: "earlier".to_owned(),
            actor: "ann".to_owned(),
            targets: vec![],
            first,
        })
        .await
        .unwrap();
    directory
}

fn submit(plan: &str, key: &str) -> Submit {
    Submit {
        plan: String::from_utf8(fixture::plan(plan).to_bytes()).unwrap(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/".into(),
        key: key.to_owned(),
    }
}

fn say(signal: SignalKind, key: &str) -> Say {
    Say { key: key.to_owned(), signal, reason: Some("a test".to_owned()) }
}

async fn end(mut views: Views) -> Option<machine::view::RunView> {
    let mut last = None;
    while let Some(view) = views.next().await.unwrap() {
        last = Some(view);
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_submitted_followed_and_explained() {
    let state = state().await;
    let host = Host::start(state.path(), world()).await.unwrap();
    let second = Host::start(state.path(), world()).await.err().unwrap();
    assert_eq!((second.code, second.exit), (Code::Locked, 3));

    let client = Client::connect(state.path()).await.unwrap();
    let run = client.submit(&submit("canary", "k")).await.unwrap();
    assert_eq!(client.submit(&submit("canary", "k")).await.unwrap(), run, "the same key names the same run");
    assert_eq!(client.submit(&submit("canary", "other")).await.unwrap_err().code, Code::Locked);
    let view = end(client.watch(&run).await.unwrap()).await.unwrap();
    assert_eq!(view.status, RunStatus::Completed, "{:?}", view.reason);
    assert_eq!(end(client.watch(&run).await.unwrap()).await.unwrap(), view, "an ended run is shown once");

    let looks = client.explain(&run, "healthy").await.unwrap();
    assert_eq!(looks.last().unwrap().verdict, machine::evidence::Verdict::Pass);
    let unknown = client.explain(&run, "health").await.unwrap_err();
    assert_eq!(unknown.code, Code::Missing);
    assert!(unknown.message.contains("healthy"), "{unknown}");
    assert_eq!(client.view("no/such run").await.unwrap_err().code, Code::Missing);
    host.stop().await;

    let source = Source::open(state.path()).await.unwrap();
    assert!(matches!(source, Source::Directory(_)));
    assert_eq!(source.view(&run).await.unwrap(), view);
    assert_eq!(source.explain(&run, "healthy").await.unwrap(), looks);
    let status = source.status().await.unwrap();
    assert!(status.runs.is_empty());
    assert_eq!(status.running[0].release.as_ref().unwrap().id, fixture::release("new").id);
    let mut previous = String::new();
    for (record, seq) in source.journal(&run, 1, 1000).await.unwrap().into_iter().zip(1..) {
        record.verify(&previous, seq).unwrap();
        previous = record.hash;
    }
    let refused = source.runtime().unwrap_err();
    assert_eq!(refused.exit, 3);
    assert!(refused.message.ends_with("start it with `deployd serve`"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_run_outlives_its_runtime_and_hears_signals() {
    let state = state().await;
    let host = Host::start(state.path(), world()).await.unwrap();
    let client = Client::connect(state.path()).await.unwrap();
    let run = client.submit(&submit("approved", "k")).await.unwrap();
    let mut views = client.watch(&run).await.unwrap();
    let view = loop {
        let view = views.next().await.unwrap().unwrap();
        if !view.waiting.is_empty() {
            break view;
        }
    };
    let approve = SignalKind::Approve { step: None, plan: view.plan };
    assert_eq!(client.say(&run, &say(approve, "a")).await.unwrap_err().code, Code::NotAllowed);
    host.stop().await;
    assert!(end(views).await.is_none_or(|view| !view.status.ended()), "the stream ends with the runtime");
    assert_eq!(client.hello().await.unwrap_err().code, Code::Unreachable);

    let host = Host::start(state.path(), world()).await.unwrap();
    assert_eq!(host.resumed(), std::slice::from_ref(&run));
    let views = client.watch(&run).await.unwrap();
    let said = client.say(&run, &say(SignalKind::Abort, "b")).await.unwrap();
    assert_eq!(client.say(&run, &say(SignalKind::Abort, "b")).await.unwrap(), said);
    let view = end(views).await.unwrap();
    assert_eq!(view.status, RunStatus::Aborted);
    assert!(view.reason.unwrap().contains("a test"));
    host.stop().await;
}

async fn raw(state: &Path, request: &str) -> String {
    let mut stream = tokio::net::UnixStream::connect(server::socket::path(state)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_one_shape() {
    let state = state().await;
    let host = Host::start(state.path(), world()).await.unwrap();
    for (request, status, code) in [
        ("GET /v2/hello", 404, "missing"),
        ("PATCH /v1/hello", 404, "missing"),
        ("GET /v1/runs?limit=many", 400, "usage"),
        ("POST /v1/runs", 400, "usage"),
        ("POST /v1/runs/x/signals", 400, "usage"),
        ("GET /v1/runs/x/journal?from=1&limit=5", 404, "missing"),
        ("GET /v1/runs/%ff", 400, "usage"),
    ] {
        let answer = raw(state.path(), &format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], code, "{request}: {body}");
        assert!(body["error"]["exit"].is_u64() && body["error"]["message"].is_string());
    }
    host.stop().await;
}

#[tokio::test]
async fn a_long_state_directory_is_refused_before_anything_is_made() {
    let parent = tempfile::tempdir().unwrap();
    let state = parent.path().join("x".repeat(100));
    let refused = Host::start(&state, world()).await.err().unwrap();
    assert_eq!(refused.code, Code::Usage);
    assert!(!state.exists());
    assert_eq!(Client::connect(&state).await.unwrap_err().code, Code::Usage);
}
