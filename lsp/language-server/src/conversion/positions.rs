//! Positions of the protocol and bytes of a text.

use ide::Lines;
use tower_lsp::ls_types::{ClientCapabilities, Position, PositionEncodingKind, Range};

/// What a position counts in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of sixteen bits, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// What costs least of what the client knows.
    pub(crate) fn agreed(client: &ClientCapabilities) -> Self {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let knows = |kind| offered.is_some_and(|offered| offered.contains(&kind));
        match (knows(PositionEncodingKind::UTF8), knows(PositionEncodingKind::UTF32)) {
            (true, _) => Self::Utf8,
            (false, true) if !knows(PositionEncodingKind::UTF16) => Self::Utf32,
            (false, _) => Self::Utf16,
        }
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How much a text is of what is counted.
    pub(crate) fn width(self, text: &str) -> u32 {
        let width = match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        };
        u32::try_from(width).unwrap_or(u32::MAX)
    }

    /// The bytes of a line before a column: those of whole characters, and no more than the line has.
    fn bytes(self, line: &str, column: u32) -> usize {
        let column = column as usize;
        if self == Self::Utf8 || line.is_ascii() {
            let mut at = column.min(line.len());
            while !line.is_char_boundary(at) {
                at -= 1;
            }
            return at;
        }
        let mut counted = 0;
        for (at, c) in line.char_indices() {
            counted += if self == Self::Utf16 { c.len_utf16() } else { 1 };
            if counted > column {
                return at;
            }
        }
        line.len()
    }
}

/// A text with its lines, as positions in it are counted.
#[derive(Clone, Copy)]
pub(crate) struct Counted<'t> {
    pub(crate) text: &'t str,
    pub(crate) lines: &'t Lines,
    pub(crate) encoding: Encoding,
}

impl Counted<'_> {
    /// The byte at a position. One behind the end of its line is that end, one behind the last line the end of the text, and
    /// one inside a character its first byte.
    pub(crate) fn offset(&self, at: Position) -> u32 {
        let line = self.lines.range(at.line, self.text);
        let inside = self.encoding.bytes(&self.text[line.clone()], at.character);
        u32::try_from(line.start + inside).unwrap_or(u32::MAX)
    }

    /// The bytes of a range; an inverted one is turned round.
    pub(crate) fn bytes(&self, range: Range) -> std::ops::Range<u32> {
        let (one, other) = (self.offset(range.start), self.offset(range.end));
        one.min(other)..one.max(other)
    }

    /// The position of a byte; that of the end for one behind it.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut at = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.lines.line_of(u32::try_from(at).unwrap_or(u32::MAX));
        let start = self.lines.start(line) as usize;
        Position::new(line, self.encoding.width(self.text.get(start..at).unwrap_or_default()))
    }

    /// The range of some bytes.
    pub(crate) fn range(&self, bytes: std::ops::Range<u32>) -> Range {
        Range::new(self.position(bytes.start), self.position(bytes.end))
    }
}
