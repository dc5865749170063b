//! What people say to a run from another terminal: done once, and kept with who, when and why.

use serde_json::Value;

use super::shop::Shop;
use super::survival::events;

#[test]
fn an_approval_is_journalled_once_however_often_it_is_said() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _runtime = shop.serve();
    let _load = shop.load();
    let run = shop.submit("release_approved", "v2");
    let view = shop.until_view(&run, "the approval is asked for", |view| view["waiting"][0].is_object());

    let other = format!("sha256:{}", "0".repeat(64));
    say(&shop, &["approve", &run, "--plan", &other]).with_code(1);
    let approve = ["approve", &run, "--key", "k-1", "--reason", "looked at the dashboards"];
    say(&shop, &approve).with_code(0);
    say(&shop, &approve).with_code(0);
    shop.finish(&run).with_code(0);

    let journal = shop.journal(&run);
    let signals: Vec<&Value> = events(&journal, "signalled").filter(|signal| signal["key"] == "k-1").collect();
    assert_eq!(signals.len(), 1, "{signals:?}");
    assert_eq!(signals[0]["reason"], "looked at the dashboards");
    assert_eq!(signals[0]["kind"]["plan"], view["plan"], "bound to the plan that was looked at");
    assert_eq!(signals[0]["actor"]["uid"], u64::from(rustix::process::geteuid().as_raw()));
    let record = journal.iter().find(|record| record["body"]["key"] == "k-1").expect("it was just found");
    assert!(record["at"]["wall_ms"].as_i64().is_some_and(|at| at > 0));
}

#[test]
fn a_paused_run_waits_until_it_is_resumed_and_can_be_rolled_back() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _runtime = shop.serve();
    let _load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    say(&shop, &["pause", &run, "--reason", "lunch"]).with_code(0);
    shop.until_view(&run, "the run is paused", |view| view["paused"] == true);
    say(&shop, &["resume", &run]).with_code(0);
    shop.until_view(&run, "the run goes on", |view| view["paused"] == false);
    say(&shop, &["rollback", &run, "--reason", "wrong colour"]).with_code(0);
    shop.finish(&run).with_code(20);
    assert!(shop.answer().contains("v1"));
    say(&shop, &["pause", &run]).with_code(1);
}

#[test]
fn an_aborted_run_returns_what_is_half_way() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _runtime = shop.serve();
    let _load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    say(&shop, &["abort", &run]).with_code(0);
    shop.finish(&run).with_code(22);
    assert!(shop.answer().contains("v1"));
}

#[track_caller]
fn say(shop: &Shop, words: &[&str]) -> crate::harness::command::Said {
    shop.site.run("deployd", words)
}
