//! Lays the tree out in lines.

use super::tree::{Entry, Group, Leaf, Part};
use super::{LINE_MAX, space};
use crate::lex::{Bracket, TokenKind};

/// The formatted text of a file.
pub(super) fn print(entries: &[Entry<'_>]) -> String {
    let mut printer = Printer::default();
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            printer.new_line(0, entry.blank_before);
        }
        printer.parts(entry, entry.parts_before_head());
        entry.trailing.iter().for_each(|text| printer.comment(text));
    }
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

#[derive(Default)]
struct Printer<'s> {
    out: String,
    /// Characters on the current line.
    column: usize,
    /// Levels of indentation of the current line.
    indent: usize,
    /// Nothing but indentation stands on the current line.
    fresh: bool,
    /// The last token but one, and the last, of the entry at hand.
    before: Option<Leaf<'s>>,
    previous: Option<Leaf<'s>>,
}

impl<'s> Printer<'s> {
    fn new_line(&mut self, indent: usize, blank: bool) {
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.out.extend(std::iter::repeat_n("  ", indent));
        (self.column, self.indent, self.fresh) = (2 * indent, indent, true);
    }

    fn begin_entry(&mut self) {
        (self.before, self.previous) = (None, None);
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
        self.fresh = false;
    }

    fn leaf(&mut self, leaf: Leaf<'s>) {
        let apart = self.previous.is_some_and(|previous| space::between(self.before, previous, leaf));
        if apart && !self.fresh {
            self.write(" ");
        }
        match leaf.kind {
            TokenKind::Number => self.write(&leaf.text.split_whitespace().collect::<Vec<_>>().join(" ")),
            _any => self.write(leaf.text),
        }
        (self.before, self.previous) = (self.previous, Some(leaf));
    }

    /// Prints an entry; the lines of its first `level` parts are not indented deeper than it.
    fn parts(&mut self, entry: &Entry<'s>, level: usize) {
        let base = self.indent;
        self.begin_entry();
        let mut after_comment = false;
        for (at, part) in entry.parts.iter().enumerate() {
            if at > 0 && (part.is_broken() || after_comment) {
                self.new_line(base + usize::from(at > level), false);
            }
            after_comment = matches!(part, Part::Comment { .. });
            match part {
                Part::Leaf { leaf, .. } => self.leaf(*leaf),
                Part::Comment { text, .. } => self.comment(text),
                Part::Group { group, .. } => self.group(group, entry.parts.get(at + 1..).unwrap_or_default()),
            }
        }
    }

    fn comment(&mut self, text: &str) {
        if !self.fresh && !self.out.is_empty() {
            self.write(" ");
        }
        self.write(text);
    }

    /// Prints a group; `rest` is what follows it in its entry.
    fn group(&mut self, group: &Group<'s>, rest: &[Part<'s>]) {
        let is_empty = group.entries.is_empty() && group.opening.is_none();
        if is_empty || (!group.several_lines && self.fits(group, rest)) {
            return self.on_one_line(group);
        }
        let is_list = group.bracket == Bracket::Square || self.previous.is_some_and(space::is_callee);
        self.leaf(opener(group));
        group.opening.iter().for_each(|text| self.comment(text));
        let base = self.indent;
        let mut joined = false;
        for (at, entry) in group.entries.iter().enumerate() {
            if joined {
                self.write(" ");
            } else {
                self.new_line(base + 1, entry.blank_before && at > 0);
            }
            self.parts(entry, 0);
            let rest = group.entries.get(at + 1..).unwrap_or_default();
            joined = self.joins(group, entry, rest.first());
            if joined || needs_comma(group.bracket, entry, rest, is_list) {
                self.write(",");
            }
            entry.trailing.iter().for_each(|text| self.comment(text));
        }
        self.new_line(base, false);
        self.begin_entry();
        self.leaf(closer(group));
    }

    /// Whether the next entry stays on the line of this one, as the author wrote it.
    fn joins(&self, group: &Group<'s>, entry: &Entry<'s>, next: Option<&Entry<'s>>) -> bool {
        let Some(next) = next.filter(|next| next.joined && group.several_lines) else { return false };
        if entry.trailing.is_some() || !entry.is_simple() || !next.is_simple() {
            return false;
        }
        let mut trial = Printer { out: String::new(), ..*self };
        trial.write(", ");
        trial.begin_entry();
        next.parts.iter().for_each(|part| trial.part_on_one_line(part));
        trial.column < LINE_MAX
    }

    fn on_one_line(&mut self, group: &Group<'s>) {
        let import = self.previous.is_some_and(|previous| previous.kind == TokenKind::Dot);
        self.leaf(opener(group));
        let padding = if group.bracket == Bracket::Brace && !group.entries.is_empty() && !import { " " } else { "" };
        self.write(padding);
        for (at, entry) in group.entries.iter().enumerate() {
            if at > 0 {
                self.write(", ");
            }
            self.begin_entry();
            entry.parts.iter().for_each(|part| self.part_on_one_line(part));
        }
        self.write(padding);
        self.begin_entry();
        self.leaf(closer(group));
    }

    fn part_on_one_line(&mut self, part: &Part<'s>) {
        match part {
            Part::Leaf { leaf, .. } => self.leaf(*leaf),
            Part::Comment { text, .. } => self.comment(text),
            Part::Group { group, .. } => self.on_one_line(group),
        }
    }

    /// Whether the group, and what follows it on its line, ends before the margin.
    fn fits(&self, group: &Group<'s>, rest: &[Part<'s>]) -> bool {
        let mut trial = Printer { out: String::new(), ..*self };
        trial.on_one_line(group);
        for part in rest.iter().take_while(|part| !part.is_broken()) {
            match part {
                Part::Group { group, .. } if group.several_lines || is_block(group) => {
                    trial.leaf(opener(group));
                    break;
                }
                Part::Comment { .. } => break,
                Part::Leaf { .. } | Part::Group { .. } => trial.part_on_one_line(part),
            }
        }
        trial.column <= LINE_MAX
    }
}

/// Whether a comma must stand behind `entry`, before a new line; a list has one behind its last entry too.
fn needs_comma(bracket: Bracket, entry: &Entry<'_>, rest: &[Entry<'_>], is_list: bool) -> bool {
    let next = rest.iter().find(|entry| !entry.is_comment());
    let needed = match bracket {
        Bracket::Brace => next.is_some_and(|next| next.needs_comma_before),
        Bracket::Paren | Bracket::Square => is_list || next.is_some(),
    };
    needed && !entry.is_comment()
}

/// Braces with something between them: the part of an entry that breaks first.
fn is_block(group: &Group<'_>) -> bool {
    group.bracket == Bracket::Brace && !group.entries.is_empty()
}

fn opener<'s>(group: &Group<'_>) -> Leaf<'s> {
    Leaf { kind: group.bracket.opener(), text: group.bracket.open() }
}

fn closer<'s>(group: &Group<'_>) -> Leaf<'s> {
    Leaf { kind: group.bracket.closer(), text: group.bracket.close() }
}
