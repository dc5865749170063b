//! Actions that hang, die, fork, flood or cannot be started: each has a bounded end, and nothing of it goes on.

use std::os::unix::process::CommandExt;
use std::path::Path;

use machine::ports::provider::{Outcome, Outputs, Probe, Request};
use providers::supervisor::Identity;
use serde_json::{Value, json};

use crate::exec::{act, sh};
use crate::harness::{World, failure, runs, until};

/// Starts a process that has left its session and holds none of its streams, and notes its pid in a file.
fn escape(file: &str) -> String {
    format!("setsid sh -c 'echo $$ > {file}; exec sleep 1000' < /dev/null > /dev/null 2>&1 &")
}

/// Waits until a process has noted its pid.
async fn noted(world: &World, file: &str) -> i32 {
    let path = world.root().join(file);
    until("the pid is noted", || std::fs::read_to_string(&path).is_ok_and(|text| text.ends_with('\n'))).await;
    std::fs::read_to_string(&path).unwrap().trim().parse().unwrap()
}

#[track_caller]
fn unknown(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unknown { message } => message,
        other => panic!("not unknown: {other:?}"),
    }
}

#[tokio::test]
async fn what_left_its_group_ends_with_the_action() {
    let world = World::new();
    let wait = "while ! test -s escaped; do sleep 0.01; done";
    for end in ["exit 0", "exit 3", "kill -9 $$", "sleep 1000"] {
        let mut config = sh(&format!("rm -f escaped; {} {wait}; {end}", escape("escaped")));
        config["within"] = json!(3000);
        let outcome = world.provider("exec").perform(act(&world, config)).await;
        let escaped = noted(&world, "escaped").await;
        assert!(!runs(escaped), "{end}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_pipe_that_is_held_open_is_not_waited_for() {
    let world = World::new();
    let config = sh("setsid sleep 1000 & echo done");
    let outcome = world.provider("exec").perform(act(&world, config)).await;
    assert_eq!(outcome, Outcome::Done(Outputs::Value(json!({"output": "done\n"}))));
}

#[tokio::test]
async fn an_action_that_was_killed_gave_no_answer() {
    let world = World::new();
    let message = unknown(world.provider("exec").perform(act(&world, sh("echo paid; kill -9 $$"))).await);
    assert_eq!(message, "action warm_caches was killed by signal 9; its last lines: paid");
}

/// What a killed runtime leaves behind: a process that carries the action's mark, in a session of its own.
fn left_behind(world: &World, request: &Request) -> std::process::Child {
    let step = request.key.rsplit_once('/').unwrap().0;
    let folder = world.state().join("actions").join(plan::Digest::of(step.as_bytes()).short());
    std::process::Command::new("sleep").arg("1000").process_group(0).env("DEPLOYD_ACTION", folder).spawn().unwrap()
}

#[tokio::test]
async fn nothing_of_an_earlier_attempt_runs_beside_the_next_or_after_its_probe() {
    let world = World::new();
    let provider = world.provider("exec");
    let mut config = sh("true");
    config["probe"] = json!(["false"]);
    let first = act(&world, config);
    let second = Request { key: "run/node/2".into(), attempt: 2, ..first.clone() };
    let mut left = left_behind(&world, &first);
    assert!(matches!(provider.perform(second).await, Outcome::Done(_)));
    assert!(!runs(left.id().cast_signed()));
    left.wait().unwrap();
    let mut left = left_behind(&world, &first);
    assert_eq!(provider.probe(first).await, Probe::DidNot);
    assert!(!runs(left.id().cast_signed()));
    left.wait().unwrap();
}

#[tokio::test]
async fn the_noted_process_of_an_earlier_attempt_is_ended_though_it_lost_its_mark() {
    let world = World::new();
    let request = act(&world, sh("echo again"));
    let mut left = std::process::Command::new("sleep").arg("1000").process_group(0).spawn().unwrap();
    let identity = Identity::of(left.id()).unwrap();
    let folder = world.state().join("actions").join(plan::Digest::of(b"run/node").short());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("process.json"), serde_json::to_vec(&identity).unwrap()).unwrap();
    assert!(matches!(world.provider("exec").perform(request).await, Outcome::Done(_)));
    assert!(!identity.alive());
    left.wait().unwrap();
}

#[tokio::test]
async fn whatever_is_written_the_end_counts() {
    let world = World::new();
    for (body, output) in [
        ("printf '\\377\\000\\033[2Jx'", json!("\u{fffd}\u{0}\u{1b}[2Jx")),
        ("exec > /dev/null 2>&1; exit 0", json!("")),
        ("exec >&- 2>&-; sleep 0.1; exit 0", json!("")),
    ] {
        let outcome = world.provider("exec").perform(act(&world, sh(body))).await;
        assert_eq!(outcome, Outcome::Done(Outputs::Value(json!({ "output": output }))), "{body}");
    }
}

#[tokio::test]
async fn the_reason_is_quoted_after_a_flood() {
    let world = World::new();
    let config = sh("yes filler | head -n 400000; echo the reason; exit 4");
    let message = failure(world.provider("exec").perform(act(&world, config)).await);
    assert!(message.ends_with("filler | the reason") && message.len() < 3000, "{message}");
}

#[tokio::test]
async fn what_cannot_be_executed_never_ran() {
    let world = World::new();
    // The header of a program for a processor that is not this one (e_machine 0xF3 is RISC-V, 0x3E is x86-64).
    let machine = if cfg!(target_arch = "riscv64") { 0x3E } else { 0xF3 };
    let mut foreign = b"\x7fELF\x02\x01\x01".to_vec();
    foreign.resize(64, 0);
    foreign[16] = 2;
    foreign[18] = machine;
    executable(&world.root().join("foreign"), &foreign);
    executable(&world.root().join("homeless"), b"#!/no/such/interpreter\n");
    for (program, expected) in [("./foreign", "Exec format error"), ("./homeless", "No such file")] {
        let outcome = world.provider("exec").perform(act(&world, json!({"command": [program]}))).await;
        let Outcome::Failed { retryable: false, message } = outcome else { panic!("{outcome:?}") };
        assert!(message.contains("could not be started") && message.contains(expected), "{message}");
    }
}

fn executable(path: &Path, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_probe_that_misbehaves_cannot_tell() {
    let world = World::new();
    let value = |body: &str| -> Value { json!(["sh", "-c", body]) };
    for (probe, expected) in
        [(value("kill -9 $$"), "killed by signal 9"), (value("yes | head -c 9000000; exit 5"), "5")]
    {
        let mut config = sh("true");
        config["probe"] = probe;
        let Probe::CannotTell(message) = world.provider("exec").probe(act(&world, config)).await else { panic!() };
        assert!(message.contains(expected) && message.len() < 3000, "{message}");
    }
}
