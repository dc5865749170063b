//! Decodes the strings of a declaration before it is parsed: escapes, and the expressions inside `${...}`.

use crate::ast::{Expr, ExprKind, Range, StrPart};
use crate::balance::balance;
use crate::grammar::P;
use crate::grammar::expression::expressions;
use crate::layout::{Place, Strings, Tok, layout};
use crate::lex::{Piece, TokenKind, pieces, tokens};
use crate::report::{self, Context};
use crate::significant::{Significant, significant};
use crate::{depth, grammar};
use chumsky::Parser as _;
use chumsky::error::{EmptyErr, Rich};
use chumsky::input::Input as _;
use chumsky::prelude::end;
use diagnostics::{Applicability, Diagnostic, FileId, Fix, Span, codes};

/// How many strings may stand inside each other's interpolations.
const NESTED_MAX: u32 = 4;

/// The parts of every string among `tokens`, and what is wrong inside them.
pub(crate) fn decode(tokens: &[Significant<'_>], file: FileId, nesting: u32) -> (Strings, Vec<Diagnostic>) {
    let mut strings = Strings::new();
    let mut findings = Vec::new();
    for token in tokens.iter().filter(|token| matches!(token.kind, TokenKind::String | TokenKind::UnfinishedString)) {
        let parts = if token.kind == TokenKind::UnfinishedString {
            findings.push(unfinished(token, file));
            vec![StrPart::Expr(Expr { range: Range::new(token.start, token.end), kind: ExprKind::Error })]
        } else {
            let parts = pieces(token.text).into_iter().map(|piece| part(piece, token, file, nesting, &mut findings));
            parts.collect()
        };
        strings.insert(token.start, parts);
    }
    (strings, findings)
}

fn unfinished(token: &Significant<'_>, file: FileId) -> Diagnostic {
    let place = Span::new(file, token.start, token.end);
    let fix = Fix::replace(
        "close it at the end of the line",
        Span::new(file, token.end, token.end),
        "\"",
        Applicability::Guess,
    );
    Diagnostic::error(codes::UNFINISHED_STRING, place, "this string is never closed")
        .label("missing `\"` on this line")
        .fix(fix)
}

fn part(piece: Piece, token: &Significant<'_>, file: FileId, nesting: u32, findings: &mut Vec<Diagnostic>) -> StrPart {
    let at = |offset: usize| token.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    match piece {
        Piece::Text(text) => StrPart::Text(text),
        Piece::Source { start, end } => {
            let source = token.text.get(start..end).unwrap_or("");
            StrPart::Expr(interpolated(source, at(start), file, nesting, findings))
        }
        Piece::Bad { start, end, message } => {
            let place = Span::new(file, at(start), at(end));
            let help = "the escapes are \\n \\t \\\" \\\\ \\${ and \\u{...}";
            findings.push(Diagnostic::error(codes::BAD_ESCAPE, place, message).help(help));
            StrPart::Expr(Expr { range: Range::new(at(start), at(end)), kind: ExprKind::Error })
        }
    }
}

/// The expression between `${` and `}`, whose first byte is at `start` in the declaration.
fn interpolated(source: &str, start: u32, file: FileId, nesting: u32, findings: &mut Vec<Diagnostic>) -> Expr {
    let length = u32::try_from(source.len()).unwrap_or(u32::MAX);
    let error = Expr { range: Range::new(start, start.saturating_add(length)), kind: ExprKind::Error };
    let span = move |start, end| Span::new(file, start, end);
    if nesting >= NESTED_MAX {
        let message = format!("strings stand more than {NESTED_MAX} deep inside each other here");
        findings.push(Diagnostic::error(codes::NESTED_TOO_DEEP, span(error.range.start, error.range.end), message));
        return error;
    }
    let mut tokens = significant(&tokens(source), source);
    for token in &mut tokens {
        (token.start, token.end) = (token.start + start, token.end + start);
    }
    if tokens.is_empty() {
        let place = span(start.saturating_sub(2), error.range.end + 1);
        findings.push(
            Diagnostic::error(codes::BAD_ESCAPE, place, "this interpolation is empty")
                .help("write `\\${` for the two characters"),
        );
        return error;
    }
    let (tokens, found) = balance(tokens, &span);
    let (tokens, too_deep) = depth::limit(tokens, &span);
    let (strings, inside) = decode(&tokens, file, nesting + 1);
    let (toks, single) = layout(&tokens, &strings, &span);
    let before = findings.len();
    findings.extend(found.into_iter().chain(too_deep).chain(inside).chain(single));
    let context = Context { toks: &toks, span: &span, head: None };
    let (expr, errors) = run(&toks, error.range.end, &context);
    // Other findings inside the same braces may be what the grammar stumbled over.
    if findings.len() == before {
        findings.extend(errors);
    }
    expr.unwrap_or(error)
}

fn run<'t>(toks: &'t [(Tok<'t>, Place)], end_at: u32, context: &Context<'_, 't>) -> (Option<Expr>, Vec<Diagnostic>) {
    let input = || toks.split_token_span(Place::from(end_at..end_at));
    let lean = whole::<EmptyErr>().parse(input());
    if !lean.has_errors() {
        return (lean.into_output(), Vec::new());
    }
    let (expr, errors) = whole::<Rich<'t, Tok<'t>, Place>>().parse(input()).into_output_errors();
    (expr, errors.iter().map(|error| report::explain(error, context)).collect())
}

fn whole<'t, X: grammar::Problem<'t>>() -> P<'t, Expr, X> {
    expressions().any.then_ignore(end()).boxed()
}
