//! Where the lines of a text begin.

use std::ops::Range;

/// The lines of one text, by their places alone; the text stays with its owner. A line ends at `\n`; a `\r` before it
/// belongs to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The offset of the first byte of each line; there is always a first line.
    starts: Vec<u32>,
    /// How many bytes the text has.
    len: u32,
}

impl Lines {
    /// The lines of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| byte(at + 1));
        Self { starts: std::iter::once(0).chain(ends).collect(), len: byte(text.len()) }
    }

    /// The lines after the bytes `replaced` gave way to `text`.
    pub fn edit(&mut self, replaced: Range<u32>, text: &str) {
        let added = byte(text.len());
        let moved = |at: u32| at.saturating_sub(replaced.end).saturating_add(replaced.start).saturating_add(added);
        // A line begins behind the `\n` that ends the one before.
        let first = self.starts.partition_point(|start| *start <= replaced.start);
        let behind = self.starts.partition_point(|start| *start <= replaced.end);
        self.starts[behind..].iter_mut().for_each(|start| *start = moved(*start));
        let inside = text.match_indices('\n').map(|(at, _)| replaced.start.saturating_add(byte(at + 1)));
        self.starts.splice(first..behind, inside);
        self.len = moved(self.len);
    }

    /// How many lines there are, at least one: a text that ends with `\n` has an empty last line.
    #[must_use]
    pub fn count(&self) -> u32 {
        byte(self.starts.len())
    }

    /// The line of an offset, from 0; the last one for what is beyond the end.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> u32 {
        byte(self.starts.partition_point(|start| *start <= offset).saturating_sub(1))
    }

    /// Where a line, counted from 0, begins; the end of the text for one behind the last.
    #[must_use]
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// The bytes of a line, counted from 0, without its end; empty at the end of the text for one behind the last.
    #[must_use]
    pub fn range(&self, line: u32, text: &str) -> Range<usize> {
        let (start, next) = (self.start(line) as usize, self.start(line.saturating_add(1)) as usize);
        let line = text.get(start..next).unwrap_or_default();
        let kept = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        start..start + kept.len()
    }
}

/// An offset as it is kept; no text that is read is longer than that.
fn byte(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
