//! `deployc fmt`.

use crate::site::{EXAMPLE, Site};

const WILD: &str = "service   shop{artifact=files( \"releases\" )}\n";
const TAME: &str = "service shop { artifact = files(\"releases\") }\n";

#[test]
fn a_wild_source_is_tamed_once() {
    let site = Site::of(WILD);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
    assert_eq!(site.read("main.deploy"), TAME);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
}

#[test]
fn check_writes_nothing_and_says_what_would_change() {
    let site = Site::of(WILD);
    insta::assert_snapshot!(site.deployc(&["fmt", "--check", "."]));
    insta::assert_snapshot!(site.deployc(&["fmt", "--check", "--format", "json"]));
    assert_eq!(site.read("main.deploy"), WILD);
    assert_eq!(site.deployc(&["fmt", "--check", "deploy.toml"]).code, 1);
}

#[test]
fn the_input_is_formatted_to_the_output_and_nothing_else() {
    let said = Site::of("").fed(&["fmt", "-"], WILD);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, TAME, ""));
    assert_eq!(Site::of("").fed(&["fmt", "--check", "-"], WILD).code, 10);
    assert_eq!(Site::of("").fed(&["fmt", "--check", "-"], TAME).code, 0);
}

#[test]
fn a_source_with_mistakes_stays_as_it_is_and_the_others_do_not() {
    let site = Site::of("service shop {\n");
    site.write("other.deploy", WILD);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
    assert_eq!(site.read("main.deploy"), "service shop {\n");
    assert_eq!(site.read("other.deploy"), TAME);
}

#[test]
fn a_byte_order_mark_goes() {
    let site = Site::of(&format!("\u{feff}{TAME}"));
    assert_eq!(site.deployc(&["fmt", "--check"]).code, 10);
    assert_eq!(site.deployc(&["fmt"]).code, 0);
    assert_eq!(site.read("main.deploy"), TAME);
}

#[test]
fn the_example_is_formatted() {
    assert_eq!(Site::of("").fed(&["fmt", "-"], EXAMPLE).out, EXAMPLE);
}
