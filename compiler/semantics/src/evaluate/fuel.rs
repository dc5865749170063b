//! The limit on work: one budget for each declaration, the same on every machine.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::value::{Piece, Value};

/// Values that one declaration may make, parts counted; 16 bytes of text are one.
pub(super) const FUEL: u32 = 1_000_000;

/// Calls that are named on the way to what took too long.
const CALLS_SHOWN: usize = 4;

/// Something under way that can take long.
pub(super) struct Active {
    /// Where it was called.
    at: Span,
    /// The function or method.
    name: SmolStr,
    /// Over how many elements, for methods.
    over: Option<usize>,
}

impl Active {
    fn described(&self) -> String {
        match self.over {
            Some(length) => format!("`{}` over {length} elements", self.name),
            None => format!("`{}`", self.name),
        }
    }
}

impl Evaluator<'_> {
    /// Whether there is fuel left; says so when it runs out.
    pub(super) fn spend(&mut self, at: Span, cost: u32) -> bool {
        if self.fuel >= cost {
            self.fuel -= cost;
            return true;
        }
        if !self.exhausted {
            (self.fuel, self.exhausted) = (0, true);
            let diagnostic = self.out_of_fuel(at);
            self.report(diagnostic);
        }
        false
    }

    fn out_of_fuel(&self, at: Span) -> Diagnostic {
        let what = self.active.last().map_or_else(|| "this".to_owned(), Active::described);
        let message = format!("{what} takes too long to compute, or makes too large a value");
        let mut diagnostic = Diagnostic::error(codes::OUT_OF_FUEL, at, message)
            .note(format!("one declaration may make {FUEL} values, parts of values and 16 bytes of text counted"));
        for active in self.active.iter().rev().take(CALLS_SHOWN).filter(|active| active.at != at) {
            diagnostic = diagnostic.also(active.at, format!("in {}", active.described()));
        }
        diagnostic
    }

    /// Notes that a function or method is under way, until [`Self::done`].
    pub(super) fn begin(&mut self, at: Span, name: &str, over: Option<usize>) {
        self.active.push(Active { at, name: name.into(), over });
    }

    pub(super) fn done(&mut self) {
        self.active.pop();
    }
}

/// What a copy of the value costs.
pub(super) fn size(value: &Value) -> u32 {
    match value {
        Value::List(elements) => elements.iter().fold(1, |sum, element| add(sum, size(element))),
        Value::Map(fields) | Value::Record(_, fields) | Value::Case(_, _, fields) => {
            fields.values().fold(1, |sum, field| add(sum, size(field)))
        }
        Value::Range(low, high) => add(size(low), size(high)),
        Value::Text(pieces) => pieces.iter().fold(1, |sum, piece| match piece {
            Piece::Known(text) => add(sum, u32::try_from(text.len() / 16).unwrap_or(u32::MAX)),
            Piece::Parameter(_) | Piece::Output(..) => add(sum, 1),
        }),
        _ => 1,
    }
}

fn add(left: u32, right: u32) -> u32 {
    left.saturating_add(right)
}
