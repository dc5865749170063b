//! Methods of lists.

use std::cmp::Ordering;

use diagnostics::Span;
use syntax::ast::BinaryOp;

use super::arithmetic::{Fault, binary, order};
use super::fuel::size;
use super::methods::length;
use super::text::TextBuilder;
use super::{Evaluator, display};
use crate::core::Core;
use crate::methods::Method;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn of_list(&mut self, at: Span, method: Method, elements: Vec<Value>, args: &[Core]) -> Value {
        self.begin(at, method.name(), Some(elements.len()));
        let value = self.list_method(at, method, elements, args);
        self.done();
        value
    }

    fn list_method(&mut self, at: Span, method: Method, mut elements: Vec<Value>, args: &[Core]) -> Value {
        match (method, args) {
            (Method::All, [test]) => {
                self.search(at, elements, test, false).map_or(Value::Error, |found| Value::Bool(found.is_none()))
            }
            (Method::Any, [test]) => {
                self.search(at, elements, test, true).map_or(Value::Error, |found| Value::Bool(found.is_some()))
            }
            (Method::Find, [test]) => {
                self.search(at, elements, test, true).map_or(Value::Error, |found| found.unwrap_or(Value::None))
            }
            (Method::Count, [test]) => self.filtered(at, elements, test).map_or(Value::Error, |it| length(it.len())),
            (Method::Filter, [test]) => self.filtered(at, elements, test).map_or(Value::Error, Value::List),
            (Method::Map, [change]) => self.changed(at, elements, change).map_or(Value::Error, Value::List),
            (Method::SortedBy, [key]) => self.sorted_by(at, elements, key),
            (Method::Concat, [more]) => match self.value(more) {
                Value::List(more) => {
                    elements.extend(more);
                    Value::List(elements)
                }
                other => self.unknown_yet(more.span, &other),
            },
            (Method::Contains, [wanted]) => self.contains(at, &elements, wanted),
            (Method::Join, [between]) => self.joined(at, &elements, between),
            (Method::Flatten, _) => self.flattened(at, elements),
            (Method::First, _) => elements.into_iter().next().unwrap_or(Value::None),
            (Method::Last, _) => elements.pop().unwrap_or(Value::None),
            (Method::Length, _) => length(elements.len()),
            (Method::Reversed, _) => {
                elements.reverse();
                Value::List(elements)
            }
            (Method::Sorted, _) => self.sorted(at, elements),
            (Method::Min, _) => self.extreme(at, elements, Ordering::Less),
            (Method::Max, _) => self.extreme(at, elements, Ordering::Greater),
            (Method::Sum, zero) => self.sum(at, elements, zero),
            _ => Value::Error,
        }
    }

    /// The first element for which the test comes out so; nothing if a test has no result.
    fn search(&mut self, at: Span, elements: Vec<Value>, test: &Core, wanted: bool) -> Option<Option<Value>> {
        let entered = self.entered(at, test)?;
        let mut found = Some(None);
        for element in elements {
            match self.once(&entered, [element.clone()]) {
                Value::Bool(result) if result == wanted => {
                    found = Some(Some(element));
                    break;
                }
                Value::Bool(_) => {}
                other => {
                    self.known(test.span, &other);
                    found = None;
                    break;
                }
            }
        }
        self.left(entered);
        found
    }

    fn filtered(&mut self, at: Span, elements: Vec<Value>, test: &Core) -> Option<Vec<Value>> {
        let entered = self.entered(at, test)?;
        let mut kept = Some(Vec::new());
        for element in elements {
            match self.once(&entered, [element.clone()]) {
                Value::Bool(true) => kept.iter_mut().for_each(|kept| kept.push(element.clone())),
                Value::Bool(false) => {}
                other => {
                    self.known(test.span, &other);
                    kept = None;
                    break;
                }
            }
        }
        self.left(entered);
        kept
    }

    fn changed(&mut self, at: Span, elements: Vec<Value>, change: &Core) -> Option<Vec<Value>> {
        let entered = self.entered(at, change)?;
        let mut changed = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.once(&entered, [element]);
            if self.exhausted {
                break;
            }
            changed.push(value);
        }
        self.left(entered);
        (!self.exhausted).then_some(changed)
    }

    fn contains(&mut self, at: Span, elements: &[Value], wanted: &Core) -> Value {
        let value = self.value(wanted);
        if !self.known(wanted.span, &value) || !elements.iter().all(|element| self.known(at, element)) {
            return Value::Error;
        }
        Value::Bool(elements.contains(&value))
    }

    fn joined(&mut self, at: Span, elements: &[Value], between: &Core) -> Value {
        let between_text = match self.value(between) {
            Value::Text(pieces) => pieces,
            Value::Parameter(name) => vec![Piece::Parameter(name)],
            Value::Output(name, path) => vec![Piece::Output(name, path)],
            _ => return Value::Error,
        };
        let mut text = TextBuilder::default();
        for (place, element) in elements.iter().enumerate() {
            if place > 0 {
                between_text.iter().for_each(|piece| text.push(piece.clone()));
            }
            match element {
                Value::Text(pieces) => pieces.iter().for_each(|piece| text.push(piece.clone())),
                Value::Parameter(name) => text.push(Piece::Parameter(name.clone())),
                Value::Output(name, path) => text.push(Piece::Output(name.clone(), path.clone())),
                _ => return Value::Error,
            }
            if !self.spend(at, text.grown()) {
                return Value::Error;
            }
        }
        Value::Text(text.finish())
    }

    fn flattened(&mut self, at: Span, elements: Vec<Value>) -> Value {
        let mut flat = Vec::new();
        for element in elements {
            match element {
                Value::List(inner) => flat.extend(inner),
                other => return self.unknown_yet(at, &other),
            }
        }
        Value::List(flat)
    }

    fn sorted(&mut self, at: Span, elements: Vec<Value>) -> Value {
        let keyed = elements.iter().cloned().zip(elements.iter().cloned()).collect();
        self.in_order(at, keyed)
    }

    fn sorted_by(&mut self, at: Span, elements: Vec<Value>, key: &Core) -> Value {
        match self.changed(at, elements.clone(), key) {
            Some(keys) => self.in_order(key.span, keys.into_iter().zip(elements).collect()),
            None => Value::Error,
        }
    }

    /// The values by their keys; equal keys keep their order.
    fn in_order(&mut self, at: Span, mut keyed: Vec<(Value, Value)>) -> Value {
        let cost = u32::try_from(keyed.len()).unwrap_or(u32::MAX).saturating_mul(keyed.len().max(1).ilog2() + 1);
        if !keyed.iter().all(|(key, _)| self.known(at, key)) || !self.spend(at, cost) {
            return Value::Error;
        }
        if let Some(((first, _), (other, _))) = incomparable(&keyed) {
            return self.currencies(at, first, other);
        }
        keyed.sort_by(|(left, _), (right, _)| by_size(left, right).unwrap_or(Ordering::Equal));
        Value::List(keyed.into_iter().map(|(_, value)| value).collect())
    }

    fn currencies(&mut self, at: Span, first: &Value, other: &Value) -> Value {
        let written = || format!("{} and {}", display::text(first), display::text(other));
        self.settled(at, Err(Fault::Currencies), written)
    }

    fn extreme(&mut self, at: Span, elements: Vec<Value>, wanted: Ordering) -> Value {
        let mut best: Option<Value> = None;
        for element in elements {
            if !self.known(at, &element) {
                return Value::Error;
            }
            match &best {
                None => best = Some(element),
                Some(held) => match by_size(&element, held) {
                    Some(order) if order == wanted => best = Some(element),
                    Some(_) => {}
                    None => return self.currencies(at, held, &element),
                },
            }
        }
        best.unwrap_or(Value::None)
    }

    /// From zero on; amounts of money have none, so that none of them have no sum.
    fn sum(&mut self, at: Span, elements: Vec<Value>, zero: &[Core]) -> Value {
        let mut sum = zero.first().map(|core| self.value(core));
        for element in elements {
            if !self.known(at, &element) {
                return Value::Error;
            }
            let next = match &sum {
                None => element,
                Some(sum) => {
                    let result = binary(BinaryOp::Add, sum, &element);
                    self.settled(at, result, || format!("{} + {}", display::text(sum), display::text(&element)))
                }
            };
            if next == Value::Error {
                return Value::Error;
            }
            sum = Some(next);
        }
        let sum = sum.unwrap_or(Value::None);
        if self.spend(at, size(&sum)) { sum } else { Value::Error }
    }
}

type Keyed = (Value, Value);

/// Two keys without an order, such as amounts in two currencies.
fn incomparable(keyed: &[Keyed]) -> Option<(&Keyed, &Keyed)> {
    let first = keyed.first()?;
    keyed.iter().find(|other| by_size(&first.0, &other.0).is_none()).map(|other| (first, other))
}

/// The order of two known values; text by its characters.
fn by_size(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(_), Value::Text(_)) => Some(display::text(left).cmp(&display::text(right))),
        _ => order(left, right),
    }
}
