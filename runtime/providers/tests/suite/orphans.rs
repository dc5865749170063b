//! Actions whose runtime is gone: they are left their time, their note proves how they ended, and none of them acts
//! after its end was told.

use std::path::PathBuf;
use std::process::Command;

use machine::ports::provider::{Outcome, Outputs, Request};
use providers::supervisor::Identity;
use serde_json::json;

use crate::exec::{act, sh};
use crate::harness::{World, runs, until};

/// Starts an action and forgets it, as a runtime that is killed does; its pid, which it writes into `pid`.
async fn orphan(world: &World, request: &Request) -> i32 {
    let provider = world.provider("exec");
    let file = world.root().join("pid");
    let mut performed = provider.perform(request.clone());
    tokio::select! {
        outcome = &mut performed => panic!("ended: {outcome:?}"),
        () = until("it runs", || std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n'))) => {}
    }
    // Dropped, it would be ended; nobody drops what a killed process held.
    std::mem::forget(performed);
    std::fs::read_to_string(file).unwrap().trim().parse().unwrap()
}

fn request(world: &World, body: &str, within_ms: u64) -> Request {
    let mut config = sh(&format!("echo $$ > pid; {body}"));
    config["within"] = json!(within_ms);
    act(world, config)
}

fn folder(world: &World) -> PathBuf {
    world.state().join("actions").join(plan::Digest::of(b"run/node").short())
}

/// Kills the attendant of the action, as somebody who kills everything of the runtime does.
fn kill_attendant(world: &World) {
    let attendant: Identity = serde_json::from_slice(&std::fs::read(folder(world).join("lock")).unwrap()).unwrap();
    let killed = Command::new("kill").args(["-9", &attendant.pid.to_string()]).status().unwrap();
    assert!(killed.success());
}

fn unknown(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unknown { message } => message,
        other => panic!("not unknown: {other:?}"),
    }
}

#[tokio::test]
async fn the_true_end_of_an_orphan_is_told() {
    let wait = "while ! test -e go; do sleep 0.01; done; echo paid";
    let done = Outcome::Done(Outputs::Value(json!({"output": "paid\n"})));
    let message = "action warm_caches: exit code 3; its last lines: paid".to_owned();
    let failed = Outcome::Failed { retryable: true, message };
    let message = "action warm_caches was killed by signal 9; its last lines: paid".to_owned();
    let lost = Outcome::Unknown { message };
    for (end, expected) in [("exit 0", done), ("exit 3", failed), ("kill -9 $$", lost)] {
        let world = World::new();
        let request = request(&world, &format!("{wait}; {end}"), 20_000);
        let pid = orphan(&world, &request).await;
        let provider = world.provider("exec");
        let settled = provider.settle(request);
        tokio::pin!(settled);
        assert!(runs(pid), "it was ended before its time was over");
        std::fs::write(world.root().join("go"), "").unwrap();
        assert_eq!(settled.await, expected, "{end}");
    }
}

#[tokio::test]
async fn what_an_action_did_is_known_until_it_is_written_down() {
    let world = World::new();
    let provider = world.provider("exec");
    let request = request(&world, "echo paid", 20_000);
    let done = provider.perform(request.clone()).await;
    assert_eq!(done, Outcome::Done(Outputs::Value(json!({"output": "paid\n"}))));
    let later = Request { epoch: 2, ..request.clone() };
    assert_eq!(provider.settle(later.clone()).await, done);
    let other = Request { attempt: 2, ..later.clone() };
    assert!(unknown(provider.settle(other).await).contains("nothing proves how it ended"));
    assert_eq!(provider.settle(later.clone()).await, done);
    provider.forget(&request.key, 1);
    assert!(unknown(provider.settle(later).await).contains("nothing of it runs any more, and nothing proves"));
}

#[tokio::test]
async fn an_orphan_is_ended_when_its_time_is_over() {
    let world = World::new();
    let escape = "setsid sh -c 'echo $$ > escaped; exec sleep 1000' < /dev/null > /dev/null 2>&1 &";
    let request = request(&world, &format!("{escape} while ! test -s escaped; do sleep 0.01; done; sleep 1000"), 1_000);
    let pid = orphan(&world, &request).await;
    let message = unknown(world.provider("exec").settle(request).await);
    assert!(message.contains("stopped after 1 s"), "{message}");
    let escaped: i32 = std::fs::read_to_string(world.root().join("escaped")).unwrap().trim().parse().unwrap();
    assert!(!runs(pid) && !runs(escaped));
}

#[tokio::test]
async fn an_orphan_without_its_attendant_is_left_its_time_too() {
    let world = World::new();
    let escape = "setsid sh -c 'echo $$ > escaped; exec sleep 1000' < /dev/null > /dev/null 2>&1 &";
    let request = request(&world, &format!("{escape} while ! test -s escaped; do sleep 0.01; done; sleep 1000"), 1_500);
    let pid = orphan(&world, &request).await;
    kill_attendant(&world);
    assert!(runs(pid));
    let message = unknown(world.provider("exec").settle(request).await);
    assert!(message.contains("still ran when its time was over"), "{message}");
    let escaped: i32 = std::fs::read_to_string(world.root().join("escaped")).unwrap().trim().parse().unwrap();
    assert!(!runs(pid) && !runs(escaped));
}

#[tokio::test]
async fn an_end_that_nobody_noted_is_not_guessed() {
    let world = World::new();
    let request = request(&world, "while ! test -e go; do sleep 0.01; done", 20_000);
    orphan(&world, &request).await;
    kill_attendant(&world);
    std::fs::write(world.root().join("go"), "").unwrap();
    let message = unknown(world.provider("exec").settle(request).await);
    assert!(message.contains("nothing of it runs any more, and nothing proves how it ended"), "{message}");
}

#[tokio::test]
async fn a_torn_note_proves_nothing() {
    let world = World::new();
    let provider = world.provider("exec");
    let request = request(&world, "echo paid", 20_000);
    provider.perform(request.clone()).await;
    let note = folder(&world).join("end.json");
    let whole = std::fs::read(&note).unwrap();
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&note, &whole[..cut]).unwrap();
        let message = unknown(provider.settle(request.clone()).await);
        assert!(message.contains("cannot be read") && message.contains("end.json"), "{message}");
    }
}

#[tokio::test]
async fn what_is_at_work_for_one_run_ends_and_no_other() {
    let world = World::new();
    let mine = request(&world, "exec sleep 1000", 20_000);
    let pid = orphan(&world, &mine).await;
    let provider = world.provider("exec");
    provider.end("another".to_owned()).await.unwrap();
    assert!(runs(pid));
    provider.end("run".to_owned()).await.unwrap();
    assert!(!runs(pid));
    assert!(unknown(provider.settle(mine).await).contains("was ended, because nobody waited for its answer"));
}

#[tokio::test]
async fn an_attendant_whose_task_was_taken_back_does_nothing() {
    let world = World::new();
    let request = request(&world, "echo paid", 20_000);
    let provider = world.provider("exec");
    provider.perform(request).await;
    let before = std::fs::read(folder(&world).join("end.json")).unwrap();
    std::fs::remove_file(world.root().join("pid")).unwrap();
    let late = Command::new(env!("CARGO_BIN_EXE_supervise"))
        .args(["internal", "attend", "--folder"])
        .arg(folder(&world))
        .args(["--token", "another"])
        .status()
        .unwrap();
    assert!(late.success());
    assert!(!world.root().join("pid").exists());
    assert_eq!(std::fs::read(folder(&world).join("end.json")).unwrap(), before);
}
