//! Text as it grows, piece by piece.

use smol_str::SmolStr;

use crate::value::Piece;

/// Text under construction: known pieces that follow each other become one.
#[derive(Default)]
pub(super) struct TextBuilder {
    pieces: Vec<Piece>,
    known: String,
    /// Bytes and pieces that were added and not yet counted.
    uncounted: usize,
}

impl TextBuilder {
    pub(super) fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Known(text) => {
                self.known.push_str(&text);
                self.uncounted += text.len();
            }
            Piece::Parameter(_) | Piece::Output(..) => {
                self.end_known();
                self.pieces.push(piece);
                self.uncounted += 16;
            }
        }
    }

    /// What the growth since the last call costs.
    pub(super) fn grown(&mut self) -> u32 {
        let cost = u32::try_from(self.uncounted / 16).unwrap_or(u32::MAX);
        self.uncounted %= 16;
        cost
    }

    pub(super) fn finish(mut self) -> Vec<Piece> {
        self.end_known();
        self.pieces
    }

    fn end_known(&mut self) {
        if !self.known.is_empty() {
            self.pieces.push(Piece::Known(SmolStr::from(std::mem::take(&mut self.known))));
        }
    }
}
