//! From text to tree: the phases of the parser, one declaration at a time.

use crate::ast::{Decl, DeclKind, File, Item, Name, Range};
use crate::balance::balance;
use crate::depth;
use crate::grammar::declaration::{Head, declaration};
use crate::items::{ItemRange, items};
use crate::layout::{Place, Tok, layout};
use crate::lex::{TokenKind, tokens};
use crate::report::{self, Context};
use crate::significant::{Significant, significant};
use crate::{strings, words};
use chumsky::Parser as _;
use chumsky::error::{EmptyErr, Rich};
use chumsky::input::Input as _;
use diagnostics::{Diagnostic, FileId, Span, codes, nearest};
use smol_str::SmolStr;

/// The largest file that is read, in bytes: 8 MiB.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// A parsed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The tree.
    pub ast: File,
    /// What is wrong with the syntax, with offsets in the file, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// A parsed declaration. Nothing in it depends on where it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedItem {
    /// The tree.
    pub decl: Decl,
    /// What is wrong with the syntax; offsets count from the start of the declaration.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a whole file. Never fails: what cannot be read is in the diagnostics, and an error node in the tree.
#[must_use]
pub fn parse(text: &str, file: FileId) -> Parsed {
    if text.len() > FILE_BYTES_MAX {
        return too_large(text, file);
    }
    let mut ast = File::default();
    let mut diagnostics = crate::hidden(text, file);
    for ItemRange { start, end } in items(text) {
        let parsed = parse_item(text.get(start as usize..end as usize).unwrap_or(""), file);
        diagnostics.extend(parsed.diagnostics.into_iter().map(|diagnostic| diagnostic.moved(start)));
        // Documentation with nothing behind it declares nothing.
        if parsed.decl.damaged || !matches!(parsed.decl.kind, DeclKind::Error(_)) {
            ast.items.push(Item { start, decl: parsed.decl });
        }
    }
    diagnostics.sort_by_key(Diagnostic::sort_key);
    Parsed { ast, diagnostics }
}

fn too_large(text: &str, file: FileId) -> Parsed {
    let message = format!("this file has {} bytes; the limit is {FILE_BYTES_MAX}", text.len());
    let diagnostic =
        Diagnostic::error(codes::FILE_TOO_LARGE, Span::new(file, 0, 0), message).help("split it into several files");
    Parsed { ast: File::default(), diagnostics: vec![diagnostic] }
}

/// Parses the text of one declaration, as cut by [`items`].
#[must_use]
pub fn parse_item(text: &str, file: FileId) -> ParsedItem {
    let span = move |start, end| Span::new(file, start, end);
    let significant = significant(&tokens(text), text);
    let (balanced, brackets) = balance(significant, &span);
    let (shallow, too_deep) = depth::limit(balanced, &span);
    let (strings, mut lexical) = strings::decode(&shallow, file, 0);
    let (mut toks, more) = layout(&shallow, &strings, &span);
    lexical.extend(more);
    let formerly = take_formerly(&mut toks);
    let found = found(&toks, &Context { toks: &toks, span: &span, head: None });
    let mut decl = found.decl.unwrap_or_else(|| unreadable(&toks, text));
    let diagnostics =
        merge(Findings { brackets, too_deep, lexical, head: found.head, grammar: found.grammar }, &shallow);
    decl.formerly = formerly;
    decl.damaged = !diagnostics.is_empty();
    ParsedItem { decl, diagnostics }
}

/// Takes `formerly name` out from behind the name of an entity: every head takes it at the same place.
pub(crate) fn take_formerly(toks: &mut Vec<(Tok<'_>, Place)>) -> Option<Name> {
    let at = head_at(toks)?;
    let word = |at: usize| match toks.get(at) {
        Some((Tok::Word(word), place)) => Some((*word, *place)),
        Some(_) | None => None,
    };
    let (head, _) = word(at)?;
    let (_name, (keyword, _), (old, place)) = (word(at + 1)?, word(at + 2)?, word(at + 3)?);
    if keyword != "formerly" || !words::ENTITIES.contains(&head) {
        return None;
    }
    toks.drain(at + 2..at + 4);
    Some(Name { text: SmolStr::new(old), range: Range::new(place.start, place.end) })
}

struct Found {
    decl: Option<Decl>,
    head: Option<Diagnostic>,
    grammar: Vec<Diagnostic>,
}

fn found<'t>(toks: &'t [(Tok<'t>, Place)], context: &Context<'_, 't>) -> Found {
    match head(toks, context) {
        HeadWord::Known(head) => {
            let (decl, grammar) = run(toks, head, context);
            Found { decl, head: None, grammar }
        }
        // Read as what was most likely meant, so that its name and body are known to later phases.
        HeadWord::Misspelt(head, diagnostic) => {
            let (decl, _) = run(toks, head, context);
            Found { decl, head: Some(diagnostic), grammar: Vec::new() }
        }
        HeadWord::Unknown(diagnostic) => Found { decl: None, head: Some(diagnostic), grammar: Vec::new() },
        HeadWord::Nothing => Found { decl: None, head: None, grammar: Vec::new() },
    }
}

/// Parses with errors that cost nothing; only a declaration that fails is parsed again with rich ones.
fn run<'t>(toks: &'t [(Tok<'t>, Place)], head: Head, context: &Context<'_, 't>) -> (Option<Decl>, Vec<Diagnostic>) {
    let end = toks.last().map_or(0, |(_, place)| place.end);
    let input = || toks.split_token_span(Place::from(end..end));
    let lean = declaration::<EmptyErr>(head).parse(input());
    if !lean.has_errors() {
        return (lean.into_output(), Vec::new());
    }
    let (decl, errors) = declaration::<Rich<'t, Tok<'t>, Place>>(head).parse(input()).into_output_errors();
    let context = Context { head: Some(head), ..*context };
    // Behind a brace that is missing at the end of a line, entries stand where others belong.
    let readable =
        errors.iter().position(|error| report::lacks_opener(error, &context)).map_or(errors.len(), |at| at + 1);
    (decl, errors[..readable].iter().map(|error| report::explain(error, &context)).collect())
}

enum HeadWord {
    Known(Head),
    Misspelt(Head, Diagnostic),
    Unknown(Diagnostic),
    Nothing,
}

/// Where the head word is: behind documentation, annotations and `pub`.
pub(crate) fn head_at(toks: &[(Tok<'_>, Place)]) -> Option<usize> {
    let mut at = 0;
    while let Some((tok, _)) = toks.get(at) {
        match tok {
            Tok::Doc(_) => at += 1,
            Tok::Sign(TokenKind::At) => at = after_annotation(toks, at),
            Tok::Word("pub") => at += 1,
            Tok::Word(_) | Tok::Number(_) | Tok::Str(_) | Tok::Sign(_) | Tok::Separator | Tok::Bad => return Some(at),
        }
    }
    None
}

fn after_annotation(toks: &[(Tok<'_>, Place)], at: usize) -> usize {
    let arguments = at + 2;
    if toks.get(arguments).is_none_or(|(tok, _)| *tok != Tok::Sign(TokenKind::OpenParen)) {
        return arguments;
    }
    let mut open = 0_usize;
    for (offset, (tok, _)) in toks[arguments..].iter().enumerate() {
        match tok {
            Tok::Sign(TokenKind::OpenParen) => open += 1,
            Tok::Sign(TokenKind::CloseParen) => open -= 1,
            Tok::Word(_) | Tok::Number(_) | Tok::Str(_) | Tok::Doc(_) | Tok::Sign(_) | Tok::Separator | Tok::Bad => {}
        }
        if open == 0 {
            return arguments + offset + 1;
        }
    }
    toks.len()
}

fn head(toks: &[(Tok<'_>, Place)], context: &Context<'_, '_>) -> HeadWord {
    let Some(at) = head_at(toks) else { return prefix_only(toks, context) };
    let (tok, place) = toks[at];
    let span = (context.span)(place.start, place.end);
    let Tok::Word(word) = tok else {
        let message = format!("expected a declaration, found {}", report::describe(&tok));
        return HeadWord::Unknown(
            Diagnostic::error(codes::UNEXPECTED, span, message)
                .help(format!("declarations begin with {}", list_of_heads())),
        );
    };
    if let Some(head) = Head::of(word) {
        return HeadWord::Known(head);
    }
    let diagnostic = Diagnostic::error(codes::UNKNOWN_WORD, span, format!("`{word}` does not begin a declaration"));
    let known = nearest(word, words::HEADS.iter().copied()).and_then(|meant| Head::of(meant).map(|head| (meant, head)));
    match known {
        Some((meant, head)) => HeadWord::Misspelt(head, report::did_you_mean(diagnostic, meant, span)),
        None => HeadWord::Unknown(diagnostic.help(format!("declarations begin with {}", list_of_heads()))),
    }
}

/// An annotation or `pub` with no declaration behind it; documentation alone is harmless.
fn prefix_only(toks: &[(Tok<'_>, Place)], context: &Context<'_, '_>) -> HeadWord {
    match toks.iter().rev().find(|(tok, _)| !matches!(tok, Tok::Doc(_))) {
        Some((_, place)) => {
            let span = (context.span)(place.start, place.end);
            let message = "expected a declaration after this";
            HeadWord::Unknown(Diagnostic::error(codes::UNEXPECTED, span, message))
        }
        None => HeadWord::Nothing,
    }
}

fn list_of_heads() -> String {
    words::HEADS.iter().map(|head| format!("`{head}`")).collect::<Vec<_>>().join(", ")
}

/// The node for a declaration that could not be read; its name is the word behind the head.
fn unreadable(toks: &[(Tok<'_>, Place)], text: &str) -> Decl {
    let at = head_at(toks);
    let range_of = |at: usize| toks.get(at).map(|(_, place)| Range::new(place.start, place.end));
    // What an import brings into scope is not the word behind its head.
    let at_name = at.filter(|at| !matches!(toks.get(*at), Some((Tok::Word("use"), _))));
    let named = at_name.map(|at| at + 1 + usize::from(matches!(toks.get(at), Some((Tok::Word("emergency"), _)))));
    let name = named.and_then(|at| match toks.get(at) {
        Some((Tok::Word(text), place)) => {
            Some(Name { text: SmolStr::new(text), range: Range::new(place.start, place.end) })
        }
        Some(_) | None => None,
    });
    Decl {
        range: Range::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)),
        docs: SmolStr::default(),
        annotations: Vec::new(),
        public: None,
        formerly: None,
        head: at.and_then(range_of).unwrap_or_default(),
        damaged: true,
        kind: DeclKind::Error(name),
    }
}

struct Findings {
    brackets: Vec<Diagnostic>,
    too_deep: Option<Diagnostic>,
    lexical: Vec<Diagnostic>,
    head: Option<Diagnostic>,
    grammar: Vec<Diagnostic>,
}

/// One finding for each cause: what may only follow from another finding is left out.
fn merge(findings: Findings, tokens: &[Significant<'_>]) -> Vec<Diagnostic> {
    let Findings { mut brackets, too_deep, lexical, head, mut grammar } = findings;
    if too_deep.is_some() {
        brackets.clear();
        grammar.clear();
    }
    let line_of = |offset: u32| tokens.iter().rev().find(|token| token.start <= offset).map_or(0, |token| token.line);
    let lexical_lines: Vec<u32> = lexical.iter().map(|finding| line_of(finding.primary.span.start)).collect();
    grammar.retain(|finding| !lexical_lines.contains(&line_of(finding.primary.span.start)));
    if let Some(mended) = brackets.iter().map(|finding| finding.primary.span.start).min() {
        grammar.retain(|finding| finding.primary.span.start < mended);
        // A bracket that lacks its partner breaks every entry up to it.
        grammar.dedup_by_key(|finding| line_of(finding.primary.span.start));
    }
    if !grammar.is_empty() || head.is_some() {
        brackets.retain(|finding| finding.code != codes::STRAY_CLOSER || !finding.secondary.is_empty());
    }
    let mut all: Vec<Diagnostic> = brackets;
    all.extend(too_deep.into_iter().chain(lexical).chain(head).chain(grammar));
    all.sort_by_key(Diagnostic::sort_key);
    all.dedup_by(|a, b| a.primary.span == b.primary.span);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 2] =
        [include_str!("../tests/data/example.deploy"), include_str!("../tests/data/everything.deploy")];

    /// What both runs make of a declaration, where both are asked.
    fn both(text: &str) -> Option<(Option<Decl>, Option<Decl>)> {
        let file = FileId(0);
        let span = move |start, end| Span::new(file, start, end);
        let (balanced, _) = balance(significant(&tokens(text), text), &span);
        let (shallow, _) = depth::limit(balanced, &span);
        let (strings, _) = strings::decode(&shallow, file, 0);
        let (toks, _) = layout(&shallow, &strings, &span);
        let HeadWord::Known(head) = head(&toks, &Context { toks: &toks, span: &span, head: None }) else { return None };
        let end = toks.last().map_or(0, |(_, place)| place.end);
        let input = || toks.split_token_span(Place::from(end..end));
        let lean = declaration::<EmptyErr>(head).parse(input());
        let rich = declaration::<Rich<'_, Tok<'_>, Place>>(head).parse(input());
        let read = |decl: Option<Decl>, errors| if errors { None } else { decl };
        let (lean_errors, rich_errors) = (lean.has_errors(), rich.has_errors());
        Some((read(lean.into_output(), lean_errors), read(rich.into_output(), rich_errors)))
    }

    fn agree(item: &str) {
        if let Some((lean, rich)) = both(item) {
            assert_eq!(lean, rich, "{item}");
        }
    }

    #[test]
    fn the_lean_run_reads_exactly_what_the_explaining_one_reads() {
        let cut = |text: &'static str| items(text).into_iter().map(|it| &text[it.start as usize..it.end as usize]);
        for item in TEXTS.into_iter().flat_map(cut) {
            agree(item);
            for token in tokens(item).iter().filter(|token| !token.kind.is_trivia()) {
                let (start, end) = (token.start as usize, token.end as usize);
                agree(&format!("{}{}", &item[..start], &item[end..]));
                agree(&format!("{} {}", &item[..end], &item[start..]));
            }
        }
    }
}
