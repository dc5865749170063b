//! Where a process of ours crashes, no core dump is written: seen by its parent, whatever this machine does with dumps.
//!
//! The kernel tells the parent whether it has dumped a core, be it to a file or to a program. A process that nobody
//! protects crashes beside ours; where even that one leaves no dump, what `/proc` tells of ours is the proof
//! (`memory.rs`).

use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::secrets::{files, keeper, masked};
use super::shop::Shop;
use crate::harness::command::{binary, run};
use crate::harness::processes::signal;
use crate::harness::wait::{until, until_true};

/// The signals by which programs crash and people make them dump.
const CRASHES: [Signal; 3] = [Signal::ABORT, Signal::SEGV, Signal::QUIT];

/// A kind of process of ours, and how this test becomes the parent of one.
struct Kind {
    name: &'static str,
    start: fn(&Shop, &Path) -> Child,
}

/// The runtime last: it would give what was killed a new supervisor.
const KINDS: [Kind; 3] = [
    Kind { name: "supervisor", start: supervisor },
    Kind { name: "proxy", start: proxy },
    Kind { name: "runtime", start: runtime },
];

#[test]
fn a_crash_of_ours_dumps_no_core() {
    let shop = keeper();
    install(&shop);
    let cores = shop.site.folder().join("cores");
    std::fs::create_dir(&cores).expect("the site is ours");
    for crash in CRASHES {
        if !crashed(unprotected(&cores), crash).core_dumped() {
            println!("this machine dumps nothing at {crash:?}, not even an unprotected process: see `memory.rs`");
        }
    }
    let dumped = remove_cores(&cores);
    for kind in &KINDS {
        for crash in CRASHES {
            let status = crashed((kind.start)(&shop, &cores), crash);
            assert!(!status.core_dumped(), "the {} has dumped its core: {status}", kind.name);
        }
    }
    assert_eq!(remove_cores(shop.site.folder()), 0, "beside {dumped} of the unprotected process");
}

/// The service has told its secrets, so that its supervisor has had them.
fn install(shop: &Shop) {
    let mut install = shop.site.command("deployc", &["run", ".", "install", "--set", "image=file:releases/v1"]);
    run(install.current_dir(shop.site.project()).stdout(Stdio::null())).with_code(0);
    until_true("the service has told everything", || masked(&shop.site.state()) > 0);
}

/// Sends the signal until the process has ended: the first that Rust did not expect only takes its handler away.
fn crashed(mut child: Child, crash: Signal) -> ExitStatus {
    let pid = child.id().cast_signed();
    let status = until("it crashes", || {
        signal(pid, crash);
        child.try_wait().expect("it is our child")
    });
    assert_eq!(status.signal(), Some(crash.as_raw()), "{status}");
    status
}

/// A program that may dump as much as this user is allowed to, into the working folder if the machine does so.
fn dumping(program: &Path, cores: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\""]).arg(program).current_dir(cores);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn unprotected(cores: &Path) -> Child {
    let child = dumping(Path::new("sleep"), cores).arg("1000").spawn().expect("sh can be started");
    let comm = format!("/proc/{}/comm", child.id());
    until_true("it sleeps", || std::fs::read_to_string(&comm).is_ok_and(|name| name.trim() == "sleep"));
    child
}

fn runtime(shop: &Shop, cores: &Path) -> Child {
    let mut command = dumping(&binary("deployd"), cores);
    let child = command.arg("serve").env("DEPLOYD_STATE", shop.site.state()).spawn().expect("sh can be started");
    until_true("the runtime listens", || UnixStream::connect(shop.site.state().join("deployd.sock")).is_ok());
    child
}

/// The next supervisor of the service, a child of this test.
fn supervisor(shop: &Shop, cores: &Path) -> Child {
    let spec = spec(shop);
    let status = spec.with_file_name("status.json");
    if let Some(pid) = supervised_by(&status) {
        signal(pid, Signal::KILL);
    }
    let mut command = dumping(&binary("deployd"), cores);
    let child = command.args(["internal", "supervise", "--spec"]).arg(&spec).spawn().expect("sh can be started");
    until_true("it supervises", || supervised_by(&status) == Some(child.id().cast_signed()));
    child
}

fn spec(shop: &Shop) -> PathBuf {
    let instances = shop.site.state().join("instances");
    files(&instances).into_iter().find(|path| path.ends_with("spec.json")).expect("the service has an instance")
}

fn supervised_by(status: &Path) -> Option<i32> {
    let status: Value = serde_json::from_slice(&std::fs::read(status).ok()?).ok()?;
    i32::try_from(status["supervisor"]["pid"].as_i64()?).ok()
}

/// A proxy of its own.
fn proxy(shop: &Shop, cores: &Path) -> Child {
    let folder = shop.site.folder().join("proxy");
    std::fs::create_dir_all(&folder).expect("the site is ours");
    let spec = json!({
        "format": 1, "name": "crashes", "listen": "127.0.0.1:0",
        "control": folder.join("control.sock"), "state": folder.join("state.json"),
    });
    let file = folder.join("proxy.json");
    std::fs::write(&file, spec.to_string()).expect("the site is ours");
    let mut command = dumping(&binary("deployd"), cores);
    let child = command.args(["internal", "proxy", "--spec"]).arg(file).spawn().expect("sh can be started");
    until_true("the proxy answers", || UnixStream::connect(folder.join("control.sock")).is_ok());
    child
}

/// Removes the core dumps in a folder; how many there were.
fn remove_cores(folder: &Path) -> usize {
    let is_core = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "core" || name.starts_with("core.")
    };
    let dumps: Vec<PathBuf> = files(folder).into_iter().filter(is_core).collect();
    dumps.iter().for_each(|dump| std::fs::remove_file(dump).expect("the dump is ours"));
    dumps.len()
}
