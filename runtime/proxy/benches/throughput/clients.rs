//! Clients that send their next request as soon as they have the answer to the last.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const REQUEST: &[u8] = b"GET /shelf/42?colour=red HTTP/1.1\r\nhost: shop\r\nuser-agent: bench\r\naccept: */*\r\n\r\n";

/// What one round measured.
pub(crate) struct Round {
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// Loads an address for some time, from one thread.
pub(crate) fn run(address: SocketAddr, connections: usize, time: Duration) -> Round {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let begun = Instant::now();
    let latencies = runtime.block_on(async {
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            clients.spawn(client(address, begun + time));
        }
        clients.join_all().await
    });
    let took = begun.elapsed();
    let mut all: Vec<u32> = latencies.into_iter().flatten().collect();
    all.sort_unstable();
    let at = |share: f64| f64::from(all[((all.len() - 1) as f64 * share) as usize]);
    Round { per_second: all.len() as f64 / took.as_secs_f64(), p50_us: at(0.5), p99_us: at(0.99) }
}

async fn client(address: SocketAddr, end: Instant) -> Vec<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::with_capacity(16 * 1024);
    let mut buffer = [0; 4096];
    while Instant::now() < end {
        let sent = Instant::now();
        stream.write_all(REQUEST).await.unwrap();
        let mut held = 0;
        while !buffer[..held].ends_with(b"\r\n\r\nok") {
            let read = stream.read(&mut buffer[held..]).await.unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&buffer[..held]));
            held += read;
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..held]));
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    latencies
}
