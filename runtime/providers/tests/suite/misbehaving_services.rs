//! Services that fork, flood, freeze or answer without end: their supervisor keeps within its bounds, and nothing of
//! them outlives it.

use std::path::PathBuf;

use machine::ports::provider::{Outcome, Outputs};
use serde_json::{Value, json};

use crate::harness::{World, failure, instances, kill, pid, runs, status, until};
use crate::server::{SERVE, serving};

fn quiet(ready_within: u64) -> Value {
    json!({"ready": {"case": "none_needed"}, "ready_within": ready_within, "drain": 0, "stop_within": 300})
}

/// Starts a process that left its session, was orphaned and holds none of its streams, and notes its pid.
fn daemon(file: &str) -> String {
    format!("(setsid sh -c 'echo $$ > \"{file}\"; exec sleep 1000' < /dev/null > /dev/null 2>&1 &)")
}

async fn noted(path: &PathBuf) -> i32 {
    until("the pid is noted", || std::fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n'))).await;
    std::fs::read_to_string(path).unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn a_service_that_goes_into_the_background_leaves_nothing_there() {
    let world = World::new();
    let file = world.root().join("daemon");
    let body = format!(
        "{}; while ! test -s '{1}'; do sleep 0.01; done; exit 0",
        daemon(&file.display().to_string()),
        file.display()
    );
    let release = world.release(&body, quiet(20_000));
    let message = failure(world.provider("process").perform(world.ensure(&release, 1)).await);
    assert!(message.contains("a service must stay in the foreground"), "{message}");
    let daemon = noted(&file).await;
    assert!(!runs(daemon));
}

#[tokio::test]
async fn what_a_dead_service_left_behind_ends_before_it_starts_again() {
    let world = World::new();
    let file = world.root().join("daemon");
    let body = format!("test -e '{0}' || {1}; exec sleep 1000", file.display(), daemon(&file.display().to_string()));
    let release = world.release(&body, quiet(20_000));
    instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let (folder, daemon) = (world.instance(&release, 1), noted(&file).await);
    assert!(runs(daemon));
    kill(pid(&folder, "child"), "KILL");
    until("it is started again", || status(&folder).is_some_and(|s| s["restarts"] == 1 && !s["child"].is_null())).await;
    assert!(!runs(daemon));
    assert_eq!(world.provider("process").perform(world.stop(&release, 0)).await, Outcome::Done(Outputs::None));
}

#[tokio::test]
async fn a_storm_of_orphans_is_buried() {
    let world = World::new();
    let body = "i=0; while test $i -lt 300; do (true &); i=$((i+1)); done; echo over; exec sleep 1000";
    let release = world.release(body, quiet(20_000));
    instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let supervisor = pid(&folder, "supervisor");
    let over = || std::fs::read_to_string(folder.join("output.log")).is_ok_and(|text| text.contains("over"));
    until("the storm is over", over).await;
    until("the dead are buried", || dead_children(supervisor) == 0).await;
    assert_eq!(status(&folder).unwrap()["restarts"], 0);
}

fn dead_children(parent: i32) -> usize {
    let stats = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|e| std::fs::read_to_string(e.path().join("stat")).ok());
    stats.filter(|stat| stat[stat.rfind(')').unwrap()..].starts_with(&format!(") Z {parent} "))).count()
}

#[tokio::test]
async fn a_flood_of_output_stays_within_the_logs() {
    let world = World::new();
    let body = "yes 'a line of nothing in particular, again and again' | head -c 200000000; echo over; exec sleep 1000";
    let release = world.release(body, quiet(20_000));
    instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let log = folder.join("output.log");
    until("the flood is over", || std::fs::read(&log).is_ok_and(|text| text.ends_with(b"over\n"))).await;
    let logs = ["output.log", "output.log.1", "output.log.2", "output.log.3"].map(|name| folder.join(name));
    let size: u64 = logs.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    assert!(size <= 3 * (10 << 20), "{size} bytes are kept");
    let peak = peak_kib(pid(&folder, "supervisor"));
    assert!(peak < 64 << 10, "the supervisor took {peak} KiB");
}

/// The most memory that a process ever held, in KiB.
fn peak_kib(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[tokio::test]
async fn an_answer_that_never_ends_is_not_waited_for() {
    let world = World::new();
    let release = world.release(SERVE, serving("endless"));
    assert_eq!(instances(world.provider("process").perform(world.ensure(&release, 1)).await).len(), 1);
    for answer in ["hang", "drip"] {
        let mut how = serving(answer);
        how["ready_within"] = json!(1000);
        let release = world.release(&format!(": {answer}; {SERVE}"), how);
        let message = failure(world.provider("process").perform(world.ensure(&release, 1)).await);
        assert!(message.contains("never got ready: GET /ready on 127.0.0.1:"), "{message}");
        assert!(!world.instance(&release, 1).exists());
    }
}

#[tokio::test]
async fn what_is_frozen_is_stopped_all_the_same() {
    let world = World::new();
    let provider = world.provider("process");
    for frozen in [&["child"][..], &["child", "supervisor"]] {
        let release = world.release("exec sleep 1000", quiet(20_000));
        instances(provider.perform(world.ensure(&release, 1)).await);
        let folder = world.instance(&release, 1);
        let pids: Vec<i32> = frozen.iter().map(|process| pid(&folder, process)).collect();
        pids.iter().for_each(|pid| kill(*pid, "STOP"));
        assert_eq!(provider.perform(world.stop(&release, 0)).await, Outcome::Done(Outputs::None));
        assert!(pids.iter().all(|pid| !runs(*pid)), "{frozen:?}");
    }
}
