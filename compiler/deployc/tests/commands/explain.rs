//! `deployc explain`.

use crate::site::Site;

#[test]
fn a_page_is_printed_as_it_is_written() {
    let said = Site::of("").deployc(&["explain", "e0503"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, include_str!("../../../../docs/errors/E0503.md"));
}

#[test]
fn every_code_is_listed_with_its_title() {
    let listed = Site::of("").deployc(&["explain"]);
    assert_eq!(listed.out.lines().count(), diagnostics::codes::ALL.len());
    assert!(listed.out.contains("E0504  a source file that is not UTF-8\n"), "{listed}");
}

#[test]
fn an_unknown_code_gets_a_suggestion() {
    insta::assert_snapshot!(Site::of("").deployc(&["explain", "E503"]));
    insta::assert_snapshot!(Site::of("").deployc(&["explain", "banana", "--format", "json"]));
}
