//! Gives every significant token its meaning for the parser, and makes separators of commas and line ends.

use crate::ast::{Literal, StrPart};
use crate::lex::{Bracket, TokenKind, number};
use crate::significant::{PhaseList, Significant, goes_on};
use chumsky::span::SimpleSpan;
use diagnostics::{Diagnostic, Span, codes};
use std::collections::HashMap;

/// A range of bytes as the parser carries it.
pub(crate) type Place = SimpleSpan<u32>;

/// A token as the parser sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tok<'t> {
    Word(&'t str),
    Number(Literal),
    Str(&'t [StrPart]),
    Doc(&'t str),
    Sign(TokenKind),
    /// A comma or line end between two entries of braces.
    Separator,
    /// Stands for a value that has been reported already.
    Bad,
}

/// The values of the strings of a declaration, by where they start.
pub(crate) type Strings = HashMap<u32, Vec<StrPart>>;

/// The tokens for the parser, and what was wrong with single tokens.
pub(crate) fn layout<'t>(
    tokens: &[Significant<'t>],
    strings: &'t Strings,
    span: &dyn Fn(u32, u32) -> Span,
) -> (Vec<(Tok<'t>, Place)>, Vec<Diagnostic>) {
    let mut layout = Layout {
        span,
        strings,
        out: Vec::with_capacity(tokens.len() + 8),
        open: Vec::new(),
        docs: Vec::new(),
        angles: 0,
        phases: PhaseList::default(),
        findings: Vec::new(),
    };
    for (at, token) in tokens.iter().enumerate() {
        layout.take(at, token, tokens);
    }
    (layout.out, layout.findings)
}

struct Layout<'f, 't> {
    span: &'f dyn Fn(u32, u32) -> Span,
    strings: &'t Strings,
    out: Vec<(Tok<'t>, Place)>,
    open: Vec<Bracket>,
    docs: Vec<(Tok<'t>, Place)>,
    /// Type arguments that are open: their commas separate no entries.
    angles: u32,
    phases: PhaseList,
    findings: Vec<Diagnostic>,
}

impl<'t> Layout<'_, 't> {
    fn take(&mut self, at: usize, token: &Significant<'t>, all: &[Significant<'t>]) {
        let place = Place::from(token.start..token.end);
        if token.kind == TokenKind::Doc {
            self.docs.push((Tok::Doc(doc_text(token.text)), place));
            return;
        }
        if !self.phases.wants_more() && self.begins_entry(at, token, all) {
            self.separate(Place::from(token.start..token.start));
        }
        let begins =
            matches!(self.out.last(), Some((Tok::Separator | Tok::Sign(TokenKind::OpenBrace) | Tok::Doc(_), _)));
        let after = [at + 1, at + 2].map(|next| all.get(next).map(|token| token.kind));
        self.phases.take(begins, token.kind, token.text, after);
        if let Some(meaning) = self.meaning(token, place) {
            self.push(meaning, place);
        }
        match token.kind {
            TokenKind::OpenAngle => self.angles += 1,
            TokenKind::CloseAngle => self.angles = self.angles.saturating_sub(1),
            kind => {
                if let Some(bracket) = kind.opens() {
                    self.open.push(bracket);
                } else if kind.closes().is_some() {
                    self.open.pop();
                }
            }
        }
    }

    fn in_braces(&self) -> bool {
        self.open.last() == Some(&Bracket::Brace)
    }

    /// Whether a line end before `token` separates it from what was before.
    fn begins_entry(&self, at: usize, token: &Significant<'t>, all: &[Significant<'t>]) -> bool {
        let Some(previous) = all[..at].iter().rev().find(|token| token.kind != TokenKind::Doc) else { return false };
        if !self.in_braces() || self.angles > 0 || previous.line == token.line || token.kind.closes().is_some() {
            return false;
        }
        let mut after = all[at + 1..].iter();
        let (next, second) = (after.next(), after.next());
        let is_loop = token.text == "for" && second.is_some_and(|word| word.text == "in");
        is_loop || !goes_on(previous, token, next)
    }

    fn separate(&mut self, place: Place) {
        match self.out.last() {
            Some((Tok::Separator | Tok::Sign(TokenKind::OpenBrace), _)) | None => {}
            Some(_) => self.out.push((Tok::Separator, place)),
        }
    }

    /// Documentation goes before what it documents; where it documents nothing it is a comment.
    fn push(&mut self, meaning: Tok<'t>, place: Place) {
        let bar = meaning == Tok::Sign(TokenKind::Bar);
        if bar {
            self.out.push((meaning, place));
        }
        let waits = meaning == Tok::Sign(TokenKind::Comma);
        let docs = if waits { Vec::new() } else { std::mem::take(&mut self.docs) };
        let closes = matches!(meaning, Tok::Sign(sign) if sign.closes().is_some());
        if !closes && self.out.last().is_none_or(|(tok, _)| documented_after(tok)) {
            self.out.extend(docs);
        }
        if !bar {
            self.out.push((meaning, place));
        }
    }

    fn meaning(&mut self, token: &Significant<'t>, place: Place) -> Option<Tok<'t>> {
        match token.kind {
            TokenKind::Word => Some(Tok::Word(token.text)),
            TokenKind::Number => Some(self.number(token)),
            TokenKind::String | TokenKind::UnfinishedString => {
                Some(self.strings.get(&token.start).map_or(Tok::Bad, |parts| Tok::Str(parts)))
            }
            TokenKind::SingleQuoted | TokenKind::Unknown => self.foreign(token, place),
            TokenKind::Comma if self.in_braces() && self.angles == 0 && !self.phases.wants_more() => {
                self.separate(place);
                None
            }
            TokenKind::Space | TokenKind::Newline | TokenKind::Comment | TokenKind::Doc => None,
            sign => Some(Tok::Sign(sign)),
        }
    }

    fn number(&mut self, token: &Significant<'t>) -> Tok<'t> {
        match number::literal(token.text) {
            Ok(literal) => Tok::Number(literal),
            Err(message) => {
                let place = (self.span)(token.start, token.end);
                self.findings.push(Diagnostic::error(codes::BAD_NUMBER, place, message));
                Tok::Bad
            }
        }
    }

    fn foreign(&mut self, token: &Significant<'t>, place: Place) -> Option<Tok<'t>> {
        let foreign = token.text.chars().find(|c| !c.is_ascii());
        let which = |c: char| format!("it is U+{:04X}; names are made of a-z, A-Z, 0-9 and _", u32::from(c));
        let finding = Diagnostic::error(
            codes::UNKNOWN_CHARACTER,
            (self.span)(token.start, token.end),
            format!("the language does not use `{}`", shortened(token.text)),
        );
        let (help, instead, meaning) = match token.text {
            ";" => {
                let instead = if self.in_braces() { "," } else { "" };
                if self.in_braces() {
                    self.separate(place);
                }
                ("entries end with their line, or with a comma", instead.to_owned(), None)
            }
            "&&" => ("write `and`", "and".to_owned(), Some(Tok::Word("and"))),
            "!" => ("write `not`", "not ".to_owned(), Some(Tok::Word("not"))),
            comment if comment.starts_with('#') => {
                ("comments begin with `//`", format!("//{}", comment.trim_start_matches('#')), None)
            }
            quoted if token.kind == TokenKind::SingleQuoted => {
                let fix = format!("\"{}\"", quoted.trim_matches('\''));
                let fix = diagnostics::Fix::replace(
                    "use double quotes",
                    (self.span)(token.start, token.end),
                    fix,
                    diagnostics::Applicability::Guess,
                );
                self.findings.push(finding.help("strings stand in double quotes").fix(fix));
                return Some(Tok::Bad);
            }
            _other => {
                let finding = finding.help("remove it");
                self.findings.push(match foreign {
                    // It may look like a letter of the alphabet, and be none.
                    Some(c) => finding.note(which(c)),
                    None => finding,
                });
                return None;
            }
        };
        let title = if instead.is_empty() { "remove it".to_owned() } else { format!("write `{}`", instead.trim()) };
        let at = (self.span)(token.start, token.end);
        // What it is read as, it was meant as.
        let fix = diagnostics::Fix::replace(title, at, instead, diagnostics::Applicability::Certain);
        self.findings.push(finding.help(help).fix(fix));
        meaning
    }
}

fn documented_after(tok: &Tok<'_>) -> bool {
    match tok {
        Tok::Separator => true,
        Tok::Sign(sign) => {
            matches!(sign, TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::Comma | TokenKind::Bar)
        }
        Tok::Word(_) | Tok::Number(_) | Tok::Str(_) | Tok::Doc(_) | Tok::Bad => false,
    }
}

/// The text of a `///` line: without the slashes and one space.
fn doc_text(line: &str) -> &str {
    let text = line.trim_start_matches('/');
    text.strip_prefix(' ').unwrap_or(text).trim_end()
}

/// The character, or its escape where it would disturb a terminal.
fn visible(c: char) -> String {
    if c.is_control() { c.escape_unicode().collect() } else { c.to_string() }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(12).map(visible).collect();
    if text.chars().nth(12).is_some() {
        short.push('…');
    }
    short
}
