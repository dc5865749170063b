//! `deployc graph`.

use crate::site::Site;

#[test]
fn the_example_in_every_notation() {
    let site = Site::example();
    let graph = |more: &[&str]| site.deployc(&[&["graph", "--workflow", "release"], more].concat());
    insta::assert_snapshot!(graph(&[]));
    insta::assert_snapshot!(graph(&["--as", "mermaid"]));
    insta::assert_snapshot!(graph(&["--as", "dot"]));
    insta::assert_snapshot!(graph(&["--format", "json"]));
    insta::assert_snapshot!(graph(&["--as", "svg"]));
}
