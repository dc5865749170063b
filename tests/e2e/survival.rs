//! The runtime may die at any time: users do not notice, and a run goes on where it stood.

use serde_json::Value;
use xtask::witness::traffic::total;

use super::shop::Shop;

#[test]
fn a_killed_runtime_goes_on_at_the_same_stage_with_its_evidence() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    let before = pids(&shop);
    let journalled = shop.journal(&run).len();
    runtime.kill();

    load.more(500);
    assert_eq!(pids(&shop), before, "services and proxy live on");

    let runtime = shop.serve();
    let resumed =
        shop.until_view(&run, "the run goes on", |view| view["rollouts"][0]["stages"][0]["evidence"].is_object());
    assert_eq!(resumed["rollouts"][0]["stages"][0]["state"], "active", "it is still in the first stage");
    shop.finish(&run).with_code(0);
    drop(runtime);

    let journal = shop.journal(&run);
    assert!(journal.len() > journalled);
    assert_eq!(events(&journal[journalled..], "resumed").count(), 1);
    let first_hold = events(&journal, "opened").next().expect("the first hold was opened")["node"].clone();
    let opened = events(&journal, "opened").filter(|event| event["node"] == first_hold).count();
    assert_eq!(opened, 1, "the window of the first hold goes on, it does not begin again");
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed while the runtime was dead");
}

fn pids(shop: &Shop) -> Vec<i32> {
    ["proxy", "supervise"].iter().flat_map(|word| shop.processes(word)).map(|process| process.pid).collect()
}

/// The events of a kind.
pub(super) fn events<'a>(records: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    records.iter().map(|record| &record["body"]).filter(move |body| body["event"] == kind)
}

#[test]
fn a_killed_proxy_comes_back_with_its_weights() {
    let shop = Shop::serving_v1();
    let load = shop.load();
    let proxies = shop.processes("proxy");
    assert_eq!(proxies.len(), 1, "{proxies:?}");
    proxies[0].kill();
    load.more(500);
    let after = shop.processes("proxy");
    assert_eq!(after.len(), 1, "{after:?}");
    assert_ne!(after[0].pid, proxies[0].pid);
    assert!(shop.answer().contains("v1"));
    shop.pack("v2", &["--errors", "0.2%"]);
    shop.run("release", "v2").with_code(0);
    assert!(shop.answer().contains("v2"));
}
