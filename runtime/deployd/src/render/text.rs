//! Lines of text that know their colours, and stay harmless whatever a message contains.

/// A colour's meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Paint {
    #[default]
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Open,
}

impl Paint {
    /// The attribute of ECMA-48 "select graphic rendition".
    fn attribute(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Open => "33",
        }
    }
}

/// A line made of painted pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(String, Paint)>);

impl Line {
    /// A line in one colour.
    pub(crate) fn of(text: &str, paint: Paint) -> Self {
        Self::default().and(text, paint)
    }

    /// A line without colour.
    pub(crate) fn plain(text: &str) -> Self {
        Self::of(text, Paint::Plain)
    }

    /// With a piece added.
    pub(crate) fn and(mut self, text: &str, paint: Paint) -> Self {
        self.0.push((clean(text), paint));
        self
    }

    /// With another line behind it.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The text, cut to `width` characters; an ellipsis shows a cut.
    pub(crate) fn show(&self, width: usize, color: bool) -> String {
        let length: usize = self.0.iter().map(|(text, _)| text.chars().count()).sum();
        let (mut left, cut) = if length > width { (width.saturating_sub(1), true) } else { (length, false) };
        let mut shown = String::new();
        for (text, paint) in &self.0 {
            let part: String = text.chars().take(left).collect();
            left -= part.chars().count();
            shown += &painted(&part, *paint, color);
        }
        if cut {
            shown.push('…');
        }
        shown.trim_end().to_owned()
    }
}

fn painted(text: &str, paint: Paint, color: bool) -> String {
    if !color || paint == Paint::Plain || text.is_empty() {
        return text.to_owned();
    }
    format!("\u{1b}[{}m{text}\u{1b}[0m", paint.attribute())
}

/// The text without control characters: a message of a provider must not move the cursor.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_characters_not_bytes() {
        let line = Line::of("größe", Paint::Bad).and(" und mehr", Paint::Plain);
        assert_eq!(line.show(80, false), "größe und mehr");
        assert_eq!(line.show(6, false), "größe…");
        assert_eq!(line.show(4, true), "\u{1b}[31mgrö\u{1b}[0m…");
        assert_eq!(line.show(0, false), "…");
    }

    #[test]
    fn control_characters_do_not_get_through() {
        assert_eq!(Line::plain("a\u{1b}[2Jb\nc").show(80, true), "a [2Jb c");
    }
}
