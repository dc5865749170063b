//! The list of words that is given away is that of the grammar.

use std::collections::BTreeSet;
use std::path::Path;

/// The words that the sources of the grammar look for, apart from the lists that the parser and the list share.
fn looked_for(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the grammar's folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            looked_for(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        for (start, end) in [("\"`", "`\""), ("Tok::Word(\"", "\")")] {
            let words = text.split(start).skip(1).filter_map(|rest| rest.split_once(end));
            let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            found.extend(words.map(|(word, _)| word).filter(is_word).map(str::to_owned));
        }
    }
}

#[test]
fn every_word_of_the_grammar_is_listed_and_no_other() {
    let mut sought = BTreeSet::new();
    looked_for(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/grammar"), &mut sought);
    let by_list = ["declarations", "weekdays", "languages"];
    let listed = syntax::keywords();
    let all: BTreeSet<String> = listed.iter().flat_map(|part| part.words).map(|word| (*word).to_owned()).collect();
    let missing: Vec<_> = sought.difference(&all).collect();
    assert!(missing.is_empty(), "list these in src/keywords.rs: {missing:?}");
    let shared = listed.iter().filter(|part| by_list.contains(&part.part)).flat_map(|part| part.words);
    // The parser takes `formerly` out before the grammar sees it.
    let known: BTreeSet<&str> = sought.iter().map(String::as_str).chain(shared.copied()).chain(["formerly"]).collect();
    let unknown: Vec<_> = all.iter().filter(|word| !known.contains(word.as_str())).collect();
    assert!(unknown.is_empty(), "the grammar does not know these words of src/keywords.rs: {unknown:?}");
}

#[test]
fn a_word_that_continues_a_line_is_a_word_of_the_grammar() {
    let listed = syntax::keywords();
    for word in syntax::continuing() {
        assert!(listed.iter().any(|part| part.words.contains(&word)), "{word}");
    }
}
