//! The test project with its releases, its runtime and its runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::load::Load;
use crate::harness::command::{Said, run};
use crate::harness::processes::{self, Process};
use crate::harness::site::Site;
use crate::harness::wait::{until, until_true};

const PROJECT: &str = "tests/e2e/project";

/// Requests a second in the tests: what the project declares.
const RATE: u32 = 500;

/// A shop on a site of its own.
pub(super) struct Shop {
    pub(super) site: Site,
}

impl Shop {
    pub(super) fn new() -> Self {
        Self { site: Site::of(PROJECT) }
    }

    /// A place with another project of the tests.
    pub(super) fn of(project: &str) -> Self {
        Self { site: Site::of(project) }
    }

    /// In a folder whose name begins like this.
    pub(super) fn named(prefix: &str) -> Self {
        Self { site: Site::named(PROJECT, prefix) }
    }

    /// A shop that serves v1, which fails 0.2 % of its requests.
    pub(super) fn serving_v1() -> Self {
        Self::new().with_v1()
    }

    /// With v1 installed.
    pub(super) fn with_v1(self) -> Self {
        self.pack("v1", &["--errors", "0.2%"]);
        self.run("install", "v1").with_code(0);
        self
    }

    /// Makes a release.
    pub(super) fn pack(&self, version: &str, behaviour: &[&str]) {
        let mut command = self.site.command("shop", &["pack", "--version", version, "--out"]);
        run(command.arg(self.artifact(version)).args(behaviour)).with_code(0);
    }

    /// Makes a release that is a shell script.
    pub(super) fn script(&self, version: &str, text: &str) {
        executable(&self.artifact(version), text);
    }

    /// The file of a release.
    pub(super) fn artifact(&self, version: &str) -> PathBuf {
        self.site.project().join("releases").join(version)
    }

    /// A workflow with a release, to its end.
    #[track_caller]
    pub(super) fn run(&self, workflow: &str, version: &str) -> Said {
        run(&mut self.start(workflow, version))
    }

    /// The same as a command that is not started yet.
    pub(super) fn start(&self, workflow: &str, version: &str) -> Command {
        let image = format!("image=file:releases/{version}");
        let mut command = self.site.command("deployc", &["run", ".", workflow, "--set", &image]);
        command.current_dir(self.site.project()).stdin(Stdio::null());
        command
    }

    /// A compiled workflow.
    #[track_caller]
    pub(super) fn build(&self, workflow: &str) -> PathBuf {
        let plan = self.site.folder().join(format!("{workflow}.plan.json"));
        let mut command = self.site.command("deployc", &["build", ".", "--workflow", workflow, "--output"]);
        run(command.arg(&plan).current_dir(self.site.project())).with_code(0);
        plan
    }

    /// Hands a workflow to the runtime that listens; the run's id.
    #[track_caller]
    pub(super) fn submit(&self, workflow: &str, version: &str) -> String {
        let plan = self.build(workflow);
        let image = format!("image=file:releases/{version}");
        let mut command = self.site.command("deployd", &["run", "--detach", "--format", "json", "--set", &image]);
        let said = run(command.arg(plan).current_dir(self.site.project())).with_code(0);
        said.json()["run"].as_str().expect("the answer names the run").to_owned()
    }

    /// Users.
    pub(super) fn load(&self) -> Load {
        Load::start(&self.site, RATE)
    }

    /// A runtime that listens.
    pub(super) fn serve(&self) -> Runtime {
        Runtime::start(self, self.site.command("deployd", &["serve"]))
    }

    /// A run as it stands now.
    pub(super) fn view(&self, id: &str) -> Option<Value> {
        let mut command = self.site.command("deployd", &["watch", id, "--format", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("deployd can be started");
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        let _ = child.kill();
        let _ = child.wait();
        read?.ok()?;
        serde_json::from_str(&line).ok()
    }

    /// Waits until a run looks like this.
    pub(super) fn until_view(&self, id: &str, what: &str, mut look: impl FnMut(&Value) -> bool) -> Value {
        until(what, || self.view(id).filter(|view| look(view)))
    }

    /// Waits until a run holds its first stage and users have been counted there.
    pub(super) fn until_holding(&self, id: &str) -> Value {
        self.until_view(id, "the first stage is judged", |view| {
            let stage = &view["rollouts"][0]["stages"][0];
            stage["state"] == "active" && stage["evidence"]["n"].as_u64().is_some_and(|n| n > 0)
        })
    }

    /// Follows a run to its end.
    #[track_caller]
    pub(super) fn finish(&self, id: &str) -> Said {
        self.site.run("deployd", &["watch", id])
    }

    /// The journal of a run.
    #[track_caller]
    pub(super) fn journal(&self, id: &str) -> Vec<Value> {
        let said = self.site.run("deployd", &["debug", "journal", id, "--format", "json"]).with_code(0);
        said.out.lines().map(|line| serde_json::from_str(line).expect("a record a line")).collect()
    }

    /// The newest run's id.
    #[track_caller]
    pub(super) fn newest(&self) -> String {
        let said = self.site.run("deployd", &["history", "--limit", "1", "--format", "json"]).with_code(0);
        said.json()[0]["run"].as_str().expect("there was a run").to_owned()
    }

    /// What a user is answered now: status line, headers and body.
    pub(super) fn answer(&self) -> String {
        until("the proxy answers", || {
            let mut stream = TcpStream::connect(&self.site.listen).ok()?;
            stream.write_all(b"GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").ok()?;
            let mut text = String::new();
            stream.read_to_string(&mut text).ok()?;
            (!text.is_empty()).then_some(text)
        })
    }

    /// The processes that a word of their command line tells, such as `supervise`.
    pub(super) fn processes(&self, word: &str) -> Vec<Process> {
        let mut found = processes::of(self.site.folder());
        found.retain(|process| process.command.iter().any(|part| part == word));
        found.sort_by_key(|process| process.pid);
        found
    }
}

/// A runtime that listens, as a child of this test.
pub(super) struct Runtime(Child);

impl Runtime {
    /// Starts it and waits until it answers.
    pub(super) fn start(shop: &Shop, mut command: Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut runtime = Self(child.expect("deployd can be started"));
        let socket = shop.site.state().join("deployd.sock");
        until_true("the runtime listens", || {
            let ended = runtime.0.try_wait().expect("it is our child");
            assert!(ended.is_none(), "the runtime ended at its start: {ended:?}");
            std::os::unix::net::UnixStream::connect(&socket).is_ok()
        });
        runtime
    }

    /// Its process id.
    pub(super) fn pid(&self) -> i32 {
        i32::try_from(self.0.id()).expect("a pid is small")
    }

    /// Waits until it has ended by itself; its exit code.
    #[track_caller]
    pub(super) fn ended(mut self) -> i32 {
        let ended = until("the runtime ends", || self.0.try_wait().expect("it is our child"));
        ended.code().expect("it was not killed")
    }

    /// `kill -9`.
    pub(super) fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Writes a program that anybody may start.
pub(super) fn executable(path: &std::path::Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).expect("the site is ours");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
}
