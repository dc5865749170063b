//! The HTTP service that other tests deploy: this test binary itself, started again by a release's script.

use std::io::{Read, Write};
use std::net::TcpListener;

/// The line of a script that becomes the service; `TEST_BINARY` is declared in the release's environment.
pub(crate) const SERVE: &str = "exec \"$TEST_BINARY\" --exact server::serve --ignored --nocapture";

/// Answers every request on `PORT` with the status `ANSWER`.
#[test]
#[ignore = "not a test: the service that other tests run"]
fn serve() {
    let variable = |name| std::env::var(name).unwrap();
    let listener = TcpListener::bind(format!("127.0.0.1:{}", variable("PORT"))).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = write!(stream, "HTTP/1.1 {} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", variable("ANSWER"));
    }
}
