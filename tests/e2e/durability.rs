//! Seen from the kernel: the intent of a change of weights is on disk before the change is asked for.

use std::process::{Command, Stdio};

use super::shop::{Runtime, Shop};
use crate::harness::command::binary;

const CALLS: &str = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg";

#[test]
fn the_intent_is_synced_before_each_change_of_weights() {
    if !strace_works() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "strace is missing and CI=true");
        println!("skip: strace cannot trace here");
        return;
    }
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let trace = shop.site.folder().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "8192", "-e", CALLS, "-o"]).arg(&trace).arg(binary("deployd")).arg("serve");
    command.env("DEPLOYD_STATE", shop.site.state()).current_dir(shop.site.folder());
    let runtime = Runtime::start(&shop, command);
    let load = shop.load();
    let run = shop.submit("release", "v2");
    shop.finish(&run).with_code(0);
    drop(load);
    drop(runtime);

    let text = std::fs::read_to_string(&trace).expect("strace has written its log");
    let shown = check(&text);
    assert!(shown >= 2, "a release of two stages changes weights at least twice, {shown} changes were traced");
}

/// Looks at every request to the proxy that changes weights; how many there were.
fn check(trace: &str) -> usize {
    let lines: Vec<&str> = trace.lines().collect();
    let requests = lines.iter().enumerate().filter(|(_, line)| line.contains("PUT /v1/routes") || is_routes_body(line));
    let keyed: Vec<(usize, String)> = requests.filter_map(|(at, line)| Some((at, key_of(line)?))).collect();
    for (at, key) in &keyed {
        let intent = lines[..*at].iter().position(|line| writes_journal(line) && line.contains(key.as_str()));
        let intent = intent.unwrap_or_else(|| panic!("no intent with the key {key} was written before its request"));
        assert!(lines[intent..*at].iter().any(|line| syncs_journal(line)), "the intent {key} was not synced");
    }
    keyed.len()
}

fn is_routes_body(line: &str) -> bool {
    line.contains(r#"\"epoch\":"#) && line.contains(r#"\"releases\":"#) && !line.contains("pwrite64")
}

/// The idempotency key as strace shows it: quotes escaped.
fn key_of(line: &str) -> Option<String> {
    let rest = line.split(r#"\"key\":\""#).nth(1)?;
    rest.split(r#"\""#).next().map(str::to_owned)
}

fn writes_journal(line: &str) -> bool {
    line.contains("pwrite64(") && line.contains("state.sqlite-wal")
}

/// A finished sync of the log; one that another thread interrupts in the trace counts from where it is resumed.
fn syncs_journal(line: &str) -> bool {
    let call = ["fdatasync(", "fsync("].iter().any(|call| line.contains(call));
    let resumed = line.contains("fdatasync resumed") || line.contains("fsync resumed");
    (resumed || (call && line.contains("state.sqlite-wal") && !line.contains("unfinished"))) && line.ends_with("= 0")
}

fn strace_works() -> bool {
    let mut command = Command::new("strace");
    command.args(["-o", "/dev/null", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
