//! The hidden subcommands as a program of their own, so that tests of this crate can kill real supervisors.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["internal", "supervise", "--spec", file] => ExitCode::from(providers::supervisor::run(Path::new(file))),
        _ => {
            eprintln!("use: supervise internal supervise --spec FILE");
            ExitCode::from(64)
        }
    }
}
