//! What each renderer prints, as snapshots.

use diagnostics::{Applicability, Diagnostic, Fix, Sources, Span, codes, render};

fn sample() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let text = "// naïve 日本語\nservce shop {\n  runs = 1\n}\n";
    let file = sources.add("shop.deploy", text);
    let start = 20;
    assert_eq!(text.find("servce"), Some(20));
    let head = Span::new(file, start, start + 6);
    let typo = Diagnostic::error(codes::UNKNOWN_WORD, head, "`servce` is not a declaration")
        .label("did you mean `service`?")
        .also(Span::new(file, start + 7, start + 11), "this would be its name")
        .help("write `service`")
        .note("every declaration starts with its kind")
        .fix(Fix::replace("write `service`", head, "service", Applicability::Guess));
    let inside_a_character = Diagnostic::warning(codes::UNEXPECTED, Span::new(file, 6, 9_999), "spans are clamped");
    (sources, vec![typo, inside_a_character])
}

#[test]
fn human() {
    let (sources, diagnostics) = sample();
    insta::assert_snapshot!(render::human(&diagnostics, &sources, false));
}

#[test]
fn human_in_colour_carries_escapes() {
    let (sources, diagnostics) = sample();
    assert!(render::human(&diagnostics, &sources, true).contains("\u{1b}["));
    assert!(!render::human(&diagnostics, &sources, false).contains('\u{1b}'));
}

#[test]
fn short() {
    let (sources, diagnostics) = sample();
    insta::assert_snapshot!(render::short(&diagnostics, &sources));
}

#[test]
fn json() {
    let (sources, diagnostics) = sample();
    insta::assert_snapshot!(render::json(&diagnostics, &sources));
}

#[test]
fn moving_a_diagnostic_moves_every_place() {
    let (_, diagnostics) = sample();
    let moved = diagnostics[0].clone().moved(10);
    assert_eq!(moved.primary.span.start, diagnostics[0].primary.span.start + 10);
    assert_eq!(moved.secondary[0].span.end, diagnostics[0].secondary[0].span.end + 10);
    assert_eq!(moved.fixes[0].edits[0].span, moved.primary.span);
}
