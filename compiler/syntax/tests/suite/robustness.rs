//! No input makes the parser panic, overflow, leak or take more than linear time.

use diagnostics::FileId;
use std::fmt::Write as _;
use syntax::{lex, parse};

const EXAMPLES: [&str; 2] = [include_str!("../data/example.deploy"), include_str!("../data/everything.deploy")];

fn findings(text: &str) -> usize {
    parse(text, FileId(0)).diagnostics.len()
}

/// Every declaration between its neighbours, with the bytes that are its own: what goes wrong in one declaration reaches
/// no further, and whole files again and again would take the square of their length.
fn neighbourhoods() -> Vec<(&'static str, std::ops::Range<usize>)> {
    let of = |text: &'static str| {
        let items = syntax::items(text);
        let near = |at: usize| {
            let from = items[at.saturating_sub(1)].start as usize;
            let to = items[(at + 1).min(items.len() - 1)].end as usize;
            (&text[from..to], items[at].start as usize - from..items[at].end as usize - from)
        };
        (0..items.len()).map(near).collect::<Vec<_>>()
    };
    EXAMPLES.into_iter().flat_map(of).collect()
}

/// The tokens of a declaration between its neighbours.
fn tokens_within(text: &str, own: &std::ops::Range<usize>) -> Vec<lex::Token> {
    let within = |token: &lex::Token| own.contains(&(token.start as usize)) && !token.kind.is_trivia();
    lex::tokens(text).into_iter().filter(within).collect()
}

#[test]
fn every_truncation_is_survived() {
    for (text, own) in neighbourhoods() {
        for end in own.filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            let parsed = parse(cut, FileId(0));
            for diagnostic in &parsed.diagnostics {
                assert!(diagnostic.primary.span.end as usize <= cut.len(), "{end}: {diagnostic:?}");
            }
        }
    }
}

#[test]
fn every_missing_token_is_survived_and_stays_local() {
    for (text, own) in neighbourhoods() {
        let items = parse(text, FileId(0)).ast.items.len();
        for token in tokens_within(text, &own) {
            let mut without = text.to_owned();
            without.replace_range(token.start as usize..token.end as usize, "");
            let parsed = parse(&without, FileId(0));
            assert!(
                parsed.diagnostics.len() <= 2,
                "without {:?} at {}: {:#?}",
                token.text(text),
                token.start,
                parsed.diagnostics
            );
            let healthy = parsed.ast.items.iter().filter(|item| !item.decl.damaged).count();
            assert!(healthy + 2 >= items, "without {:?} at {}: {healthy} of {items}", token.text(text), token.start);
        }
    }
}

#[test]
fn every_doubled_token_is_survived() {
    for (text, own) in neighbourhoods() {
        for token in tokens_within(text, &own) {
            let mut doubled = text.to_owned();
            doubled.insert_str(token.end as usize, &format!(" {}", token.text(text)));
            assert!(
                findings(&doubled) <= 2,
                "{:?} at {}: {:#?}",
                token.text(text),
                token.start,
                parse(&doubled, FileId(0)).diagnostics
            );
        }
    }
}

#[test]
fn tokens_cover_every_byte() {
    for text in EXAMPLES.into_iter().chain(["\u{feff}a \r\n€ \"${\"x", "'", "é\"é"]) {
        let mut end = 0;
        for token in lex::tokens(text) {
            assert_eq!(token.start, end);
            end = token.end;
        }
        assert_eq!(end as usize, text.len());
    }
}

#[test]
fn deep_and_long_inputs_are_limited() {
    let n = 100_000;
    let shapes = [
        format!("let a: Int = {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("let a: Int = {}", "(".repeat(n)),
        format!("let a: Int = {}{}", "(".repeat(n), "]".repeat(n)),
        format!("let a: Int = 1{}", ")".repeat(n)),
        format!("let a: Int = {}1", "[".repeat(n)),
        format!("let a: Int = {}", "f({ y = ".repeat(n / 10)),
        format!("let a: Int = 1{}", " + 1".repeat(n)),
        format!("let a: Int = (1{})", " +\n1".repeat(n)),
        format!("let a: Int = {}1", "not ".repeat(n)),
        format!("let a: Int = {}1", "- ".repeat(n)),
        format!("let a: Int = a{}", ".b".repeat(n)),
        format!("let a: Int = a{}", "()".repeat(n)),
        format!("let a: Int = {}1", "if a then b else ".repeat(n)),
        format!("let a: Int{} = 1", "?".repeat(n)),
        format!("let a: {}Int{} = 1", "List<".repeat(n), ">".repeat(n)),
        format!("let a: {}Int = 1", "Map<Int, ".repeat(n)),
        format!("let a: {}Int{} = 1", "Map<Int, ".repeat(n), ">".repeat(n)),
        format!("let a: String = {}", "\"${".repeat(n)),
        format!("let a: String = {}1{}", "\"${".repeat(n), "}\"".repeat(n)),
        format!("strategy s {}", "{ for w in x ".repeat(n)),
        format!("workflow w() {}", "{ run x() on failure ".repeat(n)),
        "/// doc\n".repeat(n),
        "}\n".repeat(n),
        "@a ".repeat(n),
        "€".repeat(n),
        "#\n".repeat(n),
    ];
    for shape in shapes {
        assert!(findings(&shape) <= n + 1, "{}", &shape[..30]);
    }
}

#[test]
fn as_deep_as_the_limit_is_fine() {
    let n = syntax::DEPTH_MAX - 2;
    assert_eq!(findings(&format!("let a: Int = {}1{}", "(".repeat(n), ")".repeat(n))), 0);
    assert_eq!(findings(&format!("let a: Int = {}1{}", "(".repeat(n + 9), ")".repeat(n + 9))), 1);
    let mut long_list = "let a: List<Int> = [".to_owned();
    (0..5_000).for_each(|i| write!(long_list, "{i} + 1, ").expect("writing to a string never fails"));
    assert_eq!(findings(&(long_list + "]")), 0);
}

#[test]
fn a_file_above_the_limit_is_refused() {
    let text = " ".repeat(syntax::FILE_BYTES_MAX + 1);
    assert_eq!(parse(&text, FileId(0)).diagnostics[0].code, diagnostics::codes::FILE_TOO_LARGE);
}
