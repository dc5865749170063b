//! Expressions by precedence, each operator found by its token instead of by trying all of them.

use super::{In, Later, nothing};
use crate::ast::{Arg, BinaryOp, Expr, ExprKind, Literal, Name, Pattern, UnaryOp};
use crate::grammar::expression::{self, Expressions};
use crate::grammar::{P, Problem, lazily, range};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use crate::words;
use chumsky::prelude::*;
use smol_str::SmolStr;

/// Room on the stack that an operand may take before more is allocated.
const RED_ZONE: usize = 128 << 10;
const STACK: usize = 1 << 20;

/// How strongly operators bind, as in [`crate::grammar::expression`]; twice the numbers there, one more for right sides
/// that may not hold the same operator again.
const WEAKEST: u8 = 0;
const NOT: u8 = 6;
const NEGATE: u8 = 16;
const IS: u8 = 9;

/// Both levels of expression.
pub(in crate::grammar) fn expressions<'t, X: Problem<'t>>() -> Expressions<'t, X> {
    let any = recursive(|expr| level(Parts::new(expr.boxed()), Parts::any)).boxed();
    let inner = any.clone();
    let operand = lazily(move || level(Parts::new(inner.clone()), |parts, input| parts.operand(input, WEAKEST)));
    Expressions { any, operand }
}

fn level<'t, X: Problem<'t>>(
    parts: Parts<'t, X>,
    parse: fn(&Parts<'t, X>, &mut In<'t, '_, X>) -> Result<Expr, X>,
) -> P<'t, Expr, X> {
    custom(move |input| parse(&parts, input)).boxed()
}

/// The parsers of what expressions hold.
struct Parts<'t, X: Problem<'t>> {
    expr: P<'t, Expr, X>,
    lambda: Later<'t, Expr, X>,
    args: Later<'t, Vec<Arg>, X>,
    pattern: Later<'t, Pattern, X>,
    record: Later<'t, ExprKind, X>,
    list: Later<'t, ExprKind, X>,
    group: Later<'t, Expr, X>,
    condition: Later<'t, ExprKind, X>,
    when: Later<'t, ExprKind, X>,
    /// Everything that the first tokens leave open.
    other: Later<'t, Expr, X>,
}

/// An infix operator: what it makes, and how strongly it binds to its left and its right.
struct Infix {
    makes: Makes,
    left: u8,
    right: u8,
    /// `a < b < c` means nothing.
    alone: bool,
}

enum Makes {
    Binary(BinaryOp),
    Interval,
}

impl Infix {
    fn left(op: BinaryOp, strength: u8) -> Self {
        Self { makes: Makes::Binary(op), left: 2 * strength, right: 2 * strength + 1, alone: false }
    }

    fn alone(makes: Makes) -> Self {
        Self { makes, left: 8, right: 8, alone: true }
    }

    /// An operator of conditions.
    fn of_logic(tok: &Tok<'_>) -> Option<Self> {
        let comparison = match tok {
            Tok::Word("and") => return Some(Self::left(BinaryOp::And, 2)),
            Tok::Word("or") => return Some(Self::left(BinaryOp::Or, 1)),
            Tok::Sign(T::EqualEqual) => BinaryOp::Equal,
            Tok::Sign(T::NotEqual) => BinaryOp::NotEqual,
            Tok::Sign(T::Less) => BinaryOp::Less,
            Tok::Sign(T::LessEqual) => BinaryOp::AtMost,
            Tok::Sign(T::Greater) => BinaryOp::Greater,
            Tok::Sign(T::GreaterEqual) => BinaryOp::AtLeast,
            _ => return None,
        };
        Some(Self::alone(Makes::Binary(comparison)))
    }

    /// An operator of operands.
    fn of_operands(tok: &Tok<'_>) -> Option<Self> {
        let Tok::Sign(sign) = tok else { return None };
        Some(match sign {
            T::Star => Self::left(BinaryOp::Multiply, 7),
            T::Slash => Self::left(BinaryOp::Divide, 7),
            T::Plus => Self::left(BinaryOp::Add, 6),
            T::Minus => Self::left(BinaryOp::Subtract, 6),
            T::QuestionQuestion => Self { makes: Makes::Binary(BinaryOp::Default), left: 11, right: 10, alone: false },
            T::DotDot => Self::alone(Makes::Interval),
            _ => return None,
        })
    }

    fn node(&self, left: Expr, right: Expr) -> ExprKind {
        let (left, right) = (Box::new(left), Box::new(right));
        match self.makes {
            Makes::Binary(op) => ExprKind::Binary(op, left, right),
            Makes::Interval => ExprKind::Interval(left, right),
        }
    }
}

/// One of the two levels, from a strength on.
type Level<'t, X> = fn(&Parts<'t, X>, &mut In<'t, '_, X>, u8) -> Result<Expr, X>;

impl<'t, X: Problem<'t>> Parts<'t, X> {
    fn new(expr: P<'t, Expr, X>) -> Self {
        Self {
            expr,
            lambda: Later::new(),
            args: Later::new(),
            pattern: Later::new(),
            record: Later::new(),
            list: Later::new(),
            group: Later::new(),
            condition: Later::new(),
            when: Later::new(),
            other: Later::new(),
        }
    }

    /// Any expression: a function value only where an arrow follows its parameters.
    fn any(&self, input: &mut In<'t, '_, X>) -> Result<Expr, X> {
        let here = input.save();
        let (first, second) = (input.next(), input.peek());
        input.rewind(here.clone());
        let lambda = |input: &mut In<'t, '_, X>| self.lambda.parse(input, || expression::lambda(self.expr.clone()));
        match (first, second) {
            (Some(Tok::Word(_)), Some(Tok::Sign(T::FatArrow))) => lambda(input),
            (Some(Tok::Sign(T::OpenParen)), Some(Tok::Word(_) | Tok::Sign(T::CloseParen))) => {
                lambda(input).or_else(|_| {
                    input.rewind(here);
                    self.logic(input, WEAKEST)
                })
            }
            _ => self.logic(input, WEAKEST),
        }
    }

    /// Comparisons, `not`, `and`, `or`.
    fn logic(&self, input: &mut In<'t, '_, X>, least: u8) -> Result<Expr, X> {
        let start = input.cursor();
        let mut left = if input.peek() == Some(Tok::Word("not")) {
            input.skip();
            let of = deeper(|| self.logic(input, NOT))?;
            node(input, &start, ExprKind::Unary(UnaryOp::Not, Box::new(of)))
        } else {
            self.operand(input, WEAKEST)?
        };
        loop {
            let before = input.save();
            let Some(tok) = input.peek() else { return Ok(left) };
            if tok == Tok::Word("is") && IS >= least {
                match self.pattern.parse(input, expression::is_pattern) {
                    Ok(pattern) => left = node(input, &start, ExprKind::Is(Box::new(left), pattern)),
                    Err(_) => {
                        input.rewind(before);
                        return Ok(left);
                    }
                }
                continue;
            }
            let Some(operator) = Infix::of_logic(&tok) else { return Ok(left) };
            match self.right(input, &operator, least, Self::logic)? {
                Some(right) => left = node(input, &start, operator.node(left, right)),
                None => return Ok(left),
            }
        }
    }

    /// Without comparisons, `not`, `and`, `or` at its top.
    fn operand(&self, input: &mut In<'t, '_, X>, least: u8) -> Result<Expr, X> {
        let start = input.cursor();
        let mut left = if input.peek() == Some(Tok::Sign(T::Minus)) {
            input.skip();
            let of = deeper(|| self.operand(input, NEGATE))?;
            node(input, &start, ExprKind::Unary(UnaryOp::Negate, Box::new(of)))
        } else {
            self.atom(input)?
        };
        loop {
            let before = input.save();
            let Some(tok) = input.peek() else { return Ok(left) };
            let kind = match tok {
                Tok::Sign(T::Dot) => {
                    input.skip();
                    let here = input.cursor();
                    let Some(Tok::Word(word)) = input.peek() else {
                        input.rewind(before);
                        return Ok(left);
                    };
                    input.skip();
                    let name = Name { text: SmolStr::new(word), range: range(input.span_since(&here)) };
                    ExprKind::Field(Box::new(left), name)
                }
                Tok::Sign(T::OpenParen) => match self.args.parse(input, || expression::args(self.expr.clone())) {
                    Ok(args) => ExprKind::Call(Box::new(left), args),
                    Err(_) => {
                        input.rewind(before);
                        return Ok(left);
                    }
                },
                other => {
                    let Some(operator) = Infix::of_operands(&other) else { return Ok(left) };
                    match self.right(input, &operator, least, Self::operand)? {
                        Some(right) => operator.node(left, right),
                        None => return Ok(left),
                    }
                }
            };
            left = node(input, &start, kind);
        }
    }

    /// What stands behind an infix operator; nothing where the operator belongs to what is around, or has no right side.
    fn right(
        &self,
        input: &mut In<'t, '_, X>,
        operator: &Infix,
        least: u8,
        level: Level<'t, X>,
    ) -> Result<Option<Expr>, X> {
        if operator.left < least {
            return Ok(None);
        }
        if operator.alone && operator.left == least {
            return Err(nothing());
        }
        let before = input.save();
        input.skip();
        let right = deeper(|| level(self, input, operator.right));
        if right.is_err() {
            input.rewind(before);
        }
        Ok(right.ok())
    }

    /// An operand without operators.
    fn atom(&self, input: &mut In<'t, '_, X>) -> Result<Expr, X> {
        let (start, here) = (input.cursor(), input.save());
        let (first, second) = (input.next(), input.peek());
        let Some(first) = first else { return Err(nothing()) };
        let behind_word = matches!(second, Some(Tok::Sign(T::OpenBrace) | Tok::Str(_)));
        if let Some(kind) = single(&first).filter(|_| !(behind_word && matches!(first, Tok::Word(_)))) {
            return Ok(node(input, &start, kind));
        }
        input.rewind(here);
        let expr = || self.expr.clone();
        let kind = match first {
            Tok::Sign(T::OpenParen) => return self.group.parse(input, || expression::group(expr())),
            Tok::Sign(T::OpenBrace) => self.record.parse(input, || expression::record(expr())),
            Tok::Sign(T::OpenBracket) => self.list.parse(input, || expression::list(expr())),
            Tok::Word("if") => self.condition.parse(input, || expression::condition(expr())),
            Tok::Word("when") => self.when.parse(input, || expression::when(expr())),
            Tok::Word(word) if is_type(word) && second == Some(Tok::Sign(T::OpenBrace)) => {
                self.record.parse(input, || expression::record(expr()))
            }
            _ => return self.other.parse(input, || expression::whole(&expr())),
        };
        kind.map(|kind| node(input, &start, kind))
    }
}

fn is_type(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

fn deeper<O>(parse: impl FnOnce() -> O) -> O {
    stacker::maybe_grow(RED_ZONE, STACK, parse)
}

fn node<'t, 'p, X: Problem<'t>>(
    input: &mut In<'t, 'p, X>,
    start: &chumsky::input::Cursor<'t, 'p, crate::grammar::Input<'t>>,
    kind: ExprKind,
) -> Expr {
    Expr { range: range(input.span_since(start)), kind }
}

/// The expression that a token is by itself; nothing where it may be the beginning of a longer one.
fn single(tok: &Tok<'_>) -> Option<ExprKind> {
    match *tok {
        Tok::Number(Literal::Date(_) | Literal::Time(_)) => None,
        Tok::Number(literal) => Some(ExprKind::Literal(literal)),
        Tok::Str(parts) => Some(ExprKind::Str(parts.to_vec())),
        Tok::Word("true") => Some(ExprKind::Literal(Literal::Bool(true))),
        Tok::Word("false") => Some(ExprKind::Literal(Literal::Bool(false))),
        Tok::Word(text) if words::can_be_value(text) && !words::WEEKDAYS.contains(&text) => {
            Some(ExprKind::Name(SmolStr::new(text)))
        }
        Tok::Word(_) | Tok::Doc(_) | Tok::Sign(_) | Tok::Separator | Tok::Bad => None,
    }
}
