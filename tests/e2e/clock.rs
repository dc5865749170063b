//! Time with the real program: the wall clock is stepped under it (libfaketime; time since boot stays true), summer time
//! begins and ends, the whole runtime sleeps. Holds and deadlines are neither shortened nor lengthened, which is read
//! from the moments in the journal.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::Value;
use xtask::witness::traffic::total;

use super::shop::{Runtime, Shop};
use super::survival::events;
use crate::harness::processes::signal;
use crate::harness::wait::until_true;

const HOUR_S: i64 = 3_600;

/// The first hold of `release_patiently`.
const HOLD_MS: u64 = 10_000;

/// When Europe's clocks went back from 3 to 2 o'clock, and forward from 2 to 3, in seconds since 1970 UTC.
const SWITCHES_S: [i64; 2] = [1_792_890_000, 1_806_195_600];

/// A shop whose runtime sees another wall clock.
struct Shifted {
    shop: Shop,
    _runtime: Runtime,
}

/// None where there is no libfaketime.
fn shifted(shop: Shop) -> Option<Shifted> {
    let Some(library) = library() else {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "libfaketime is missing and CI=true");
        println!("skip: there is no libfaketime to step the clock with; install the package `faketime`");
        return None;
    };
    shift(&shop, 0);
    let mut command = shop.site.command("deployd", &["serve"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", offset_file(&shop));
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    command.env("TZ", "Europe/Berlin");
    let runtime = Runtime::start(&shop, command);
    Some(Shifted { shop, _runtime: runtime })
}

fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let candidates =
        folders.chain([PathBuf::from("/usr/lib")]).map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    candidates.into_iter().find(|path| path.exists())
}

fn offset_file(shop: &Shop) -> PathBuf {
    shop.site.folder().join("offset")
}

/// Steps the clock so that it is this many seconds ahead of the true one; at once, so that no half file is read.
fn shift(shop: &Shop, ahead_s: i64) {
    let new = shop.site.folder().join("offset.new");
    std::fs::write(&new, format!("{ahead_s:+}\n")).expect("the site is ours");
    std::fs::rename(new, offset_file(shop)).expect("the site is ours");
}

fn now_s() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(now.as_secs()).expect("and before the end of time")
}

/// Wall clock minus time since boot, in seconds: what a step changes.
fn offset_s(record: &Value) -> i64 {
    (record["at"]["wall_ms"].as_i64().unwrap_or(0) - record["at"]["boot_ms"].as_i64().unwrap_or(0)) / 1_000
}

impl Shifted {
    /// Steps the clock and waits until the journal has a record with the new time.
    fn step(&self, run: &str, ahead_s: i64) {
        let before = offset_s(&self.shop.journal(run)[0]);
        shift(&self.shop, ahead_s);
        let arrived = |record: &Value| (offset_s(record) - before - ahead_s).abs() < HOUR_S / 4;
        until_true("the journal shows the stepped clock", || self.shop.journal(run).last().is_some_and(arrived));
    }

    #[track_caller]
    fn say(&self, words: &[&str]) {
        self.shop.site.run("deployd", words).with_code(0);
    }
}

/// How long the first hold was, by time since boot: from the shift of traffic that it follows.
fn held_ms(journal: &[Value]) -> u64 {
    let boot_ms = |record: &Value| record["at"]["boot_ms"].as_u64().expect("every record has a moment");
    let opened = journal.iter().position(|record| record["body"]["event"] == "opened").expect("the hold was opened");
    let node = &journal[opened]["body"]["node"];
    let is_end = |record: &&Value| record["body"]["node"] == *node && record["body"]["last"] == true;
    let shifted = journal[..opened].iter().rfind(|record| record["body"]["event"] == "performed");
    let end = journal.iter().rfind(is_end).expect("the hold was concluded");
    boot_ms(end) - boot_ms(shifted.expect("traffic was shifted"))
}

fn patient() -> Shop {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    shop
}

#[test]
fn an_hour_forth_and_back_neither_ends_nor_extends_a_hold() {
    let Some(shifted) = shifted(patient()) else { return };
    let load = shifted.shop.load();
    let run = shifted.shop.submit("release_patiently", "v2");
    shifted.shop.until_holding(&run);
    shifted.step(&run, HOUR_S);
    shifted.step(&run, -HOUR_S);
    // A hold that the step back lengthens would not end while this waits.
    shifted.shop.finish(&run).with_code(0);
    assert!(held_ms(&shifted.shop.journal(&run)) >= HOLD_MS, "the hold was cut short");
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed");
}

#[test]
fn summer_time_begins_and_ends_without_a_hold_noticing() {
    let Some(shifted) = shifted(patient()) else { return };
    let _load = shifted.shop.load();
    for (switch, version) in SWITCHES_S.into_iter().zip(["v2", "v3"]) {
        shifted.shop.pack(version, &["--errors", "0.2%"]);
        let run = shifted.shop.submit("release_patiently", version);
        shifted.shop.until_holding(&run);
        shift(&shifted.shop, switch - 3 - now_s());
        shifted.shop.finish(&run).with_code(0);
        let journal = shifted.shop.journal(&run);
        assert!(held_ms(&journal) >= HOLD_MS, "the hold was cut short");
        let after = |record: &&Value| (offset_s(record) - offset_s(&journal[0])).abs() > HOUR_S;
        let after: Vec<&Value> = journal.iter().filter(after).collect();
        let last = after.last().expect("the run went on behind the switch");
        assert!(last["at"]["wall_ms"].as_i64().is_some_and(|at| at > switch * 1_000), "it ended behind the switch");
        let spread = after.iter().map(|record| (offset_s(record) - offset_s(last)).abs()).max();
        assert!(spread.is_some_and(|s| s <= 1), "stored times are UTC: the switch moves none of them");
        let said = shifted.shop.site.run("deployd", &["debug", "journal", &run]).with_code(0);
        let shown = if switch == SWITCHES_S[0] { "2026-10-25T01:00:" } else { "2027-03-28T01:00:" };
        assert!(said.out.contains(shown), "shown times are UTC: {}", said.out);
        shift(&shifted.shop, 0);
    }
}

#[test]
fn an_approval_has_its_time_whatever_the_clock_says() {
    let shop = Shop::of("tests/e2e/people");
    shop.script("v1", "#!/bin/sh\nexec sleep 100000\n");
    let Some(shifted) = shifted(shop) else { return };
    let run = shifted.shop.submit("to_prod_soon", "v1");
    shifted.shop.until_view(&run, "the approval is asked for", |view| view["waiting"][0].is_object());
    shift(&shifted.shop, -HOUR_S);
    // An approval that the step back lengthens would not expire while this waits.
    shifted.shop.finish(&run).with_code(1).saying("the approval expired");
    let journal = shifted.shop.journal(&run);
    let boot = |record: &Value| record["at"]["boot_ms"].as_u64().unwrap_or(0);
    let (first, last) = (&journal[0], journal.last().expect("there are records"));
    assert!(boot(last) - boot(first) >= 4_000, "it expired early");
    assert!(offset_s(last) < offset_s(first) - HOUR_S / 2, "the clock was stepped");

    shift(&shifted.shop, 0);
    let run = shifted.shop.submit("to_staging_when_the_owner_agrees", "v1");
    shifted.shop.until_view(&run, "the approval is asked for", |view| view["waiting"][0].is_object());
    shift(&shifted.shop, HOUR_S);
    shifted.say(&["pause", &run]);
    shifted.say(&["resume", &run]);
    shifted.say(&["approve", &run]);
    shifted.shop.finish(&run).with_code(0);
    let journal = shifted.shop.journal(&run);
    assert!(offset_s(journal.last().expect("there are records")) > offset_s(&journal[0]) + HOUR_S / 2);
    assert_eq!(events(&journal, "woke").count(), 0, "ten minutes were not over");
}

#[test]
fn a_runtime_that_sleeps_cuts_no_hold_short_and_loses_no_request() {
    let shop = patient();
    let _runtime = shop.serve();
    let load = shop.load();
    let run = shop.submit("release_patiently", "v2");
    shop.until_holding(&run);
    let runtimes = shop.processes("serve");
    assert_eq!(runtimes.len(), 1, "{runtimes:?}");
    signal(runtimes[0].pid, Signal::STOP);
    until_true("it sleeps", || is_stopped(Path::new(&format!("/proc/{}/stat", runtimes[0].pid))));
    load.more(1_500);
    signal(runtimes[0].pid, Signal::CONT);
    shop.finish(&run).with_code(0);
    let held = held_ms(&shop.journal(&run));
    assert!(held >= HOLD_MS, "the hold was cut short: {held} ms");
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed while the runtime slept");
}

fn is_stopped(stat: &Path) -> bool {
    std::fs::read_to_string(stat).is_ok_and(|text| text.contains(") T "))
}
