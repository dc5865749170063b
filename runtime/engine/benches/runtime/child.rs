//! A process of its own for what only a process can show: being killed, and its memory.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use crate::{plans, world};

/// The argument that makes this program such a process.
pub(crate) const WORD: &str = "child";

/// Such a process, seen from outside.
pub(crate) struct Child {
    process: std::process::Child,
    said: BufReader<ChildStdout>,
}

impl Child {
    /// Starts one over the state in a folder.
    pub(crate) fn start(words: &[&str], folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(WORD).arg(folder).args(words).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        Self { process, said }
    }

    /// Its next line.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// What such a process does; it says one line and then waits to be killed.
pub(crate) fn main(words: &[String]) {
    let (folder, words) = words.split_first().unwrap();
    let folder = Path::new(folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match words {
            [word, behind] if word == "fill" => fill(folder, behind.parse().unwrap()).await,
            [word] if word == "go-on" => go_on(folder).await,
            [word, runs] if word == "wait" => wait(folder, runs.parse().unwrap()).await,
            _ => panic!("no such child: {words:?}"),
        }
        std::future::pending::<()>().await;
    });
}

async fn fill(folder: &Path, behind: usize) {
    let steps = world::Steps::parking_after(behind);
    let engine = world::engine(folder, &steps);
    world::submit(&engine, &plans::steps(behind + 1), 0).await;
    steps.parked.notified().await;
    say(memory("VmHWM:"));
}

async fn go_on(folder: &Path) {
    let steps = world::Steps::parking_after(0);
    let engine = world::engine(folder, &steps);
    engine.resume_all().await.unwrap();
    steps.parked.notified().await;
    say(memory("VmHWM:"));
}

async fn wait(folder: &Path, runs: usize) {
    let engine = world::engine(folder, &world::Steps::parking_after(0));
    let plan = plans::waits();
    for key in 0..runs {
        world::submit(&engine, &plan, key).await;
    }
    say(memory("VmRSS:"));
}

/// A line of this process's status, in KiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let value = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}

fn say(value: u64) {
    println!("{value}");
    std::io::stdout().flush().unwrap();
}
