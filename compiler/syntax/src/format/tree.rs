//! Tokens as nested groups of entries: what the printer lays out.

use crate::items::items;
use crate::lex::{Bracket, Token, TokenKind, tokens};
use crate::significant::{PhaseList, Significant, goes_on, significant};
use std::collections::{HashMap, HashSet};

/// A token as it will be printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'s> {
    pub(super) kind: TokenKind,
    pub(super) text: &'s str,
}

/// A piece of an entry.
#[derive(Debug)]
pub(super) enum Part<'s> {
    /// A token; `broken` if the author began a line with it.
    Leaf { leaf: Leaf<'s>, broken: bool },
    /// A comment; a line ends behind it. `blank` if an empty line stands before it.
    Comment { text: &'s str, broken: bool, blank: bool },
    /// Brackets and what is between them.
    Group { group: Group<'s>, broken: bool },
}

impl Part<'_> {
    pub(super) fn is_broken(&self) -> bool {
        match self {
            Self::Leaf { broken, .. } | Self::Comment { broken, .. } | Self::Group { broken, .. } => *broken,
        }
    }
}

/// What stands between two separators; a comment on a line of its own is an entry too.
#[derive(Debug, Default)]
pub(super) struct Entry<'s> {
    pub(super) parts: Vec<Part<'s>>,
    /// A comment behind it on its last line.
    pub(super) trailing: Option<&'s str>,
    /// The author left an empty line before it.
    pub(super) blank_before: bool,
    /// Without a comma before it, it would be read as part of the entry before.
    pub(super) needs_comma_before: bool,
    /// The author wrote it on the line of the entry before.
    pub(super) joined: bool,
}

impl<'s> Entry<'s> {
    fn comment(text: &'s str, blank_before: bool) -> Self {
        let parts = vec![Part::Comment { text, broken: true, blank: blank_before }];
        Self { parts, blank_before, ..Self::default() }
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Comment { .. }])
    }

    /// Whether it stands on one line wherever there is room.
    pub(super) fn is_simple(&self) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Leaf { broken, .. } => !broken,
            Part::Comment { .. } => false,
            Part::Group { group, broken } => !broken && !group.several_lines,
        })
    }

    /// How many parts stand before the head word of a declaration: annotations and `pub`.
    pub(super) fn parts_before_head(&self) -> usize {
        let mut before: Option<Leaf<'_>> = None;
        let in_front = self.parts.iter().take_while(|part| match part {
            Part::Leaf { leaf, .. } => {
                let named = before.replace(*leaf).is_some_and(|before| before.kind == TokenKind::At);
                leaf.kind == TokenKind::At || named || leaf.text == "pub"
            }
            Part::Comment { .. } => true,
            Part::Group { group, .. } => group.bracket == Bracket::Paren,
        });
        in_front.count()
    }
}

/// Brackets and their entries.
#[derive(Debug)]
pub(super) struct Group<'s> {
    pub(super) bracket: Bracket,
    pub(super) entries: Vec<Entry<'s>>,
    /// A comment behind the opening bracket.
    pub(super) opening: Option<&'s str>,
    /// It stands on several lines, by the author's choice or because of a comment.
    pub(super) several_lines: bool,
}

/// The entries of a file, one for each declaration and each comment between declarations.
pub(super) fn build(text: &str) -> Vec<Entry<'_>> {
    let tokens = tokens(text);
    let significant = significant(&tokens, text);
    let mut builder = Builder {
        text,
        tokens: &tokens,
        at: 0,
        starts: items(text).iter().map(|item| item.start).collect(),
        order: significant.iter().enumerate().map(|(order, token)| (token.start, order)).collect(),
        significant,
    };
    builder.group(None).entries
}

struct Builder<'t, 's> {
    text: &'s str,
    tokens: &'t [Token],
    at: usize,
    /// Where declarations start.
    starts: HashSet<u32>,
    significant: Vec<Significant<'s>>,
    /// The place of every significant token among its kind.
    order: HashMap<u32, usize>,
}

impl<'s> Builder<'_, 's> {
    /// Reads up to the closing bracket, or to the end of the file for no bracket.
    fn group(&mut self, bracket: Option<Bracket>) -> Group<'s> {
        let mut level = Level::new(bracket);
        while let Some(token) = self.tokens.get(self.at).copied() {
            self.at += 1;
            if bracket.is_some_and(|bracket| token.kind == bracket.closer()) {
                level.note_newline();
                break;
            }
            self.take(&mut level, token);
        }
        level.finish_entry();
        level.group
    }

    fn take(&mut self, level: &mut Level<'s>, token: Token) {
        let text = token.text(self.text);
        match token.kind {
            TokenKind::Newline => {
                level.newlines += 1;
                level.newline_since_token = true;
            }
            TokenKind::Space => {}
            TokenKind::Comment | TokenKind::Doc => {
                if level.bracket.is_none() && self.starts.contains(&token.start) {
                    level.finish_entry();
                }
                level.comment(text.trim_end());
            }
            TokenKind::Comma if level.angles == 0 && level.bracket.is_some() && !self.in_phases(level, token) => {
                level.finish_entry();
            }
            kind => self.significant(level, token, Leaf { kind, text }),
        }
    }

    fn significant(&mut self, level: &mut Level<'s>, token: Token, leaf: Leaf<'s>) {
        if self.separates(level, token) {
            level.finish_entry();
        }
        level.note_newline();
        let broken = level.newlines > 0 && !level.entry.parts.is_empty();
        if level.entry.parts.is_empty() {
            level.entry.blank_before = level.newlines > 1;
            level.entry.needs_comma_before = self.goes_on_before(token);
            level.entry.joined = level.newlines == 0 && !level.group.entries.is_empty();
        }
        (level.newlines, level.newline_since_token) = (0, false);
        level.count_angle(leaf.kind);
        level.phases.take(level.entry.parts.is_empty(), leaf.kind, leaf.text, self.after(token));
        let part = match leaf.kind.opens() {
            Some(bracket) => {
                let group = self.group(Some(bracket));
                level.group.several_lines |= group.several_lines;
                Part::Group { group, broken }
            }
            None => Part::Leaf { leaf, broken },
        };
        level.entry.parts.push(part);
    }

    /// Whether the token begins a new entry without a comma before it.
    fn separates(&self, level: &Level<'s>, token: Token) -> bool {
        match level.bracket {
            None => self.starts.contains(&token.start),
            Some(Bracket::Brace) => {
                let may = level.newline_since_token && level.angles == 0 && !level.phases.wants_more();
                may && !self.goes_on_before(token)
            }
            Some(Bracket::Paren | Bracket::Square) => false,
        }
    }

    /// Whether the comma stands between two phases of one `migrate` step.
    fn in_phases(&self, level: &Level<'s>, comma: Token) -> bool {
        level.phases.keeps_comma(self.after(comma)) && !self.separates(level, comma)
    }

    /// What the two tokens behind it are.
    fn after(&self, token: Token) -> [Option<TokenKind>; 2] {
        let order = self.order.get(&token.start).copied().unwrap_or(usize::MAX - 2);
        [order + 1, order + 2].map(|next| self.significant.get(next).map(|token| token.kind))
    }

    fn goes_on_before(&self, token: Token) -> bool {
        let Some(&order) = self.order.get(&token.start) else { return false };
        let mut before = self.significant[..order].iter().rev();
        let Some(previous) = before.find(|token| token.kind != TokenKind::Doc) else { return false };
        let mut after = self.significant[order + 1..].iter();
        let (next, second) = (after.next(), after.next());
        let is_loop = token.text(self.text) == "for" && second.is_some_and(|word| word.text == "in");
        !is_loop && goes_on(previous, &self.significant[order], next)
    }
}

/// A group while it is read.
struct Level<'s> {
    bracket: Option<Bracket>,
    group: Group<'s>,
    entry: Entry<'s>,
    /// Line ends since the last token or comment.
    newlines: usize,
    /// Whether a line ended since the last token that is no comment.
    newline_since_token: bool,
    /// Type arguments that are open: their commas separate no entries.
    angles: usize,
    phases: PhaseList,
}

impl<'s> Level<'s> {
    fn new(bracket: Option<Bracket>) -> Self {
        let group = Group {
            bracket: bracket.unwrap_or(Bracket::Brace),
            entries: Vec::new(),
            opening: None,
            several_lines: false,
        };
        Self {
            bracket,
            group,
            entry: Entry::default(),
            newlines: 0,
            newline_since_token: false,
            angles: 0,
            phases: PhaseList::default(),
        }
    }

    /// A line end anywhere between braces, or directly behind another opening bracket, is a choice of layout.
    fn note_newline(&mut self) {
        let first = self.group.entries.is_empty() && self.entry.parts.is_empty();
        if self.newlines > 0 && (self.bracket == Some(Bracket::Brace) || first) {
            self.group.several_lines = true;
        }
    }

    fn count_angle(&mut self, kind: TokenKind) {
        self.angles += usize::from(kind == TokenKind::OpenAngle);
        self.angles = self.angles.saturating_sub(usize::from(kind == TokenKind::CloseAngle));
    }

    fn comment(&mut self, text: &'s str) {
        self.group.several_lines = true;
        let broken = self.newlines > 0;
        let blank = self.newlines > 1;
        self.newlines = 0;
        if !self.entry.parts.is_empty() {
            self.entry.parts.push(Part::Comment { text, broken, blank });
            return;
        }
        match self.group.entries.last_mut() {
            Some(last) if !broken && last.trailing.is_none() && !last.is_comment() => last.trailing = Some(text),
            None if !broken && self.bracket.is_some() && self.group.opening.is_none() => {
                self.group.opening = Some(text)
            }
            Some(_) | None => self.group.entries.push(Entry::comment(text, blank)),
        }
    }

    /// Comments at the end of an entry stand behind it, or on lines of their own.
    fn finish_entry(&mut self) {
        let mut entry = std::mem::take(&mut self.entry);
        (self.angles, self.phases) = (0, PhaseList::default());
        if entry.parts.is_empty() {
            return;
        }
        let is_comment = |part: &Part<'_>| matches!(part, Part::Comment { .. });
        let kept = entry.parts.iter().rposition(|part| !is_comment(part)).map_or(0, |last| last + 1);
        let comments = entry.parts.split_off(kept);
        self.group.entries.push(entry);
        for part in comments {
            if let Part::Comment { text, broken, blank } = part {
                match self.group.entries.last_mut() {
                    Some(last) if !broken && last.trailing.is_none() && !last.is_comment() => {
                        last.trailing = Some(text)
                    }
                    Some(_) | None => self.group.entries.push(Entry::comment(text, blank)),
                }
            }
        }
    }
}
