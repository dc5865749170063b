//! Expressions, by precedence.

use super::fields::fields;
use super::list::{braces, brackets, parens, parenthesised};
use super::quick;
use super::{P, Problem, docs, lazily, name, named, range, sign, window, word};
use crate::ast::{Arg, BinaryOp, Expr, ExprKind, Foreign, Literal, Name, Pattern, Range, UnaryOp, WhenArm};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use crate::words;
use chumsky::pratt::{infix, left, none, postfix, prefix, right};
use chumsky::prelude::*;
use smol_str::SmolStr;

/// The two levels of expression that other constructs mention.
pub(crate) struct Expressions<'t, X: Problem<'t>> {
    /// Any expression.
    pub(crate) any: P<'t, Expr, X>,
    /// Without comparisons, `not`, `and`, `or` at its top: the operand of a comparison.
    pub(crate) operand: P<'t, Expr, X>,
}

pub(crate) fn expressions<'t, X: Problem<'t>>() -> Expressions<'t, X> {
    if quick::applies::<X>() {
        return quick::expressions();
    }
    let any = recursive(|expr| {
        let expr = expr.boxed();
        lambda(expr.clone()).or(logic(operand(expr))).boxed()
    })
    .boxed();
    Expressions { operand: operand(any.clone()), any }
}

/// `(a, name = b)`
pub(crate) fn args<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Vec<Arg>, X> {
    let name = named("a parameter").then_ignore(sign(T::Equals)).or_not();
    let arg = name.then(expr).map(|(name, value)| Arg { name, value });
    parens(docs().ignore_then(arg).boxed(), |range| Arg { name: None, value: unreadable(range) })
}

fn unreadable(range: Range) -> Expr {
    Expr { range, kind: ExprKind::Error }
}

/// The comparison operators.
pub(crate) fn comparison<'t, X: Problem<'t>>() -> P<'t, BinaryOp, X> {
    select! {
        Tok::Sign(T::EqualEqual) => BinaryOp::Equal,
        Tok::Sign(T::NotEqual) => BinaryOp::NotEqual,
        Tok::Sign(T::Less) => BinaryOp::Less,
        Tok::Sign(T::LessEqual) => BinaryOp::AtMost,
        Tok::Sign(T::Greater) => BinaryOp::Greater,
        Tok::Sign(T::GreaterEqual) => BinaryOp::AtLeast,
    }
    .labelled("a comparison")
    .boxed()
}

fn logic<'t, X: Problem<'t>>(operand: P<'t, Expr, X>) -> P<'t, Expr, X> {
    let and = word("`and`").to(BinaryOp::And).labelled("an operator");
    let or = word("`or`").to(BinaryOp::Or).labelled("an operator");
    operand
        .pratt((
            prefix(3, word("`not`").labelled("a value"), |_, x, e| unary(UnaryOp::Not, x, e.span())),
            infix(none(4), comparison().labelled("an operator"), |l, op, r, e| binary(l, op, r, e.span())),
            postfix(4, is_pattern(), |x, pattern, e| node(ExprKind::Is(Box::new(x), pattern), e.span())),
            infix(left(2), and, |l, op, r, e| binary(l, op, r, e.span())),
            infix(left(1), or, |l, op, r, e| binary(l, op, r, e.span())),
        ))
        .boxed()
}

fn operand<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Expr, X> {
    let times = select! { Tok::Sign(T::Star) => BinaryOp::Multiply, Tok::Sign(T::Slash) => BinaryOp::Divide };
    let plus = select! { Tok::Sign(T::Plus) => BinaryOp::Add, Tok::Sign(T::Minus) => BinaryOp::Subtract };
    let default = select! { Tok::Sign(T::QuestionQuestion) => BinaryOp::Default };
    let dot = sign(T::Dot).ignore_then(named("a field")).labelled("an operator");
    whole(&expr)
        .pratt((
            postfix(9, dot, |x, name, e| node(ExprKind::Field(Box::new(x), name), e.span())),
            postfix(9, args(expr).labelled("an operator"), |x, args, e| {
                node(ExprKind::Call(Box::new(x), args), e.span())
            }),
            prefix(8, sign(T::Minus).labelled("a value"), |_, x, e| unary(UnaryOp::Negate, x, e.span())),
            infix(left(7), times.labelled("an operator"), |l, op, r, e| binary(l, op, r, e.span())),
            infix(left(6), plus.labelled("an operator"), |l, op, r, e| binary(l, op, r, e.span())),
            infix(right(5), default.labelled("an operator"), |l, op, r, e| binary(l, op, r, e.span())),
            infix(none(4), sign(T::DotDot).labelled("an operator"), |l, (), r, e| {
                node(ExprKind::Interval(Box::new(l), Box::new(r)), e.span())
            }),
        ))
        .boxed()
}

/// An operand without operators.
pub(super) fn whole<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Expr, X> {
    let simple = select! {
        Tok::Number(literal) => ExprKind::Literal(literal),
        Tok::Str(parts) => ExprKind::Str(parts.to_vec()),
        Tok::Word("true") => ExprKind::Literal(Literal::Bool(true)),
        Tok::Word("false") => ExprKind::Literal(Literal::Bool(false)),
        Tok::Word(text) if words::can_be_value(text) => ExprKind::Name(SmolStr::new(text)),
        Tok::Bad => ExprKind::Error,
    };
    let simple = simple.labelled("a value").boxed();
    let part = |build: fn(P<'t, Expr, X>) -> P<'t, ExprKind, X>| {
        let expr = expr.clone();
        lazily(move || build(expr.clone()))
    };
    let (record, list, condition, when) = (part(record), part(list), part(condition), part(when));
    let inner = expr.clone();
    let group = lazily(move || group(inner.clone()));
    let (window, freeze) = (lazily(window::window), lazily(window::freeze));
    let query = lazily(|| foreign(Foreign::PromQl).or(foreign(Foreign::Sql)).boxed());
    let kinds = choice((record, query, window, freeze, simple, list, condition, when));
    let alone = kinds.map_with(|kind, e| node(kind, e.span()));
    alone.boxed().or(group).labelled("a value").boxed()
}

/// `(inner)`
pub(super) fn group<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Expr, X> {
    parenthesised(docs().ignore_then(expr).boxed(), unreadable)
}

/// `[a, b]`
pub(super) fn list<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, ExprKind, X> {
    brackets(docs().ignore_then(expr).boxed(), unreadable).map(ExprKind::List).labelled("a value").boxed()
}

/// `promql "..."`, `sql "..."`
fn foreign<'t, X: Problem<'t>>(language: Foreign) -> P<'t, ExprKind, X> {
    let tag = select! { Tok::Word(word) if word == language.word() => () };
    let text = select! { Tok::Str(parts) => parts.to_vec() };
    tag.ignore_then(text).map(move |parts| ExprKind::Foreign(language, parts)).labelled("a value").boxed()
}

/// `Type { field = value }`, `{ key = value }`
pub(super) fn record<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, ExprKind, X> {
    let ty = select! { Tok::Word(text) if text.starts_with(|c: char| c.is_ascii_uppercase()) => SmolStr::new(text) };
    let ty = ty.map_with(|text, e| Name { text, range: range(e.span()) });
    ty.or_not().then(fields(expr)).map(|(ty, fields)| ExprKind::Record(ty, fields)).labelled("a value").boxed()
}

/// `if condition then a else b`
pub(super) fn condition<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, ExprKind, X> {
    let then = word("`then`").ignore_then(expr.clone());
    let otherwise = word("`else`").ignore_then(expr.clone());
    word("`if`")
        .labelled("a value")
        .ignore_then(expr)
        .then(then)
        .then(otherwise)
        .map(|((condition, a), b)| ExprKind::If(Box::new(condition), Box::new(a), Box::new(b)))
        .boxed()
}

/// `x => expr`, `(a, b) => expr`
pub(super) fn lambda<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Expr, X> {
    let param = select! { Tok::Word(text) if words::can_be_value(text) => SmolStr::new(text) }
        .map_with(|text, e| Name { text, range: range(e.span()) })
        .labelled("a value")
        .boxed();
    let several = param.clone().separated_by(sign(T::Comma)).allow_trailing().collect();
    let several = several.delimited_by(sign(T::OpenParen).labelled("a value"), sign(T::CloseParen));
    let params = param.map(|name| vec![name]).or(several);
    params
        .then_ignore(sign(T::FatArrow).labelled("an operator"))
        .then(expr)
        .map_with(|(params, body), e| node(ExprKind::Lambda(params, Box::new(body)), e.span()))
        .boxed()
}

/// `is case(x)`
pub(super) fn is_pattern<'t, X: Problem<'t>>() -> P<'t, Pattern, X> {
    word("`is`").labelled("an operator").ignore_then(pattern()).boxed()
}

/// `case`, `case(x, y)`
fn pattern<'t, X: Problem<'t>>() -> P<'t, Pattern, X> {
    let binders = name().separated_by(sign(T::Comma)).at_least(1).allow_trailing().collect();
    let binders = binders.delimited_by(sign(T::OpenParen).labelled("an operator"), sign(T::CloseParen));
    named("a case")
        .then(binders.or_not())
        .map_with(|(case, binders), e| Pattern { case, binders: binders.unwrap_or_default(), range: range(e.span()) })
        .boxed()
}

/// `when value { case(x) => a, else => b }`
pub(super) fn when<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, ExprKind, X> {
    let otherwise = word("`else`").to(None);
    let pattern = otherwise.or(pattern().map(Some)).then_ignore(sign(T::FatArrow));
    let arm = docs().ignore_then(
        pattern
            .then(expr.clone())
            .map_with(|(pattern, value), e| Some(WhenArm { pattern, value, range: range(e.span()) })),
    );
    word("`when`")
        .labelled("a value")
        .ignore_then(expr)
        .then(braces(arm.boxed(), |_| None))
        .map(|(value, arms)| ExprKind::When(Box::new(value), arms.into_iter().flatten().collect()))
        .boxed()
}

fn node(kind: ExprKind, place: crate::layout::Place) -> Expr {
    Expr { range: range(place), kind }
}

fn unary(op: UnaryOp, x: Expr, place: crate::layout::Place) -> Expr {
    node(ExprKind::Unary(op, Box::new(x)), place)
}

fn binary(l: Expr, op: BinaryOp, r: Expr, place: crate::layout::Place) -> Expr {
    node(ExprKind::Binary(op, Box::new(l), Box::new(r)), place)
}
