//! HAProxy in front of the same backend, where there is one on PATH.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running HAProxy, ended when dropped.
pub(crate) struct Haproxy {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts it, if it is installed.
pub(crate) fn start(folder: &Path, backend: SocketAddr, threads: usize) -> Option<Haproxy> {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = folder.join("haproxy.cfg");
    let text = format!(
        "global
  nbthread {threads}
  maxconn 4096
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 30s
  option forwardfor
  http-reuse always
frontend bench
  bind {address}
  default_backend releases
backend releases
  balance random
  http-response set-header x-release %s
  server r-1 {backend} weight 95
  server r-2 {backend} weight 5
"
    );
    std::fs::write(&config, text).unwrap();
    let started = Command::new("haproxy").arg("-db").arg("-f").arg(&config).stderr(Stdio::null()).spawn();
    let mut running = Haproxy { address, process: started.ok()? };
    let patience = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(address).is_err() {
        let over = running.process.try_wait().unwrap();
        assert!(over.is_none() && Instant::now() < patience, "haproxy did not start: {over:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(running)
}
