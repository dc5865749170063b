//! Edits as of somebody who is not done typing: words deleted, doubled or exchanged.

use crate::numbers::Numbers;

pub(crate) fn spoilt(text: &str, numbers: &mut Numbers) -> String {
    let mut words: Vec<&str> = text.split_inclusive(|c: char| c.is_whitespace() || "(){}[],=.".contains(c)).collect();
    for _ in 0..=numbers.below(3) {
        if words.is_empty() {
            break;
        }
        let (at, other) = (numbers.below(words.len()), numbers.below(words.len()));
        match numbers.below(3) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[other]),
            _ => words.swap(at, other),
        }
    }
    words.concat()
}
