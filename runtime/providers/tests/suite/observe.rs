//! What differs from what was left is named, and looking for it changes nothing.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{World, instances, kill, pid, runs, status, until};

const SLEEPER: &str = "exec sleep 1000";

fn quiet() -> Value {
    json!({"ready": {"case": "none_needed"}, "drain": 0, "stop_within": 2000})
}

/// Ends an instance and the supervisor that would start it again.
async fn end_both(folder: &Path) {
    let (child, supervisor) = (pid(folder, "child"), pid(folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    kill(child, "KILL");
    until("the instance is gone", || !runs(child)).await;
}

fn port(folder: &Path) -> u16 {
    let spec: Value = serde_json::from_slice(&std::fs::read(folder.join("spec.json")).unwrap()).unwrap();
    u16::try_from(spec["port"].as_u64().unwrap()).unwrap()
}

fn edit(folder: &Path, change: impl FnOnce(&mut Value)) {
    let mut written = status(folder).unwrap();
    change(&mut written);
    std::fs::write(folder.join("status.json"), written.to_string()).unwrap();
}

#[tokio::test]
async fn a_dead_instance_is_named_with_what_took_its_port() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 2)).await);
    let folder = world.instance(&release, 2);
    end_both(&folder).await;
    let port = port(&folder);
    let _stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();

    let seen = provider.observe(world.ensure(&release, 2)).await.unwrap().unwrap();
    let name = format!("shop {}: instance 2 died", release.id);
    assert!(seen.starts_with(&name), "{seen}");
    let holder = format!("its port {port} is held by a foreign process, pid {} (", std::process::id());
    assert!(seen.contains("its supervisor with it") && seen.contains(&holder), "{seen}");
    assert!(folder.exists(), "looking changes nothing");

    let mended = instances(provider.perform(world.ensure(&release, 2)).await);
    assert!(mended.iter().all(|instance| !instance.address.ends_with(&format!(":{port}"))), "{mended:?}");
    assert_eq!(provider.observe(world.ensure(&release, 2)).await, Ok(None));
}

#[tokio::test]
async fn a_recycled_pid_is_not_taken_for_the_instance() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    end_both(&folder).await;
    let me = std::process::id();
    edit(&folder, |written| written["child"]["pid"] = json!(me));

    let seen = provider.observe(world.ensure(&release, 1)).await.unwrap().unwrap();
    assert!(seen.contains(&format!("pid {me} is another process now")), "{seen}");
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_ne!(pid(&folder, "child"), i32::try_from(me).unwrap());
}

#[tokio::test]
async fn another_boot_leaves_nothing_that_runs() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    end_both(&folder).await;
    edit(&folder, |written| {
        for process in ["child", "supervisor"] {
            written[process]["boot"] = json!("an earlier one");
        }
    });
    assert!(provider.observe(world.ensure(&release, 1)).await.unwrap().unwrap().contains("died"));
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_eq!(provider.observe(world.ensure(&release, 1)).await, Ok(None));
}

#[tokio::test]
async fn an_orphan_is_named_and_given_a_supervisor() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    let seen = provider.observe(world.ensure(&release, 1)).await.unwrap().unwrap();
    assert!(seen.contains("instance 1 serves without its supervisor"), "{seen}");
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_eq!(pid(&folder, "child"), child, "the instance itself was not touched");
    assert_eq!(provider.observe(world.ensure(&release, 1)).await, Ok(None));
}

#[tokio::test]
async fn missing_instances_are_counted() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let seen = provider.observe(world.ensure(&release, 3)).await.unwrap().unwrap();
    assert!(seen.contains("1 of 3 instances are there"), "{seen}");
    let seen = provider.observe(world.stop(&release, 0)).await.unwrap().unwrap();
    assert!(seen.contains("1 instances are there, at most 0 should be"), "{seen}");
    assert_eq!(provider.observe(world.stop(&release, 1)).await, Ok(None));
}

#[tokio::test]
async fn what_its_supervisor_looks_after_is_reported_and_not_mended() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    for death in 1..=3 {
        kill(pid(&folder, "child"), "KILL");
        let again = || status(&folder).is_some_and(|s| s["restarts"] == death && !s["child"].is_null());
        until("it is started again", again).await;
    }
    let problem = provider.observe(world.ensure(&release, 1)).await.unwrap_err();
    assert!(problem.contains("instance 1 died 3 times within a minute: killed by signal 9"), "{problem}");
}

#[tokio::test]
async fn a_stopped_supervisor_is_named() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "STOP");
    let stat = || std::fs::read_to_string(format!("/proc/{supervisor}/stat")).unwrap();
    until("the supervisor is stopped", || stat().contains(") T ")).await;
    let problem = provider.observe(world.ensure(&release, 1)).await.unwrap_err();
    assert!(problem.contains(&format!("continue it with `kill -CONT {supervisor}`")), "{problem}");
    kill(child, "KILL");
    until("the instance is gone", || !runs(child)).await;
    let seen = provider.observe(world.ensure(&release, 1)).await.unwrap().unwrap();
    assert!(seen.contains("instance 1 died and has a supervisor") && seen.contains("that is stopped"), "{seen}");
}
