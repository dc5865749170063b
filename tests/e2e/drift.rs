//! What was deployed is looked at, never assumed: what died, was changed or was taken meanwhile is mended, said and
//! journalled, and what is as it should be is not touched.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::{Value, json};
use xtask::witness::traffic::total;

use super::shop::{Runtime, Shop};
use super::survival::events;
use crate::harness::processes::{end_all, signal};
use crate::harness::wait::until_true;

/// The folder of the only instance there is.
fn only_instance(shop: &Shop) -> PathBuf {
    let releases = std::fs::read_dir(shop.site.state().join("instances/local/shop")).expect("something is deployed");
    let releases: Vec<PathBuf> = releases.map(|entry| entry.expect("it can be read").path()).collect();
    assert_eq!(releases.len(), 1, "{releases:?}");
    releases[0].join("1")
}

fn proxy(shop: &Shop) -> PathBuf {
    shop.site.state().join("proxies/local").join(shop.site.listen.replace(':', "_"))
}

fn read(file: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("it was written")).expect("it is JSON")
}

/// Ends what a folder's supervisor runs, and the supervisor before it could start it again.
fn kill_both(folder: &Path) {
    let status = read(folder.join("status.json"));
    for process in ["supervisor", "child"] {
        let pid = i32::try_from(status[process]["pid"].as_i64().expect("it runs")).expect("it is a pid");
        signal(pid, Signal::KILL);
        let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        until_true("the process is gone", || stat().is_empty() || stat().contains(") Z "));
    }
}

/// One request to the proxy's control socket, as a person with a script would make it.
fn control(shop: &Shop, head: &str, body: &str) -> Value {
    let mut stream = UnixStream::connect(proxy(shop).join("control.sock")).expect("the proxy listens");
    let length = body.len();
    write!(stream, "{head} HTTP/1.1\r\nhost: proxy\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .expect("the proxy reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the proxy answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).expect("it has a body")).expect("the body is JSON")
}

/// Gives all traffic to the first release of the table.
fn shift_by_hand(shop: &Shop) {
    let mut table = control(shop, "GET /v1/routes", "");
    let releases = table["releases"].as_array_mut().expect("it routes something");
    for (at, release) in releases.iter_mut().enumerate() {
        release.as_object_mut().expect("a release is an object").remove("in_flight");
        release["weight"] = json!(if at == 0 { 10_000 } else { 0 });
    }
    let put = json!({
        "protocol": 1, "epoch": table["epoch"], "sequence": 1_000_000, "key": "by-hand", "service": table["service"],
        "releases": table["releases"],
    });
    control(shop, "PUT /v1/routes", &put.to_string());
}

/// A run that holds its first stage and waits for a person, with its runtime.
fn paused(shop: &Shop) -> (Runtime, String) {
    shop.pack("v2", &["--errors", "0.2%"]);
    let runtime = shop.serve();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    shop.site.run("deployd", &["pause", &run]).with_code(0);
    shop.until_view(&run, "the run is paused", |view| view["paused"] == true);
    (runtime, run)
}

/// What the run saw differ, once it has mended it.
fn mended(shop: &Shop, run: &str) -> Vec<String> {
    until_true("what was seen is mended", || {
        let journal = shop.journal(run);
        let seen = journal.iter().rposition(|record| record["body"]["event"] == "observed");
        seen.is_some_and(|seen| events(&journal[seen..], "performed").any(|event| !event["outcome"]["done"].is_null()))
    });
    let journal = shop.journal(run);
    events(&journal, "observed").map(|event| event["drift"].as_str().expect("it is text").to_owned()).collect()
}

#[track_caller]
fn goes_on(shop: &Shop, run: &str) {
    shop.site.run("deployd", &["resume", run]).with_code(0);
    shop.finish(run).with_code(0);
    assert!(shop.answer().contains("v2"));
    shop.site.run("deployd", &["audit", "verify"]).with_code(0);
}

#[test]
fn an_instance_that_died_with_its_supervisor_is_replaced_and_no_request_is_lost() {
    let shop = Shop::serving_v1();
    let v1 = only_instance(&shop);
    let load = shop.load();
    let (runtime, run) = paused(&shop);
    runtime.kill();
    kill_both(&v1);
    load.more(500);
    let _runtime = shop.serve();
    let drift = mended(&shop, &run);
    assert!(drift[0].contains("instance 1 died") && drift[0].contains("its supervisor with it"), "{drift:?}");
    goes_on(&shop, &run);
    assert_eq!(total(&load.stop()).lost(), 0, "the other release answered meanwhile");
}

#[test]
fn weights_changed_by_hand_are_set_back() {
    let shop = Shop::serving_v1();
    let load = shop.load();
    let (runtime, run) = paused(&shop);
    runtime.kill();
    shift_by_hand(&shop);
    let _runtime = shop.serve();
    let drift = mended(&shop, &run);
    assert!(drift[0].contains("its weights are ") && drift[0].contains("expected "), "{drift:?}");
    let table = control(&shop, "GET /v1/routes", "");
    assert!(table["releases"].as_array().is_some_and(|all| all.iter().all(|one| one["weight"] == 5_000)), "{table}");
    goes_on(&shop, &run);
    assert_eq!(total(&load.stop()).lost(), 0);
}

#[test]
fn a_proxy_that_died_with_its_supervisor_is_started_with_its_routes() {
    let shop = Shop::serving_v1();
    let _load = shop.load();
    let (runtime, run) = paused(&shop);
    runtime.kill();
    kill_both(&proxy(&shop));
    let _runtime = shop.serve();
    let drift = mended(&shop, &run);
    assert!(drift[0].contains("does not answer") && drift[0].contains("its supervisor is gone"), "{drift:?}");
    goes_on(&shop, &run);
}

#[test]
fn a_port_that_a_foreign_process_took_and_a_recycled_pid_are_named() {
    let shop = Shop::serving_v1();
    let v1 = only_instance(&shop);
    let load = shop.load();
    let (runtime, run) = paused(&shop);
    runtime.kill();
    kill_both(&v1);
    drop(load);
    let me = std::process::id();
    let mut status = read(v1.join("status.json"));
    status["child"]["pid"] = json!(me);
    std::fs::write(v1.join("status.json"), status.to_string()).expect("the state is ours");
    let port = u16::try_from(read(v1.join("spec.json"))["port"].as_u64().expect("it has one")).expect("it is a port");
    let stranger = TcpListener::bind(("127.0.0.1", port)).expect("its owner is dead");

    let _runtime = shop.serve();
    let drift = mended(&shop, &run);
    assert!(drift[0].contains(&format!("pid {me} is another process now")), "{drift:?}");
    assert!(drift[0].contains(&format!("its port {port} is held by a foreign process, pid {me}")), "{drift:?}");
    drop(stranger);
    let table = control(&shop, "GET /v1/routes", "").to_string();
    assert!(!table.contains(&format!("127.0.0.1:{port}\"")), "{table}");
    let _load = shop.load();
    goes_on(&shop, &run);
}

/// What was done for a run after it had ended: `observed`, `intent` with its task, `outcome`.
fn care(shop: &Shop, run: &str) -> Vec<String> {
    let word = |record: &Value| {
        let (kind, what) = record["body"]["care"].as_object()?.iter().next()?;
        let task = what["request"]["task"].as_object().and_then(|task| task.keys().next());
        Some(task.map_or_else(|| kind.clone(), |task| format!("{kind} {task}")))
    };
    shop.journal(run).iter().filter_map(word).collect()
}

#[test]
fn after_a_reboot_the_runtime_brings_everything_back_the_traffic_last() {
    let shop = Shop::serving_v1();
    let run = shop.newest();
    end_all(shop.site.folder());
    let _runtime = shop.serve();
    until_true("the release serves again", || shop.answer().contains("v1"));
    let expected = ["observed", "intent ensure", "outcome", "observed", "intent shift", "outcome"];
    until_true("all of it is journalled", || care(&shop, &run) == expected);
    shop.site.run("deployd", &["audit", "verify"]).with_code(0);
    shop.pack("v2", &["--errors", "0.2%"]);
    let _load = shop.load();
    shop.site.run("deployd", &["status"]).with_code(0);
    let next = shop.submit("release", "v2");
    shop.finish(&next).with_code(0);
    assert!(shop.answer().contains("v2"));
}

#[test]
fn what_cannot_be_brought_back_is_told() {
    let shop = Shop::serving_v1();
    let run = shop.newest();
    end_all(shop.site.folder());
    std::fs::remove_dir_all(shop.site.state().join("artifacts")).expect("the state is ours");
    std::fs::remove_file(shop.artifact("v1")).expect("the project is ours");
    let _runtime = shop.serve();
    let status = || shop.site.run("deployd", &["status"]).with_code(0).out;
    until_true("the status says so", || status().contains("mending it failed"));
    let told = status();
    assert!(told.contains("`shop` in `local`: ") && told.contains("it is tried again later"), "{told}");
    assert_eq!(care(&shop, &run), ["observed", "intent ensure", "outcome"], "no traffic without instances");
}

#[test]
fn routes_changed_by_hand_between_two_runs_are_set_back() {
    let shop = Shop::serving_v1();
    let run = shop.newest();
    let before = control(&shop, "GET /v1/routes", "");
    let nothing = json!({
        "protocol": 1, "epoch": before["epoch"], "sequence": 1_000_000, "key": "by-hand", "service": before["service"],
        "releases": [],
    });
    control(&shop, "PUT /v1/routes", &nothing.to_string());
    let _runtime = shop.serve();
    until_true("the release has its traffic again", || shop.answer().contains("v1"));
    until_true("it is journalled", || care(&shop, &run) == ["observed", "intent shift", "outcome"]);
}

#[test]
fn what_is_as_it_should_be_leaves_no_trace_in_any_journal() {
    let shop = Shop::serving_v1();
    let install = shop.newest();
    let load = shop.load();
    let (runtime, run) = paused(&shop);
    runtime.kill();
    for _ in 0..3 {
        let runtime = shop.serve();
        shop.until_view(&run, "the run is taken up", |view| view["paused"] == true);
        load.more(500);
        runtime.kill();
    }
    let journal = shop.journal(&run);
    assert_eq!(events(&journal, "resumed").count(), 3);
    assert_eq!(events(&journal, "observed").count(), 0, "{journal:?}");
    assert_eq!(care(&shop, &install), [""; 0]);
}
