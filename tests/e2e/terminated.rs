//! SIGTERM while each kind of effect is under way: the effect ends and is recorded, the runtime ends well, and the next
//! one goes on without doing anything twice.

use rustix::process::Signal;
use serde_json::Value;
use xtask::witness::traffic::total;

use super::acting::Acting;
use super::shop::{Runtime, Shop};
use super::survival::events;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

/// Has a shift of traffic hang by freezing the proxy from before `begin`, tells the runtime to stop meanwhile, and lets
/// the shift go on once the stop is in the run's journal.
fn stop_while_shifting(shop: &Shop, runtime: Runtime, run: &str, begin: impl FnOnce()) {
    let proxy = shop.processes("proxy").remove(0).pid;
    let before = intended(&shop.journal(run), "shift").len();
    signal(proxy, Signal::STOP);
    begin();
    until_true("the shift is under way", || intended(&shop.journal(run), "shift").len() > before);
    signal(runtime.pid(), Signal::TERM);
    until_true("the stop is in the journal", || events(&shop.journal(run), "stopping").count() == 1);
    signal(proxy, Signal::CONT);
    assert_eq!(runtime.ended(), 0);
}

/// The keys of the effects of a kind that were intended, in order.
fn intended(journal: &[Value], kind: &str) -> Vec<String> {
    let intents = journal.iter().map(|record| &record["body"]["intent"]["request"]);
    let of_kind = intents.filter(|request| request["task"][kind].is_object());
    of_kind.filter_map(|request| Some(request["key"].as_str()?.to_owned())).collect()
}

/// Every effect was intended once, and has one outcome.
#[track_caller]
fn nothing_twice(journal: &[Value]) {
    let mut keys: Vec<String> =
        ["ensure", "shift", "stop", "act"].iter().flat_map(|kind| intended(journal, kind)).collect();
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all, "an effect was intended twice");
    assert_eq!(events(journal, "performed").count(), all, "an effect has no outcome, or two");
}

#[test]
fn while_an_instance_gets_ready() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%", "--start-delay-ms", "1500"]);
    let runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release", "v2");
    let supervisors = shop.processes("supervise").len();
    until_true("v2 is started", || shop.processes("supervise").len() > supervisors);
    signal(runtime.pid(), Signal::TERM);
    assert_eq!(runtime.ended(), 0);
    assert_eq!(events(&shop.journal(&run), "stopping").count(), 1);
    let started = shop.processes("supervise").len();
    let _runtime = shop.serve();
    shop.finish(&run).with_code(0);
    assert_eq!(shop.processes("supervise").len(), started - 1, "v2 took the place of v1, and was started once");
    nothing_twice(&shop.journal(&run));
    assert_eq!(total(&load.stop()).lost(), 0);
}

#[test]
fn while_traffic_is_shifted() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%", "--start-delay-ms", "1500"]);
    let runtime = shop.serve();
    let supervisors = shop.processes("supervise").len();
    let run = shop.submit("release", "v2");
    until_true("v2 is started", || shop.processes("supervise").len() > supervisors);
    stop_while_shifting(&shop, runtime, &run, || {});
    let load = shop.load();
    let _runtime = shop.serve();
    shop.finish(&run).with_code(0);
    nothing_twice(&shop.journal(&run));
    assert_eq!(total(&load.stop()).lost(), 0);
}

#[test]
fn on_the_way_back() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    assert_eq!(total(&load.stop()).lost(), 0);
    stop_while_shifting(&shop, runtime, &run, || {
        shop.site.run("deployd", &["rollback", &run, "--reason", "the wrong colour"]).with_code(0);
    });
    let _runtime = shop.serve();
    shop.finish(&run).with_code(20);
    assert!(shop.answer().contains("v1"));
    nothing_twice(&shop.journal(&run));
}

#[test]
fn while_a_probe_is_asked() {
    let acting = Acting::new();
    acting.ledger.tell("pay", &["effect die"]);
    acting.ledger.tell_probe("pay", &["until=never tell"]);
    let runtime = acting.serve();
    let run = acting.submit("paying");
    assert!(acting.ledger.until_asked(2).probe);
    signal(runtime.pid(), Signal::TERM);
    assert_eq!(runtime.ended(), 0);
    let _runtime = acting.serve();
    acting.finish(&run).with_code(0);
    assert_eq!(acting.keys().len(), 1);
    let acts = acting.ledger.asked().iter().filter(|entry| !entry.probe).count();
    assert_eq!(acts, 1, "asking again is harmless, doing again is not");
}
