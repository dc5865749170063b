//! What goes wrong in practice, each with the message that helps.

use std::net::TcpListener;

use xtask::witness::traffic::total;

use super::shop::Shop;
use crate::harness::command::run;

#[test]
fn a_service_that_never_gets_ready_is_given_up() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--ready", "never"]);
    shop.run("release", "v2").with_code(20).saying("ready");
    assert!(shop.answer().contains("v1"));
}

#[test]
fn a_service_that_dies_at_once_is_given_up() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--die-at-once"]);
    shop.run("release", "v2").with_code(20).saying("dies at its start");
    assert!(shop.answer().contains("v1"));
}

#[test]
fn a_service_that_dies_under_traffic_is_rolled_back() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--die-after", "20"]);
    let _load = shop.load();
    shop.run("release", "v2").with_code(20);
    assert!(shop.answer().contains("v1"));
}

#[test]
fn a_missing_artifact_is_found_before_anything_happens() {
    let shop = Shop::serving_v1();
    let digest = format!("image=sha256:{}", "0".repeat(64));
    let mut command = shop.site.command("deployc", &["run", ".", "release", "--set", &digest]);
    run(command.current_dir(shop.site.project())).with_code(1).saying("releases");
    assert!(shop.answer().contains("v1"));
}

#[test]
fn latest_is_not_a_digest() {
    let shop = Shop::new();
    let mut command = shop.site.command("deployc", &["run", ".", "install", "--set", "image=latest"]);
    run(command.current_dir(shop.site.project())).with_code(2).saying("not a digest");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let shop = Shop::new();
    let _taken = TcpListener::bind(&shop.site.listen).expect("it was free a moment ago");
    shop.pack("v1", &[]);
    let said = shop.run("install", "v1");
    assert_ne!(said.code, 0);
    said.saying(&shop.site.listen);
}

#[test]
fn a_release_whose_file_was_overwritten_still_returns() {
    let shop = Shop::serving_v1();
    shop.pack("v2", &["--errors", "60%"]);
    std::fs::write(shop.artifact("v1"), "overwritten").expect("the releases are ours");
    let load = shop.load();
    shop.run("replace", "v2").with_code(20);
    assert!(shop.answer().contains("v1"));
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed because of a switch");
}

#[test]
fn a_plan_edited_by_hand_or_of_another_version_is_refused() {
    let shop = Shop::serving_v1();
    let plan = shop.build("release");
    let text = std::fs::read_to_string(&plan).expect("it was just built");
    let image = "image=file:releases/v1";
    let refused = |text: String, saying: &str| {
        std::fs::write(&plan, text).expect("the plan is ours");
        let mut command = shop.site.command("deployd", &["run", "--set", image]);
        run(command.arg(&plan).current_dir(shop.site.project())).with_code(1).saying(saying);
    };
    refused(text.replacen("2500", "9900", 1), "changed after it was built");
    refused(text.replacen("\"format\":1", "\"format\":2", 1), "format 2");
    refused("{}".to_owned(), "not a compiled plan");
}

#[test]
fn paths_may_have_spaces() {
    let shop = Shop::named("with a space ").with_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let _load = shop.load();
    shop.run("release", "v2").with_code(0);
    assert!(shop.answer().contains("v2"));
}

#[test]
fn a_socket_path_that_is_too_long_is_refused_with_the_remedy() {
    let shop = Shop::new();
    let long = shop.site.folder().join("x".repeat(120));
    let long = long.to_str().expect("it is ASCII");
    shop.site.run("deployd", &["serve", "--state", long]).with_code(2).saying("--state");
}
