//! What an action wrote: its beginning, its end, and the number of bytes between them.

use serde::{Deserialize, Serialize};

use crate::secrets::scrub::Scrubber;

/// Bytes of the end that are kept where the beginning is full.
const TAIL: usize = 8 << 10;
/// Lines that a message quotes, and most bytes of them.
const LINES: usize = 5;
const LINES_MAX: usize = 2 << 10;

/// Output while it is read; bounded however much is written.
pub(super) struct Collected {
    head: Vec<u8>,
    limit: usize,
    tail: Vec<u8>,
    discarded: u64,
}

/// Output as it is told: without secrets, and cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// From its beginning.
    pub(super) text: String,
    /// Its last lines, as a sentence part.
    pub(super) last: String,
}

impl Collected {
    pub(super) fn new(limit: usize) -> Self {
        Self { head: Vec::new(), limit, tail: Vec::new(), discarded: 0 }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(room);
        self.head.extend_from_slice(head);
        self.discarded += rest.len() as u64;
        self.tail.extend_from_slice(rest);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    pub(super) fn written(&self, scrubber: &Scrubber) -> Written {
        let text = scrubber.text(&self.head);
        if self.discarded == 0 {
            return Written { last: last_lines(&text), text };
        }
        // The line at a cut may be cut within a secret, which would then not be recognised.
        let whole = text.rfind('\n').map_or("", |at| &text[..=at]);
        let end = self.tail.iter().position(|b| *b == b'\n').and_then(|at| self.tail.get(at + 1..)).unwrap_or_default();
        let last = if end.is_empty() { last_lines(whole) } else { last_lines(&scrubber.text(end)) };
        let cut = format!("[output beyond {} bytes was discarded: {} bytes]\n", self.limit, self.discarded);
        Written { text: format!("{whole}{cut}"), last }
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join(" | ");
    if last.is_empty() {
        return "none".to_owned();
    }
    let from = (last.len().saturating_sub(LINES_MAX)..last.len()).find(|at| last.is_char_boundary(*at));
    last.get(from.unwrap_or_default()..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(limit: usize, output: &str) -> Written {
        let mut collected = Collected::new(limit);
        output.as_bytes().chunks(7).for_each(|part| collected.add(part));
        collected.written(&Scrubber::new(&[]))
    }

    #[test]
    fn the_last_lines_are_the_last_ones_however_much_was_written() {
        let output = format!("first\n{}the reason\n", "filler\n".repeat(100_000));
        let written = written(64, &output);
        assert!(written.text.starts_with("first\nfiller\n") && written.text.len() < 150, "{}", written.text);
        assert!(written.last.ends_with("filler | the reason"), "{}", written.last);
    }

    #[test]
    fn one_endless_line_is_not_quoted_as_a_whole() {
        assert_eq!(written(1 << 20, &"ä".repeat(100_000)).last.len(), LINES_MAX);
        let cut = written(100, &"x".repeat(100_000));
        assert_eq!(
            (cut.text.as_str(), cut.last.as_str()),
            ("[output beyond 100 bytes was discarded: 99900 bytes]\n", "none")
        );
    }
}
