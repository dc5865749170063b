//! Expressions as values.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{BinaryOp, UnaryOp};

use super::arithmetic::{Fault, binary, negate, order};
use super::{Evaluator, display};
use crate::core::{Body, Core, CoreKind, DefaultBody, Named, Slot};
use crate::queries::body::body_of;
use crate::queries::cycles::goes_round;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};
use crate::types::{DeclId, Type};
use crate::value::{Piece, Value};

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
            CoreKind::Error | CoreKind::Gate(_) => Value::Error,
            CoreKind::Constant(value) => value.clone(),
            CoreKind::Local(name) => self.held(at, name),
            CoreKind::Global(id) => match entity_of(self.db, id) {
                Entity::Value(value) if self.spend(at, size(value)) => value.clone(),
                _ => Value::Error,
            },
            CoreKind::Text(parts) => self.text(parts),
            CoreKind::Call(function, args) => self.call(at, function, args),
            CoreKind::Field(of, name) => match self.value(of) {
                Value::Record(_, mut fields) => fields.remove(name).unwrap_or(Value::Error),
                _ => Value::Error,
            },
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
            CoreKind::Range(low, high) => self.range(at, low, high),
            CoreKind::Refine(of, id) => self.refined(of, id),
        }
    }

    /// Whether there is fuel left; says so when it runs out.
    fn spend(&mut self, at: Span, cost: u32) -> bool {
        if self.fuel >= cost {
            self.fuel -= cost;
            return true;
        }
        if !self.exhausted {
            (self.fuel, self.exhausted) = (0, true);
            let message = "this takes too long to compute, or makes too large a value";
            self.report(Diagnostic::error(codes::OUT_OF_FUEL, at, message));
        }
        false
    }

    fn held(&mut self, at: Span, name: &SmolStr) -> Value {
        let Some(value) = self.locals.get(name).cloned() else { return Value::Error };
        if self.spend(at, size(&value)) { value } else { Value::Error }
    }

    fn named(&mut self, named: &Named) -> BTreeMap<SmolStr, Value> {
        named.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    fn text(&mut self, parts: &[Core]) -> Value {
        let mut pieces: Vec<Piece> = Vec::new();
        for part in parts {
            let value = self.value(part);
            match &value {
                Value::Error => return Value::Error,
                Value::Parameter(name) => pieces.push(Piece::Parameter(name.clone())),
                Value::Text(more) => more.iter().for_each(|piece| join(&mut pieces, piece.clone())),
                other => join(&mut pieces, Piece::Known(display::text(other).into())),
            }
        }
        let value = Value::Text(pieces);
        let at = parts.first().map_or_else(|| self.named_at(), |part| part.span);
        if self.spend(at, size(&value)) { value } else { Value::Error }
    }

    fn call(&mut self, at: Span, function: &DeclId, args: &Named) -> Value {
        let (Body::Function { defaults, result }, Signature::Callable { params, .. }) =
            (body_of(self.db, function), signature_of(self.db, function))
        else {
            return Value::Error;
        };
        if goes_round(self.db, function) {
            return Value::Error;
        }
        let locals = self.bound(params, defaults, args);
        let outer = std::mem::replace(&mut self.locals, locals);
        let via = self.via;
        self.via = via.or(Some(at));
        let value = self.value(result);
        self.locals = outer;
        self.via = via;
        value
    }

    /// Arguments and, where none is given, defaults.
    pub(super) fn bound(
        &mut self,
        params: &[Slot],
        defaults: &[DefaultBody],
        args: &Named,
    ) -> BTreeMap<SmolStr, Value> {
        let mut locals = self.named(args);
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

    fn completed(
        &self,
        id: &DeclId,
        case: &str,
        slots: &[Slot],
        mut given: BTreeMap<SmolStr, Value>,
    ) -> BTreeMap<SmolStr, Value> {
        let defaults = match entity_of(self.db, id) {
            Entity::Defaults(defaults) => Some(defaults),
            _ => None,
        };
        for slot in slots {
            let missing = || {
                let default = defaults.and_then(|defaults| defaults.get(&(case.into(), slot.name.clone())).cloned());
                default.unwrap_or(if matches!(slot.ty, Type::Optional(_)) { Value::None } else { Value::Error })
            };
            given.entry(slot.name.clone()).or_insert_with(missing);
        }
        given
    }

    fn unary(&mut self, at: Span, op: UnaryOp, of: &Core) -> Value {
        match (op, self.value(of)) {
            (_, Value::Error) => Value::Error,
            (UnaryOp::Not, Value::Bool(it)) => Value::Bool(!it),
            (_, value @ (Value::Parameter(_) | Value::Text(_))) => self.unknown_yet(at, &value),
            (_, value) => self.settled(at, negate(value)),
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
        if is_unknown(&l) || is_unknown(&r) {
            let unknown = if is_unknown(&l) { &l } else { &r };
            return self.unknown_yet(at, unknown);
        }
        // `100% - share` is the rest; any other difference of shares is in points.
        let rest = op == BinaryOp::Subtract
            && matches!(&left.kind, CoreKind::Constant(Value::Ratio(whole)) if *whole == rust_decimal::Decimal::ONE);
        let result = binary(op, l, r);
        match self.settled(at, result) {
            Value::Points(share) if rest => Value::Ratio(share),
            other => other,
        }
    }

    fn settled(&mut self, at: Span, result: Result<Value, Fault>) -> Value {
        let (code, message) = match result {
            Ok(value) => return value,
            Err(Fault::Silent) => return Value::Error,
            Err(Fault::Negative(what)) => {
                let message = format!("{what} cannot be less than nothing");
                self.report(Diagnostic::error(codes::OUT_OF_RANGE, at, message));
                return Value::Error;
            }
            Err(Fault::Overflow) => (codes::OUT_OF_RANGE, "this is larger than the language can count"),
            Err(Fault::ByZero) => (codes::NO_EXACT_RESULT, "this divides by zero"),
            Err(Fault::Inexact) => (codes::NO_EXACT_RESULT, "this division has no exact result"),
            Err(Fault::Currencies) => (codes::UNITS_DO_NOT_FIT, "these amounts are of different currencies"),
        };
        self.report(Diagnostic::error(code, at, message));
        Value::Error
    }

    fn unknown_yet(&mut self, at: Span, value: &Value) -> Value {
        let name = match value {
            Value::Parameter(name) => name.clone(),
            Value::Text(pieces) => match pieces.iter().find_map(as_parameter) {
                Some(name) => name.clone(),
                None => return Value::Error,
            },
            _ => return Value::Error,
        };
        let message = format!("`{name}` is known only when a run starts, but this must be known before");
        self.report(Diagnostic::error(codes::KNOWN_AT_RUN, at, message));
        Value::Error
    }

    fn range(&mut self, at: Span, low: &Core, high: &Core) -> Value {
        let (low, high) = (self.value(low), self.value(high));
        if matches!(low, Value::Error) || matches!(high, Value::Error) {
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
        if is_unknown(&value) {
            // Nothing looks at the range once the run has started.
            return self.unknown_yet(of.span, &value);
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

fn as_parameter(piece: &Piece) -> Option<&SmolStr> {
    match piece {
        Piece::Parameter(name) => Some(name),
        Piece::Known(_) => None,
    }
}

fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Parameter(_) => true,
        Value::Text(pieces) => pieces.iter().any(|piece| as_parameter(piece).is_some()),
        _ => false,
    }
}

fn join(pieces: &mut Vec<Piece>, next: Piece) {
    match (pieces.last_mut(), next) {
        (Some(Piece::Known(before)), Piece::Known(after)) => *before = smol_str::format_smolstr!("{before}{after}"),
        (_, next) => pieces.push(next),
    }
}

/// What a copy of the value costs.
fn size(value: &Value) -> u32 {
    match value {
        Value::List(elements) => elements.iter().fold(1, |sum, element| add(sum, size(element))),
        Value::Map(fields) | Value::Record(_, fields) | Value::Case(_, _, fields) => {
            fields.values().fold(1, |sum, field| add(sum, size(field)))
        }
        Value::Range(low, high) => add(size(low), size(high)),
        Value::Text(pieces) => pieces.iter().fold(1, |sum, piece| match piece {
            Piece::Known(text) => add(sum, u32::try_from(text.len() / 16).unwrap_or(u32::MAX)),
            Piece::Parameter(_) => add(sum, 1),
        }),
        _ => 1,
    }
}

fn add(left: u32, right: u32) -> u32 {
    left.saturating_add(right)
}
