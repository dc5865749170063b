//! Values: what a declaration comes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::core::Channel;
use crate::evaluate;
use crate::model;
use crate::queries::body::check;
use crate::queries::cycles::goes_round;
use crate::queries::scope::definition_of;
use crate::queries::source::{ItemNode, decl_id};
use crate::types::DeclId;
use crate::value::{Freeze, Value, Window};

/// What a declaration comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entity {
    /// Nothing by itself, or reported.
    Nothing,
    /// Of a `let`.
    Value(Value),
    /// Of a type: defaults by case (empty for records) and field.
    Defaults(BTreeMap<(SmolStr, SmolStr), Value>),
    Environment(Arc<PartialEnvironment>),
    /// With the provider that its `runs` belongs to.
    Service(Arc<model::Service>, SmolStr),
    Database(Arc<model::Database>),
    Migration(Arc<model::Migration>),
    Released(Arc<model::Released>),
    Metric(Arc<model::Metric>),
    Slo(Arc<model::Slo>),
    Gate(Arc<model::Gate>),
    Workflow(Arc<model::Workflow>),
    Group(Arc<model::Group>),
    Flag(Arc<model::Flag>),
    Test(Arc<model::Test>),
}

/// An environment that another may extend, so nothing in it is mandatory yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartialEnvironment {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) formerly: Option<SmolStr>,
    pub(crate) protected: bool,
    pub(crate) drift: Option<model::Drift>,
    /// Something of it was reported.
    pub(crate) incomplete: bool,
    pub(crate) providers: BTreeMap<SmolStr, model::Provider>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) windows: Vec<Window>,
    pub(crate) freezes: Vec<Freeze>,
    pub(crate) binds: Vec<PartialBind>,
    pub(crate) databases: Vec<model::DatabaseBind>,
    /// What runs in it, as the sources record it.
    pub(crate) released: Vec<Arc<model::Released>>,
}

/// What an environment binds so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartialBind {
    pub(crate) service: SmolStr,
    pub(crate) span: Span,
    pub(crate) replicas: Option<i64>,
    pub(crate) traffic: Option<(Decimal, Decimal)>,
}

/// An entity and what was found while evaluating it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Evaluated {
    pub(crate) entity: Entity,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Evaluates one declaration.
#[salsa::tracked]
pub(crate) fn value<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Evaluated {
    let nothing = Evaluated { entity: Entity::Nothing, diagnostics: Vec::new() };
    let Some(id) = decl_id(db, item) else { return evaluate::nameless(db, item, &check(db, item).body) };
    if goes_round(db, &id) {
        return nothing;
    }
    evaluate::declaration(db, item, &id, &check(db, item).body)
}

/// What `id` comes to.
pub(crate) fn entity_of<'db>(db: &'db dyn salsa::Database, id: &DeclId) -> &'db Entity {
    definition_of(db, id).map_or(&Entity::Nothing, |item| &value(db, item).entity)
}
