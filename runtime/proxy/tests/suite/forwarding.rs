//! Heads: what is added, what is taken away, what is refused.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Backend, World};

#[tokio::test]
async fn the_release_is_named_to_the_client_and_the_client_to_the_backend() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let request = Request::get("/headers").header("host", "shop").header("x-forwarded-for", "192.0.2.1");
    let reply = world.client().await.send(request.body(Full::<Bytes>::default()).unwrap()).await.unwrap();
    let releases: Vec<_> = reply.headers.get_all("x-release").iter().collect();
    assert_eq!(releases, ["r-1"], "what a backend claims does not count");
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(text.contains("x-forwarded-for: 192.0.2.1, 127.0.0.1\n"), "{text}");
    assert!(text.contains("host: shop\n"), "{text}");
}

#[tokio::test]
async fn a_head_request_has_no_body() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    let mut client = world.client().await;
    for _ in 0..3 {
        let request = Request::head("/").header("host", "shop").body(Full::default()).unwrap();
        let reply = client.send(request).await.unwrap();
        assert_eq!(
            (reply.status.as_u16(), &reply.headers["content-length"], reply.body.len()),
            (200, &"1".parse().unwrap(), 0)
        );
    }
}

#[tokio::test]
async fn what_the_proxy_cannot_do_it_says() {
    let backend = Backend::new("a").await;
    let world = World::with(&[("r-1", 10_000, &[&backend])]).await;
    for (request, status, word) in [
        ("CONNECT shop:443 HTTP/1.1\r\nhost: shop\r\n\r\n", "501", "CONNECT"),
        ("GET / HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", "501", "upgrades"),
        ("GET / HTTP/1.1\r\n\r\n", "400", "host"),
        ("nonsense\r\n\r\n", "400", ""),
    ] {
        let mut stream = TcpStream::connect(world.proxy.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_eq!(&text[9..12], status, "{request}");
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(backend.requests(), 0);
}
