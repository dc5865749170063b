//! Turns the parser's errors into findings in the user's words.

use crate::grammar::REPEATED;
use crate::grammar::declaration::Head;
use crate::layout::{Place, Tok};
use crate::lex::TokenKind;
use crate::words;
use chumsky::error::{Rich, RichPattern};
use diagnostics::{Applicability, Code, Diagnostic, Fix, Span, codes, nearest};

/// What an error is explained with.
pub(crate) struct Context<'c, 't> {
    /// All tokens of the declaration.
    pub(crate) toks: &'c [(Tok<'t>, Place)],
    /// Makes spans of the file.
    pub(crate) span: &'c dyn Fn(u32, u32) -> Span,
    /// The kind of declaration, if it is known.
    pub(crate) head: Option<Head>,
}

impl<'t> Context<'_, 't> {
    fn span_of(&self, place: Place) -> Span {
        (self.span)(place.start, place.end)
    }

    /// The token `back` places before `at`.
    fn before(&self, at: usize, back: usize) -> Option<(Tok<'t>, Place)> {
        at.checked_sub(back).and_then(|at| self.toks.get(at)).copied()
    }

    /// Whether the token at `at` is the first of its entry in braces.
    fn begins_entry(&self, at: usize) -> bool {
        matches!(self.before(at, 1), Some((Tok::Separator | Tok::Sign(TokenKind::OpenBrace) | Tok::Doc(_), _)))
    }
}

/// Whether a line ends where a `{` belongs.
pub(crate) fn lacks_opener<'t>(error: &Rich<'t, Tok<'t>, Place>, context: &Context<'_, 't>) -> bool {
    let found = context.toks.get(position(error, context));
    matches!(found, Some((Tok::Separator, _))) && Expected::of(error).has("`{`")
}

/// Which token an error is about.
fn position<'t>(error: &Rich<'t, Tok<'t>, Place>, context: &Context<'_, 't>) -> usize {
    let place = *error.span();
    let at = context.toks.partition_point(|(_, place)| place.start < error.span().start);
    let separator =
        matches!(context.toks.get(at), Some((Tok::Separator, sep)) if place.end > place.start && sep.end == sep.start);
    at + usize::from(separator)
}

/// The finding for one error of the parser.
pub(crate) fn explain<'t>(error: &Rich<'t, Tok<'t>, Place>, context: &Context<'_, 't>) -> Diagnostic {
    let place = *error.span();
    let at = position(error, context);
    let found = context.toks.get(at).copied();
    let expected = Expected::of(error);
    None.or_else(|| repeated(&expected, place, context))
        .or_else(|| reserved_step(found, at, context))
        .or_else(|| misspelt(found, at, &expected, context))
        .or_else(|| missing_value(found, at, context))
        .or_else(|| missing_equals(found, at, &expected, context))
        .or_else(|| missing_type(found, at, &expected, context))
        .or_else(|| no_step(found, at, &expected, context))
        .unwrap_or_else(|| unexpected(found, at, &expected, context))
}

/// What would have been right, as it is shown.
struct Expected {
    shown: Vec<String>,
}

impl Expected {
    fn of<'t>(error: &Rich<'t, Tok<'t>, Place>) -> Self {
        let mut shown: Vec<String> = error.expected().filter_map(pattern).collect();
        shown.sort();
        shown.dedup();
        Self { shown }
    }

    fn has(&self, shown: &str) -> bool {
        self.shown.iter().any(|candidate| candidate == shown)
    }

    /// The contextual keywords among what is expected, without their quotes.
    fn words(&self) -> impl Iterator<Item = &str> {
        let quoted = self.shown.iter().filter_map(|shown| shown.strip_prefix('`')?.strip_suffix('`'));
        quoted.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
    }

    /// "`a`, `b` or `c`", the vague alternatives left out where there are others.
    fn sentence(&self) -> Option<String> {
        let vague = ["an operator", "documentation"];
        let precise: Vec<&str> = self.shown.iter().map(String::as_str).filter(|shown| !vague.contains(shown)).collect();
        let chosen = if precise.is_empty() { self.shown.iter().map(String::as_str).collect() } else { precise };
        let (last, others) = chosen.split_last()?;
        Some(if others.is_empty() { (*last).to_owned() } else { format!("{} or {last}", others.join(", ")) })
    }
}

fn pattern<'t>(pattern: &RichPattern<'t, Tok<'t>>) -> Option<String> {
    match pattern {
        RichPattern::Token(token) => Some(describe(token)),
        RichPattern::Label(label) => Some(label.to_string()),
        RichPattern::Identifier(word) => Some(format!("`{word}`")),
        RichPattern::EndOfInput => Some("the end of the declaration".to_owned()),
        // The enum is open: patterns that cannot be named say nothing.
        RichPattern::Any | RichPattern::SomethingElse | _ => None,
    }
}

/// A token as messages name it.
pub(crate) fn describe(tok: &Tok<'_>) -> String {
    match tok {
        Tok::Word(word) => format!("`{word}`"),
        Tok::Number(_) => "a number".to_owned(),
        Tok::Str(_) => "a string".to_owned(),
        Tok::Doc(_) => "documentation".to_owned(),
        Tok::Sign(kind) => format!("`{}`", kind.sign().unwrap_or_default()),
        Tok::Separator => "the end of the entry".to_owned(),
        Tok::Bad => "something unreadable".to_owned(),
    }
}

fn repeated(expected: &Expected, place: Place, context: &Context<'_, '_>) -> Option<Diagnostic> {
    expected.has(REPEATED).then(|| {
        let message = "a clause stands twice here";
        Diagnostic::error(codes::REPEATED_CLAUSE, context.span_of(place), message).help("keep one of them")
    })
}

/// The finding for a word of a later edition.
fn not_available_yet(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::NOT_AVAILABLE_YET, span, format!("`{word}` is not available in edition 2026"))
        .label("reserved for a later edition")
        .help("remove it; the word is kept free so that later editions can use it")
}

fn reserved_step(found: Option<(Tok<'_>, Place)>, at: usize, context: &Context<'_, '_>) -> Option<Diagnostic> {
    let (Some((Tok::Word(word), place)), Some(Head::Workflow | Head::Emergency)) = (found, context.head) else {
        return None;
    };
    let reserved = words::RESERVED_STEPS.contains(&word) && context.begins_entry(at);
    reserved.then(|| not_available_yet(word, context.span_of(place)))
}

/// A slip of the keyboard: in the word found, or in the first word of the entry, which passed as a name.
fn misspelt(
    found: Option<(Tok<'_>, Place)>,
    at: usize,
    expected: &Expected,
    context: &Context<'_, '_>,
) -> Option<Diagnostic> {
    if let Some((Tok::Word(word), place)) = found
        && let Some(meant) = nearest(word, expected.words())
    {
        return Some(misspelling(word, meant, context.span_of(place)));
    }
    let starters: &[&str] = match context.head? {
        Head::Environment => &words::ENVIRONMENT_ENTRIES,
        Head::Gate => &words::GATE_CLAUSES,
        Head::Workflow | Head::Emergency => words::STEPS,
        Head::Strategy => &["for", "accept"],
        Head::Policy => &["require"],
        Head::Test => &words::TEST_ENTRIES,
        Head::Service | Head::Released => &words::CONTRACT_CLAUSES,
        Head::Migration => &words::PHASES,
        Head::Use
        | Head::Type
        | Head::Let
        | Head::Function
        | Head::Database
        | Head::Metric
        | Head::Slo
        | Head::Action
        | Head::Group
        | Head::Flag => &[],
    };
    let (Tok::Word(word), place) = context.before(at, 1)? else { return None };
    let meant = context.begins_entry(at - 1).then(|| nearest(word, starters.iter().copied()))??;
    Some(misspelling(word, meant, context.span_of(place)))
}

fn misspelling(word: &str, meant: &str, span: Span) -> Diagnostic {
    did_you_mean(Diagnostic::error(codes::UNKNOWN_WORD, span, format!("`{word}` has no meaning here")), meant, span)
}

/// Adds the suggestion and its fix.
pub(crate) fn did_you_mean(diagnostic: Diagnostic, meant: &str, span: Span) -> Diagnostic {
    let fix = Fix::replace(format!("write `{meant}`"), span, meant, Applicability::Guess);
    diagnostic.label(format!("did you mean `{meant}`?")).fix(fix)
}

fn missing_value(found: Option<(Tok<'_>, Place)>, at: usize, context: &Context<'_, '_>) -> Option<Diagnostic> {
    let (Tok::Sign(TokenKind::Equals), equals) = context.before(at, 1)? else { return None };
    let ended = match found {
        None => true,
        Some((Tok::Separator, _)) => true,
        Some((Tok::Sign(kind), _)) => kind.closes().is_some() || kind == TokenKind::Comma,
        Some((Tok::Word(_) | Tok::Number(_) | Tok::Str(_) | Tok::Doc(_) | Tok::Bad, _)) => false,
    };
    let subject = match context.before(at, 2) {
        Some((Tok::Word(name), _)) if context.begins_entry(at - 2) => format!("`{name}`"),
        Some(_) | None => "this".to_owned(),
    };
    ended.then(|| {
        let message = format!("{subject} has no value");
        Diagnostic::error(codes::MISSING_VALUE, context.span_of(equals), message).label("a value belongs behind this")
    })
}

fn missing_equals(
    found: Option<(Tok<'_>, Place)>,
    at: usize,
    expected: &Expected,
    context: &Context<'_, '_>,
) -> Option<Diagnostic> {
    let (Tok::Word(name), place) = context.before(at, 1)? else { return None };
    let (found, found_at) = found?;
    let starts_value = match (found, found_at) {
        (Tok::Word(word), _) => words::can_be_value(word),
        (Tok::Number(_) | Tok::Str(_) | Tok::Bad, _) => true,
        (Tok::Sign(kind), _) => matches!(kind, TokenKind::OpenBracket | TokenKind::OpenBrace | TokenKind::Colon),
        (Tok::Doc(_) | Tok::Separator, _) => false,
    };
    (starts_value && expected.has("`=`") && context.begins_entry(at - 1)).then(|| {
        // A colon stands where the sign belongs, and goes.
        let colon = matches!(found, Tok::Sign(TokenKind::Colon));
        let insert = (context.span)(place.end, if colon { found_at.end } else { place.end });
        Diagnostic::error(
            codes::MISSING_EQUALS,
            context.span_of(place),
            format!("`{name}` needs a `=` before its value"),
        )
        .label("missing `=` behind this")
        .fix(Fix::replace("write `=`", insert, " =", Applicability::Guess))
    })
}

/// `let x = 5`, `workflow release(image)`: what others may know of a name is written.
fn missing_type(
    found: Option<(Tok<'_>, Place)>,
    at: usize,
    expected: &Expected,
    context: &Context<'_, '_>,
) -> Option<Diagnostic> {
    let (Tok::Word(name), place) = context.before(at, 1)? else { return None };
    let ended = matches!(found?.0, Tok::Sign(TokenKind::Equals | TokenKind::Comma | TokenKind::CloseParen));
    (ended && expected.shown == ["`:`"]).then(|| {
        Diagnostic::error(codes::UNEXPECTED, context.span_of(place), format!("`{name}` does not say its type"))
            .help(format!("write it behind the name: `{name}: Digest`, `{name}: Int`"))
    })
}

/// A line of a workflow that does not begin with a verb.
fn no_step(
    found: Option<(Tok<'_>, Place)>,
    at: usize,
    expected: &Expected,
    context: &Context<'_, '_>,
) -> Option<Diagnostic> {
    let (Tok::Word(word), place) = found? else { return None };
    if !(context.begins_entry(at) && expected.has("`rollout`") && expected.has("`wait`")) {
        return None;
    }
    let span = context.span_of(place);
    let diagnostic = Diagnostic::error(codes::UNEXPECTED, span, format!("`{word}` does not begin a step"));
    let meant = words::SAME_STEP.iter().find(|(other, _)| *other == word).map(|(_, step)| *step);
    Some(match meant {
        Some(meant) => did_you_mean(diagnostic, meant, span),
        None => diagnostic.help(format!("a step begins with one of: {}", words::STEPS.join(", "))),
    })
}

fn unexpected(
    found: Option<(Tok<'_>, Place)>,
    at: usize,
    expected: &Expected,
    context: &Context<'_, '_>,
) -> Diagnostic {
    let code: Code = codes::UNEXPECTED;
    let what = expected.sentence().unwrap_or_else(|| "something else".to_owned());
    match found {
        // The end of a line has no width to point at: point at what stands before it.
        Some((Tok::Separator, _)) | None => {
            let place = context.before(at, 1).map_or(Place::from(0..0), |(_, place)| place);
            let end = if found.is_some() { "the entry" } else { "the declaration" };
            Diagnostic::error(code, context.span_of(place), format!("{end} ends too early: expected {what}"))
                .label("after this")
        }
        Some((tok, place)) => {
            let message = format!("expected {what}, found {}", describe(&tok));
            let diagnostic = Diagnostic::error(code, context.span_of(place), message);
            match tok {
                Tok::Word(word) if expected.has("a value") && !words::can_be_value(word) => {
                    diagnostic.note(format!("`{word}` is a word of the language: inside an expression it is no name"))
                }
                Tok::Str(_) if expected.has("a release") => {
                    diagnostic.help("name it: a parameter or `let` of type `Digest`, `previous` or `running`")
                }
                _ => diagnostic,
            }
        }
    }
}
