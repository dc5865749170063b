//! The memory of our processes is read by nobody else: neither by other users nor, where it holds secrets, by others of
//! the same user. What is closed to the same user is what the kernel dumps no core of.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::secrets::{clean, keeper, masked};
use super::shop::{Runtime, Shop};
use crate::harness::command::{Said, binary, run};
use crate::harness::processes::Process;
use crate::harness::wait::until_true;

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

/// Memory, and what a process was started with.
const CLOSED: [&str; 2] = ["mem", "environ"];

#[test]
fn nobody_reads_the_memory_of_ours() {
    if !can_be_a_user() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "setpriv cannot take privileges and CI=true");
        println!("skip: root reads everything, and setpriv cannot take its privileges");
        return;
    }
    let shop = keeper();
    let _runtime = serving(&shop);
    let (runtimes, supervisors) = (shop.processes("serve"), shop.processes("supervise"));
    assert!(runtimes.len() == 1 && !supervisors.is_empty(), "{runtimes:?} {supervisors:?}");
    open_to_the_same_user();
    for process in runtimes.iter().chain(&supervisors) {
        closed(process, as_user);
        tells_no_secret(process);
    }
}

#[test]
fn the_proxy_is_closed_to_other_users_and_has_no_room_for_a_core_dump() {
    let shop = Shop::serving_v1();
    let proxies = shop.processes("proxy");
    assert!(!proxies.is_empty());
    for proxy in &proxies {
        tells_no_secret(proxy);
        let limits = std::fs::read_to_string(file(proxy.pid, "limits")).expect("it lives");
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).expect("Linux has this limit");
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[4..6], ["1", "1"], "{line}");
    }
}

/// The runtime listens, and the service has told what its supervisor handed over.
fn serving(shop: &Shop) -> Runtime {
    let mut command = as_user(binary("deployd"));
    command.arg("serve").env("DEPLOYD_STATE", shop.site.state()).current_dir(shop.site.folder());
    let runtime = Runtime::start(shop, command);
    let mut install = shop.site.command("deployc", &["run", ".", "install", "--set", "image=file:releases/v1"]);
    run(install.current_dir(shop.site.project())).with_code(0);
    until_true("the service has told everything", || masked(&shop.site.state()) > 0);
    runtime
}

/// What is refused for ours is not refused to everybody: one that does not protect itself is read.
#[track_caller]
fn open_to_the_same_user() {
    let mut other = Unprotected(as_user("sleep").arg("1000").spawn().expect("it can be started"));
    let pid = other.0.id().cast_signed();
    let comm = file(pid, "comm");
    until_true("it sleeps", || std::fs::read_to_string(&comm).is_ok_and(|name| name.trim() == "sleep"));
    let said = run(as_user("cat").arg(file(pid, "environ"))).with_code(0);
    assert!(said.out.contains("PATH="));
    let _ = other.0.kill();
}

struct Unprotected(Child);

impl Drop for Unprotected {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Nothing is read of it, neither of its memory nor of its environment.
#[track_caller]
fn closed(process: &Process, reader: fn(&'static str) -> Command) {
    for name in CLOSED {
        let Said { code, out, err } = run(reader("cat").arg(file(process.pid, name)));
        assert!(code != 0 && out.is_empty(), "{name} of {:?} is open: {out}{err}", process.command);
    }
}

/// What it was started with is no secret, and another user sees no more than its command line.
#[track_caller]
fn tells_no_secret(process: &Process) {
    let line = std::fs::read(file(process.pid, "cmdline")).expect("everybody may read it");
    assert!(!line.is_empty(), "it lives");
    clean("the command line", &line);
    clean("the environment", &std::fs::read(file(process.pid, "environ")).unwrap_or_default());
    for name in CLOSED {
        let mode = std::fs::metadata(file(process.pid, name)).expect("it lives").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} of {:?}", process.command);
    }
    if root() {
        closed(process, as_nobody);
    }
}

fn file(pid: i32, name: &str) -> String {
    format!("/proc/{pid}/{name}")
}

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A program of the user of this test, without the privileges that root has over its own processes.
fn as_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all"]).arg(program).stdin(Stdio::null());
    command
}

fn as_nobody(program: &'static str) -> Command {
    let mut command = Command::new(program);
    command.uid(NOBODY).gid(NOBODY);
    command
}

fn can_be_a_user() -> bool {
    let mut command = as_user("true");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
