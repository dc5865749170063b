//! What may differ between two runs of the same command: numbers, identifiers, bars, the width of columns.

/// What bars of progress are drawn with.
const BAR: [char; 2] = ['━', '─'];

/// The text with every number, run, release and digest replaced by a word, and white space made single.
pub(super) fn normal(text: &str) -> String {
    let words = |line: &str| line.split_whitespace().map(word).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let lines = text.lines().map(|line| words(line).join(" "));
    let kept: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    kept.join("\n")
}

fn word(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word.trim_matches(BAR);
    while let Some(first) = rest.chars().next() {
        let piece = alphanumeric(rest);
        if piece.is_empty() {
            // A decimal point or a thousands separator is part of its number.
            let within = matches!(first, '.' | ',' | '_')
                && out.ends_with('0')
                && rest[1..].starts_with(|c: char| c.is_ascii_digit());
            if !within {
                out.push(first);
            }
            rest = &rest[first.len_utf8()..];
        } else {
            let name = named(piece);
            out.push_str(if out.ends_with('0') { name.trim_start_matches('0') } else { &name });
            rest = &rest[piece.len()..];
        }
    }
    out
}

fn alphanumeric(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

fn named(piece: &str) -> String {
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let hexadecimal = piece.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
    if piece.len() == 26 && digits > 0 && !piece.chars().any(|c| c.is_ascii_uppercase()) {
        "RUN".to_owned()
    } else if piece.len() >= 12 && hexadecimal {
        "HEX".to_owned()
    } else {
        without_numbers(piece)
    }
}

fn without_numbers(piece: &str) -> String {
    let mut out = String::new();
    for c in piece.chars() {
        match (c.is_ascii_digit(), out.ends_with('0')) {
            (true, true) => {}
            (true, false) => out.push('0'),
            (false, _) => out.push(c),
        }
    }
    out
}

#[test]
fn leaves_what_does_not_differ() {
    let text = "run 01kagd4y2m8n7w3x5z6q1r9t0v  release\n\n  r-0123456789ab   5%  at 14:03:07Z";
    assert_eq!(normal(text), "run RUN release\nr-HEX 0% at 0:0:0Z");
    assert_eq!(normal("1,234 of 99 in 2.50s"), "0 of 0 in 0s");
}
