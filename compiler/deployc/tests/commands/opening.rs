//! Opening a strange repository: commands that only look start no program, reach no network, write nothing, and read
//! nothing that lies outside. Seen from the kernel.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::site::Site;
use crate::vendor::{platform, vendored};

/// Calls that change what lies on a disk, beside opening a file for that.
const CHANGES: [&str; 14] = [
    "creat",
    "mkdir",
    "mknod",
    "rmdir",
    "unlink",
    "rename",
    "link",
    "symlink",
    "truncate",
    "ftruncate",
    "chmod",
    "chown",
    "utime",
    "setxattr",
];

/// Flags of a file that is opened for more than reading.
const WRITING: [&str; 5] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"];

#[test]
fn looking_at_a_repository_does_nothing_to_it() {
    if !strace_works() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "strace is missing and CI=true");
        println!("skip: strace cannot trace here");
        return;
    }
    let (site, outside) = (hostile(), tempfile::tempdir().unwrap());
    let far = outside.path().join("far.deploy");
    fs::write(&far, "pub let x: Int = 1\n").unwrap();
    symlink(&far, site.path().join("far.deploy")).unwrap();
    for looking in [
        ["check", "."].as_slice(),
        &["check", ".", "--format", "sarif"],
        &["check", ".", "--fix=all", "--diff"],
        &["fmt", "--check", "main.deploy"],
        &["graph", "."],
        &["test", "."],
        &["build", ".", "-o", "-"],
        &["explain", "E0201"],
    ] {
        let trace = traced(&site, looking);
        let done = effects(&trace);
        assert!(done.is_empty(), "{looking:?}\n{}", done.join("\n"));
        let opened = trace.lines().find(|line| call(line) == "openat" && line.contains(&*far.to_string_lossy()));
        assert_eq!(opened, None, "{looking:?}");
    }
}

/// The control: what writes and what starts programs is seen.
#[test]
fn what_is_done_to_a_repository_is_seen() {
    if !strace_works() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "strace is missing and CI=true");
        println!("skip: strace cannot trace here");
        return;
    }
    let site = hostile();
    site.write("wild.deploy", "pub  let  wild: Int = 1\n");
    let written = effects(&traced(&site, &["fmt", "wild.deploy"]));
    assert!(written.iter().any(|line| line.contains("O_CREAT")), "{written:?}");
    fs::remove_dir_all(site.path().join("vendor")).unwrap();
    let started = effects(&traced(&site, &["vendor"]));
    assert!(started.iter().any(|line| call(line) == "execve"), "{started:?}");
}

/// A repository with a package, a schema, and everything that some tool would run.
fn hostile() -> Site {
    let site = vendored(&platform());
    site.write("ledger.sql", "CREATE TABLE charges (id bigint PRIMARY KEY);\n");
    site.write("ledger.deploy", "pub database ledger: Postgres { schema = \"ledger.sql\" }\n");
    site.write(".git/config", "[core]\n\tfsmonitor = ./hook\n");
    for program in [".git/hooks/post-checkout", "hook", "git", "build.rs", ".envrc"] {
        site.write(program, "#!/bin/sh\ntouch ran\n");
        fs::set_permissions(site.path().join(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    site
}

/// What a command asks of the kernel about files, processes and the network.
fn traced(site: &Site, arguments: &[&str]) -> String {
    let trace = site.path().join("tmp/trace");
    let mut command = site.command(Path::new("strace"), &["-f", "-qq", "-s", "4096", "-o"]);
    command.arg(&trace).args(["-e", "trace=%file,%process,%network,ftruncate", "-e", "signal=none"]);
    command.arg(env!("CARGO_BIN_EXE_deployc")).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(!site.path().join("ran").exists(), "{arguments:?} ran a program of the repository");
    fs::read_to_string(trace).unwrap()
}

/// The calls that do more than look. The first one starts the command itself.
fn effects(trace: &str) -> Vec<String> {
    let lines = trace.lines().skip(1).filter(|line| {
        let call = call(line);
        let starts =
            call.starts_with("exec") || call.ends_with("fork") || (call.starts_with("clone") && !is_thread(line));
        let writes = CHANGES.iter().any(|change| call.starts_with(change));
        let opens = call.starts_with("open") && WRITING.iter().any(|flag| line.contains(flag));
        let talks =
            ["socket", "connect", "bind", "listen", "accept", "send", "recv"].iter().any(|it| call.starts_with(it));
        starts || writes || opens || talks
    });
    lines.map(str::to_owned).collect()
}

/// The name of the call in a line: behind the number of the thread.
fn call(line: &str) -> &str {
    let behind = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    behind.split('(').next().unwrap_or_default()
}

fn is_thread(line: &str) -> bool {
    line.contains("CLONE_THREAD")
}

fn strace_works() -> bool {
    let mut command = Command::new("strace");
    command.args(["-o", "/dev/null", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
