//! Calls: of declared functions, and of functions that were passed.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostics::Span;
use smol_str::SmolStr;

use super::Evaluator;
use super::fuel::size;
use crate::core::{Body, Core, CoreKind, DefaultBody, Named, Slot};
use crate::queries::body::body_of;
use crate::queries::cycles::goes_round;
use crate::queries::signature::{Signature, signature_of};
use crate::types::{DeclId, Type};
use crate::value::Value;

/// A function that was passed. It lives as long as the call it was passed to.
#[derive(Clone)]
pub(super) enum Passed {
    Declared(DeclId),
    Lambda(Arc<Closure>),
}

/// A lambda with what it can see where it stands.
pub(super) struct Closure {
    params: Vec<SmolStr>,
    body: Arc<Core>,
    locals: Locals,
}

/// What names stand for in one call.
#[derive(Clone, Default)]
pub(super) struct Locals {
    values: BTreeMap<SmolStr, Value>,
    functions: BTreeMap<SmolStr, Passed>,
}

/// A function whose names are those in scope.
pub(super) struct Entered<'db> {
    params: Vec<SmolStr>,
    body: EnteredBody<'db>,
    /// What was in scope before; nothing for a lambda where it stands.
    outer: Option<Locals>,
    via: Option<Span>,
}

enum EnteredBody<'db> {
    Declared(&'db Core),
    Lambda(Arc<Core>),
}

/// A declared function: its parameters, their defaults, its body.
type Declared<'db> = (&'db [Slot], &'db [DefaultBody], &'db Core);

impl<'db> Evaluator<'db> {
    /// A function with a value; none if it leads back to itself, or was reported.
    fn declared(&self, id: &DeclId) -> Option<Declared<'db>> {
        let (Body::Function { defaults, result }, Signature::Callable { params, .. }) =
            (body_of(self.db, id), signature_of(self.db, id))
        else {
            return None;
        };
        (!goes_round(self.db, id)).then_some((params, defaults, result))
    }

    pub(super) fn call(&mut self, at: Span, function: &DeclId, args: &Named) -> Value {
        let Some((params, defaults, result)) = self.declared(function) else { return Value::Error };
        let takes_functions = params.iter().any(|slot| matches!(slot.ty, Type::Function(_)));
        let locals = match takes_functions {
            false => Locals { values: self.bound(params, defaults, args), functions: BTreeMap::new() },
            true => match self.with_functions(params, defaults, args) {
                Some(locals) => locals,
                None => return Value::Error,
            },
        };
        let outer = self.swap(locals);
        let via = self.via;
        self.via = via.or(Some(at));
        self.begin(at, &function.name, None);
        let value = self.value(result);
        self.done();
        self.swap(outer);
        self.via = via;
        value
    }

    fn with_functions(&mut self, params: &[Slot], defaults: &[DefaultBody], args: &Named) -> Option<Locals> {
        let is_function =
            |name: &SmolStr| params.iter().any(|slot| slot.name == *name && matches!(slot.ty, Type::Function(_)));
        let mut functions = BTreeMap::new();
        let mut values: Named = Vec::new();
        for (name, core) in args {
            match is_function(name) {
                true => {
                    functions.insert(name.clone(), self.captured(core)?);
                }
                false => values.push((name.clone(), core.clone())),
            }
        }
        let slots: Vec<Slot> = params.iter().filter(|slot| !is_function(&slot.name)).cloned().collect();
        Some(Locals { values: self.bound(&slots, defaults, &values), functions })
    }

    /// The function together with what it can see here.
    fn captured(&mut self, core: &Core) -> Option<Passed> {
        match &core.kind {
            CoreKind::Function(id) => Some(Passed::Declared(id.clone())),
            CoreKind::Local(name) => self.functions.get(name).cloned(),
            CoreKind::Lambda(params, body) => {
                let cost = self.locals.values().fold(1, |sum: u32, value| sum.saturating_add(size(value)));
                if !self.spend(core.span, cost) {
                    return None;
                }
                let locals = Locals { values: self.locals.clone(), functions: self.functions.clone() };
                let closure = Closure { params: params.clone(), body: body.clone(), locals };
                Some(Passed::Lambda(Arc::new(closure)))
            }
            _ => None,
        }
    }

    fn swap(&mut self, locals: Locals) -> Locals {
        Locals {
            values: std::mem::replace(&mut self.locals, locals.values),
            functions: std::mem::replace(&mut self.functions, locals.functions),
        }
    }

    /// Brings the names of a function into scope, for any number of calls until [`Self::left`].
    pub(super) fn entered(&mut self, at: Span, core: &Core) -> Option<Entered<'db>> {
        if let CoreKind::Lambda(params, body) = &core.kind {
            let body = EnteredBody::Lambda(body.clone());
            return Some(Entered { params: params.clone(), body, outer: None, via: self.via });
        }
        let (params, body, locals) = match self.captured(core)? {
            Passed::Lambda(closure) => {
                let cost = closure.locals.values.values().fold(1, |sum: u32, value| sum.saturating_add(size(value)));
                if !self.spend(at, cost) {
                    return None;
                }
                (closure.params.clone(), EnteredBody::Lambda(closure.body.clone()), closure.locals.clone())
            }
            Passed::Declared(id) => {
                let (params, defaults, body) = self.declared(&id)?;
                let optional: Vec<Slot> = params.iter().filter(|slot| slot.optional).cloned().collect();
                let values = self.bound(&optional, defaults, &Vec::new());
                let names = params.iter().filter(|slot| !slot.optional).map(|slot| slot.name.clone()).collect();
                (names, EnteredBody::Declared(body), Locals { values, functions: BTreeMap::new() })
            }
        };
        let via = self.via;
        self.via = via.or(Some(at));
        Some(Entered { params, body, outer: Some(self.swap(locals)), via })
    }

    /// One call of the function that was entered.
    pub(super) fn once(&mut self, entered: &Entered<'db>, args: impl IntoIterator<Item = Value>) -> Value {
        for (name, value) in entered.params.iter().zip(args) {
            self.locals.insert(name.clone(), value);
        }
        match &entered.body {
            EnteredBody::Declared(body) => self.value(body),
            EnteredBody::Lambda(body) => self.value(body),
        }
    }

    pub(super) fn left(&mut self, entered: Entered<'db>) {
        if let Some(outer) = entered.outer {
            self.swap(outer);
        }
        self.via = entered.via;
    }

    /// A call of a function that was passed; among its arguments may be functions.
    pub(super) fn apply(&mut self, at: Span, function: &SmolStr, args: &[Core]) -> Value {
        let mut values = Vec::new();
        let mut functions = Vec::new();
        for (place, arg) in args.iter().enumerate() {
            match &arg.kind {
                CoreKind::Lambda(..) | CoreKind::Function(_) => {
                    functions.extend(self.captured(arg).map(|it| (place, it)))
                }
                CoreKind::Local(name) if self.functions.contains_key(name) => {
                    functions.extend(self.captured(arg).map(|it| (place, it)));
                }
                _ => {
                    values.push((place, self.value(arg)));
                }
            }
        }
        let callee = Core::new(at, CoreKind::Local(function.clone()));
        let Some(entered) = self.entered(at, &callee) else { return Value::Error };
        self.begin(at, function, None);
        for (place, passed) in functions {
            if let Some(name) = entered.params.get(place) {
                self.functions.insert(name.clone(), passed);
            }
        }
        for (place, value) in values {
            if let Some(name) = entered.params.get(place) {
                self.locals.insert(name.clone(), value);
            }
        }
        let value = self.once(&entered, []);
        self.done();
        self.left(entered);
        value
    }
}
