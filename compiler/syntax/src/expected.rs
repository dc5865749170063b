//! What the grammar would read at a place: the words that may stand there, and the kinds of name.
//!
//! The parser itself is asked: a token that nothing accepts stands at the place, and what the parser says that it
//! expected there is the answer. So no list of keywords can fall behind the grammar.

use crate::balance::balance;
use crate::depth;
use crate::grammar::declaration::{Head, declaration};
use crate::layout::{Place, Tok, layout};
use crate::lex::{TokenKind, tokens};
use crate::parse::{head_at, take_formerly};
use crate::significant::significant;
use crate::{strings, words};
use chumsky::Parser as _;
use chumsky::error::{Rich, RichPattern};
use chumsky::input::Input as _;
use diagnostics::{FileId, Span};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The word that stands where something is asked for: no name of anybody's.
pub const ASKED: &str = "here_stands_the_cursor";

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// Words of the language.
    pub words: BTreeSet<SmolStr>,
    /// What else is read there, as messages call it: `an environment`, `a value`, `a type`.
    pub things: BTreeSet<SmolStr>,
    /// The declaration's head word; none where the place is that of a head.
    pub head: Option<SmolStr>,
}

/// A token that no rule of the grammar reads.
const NOTHING: Tok<'static> = Tok::Sign(TokenKind::Newline);

/// What may stand in place of [`ASKED`] in the text of one declaration, as cut by [`crate::items`].
#[must_use]
pub fn expected(text: &str) -> Expected {
    let span = move |start, end| Span::new(FileId(0), start, end);
    let (balanced, _) = balance(significant(&tokens(text), text), &span);
    let (shallow, _) = depth::limit(balanced, &span);
    let (strings, _) = strings::decode(&shallow, FileId(0), 0);
    let (mut toks, _) = layout(&shallow, &strings, &span);
    let Some(head) = head_at(&toks) else { return heads() };
    take_formerly(&mut toks);
    let (tok, _) = toks[head];
    let Tok::Word(word) = tok else { return Expected::default() };
    if word == ASKED {
        return heads();
    }
    let Some(known) = Head::of(word) else { return Expected::default() };
    let mut found = at(known, &mut toks);
    found.head = Some(word.into());
    found
}

fn heads() -> Expected {
    let words = words::HEADS.iter().copied().chain(["pub"]).map(SmolStr::new_static).collect();
    Expected { words, ..Expected::default() }
}

fn at(head: Head, toks: &mut [(Tok<'_>, Place)]) -> Expected {
    let Some(asked) = toks.iter().position(|(tok, _)| *tok == Tok::Word(ASKED)) else { return Expected::default() };
    toks[asked].0 = NOTHING;
    let place = toks[asked].1;
    let end = toks.last().map_or(0, |(_, place)| place.end);
    let input = toks.split_token_span(Place::from(end..end));
    let (_, errors) = declaration::<Rich<'_, Tok<'_>, Place>>(head).parse(input).into_output_errors();
    let mut found = Expected::default();
    for error in errors.iter().filter(|error| error.span().start == place.start) {
        error.expected().for_each(|pattern| found.add(pattern));
    }
    found
}

impl Expected {
    fn add(&mut self, pattern: &RichPattern<'_, Tok<'_>>) {
        match pattern {
            RichPattern::Label(label) => self.label(label),
            RichPattern::Identifier(word) => drop(self.words.insert(word.as_str().into())),
            RichPattern::Token(_) | RichPattern::EndOfInput => {}
            // The enum is open: patterns that cannot be named say nothing.
            RichPattern::Any | RichPattern::SomethingElse | _ => {}
        }
    }

    /// Labels name several things at once where a message does: `` `canary`, `shadow` or `service` ``.
    fn label(&mut self, label: &str) {
        let quoted: Vec<&str> = label.split('`').skip(1).step_by(2).collect();
        if quoted.is_empty() {
            self.things.insert(label.into());
        }
        let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        self.words.extend(quoted.into_iter().filter(is_word).map(SmolStr::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let Expected { words, things, .. } = expected(&text.replace('|', ASKED));
        let things = things.iter().map(|thing| format!("<{thing}>"));
        words.iter().map(ToString::to_string).chain(things).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_grammar_says_what_may_stand() {
        let steps = "accept approval check expose finally for let migrate mirror notify parallel rollback rollout run series \
                     together wait when";
        let clauses = "after for keeping of on pause sticky surge unavailable while";
        let contract = "accept calls deletes inserts needs provides reads updates upserts";
        let table = [
            ("workflow w() { rollout shop@image | }", "to with"),
            ("workflow w() { rollout shop@image to | }", "<an environment>"),
            ("workflow w() { rollout |", "<a service>"),
            ("workflow w() { | }", &format!("{steps} <documentation>")),
            ("gate g for |", "canary service shadow"),
            ("gate g for canary { at | }", "burns least <a comparison> <an operator>"),
            ("strategy s { 5% | }", &format!("{clauses} <a new line> <an operator>")),
            ("service s { | }", &format!("{contract} <a field> <documentation>")),
            ("environment e { compute = | }", "<a value>"),
            ("let x: |", "<a type>"),
            ("use std.|", "<a module>"),
        ];
        for (text, wanted) in table {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_declaration_begins_with_its_head_word() {
        for text in ["|", "pub |", "/// Documentation.\n|"] {
            let found = expected(&text.replace('|', ASKED));
            assert_eq!(found.head, None);
            assert!(["gate", "workflow", "pub"].iter().all(|word| found.words.contains(*word)), "{text}");
        }
    }
}
