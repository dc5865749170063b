//! Actions: exit codes, time, output, secrets, and what is left of an attempt whose runtime was killed.

use machine::ports::provider::{Outcome, Outputs, Probe, Request, Task};
use serde_json::{Value, json};

use crate::harness::{World, failure, runs, until};

pub(crate) fn act(world: &World, config: Value) -> Request {
    world.request(Task::Act { action: "warm_caches".into(), config })
}

pub(crate) fn sh(body: &str) -> Value {
    json!({"command": ["/bin/sh", "-c", body], "within": 20000})
}

#[tokio::test]
async fn an_action_with_a_probe_is_idempotent() {
    let world = World::new();
    let mut config = sh("touch done; echo did it");
    config["probe"] = json!(["sh", "-c", "test -e done"]);
    let there = || world.root().join("done").exists();
    let provider = world.provider("exec");
    let request = act(&world, config);
    // A probe answers no output, so what it took is compared apart.
    assert_eq!(provider.probe(request.clone()).await, Probe::DidNot);
    let done = Outcome::Done(Outputs::Value(json!({"output": "did it\n"})));
    assert_eq!(provider.perform(request.clone()).await, done);
    assert!(there());
    assert_eq!(provider.probe(request).await, Probe::Took(Outputs::None));
}

#[tokio::test]
async fn the_environment_is_what_was_declared() {
    let world = World::new();
    let mut config = sh("echo $DEPLOYD_KEY $COLOUR $CARGO_MANIFEST_DIR; pwd");
    config["environment"] = json!({"COLOUR": "blue"});
    let outcome = world.provider("exec").perform(act(&world, config)).await;
    let root = world.root().canonicalize().unwrap();
    let expected = format!("run/node/1 blue\n{}\n", root.display());
    assert_eq!(outcome, Outcome::Done(Outputs::Value(json!({"output": expected}))));
}

#[tokio::test]
async fn a_failure_tells_its_last_lines_without_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    std::fs::write(world.root().join("token"), "hunter2-hunter2\n").unwrap();
    std::fs::set_permissions(world.root().join("token"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut config = sh("cat \"$TOKEN_FILE\" >&2; base64 < \"$TOKEN_FILE\"; exit 7");
    config["secrets"] = json!({"TOKEN": {"$secret": "file:token"}});
    let outcome = world.provider("exec").perform(act(&world, config)).await;
    assert!(matches!(outcome, Outcome::Failed { retryable: true, .. }));
    let message = failure(outcome);
    assert!(message.starts_with("action warm_caches: exit code 7; its last lines: [secret] | [secret]"), "{message}");
    let actions = || std::fs::read_dir(world.state().join("actions")).unwrap().map(|entry| entry.unwrap().path());
    for folder in actions() {
        assert!(!folder.join("secrets").exists(), "secrets were left behind");
    }
    world.provider("exec").forget("run/node/1", 1);
    assert_eq!(actions().count(), 0);
}

#[tokio::test]
async fn an_action_that_takes_too_long_is_stopped_with_all_it_started() {
    let world = World::new();
    let mut config = sh("sleep 1000 & echo $! > fork; echo waiting; sleep 1000");
    config["within"] = json!(500);
    let outcome = world.provider("exec").perform(act(&world, config)).await;
    // It may have taken effect before.
    let Outcome::Unknown { message } = outcome else { panic!("{outcome:?}") };
    assert!(message.contains("stopped after 0.5 s") && message.contains("waiting"), "{message}");
    let fork: i32 = std::fs::read_to_string(world.root().join("fork")).unwrap().trim().parse().unwrap();
    until("the fork is gone", || !runs(fork)).await;
}

#[tokio::test]
async fn too_much_output_is_cut_at_a_line() {
    let world = World::new();
    let mut config = sh("echo first line; echo second line; echo third line");
    config["output_max"] = json!(16);
    let outcome = world.provider("exec").perform(act(&world, config)).await;
    let expected = "first line\n[output beyond 16 bytes was discarded: 18 bytes]\n";
    assert_eq!(outcome, Outcome::Done(Outputs::Value(json!({"output": expected}))));
}

#[tokio::test]
async fn an_attempt_given_up_half_way_ends() {
    let world = World::new();
    let provider = world.provider("exec");
    let request = act(&world, sh("echo $$ > pid; exec sleep 1000"));
    let pid_file = world.root().join("pid");
    tokio::select! {
        outcome = provider.perform(request.clone()) => panic!("ended: {outcome:?}"),
        () = until("it runs", || std::fs::read_to_string(&pid_file).is_ok_and(|t| t.ends_with('\n'))) => {}
    }
    let pid: i32 = std::fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap();
    until("it is gone", || !runs(pid)).await;
}

#[tokio::test]
async fn what_cannot_start_is_found_before_the_first_effect() {
    let world = World::new();
    std::fs::write(world.root().join("plain"), "").unwrap();
    for (command, expected) in [
        (json!(["no-such-program"]), "no program `no-such-program` on PATH"),
        (json!(["./nothing"]), "nothing: No such file"),
        (json!(["./plain"]), "run `chmod +x` on it"),
        (json!([]), "`command` is empty"),
        (json!([{"$secret": "file:x"}]), "secrets belong into `secrets`"),
    ] {
        let message = world.provider("exec").preflight(act(&world, json!({"command": command}))).await.unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn a_probe_that_cannot_tell_says_why() {
    let world = World::new();
    for (probe, expected) in [
        (json!(null), "declares no probe"),
        (
            json!(["sh", "-c", "echo hm; exit 4"]),
            "exit code 4 (0 means it took effect, 1 that it did not); its last lines: hm",
        ),
    ] {
        let mut config = sh("true");
        config["probe"] = probe;
        let Probe::CannotTell(message) = world.provider("exec").probe(act(&world, config)).await else { panic!() };
        assert!(message.contains(expected), "{message}");
    }
}
