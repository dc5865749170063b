//! The whole program as its user starts it, beside the peers, and its memory.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::workspace::{content, workspace, write};
use crate::{ROUNDS, line, median, ms, phases, timed};

/// The argument that makes this program a process that only checks.
pub(crate) const CHILD: &str = "--check-files";

/// Resources of the content that the peers are given too.
const RESOURCES: usize = 3_333;

/// Another language's command on equal content.
pub(crate) struct Peer {
    name: String,
    words: Vec<String>,
}

/// The peers that the arguments name.
pub(crate) fn peers(arguments: &[String]) -> Vec<Peer> {
    let named = arguments.windows(2).filter(|pair| pair[0] == "--peer");
    let peer = |text: &str| {
        let (name, command) = text.split_once('=').expect("write 'NAME=COMMAND…' behind --peer");
        Peer { name: name.to_owned(), words: command.split_whitespace().map(str::to_owned).collect() }
    };
    named.map(|pair| peer(&pair[1])).collect()
}

pub(crate) fn show(peers: &[Peer]) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &content(RESOURCES));
    let small = tempfile::tempdir().unwrap();
    write(small.path(), &workspace(1));
    let ours = |folder: &std::path::Path| command(&[env!("CARGO_BIN_EXE_deployc"), "check", folder.to_str().unwrap()]);
    let (mut own, mut tiny) = (Vec::new(), Vec::new());
    let mut theirs: Vec<Vec<Duration>> = vec![Vec::new(); peers.len()];
    for _ in 0..ROUNDS {
        own.push(ours(folder.path()));
        tiny.push(ours(small.path()));
        for (peer, times) in peers.iter().zip(&mut theirs) {
            times.push(command(&peer.words.iter().map(String::as_str).collect::<Vec<_>>()));
        }
    }
    line("the program, one small project", ms(median(tiny)), "ms", 1);
    let own = median(own);
    line(&format!("the program, content of {RESOURCES} resources"), ms(own), "ms", 1);
    for (peer, times) in peers.iter().zip(theirs) {
        let time = median(times);
        line(&format!("peer {}", peer.name), ms(time), "ms", 1);
        line(&format!("peer {}: ours of it", peer.name), ms(own) / ms(time), "×", 2);
    }
}

fn command(words: &[&str]) -> Duration {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (time, status) = timed(|| command.status().unwrap());
    assert!(status.success(), "{words:?}: {status}");
    time
}

/// Checks a project and says how much memory that took at most, in KiB.
pub(crate) fn child(files: usize) {
    let database = phases::database(&workspace(files));
    drop(crate::phases::check_on(&database, 1));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", most.trim().trim_end_matches(" kB"));
}

pub(crate) fn memory() {
    for files in [0, 1_000] {
        let output = Command::new(std::env::current_exe().unwrap()).args([CHILD, &files.to_string()]).output().unwrap();
        let kibibytes: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
        line(&format!("memory after a check of {files} files"), kibibytes / 1_024.0, "MiB", 1);
    }
}
