//! Elements of SVG, escaped by the writer.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// What is drawn so far.
pub(super) struct Canvas(Writer<Vec<u8>>);

impl Canvas {
    pub(super) fn new() -> Self {
        Self(Writer::new_with_indent(Vec::new(), b' ', 1))
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0.write_event(Event::Start(element(name, attributes)))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.0.write_event(Event::Empty(element(name, attributes)))
    }

    pub(super) fn texted(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.0.write_event(Event::Text(BytesText::new(&printable(text))))?;
        self.close(name)
    }

    pub(super) fn rectangle(&mut self, class: &str, [x, y, width, height]: [i64; 4], round: i64) -> io::Result<()> {
        let [x, y, width, height, round] = [x, y, width, height, round].map(|number| number.to_string());
        let place = [("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height), ("rx", &round)];
        self.empty("rect", &[&[("class", class)], place.as_slice()].concat())
    }

    /// A line of text that is cut where there is no room; all of it shows under the pointer.
    pub(super) fn line(&mut self, class: &str, (x, y): (i64, i64), room: usize, text: &str) -> io::Result<()> {
        let (x, y) = (x.to_string(), y.to_string());
        self.open("text", &[("class", class), ("x", &x), ("y", &y)])?;
        let cut = cut(text, room);
        if cut != text {
            self.texted("title", &[], text)?;
        }
        self.0.write_event(Event::Text(BytesText::new(&printable(&cut))))?;
        self.close("text")
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner()
    }
}

fn element<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        element.push_attribute((*name, printable(value).as_str()));
    }
    element
}

/// So many characters at most, the last a sign that some are missing.
fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// What XML has no way to write is shown by its sign.
fn printable(text: &str) -> String {
    let allowed = |letter: char| letter == '\n' || !(letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|letter| if allowed(letter) { letter } else { '\u{fffd}' }).collect()
}
