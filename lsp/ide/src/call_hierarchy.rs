//! Who calls a function, strategy, action, gate or workflow, and what it calls itself.

use std::collections::BTreeMap;

use diagnostics::{FileId, Span};
use semantics::{Mention, Symbol};
use smol_str::SmolStr;

use crate::Snapshot;

/// A declaration that calls or is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// What it is.
    pub symbol: Symbol,
    /// Its head word.
    pub kind: &'static str,
    /// Its name there.
    pub name: SmolStr,
    /// Where its name stands.
    pub place: Span,
    /// All of it.
    pub whole: Span,
}

/// The other side of calls, with the places where they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The other side.
    pub other: Callable,
    /// Where the calls stand.
    pub places: Vec<Span>,
}

/// What is called at an offset, or is declared there.
#[must_use]
pub fn prepare_calls(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Callable> {
    let mention = snapshot.model().mention_at(file, offset)?;
    callable(snapshot, &mention.symbol)
}

/// Who calls it.
#[must_use]
pub fn incoming_calls(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Calls> {
    let uses = snapshot.model().uses(symbol).into_iter().filter(|it| !it.declares);
    let around = uses.filter_map(|it| Some((around(snapshot, it.span)?, it.span)));
    grouped(around)
}

/// What it calls.
#[must_use]
pub fn outgoing_calls(snapshot: &Snapshot, symbol: &Symbol) -> Vec<Calls> {
    let model = snapshot.model();
    let Some(whole) = model.define(symbol).and_then(|it| it.whole) else { return Vec::new() };
    let inside = |it: &Mention| whole.start <= it.span.start && it.span.end <= whole.end && !it.declares;
    let named = model.mentions(whole.file).into_iter().filter(|it| inside(it) && it.symbol != *symbol);
    grouped(named.filter_map(|it| Some((callable(snapshot, &it.symbol)?, it.span))))
}

fn callable(snapshot: &Snapshot, symbol: &Symbol) -> Option<Callable> {
    let model = snapshot.model();
    let kind = model.kind_of(symbol).filter(|kind| CALLABLE.contains(kind))?;
    let defined = model.define(symbol)?;
    let (place, whole) = (defined.name?, defined.whole?);
    Some(Callable { symbol: symbol.clone(), kind, name: symbol.name().clone(), place, whole })
}

/// Declarations that are called, run, or ask something of those that name them.
const CALLABLE: [&str; 5] = ["fn", "strategy", "action", "gate", "workflow"];

/// The declaration that a place is in.
fn around(snapshot: &Snapshot, span: Span) -> Option<Callable> {
    let model = snapshot.model();
    let (symbol, whole) = model.declaration_at(span.file, span.start)?;
    let symbol = symbol?;
    let place = model.define(&symbol)?.name?;
    let kind = model.kind_of(&symbol)?;
    Some(Callable { name: symbol.name().clone(), symbol, kind, place, whole })
}

fn grouped(calls: impl Iterator<Item = (Callable, Span)>) -> Vec<Calls> {
    let mut found: BTreeMap<Symbol, Calls> = BTreeMap::new();
    for (other, place) in calls {
        let calls = found.entry(other.symbol.clone()).or_insert_with(|| Calls { other, places: Vec::new() });
        calls.places.push(place);
    }
    found.into_values().collect()
}
