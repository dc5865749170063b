//! Proxies of other versions and proxies that somebody stopped: understood, or refused before anything is done.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};

use machine::ports::provider::{Outcome, Outputs, Request, Route, Task};
use plan::{ReleaseId, Share};
use providers::supervisor::Identity;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::harness::{World, failure, kill, pid};

/// A proxy of some version: it greets and takes tables, and routes nothing.
struct Fake {
    world: World,
    listen: SocketAddr,
    puts: Arc<Mutex<Vec<Value>>>,
    /// Passes for its process and its supervisor.
    process: Child,
}

impl Fake {
    /// Greets with this; `pid` is added.
    fn greeting(mut hello: Value) -> Self {
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = Command::new("sleep").arg("1000").spawn().unwrap();
        let fake = Self { world: World::new(), listen, puts: Arc::default(), process };
        hello["pid"] = json!(fake.process.id());
        std::fs::create_dir_all(fake.folder()).unwrap();
        fake.write_status();
        let folder = std::fs::File::open(fake.folder()).unwrap();
        let listener = UnixListener::bind(format!("/proc/self/fd/{}/control.sock", folder.as_raw_fd())).unwrap();
        tokio::spawn(answer_all(listener, hello, Arc::clone(&fake.puts)));
        fake
    }

    fn folder(&self) -> PathBuf {
        self.world.state().join("proxies/local").join(self.listen.to_string().replace(':', "_"))
    }

    fn write_status(&self) {
        let me = Identity::of(self.process.id());
        let status = json!({
            "format": 1, "supervisor": me, "child": me, "child_since_ms": 0, "restarts": 0, "deaths_ms": [],
            "last_exit": null, "blocked": null, "stopping": false,
        });
        std::fs::write(self.folder().join("status.json"), status.to_string()).unwrap();
    }

    fn shift(&self) -> Request {
        let route = Route {
            release: ReleaseId("r-1".into()),
            share: Share::from_basis_points(10_000).unwrap(),
            backends: vec!["127.0.0.1:9".into()],
        };
        self.world.request(Task::Shift {
            environment: "local".into(),
            config: json!({"listen": self.listen.to_string()}),
            service_id: "shop".into(),
            routes: vec![route],
        })
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

async fn answer_all(listener: UnixListener, hello: Value, puts: Arc<Mutex<Vec<Value>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        answer(stream, &hello, &puts).await;
    }
}

async fn answer(mut stream: UnixStream, hello: &Value, puts: &Mutex<Vec<Value>>) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !complete(&text) {
        let read = stream.read(&mut buffer).await.unwrap();
        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    if let Some(body) = text.strip_prefix("PUT").and_then(|text| text.split("\r\n\r\n").nth(1)) {
        puts.lock().unwrap().push(serde_json::from_str(body).unwrap());
    }
    let body = if text.starts_with("GET /v1/hello") { hello.clone() } else { routes(puts, hello) };
    let body = body.to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).await.unwrap();
}

fn complete(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    body.len() >= length
}

/// The last table, with what a later version adds.
fn routes(puts: &Mutex<Vec<Value>>, hello: &Value) -> Value {
    let last = puts.lock().unwrap().last().cloned().unwrap_or(json!({"releases": []}));
    let mut releases = last["releases"].clone();
    for release in releases.as_array_mut().unwrap() {
        release["in_flight"] = json!(0);
    }
    json!({
        "protocol": hello["protocol"], "incarnation": "i", "epoch": 1, "key": "k", "draining": [],
        "service": if last["service"].is_null() { json!("") } else { last["service"].clone() },
        "releases": releases, "of_a_later_version": true,
    })
}

fn hello(protocol: u32, oldest: Option<u32>) -> Value {
    let mut hello =
        json!({"protocol": protocol, "incarnation": "i", "version": "9.9.9", "name": "p", "listen": "127.0.0.1:1"});
    if let Some(oldest) = oldest {
        hello["oldest"] = json!(oldest);
    }
    hello
}

#[tokio::test]
async fn a_proxy_one_version_apart_is_spoken_to_in_the_common_version() {
    for (protocol, oldest, spoken) in [(1, None, 1), (2, Some(1), 2), (3, Some(2), 2)] {
        let fake = Fake::greeting(hello(protocol, oldest));
        let provider = fake.world.provider("proxy");
        assert_eq!(provider.preflight(fake.shift()).await, Ok(()), "{protocol}");
        assert_eq!(provider.perform(fake.shift()).await, Outcome::Done(Outputs::None), "{protocol}");
        assert_eq!(provider.observe(fake.shift()).await, Ok(None), "{protocol}");
        assert_eq!(fake.puts.lock().unwrap()[0]["protocol"], spoken, "{protocol}");
    }
}

#[tokio::test]
async fn a_proxy_without_a_common_version_is_refused_before_anything_is_done() {
    let strange = json!({"protocol": 7, "hallo": true});
    for (greeting, speaks) in [
        (hello(0, None), "control protocol 0 and this program 1 to 2"),
        (hello(4, Some(3)), "control protocol 3 to 4 and this program 1 to 2"),
        (hello(3, None), "control protocol 3 and this program 1 to 2"),
        (strange, "control protocol 7 and this program 1 to 2"),
    ] {
        let fake = Fake::greeting(greeting);
        let provider = fake.world.provider("proxy");
        let message = provider.preflight(fake.shift()).await.unwrap_err();
        let names_it = format!("the proxy on {} (pid {}, version ", fake.listen, fake.process.id());
        assert!(message.starts_with(&names_it), "{message}");
        assert!(message.contains(speaks) && message.contains("use the deployd that started it"), "{message}");
        let outcome = provider.perform(fake.shift()).await;
        assert!(matches!(outcome, Outcome::Failed { retryable: false, .. }), "{outcome:?}");
        assert_eq!(failure(outcome), message);
        assert_eq!(provider.observe(fake.shift()).await, Err(message));
        assert!(fake.puts.lock().unwrap().is_empty(), "it was told nothing");
    }
}

#[tokio::test]
async fn a_stopped_proxy_is_named_with_the_remedy() {
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::new();
    let shift = world.request(Task::Shift {
        environment: "local".into(),
        config: json!({"listen": listen.to_string()}),
        service_id: "shop".into(),
        routes: vec![],
    });
    let provider = world.provider("proxy");
    assert_eq!(provider.perform(shift.clone()).await, Outcome::Done(Outputs::None));
    let folder = world.state().join("proxies/local").join(listen.to_string().replace(':', "_"));
    let child = pid(&folder, "child");
    kill(child, "STOP");
    let remedy = format!("continue it with `kill -CONT {child}`");
    let (ahead, now) = tokio::join!(provider.preflight(shift.clone()), provider.observe(shift.clone()));
    assert!(ahead.as_ref().is_err_and(|message| message.contains(&remedy)), "{ahead:?}");
    assert!(now.as_ref().is_err_and(|message| message.contains(&remedy)), "{now:?}");
    kill(child, "CONT");
    assert_eq!(provider.observe(shift).await, Ok(None));
}
