//! Expressions as values.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{BinaryOp, UnaryOp};

use super::arithmetic::{Fault, binary, negate, order};
use super::fuel::size;
use super::text::TextBuilder;
use super::{Evaluator, display};
use crate::core::{Core, CoreKind, DefaultBody, Named, Slot};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};
use crate::types::{DeclId, Type};
use crate::value::{Fields, Piece, Value};

/// Stack that one step of evaluation may take before more is allocated, and how much then.
const RED_ZONE: usize = 128 * 1024;
const STACK: usize = 1024 * 1024;

impl Evaluator<'_> {
    /// The value; an error value if something was reported.
    pub(super) fn value(&mut self, core: &Core) -> Value {
        if !self.spend(core.span, 1) {
            return Value::Error;
        }
        stacker::maybe_grow(RED_ZONE, STACK, || self.evaluate(core))
    }

    fn evaluate(&mut self, core: &Core) -> Value {
        let at = core.span;
        match &core.kind {
            CoreKind::Error | CoreKind::Gate(_) | CoreKind::Lambda(..) | CoreKind::Function(_) => Value::Error,
            CoreKind::Constant(value) => value.clone(),
            CoreKind::Local(_) | CoreKind::Global(_) | CoreKind::Field(..) => self.held(core),
            CoreKind::Text(parts) => self.text(at, parts),
            CoreKind::Call(function, args) => self.call(at, function, args),
            CoreKind::Entity(id) => Value::Entity(id.full()),
            CoreKind::Record(id, fields) => self.record(id, fields),
            CoreKind::Case(id, case, fields) => self.case(id, case, fields),
            CoreKind::List(elements) => Value::List(elements.iter().map(|element| self.value(element)).collect()),
            CoreKind::Map(entries) => Value::Map(self.named(entries)),
            CoreKind::Unary(op, of) => self.unary(at, *op, of),
            CoreKind::Binary(op, left, right) => self.binary(at, *op, left, right),
            CoreKind::If(condition, then, otherwise) => match self.value(condition) {
                Value::Bool(true) => self.value(then),
                Value::Bool(false) => self.value(otherwise),
                other => self.unknown_yet(condition.span, &other),
            },
            CoreKind::Apply(function, args) => self.apply(at, function, args),
            CoreKind::Method(method, of, args) => self.method(at, *method, of, args),
            CoreKind::When(of, arms, otherwise) => self.when_expression(of, arms, otherwise.as_deref()),
            CoreKind::Is(of, pattern) => self.is(of, pattern),
            CoreKind::Range(low, high) => self.range(at, low, high),
            CoreKind::Refine(of, id) => self.refined(of, id),
        }
    }

    /// A value that something holds, or a part of it: only what is wanted is copied.
    fn held(&mut self, core: &Core) -> Value {
        if let Some(value) = self.place(core) {
            let cost = size(value);
            return match self.spend(core.span, cost) {
                true => self.place(core).cloned().unwrap_or(Value::Error),
                false => Value::Error,
            };
        }
        match &core.kind {
            CoreKind::Field(of, name) => match self.value(of) {
                Value::Record(_, mut fields) => fields.remove(name).unwrap_or(Value::Error),
                Value::Entity(full) => self.entity_field(&full, name),
                Value::Output(of, mut path) => {
                    path.push(name.clone());
                    Value::Output(of, path)
                }
                _ => Value::Error,
            },
            _ => Value::Error,
        }
    }

    fn place(&self, core: &Core) -> Option<&Value> {
        match &core.kind {
            CoreKind::Local(name) => self.locals.get(name),
            CoreKind::Global(id) => match entity_of(self.db, id) {
                Entity::Value(value) => Some(value),
                _ => None,
            },
            CoreKind::Field(of, name) => match self.place(of)? {
                Value::Record(_, fields) => fields.get(name),
                _ => None,
            },
            _ => None,
        }
    }

    fn named(&mut self, named: &Named) -> Fields {
        named.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    fn text(&mut self, at: Span, parts: &[Core]) -> Value {
        let mut text = TextBuilder::default();
        for part in parts {
            match self.value(part) {
                Value::Error => return Value::Error,
                Value::Parameter(name) => text.push(Piece::Parameter(name)),
                Value::Output(of, path) => text.push(Piece::Output(of, path)),
                Value::Text(more) => more.into_iter().for_each(|piece| text.push(piece)),
                other => text.push(Piece::Known(display::text(&other).into())),
            }
            // Before it grows further: what doubles itself must not take the memory first.
            if !self.spend(part.span, text.grown()) {
                return Value::Error;
            }
        }
        match self.spend(at, 1) {
            true => Value::Text(text.finish()),
            false => Value::Error,
        }
    }

    /// Arguments and, where none is given, defaults.
    pub(super) fn bound(
        &mut self,
        params: &[Slot],
        defaults: &[DefaultBody],
        args: &Named,
    ) -> BTreeMap<SmolStr, Value> {
        let mut locals: BTreeMap<_, _> = self.named(args).into_iter().collect();
        for slot in params {
            if locals.contains_key(&slot.name) {
                continue;
            }
            let default = defaults.iter().find(|default| default.name == slot.name);
            let value = match default {
                Some(default) => self.value(&default.value),
                None if matches!(slot.ty, Type::Optional(_)) => Value::None,
                None => Value::Error,
            };
            locals.insert(slot.name.clone(), value);
        }
        locals
    }

    fn record(&mut self, id: &DeclId, fields: &Named) -> Value {
        let Signature::Record { fields: slots, .. } = signature_of(self.db, id) else { return Value::Error };
        let given = self.named(fields);
        Value::Record(id.full(), self.completed(id, "", slots, given))
    }

    fn case(&mut self, id: &DeclId, case: &SmolStr, fields: &Named) -> Value {
        let Signature::Union { cases } = signature_of(self.db, id) else { return Value::Error };
        let slots = cases.iter().find(|(known, _)| known == case).map_or(&[][..], |(_, slots)| slots);
        let given = self.named(fields);
        Value::Case(id.full(), case.clone(), self.completed(id, case, slots, given))
    }

    fn completed(&self, id: &DeclId, case: &str, slots: &[Slot], given: Fields) -> Fields {
        let defaults = match entity_of(self.db, id) {
            Entity::Defaults(defaults) => Some(defaults),
            _ => None,
        };
        let missing = |slot: &Slot| {
            let default = defaults.and_then(|defaults| defaults.get(&(case.into(), slot.name.clone())).cloned());
            default.unwrap_or(if matches!(slot.ty, Type::Optional(_)) { Value::None } else { Value::Error })
        };
        let left_out: Vec<_> = slots.iter().filter(|slot| !given.contains_key(&slot.name)).collect();
        let left_out = left_out.into_iter().map(|slot| (slot.name.clone(), missing(slot)));
        given.into_iter().chain(left_out).collect()
    }

    fn unary(&mut self, at: Span, op: UnaryOp, of: &Core) -> Value {
        match (op, self.value(of)) {
            (_, Value::Error) => Value::Error,
            (UnaryOp::Not, Value::Bool(it)) => Value::Bool(!it),
            (_, value) if self.known(at, &value) => {
                let result = negate(&value);
                self.settled(at, result, || format!("-{}", display::text(&value)))
            }
            _ => Value::Error,
        }
    }

    fn binary(&mut self, at: Span, op: BinaryOp, left: &Core, right: &Core) -> Value {
        let l = self.value(left);
        match (op, &l) {
            (_, Value::Error) => return Value::Error,
            (BinaryOp::And, Value::Bool(false)) => return Value::Bool(false),
            (BinaryOp::Or, Value::Bool(true)) => return Value::Bool(true),
            (BinaryOp::Default, Value::None) => return self.value(right),
            (BinaryOp::Default, _) => return l,
            _ => {}
        }
        let r = self.value(right);
        if !self.known(left.span, &l) || !self.known(right.span, &r) {
            return Value::Error;
        }
        // `100% - share` is the rest; any other difference of shares is in points.
        let rest = op == BinaryOp::Subtract
            && matches!(&left.kind, CoreKind::Constant(Value::Ratio(whole)) if *whole == rust_decimal::Decimal::ONE);
        let result = binary(op, &l, &r);
        match self.settled(at, result, || format!("{} {} {}", display::text(&l), op.text(), display::text(&r))) {
            Value::Points(share) if rest => Value::Ratio(share),
            other => other,
        }
    }

    /// The result of an operation, or what stands against it; `written` is the operation with its values.
    pub(super) fn settled(&mut self, at: Span, result: Result<Value, Fault>, written: impl Fn() -> String) -> Value {
        let (code, message) = match result {
            Ok(value) => return value,
            Err(Fault::Silent) => return Value::Error,
            Err(Fault::Negative(what)) => {
                (codes::OUT_OF_RANGE, format!("`{}`: {what} cannot be less than nothing", written()))
            }
            Err(Fault::Overflow) => {
                (codes::OUT_OF_RANGE, format!("`{}` is larger than the language can count", written()))
            }
            Err(Fault::Digits) => {
                (codes::OUT_OF_RANGE, format!("`{}` has more digits than the 28 that are kept exactly", written()))
            }
            Err(Fault::ByZero) => (codes::NO_EXACT_RESULT, format!("`{}` divides by zero", written())),
            Err(Fault::Inexact) => (codes::NO_EXACT_RESULT, format!("`{}` has no exact result", written())),
            Err(Fault::Currencies) => {
                (codes::UNITS_DO_NOT_FIT, format!("`{}`: these amounts are of different currencies", written()))
            }
        };
        self.report(Diagnostic::error(code, at, message));
        Value::Error
    }

    fn range(&mut self, at: Span, low: &Core, high: &Core) -> Value {
        let (low, high) = (self.value(low), self.value(high));
        if !self.known(at, &low) || !self.known(at, &high) {
            return Value::Error;
        }
        if order(&low, &high) == Some(Ordering::Greater) {
            self.report(Diagnostic::error(codes::BACKWARD_RANGE, at, "this range ends before it begins"));
            return Value::Error;
        }
        Value::Range(Box::new(low), Box::new(high))
    }

    fn refined(&mut self, of: &Core, id: &DeclId) -> Value {
        let value = self.value(of);
        // Nothing looks at the range once the run has started.
        if !self.known(of.span, &value) {
            return Value::Error;
        }
        let Signature::Refined { low, high, .. } = signature_of(self.db, id) else { return Value::Error };
        let below = order(&value, low) == Some(Ordering::Less);
        let above = order(&value, high) == Some(Ordering::Greater);
        if below || above {
            let (low, high) = (display::text(low), display::text(high));
            let message = format!("{} is outside {}, which is {low}..{high}", display::text(&value), id.name);
            self.report(Diagnostic::error(codes::OUTSIDE_TYPE, of.span, message));
            return Value::Error;
        }
        value
    }
}
