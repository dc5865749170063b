//! Requests per second and latency through the proxy, beside the bare backend and, where it is installed, HAProxy.
//!
//! `cargo bench -p proxy`. Backend, proxy and clients share the machine, so only the ratios of one run mean anything:
//! the targets take turns in every round, and the median of the rounds is shown.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends here")]

mod backend;
mod clients;
mod haproxy;

use std::net::SocketAddr;
use std::time::Duration;

use proxy::protocol::{PROTOCOL, PutRoutes, RouteRelease};
use proxy::{FORMAT, Proxy, Spec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};

use crate::clients::Round;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 64;

/// Threads of the proxy and of HAProxy.
const THREADS: usize = 2;

struct Target {
    name: &'static str,
    address: SocketAddr,
    rounds: Vec<Round>,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let backend = backend::start();
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().unwrap();
    let proxy = start(&runtime, folder.path(), backend);
    let haproxy = haproxy::start(folder.path(), backend, THREADS);
    let mut targets = vec![target("bare backend", backend), target("proxy", proxy.address())];
    targets.extend(haproxy.as_ref().map(|running| target("haproxy", running.address)));
    for target in &targets {
        clients::run(target.address, CONNECTIONS, ROUND / 4);
    }
    for _ in 0..ROUNDS {
        for target in &mut targets {
            target.rounds.push(clients::run(target.address, CONNECTIONS, ROUND));
        }
    }
    report(&targets);
    runtime.block_on(proxy.stop());
}

fn target(name: &'static str, address: SocketAddr) -> Target {
    Target { name, address, rounds: Vec::new() }
}

/// A proxy with two releases, so that every request draws one.
fn start(runtime: &Runtime, folder: &std::path::Path, backend: SocketAddr) -> Proxy {
    let spec = Spec {
        format: FORMAT,
        name: "bench".to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        control: folder.join("control.sock"),
        state: folder.join("state.json"),
        inherited_listener: None,
    };
    let release = |id: &str, weight| RouteRelease { release: id.to_owned(), weight, backends: vec![backend] };
    let routes = PutRoutes {
        protocol: PROTOCOL,
        epoch: 1,
        sequence: 1,
        key: "bench".to_owned(),
        service: "bench".to_owned(),
        releases: vec![release("r-1", 9_500), release("r-2", 500)],
    };
    runtime.block_on(async {
        let control = spec.control.clone();
        let proxy = Proxy::start(spec).await.unwrap();
        let body = serde_json::to_string(&routes).unwrap();
        let head = format!(
            "PUT /v1/routes HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = UnixStream::connect(control).await.unwrap();
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        proxy
    })
}

fn report(targets: &[Target]) {
    let rates: Vec<f64> = targets.iter().map(|target| median(&target.rounds, |round| round.per_second)).collect();
    println!("{CONNECTIONS} keep-alive connections, median of {ROUNDS} interleaved rounds of {ROUND:?}");
    println!("{:<14}{:>12}{:>12}{:>12}{:>12}{:>12}", "", "requests/s", "p50 us", "p99 us", "x bare", "x haproxy");
    for (target, rate) in targets.iter().zip(&rates) {
        let beside = |other: Option<&f64>| other.map_or("-".to_owned(), |other| format!("{:.2}", rate / other));
        let (p50, p99) = (median(&target.rounds, |round| round.p50_us), median(&target.rounds, |round| round.p99_us));
        let (bare, haproxy) = (beside(rates.first()), beside(rates.get(2)));
        println!("{:<14}{rate:>12.0}{p50:>12.0}{p99:>12.0}{bare:>12}{haproxy:>12}", target.name);
    }
    if targets.len() < 3 {
        println!("(no haproxy on PATH to compare with)");
    }
}

fn median(rounds: &[Round], value: fn(&Round) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
