//! Instances as processes: adopted, started, restarted, drained; and every way to fail has its sentence.

use machine::ports::provider::{Outcome, Outputs};
use serde_json::{Value, json};

use crate::conformance::idempotent;
use crate::harness::{World, failure, instances, kill, pid, runs, status, until};
use crate::server::{SERVE, serving};

/// A service that needs no port.
const SLEEPER: &str = "echo up; exec sleep 1000";

fn quiet() -> Value {
    json!({"ready": {"case": "none_needed"}, "ready_within": 5000, "drain": 0, "stop_within": 5000})
}

#[tokio::test]
async fn ensuring_and_stopping_are_idempotent() {
    let world = World::new();
    let provider = world.provider("process");
    let release = world.release(SLEEPER, quiet());
    let children = || {
        let pids = [1, 2, 3].map(|n| world.instance(&release, n)).map(|f| f.exists().then(|| pid(&f, "child")));
        pids.into_iter().flatten().collect::<Vec<_>>()
    };
    idempotent(&*provider, &world.ensure(&release, 2), children).await;
    assert_eq!(children().len(), 2);
    idempotent(&*provider, &world.stop(&release, 1), children).await;
    assert_eq!(children().len(), 1);
    let last = children()[0];
    idempotent(&*provider, &world.stop(&release, 0), children).await;
    assert!(!runs(last));
    assert_eq!(world.kept_log(), "up\n");
}

#[tokio::test]
async fn a_new_runtime_adopts_what_runs() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let first = instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let child = pid(&world.instance(&release, 1), "child");
    let second = instances(world.provider("process").perform(world.ensure(&release, 2)).await);
    assert_eq!(second[..1], first[..]);
    assert_eq!(pid(&world.instance(&release, 1), "child"), child);
}

#[tokio::test]
async fn a_killed_child_is_started_again() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let first = pid(&folder, "child");
    kill(first, "KILL");
    until("another child", || {
        status(&folder).is_some_and(|s| s["child"]["pid"].as_i64().is_some_and(|p| p != i64::from(first)))
    })
    .await;
    assert_eq!(status(&folder).unwrap()["last_exit"], "killed by signal 9 (SIGKILL)");
}

#[tokio::test]
async fn a_child_outlives_its_supervisor_and_is_adopted() {
    let world = World::new();
    let release = world.release("echo up; while :; do echo tick; sleep 0.05; done", quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    assert!(runs(child));
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_eq!(pid(&folder, "child"), child, "the child was not kept");
    assert_ne!(pid(&folder, "supervisor"), supervisor);
    let written = || std::fs::read_to_string(folder.join("output.log")).unwrap().len();
    let before = written();
    until("its output is read on", || written() > before).await;
    // The adopted child is watched as an own one is.
    kill(child, "KILL");
    until("it is started again", || status(&folder).is_some_and(|s| s["restarts"] == 1 && !s["child"].is_null())).await;
}

#[tokio::test]
async fn an_orphan_is_stopped_too() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    assert_eq!(provider.perform(world.stop(&release, 0)).await, Outcome::Done(Outputs::None));
    assert!(!runs(child));
}

#[tokio::test]
async fn a_reused_pid_is_neither_adopted_nor_killed() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    for process in ["supervisor", "child"] {
        let gone = pid(&folder, process);
        kill(gone, "KILL");
        until("it is gone", || !runs(gone)).await;
    }
    // A stranger now has the child's pid: the same number, another start time.
    let mut stranger = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    let mut forged = status(&folder).unwrap();
    for process in ["supervisor", "child"] {
        forged[process] = json!({"pid": stranger.id(), "start": 1, "boot": forged["supervisor"]["boot"]});
    }
    std::fs::write(folder.join("status.json"), forged.to_string()).unwrap();
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert_ne!(pid(&folder, "child").cast_unsigned(), stranger.id());
    assert_eq!(stranger.try_wait().unwrap(), None, "the stranger was killed");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn a_service_that_ignores_sigterm_or_forks_leaves_nothing() {
    let world = World::new();
    let runs_with = json!({"ready": {"case": "none_needed"}, "drain": 0, "stop_within": 300});
    let release = world.release(
        "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $! > fork; while :; do sleep 0.1; done",
        runs_with,
    );
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let child = pid(&folder, "child");
    let fork: i32 = std::fs::read_to_string(folder.join("work/fork")).unwrap().trim().parse().unwrap();
    assert!(runs(child) && runs(fork));
    assert_eq!(provider.perform(world.stop(&release, 0)).await, Outcome::Done(Outputs::None));
    assert!(!runs(child));
    until("the fork is gone", || !runs(fork)).await;
}

#[tokio::test]
async fn a_service_that_dies_at_once_says_how() {
    let world = World::new();
    let release = world.release("echo out of cheese; exit 3", json!({"ready_within": 20000}));
    let outcome = world.provider("process").perform(world.ensure(&release, 1)).await;
    let message = failure(outcome);
    assert!(message.contains(&format!("shop {} died 3 times within a minute: exit code 3", release.id)), "{message}");
    assert!(message.contains("out of cheese") && message.contains("state/logs/local/shop/"), "{message}");
    assert!(!world.instance(&release, 1).exists());
}

#[tokio::test]
async fn a_program_that_cannot_be_executed_says_so() {
    let world = World::new();
    let source = json!({"case": "files", "folder": "releases"});
    std::fs::write(world.root().join("releases/bad"), "\x7fELF no").unwrap();
    let digest = plan::Digest::of(b"\x7fELF no");
    let release = plan::Release::new("shop", digest, source, json!({}), 1);
    let message = failure(world.provider("process").perform(world.ensure(&release, 1)).await);
    assert!(message.contains("could not be started: Exec format error"), "{message}");
}

#[tokio::test]
async fn a_service_that_never_gets_ready_says_what_it_answered() {
    let world = World::new();
    let release = world.release(SLEEPER, json!({"ready": {"case": "http", "path": "/ready"}, "ready_within": 300}));
    let message = failure(world.provider("process").perform(world.ensure(&release, 1)).await);
    assert!(message.contains("never got ready: GET /ready on 127.0.0.1:"), "{message}");
    assert!(message.contains("for 0.3 s") && message.contains("its last lines: up"), "{message}");
    assert!(!world.instance(&release, 1).exists());
}

#[tokio::test]
async fn a_rollback_needs_no_original_file() {
    let world = World::new();
    let provider = world.provider("process");
    let old = world.release(SLEEPER, quiet());
    instances(provider.perform(world.ensure(&old, 1)).await);
    assert_eq!(provider.perform(world.stop(&old, 0)).await, Outcome::Done(Outputs::None));
    world.script("shop", "exit 1");
    instances(provider.perform(world.ensure(&old, 1)).await);
}

#[tokio::test]
async fn a_missing_artifact_is_found_before_the_first_effect() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    world.script("shop", "exit 1");
    let message = world.provider("process").preflight(world.ensure(&release, 1)).await.unwrap_err();
    assert!(message.contains(&release.artifact.to_string()) && message.contains("shop = "), "{message}");
}

#[tokio::test]
async fn secrets_are_in_files_only_and_scrubbed_from_the_output() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let secret = world.root().join("token");
    std::fs::write(&secret, "hunter2-hunter2").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut how = quiet();
    how["secrets"] = json!({"TOKEN": {"$secret": "file:token"}});
    how["environment"] = json!({"COLOUR": "blue"});
    let release = world.release("echo \"$COLOUR $(cat \"$TOKEN_FILE\")\"; exec sleep 1000", how);
    let provider = world.provider("process");
    let outcome = provider.perform(world.ensure(&release, 1)).await;
    assert!(!format!("{outcome:?}").contains("hunter2"));
    instances(outcome);
    let folder = world.instance(&release, 1);
    let written = || std::fs::read_to_string(folder.join("output.log")).unwrap_or_default();
    until("the output is kept", || written().contains('\n')).await;
    assert_eq!(written(), "blue [secret]\n");
    for process in ["supervisor", "child"] {
        for file in ["environ", "cmdline"] {
            let bytes = std::fs::read(format!("/proc/{}/{file}", pid(&folder, process))).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"), "{process} {file}");
        }
    }
    let spec = std::fs::read_to_string(folder.join("spec.json")).unwrap();
    assert!(!spec.contains("hunter2"));
    let handed = folder.join("secrets/TOKEN");
    assert_eq!(std::fs::metadata(&handed).unwrap().permissions().mode() & 0o777, 0o600);
    provider.perform(world.stop(&release, 0)).await;
    assert!(!handed.exists());
    assert_eq!(world.kept_log(), "blue [secret]\n");
}

#[tokio::test]
async fn an_http_service_is_ready_when_it_says_so() {
    let world = World::new();
    let release = world.release(SERVE, serving("204"));
    let ready = instances(world.provider("process").perform(world.ensure(&release, 2)).await);
    let ids: Vec<&str> = ready.iter().map(|i| i.id.rsplit('/').next().unwrap()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_ne!(ready[0].address, ready[1].address);
}

#[tokio::test]
async fn a_service_that_is_not_ready_in_time_is_quoted() {
    let world = World::new();
    let mut how = serving("503");
    how["ready_within"] = json!(1500);
    let release = world.release(SERVE, how);
    let outcome = world.provider("process").perform(world.ensure(&release, 1)).await;
    assert!(matches!(outcome, Outcome::Failed { retryable: true, .. }));
    let message = failure(outcome);
    assert!(message.contains("never got ready: GET /ready answered 503, for 1.5 s"), "{message}");
}

#[tokio::test]
async fn a_taken_port_is_left_to_its_holder() {
    let world = World::new();
    let mut how = serving("200");
    let mark = world.root().join("stranger");
    how["environment"]["MARK"] = json!(mark.to_str().unwrap());
    let release = world.release(&format!("test -e \"$MARK\" || exec sleep 1000; {SERVE}"), how);
    let provider = world.provider("process");
    let folder = world.instance(&release, 1);
    // While its first start idles, a stranger takes the port that it was given.
    let meddle = async {
        until("it runs", || status(&folder).is_some_and(|s| !s["child"].is_null())).await;
        let spec: Value = serde_json::from_slice(&std::fs::read(folder.join("spec.json")).unwrap()).unwrap();
        let taken = spec["port"].as_u64().unwrap();
        let mut stranger = std::process::Command::new(std::env::current_exe().unwrap());
        stranger.args(["--exact", "server::serve", "--ignored"]).env("PORT", taken.to_string()).env("ANSWER", "200");
        let stranger = stranger.stdout(std::process::Stdio::null()).spawn().unwrap();
        until("it serves", || std::net::TcpStream::connect(format!("127.0.0.1:{taken}")).is_ok()).await;
        std::fs::write(&mark, "").unwrap();
        kill(pid(&folder, "child"), "KILL");
        (taken, stranger)
    };
    let (outcome, (taken, mut stranger)) = tokio::join!(provider.perform(world.ensure(&release, 1)), meddle);
    assert_eq!(stranger.try_wait().unwrap(), None, "the stranger was ended");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    let address = instances(outcome).remove(0).address;
    assert!(!address.ends_with(&format!(":{taken}")), "{address}");
}

#[tokio::test]
async fn an_instance_that_keeps_dying_is_not_called_ready() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    for death in 1..=3 {
        kill(pid(&folder, "child"), "KILL");
        until("it is started again", || {
            status(&folder).is_some_and(|s| s["restarts"] == death && !s["child"].is_null())
        })
        .await;
    }
    let outcome = provider.perform(world.ensure(&release, 2)).await;
    assert!(matches!(outcome, Outcome::Failed { retryable: false, .. }));
    let message = failure(outcome);
    assert!(message.contains("died 3 times within a minute: killed by signal 9 (SIGKILL)"), "{message}");
}

#[tokio::test]
async fn a_replaced_runtime_starts_nothing() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    let newer = machine::ports::provider::Request { epoch: 5, ..world.ensure(&release, 1) };
    instances(provider.perform(newer).await);
    let message = failure(provider.perform(world.ensure(&release, 2)).await);
    assert!(message.contains("another runtime took over"), "{message}");
    assert!(!world.instance(&release, 2).exists());
}

#[tokio::test]
async fn a_stop_that_was_begun_is_finished_before_starting_anew() {
    let world = World::new();
    let release = world.release("trap 'sleep 0.5; exit 0' TERM; while :; do sleep 0.05; done", quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "TERM");
    until("the stop has begun", || status(&folder).is_some_and(|s| s["stopping"] == true)).await;
    instances(provider.perform(world.ensure(&release, 1)).await);
    assert!(!runs(child));
    assert_ne!(pid(&folder, "child"), child);
}

#[tokio::test]
async fn what_no_status_names_is_ended_too() {
    let world = World::new();
    let release = world.release("setsid sleep 1000 & echo $! > escaped; exec sleep 1000", quiet());
    let provider = world.provider("process");
    instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let escaped: i32 = std::fs::read_to_string(folder.join("work/escaped")).unwrap().trim().parse().unwrap();
    // As if the supervisor had been killed between starting the child and writing it down.
    let (child, supervisor) = (pid(&folder, "child"), pid(&folder, "supervisor"));
    kill(supervisor, "KILL");
    until("the supervisor is gone", || !runs(supervisor)).await;
    let mut forgetful = status(&folder).unwrap();
    forgetful["child"] = json!(null);
    std::fs::write(folder.join("status.json"), forgetful.to_string()).unwrap();
    instances(provider.perform(world.ensure(&release, 1)).await);
    until("nothing is left", || !runs(child) && !runs(escaped)).await;
}

#[tokio::test]
async fn a_supervisor_belongs_to_no_session_of_the_runtime() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    instances(world.provider("process").perform(world.ensure(&release, 1)).await);
    let supervisor = pid(&world.instance(&release, 1), "supervisor");
    let stat = std::fs::read_to_string(format!("/proc/{supervisor}/stat")).unwrap();
    let session = stat[stat.rfind(')').unwrap()..].split_whitespace().nth(4).unwrap();
    assert_eq!(session, supervisor.to_string());
    let descriptors = std::fs::read_dir(format!("/proc/{supervisor}/fd")).unwrap();
    let targets: Vec<_> = descriptors.filter_map(|d| std::fs::read_link(d.unwrap().path()).ok()).collect();
    let of_world = |t: &std::path::PathBuf| t.starts_with(world.state()) || t.starts_with("/dev") || !t.is_absolute();
    assert!(targets.iter().all(of_world), "{targets:?}");
}

/// A service whose new instances answer 503 once the file `worse` is there.
fn may_get_worse(world: &World) -> (machine::ports::provider::Request, std::path::PathBuf, std::path::PathBuf) {
    let mut how = serving("200");
    let worse = world.root().join("worse");
    how["environment"]["WORSE"] = json!(worse.to_str().unwrap());
    how["ready_within"] = json!(3000);
    let release = world.release(&format!("test -e \"$WORSE\" && export ANSWER=503; {SERVE}"), how);
    (world.ensure(&release, 1), world.instance(&release, 1), worse)
}

#[tokio::test]
async fn an_instance_that_lives_and_is_not_ready_stays_until_another_one_is() {
    let world = World::new();
    let provider = world.provider("process");
    let (ensure, folder, worse) = may_get_worse(&world);
    let first = instances(provider.perform(ensure.clone()).await);
    let child = pid(&folder, "child");
    kill(child, "STOP");
    std::fs::write(&worse, "").unwrap();
    let message = failure(provider.perform(ensure.clone()).await);
    assert!(message.contains("never got ready"), "{message}");
    assert!(runs(child), "what may be all that serves was ended");
    kill(child, "CONT");
    assert_eq!(instances(provider.perform(ensure.clone()).await), first);
    kill(child, "STOP");
    std::fs::remove_file(&worse).unwrap();
    let second = instances(provider.perform(ensure).await);
    assert!(second.len() == 1 && second != first, "{second:?}");
    assert!(!runs(child), "it is replaced");
}

#[tokio::test]
async fn a_status_that_was_lost_is_told_again_by_the_supervisor() {
    let world = World::new();
    let release = world.release(SLEEPER, quiet());
    let provider = world.provider("process");
    let first = instances(provider.perform(world.ensure(&release, 1)).await);
    let folder = world.instance(&release, 1);
    let truth = status(&folder);
    for torn in ["", "{\"format\":1", "null"] {
        std::fs::write(folder.join("status.json"), torn).unwrap();
        until("it is told again", || status(&folder).is_some_and(|told| told.is_object())).await;
        assert_eq!(status(&folder), truth);
    }
    assert_eq!(instances(provider.perform(world.ensure(&release, 1)).await), first);
}
