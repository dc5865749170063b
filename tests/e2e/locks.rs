//! One run at a time for a service in an environment, between processes that know nothing of each other.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use super::shop::Shop;
use super::survival::events;
use crate::harness::command::{Said, run};
use crate::harness::processes::signal;
use crate::harness::wait::until;

/// A shop with v1, a runtime, and a run to v2 that waits for a person.
struct Scene {
    shop: Shop,
    runtime: super::shop::Runtime,
    first: String,
}

impl Scene {
    fn new() -> Self {
        let shop = Shop::serving_v1();
        shop.pack("v2", &["--errors", "0.2%"]);
        let runtime = shop.serve();
        let first = shop.submit("release_approved", "v2");
        shop.until_view(&first, "a person is asked", |view| view["waiting"][0].is_object());
        Self { shop, runtime, first }
    }

    /// The same workflow once more.
    fn another(&self, options: &[&str]) -> Command {
        let plan = self.shop.build("release_approved");
        let mut command = self.shop.site.command("deployd", &["run", "--detach", "--set", "image=file:releases/v2"]);
        command.args(options).arg(plan).current_dir(self.shop.site.project());
        command
    }

    fn deployd(&self, words: &[&str]) -> Said {
        self.shop.site.run("deployd", words)
    }

    /// The runs that hold something.
    fn holders(&self) -> Vec<String> {
        let held = self.deployd(&["lock", "list", "--format", "json"]).with_code(0).json();
        let runs = held.as_array().expect("a list").iter().map(|lock| lock["run"].as_str().expect("a run").to_owned());
        runs.collect()
    }
}

/// A submission that waits, once it has said so.
struct Waiting {
    child: Child,
    said: String,
}

impl Waiting {
    fn start(mut command: Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("deployd can be started");
        let mut said = String::new();
        let errors = child.stderr.as_mut().expect("it is piped");
        BufReader::new(errors).read_line(&mut said).expect("it says what it waits for");
        Self { child, said }
    }

    /// The run that it became.
    fn run(self) -> String {
        let output = self.child.wait_with_output().expect("it is our child");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

#[test]
fn the_second_run_is_refused_and_told_who_holds_what_until_when() {
    let scene = Scene::new();
    let refused = run(&mut scene.another(&[])).with_code(3);
    let words = [
        &*format!("`shop` in `local` is being rolled out by run {}, started by ", scene.first),
        ", since 20",
        "it moves by 20",
        "wait for it with `--queue`",
    ];
    words.into_iter().fold(refused, Said::saying);
    let held = scene.deployd(&["lock", "list", "--format", "json"]).with_code(0).json();
    let lock = &held[0];
    assert_eq!((&lock["run"], &lock["service"]), (&scene.first.as_str().into(), &"shop".into()));
    assert!(lock["expires_ms"].as_i64() > lock["since_ms"].as_i64(), "{lock}");
    scene.deployd(&["lock", "list"]).with_code(0).saying(&scene.first);

    scene.runtime.kill();
    let held = scene.shop.site.run("deployd", &["lock", "list", "--format", "json"]).with_code(0).json();
    assert_eq!(held[0]["run"], scene.first.as_str(), "a lock outlives the runtime");
}

#[test]
fn who_waits_begins_in_order_and_who_goes_away_never() {
    let scene = Scene::new();
    let second = Waiting::start(scene.another(&["--queue", "--key", "second"]));
    assert!(second.said.starts_with("waiting: ") && second.said.contains(&scene.first), "{}", second.said);
    let mut gone = Waiting::start(scene.another(&["--queue", "--key", "gone"]));
    let third = Waiting::start(scene.another(&["--queue", "--key", "third"]));
    gone.child.kill().expect("it is our child");
    gone.child.wait().expect("it is our child");

    scene.deployd(&["abort", &scene.first]).with_code(0);
    let second = second.run();
    scene.shop.until_view(&second, "it has begun", |view| view["status"] == "advancing");
    assert_eq!(scene.holders(), [&*second]);
    scene.deployd(&["abort", &second]).with_code(0);
    let third = third.run();
    assert_eq!(scene.holders(), [&*third]);
    let history = scene.deployd(&["history", "--format", "json"]).with_code(0).json();
    // v1, and the three that waited for a person.
    assert_eq!(history.as_array().map(Vec::len), Some(4), "{history}");
}

#[test]
fn a_stolen_lock_ends_its_run_where_it_stands() {
    let scene = Scene::new();
    scene.deployd(&["lock", "steal", "shop", "local"]).with_code(2);
    scene.deployd(&["lock", "steal", "shelf", "local", "--reason", "none"]).with_code(1).saying("no run holds `shelf`");
    let steal = ["lock", "steal", "shop", "local", "--reason", "ann is away", "--key", "k-1"];
    let said = scene.deployd(&steal).with_code(0).out;
    assert_eq!(scene.deployd(&steal).with_code(0).out, said, "a repeated key is answered as the first time");
    scene.shop.finish(&scene.first).with_code(30);
    let journal = scene.shop.journal(&scene.first);
    let signals: Vec<_> = events(&journal, "signalled").collect();
    assert_eq!(signals.len(), 1, "{signals:?}");
    assert_eq!((&signals[0]["reason"], &signals[0]["key"]), (&"ann is away".into(), &"steal/k-1".into()));
    scene.deployd(&["lock", "list"]).with_code(0).saying("nothing is locked");
    run(&mut scene.another(&[])).with_code(0);
}

/// A run whose plan was damaged on the disk: no runtime can carry it out, and what it guards may be half-way.
#[test]
fn the_lock_of_a_run_that_is_left_alone_is_kept_until_it_is_stolen() {
    let mut scene = Scene::new();
    // A database that was closed leaves no log whose loss would be noticed instead.
    signal(scene.runtime.pid(), Signal::TERM);
    assert_eq!(scene.runtime.ended(), 0);
    let database = rusqlite::Connection::open(scene.shop.site.state().join("state.sqlite")).expect("there is one");
    database.execute("UPDATE plans SET plan = X'00ff' WHERE run = ?1", [&scene.first]).expect("it can be damaged");
    drop(database);
    scene.runtime = scene.shop.serve();
    assert_eq!(scene.holders(), [&*scene.first]);
    scene.deployd(&["lock", "list"]).with_code(0).saying("left alone");
    let steal_it = "`deployd lock steal shop local --reason …` ends it where it stands";
    run(&mut scene.another(&[])).with_code(3).saying("this runtime leaves that run alone").saying(steal_it);
    scene.deployd(&["abort", &scene.first]).with_code(1).saying("lock steal");

    let steal = ["lock", "steal", "shop", "local", "--reason", "its plan is gone", "--key", "k-1"];
    let said = scene.deployd(&steal).with_code(0).out;
    assert_eq!(scene.deployd(&steal).with_code(0).out, said, "a repeated key is answered as the first time");
    let waits = run(&mut scene.another(&["--key", "after"])).with_code(0).out;
    assert_eq!(scene.holders(), [waits.trim()]);
    let audit = scene.deployd(&["audit", "verify"]).with_code(1).out;
    assert!(audit.contains("its plan is not what was written") && audit.contains("one thing does not fit"), "{audit}");

    scene.runtime.kill();
    scene.runtime = scene.shop.serve();
    assert_eq!(scene.deployd(&steal).with_code(0).out, said, "also by the next runtime");
    assert_eq!(scene.holders(), [waits.trim()]);
}

#[test]
fn who_waits_in_its_own_process_is_stopped_and_leaves_nothing_behind() {
    let mut scene = Scene::new();
    scene.runtime.kill();
    let plan = scene.shop.build("release_approved");
    let mut command = scene.shop.site.command("deployd", &["run", "--queue", "--set", "image=file:releases/v2"]);
    command.arg(plan).current_dir(scene.shop.site.project()).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("deployd can be started");
    let mut errors = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut line = || errors.next().expect("it says more").expect("it is text");
    assert_eq!(line(), format!("run {} had not ended and goes on", scene.first));
    let waits = line();
    assert!(waits.starts_with("waiting: ") && waits.contains(&scene.first), "{waits}");
    signal(i32::try_from(child.id()).expect("a pid is small"), Signal::TERM);
    let ended = until("the process ends", || child.try_wait().expect("it is our child"));
    assert_eq!((ended.code(), line()), (Some(1), "error: stopped before the run began".to_owned()));

    scene.runtime = scene.shop.serve();
    assert_eq!(scene.holders(), [&*scene.first]);
    let history = scene.deployd(&["history", "--format", "json"]).with_code(0).json();
    assert_eq!(history.as_array().map(Vec::len), Some(2), "{history}");
}

#[test]
fn of_two_submissions_at_the_same_instant_one_begins() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _runtime = shop.serve();
    let plan = shop.build("release_approved");
    let start = |_| {
        let mut command = shop.site.command("deployd", &["run", "--detach", "--set", "image=file:releases/v2"]);
        command.arg(&plan).current_dir(shop.site.project()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("deployd can be started")
    };
    let children: Vec<Child> = (0..6).map(start).collect();
    let code = |mut child: Child| until("a submission is answered", || child.try_wait().expect("our child")).code();
    let mut codes: Vec<Option<i32>> = children.into_iter().map(code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(3), Some(3), Some(3), Some(3), Some(3)]);
}

#[test]
fn a_second_runtime_on_the_same_directory_is_refused() {
    let shop = Shop::new();
    let runtime = shop.serve();
    let refused = shop.site.run("deployd", &["serve"]).with_code(3);
    refused.saying(&format!("in use by process {}", runtime.pid()));
    shop.site.run("deployd", &["status"]).with_code(0);
}
