//! The program as people and scripts run it: exit codes, streams, signals, and what survives `kill -9`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use plan::{
    Approval, Binding, Body, Call, Effect, EffectClass, Node, NodeId, Parameter, ParameterType, People, Plan, Retry,
    Work,
};
use serde_json::{Value, json};

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::write(place.path().join("quick.json"), plan(false).to_bytes()).unwrap();
        std::fs::write(place.path().join("asked.json"), plan(true).to_bytes()).unwrap();
        place
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployd"));
        command.args(arguments).current_dir(self.path());
        command.env("DEPLOYD_STATE", self.path().join("my state")).env_remove("NO_COLOR");
        command
    }

    /// Exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let (_, out, err) = self.run(&[arguments, &["--format", "json"]].concat());
        let last = out.lines().last().unwrap_or_else(|| panic!("no answer: {err}"));
        serde_json::from_str(last).unwrap()
    }

    /// A runtime in the background, once it listens.
    fn serve(&self) -> Serving {
        let child = self.command(&["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut serving = Serving(child);
        serving.until("listening on");
        serving
    }
}

/// Killed when dropped.
struct Serving(Child);

impl Serving {
    /// Reads lines until one contains the text.
    fn until(&mut self, text: &str) {
        let out = self.0.stdout.as_mut().unwrap();
        // Unbuffered: what follows is left for the next call.
        let mut lines = BufReader::with_capacity(1, out).lines();
        assert!(lines.any(|line| line.unwrap().contains(text)), "it ended without saying `{text}`");
    }

    fn signal(&mut self, signal: rustix::process::Signal) -> i32 {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
        self.0.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An action; asked for before that, when wanted.
fn plan(asked: bool) -> Plan {
    let binding = Binding { provider: "exec".to_owned(), config: json!({ "command": ["/bin/true"] }) };
    let retry = Retry { attempts: 1, backoff_ms: 10, backoff_max_ms: 10 };
    let call = Call::Act { action: "smoke".to_owned(), binding };
    let effect =
        Work::Effect(Effect { call, class: EffectClass::Idempotent, timeout_ms: 10_000, retry, tolerated: false });
    let approval =
        Work::Approval(Approval { from: People::Owner, quorum: 1, within_ms: 600_000, after_the_fact: false });
    let mut works = vec![("smoke", effect)];
    if asked {
        works.insert(0, ("go", approval));
    }
    let image = Parameter { r#type: ParameterType::Digest, default: Some(json!(plan::Digest::of(b"x").to_string())) };
    let body = Body {
        parameters: BTreeMap::from([("image".to_owned(), image)]),
        nodes: chain(works),
        ..Body::new("2026", "release")
    };
    plan::validate::sound(&body).unwrap();
    Plan::new(body, BTreeMap::new())
}

fn chain(works: Vec<(&str, Work)>) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for (name, work) in works {
        let after = nodes.last().map(|node| node.id.clone()).into_iter().collect();
        let id = NodeId(format!("release/{name}"));
        nodes.push(Node {
            id,
            after,
            rollout: None,
            stage: None,
            work,
            past_return: false,
            scope: None,
            when: None,
            during_freeze: false,
        });
    }
    nodes
}

#[test]
fn a_run_in_this_process_leaves_its_evidence() {
    let place = Place::new();
    let (code, out, err) = place.run(&["run", "quick.json", "--set", "image=file:quick.json"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("run smoke: done") && out.contains("release completed · ended"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours where there is no terminal");
    let history = place.json(&["history"]);
    assert_eq!(history[0]["status"], "completed");
    let (code, out, err) = place.run(&["debug", "journal"]);
    assert_eq!(code, 0, "{err}");
    let digest = plan::Digest::of(&std::fs::read(place.path().join("quick.json")).unwrap());
    assert!(out.contains(&digest.to_string()), "the parameter is the digest of the file: {out}");
    assert!(err.contains("the chain holds"), "{err}");
    let view = place.json(&["watch"]);
    assert_eq!(view["status"], "completed");
    let (code, _, err) = place.run(&["explain", "latest", "errors"]);
    assert_eq!(code, 1);
    assert!(err.contains("has no gate `errors`"), "{err}");
}

#[test]
fn json_lines_end_with_the_final_view() {
    let place = Place::new();
    let (code, out, _) = place.run(&["run", "quick.json", "--format", "json"]);
    assert_eq!(code, 0);
    let views: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(views.last().unwrap()["status"], "completed");
}

#[test]
fn approval_from_another_terminal_survives_a_killed_runtime() {
    let place = Place::new();
    let mut first = place.serve();
    let (code, _, err) = place.run(&["serve"]);
    assert_eq!(code, 3);
    assert!(err.contains(&format!("in use by process {}", first.0.id())), "{err}");
    let run = place.json(&["run", "asked.json", "--key", "k", "--detach"])["run"].as_str().unwrap().to_owned();
    assert_eq!(place.json(&["run", "asked.json", "--key", "k", "--detach"])["run"], run.as_str());
    first.signal(rustix::process::Signal::KILL);
    let (code, _, err) = place.run(&["approve"]);
    assert_eq!(code, 3);
    assert!(err.contains("start it with `deployd serve`"), "{err}");
    assert_eq!(place.json(&["status"])["runs"][0]["run"], run.as_str());

    let mut second = place.serve();
    second.until(&format!("run {run} goes on"));
    let other = format!("sha256:{}", "0".repeat(64));
    assert_eq!(place.run(&["approve", "--plan", &other]).0, 1);
    let (code, out, err) = place.run(&["approve", &run, "--key", "yes", "--reason", "looks good"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("waiting release/go"), "what is approved is shown: {err}");
    assert_eq!(place.run(&["watch", &run]).0, 0);
    let (code, again, _) = place.run(&["approve", &run, "--key", "yes", "--reason", "looks good"]);
    assert_eq!((code, again), (0, out), "the same key is answered like the first time");
    assert_eq!(second.signal(rustix::process::Signal::TERM), 0);
    let (_, out, _) = place.run(&["debug", "journal", &run]);
    assert!(out.contains("looks good"), "{out}");
}

#[test]
fn an_interrupted_run_stays_resumable() {
    let place = Place::new();
    let mut child = place.command(&["run", "asked.json"]);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut hosting = Serving(child);
    hosting.until("waiting for a person");
    assert_eq!(hosting.signal(rustix::process::Signal::INT), 21);
    let said: Vec<String> = BufReader::new(hosting.0.stderr.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(said.concat().contains("goes on with `deployd serve`"), "{said:?}");
    let _serving = place.serve();
    assert_eq!(place.run(&["abort", "--reason", "enough"]).0, 0);
    assert_eq!(place.run(&["watch", "latest"]).0, 22);
}

#[test]
fn a_killed_run_goes_on_when_it_is_started_again_with_its_key() {
    let place = Place::new();
    let start = || {
        let child = place.command(&["run", "asked.json", "--key", "k"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut hosting = Serving(child);
        hosting.until("waiting for a person");
        hosting
    };
    let mut first = start();
    let run = place.json(&["status"])["runs"][0]["run"].clone();
    let (_, out, _) = place.run(&["status"]);
    assert!(out.contains(&format!("run {} waits for a person", run.as_str().unwrap())), "{out}");
    first.signal(rustix::process::Signal::KILL);
    first.0.wait().unwrap();
    let (_, out, _) = place.run(&["status"]);
    assert!(out.contains("no runtime is there, so what is in flight stands still"), "{out}");
    let (code, out, _) = place.run(&["doctor"]);
    assert!(code == 1 && out.contains("has not ended, and no runtime is there to carry it on"), "{out}");
    let mut second = start();
    assert_eq!(place.json(&["status"])["runs"][0]["run"], run);
    assert_eq!(place.run(&["approve"]).0, 0);
    second.until("release completed");
    assert_eq!(second.0.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_done_says_why() {
    let place = Place::new();
    std::fs::write(place.path().join("edited.json"), {
        let text = String::from_utf8(plan(false).to_bytes()).unwrap();
        text.replace("/bin/true", "/bin/false")
    })
    .unwrap();
    let long = format!("/tmp/{}", "x".repeat(110));
    for (arguments, code, words) in [
        (&["status"][..], 3, "there is no state in"),
        (&["watch"], 3, "there is no state in"),
        (&["run", "quick.json", "--detach"], 3, "start it with `deployd serve`"),
        (&["run", "missing.json"], 2, "cannot read missing.json"),
        (&["run", "edited.json"], 1, "the plan was changed after it was built"),
        (&["run", "quick.json", "--set", "image=latest"], 2, "`latest` is not a digest"),
        (&["run", "quick.json", "--set", "image=file:nowhere"], 2, "--set image=file:nowhere"),
        (&["run", "quick.json", "--set", "a=1", "--set", "a=2"], 2, "`a` is set twice"),
        (&["run", "quick.json", "--root", "quick.json"], 2, "not a directory"),
        (&["run", "quick.json", "--state", &long], 2, "takes at most 107; give a shorter state directory with --state"),
        (&["frobnicate"], 2, "unrecognized subcommand"),
    ] {
        let (found, _, err) = place.run(arguments);
        assert_eq!(found, code, "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
    }
    let error = place.json(&["run", "edited.json"]);
    assert_eq!((&error["error"]["exit"], &error["error"]["code"]), (&json!(1), &json!("refused")));
}

#[test]
fn a_doctor_without_a_directory_asks_for_no_permissions() {
    let place = Place::new();
    let health = place.json(&["doctor"]);
    let checks: Vec<_> = health["findings"].as_array().unwrap().iter().map(|finding| &finding["check"]).collect();
    assert_eq!(checks, [&json!("state")], "{health}");
}

#[test]
fn help_does_nothing_else() {
    let place = Place::new();
    for arguments in [&["--help"][..], &["run", "--help"], &["serve", "--help"]] {
        let (code, out, _) = place.run(arguments);
        assert!(code == 0 && out.contains("Examples:"));
    }
    assert!(!place.path().join("my state").exists());
}
