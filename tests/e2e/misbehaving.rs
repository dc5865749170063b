//! What is run and served misbehaves: the runtime keeps within its bounds, and other runs and the commands do not notice.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;

use super::acting::Acting;
use super::shop::Shop;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

/// A gibibyte.
const GIB: u64 = 1 << 30;
/// The most memory that the runtime may ever take while a program floods it, in KiB.
const PEAK_KIB_MAX: u64 = 128 << 10;
/// The most that the state directory may hold after it, in bytes.
const STATE_MAX: u64 = 16 << 20;

/// One run hangs, the other is healthy, and the commands answer.
#[test]
fn a_run_that_hangs_does_not_keep_others_waiting() {
    for hangs in ["until=over", "print=100000000 until=over", "effect until=over"] {
        let acting = Acting::new();
        acting.ledger.tell("flood", &[hangs]);
        let _runtime = acting.serve();
        let poisoned = acting.submit("flooding");
        acting.ledger.until_asked(1);
        let healthy = acting.submit("noting");
        acting.finish(&healthy).with_code(0);
        acting.shop.site.run("deployd", &["status"]).with_code(0).saying(&poisoned);
        acting.ledger.release("over");
        acting.finish(&poisoned).with_code(0);
    }
}

/// A service misbehaves, another run is healthy; then nothing of the service is left.
#[test]
fn a_service_that_never_serves_does_not_keep_others_waiting() {
    for body in [
        "exec sleep 1000",
        "trap '' TERM; while :; do sleep 0.1; done",
        "exec yes",
        "exit 1",
        "while :; do (setsid sleep 1000 > /dev/null 2>&1 &); sleep 0.2; done",
    ] {
        let acting = Acting::new();
        script(&acting.shop.artifact("stall"), body);
        let _runtime = acting.serve();
        let poisoned = acting.submit_with("serving", &["--set", "image=file:releases/stall"]);
        until_true("it is started", || !acting.shop.processes("supervise").is_empty());
        let healthy = acting.submit("noting");
        acting.finish(&healthy).with_code(0);
        acting.finish(&poisoned).with_code(20).saying("stall");
        until_true(&format!("nothing is left of: {body}"), || left(&acting.shop) == 0);
    }
}

/// The processes of the site beside the runtime itself.
fn left(shop: &Shop) -> usize {
    crate::harness::processes::of(&shop.site.state()).len()
}

fn script(path: &Path, body: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{body}\n")).expect("the site is ours");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("the site is ours");
}

#[test]
fn a_gibibyte_of_output_takes_neither_memory_nor_disk() {
    let acting = Acting::new();
    acting.ledger.tell("flood", &[&format!("print={GIB} exit=3")]);
    let runtime = acting.serve();
    let run = acting.submit("flooding");
    acting.finish(&run).with_code(1).saying("exit code 3");
    let peak = peak_kib(runtime.pid());
    assert!(peak < PEAK_KIB_MAX, "the runtime took {peak} KiB");
    let kept = size(&acting.shop.site.state());
    assert!(kept < STATE_MAX, "the state directory holds {kept} bytes");
    let message = acting.shop.journal(&run).iter().map(ToString::to_string).max_by_key(String::len);
    assert!(message.is_some_and(|record| record.len() < 100_000), "a record holds the flood");
}

/// The most memory that a process ever held, in KiB.
fn peak_kib(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
    line.trim().trim_end_matches("kB").trim().parse().expect("it is a number")
}

/// The bytes in a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.metadata().map_or(0, |facts| if facts.is_dir() { size(&entry.path()) } else { facts.len() }))
        .sum()
}

#[test]
fn what_a_program_writes_does_not_reach_the_terminal_as_it_is() {
    let acting = Acting::new();
    let body = "printf 'a\\033]0;owned\\007\\033[2J\\000\\377b\\r\\n'; exit 3";
    script(&acting.shop.site.project().join("script"), body);
    let _runtime = acting.serve();
    let run = acting.submit("scripting");
    let said = acting.finish(&run).with_code(1).saying("owned");
    let shown = [said.out, said.err, acting.shop.site.run("deployd", &["history"]).out];
    for text in shown {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
}

#[test]
fn a_service_that_freezes_under_traffic_is_rolled_back() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _runtime = shop.serve();
    let load = shop.load();
    let before: Vec<i32> = services(&shop);
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    let frozen: Vec<i32> = services(&shop).into_iter().filter(|pid| !before.contains(pid)).collect();
    assert_eq!(frozen.len(), 1, "one instance of v2 was started beside {before:?}");
    signal(frozen[0], Signal::STOP);
    shop.finish(&run).with_code(20);
    assert!(shop.answer().contains("v1"));
    until_true("the frozen instance is gone", || !services(&shop).contains(&frozen[0]));
    drop(load);
}

/// The processes of the service itself.
fn services(shop: &Shop) -> Vec<i32> {
    let artifacts = shop.site.state().join("artifacts");
    let all = crate::harness::processes::of(&artifacts);
    all.into_iter().map(|process| process.pid).collect()
}
