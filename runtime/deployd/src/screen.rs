//! A part of the terminal that is redrawn in place. It is cleared and the cursor is back when this is dropped.

use std::io::Write;

use crossterm::cursor::{Hide, MoveTo, MoveUp, Show};
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal::{self, Clear, ClearType};

use crate::render::text::Line;

/// Taken when the terminal does not say.
const SIZE: (u16, u16) = (80, 24);

/// What is drawn now.
pub(crate) struct Screen {
    lines: u16,
    size: (u16, u16),
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self { lines: 0, size: size() }
    }

    /// Replaces what is drawn. A terminal that cannot be written to is left as it is: the run goes on.
    pub(crate) fn draw(&mut self, lines: &[Line]) {
        let _ = self.try_draw(lines);
    }

    fn try_draw(&mut self, lines: &[Line]) -> std::io::Result<()> {
        // Written at once, so that nobody sees a screen that is half drawn.
        let mut out = Vec::new();
        queue!(out, Hide)?;
        self.clear(&mut out)?;
        let (width, height) = self.size;
        // One row stays for the cursor.
        for line in lines.iter().take(usize::from(height.saturating_sub(1))) {
            queue!(out, Print(line.show(usize::from(width), true)), Print("\n"))?;
            self.lines = self.lines.saturating_add(1);
        }
        write(&out)
    }

    /// After a change of size the old lines have been wrapped anew: how many rows they take is not known.
    fn clear(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        let size = size();
        if size != self.size {
            queue!(out, Clear(ClearType::All), MoveTo(0, 0))?;
        } else if self.lines > 0 {
            queue!(out, MoveUp(self.lines), Clear(ClearType::FromCursorDown))?;
        }
        (self.size, self.lines) = (size, 0);
        Ok(())
    }
}

/// Some terminals (a pseudo-terminal that nobody gave a size) say that they have no rows.
fn size() -> (u16, u16) {
    terminal::size().ok().filter(|(width, height)| *width > 0 && *height > 0).unwrap_or(SIZE)
}

impl Drop for Screen {
    fn drop(&mut self) {
        let mut out = Vec::new();
        // A terminal that has gone needs no cursor.
        let _ = self.clear(&mut out).and_then(|()| queue!(out, Show)).and_then(|()| write(&out));
    }
}

fn write(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
