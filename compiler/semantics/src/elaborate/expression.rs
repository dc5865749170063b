//! Expressions: with a type that is expected, or with the one that they have.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{BinaryOp, Expr, ExprKind, Literal, Name, UnaryOp};

use super::Elaborator;
use super::notes::{Meaning, Wanted, Whose};
use crate::core::{Core, CoreKind, Slot};
use crate::methods::methods_of;
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of, underlying};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};
use crate::units::{self, LiteralFault};
use crate::value::Value;

/// Stack that one step may take before more is allocated, and how much then.
const RED_ZONE: usize = 128 * 1024;
const STACK: usize = 1024 * 1024;

/// Cases of a union that a message lists.
const CASES_SHOWN: usize = 8;

impl Elaborator<'_> {
    /// The expression as a value of `ty`; `what` names its place in messages: "`replicas`".
    pub(super) fn expect(&mut self, expr: &Expr, ty: &Type, what: &str) -> Core {
        self.note_wanted(expr.range, || Wanted::Type(ty.clone()));
        stacker::maybe_grow(RED_ZONE, STACK, || self.expected(expr, ty, what))
    }

    fn expected(&mut self, expr: &Expr, ty: &Type, what: &str) -> Core {
        let at = self.span(expr.range);
        match (&expr.kind, ty) {
            (ExprKind::Error, _) => Core::error(at),
            (ExprKind::Name(word), Type::Optional(_)) if word == "none" => {
                Core::new(at, CoreKind::Constant(Value::None))
            }
            (ExprKind::If(condition, then, otherwise), _) => {
                let scope = self.scope();
                let condition = self.premise(condition);
                let then = self.expect(then, ty, what);
                self.leave(scope);
                let otherwise = self.expect(otherwise, ty, what);
                Core::new(at, CoreKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)))
            }
            (ExprKind::When(value, arms), _) => self.when_expression(at, value, arms, Some((ty, what))).0,
            (_, Type::Optional(of)) => self.expect_optional(expr, of, what),
            (_, Type::Refined(id)) => {
                let inner = self.expect(expr, &underlying(self.db, ty), what);
                Core::new(at, CoreKind::Refine(Box::new(inner), id.clone()))
            }
            (_, Type::Gate(arms)) => self.gate_value(expr, *arms, what),
            (_, Type::Function(function)) => self.function(expr, function, what),
            (ExprKind::Str(parts), Type::Digest) => self.digest(at, parts),
            (ExprKind::Record(None, fields), Type::Record(id)) => self.record(at, id, fields),
            (ExprKind::Record(None, fields), Type::Map(of)) => self.map(at, fields, of),
            (ExprKind::List(elements), Type::List(of)) => {
                let elements = elements.iter().map(|element| self.expect(element, of, what)).collect();
                Core::new(at, CoreKind::List(elements))
            }
            (ExprKind::Interval(low, high), Type::Range(of)) => {
                let (low, high) = (self.expect(low, of, what), self.expect(high, of, what));
                Core::new(at, CoreKind::Range(Box::new(low), Box::new(high)))
            }
            (ExprKind::Name(_) | ExprKind::Call(..), Type::Union(id)) => self.case_or_value(expr, id, ty, what),
            (ExprKind::Binary(BinaryOp::Default, left, right), _) => {
                let left = self.expect(left, &Type::Optional(Box::new(ty.clone())), what);
                let right = self.expect(right, ty, what);
                Core::new(at, CoreKind::Binary(BinaryOp::Default, Box::new(left), Box::new(right)))
            }
            _ => self.expect_inferred(expr, ty, what),
        }
    }

    fn expect_optional(&mut self, expr: &Expr, of: &Type, what: &str) -> Core {
        match &expr.kind {
            // These may be absent themselves, so their own type decides.
            ExprKind::Field(..) => self.expect_inferred(expr, &Type::Optional(Box::new(of.clone())), what),
            ExprKind::Name(name) if self.is_value(name) => {
                self.expect_inferred(expr, &Type::Optional(Box::new(of.clone())), what)
            }
            ExprKind::Call(callee, _) if self.may_give_nothing(callee) => {
                self.expect_inferred(expr, &Type::Optional(Box::new(of.clone())), what)
            }
            _ => self.expect(expr, of, what),
        }
    }

    fn expect_inferred(&mut self, expr: &Expr, ty: &Type, what: &str) -> Core {
        let (core, actual) = self.infer(expr);
        if self.fits(&actual, ty) {
            return core;
        }
        let mismatch = self.mismatch(core.span, &actual, ty, what);
        self.report(mismatch);
        Core::error(core.span)
    }

    /// Whether a value of `actual` may stand where `wanted` is needed.
    pub(crate) fn fits(&self, actual: &Type, wanted: &Type) -> bool {
        match (actual, wanted) {
            (Type::Error, _) | (_, Type::Error) => true,
            (Type::Int | Type::Count, Type::Int | Type::Count) => true,
            (Type::Nothing, Type::Optional(_)) => true,
            (Type::Optional(actual), Type::Optional(wanted)) => self.fits(actual, wanted),
            (actual, Type::Optional(wanted)) => self.fits(actual, wanted),
            (Type::Function(actual), Type::Function(wanted)) => self.function_fits(actual, wanted),
            (Type::List(actual), Type::List(wanted))
            | (Type::Map(actual), Type::Map(wanted))
            | (Type::Secret(actual), Type::Secret(wanted))
            | (Type::Range(actual), Type::Range(wanted)) => self.fits(actual, wanted),
            (Type::Refined(_), wanted) if actual != wanted => self.fits(&underlying(self.db, actual), wanted),
            (actual, wanted) => actual == wanted,
        }
    }

    pub(super) fn mismatch(&self, at: Span, actual: &Type, wanted: &Type, what: &str) -> Diagnostic {
        if self.holds_secret(actual) && !self.holds_secret(wanted) {
            return Diagnostic::error(codes::SECRET_OUTSIDE, at, format!("a secret cannot be used as {what}"))
                .help("a secret goes into a field or parameter of type Secret and nowhere else");
        }
        let message = format!("{what} needs {}, but this is {}", wanted.with_article(), actual.with_article());
        let diagnostic = Diagnostic::error(codes::TYPE_MISMATCH, at, message);
        match (actual, wanted) {
            (Type::Ratio, Type::Points) => diagnostic.help("a difference between two percentages is written `2pp`"),
            (Type::Points, Type::Ratio) => {
                diagnostic.help("`pp` is a difference between two percentages; a share is written `2%`")
            }
            (Type::Int, Type::Duration) => diagnostic.help("write the unit: `30s`, `5m`"),
            (Type::Int | Type::Factor, Type::Ratio) => diagnostic.help("write the share as a percentage: `5%`"),
            (Type::String, Type::Date) => diagnostic.help("a day is written without quotes: `2027-03-31`"),
            (Type::String, Type::Duration | Type::Ratio | Type::Rate | Type::Bytes | Type::Time) => {
                diagnostic.help("an amount is written without quotes: `30m`, `5%`")
            }
            (_, Type::Union(id)) => match self.cases_written(id) {
                Some(cases) => diagnostic.help(format!("it is one of {cases}")),
                None => diagnostic,
            },
            (Type::Int, Type::Rate) => diagnostic.help("write the unit: `450 req/s`"),
            (Type::String, Type::Secret(_)) => {
                diagnostic.help("name where the secret is kept: `secret(\"file:/run/secrets/NAME\")`")
            }
            (Type::Range(of), Type::Window) if **of == Type::Time => {
                diagnostic.help("name the time zone: `09:00..16:00 in \"Europe/Berlin\"`")
            }
            (Type::Range(of), Type::Freeze) if **of == Type::Date => diagnostic
                .help("name the time zone and the reason: `2026-12-20..2027-01-02 in \"Europe/Berlin\" because \"…\"`"),
            (Type::Optional(_), _) => diagnostic.help("it may be absent: say what to use then, with `?? value`"),
            _ => diagnostic,
        }
    }

    /// The cases of a union as they are written: `http(path)`, `tcp`; nothing where they are many.
    fn cases_written(&self, id: &DeclId) -> Option<String> {
        let Signature::Union { cases } = signature_of(self.db, id) else { return None };
        let written = |(name, slots): &(SmolStr, Vec<Slot>)| {
            let fields: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            if fields.is_empty() { format!("`{name}`") } else { format!("`{name}({})`", fields.join(", ")) }
        };
        let cases: Vec<String> = cases.iter().map(written).collect();
        (cases.len() <= CASES_SHOWN).then(|| cases.join(", "))
    }

    /// The expression and its own type.
    pub(super) fn infer(&mut self, expr: &Expr) -> (Core, Type) {
        let found = stacker::maybe_grow(RED_ZONE, STACK, || self.inferred(expr));
        self.note_type(expr.range, &found.1);
        found
    }

    fn inferred(&mut self, expr: &Expr) -> (Core, Type) {
        let at = self.span(expr.range);
        match &expr.kind {
            ExprKind::Error => (Core::error(at), Type::Error),
            ExprKind::Literal(literal) => self.literal(at, literal),
            ExprKind::Str(parts) => (self.text(at, parts), Type::String),
            ExprKind::Foreign(language, parts) => self.foreign(at, *language, parts),
            ExprKind::Name(word) => self.name(expr, word),
            ExprKind::Field(of, field) => self.field(at, of, field),
            ExprKind::Call(callee, args) => self.call(at, callee, args),
            ExprKind::Record(Some(name), fields) => match self.declared(name, Kind::Record) {
                Some(id) => (self.record(at, &id, fields), Type::Record(id)),
                None => (Core::error(at), Type::Error),
            },
            ExprKind::Record(None, _) => {
                let message = "the type of this record cannot be told here: write it before the `{`";
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message));
                (Core::error(at), Type::Error)
            }
            ExprKind::List(elements) => self.list(at, elements),
            ExprKind::Unary(op, of) => self.unary(at, *op, of),
            ExprKind::Binary(op, left, right) => self.binary(at, *op, left, right),
            ExprKind::Interval(low, high) => {
                let (low, ty) = self.infer(low);
                let high = self.expect(high, &ty, "the end of the range");
                (Core::new(at, CoreKind::Range(Box::new(low), Box::new(high))), Type::Range(Box::new(ty)))
            }
            ExprKind::Lambda(..) => {
                self.kept_function(at);
                (Core::error(at), Type::Error)
            }
            ExprKind::When(value, arms) => self.when_expression(at, value, arms, None),
            ExprKind::Is(..) => {
                let scope = self.scope();
                let core = self.is(expr, false);
                self.leave(scope);
                (core, Type::Bool)
            }
            ExprKind::Window(window) => (self.window(at, window), Type::Window),
            ExprKind::Freeze(freeze) => (self.freeze(at, freeze), Type::Freeze),
            ExprKind::If(condition, then, otherwise) => {
                let scope = self.scope();
                let condition = self.premise(condition);
                let (then, ty) = self.infer(then);
                self.leave(scope);
                let otherwise = self.expect(otherwise, &ty, "the `else` side");
                (Core::new(at, CoreKind::If(Box::new(condition), Box::new(then), Box::new(otherwise))), ty)
            }
        }
    }

    fn literal(&mut self, at: Span, literal: &Literal) -> (Core, Type) {
        match units::value(literal) {
            Ok((value, ty)) => (Core::new(at, CoreKind::Constant(value)), ty),
            Err(fault) => {
                let message = match fault {
                    LiteralFault::TooLarge => "this number is too large".to_owned(),
                    LiteralFault::TooFine(finest) => format!("this number is finer than {finest}"),
                };
                self.report(Diagnostic::error(codes::OUT_OF_RANGE, at, message));
                (Core::error(at), Type::Error)
            }
        }
    }

    fn is_value(&self, name: &str) -> bool {
        self.local(name).is_some()
            || matches!(crate::queries::scope::lookup(self.db, self.file, name), Some(Target::Declared(_, Kind::Let)))
    }

    /// Whether a call is of a function or method, whose own type says whether it may give nothing.
    fn may_give_nothing(&self, callee: &Expr) -> bool {
        let name = match &callee.kind {
            ExprKind::Name(name) if self.local(name).is_some() => return true,
            ExprKind::Name(name) => name,
            other => return matches!(other, ExprKind::Field(..)),
        };
        let found = crate::queries::scope::lookup(self.db, self.file, name);
        matches!(found, Some(Target::Declared(_, Kind::Function)))
    }

    fn case_or_value(&mut self, expr: &Expr, id: &DeclId, ty: &Type, what: &str) -> Core {
        let (callee, args) = match &expr.kind {
            ExprKind::Call(callee, args) => (&**callee, args.as_slice()),
            _ => (expr, [].as_slice()),
        };
        let ExprKind::Name(word) = &callee.kind else { return self.expect_inferred(expr, ty, what) };
        let Signature::Union { cases } = signature_of(self.db, id) else { return Core::error(self.span(expr.range)) };
        if self.local(word).is_some() {
            return self.expect_inferred(expr, ty, what);
        }
        if let Some((case, slots)) = cases.iter().find(|(case, _)| case == word) {
            self.uses.insert(id.clone());
            self.note(callee.range, || Meaning::Case(id.clone(), case.clone()));
            let args =
                self.arguments(self.span(expr.range), (&format!("`{case}`"), &Whose::of_case(id, case)), slots, args);
            return Core::new(self.span(expr.range), CoreKind::Case(id.clone(), case.clone(), args));
        }
        if crate::queries::scope::lookup(self.db, self.file, word).is_some() || word == "none" {
            return self.expect_inferred(expr, ty, what);
        }
        let words: Vec<SmolStr> = cases.iter().map(|(case, _)| case.clone()).collect();
        let name = Name { text: word.clone(), range: callee.range };
        self.unknown_case(&name, id, &words);
        Core::error(self.span(expr.range))
    }

    fn unknown_case(&mut self, name: &Name, id: &DeclId, words: &[SmolStr]) {
        let words: Vec<&str> = words.iter().map(SmolStr::as_str).collect();
        self.unknown_word(codes::UNKNOWN_NAME, name, &format!("a case of {}", id.name), &words);
    }

    fn name(&mut self, expr: &Expr, word: &SmolStr) -> (Core, Type) {
        let at = self.span(expr.range);
        self.note_name(word, expr.range);
        if let Some(ty) = self.local(word).cloned() {
            if matches!(ty, Type::Function(_)) {
                self.kept_function(at);
                return (Core::error(at), Type::Error);
            }
            return (Core::new(at, CoreKind::Local(self.key(word))), ty);
        }
        let name = Name { text: word.clone(), range: expr.range };
        match self.target(word) {
            Some(Target::Declared(id, Kind::Let)) => {
                let ty = match signature_of(self.db, &id) {
                    Signature::Let(ty) => ty.clone(),
                    _ => Type::Error,
                };
                (Core::new(at, CoreKind::Global(id)), ty)
            }
            Some(Target::Declared(_, Kind::Function)) => {
                self.kept_function(at);
                (Core::error(at), Type::Error)
            }
            Some(Target::Declared(id, kind)) if let Some(ty) = Type::of_entity(kind) => {
                (Core::new(at, CoreKind::Entity(id)), ty)
            }
            Some(Target::Declared(id, kind)) => {
                self.wrong_kind(&name, &id, kind, "a value");
                (Core::error(at), Type::Error)
            }
            Some(Target::Broken) => (Core::error(at), Type::Error),
            None if word == "none" => (Core::new(at, CoreKind::Constant(Value::None)), Type::Nothing),
            None => {
                let values = self.value_names();
                self.unknown(&name, "a value", |kind| kind == Kind::Let, &values);
                (Core::error(at), Type::Error)
            }
        }
    }

    fn field(&mut self, at: Span, of: &Expr, field: &Name) -> (Core, Type) {
        if let Some(found) = self.database_field(at, of, field) {
            return found;
        }
        let (core, ty) = self.infer(of);
        let fields = match &ty {
            Type::Record(id) => match signature_of(self.db, id) {
                Signature::Record { fields, .. } => fields.as_slice(),
                _ => return (Core::error(at), Type::Error),
            },
            Type::Environment | Type::Service => return self.entity_field(at, core, &ty, field),
            Type::Error => return (Core::error(at), Type::Error),
            other if is_method(other, &field.text) => {
                self.uncalled_method(field);
                return (Core::error(at), Type::Error);
            }
            other => {
                let message = format!("{} has no fields", other.with_article());
                self.report(Diagnostic::error(codes::UNKNOWN_FIELD, self.span(field.range), message));
                return (Core::error(at), Type::Error);
            }
        };
        match fields.iter().find(|slot| slot.name == field.text) {
            Some(slot) => {
                if let Type::Record(id) = &ty {
                    self.note(field.range, || Meaning::Part(Whose::of(id), slot.name.clone()));
                }
                (Core::new(at, CoreKind::Field(Box::new(core), field.text.clone())), slot.ty.clone())
            }
            None => {
                let words: Vec<&str> = fields.iter().map(|slot| slot.name.as_str()).collect();
                self.unknown_word(codes::UNKNOWN_FIELD, field, &format!("a field of {ty}"), &words);
                (Core::error(at), Type::Error)
            }
        }
    }

    fn list(&mut self, at: Span, elements: &[Expr]) -> (Core, Type) {
        let Some((first, rest)) = elements.split_first() else {
            return (Core::new(at, CoreKind::List(Vec::new())), Type::List(Box::new(Type::Error)));
        };
        let (first, ty) = self.infer(first);
        let mut all = vec![first];
        all.extend(rest.iter().map(|element| self.expect(element, &ty, "each element of this list")));
        (Core::new(at, CoreKind::List(all)), Type::List(Box::new(ty)))
    }

    fn unary(&mut self, at: Span, op: UnaryOp, of: &Expr) -> (Core, Type) {
        let (core, ty) = match op {
            UnaryOp::Not => (self.expect(of, &Type::Bool, "`not`"), Type::Bool),
            UnaryOp::Negate => self.infer(of),
        };
        let allowed = matches!(
            underlying(self.db, &ty),
            Type::Bool | Type::Int | Type::Count | Type::Points | Type::Factor | Type::Money | Type::Error
        );
        if !allowed || (op == UnaryOp::Negate && ty == Type::Bool) {
            let message = format!("{} cannot be negative", ty.with_article());
            self.report(Diagnostic::error(codes::UNITS_DO_NOT_FIT, at, message));
            return (Core::error(at), Type::Error);
        }
        (Core::new(at, CoreKind::Unary(op, Box::new(core))), underlying(self.db, &ty))
    }
}

fn is_method(ty: &Type, name: &str) -> bool {
    methods_of(ty).iter().any(|(method, _)| *method == name)
}
