//! Operators: which units go together, said in the user's words.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes};
use syntax::ast::{BinaryOp, Expr, ExprKind, Literal, Unit};

use super::Elaborator;
use crate::core::{Core, CoreKind};
use crate::queries::signature::underlying;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn binary(&mut self, at: Span, op: BinaryOp, left: &Expr, right: &Expr) -> (Core, Type) {
        match op {
            BinaryOp::And => {
                let scope = self.scope();
                let (l, r) = (self.premise(left), self.premise(right));
                self.leave(scope);
                (node(at, op, l, r), Type::Bool)
            }
            BinaryOp::Or => {
                let what = format!("`{}`", op.text());
                let (l, r) = (self.expect(left, &Type::Bool, &what), self.expect(right, &Type::Bool, &what));
                (node(at, op, l, r), Type::Bool)
            }
            BinaryOp::Default => self.default(at, left, right),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::AtMost
            | BinaryOp::Greater
            | BinaryOp::AtLeast => self.comparison(at, op, left, right),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                self.arithmetic(at, op, left, right)
            }
        }
    }

    fn default(&mut self, at: Span, left: &Expr, right: &Expr) -> (Core, Type) {
        let (l, ty) = self.infer(left);
        let ty = match ty {
            Type::Optional(of) => *of,
            Type::Error => return (Core::error(at), Type::Error),
            other => {
                let message = format!("{} is never absent, so `??` has nothing to do", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, l.span, message));
                return (Core::error(at), Type::Error);
            }
        };
        let r = self.expect(right, &ty, "what stands after `??`");
        (node(at, BinaryOp::Default, l, r), ty)
    }

    fn comparison(&mut self, at: Span, op: BinaryOp, left: &Expr, right: &Expr) -> (Core, Type) {
        let (l, ty) = self.infer(left);
        let ty = underlying(self.db, &ty);
        let absent = matches!(&right.kind, ExprKind::Name(word) if word == "none");
        if self.holds_secret(&ty) && !absent {
            self.secret_seen(l.span, &ty, "compared");
            return (Core::error(at), Type::Bool);
        }
        let r = self.expect(right, &ty, &format!("the right side of `{}`", op.text()));
        let ordered = !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if ordered && !is_ordered(&ty) {
            let message = format!("{} has no order: it can be compared by `==` and `!=` only", ty.with_article());
            self.report(Diagnostic::error(codes::UNITS_DO_NOT_FIT, at, message));
            return (Core::error(at), Type::Bool);
        }
        (node(at, op, l, r), Type::Bool)
    }

    fn arithmetic(&mut self, at: Span, op: BinaryOp, left: &Expr, right: &Expr) -> (Core, Type) {
        let ((l, left_type), (r, right_type)) = (self.infer(left), self.infer(right));
        let (lt, rt) = (underlying(self.db, &left_type), underlying(self.db, &right_type));
        if lt.is_error() || rt.is_error() {
            return (Core::error(at), Type::Error);
        }
        if let Some(ty) = calendar(op, &lt, &rt) {
            return (node(at, op, l, r), ty);
        }
        if op == BinaryOp::Subtract && is_whole(left) && rt == Type::Ratio {
            return (node(at, op, l, r), Type::Ratio);
        }
        if let Some(ty) = result(op, &lt, &rt) {
            return (node(at, op, l, r), ty);
        }
        let diagnostic = self.wrong_units(at, op, (&lt, left), (&rt, right));
        self.report(diagnostic);
        (Core::error(at), Type::Error)
    }

    fn wrong_units(&self, at: Span, op: BinaryOp, left: (&Type, &Expr), right: (&Type, &Expr)) -> Diagnostic {
        let (lt, rt) = (left.0, right.0);
        if self.holds_secret(lt) || self.holds_secret(rt) {
            return Diagnostic::error(codes::SECRET_OUTSIDE, at, "a secret cannot be computed with")
                .help("a secret goes into a field or parameter of type Secret and nowhere else");
        }
        if op == BinaryOp::Add && *lt == Type::Ratio && *rt == Type::Ratio {
            return self.ratio_plus_ratio(at, right.1);
        }
        let message = match op {
            BinaryOp::Add => format!("{} cannot be added to {}", rt.with_article(), lt.with_article()),
            BinaryOp::Subtract => format!("{} cannot be taken from {}", rt.with_article(), lt.with_article()),
            BinaryOp::Multiply => format!("{} cannot be multiplied by {}", lt.with_article(), rt.with_article()),
            _ => format!("{} cannot be divided by {}", lt.with_article(), rt.with_article()),
        };
        let diagnostic = Diagnostic::error(codes::UNITS_DO_NOT_FIT, at, message)
            .also(self.span(left.1.range), lt.with_article())
            .also(self.span(right.1.range), rt.with_article());
        match (lt, rt) {
            (Type::String, _) | (_, Type::String) => {
                diagnostic.help("text is put together inside a string: `\"${a} ${b}\"`")
            }
            _ => diagnostic,
        }
    }

    /// Half of all readers take `5% + 1%` for 5.05 %, half for 6 %.
    pub(super) fn ratio_plus_ratio(&self, at: Span, right: &Expr) -> Diagnostic {
        let diagnostic = Diagnostic::error(codes::RATIO_PLUS_RATIO, at, "a percentage cannot be added to a percentage")
            .note("it could mean percentage points or a share of the first")
            .help("write percentage points (`+ 0.2pp`) or a factor (`* 1.1`)");
        let ExprKind::Literal(Literal::Quantity(number, Unit::Percent)) = &right.kind else { return diagnostic };
        let points = format!("{number}pp");
        let title = format!("write `{points}`");
        diagnostic.fix(Fix::replace(title, self.span(right.range), points, Applicability::Guess))
    }
}

fn node(at: Span, op: BinaryOp, left: Core, right: Core) -> Core {
    Core::new(at, CoreKind::Binary(op, Box::new(left), Box::new(right)))
}

/// `100%`, from which a share may be taken: the rest.
fn is_whole(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::Quantity(number, Unit::Percent)) if *number == rust_decimal::Decimal::ONE_HUNDRED)
}

/// Days and times, which are places and not amounts.
fn calendar(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    match (op, left, right) {
        (BinaryOp::Add | BinaryOp::Subtract, Type::Date, Type::Duration) => Some(Type::Date),
        (BinaryOp::Subtract, Type::Date, Type::Date) | (BinaryOp::Subtract, Type::Time, Type::Time) => {
            Some(Type::Duration)
        }
        _ => None,
    }
}

pub(super) fn is_ordered(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Count | Type::Duration | Type::Ratio | Type::Points | Type::Factor | Type::Error)
        || matches!(ty, Type::Rate | Type::Bytes | Type::Money | Type::Date | Type::Time)
}

pub(super) fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Count | Type::Factor)
}

/// Amounts that add up and scale.
pub(super) fn is_amount(ty: &Type) -> bool {
    matches!(ty, Type::Duration | Type::Rate | Type::Bytes | Type::Money | Type::Points)
}

/// The type of `left op right`, if the units go together.
fn result(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    let whole = |ty: &Type| matches!(ty, Type::Int | Type::Count);
    match op {
        BinaryOp::Add | BinaryOp::Subtract => match (left, right) {
            (l, r) if whole(l) && whole(r) => Some(Type::Int),
            (l, r) if is_number(l) && is_number(r) => Some(Type::Factor),
            (l, r) if l == r && is_amount(l) => Some(l.clone()),
            (Type::Ratio, Type::Points) => Some(Type::Ratio),
            (Type::Ratio, Type::Ratio) if op == BinaryOp::Subtract => Some(Type::Points),
            _ => None,
        },
        BinaryOp::Multiply => match (left, right) {
            (l, r) if whole(l) && whole(r) => Some(Type::Int),
            (l, r) if is_number(l) && is_number(r) => Some(Type::Factor),
            (l, r) if (is_amount(l) || *l == Type::Ratio) && is_number(r) => Some(l.clone()),
            (l, r) if is_number(l) && (is_amount(r) || *r == Type::Ratio) => Some(r.clone()),
            (Type::Ratio, Type::Ratio) => Some(Type::Ratio),
            (Type::Ratio, r) if is_amount(r) => Some(r.clone()),
            (l, Type::Ratio) if is_amount(l) => Some(l.clone()),
            (Type::Rate, Type::Duration) | (Type::Duration, Type::Rate) => Some(Type::Count),
            _ => None,
        },
        BinaryOp::Divide => match (left, right) {
            (l, r) if whole(l) && whole(r) => Some(Type::Int),
            (l, r) if is_number(l) && is_number(r) => Some(Type::Factor),
            (l, r) if (is_amount(l) || *l == Type::Ratio) && is_number(r) => Some(l.clone()),
            (l, r) if l == r && (is_amount(l) || *l == Type::Ratio) => Some(Type::Factor),
            (l, Type::Duration) if whole(l) => Some(Type::Rate),
            (l, Type::Rate) if whole(l) => Some(Type::Duration),
            _ => None,
        },
        BinaryOp::Default | BinaryOp::And | BinaryOp::Or | BinaryOp::Equal | BinaryOp::NotEqual => None,
        BinaryOp::Less | BinaryOp::AtMost | BinaryOp::Greater | BinaryOp::AtLeast => None,
    }
}
