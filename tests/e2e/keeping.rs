//! What is kept is kept well: audits, backups, retention, and the doctor that finds what is not.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::witness::traffic::total;

use super::shop::Shop;
use crate::harness::command::Said;
use crate::harness::wait::until_true;

const GOOD: &[&str] = &["--errors", "0.2%"];

fn deployd(shop: &Shop, arguments: &[&str]) -> Said {
    shop.site.run("deployd", arguments)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("paths of the tests are UTF-8")
}

/// What the doctor finds, as `check: what` lines; nothing when it ends with 0.
#[track_caller]
fn findings(shop: &Shop, state: &Path) -> Vec<String> {
    let said = deployd(shop, &["doctor", "--format", "json", "--state", path(state)]);
    let health = said.json();
    let found: Vec<String> = health["findings"]
        .as_array()
        .expect("findings are a list")
        .iter()
        .map(|finding| {
            assert!(finding["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{finding}");
            format!("{}: {}", finding["check"].as_str().unwrap_or("?"), finding["what"].as_str().unwrap_or("?"))
        })
        .collect();
    said.with_code(i32::from(!found.is_empty()));
    found
}

#[track_caller]
fn finds(shop: &Shop, expected: &str) {
    let found = findings(shop, &shop.site.state());
    assert!(found.iter().any(|line| line.contains(expected)), "nothing says {expected:?} in\n{}", found.join("\n"));
}

fn audit_holds(shop: &Shop, state: &Path) -> Value {
    deployd(shop, &["audit", "verify", "--format", "json", "--state", path(state)]).with_code(0).json()
}

/// Moves the state away, as somebody does whose disk has lost it; what runs goes on.
fn lose_the_state(state: &Path) {
    let away = state.with_extension("lost");
    fs::create_dir(&away).expect("the site is ours");
    for name in ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
        if state.join(name).exists() {
            fs::rename(state.join(name), away.join(name)).expect("the site is ours");
        }
    }
}

#[test]
fn a_backup_under_load_comes_back_and_waits_for_a_person() {
    let shop = Shop::serving_v1();
    shop.pack("v2", GOOD);
    let runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    let backup = shop.site.folder().join("monday");
    let made = deployd(&shop, &["backup", path(&backup), "--format", "json"]).with_code(0).json();
    assert_eq!(made["in_flight"][0], run.as_str());
    deployd(&shop, &["backup", path(&backup)]).with_code(2).saying("is there already");
    runtime.kill();
    let records = shop.journal(&run).len();

    let state = shop.site.state();
    deployd(&shop, &["restore", path(&backup)]).with_code(1).saying("is not written over");
    lose_the_state(&state);
    let restored = deployd(&shop, &["restore", path(&backup), "--format", "json"]).with_code(0).json();
    assert_eq!(restored["waiting"][0], run.as_str());
    audit_holds(&shop, &state);

    let runtime = shop.serve();
    finds(&shop, &format!("run {run} was under way in the backup"));
    let before = shop.journal(&run).len();
    assert!(before <= records);
    deployd(&shop, &["resume", &run]).with_code(1).saying("--reason");
    // Its lock is kept: nobody else rolls out meanwhile.
    shop.pack("v3", GOOD);
    shop.run("release", "v3").with_code(3).saying(&run);
    load.more(500);
    assert_eq!(shop.journal(&run).len(), before, "nothing was done by itself");

    deployd(&shop, &["resume", &run, "--reason", "it stands where it stood"]).with_code(0);
    shop.finish(&run).with_code(0);
    drop(runtime);
    audit_holds(&shop, &state);
    let report = deployd(&shop, &["audit", "report", &run]).with_code(0);
    report.saying("it stands where it stood").saying("the chain of hashes holds");
    assert_eq!(findings(&shop, &state), Vec::<String>::new());
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed meanwhile");
}

#[test]
fn what_only_a_backup_says_is_looked_after_once_somebody_vouches_for_it() {
    let shop = Shop::serving_v1();
    let (state, backup) = (shop.site.state(), shop.site.folder().join("b"));
    deployd(&shop, &["backup", path(&backup)]).with_code(0);
    lose_the_state(&state);
    deployd(&shop, &["restore", path(&backup)]).with_code(0).saying("doctor");
    let runtime = shop.serve();
    let run = shop.newest();
    assert_eq!(
        findings(&shop, &state),
        ["left_alone: only a backup says what runs of `shop` in `local`, so nobody looks after it"]
    );
    let resume = || deployd(&shop, &["resume", &run, "--reason", "v1 it is", "--key", "k"]).with_code(0).out;
    let answer = resume();
    assert!(answer.contains("looked after"), "{answer}");
    let records = shop.journal(&run).len();
    assert_eq!(resume(), answer, "said twice, done once");
    assert_eq!(shop.journal(&run).len(), records);
    assert_eq!(findings(&shop, &state), Vec::<String>::new());
    audit_holds(&shop, &state);
    drop(runtime);
    // An epoch above the one that the proxy has seen: the next run is heard.
    shop.pack("v2", GOOD);
    shop.run("install", "v2").with_code(0);
    assert!(shop.answer().contains("v2"));
}

#[test]
fn a_backup_that_was_touched_is_refused_whole() {
    let shop = Shop::serving_v1();
    let backup = shop.site.folder().join("b");
    deployd(&shop, &["backup", path(&backup)]).with_code(0);
    let elsewhere = shop.site.folder().join("elsewhere");
    let restore = || deployd(&shop, &["restore", path(&backup), "--state", path(&elsewhere)]);
    let artifact = fs::read_dir(backup.join("artifacts/sha256")).expect("it has artifacts").flatten().next();
    let artifact = artifact.expect("v1 is running").path();
    for file in [backup.join("state.sqlite"), artifact, backup.join("manifest.json")] {
        let whole = fs::read(&file).expect("the backup is ours");
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the backup is ours");
        fs::write(&file, changed).expect("the backup is ours");
        restore().with_code(1);
        assert!(!elsewhere.join("state.sqlite").exists(), "{} was touched", file.display());
        fs::write(&file, whole).expect("the backup is ours");
    }
    restore().with_code(0);
    audit_holds(&shop, &elsewhere);
    assert_eq!(fs::metadata(&elsewhere).expect("it is there").permissions().mode() & 0o777, 0o700);
}

#[test]
fn pruning_keeps_anchors_and_what_runs() {
    let shop = Shop::serving_v1();
    for version in ["v2", "v3"] {
        shop.pack(version, GOOD);
        shop.run("install", version).with_code(0);
    }
    let export = shop.site.folder().join("export.ndjson");
    deployd(&shop, &["audit", "export", "--output", path(&export)]).with_code(0);
    let state = shop.site.state();
    let before = audit_holds(&shop, &state);
    deployd(&shop, &["prune", "--older-than", "1h"]).with_code(0).saying("0 runs");
    let would = deployd(&shop, &["prune", "--older-than", "0s", "--dry-run", "--format", "json"]).with_code(0).json();
    assert_eq!(would["runs"].as_array().map(Vec::len), Some(2), "not the one that made what runs: {would}");
    assert_eq!(audit_holds(&shop, &state), before);

    let runtime = shop.serve();
    let gone = deployd(&shop, &["prune", "--older-than", "0s", "--format", "json"]).with_code(0).json();
    assert_eq!(gone["runs"], would["runs"], "through the runtime that listens");
    drop(runtime);
    let again = deployd(&shop, &["prune", "--older-than", "0s", "--format", "json"]).with_code(0).json();
    assert_eq!(again["runs"].as_array().map(Vec::len), Some(0));
    let after = audit_holds(&shop, &state);
    assert_eq!((&after["anchors"], &after["head"]), (&before["anchors"], &before["head"]));
    assert_eq!((after["pruned"].as_u64(), after["runs"].as_u64()), (Some(2), Some(1)));
    deployd(&shop, &["audit", "verify", "--against", path(&export)]).with_code(0).saying("everything fits");
    assert_eq!(findings(&shop, &state), Vec::<String>::new());
    assert!(shop.answer().contains("v3"));
    shop.run("install", "v2").with_code(0);
}

#[test]
fn old_artifacts_go_and_needed_ones_stay() {
    let shop = Shop::serving_v1();
    shop.pack("v2", GOOD);
    shop.run("install", "v2").with_code(0);
    let store = shop.site.state().join("artifacts/sha256");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    let kept: Vec<PathBuf> = fs::read_dir(&store).expect("it is there").flatten().map(|entry| entry.path()).collect();
    assert_eq!(kept.len(), 2);
    for artifact in &kept {
        fs::File::open(artifact).and_then(|file| file.set_modified(long_ago)).expect("the store is ours");
    }
    // The run of v2 still knows v1 as the release it came from, so both are needed until v2 itself is old.
    let gone = deployd(&shop, &["prune", "--older-than", "0s", "--format", "json"]).with_code(0).json();
    assert_eq!(gone["artifacts"].as_array().map(Vec::len), Some(0), "{gone}");
    shop.pack("v3", GOOD);
    shop.run("install", "v3").with_code(0);
    let gone = deployd(&shop, &["prune", "--older-than", "0s", "--format", "json"]).with_code(0).json();
    assert_eq!(gone["artifacts"].as_array().map(Vec::len), Some(1), "{gone}");
    assert_eq!(fs::read_dir(&store).expect("it is there").count(), 2);
    assert_eq!(findings(&shop, &shop.site.state()), Vec::<String>::new());
}

#[test]
fn an_export_misses_what_was_cut_off() {
    let shop = Shop::serving_v1();
    let export = shop.site.folder().join("export.ndjson");
    let first = shop.site.folder().join("first");
    deployd(&shop, &["backup", path(&first)]).with_code(0);
    shop.pack("v2", GOOD);
    shop.run("install", "v2").with_code(0);
    let run = shop.newest();
    deployd(&shop, &["audit", "export", "--output", path(&export)]).with_code(0);
    deployd(&shop, &["audit", "export", "--output", path(&export)]).with_code(2);
    deployd(&shop, &["audit", "verify", &run, "--against", path(&export)]).with_code(0);
    // An older state, whole in itself: what was recorded since is cut off.
    let state = shop.site.state();
    lose_the_state(&state);
    deployd(&shop, &["restore", path(&first)]).with_code(0);
    audit_holds(&shop, &state);
    let said = deployd(&shop, &["audit", "verify", "--against", path(&export)]).with_code(1);
    said.saying("anchor 2").saying("was exported and is gone").saying(&run);
    let cut = fs::read_to_string(&export).expect("it is text");
    fs::write(&export, &cut[..cut.len() / 2]).expect("the export is ours");
    deployd(&shop, &["audit", "verify", "--against", path(&export)]).with_code(1).saying("of the export");
}

#[test]
fn the_doctor_finds_each_fault_and_nothing_else() {
    let shop = Shop::serving_v1();
    let state = shop.site.state();
    assert_eq!(findings(&shop, &state), Vec::<String>::new(), "a state at rest");
    let runtime = shop.serve();
    let load = shop.load();
    assert_eq!(findings(&shop, &state), Vec::<String>::new(), "a state under a runtime and under load");
    shop.pack("v2", GOOD);
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    assert_eq!(findings(&shop, &state), Vec::<String>::new(), "a state with a run under way");
    deployd(&shop, &["abort", &run, "--reason", "seen enough"]).with_code(0);
    shop.finish(&run).with_code(22);
    assert_eq!(findings(&shop, &state), Vec::<String>::new(), "a state after a way back");
    drop(runtime);
    drop(load);

    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).expect("the state is ours");
    finds(&shop, "permissions: others than its owner may use");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).expect("the state is ours");

    let stray = state.join("instances/local/shop/r-0123456789ab/1");
    fs::create_dir_all(&stray).expect("the state is ours");
    finds(&shop, "stray: instance 1 of shop r-0123456789ab");
    fs::remove_dir_all(stray.parent().expect("it has one")).expect("the state is ours");

    let supervisors = shop.processes("supervise");
    let of_the_shop =
        supervisors.iter().find(|process| process.command.iter().any(|part| part.contains("/instances/")));
    let supervisor = of_the_shop.expect("v1 runs under a supervisor").pid;
    of_the_shop.expect("it does").kill();
    until_true("the supervisor is dead", || {
        shop.processes("supervise").iter().all(|process| process.pid != supervisor)
    });
    finds(&shop, "supervisor: the supervisor of instance 1 of shop");
    crate::harness::processes::of(&state.join("artifacts")).iter().for_each(crate::harness::processes::Process::kill);
    until_true("the instance is dead", || {
        findings(&shop, &state).iter().any(|line| line.starts_with("instances: 0 of 1 instances of `shop`"))
    });

    answering_another_protocol(&state);
    finds(&shop, "protocol");

    let artifacts = state.join("artifacts");
    fs::rename(&artifacts, state.join("moved")).expect("the state is ours");
    finds(&shop, "artifact: the artifact sha256:");
    fs::rename(state.join("moved"), &artifacts).expect("the state is ours");

    let database = state.join("state.sqlite");
    let whole = fs::read(&database).expect("the state is ours");
    fs::write(&database, b"this is no database".repeat(400)).expect("the state is ours");
    finds(&shop, "integrity: ");
    fs::write(&database, whole).expect("the state is ours");
    let nowhere = shop.site.folder().join("nowhere");
    let told = findings(&shop, &nowhere);
    assert!(told.iter().any(|line| line.starts_with("state: there is no")), "{told:?}");
    assert!(!nowhere.exists(), "looking makes nothing");
}

/// A proxy of a version to come, where the shop's own has been.
fn answering_another_protocol(state: &Path) {
    let proxies = fs::read_dir(state.join("proxies/local")).expect("there is a proxy").flatten().next();
    let socket = proxies.expect("there is one").path().join("control.sock");
    fs::remove_file(&socket).expect("the state is ours");
    let listener = UnixListener::bind(&socket).expect("the path is short");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let hello = r#"{"protocol":99,"oldest":98,"protocols":[99],"pid":1}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", hello.len());
            let _ = stream.write_all(format!("{head}{hello}").as_bytes());
        }
    });
}
