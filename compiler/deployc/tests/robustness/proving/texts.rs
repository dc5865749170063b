//! Changes of texts: at each place that a word or a clause has.

use std::ops::Range;

/// The text with something else in a range.
pub(super) fn with(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// The words behind each occurrence of some text: up to a space, a comma, a bracket or the end of the line.
pub(super) fn behind(text: &str, before: &str) -> Vec<Range<usize>> {
    let starts = text.match_indices(before).map(|(at, _)| at + before.len());
    let word = |start: usize| {
        let length = text[start..].find([' ', ',', '}', '{', ')', '\n']).unwrap_or(text.len() - start);
        (length > 0).then_some(start..start + length)
    };
    starts.filter_map(word).collect()
}

/// One mutant for each such word and each text in its place.
pub(super) fn replaced(text: &str, before: &str, fits: impl Fn(&str) -> bool, new: &[&str]) -> Vec<String> {
    let words = behind(text, before).into_iter().filter(|range| fits(&text[range.clone()]));
    words.flat_map(|range| new.iter().map(move |new| with(text, range.clone(), new))).collect()
}

/// One mutant for each line that begins so, without it.
pub(super) fn without_lines(text: &str, begins: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let own = (0..lines.len()).filter(|at| lines[*at].trim_start().starts_with(begins));
    let left = |at: usize| lines.iter().enumerate().filter(move |(line, _)| *line != at).map(|(_, line)| *line);
    own.map(|at| left(at).collect::<Vec<_>>().join("\n") + "\n").collect()
}

/// The stages of each strategy, as ranges without the spaces around them.
pub(super) fn strategies(text: &str) -> Vec<Vec<Range<usize>>> {
    let heads = text.match_indices("strategy ").map(|(at, _)| at);
    heads.filter_map(|at| Some(stages(text, at + text[at..].find('{')? + 1))).filter(|it| !it.is_empty()).collect()
}

fn stages(text: &str, from: usize) -> Vec<Range<usize>> {
    let (mut depth, mut start, mut found) = (0, from, Vec::new());
    for (offset, letter) in text[from..].char_indices() {
        let at = from + offset;
        match letter {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth > 0 => depth -= 1,
            ',' | '\n' | '}' if depth == 0 => {
                let part = &text[start..at];
                let left = start + (part.len() - part.trim_start().len());
                let whole = left..left + part.trim().len();
                // What has no weight is no stage of its own.
                if text[whole.clone()].starts_with(|first: char| first.is_ascii_digit()) {
                    found.push(whole);
                }
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// The weight at the beginning of a stage.
pub(super) fn weight(text: &str, stage: &Range<usize>) -> Range<usize> {
    let length = text[stage.clone()].find(['%', ' ']).map_or(0, |at| at + 1);
    stage.start..stage.start + length
}
