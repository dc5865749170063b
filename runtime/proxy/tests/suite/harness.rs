//! A proxy in this process, backends to put behind it, and clients for both of its sides.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use proxy::protocol::{Counters, PROTOCOL, PutRoutes, Refusal, RouteRelease, Routes};
use proxy::{FORMAT, Proxy, Spec};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

pub(crate) type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// A proxy and the folder it works in.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) proxy: Proxy,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let proxy = Proxy::start(spec(folder.path())).await.unwrap();
        Self { folder, proxy }
    }

    pub(crate) async fn with(routes: &[(&str, u32, &[&Backend])]) -> Self {
        let world = Self::new().await;
        world.route(1, "first", routes).await;
        world
    }

    pub(crate) async fn restart(self) -> Self {
        self.proxy.stop().await;
        let proxy = Proxy::start(spec(self.folder.path())).await.unwrap();
        Self { folder: self.folder, proxy }
    }

    pub(crate) fn control(&self) -> PathBuf {
        spec(self.folder.path()).control
    }

    pub(crate) async fn route(&self, epoch: u64, key: &str, routes: &[(&str, u32, &[&Backend])]) -> Routes {
        let (status, body) = self.put(&table(epoch, key, routes)).await;
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    pub(crate) async fn put(&self, routes: &PutRoutes) -> (StatusCode, Bytes) {
        self.ask(Method::PUT, "/v1/routes", serde_json::to_vec(routes).unwrap()).await
    }

    pub(crate) async fn refused(&self, routes: &PutRoutes) -> (StatusCode, Refusal) {
        let (status, body) = self.put(routes).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub(crate) async fn routes(&self) -> Routes {
        serde_json::from_slice(&self.ask(Method::GET, "/v1/routes", Vec::new()).await.1).unwrap()
    }

    pub(crate) async fn counters(&self) -> Counters {
        serde_json::from_slice(&self.ask(Method::GET, "/v1/counters", Vec::new()).await.1).unwrap()
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> (StatusCode, Bytes) {
        let io = TokioIo::new(UnixStream::connect(self.control()).await.unwrap());
        let (mut sender, connection) = handshake(io).await.unwrap();
        tokio::spawn(connection);
        let request = Request::builder().method(method).uri(path).body(Full::new(Bytes::from(body))).unwrap();
        let response = sender.send_request(request).await.unwrap();
        (response.status(), response.into_body().collect().await.unwrap().to_bytes())
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.proxy.address()).await
    }
}

pub(crate) fn spec(folder: &Path) -> Spec {
    Spec {
        format: FORMAT,
        name: "edge".to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        control: folder.join("control.sock"),
        state: folder.join("state.json"),
        inherited_listener: None,
    }
}

pub(crate) fn table(epoch: u64, key: &str, routes: &[(&str, u32, &[&Backend])]) -> PutRoutes {
    let release = |(id, weight, backends): &(&str, u32, &[&Backend])| RouteRelease {
        release: (*id).to_owned(),
        weight: *weight,
        backends: backends.iter().map(|backend| backend.address).collect(),
    };
    let releases = routes.iter().map(release).collect();
    PutRoutes { protocol: PROTOCOL, epoch, sequence: 0, key: key.to_owned(), service: "shop".to_owned(), releases }
}

/// A keep-alive connection to the proxy.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = handshake(io).await.unwrap();
        tokio::spawn(connection);
        Self { sender }
    }

    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Reply> {
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        Ok(Reply { status: head.status, headers: head.headers, body: body.collect().await?.to_bytes() })
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(get(path)).await.unwrap()
    }

    pub(crate) async fn post(&mut self, path: &str, body: &'static str) -> Reply {
        let request = Request::post(path).header("host", "shop").body(Full::from(body)).unwrap();
        self.send(request).await.unwrap()
    }
}

pub(crate) fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(path).header("host", "shop").body(Full::default()).unwrap()
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn release(&self) -> &str {
        self.headers.get("x-release").map_or("", |value| value.to_str().unwrap())
    }
}

/// A backend that says its name. Dropping it kills it: its listener and all of its connections are closed.
///
/// `/status/N` answers N, `/wait` answers when told, `/echo` returns the body as it comes, `/headers` those received.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    pub(crate) inside: Arc<Inside>,
    task: JoinHandle<()>,
}

pub(crate) struct Inside {
    name: String,
    pub(crate) requests: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) waiting: Notify,
    pub(crate) go: Notify,
}

impl Backend {
    pub(crate) async fn new(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Inside {
            name: name.to_owned(),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            waiting: Notify::new(),
            go: Notify::new(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&inside)));
        Self { address, inside, task }
    }

    /// An address nobody listens on.
    pub(crate) async fn dead() -> Self {
        let backend = Self::new("dead").await;
        let address = backend.address;
        backend.kill().await;
        Self { address, inside: Arc::new(Inside::nobody()), task: tokio::spawn(async {}) }
    }

    pub(crate) async fn kill(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    pub(crate) fn requests(&self) -> u64 {
        self.inside.requests.load(Ordering::SeqCst)
    }
}

impl Inside {
    fn nobody() -> Self {
        Self {
            name: String::new(),
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            waiting: Notify::new(),
            go: Notify::new(),
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, inside: Arc<Inside>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        inside.connections.fetch_add(1, Ordering::SeqCst);
        let inside = Arc::clone(&inside);
        connections.spawn(async move {
            let service = service_fn(|request| {
                let inside = Arc::clone(&inside);
                async move { Ok::<_, Infallible>(answer(&inside, request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(inside: &Inside, request: Request<Incoming>) -> Answer {
    inside.requests.fetch_add(1, Ordering::SeqCst);
    let path = request.uri().path().to_owned();
    let text = match path.as_str() {
        "/echo" => return Response::new(request.into_body().boxed()),
        "/wait" => {
            inside.waiting.notify_one();
            inside.go.notified().await;
            inside.name.clone()
        }
        "/headers" => {
            request.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect()
        }
        _ => inside.name.clone(),
    };
    let mut response = Response::new(Full::from(text).map_err(|never| match never {}).boxed());
    if let Some(status) = path.strip_prefix("/status/") {
        *response.status_mut() = status.parse().unwrap();
    }
    response.headers_mut().insert("x-release", "what the backend says".parse().unwrap());
    response
}

/// Requests until the count is reached, by several clients at once, and what they were answered by (release, status).
pub(crate) async fn load(world: &World, clients: usize, each: usize) -> BTreeMap<(String, u16), u64> {
    let mut all = JoinSet::new();
    for _ in 0..clients {
        let mut client = world.client().await;
        all.spawn(async move {
            let mut seen = BTreeMap::<_, u64>::new();
            for _ in 0..each {
                let reply = client.get("/").await;
                *seen.entry((reply.release().to_owned(), reply.status.as_u16())).or_default() += 1;
            }
            seen
        });
    }
    let mut total = BTreeMap::<_, u64>::new();
    while let Some(seen) = all.join_next().await {
        for (key, count) in seen.unwrap() {
            *total.entry(key).or_default() += count;
        }
    }
    total
}
