//! Good releases are promoted, bad ones rolled back, and users notice neither.

use xtask::witness::journal::windows;
use xtask::witness::traffic::{Tally, total, weigh};

use super::shop::Shop;

#[test]
fn a_good_release_is_promoted_and_a_bad_one_rolled_back() {
    outcomes([("v2", "0.2%", 0), ("v3", "20%", 20)]);
}

#[test]
fn exchanged_error_rates_exchange_the_outcomes() {
    outcomes([("v2", "20%", 20), ("v3", "0.2%", 0)]);
}

fn outcomes(releases: [(&str, &str, i32); 2]) {
    let shop = Shop::serving_v1();
    let load = shop.load();
    let mut journals = Vec::new();
    for (version, errors, code) in releases {
        shop.pack(version, &["--errors", errors]);
        shop.run("release", version).with_code(code);
        journals.push(shop.journal(&shop.newest()));
    }
    let seen = load.stop();
    assert_eq!(total(&seen).lost(), 0, "requests that failed because of a switch");
    journals.iter().for_each(|records| confirm_weights(records, &seen));
    let stays = releases.iter().find(|(_, _, code)| *code == 0).map(|(version, _, _)| *version);
    assert!(shop.answer().contains(stays.unwrap_or("v1")), "the promoted release answers");
}

fn confirm_weights(records: &[serde_json::Value], seen: &[Tally]) {
    let weighed: Vec<_> = windows(records).iter().filter_map(|window| weigh(window, seen)).collect();
    assert!(!weighed.is_empty(), "no weight held long enough to be seen");
    for weight in weighed {
        assert!(
            weight.confirmed(),
            "asked for {} of the traffic, {} of {} answers were given, between {} would be right",
            weight.share,
            weight.taken,
            weight.all,
            weight.bounds
        );
    }
}
