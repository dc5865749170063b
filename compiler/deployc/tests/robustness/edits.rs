//! Every small edit of one broad source: cut off, a token gone, neighbours swapped, a line doubled.

use crate::desk::{Desk, edited, significant};

/// What the language has, in one file.
const BROAD: &str = include_str!("broad.deploy");

#[test]
fn as_written_it_is_clean() {
    assert_eq!(Desk::default().compile(BROAD), Vec::new());
}

#[test]
fn every_truncation_before_a_token() {
    let (mut desk, text) = (Desk::default(), BROAD);
    // At every byte is the parser's own test.
    for token in significant(text) {
        desk.compile(&text[..token.start as usize]);
    }
}

#[test]
fn every_token_taken_out() {
    let (mut desk, text) = (Desk::default(), BROAD);
    for token in significant(text) {
        desk.compile(&edited(text, token.start, token.end, ""));
    }
}

#[test]
fn every_two_neighbours_swapped() {
    let (mut desk, text) = (Desk::default(), BROAD);
    for pair in significant(text).windows(2) {
        let [left, right] = pair else { unreachable!() };
        let swapped = format!("{} {}", right.text(text), left.text(text));
        desk.compile(&edited(text, left.start, right.end, &swapped));
    }
}

#[test]
fn every_line_doubled_or_taken_out() {
    let (mut desk, text) = (Desk::default(), BROAD);
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() {
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        desk.compile(&doubled.join("\n"));
        let mut without = lines.clone();
        without.remove(at);
        desk.compile(&without.join("\n"));
    }
}
