//! The hidden subcommands as a program of their own, so that tests of this crate can kill real supervisors.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["internal", "supervise", "--spec", file] => ExitCode::from(providers::supervisor::run(Path::new(file))),
        ["internal", "attend", "--folder", folder, "--token", token] => {
            ExitCode::from(providers::attend(Path::new(folder), token))
        }
        ["internal", "proxy", "--spec", file] => proxy(Path::new(file)),
        _ => {
            eprintln!(
                "use: supervise internal supervise|proxy --spec FILE, or supervise internal attend --folder FOLDER --token TOKEN"
            );
            ExitCode::from(64)
        }
    }
}

fn proxy(spec_file: &Path) -> ExitCode {
    let run = || -> Result<(), String> {
        providers::memory::write_no_core();
        let spec = proxy::Spec::read(spec_file).map_err(|e| e.to_string())?;
        let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
        runtime.block_on(proxy::run(spec)).map_err(|e| e.to_string())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
