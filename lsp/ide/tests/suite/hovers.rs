//! Hovers: what is told of a place, and what it risks.

use std::fmt::Write as _;

use ide::Risks;

use crate::shop::{at, with};

fn told(text: &str) -> String {
    let asked = at(text);
    let risks = Risks::assess(&asked.snapshot);
    let hover = ide::hover(&asked.snapshot, &risks, asked.file, asked.offset);
    hover.unwrap_or_else(|| panic!("nothing is told at `{text}`")).markdown
}

#[test]
fn what_stands_there() {
    let texts = [
        "step for ho$0ld }",
        "let sho$0rt",
        "it.po$0rt >",
        "tw$0ice(20)",
        "{ sm$0all =>",
        "large(ma$0ny)",
        "List<Rat$0io>",
        "places.fil$0ter",
        "port = 8$00",
        "environment loc$0al",
        "metric err$0ors",
        "use sha$0red",
        "Proxy { lis$0ten",
    ];
    let mut out = String::new();
    for text in texts {
        let _ = writeln!(out, "# {text}\n{}\n", told(text));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_it_risks() {
    let texts = ["gate heal$0thy", "10$00% for 10s", "roll$0out shop", "workflow rele$0ase", "strategy care$0ful"];
    let mut out = String::new();
    for text in texts {
        let _ = writeln!(out, "# {text}\n{}\n", told(text));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_was_assessed_before_an_edit_is_told_of_what_stayed() {
    let before = at("gate heal$0thy");
    let risks = Risks::assess(&before.snapshot);
    let moved = with("strategy careful", "// A comment.\n\nstrategy care$0ful");
    let changed = with("  100% for 10s", "  100% f$0or 20s");
    let tells = |asked: &crate::fixture::Fixture| {
        ide::hover(&asked.snapshot, &risks, asked.file, asked.offset).map_or(String::new(), |it| it.markdown)
    };
    assert!(tells(&moved).contains("shop-to-local at 100%"), "{}", tells(&moved));
    assert!(!tells(&changed).contains("shop-to-local"), "{}", tells(&changed));
}

#[test]
fn nothing_is_assessed_while_something_is_wrong() {
    let asked = with("rollout shop@image", "rollout sh$0op@nothing");
    assert_eq!(Risks::assess(&asked.snapshot), Risks::default());
}
