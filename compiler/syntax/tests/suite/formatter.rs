//! The formatter keeps meaning and comments, changes nothing the second time, and has one style.

use diagnostics::FileId;
use proptest::prelude::*;
use syntax::lex::{TokenKind, tokens};
use syntax::{format, parse};

const EXAMPLES: [&str; 2] = [include_str!("../data/example.deploy"), include_str!("../data/everything.deploy")];

/// The words and signs of a text; separators are a matter of layout, comments are compared as text.
fn essence(text: &str) -> Vec<String> {
    let kept = tokens(text)
        .into_iter()
        .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Newline | TokenKind::Comma));
    kept.map(|token| token.text(text).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn check(text: &str) {
    let Ok(once) = format(text) else { return };
    assert_eq!(essence(text), essence(&once), "tokens of\n{text}\n---\n{once}");
    let twice = format(&once).expect("formatted text has no errors");
    if let Some((a, b)) = once.lines().zip(twice.lines()).find(|(a, b)| a != b) {
        panic!("not stable: `{a}` became `{b}`");
    }
    assert_eq!(once, twice);
    assert_eq!(shape(text), shape(&once), "meaning of\n{text}\n---\n{once}");
}

/// The tree without its places.
fn shape(text: &str) -> String {
    let tree = format!("{:?}", parse(text, FileId(0)).ast);
    let mut shape = String::with_capacity(tree.len());
    let mut rest = tree.as_str();
    while let Some(at) = rest.find("start: ") {
        shape.push_str(&rest[..at]);
        rest = rest[at + 7..].trim_start_matches(|c: char| c.is_ascii_digit());
        rest = rest.strip_prefix(", end: ").map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    shape + rest
}

#[test]
fn examples_keep_their_meaning() {
    EXAMPLES.into_iter().for_each(check);
}

#[test]
fn the_style() {
    let messy = r#"
// first


// second
use   a.b . {c ,d as e}   // used
let x:Int=1+2*-3


let y :  List < Int > = [1,2 ,
  3]
/// docs
@provider( "x" )
pub   type T={a:Int,b:List<Map<K,V>>?=[]}
service   shop{
artifact=files( "x" )   // trailing

// own line
runs = Process{ready=http("/ready"),environment={ A="1", B = "2" },arguments=["--one","--two","--three","--four","--five"], note = "long"}

}
type U =
  /// one
  | a
  // two
  | b(x:Int)
gate g for canary against stable { at least 300 requests, confidence 95%
  errors( canary )<=errors(stable)+2pp
  inconclusive:extend 10s then rollback }
workflow w( image:Digest ){
rollout shop @ image to local using canary([5%,50%],hold=10m) within 2h
on failure { run x( ) }
  let r = run f(450   req/s .. 500 req/s, not (a), if a then -1 else - 2)
}
strategy s{-5% , 5% for 9s // why
, for w in l { w for h } }
let z: List<Int> = [
 1, // one
 // two
 2
]
environment e { // opening
}
"#;
    insta::assert_snapshot!(format(messy).expect("it has no errors"));
    check(messy);
}

#[test]
fn examples_are_formatted() {
    for text in EXAMPLES {
        insta::assert_snapshot!(format(text).expect("it has no errors"));
    }
}

#[test]
fn signs_that_would_become_one_stay_apart() {
    let text = "type T = { n: Int? ? }\n";
    assert_eq!(format(text).as_deref(), Ok(text));
    check(text);
}

#[test]
fn errors_are_returned() {
    assert_eq!(format("service {").map_err(|errors| errors.len()), Err(1));
}

/// A random change of layout that keeps the file correct most of the time.
fn relaid() -> impl Strategy<Value = String> {
    let change = prop::collection::vec(
        (0_usize..10_000, prop::sample::select(vec![" ", "\n", "\n\n\n", "  ", " // c\n", "\t", ",\n", ", "])),
        0..40,
    );
    (prop::sample::select(EXAMPLES.to_vec()), change).prop_map(|(text, changes)| {
        let ends: Vec<u32> = tokens(text).iter().map(|token| token.end).collect();
        let mut chosen: Vec<(usize, &str)> =
            changes.into_iter().map(|(at, with)| (ends[at % ends.len()] as usize, with)).collect();
        chosen.sort();
        let mut relaid = text.to_owned();
        chosen.into_iter().rev().for_each(|(at, with)| relaid.insert_str(at, with));
        relaid
    })
}

/// One change only, so that most results are correct files.
fn nudged() -> impl Strategy<Value = String> {
    let layouts = vec!["\n", "\n\n\n", " // c\n", ",\n", "\n/// d\n"];
    (prop::sample::select(EXAMPLES.to_vec()), any::<prop::sample::Index>(), prop::sample::select(layouts)).prop_map(
        |(text, at, with)| {
            let ends: Vec<u32> = tokens(text).iter().map(|token| token.end).collect();
            let mut nudged = text.to_owned();
            nudged.insert_str(ends[at.index(ends.len())] as usize, with);
            nudged
        },
    )
}

/// A word that begins an expression is no outcome: behind it the expression goes on, whatever the layout.
#[test]
fn a_word_of_expressions_is_no_outcome() {
    for word in ["not", "if", "when", "true"] {
        let text = format!("test \"t\" {{\n  expect a == b, {word},\n  (c or d)\n}}\n");
        assert_eq!(format(&text).is_err(), word != "true", "{text}");
        check(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatting_is_stable_and_keeps_tokens(text in relaid()) {
        check(&text);
    }

    #[test]
    fn a_nudge_is_formatted_away(text in nudged()) {
        check(&text);
    }

    #[test]
    fn anything_is_survived(text in "\\PC{0,80}", brackets in "[{}()\\[\\]<>,=:\"$\n a1/@.|-]{0,120}") {
        check(&text);
        check(&brackets);
    }
}
