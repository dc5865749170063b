//! What no author writes: nested and long beyond measure, in other encodings, with characters that mislead.

use diagnostics::codes;

use crate::desk::Desk;

const DEEP: usize = 100_000;

#[test]
fn what_is_nested_beyond_measure_is_refused_by_every_phase() {
    let shapes = [
        format!("pub let a: Int = {}1{}\n", "(".repeat(DEEP), ")".repeat(DEEP)),
        format!("pub let a: List<Int> = {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("pub let a: Int = {}\n", "f({ y = ".repeat(DEEP)),
        format!("pub let a: Bool = {}true\n", "not ".repeat(DEEP)),
        format!("pub let a: Int = 1{}\n", " + 1".repeat(DEEP)),
        format!("pub let a: {}Int{} = 1\n", "List<".repeat(DEEP), ">".repeat(DEEP)),
        format!("workflow w() {}", "{ parallel ".repeat(DEEP)),
        format!("pub let a: String = {}1{}\n", "\"${".repeat(DEEP), "}\"".repeat(DEEP)),
    ];
    for shape in shapes {
        let found = Desk::default().compile(&shape);
        assert!(found.iter().any(|it| it.code == codes::NESTED_TOO_DEEP), "{}: {:?}", &shape[..40], found.first());
        assert!(found.len() < 20, "{}: {}", &shape[..40], found.len());
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let text = include_str!("broad.deploy");
    assert_eq!(Desk::default().compile(&text.replace('\n', "\r\n")), Vec::new());
    assert_eq!(Desk::default().compile(&format!("\u{feff}{text}")), Vec::new());
}

#[test]
fn words_of_the_language_can_be_names() {
    let words = ["gate", "stage", "for", "rollout", "with", "accept", "run", "service", "test", "weight"];
    for word in words {
        let text = format!("pub fn {word}_of({word}: Int) -> Int = {word} + 1\n");
        let found = Desk::default().compile(&text);
        let said: Vec<_> = found.iter().map(|it| it.code).collect();
        assert!(said.is_empty() || said == [codes::UNEXPECTED], "{word}: {said:?}");
    }
}

#[test]
fn what_hides_is_found_where_it_hides() {
    for text in ["// a \u{202e}b\n", "pub let a: String = \"\u{2066}x\"\n", "/// \u{200b}\npub let a: Int = 1\n"] {
        let found = Desk::default().compile(text);
        let said: Vec<_> = found.iter().map(|it| (it.code, it.primary.span.start as usize)).collect();
        let at = text.find(|c: char| !c.is_ascii()).unwrap();
        assert_eq!(said, [(codes::HIDDEN_CHARACTER, at)], "{text:?}");
    }
}

#[test]
fn letters_that_only_look_like_letters_are_named() {
    let found = Desk::default().compile("pub let \u{430}bc: Int = 1\n");
    assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), [codes::UNKNOWN_CHARACTER]);
    assert!(found[0].notes.iter().any(|note| note.contains("U+0430")), "{found:?}");
}

#[test]
fn words_and_marks_of_other_scripts_are_text_like_any_other() {
    assert_eq!(Desk::default().compile("// Grüße, 日本語 👩\u{200d}🚀\npub let a: String = \"שלום\"\n"), Vec::new());
}
