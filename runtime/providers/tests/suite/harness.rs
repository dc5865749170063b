//! A project folder with a blank in its name, a state directory, and what is asked of providers in tests.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use machine::ports::provider::{Instance, Outcome, Outputs, Provider, Request, Task};
use plan::{Digest, Release};
use providers::Layout;
use providers::supervisor::Identity;
use serde_json::{Value, json};

/// Longest wait for a condition.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything one test needs; what it started ends with it.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("provider test ").tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("project/releases")).unwrap();
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("a folder so deep that a socket below it would be beyond the 107 bytes of a path/state")
    }

    /// A provider as a freshly started runtime would have it.
    pub(crate) fn provider(&self, name: &str) -> Arc<dyn Provider> {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_supervise"));
        let all = providers::all(Layout { state: self.state(), program });
        all.into_iter().find(|provider| provider.name() == name).unwrap()
    }

    /// Puts a script among the releases.
    pub(crate) fn script(&self, file: &str, body: &str) -> Digest {
        let text = format!("#!/bin/sh\n{body}\n");
        let path = self.root().join("releases").join(file);
        std::fs::write(&path, &text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Digest::of(text.as_bytes())
    }

    /// A release of the service `shop` that runs a script.
    pub(crate) fn release(&self, body: &str, runs: Value) -> Release {
        let source = json!({"case": "files", "folder": "releases"});
        Release::new("shop", self.script("shop", body), source, runs, 2)
    }

    pub(crate) fn request(&self, task: Task) -> Request {
        Request {
            key: "run/node/1".into(),
            attempt: 1,
            run: "run".into(),
            epoch: 1,
            sequence: 1,
            timeout_ms: 60_000,
            root: self.root(),
            task,
        }
    }

    pub(crate) fn ensure(&self, release: &Release, instances: u32) -> Request {
        self.request(Task::Ensure {
            environment: "local".into(),
            config: json!({}),
            service_id: "shop".into(),
            release: release.clone(),
            instances,
        })
    }

    pub(crate) fn stop(&self, release: &Release, keep: u32) -> Request {
        self.request(Task::Stop {
            environment: "local".into(),
            config: json!({}),
            service_id: "shop".into(),
            release: release.clone(),
            keep,
        })
    }

    /// The folder of an instance.
    pub(crate) fn instance(&self, release: &Release, number: u32) -> PathBuf {
        self.state().join("instances/local/shop").join(&release.id.0).join(number.to_string())
    }

    /// The newest of the logs that are kept of stopped instances.
    pub(crate) fn kept_log(&self) -> String {
        let folder = self.state().join("logs/local/shop");
        let mut logs: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        logs.sort();
        std::fs::read_to_string(logs.last().unwrap()).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Supervisors first, so that nothing is started again; then all that writes below this world.
        for folder in find(&self.state(), "status.json").iter().filter_map(|file| file.parent()) {
            let identity = status(folder).and_then(|s| serde_json::from_value(s["supervisor"].clone()).ok());
            end(identity);
        }
        let pids = std::fs::read_dir("/proc").unwrap().filter_map(|e| e.unwrap().file_name().to_str()?.parse().ok());
        for identity in pids.filter_map(Identity::of) {
            let output = std::fs::read_link(format!("/proc/{}/fd/1", identity.pid));
            if output.is_ok_and(|target| target.starts_with(self.folder.path())) {
                end(Some(identity));
            }
        }
    }
}

fn end(identity: Option<Identity>) {
    if let Some(identity) = identity.filter(Identity::alive) {
        kill(identity.pid, "KILL");
        while identity.alive() {
            std::thread::yield_now();
        }
    }
}

fn find(folder: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(find(&path, name));
        } else if path.file_name().is_some_and(|n| n == name) {
            found.push(path);
        }
    }
    found
}

/// What a supervisor wrote.
pub(crate) fn status(folder: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(folder.join("status.json")).ok()?).ok()
}

/// The pid of `supervisor` or `child`.
pub(crate) fn pid(folder: &Path, process: &str) -> i32 {
    i32::try_from(status(folder).unwrap()[process]["pid"].as_i64().unwrap()).unwrap()
}

/// Whether a process runs (a zombie does not).
pub(crate) fn runs(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s[s.rfind(')').unwrap()..].starts_with(") Z"))
}

/// Sends a signal to one process.
pub(crate) fn kill(pid: i32, signal: &str) {
    let done = std::process::Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    assert!(done.is_ok());
}

/// Waits for a condition; panics with its name when it does not come about.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < end, "waited too long for: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The instances of a successful `Ensure`.
#[track_caller]
pub(crate) fn instances(outcome: Outcome) -> Vec<Instance> {
    match outcome {
        Outcome::Done(Outputs::Instances(instances)) => instances,
        other => panic!("not done: {other:?}"),
    }
}

/// The message of a failure.
#[track_caller]
pub(crate) fn failure(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { message, .. } => message,
        other => panic!("not failed: {other:?}"),
    }
}
