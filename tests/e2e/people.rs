//! Several people: who is let in, who may do what where, whose approval counts, and what is asked of them.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::shop::{Runtime, Shop};
use super::survival::events;
use crate::harness::command::{Said, binary, run};
use crate::harness::wait::{until, until_true};

const PROJECT: &str = "tests/e2e/people";

/// Users of every Linux: name, and uid.
const NOBODY: Person = Person { name: "nobody", uid: 65_534 };
const DAEMON: Person = Person { name: "daemon", uid: 1 };

/// Somebody else than who runs the tests.
#[derive(Clone, Copy)]
struct Person {
    name: &'static str,
    uid: u32,
}

/// A shop that several people reach.
struct Office {
    shop: Shop,
    group: u32,
    runtime: Option<Runtime>,
}

/// None where this test cannot be several people.
fn office(roles: &str) -> Option<Office> {
    if !root() && run(Command::new("sudo").args(["-n", "true"])).code != 0 {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI=true, and these tests can be one person only"
        );
        println!("skip: it takes root, or a sudo that asks nothing, to be several people");
        return None;
    }
    let shop = Shop::of(PROJECT);
    let folder = shop.site.folder();
    open_to_all(folder, 0o755);
    std::fs::copy(binary("deployd"), program(&shop)).expect("the site is ours");
    open_to_all(&program(&shop), 0o755);
    shop.script("v1", "#!/bin/sh\nexec sleep 100000\n");
    std::fs::create_dir(shop.site.state()).expect("the site is ours");
    open_to_all(&shop.site.state(), 0o700);
    write_roles(&shop, roles, 0o600);
    let mut office = Office { group: 0, shop, runtime: None };
    office.open();
    Some(office)
}

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The group of the people who deploy: one of every Linux, or one that its owner may give a file to.
fn group_name() -> String {
    if root() { "nogroup".to_owned() } else { run(Command::new("id").arg("-gn")).out.trim().to_owned() }
}

/// A command as somebody else, in one group and without an environment.
fn as_person(person: Person, group: u32, shop: &Shop) -> Command {
    let state = shop.site.state();
    if root() {
        let mut command = Command::new(program(shop));
        command.uid(person.uid).gid(group).env_clear().env("DEPLOYD_STATE", state);
        return command;
    }
    let mut command = Command::new("sudo");
    let ids = [format!("--reuid={}", person.uid), format!("--regid={group}")];
    command.args(["-n", "setpriv"]).args(ids).args(["--clear-groups", "env", "-i"]);
    command.arg(format!("DEPLOYD_STATE={}", state.display())).arg(program(shop));
    command
}

fn open_to_all(path: &std::path::Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the site is ours");
}

/// A copy that everybody may start, wherever the checkout lies.
fn program(shop: &Shop) -> PathBuf {
    shop.site.folder().join("deployd")
}

/// Replaces the role file at once, as an editor does.
fn write_roles(shop: &Shop, text: &str, mode: u32) {
    let new = shop.site.folder().join("roles.new");
    std::fs::write(&new, text).expect("the site is ours");
    open_to_all(&new, mode);
    std::fs::rename(new, shop.site.state().join("roles.toml")).expect("the site is ours");
}

impl Office {
    /// Starts the runtime; one that runs is killed.
    fn open(&mut self) {
        if let Some(before) = self.runtime.take() {
            before.kill();
        }
        let serve = self.shop.site.command("deployd", &["serve", "--group", &group_name()]);
        self.runtime = Some(Runtime::start(&self.shop, serve));
        let socket = self.shop.site.folder().join("state.group/deployd.sock");
        self.group = until("the group's socket is open", || {
            let found = std::fs::metadata(&socket).ok()?;
            (found.mode() & 0o777 == 0o660).then(|| found.gid())
        });
    }

    /// What a command of somebody says; they are in the group and in no other.
    fn says(&self, person: Person, words: &[&str]) -> Said {
        self.says_in(self.group, person, words)
    }

    fn says_in(&self, group: u32, person: Person, words: &[&str]) -> Said {
        run(as_person(person, group, &self.shop).args(words).current_dir("/"))
    }

    fn owner_says(&self, words: &[&str]) -> Said {
        self.shop.site.run("deployd", words)
    }

    /// Hands a workflow over as somebody.
    fn submit(&self, person: Person, workflow: &str, key: &str) -> Said {
        let plan = self.shop.build(workflow);
        open_to_all(&plan, 0o644);
        let (root, release) = (self.shop.site.project(), self.shop.artifact("v1"));
        let set = format!("image=file:{}", release.display());
        let (plan, root) = (plan.display().to_string(), root.display().to_string());
        self.says(person, &["run", &plan, "--root", &root, "--set", &set, "--key", key, "--detach", "--format", "json"])
    }

    /// A run that waits for two approvals.
    fn asked(&self) -> (String, String) {
        let run = self.shop.submit("to_prod", "v1");
        let view = self.shop.until_view(&run, "approvals are asked for", |view| view["waiting"][0].is_object());
        (run, view["plan"].as_str().expect("a run has a plan").to_owned())
    }
}

const ROLES: &str = r#"
format = 1

[[role]]
users = ["nobody"]
environments = ["staging"]
may = ["run", "abort"]

[[role]]
users = ["nobody", "1"]
environments = ["prod"]
may = ["approve"]

[environment.prod]
reason = "required"
"#;

#[test]
fn what_is_not_granted_is_refused_with_the_place_and_whom_to_ask() {
    let Some(office) = office(ROLES) else { return };
    let staging = office.submit(NOBODY, "to_staging", "a").with_code(0).json()["run"].clone();
    let staging = staging.as_str().expect("the run is named");
    assert_eq!(office.submit(NOBODY, "to_staging", "a").json()["run"], staging, "the same key names the same run");
    office.submit(NOBODY, "to_prod", "b").with_code(4).saying("nobody (uid 65534) may not run in `prod`");
    office.submit(DAEMON, "to_staging", "c").with_code(4).saying("may not run in `staging`");
    office.says(NOBODY, &["watch", staging]).with_code(0);

    let (prod, _) = office.asked();
    let listed = office.says(DAEMON, &["history", "--format", "json"]).with_code(0).json();
    let runs: Vec<&Value> = listed.as_array().expect("a list").iter().map(|line| &line["run"]).collect();
    assert_eq!(runs, [prod.as_str()], "what may not be seen is not listed");
    office.says(DAEMON, &["debug", "journal", staging]).with_code(4).saying("may not view in `staging`");
    office.says(DAEMON, &["abort", &prod, "--reason", "no"]).with_code(4).saying("may not abort in `prod`");
    office.says(NOBODY, &["pause", &prod]).with_code(4).saying("ask its owner ");
    let journal = office.shop.journal(&prod);
    assert_eq!(events(&journal, "signalled").count(), 0, "a refusal leaves no trace in the run");
}

#[test]
fn only_the_group_reaches_the_socket_and_only_roles_open_it() {
    let Some(office) = office("format = 1\n") else { return };
    office.says(NOBODY, &["status"]).with_code(4).saying("nobody (uid 65534) may not use this runtime");
    office.says_in(DAEMON.uid, DAEMON, &["status"]).with_code(4).saying("you may not use the runtime");
    let mode = |path: &str| {
        let found = std::fs::metadata(office.shop.site.folder().join(path)).expect("it is there");
        found.permissions().mode() & 0o7777
    };
    assert_eq!((mode("state"), mode("state/deployd.sock")), (0o700, 0o600));
    assert_eq!((mode("state.group"), mode("state.group/deployd.sock")), (0o750, 0o660));
}

#[test]
fn roles_change_without_a_restart_and_broken_ones_never_count() {
    let grants = ROLES.replace("\"abort\"", "\"pause\"");
    let Some(office) = office(ROLES) else { return };
    office.says(NOBODY, &["status"]).with_code(0);
    for (text, mode, words) in [
        (grants.as_str(), 0o622, "others may write it (mode 0622)"),
        ("format = 1\n[[role]]\nusers = [", 0o600, "the version before it stays in force"),
        ("format = 2\n", 0o600, "it has format 2"),
    ] {
        write_roles(&office.shop, text, mode);
        office.says(NOBODY, &["status"]).with_code(0).saying(words);
        office.submit(NOBODY, "to_prod", "x").with_code(4).saying(words);
    }
    write_roles(&office.shop, "format = 1\n", 0o600);
    office.says(NOBODY, &["status"]).with_code(4);
    write_roles(&office.shop, ROLES, 0o600);
    office.says(NOBODY, &["status"]).with_code(0);
}

#[test]
fn two_people_approve_and_nobody_counts_twice() {
    let Some(office) = office(ROLES) else { return };
    let (run, plan) = office.asked();
    let other = format!("sha256:{}", "0".repeat(64));
    let approve = |person, key, more: &[&str]| {
        office.says(person, &[&["approve", run.as_str(), "--key", key, "--reason", "looked at it"], more].concat())
    };
    approve(NOBODY, "n0", &["--plan", &other]).with_code(1).saying("the run is pinned to");
    office.says(NOBODY, &["approve", &run]).with_code(2).saying("`approve` in `prod` is only taken with a reason");
    office.owner_says(&["abort", &run]).with_code(2).saying("add --reason 'why'");

    let first = approve(NOBODY, "n1", &["--plan", &plan]).with_code(0).out;
    assert_eq!(approve(NOBODY, "n1", &["--plan", &plan]).with_code(0).out, first, "the same key, the same answer");
    approve(NOBODY, "n2", &[]).with_code(0).saying("has approved");
    let view = office.shop.view(&run).expect("the run is there");
    assert!(view["waiting"][0].is_object(), "one person is not two: {view}");
    approve(DAEMON, "d1", &[]).with_code(0);
    office.shop.finish(&run).with_code(0);

    let journal = office.shop.journal(&run);
    let said: Vec<(&str, u64, &str)> = events(&journal, "signalled")
        .map(|s| {
            let actor = &s["actor"];
            let (name, reason) = (actor["name"].as_str().unwrap_or(""), s["reason"].as_str().unwrap_or(""));
            (name, actor["uid"].as_u64().unwrap_or(0), reason)
        })
        .collect();
    let by = |person: Person| (person.name, u64::from(person.uid), "looked at it");
    assert_eq!(said, [by(NOBODY), by(NOBODY), by(DAEMON)], "each with who and why, a repeated key once");
}

#[test]
fn an_approval_that_expires_goes_back_and_a_late_one_is_refused() {
    let Some(office) = office(ROLES) else { return };
    let run = office.shop.submit("to_prod_at_once", "v1");
    office.shop.finish(&run).with_code(1).saying("the approval expired: 0 of 1 agreed in time");
    office.says(NOBODY, &["approve", &run, "--reason", "late"]).with_code(1).saying("has ended");
}

#[test]
fn a_stream_ends_for_whom_it_is_no_longer_granted() {
    let Some(office) = office(ROLES) else { return };
    let (run, _) = office.asked();
    let mut command = as_person(DAEMON, office.group, &office.shop);
    command.args(["watch", &run, "--format", "json"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut watching = command.spawn().expect("deployd can be started");
    write_roles(&office.shop, "format = 1\n", 0o600);
    until_true("the stream has ended", || watching.try_wait().is_ok_and(|ended| ended.is_some()));
}

/// Daemon may approve and resume in staging, nobody may run there no more.
const REVOKED: &str = r#"
format = 1

[[role]]
users = ["daemon"]
environments = ["staging"]
may = ["approve", "resume"]
"#;

#[test]
fn a_run_whose_starter_may_no_longer_run_it_waits_before_its_next_step() {
    let granted = format!("{REVOKED}\n[[role]]\nusers = [\"nobody\"]\nenvironments = [\"staging\"]\nmay = [\"run\"]\n");
    let Some(mut office) = office(&granted) else { return };
    let run = office.submit(NOBODY, "to_staging_when_asked", "a").with_code(0).json()["run"].clone();
    let run = run.as_str().expect("the run is named");
    office.shop.until_view(run, "the approval is asked for", |view| view["waiting"][0].is_object());
    write_roles(&office.shop, REVOKED, 0o600);
    office.open();
    office.says(DAEMON, &["approve", run]).with_code(0);
    let view = office.shop.until_view(run, "the run waits", |view| view["paused"] == true);
    let why = view["reason"].as_str().unwrap_or_default();
    assert!(why.contains("nobody (uid 65534) may not run in `staging` any more"), "{why}");
    assert_eq!(view["rollouts"][0]["state"], "pending", "the rollout has not begun");

    office.says(DAEMON, &["resume", run]).with_code(4).saying("who lets this run go on answers for it");
    office.owner_says(&["resume", run]).with_code(0);
    office.shop.finish(run).with_code(0);
    let journal = office.shop.journal(run);
    assert_eq!(events(&journal, "barred").count(), 1);
}
