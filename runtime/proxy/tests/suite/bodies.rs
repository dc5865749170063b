//! Bodies are streamed in both directions, whatever their size and framing.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Request;
use hyper::body::Frame;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use proxy::limits::{HEAD_BYTES_MAX, HEADERS_MAX};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;

use crate::harness::{Backend, World};

const PIECE: usize = 64 * 1024;

fn piece(at: usize) -> Bytes {
    Bytes::from(vec![u8::try_from(at % 251).unwrap(); PIECE])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_chunked_body_goes_through_both_ways() {
    const PIECES: usize = 512;
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let stream = TcpStream::connect(world.proxy.address()).await.unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let frames = (0..PIECES).map(|at| Ok::<_, Infallible>(Frame::data(piece(at))));
    let body = StreamBody::new(stream::iter(frames));
    let request = Request::post("/echo").header("host", "shop").body(body).unwrap();
    let mut response = sender.send_request(request).await.unwrap();
    assert!(!response.headers().contains_key("content-length"));
    let mut received = Vec::with_capacity(PIECES * PIECE);
    while let Some(frame) = response.frame().await {
        received.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    assert_eq!(received.len(), PIECES * PIECE);
    assert!(received.chunks(PIECE).enumerate().all(|(at, seen)| piece(at) == seen));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_body_of_known_length_goes_through_both_ways() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let body: Bytes = (0..160).flat_map(piece).collect();
    let mut client = world.client().await;
    for _ in 0..3 {
        let request = Request::put("/echo").header("host", "shop").body(Full::new(body.clone())).unwrap();
        assert_eq!(client.send(request).await.unwrap().body, body);
    }
    assert_eq!(backend.inside.connections.load(std::sync::atomic::Ordering::SeqCst), 1, "the connection was kept");
}

#[tokio::test]
async fn a_body_is_passed_on_before_its_end_is_there() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let stream = TcpStream::connect(world.proxy.address()).await.unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (pieces, mut body) = unbounded_channel::<Result<Frame<Bytes>, Infallible>>();
    let request = Request::post("/echo")
        .header("host", "shop")
        .body(StreamBody::new(stream::poll_fn(move |cx| body.poll_recv(cx))))
        .unwrap();
    let mut response = sender.send_request(request).await.unwrap();
    for word in ["one", "two", "three"] {
        pieces.send(Ok(Frame::data(Bytes::from(word)))).unwrap();
        let frame = response.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), word);
    }
    drop(pieces);
    assert!(response.frame().await.is_none());
}

#[tokio::test]
async fn old_clients_and_pipelined_requests_are_served() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let two = "GET / HTTP/1.1\r\nhost: shop\r\n\r\nGET /status/404 HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";
    for (request, statuses) in [("GET / HTTP/1.0\r\n\r\n", vec!["200"]), (two, vec!["200", "404"])] {
        let text = raw(&world, request).await;
        let seen: Vec<&str> = text.match_indices("HTTP/1.").map(|(at, _)| &text[at + 9..at + 12]).collect();
        assert_eq!(seen, statuses, "{text}");
    }
}

#[tokio::test]
async fn a_head_beyond_the_limits_is_refused() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let fields = |count: usize| "x-field: 1\r\n".repeat(count);
    // The backend has the same limit, and gets one field more: `x-forwarded-for`.
    for (fields, status) in [
        (fields(HEADERS_MAX - 2), "200"),
        (fields(HEADERS_MAX), "431"),
        (format!("x-long: {}\r\n", "a".repeat(HEAD_BYTES_MAX)), "431"),
    ] {
        let mut stream = TcpStream::connect(world.proxy.address()).await.unwrap();
        // The proxy may close before everything is written.
        let _ = stream.write_all(format!("GET / HTTP/1.1\r\nhost: shop\r\n{fields}\r\n").as_bytes()).await;
        let mut text = [0; 12];
        stream.read_exact(&mut text).await.unwrap();
        assert_eq!(&text[9..], status.as_bytes());
    }
    assert_eq!(backend.requests(), 1);
}

async fn raw(world: &World, request: &str) -> String {
    let mut stream = TcpStream::connect(world.proxy.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}
