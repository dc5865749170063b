//! The HTTP service that other tests deploy: this test binary itself, started again by a release's script.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// The line of a script that becomes the service; `TEST_BINARY` is declared in the release's environment.
pub(crate) const SERVE: &str = "exec \"$TEST_BINARY\" --exact server::serve --ignored --nocapture";

/// How a release runs that answers every request with a status, or with `hang`, `drip` or `endless`.
pub(crate) fn serving(answer: &str) -> Value {
    let binary = std::env::current_exe().unwrap();
    let environment = json!({"TEST_BINARY": binary.to_str().unwrap(), "ANSWER": answer});
    json!({"environment": environment, "ready_within": 20000, "drain": 0, "stop_within": 5000})
}

/// Answers every request on `PORT` as `ANSWER` says.
#[test]
#[ignore = "not a test: the service that other tests run"]
fn serve() {
    let variable = |name| std::env::var(name).unwrap();
    let listener = TcpListener::bind(format!("127.0.0.1:{}", variable("PORT"))).unwrap();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let answer = variable("ANSWER");
        std::thread::spawn(move || respond(stream, &answer));
    }
}

/// Whoever asked may go away at any time.
fn respond(mut stream: TcpStream, answer: &str) {
    let _ = stream.read(&mut [0; 4096]);
    let again = |stream: &mut TcpStream, part: &[u8], wait: Duration| {
        while stream.write_all(part).is_ok() {
            std::thread::sleep(wait);
        }
    };
    match answer {
        "hang" => std::thread::sleep(Duration::MAX),
        "drip" => again(&mut stream, b"H", Duration::from_millis(20)),
        "endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
            again(&mut stream, &[b'x'; 1 << 16], Duration::ZERO);
        }
        status => {
            let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    }
}
