//! From typed bodies to values: pure, exact, total, with a limit on work.

mod arithmetic;
mod condition;
mod contract;
mod database;
mod display;
mod entities;
mod entity;
mod environment;
mod expression;
mod flag;
mod fuel;
mod functions;
mod gate;
mod group;
mod lists;
mod methods;
mod metric;
mod parts;
mod patterns;
mod phases;
mod policy;
mod runbook;
mod steps;
mod strategy;
mod test;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::core::{Body, Core, DefaultBody};
use crate::queries::source::{ItemNode, parsed};
use crate::queries::value::{Entity, Evaluated};
use crate::types::DeclId;
use crate::value::Value;

pub(crate) use arithmetic::order;
pub(crate) use display::shown;
pub(crate) use policy::judge;

/// Evaluates one declaration.
pub(crate) struct Evaluator<'db> {
    db: &'db dyn salsa::Database,
    item: ItemNode<'db>,
    /// Parameters and loop names of the innermost call.
    locals: BTreeMap<SmolStr, Value>,
    /// Functions that were passed to the innermost call.
    functions: BTreeMap<SmolStr, functions::Passed>,
    /// Gates that a strategy's parameters stand for.
    gates: BTreeMap<SmolStr, DeclId>,
    fuel: u32,
    /// That there is no more fuel was said.
    exhausted: bool,
    /// Calls under way, outermost first.
    active: Vec<fuel::Active>,
    /// The use that made a declaration elsewhere be evaluated.
    via: Option<Span>,
    /// A step was left out, because something of it was reported.
    lost: bool,
    /// Environments of which it was said that nothing can run there.
    nowhere: BTreeSet<Span>,
    diagnostics: Vec<Diagnostic>,
}

/// What the declaration comes to.
pub(crate) fn declaration<'db>(
    db: &'db dyn salsa::Database,
    item: ItemNode<'db>,
    id: &DeclId,
    body: &Body,
) -> Evaluated {
    let mut evaluator = Evaluator::new(db, item);
    let entity = evaluator.entity(id, body);
    Evaluated { entity, diagnostics: evaluator.diagnostics }
}

/// What a test or the record of a release comes to: it has no name, so nothing else can name it.
pub(crate) fn nameless<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>, body: &Body) -> Evaluated {
    let mut evaluator = Evaluator::new(db, item);
    let entity = match body {
        Body::Test(body) => Entity::Test(Arc::new(evaluator.test(body))),
        Body::Released(body) => {
            evaluator.released(item, body).map_or(Entity::Nothing, |it| Entity::Released(Arc::new(it)))
        }
        _ => Entity::Nothing,
    };
    Evaluated { entity, diagnostics: evaluator.diagnostics }
}

impl<'db> Evaluator<'db> {
    fn new(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Self {
        Self {
            db,
            item,
            locals: BTreeMap::new(),
            functions: BTreeMap::new(),
            gates: BTreeMap::new(),
            fuel: fuel::FUEL,
            exhausted: false,
            active: Vec::new(),
            via: None,
            lost: false,
            nowhere: BTreeSet::new(),
            diagnostics: Vec::new(),
        }
    }
}

impl Evaluator<'_> {
    fn entity(&mut self, id: &DeclId, body: &Body) -> Entity {
        match body {
            Body::Nothing | Body::Strategy(_) | Body::Action(_) | Body::Function { .. } => Entity::Nothing,
            // A policy is judged where there is something to judge; a test and the record of a release have no name.
            Body::Policy(_) | Body::Test(_) | Body::Released(_) => Entity::Nothing,
            Body::Group(body) => self.group(id, body).unwrap_or(Entity::Nothing),
            Body::Flag(body) => self.flag(id, body).unwrap_or(Entity::Nothing),
            Body::Let(value) => Entity::Value(self.value(value)),
            Body::Type(defaults) => Entity::Defaults(self.type_defaults(defaults)),
            Body::Environment(body) => Entity::Environment(Arc::new(self.environment(id, body))),
            Body::Service(body) => self.service(id, body).unwrap_or(Entity::Nothing),
            Body::Database(body) => Entity::Database(Arc::new(self.database(id, body))),
            Body::Migration(body) => {
                self.migration(id, body).map_or(Entity::Nothing, |it| Entity::Migration(Arc::new(it)))
            }
            Body::Metric(body) => self.metric(id, body).unwrap_or(Entity::Nothing),
            Body::Slo(body) => self.slo(id, body).unwrap_or(Entity::Nothing),
            Body::Gate(body) => self.gate(id, body).unwrap_or(Entity::Nothing),
            Body::Workflow(body) => Entity::Workflow(Arc::new(self.workflow(id, body))),
        }
    }

    fn type_defaults(&mut self, defaults: &[DefaultBody]) -> BTreeMap<(SmolStr, SmolStr), Value> {
        defaults
            .iter()
            .map(|default| {
                let case = default.case.clone().unwrap_or_default();
                ((case, default.name.clone()), self.value(&default.value))
            })
            .collect()
    }

    /// Where the name of the evaluated declaration stands.
    fn named_at(&self) -> Span {
        let decl = &parsed(self.db, self.item).decl;
        let range = decl.name().map_or(decl.head, |name| name.range);
        crate::queries::place::span(self.item, range)
    }

    /// What the evaluated declaration was called before.
    fn formerly(&self) -> Option<SmolStr> {
        parsed(self.db, self.item).decl.formerly.as_ref().map(|name| name.text.clone())
    }

    fn doc(&self) -> Option<SmolStr> {
        let docs = &parsed(self.db, self.item).decl.docs;
        (!docs.is_empty()).then(|| docs.clone())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        let diagnostic = match self.via {
            Some(via) if via.file != diagnostic.primary.span.file => diagnostic.also(via, "used here"),
            Some(_) | None => diagnostic,
        };
        self.diagnostics.push(diagnostic);
    }

    fn duration(&mut self, core: &Core) -> Option<i64> {
        match self.value(core) {
            Value::Duration(ms) => Some(ms),
            other => self.not_constant(core, &other),
        }
    }

    /// A length of time that must pass: more than nothing.
    fn period(&mut self, core: &Core, what: &str) -> Option<i64> {
        let ms = self.duration(core)?;
        if ms > 0 {
            return Some(ms);
        }
        let message = format!("{what} must be longer than nothing");
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    fn int(&mut self, core: &Core, what: &str, least: i64, most: i64) -> Option<i64> {
        let number = match self.value(core) {
            Value::Int(number) => number,
            other => return self.not_constant(core, &other),
        };
        if (least..=most).contains(&number) {
            return Some(number);
        }
        let message = format!("{what} must lie in {least}..{most}, but this is {number}");
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    /// A share of one, from `0%` to `100%`.
    fn share(&mut self, core: &Core, what: &str) -> Option<Decimal> {
        let share = self.ratio(core)?;
        if (Decimal::ZERO..=Decimal::ONE).contains(&share) {
            return Some(share);
        }
        let message = format!("{what} must lie in 0%..100%, but this is {}", crate::units::percent_text(share));
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    fn ratio(&mut self, core: &Core) -> Option<Decimal> {
        match self.value(core) {
            Value::Ratio(share) => Some(share),
            other => self.not_constant(core, &other),
        }
    }

    /// Nothing, and the reason unless it was given before.
    fn not_constant<T>(&mut self, core: &Core, value: &Value) -> Option<T> {
        self.known(core.span, value);
        None
    }
}
