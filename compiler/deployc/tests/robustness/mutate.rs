//! Texts made of other texts by chance, by tokens more often than by bytes: most of them nearly make sense.

use syntax::lex::tokens;

use crate::numbers::Numbers;

/// What nobody writes on purpose, and every sign of the language.
const PIECES: [&str; 58] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ",",
    ":",
    "=",
    "==",
    "!=",
    "<=",
    "->",
    "=>",
    "..",
    ".",
    "|",
    "?",
    "??",
    "@",
    "+",
    "-",
    "*",
    "/",
    "\"",
    "\"\"\"",
    "${",
    "}\"",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "//",
    "///",
    "#",
    "'",
    ";",
    "\\",
    "\u{feff}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{430}",
    "\u{a0}",
    "😀",
    "\0",
    "9999999999999999999999",
    "0.00000000000000000000001%",
    "31-02-2027",
    "24:61",
    "100% ",
    "sha256:00",
    "1_",
    "_",
    "if",
    "\u{1b}[31m",
];

/// The words with which something begins or goes on.
const WORDS: [&str; 44] = [
    "pub",
    "use",
    "let",
    "fn",
    "type",
    "environment",
    "service",
    "strategy",
    "gate",
    "workflow",
    "metric",
    "slo",
    "policy",
    "test",
    "migration",
    "database",
    "released",
    "group",
    "flag",
    "action",
    "emergency",
    "for",
    "while",
    "when",
    "then",
    "else",
    "and",
    "or",
    "not",
    "is",
    "in",
    "on",
    "to",
    "using",
    "with",
    "within",
    "accept",
    "because",
    "until",
    "case",
    "rollout",
    "run",
    "parallel",
    "formerly",
];

/// One to five changes of `text`, which may take from `other`.
pub(crate) fn mutated(text: &str, other: &str, numbers: &mut Numbers) -> String {
    let mut mutated = text.to_owned();
    for _ in 0..=numbers.below(5) {
        mutated = once(&mutated, other, numbers);
    }
    mutated
}

fn once(text: &str, other: &str, numbers: &mut Numbers) -> String {
    let (start, end) = token(text, numbers);
    let (before, own, after) = (&text[..start], &text[start..end], &text[end..]);
    match numbers.below(12) {
        0 | 1 => format!("{before}{after}"),
        2 => format!("{before}{own} {own}{after}"),
        3 => format!("{before}{own}{}{after}", numbers.of(&PIECES)),
        4 => format!("{before}{} {own}{after}", numbers.of(&WORDS)),
        5 => format!("{before}{}{after}", numbers.of(&WORDS)),
        6 => before.to_owned(),
        7 => {
            let (from, to) = token(other, numbers);
            format!("{before}{}{after}", &other[from..to])
        }
        8 => {
            let (from, to) = stretch(other, numbers);
            format!("{before}{}{own}{after}", &other[from..to])
        }
        9 => {
            let (from, to) = stretch(text, numbers);
            format!("{}{}", &text[..from], &text[to..])
        }
        10 => {
            let (from, to) = stretch(text, numbers);
            format!("{before}{}{after}", text[from..to].repeat(1 + numbers.below(20)))
        }
        _ => {
            let (other_start, other_end) = token(text, numbers);
            let swapped = &text[other_start..other_end];
            format!("{before}{swapped}{after}")
        }
    }
}

/// A token of the text, or an empty place where it has none.
fn token(text: &str, numbers: &mut Numbers) -> (usize, usize) {
    let all = tokens(text);
    if all.is_empty() {
        return (0, 0);
    }
    let token = numbers.of(&all);
    (token.start as usize, token.end as usize)
}

/// A few tokens behind each other.
fn stretch(text: &str, numbers: &mut Numbers) -> (usize, usize) {
    let all = tokens(text);
    if all.is_empty() {
        return (0, 0);
    }
    let from = numbers.below(all.len());
    let to = (from + numbers.below(30)).min(all.len() - 1);
    (all[from].start as usize, all[to].end as usize)
}

/// Bytes changed by chance, for what reads bytes.
pub(crate) fn garbled(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const DIGITS: &[u8] = b"0123456789-+.eE\"{}[],:ntf\\u";
    let mut garbled = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(garbled.len());
        match numbers.below(6) {
            0 => garbled.truncate(at),
            1 => garbled.insert(at, *numbers.of(DIGITS)),
            2 if !garbled.is_empty() => garbled[at] = *numbers.of(DIGITS),
            3 if !garbled.is_empty() => garbled[at] = u8::try_from(numbers.below(256)).unwrap(),
            4 if !garbled.is_empty() => drop(garbled.remove(at)),
            _ => {
                let to = (at + numbers.below(200)).min(garbled.len());
                let part = garbled[at..to].to_vec();
                garbled.splice(at..at, part);
            }
        }
    }
    garbled
}
