//! A client's key on every command that changes something: what is repeated is answered like the first time and done once,
//! whatever happened since; another request with the key is refused.

use std::path::{Path, PathBuf};
use std::process::Child;

use rustix::process::Signal;
use serde_json::Value;

use super::shop::{Runtime, Shop};
use crate::harness::command::Said;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

const GOOD: &[&str] = &["--errors", "0.2%"];

/// Every command, and whether it changes something, so that it takes a key.
const COMMANDS: &[(&str, bool)] = &[
    ("run", true),
    ("serve", false),
    ("status", false),
    ("watch", false),
    ("history", false),
    ("approve", true),
    ("reject", true),
    ("pause", true),
    ("resume", true),
    ("abort", true),
    ("rollback", true),
    ("retry", true),
    ("skip", true),
    ("extend", true),
    ("explain", false),
    ("lock steal", true),
    ("lock list", false),
    ("audit verify", false),
    ("audit export", false),
    ("audit report", false),
    ("backup", true),
    ("restore", true),
    ("rebuild service", true),
    ("rebuild run", true),
    ("prune", true),
    ("doctor", false),
    ("debug", false),
];

fn deployd(shop: &Shop, words: &[&str]) -> Said {
    shop.site.run("deployd", words)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of the tests are UTF-8")
}

#[test]
fn every_command_that_changes_something_takes_a_key() {
    let shop = Shop::new();
    let help = deployd(&shop, &["--help"]).with_code(0).out;
    let commands = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("it lists them");
    let listed = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let known = COMMANDS.iter().any(|(command, _)| command.split(' ').next() == Some(name));
        assert!(known, "`{name}` is a new command: say in this table whether it changes something");
    }
    for (command, changes) in COMMANDS {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let takes = deployd(&shop, &words).with_code(0).out.contains("--key <KEY>");
        assert_eq!(takes, *changes, "`deployd {command}`");
    }
}

/// Says it twice with a newer run between, and something else with the same key; gives the words with the key.
#[track_caller]
fn twice(shop: &Shop, words: &[&str], other: &[&str], newer: &str) -> String {
    let first = deployd(shop, words).with_code(0).out;
    shop.run("install", newer).with_code(0);
    assert_eq!(deployd(shop, words).with_code(0).out, first, "{words:?}");
    deployd(shop, other).with_code(1).saying("came with another request first");
    assert_eq!(deployd(shop, words).with_code(0).out, first, "{words:?}");
    first
}

#[test]
fn keeping_is_answered_once_and_for_all() {
    let shop = Shop::serving_v1();
    for version in ["v2", "v3", "v4"] {
        shop.pack(version, GOOD);
    }
    shop.run("install", "v2").with_code(0);
    let (monday, tuesday) = (shop.site.folder().join("monday"), shop.site.folder().join("tuesday"));
    let prune = ["prune", "--older-than", "0s", "--key", "p", "--format", "json"];
    let other = ["prune", "--older-than", "1s", "--key", "p"];
    twice(&shop, &prune, &other, "v3");
    let backup = ["backup", text(&monday), "--key", "b"];
    twice(&shop, &backup, &["backup", text(&tuesday), "--key", "b"], "v4");
    assert!(!tuesday.exists(), "the key made another backup");
    deployd(&shop, &["prune", "--older-than", "0s", "--key", "b"]).with_code(1).saying("(`backup`)");
    // The same from the runtime as from the directory.
    let runtime = shop.serve();
    let again: Value = deployd(&shop, &prune).with_code(0).json();
    assert_eq!(again["runs"].as_array().map(Vec::len), Some(1), "what went the first time: {again}");
    assert_eq!(deployd(&shop, &["history", "--format", "json"]).json().as_array().map(Vec::len), Some(3));
    drop(runtime);

    let elsewhere = shop.site.folder().join("elsewhere");
    let restore = |from: &Path| deployd(&shop, &["restore", text(from), "--state", text(&elsewhere), "--key", "r"]);
    let first = restore(&monday).with_code(0).out;
    assert_eq!(restore(&monday).with_code(0).out, first);
    deployd(&shop, &["backup", text(&tuesday)]).with_code(0);
    restore(&tuesday).with_code(1).saying("came with another request first");
    let fresh = ["restore", text(&tuesday), "--state", text(&elsewhere)];
    deployd(&shop, &fresh).with_code(1).saying("is not written over");
}

/// A backup that was made and whose answer was lost is found by its manifest.
#[test]
fn a_backup_whose_answer_was_lost_is_not_made_again() {
    let shop = Shop::serving_v1();
    let state = shop.site.state();
    let before = shop.site.folder().join("before");
    deployd(&shop, &["backup", text(&before)]).with_code(0);
    let monday = shop.site.folder().join("monday");
    let backup = ["backup", text(&monday), "--key", "b"];
    let first = deployd(&shop, &backup).with_code(0).out;
    let manifest = std::fs::read(monday.join("manifest.json")).expect("it was made");
    // As the state was before anything was noted.
    for name in ["state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
        let _ = std::fs::remove_file(state.join(name));
    }
    deployd(&shop, &["restore", text(&before)]).with_code(0);
    assert_eq!(deployd(&shop, &backup).with_code(0).out, first);
    assert_eq!(std::fs::read(monday.join("manifest.json")).expect("it is there"), manifest);
}

#[test]
fn a_signal_without_a_run_means_the_run_of_the_first_time() {
    let shop = Shop::of("tests/e2e/people");
    let _runtime = shop.serve();
    let begin = |version: &str| {
        shop.script(version, &format!("#!/bin/sh\n# {version}\nexec sleep 100000\n"));
        let run = shop.submit("to_staging_when_the_owner_agrees", version);
        shop.until_view(&run, "it waits", |view| view["waiting"][0].is_object());
        run
    };
    let first = begin("v1");
    let abort = ["abort", "--key", "k"];
    let answer = deployd(&shop, &abort).with_code(0).out;
    shop.finish(&first).with_code(22);
    let second = begin("v2");
    for words in [&abort[..], &["abort", "latest", "--key", "k"], &["abort", &first, "--key", "k"]] {
        assert_eq!(deployd(&shop, words).with_code(0).out, answer, "{words:?}");
    }
    let view = shop.view(&second).expect("it can be looked at");
    assert_eq!(view["status"], "advancing", "the newer run is left alone");
    deployd(&shop, &["abort", &second, "--key", "k"]).with_code(1).saying(&format!("`abort` to run {first}"));
}

/// A runtime that comes to one point and no further.
struct Held {
    runtime: Runtime,
    marker: PathBuf,
}

impl Held {
    fn at(shop: &Shop, point: &str) -> Self {
        let marker = shop.site.folder().join(format!("reached-{}", point.replace([':', '@', '#'], "-")));
        let words = ["internal", "serve-until", point, "--marker", text(&marker)];
        Self { runtime: Runtime::start(shop, shop.site.command("deployd", &words)), marker }
    }

    /// Has it come to its point by a command, and kills it there: the command is not answered.
    fn killed_by(self, shop: &Shop, words: &[&str]) {
        let mut child: Child = shop.site.command("deployd", words).spawn().expect("deployd can be started");
        until_true("the point is reached", || self.marker.exists());
        self.runtime.kill();
        assert!(!child.wait().expect("it is our child").success(), "{words:?} was answered");
    }
}

fn records(shop: &Shop, run: &str, key: &str) -> usize {
    let of_it =
        |record: &&Value| [&record["body"]["key"], &record["body"]["rebuilt"]["key"]].contains(&&Value::from(key));
    shop.journal(run).iter().filter(of_it).count()
}

/// Killed between what a command does and its answer: the next runtime has the answer, and does it no second time.
#[test]
fn an_answer_that_was_lost_is_given_by_the_next_runtime() {
    let shop = Shop::serving_v1();
    shop.pack("v2", GOOD);
    shop.run("install", "v2").with_code(0);
    let prune = ["prune", "--older-than", "0s", "--key", "p", "--format", "json"];
    Held::at(&shop, "after-append:prune@#1").killed_by(&shop, &prune);
    let runtime = shop.serve();
    let gone = deployd(&shop, &prune).with_code(0).json();
    assert_eq!((gone["runs"].as_array().map(Vec::len), gone["records"].as_u64() > Some(0)), (Some(1), true), "{gone}");
    assert_eq!(deployd(&shop, &prune).with_code(0).json(), gone);
    // A database that was closed leaves no log whose loss would be noticed instead.
    signal(runtime.pid(), Signal::TERM);
    assert_eq!(runtime.ended(), 0);

    let made = shop.newest();
    damage(&shop, "UPDATE running SET json = 'torn'");
    let rebuild = ["rebuild", "service", "shop", "local", "--reason", "the disk lied", "--key", "r"];
    Held::at(&shop, "after-append:rebuilt@#1").killed_by(&shop, &rebuild);
    let runtime = shop.serve();
    let answer = deployd(&shop, &rebuild).with_code(0).saying(&format!("as the journal of run {made} says")).out;
    assert_eq!(deployd(&shop, &rebuild).with_code(0).out, answer);
    assert_eq!(records(&shop, &made, "r"), 1);
    drop(runtime);

    let held = Held::at(&shop, "after-append:signalled@steal#1");
    shop.pack("v3", GOOD);
    let run = shop.submit("release_approved", "v3");
    shop.until_view(&run, "a person is asked", |view| view["waiting"][0].is_object());
    let steal = ["lock", "steal", "shop", "local", "--reason", "mine", "--key", "s"];
    held.killed_by(&shop, &steal);
    let _runtime = shop.serve();
    let next = shop.submit("release_approved", "v3");
    deployd(&shop, &steal).with_code(0).saying(&format!("the lock of run {run} is taken"));
    assert_eq!((records(&shop, &run, "steal/s"), records(&shop, &next, "steal/s")), (1, 0));
    deployd(&shop, &["abort", &next]).with_code(0);
}

/// Says something to the database of a state that nobody holds.
fn damage(shop: &Shop, sql: &str) {
    let database = rusqlite::Connection::open(shop.site.state().join("state.sqlite")).expect("there is one");
    database.execute_batch(sql).expect("it can be damaged");
}

/// What the doctor finds, with the remedies.
fn findings(shop: &Shop) -> Vec<String> {
    let health = deployd(shop, &["doctor", "--format", "json"]).json();
    let found = health["findings"].as_array().expect("findings are a list").iter();
    found.map(|one| format!("{}: {}; {}", one["check"], one["what"], one["remedy"])).collect()
}

#[test]
fn damaged_rows_are_told_worked_round_and_made_anew() {
    let shop = Shop::serving_v1();
    let v1 = shop.newest();
    shop.pack("v2", GOOD);
    shop.run("install", "v2").with_code(0);
    let v2 = shop.newest();
    // The runtime that holds a state closes it: what is said to the database then is all there is.
    damage(&shop, &format!("UPDATE running SET json = 'torn'; UPDATE runs SET head = 'torn' WHERE run = '{v1}'"));
    let stray = shop.site.state().join("instances/elsewhere/shop/r-0123456789ab/1");
    std::fs::create_dir_all(&stray).expect("the state is ours");
    let found = findings(&shop);
    for expected in ["rebuild service shop local --reason", &format!("rebuild run {v1} --reason"), "stray: "] {
        let plain: Vec<String> = found.iter().map(|line| line.replace('"', "")).collect();
        assert!(plain.iter().any(|line| line.contains(expected)), "nothing says {expected:?} in {plain:#?}");
    }
    std::fs::remove_dir_all(shop.site.state().join("instances/elsewhere")).expect("the state is ours");
    deployd(&shop, &["prune", "--older-than", "0s"]).with_code(0).saying("every run that may have made it stays");
    deployd(&shop, &["backup", text(&shop.site.folder().join("b"))]).with_code(1).saying("`deployd doctor`");

    let runtime = shop.serve();
    deployd(&shop, &["rebuild", "service", "shop", "local", "--reason", " "]).with_code(1).saying("--reason");
    deployd(&shop, &["rebuild", "service", "shelf", "local", "--reason", "x"])
        .with_code(1)
        .saying("nothing is to be done");
    let service = ["rebuild", "service", "shop", "local", "--reason", "the disk lied"];
    deployd(&shop, &service).with_code(0).saying(&format!("as the journal of run {v2} says"));
    deployd(&shop, &["rebuild", "run", &v1, "--reason", "the disk lied"]).with_code(0).saying("made anew");
    assert_eq!(findings(&shop), Vec::<String>::new());
    deployd(&shop, &["audit", "verify"]).with_code(0);
    deployd(&shop, &["audit", "report", &v2]).with_code(0).saying("the disk lied");
    drop(runtime);
    shop.run("install", "v1").with_code(0);
    assert!(shop.answer().contains("v1"));
}
