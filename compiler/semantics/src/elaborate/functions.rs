//! Functions that are passed: lambdas, declared functions by name, and calls of what was passed.

use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{Arg, Expr, ExprKind, Name};

use super::Elaborator;
use crate::core::{Core, CoreKind, Slot};
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::{FunctionType, Type};

impl Elaborator<'_> {
    /// The expression as a function of that type; `what` names its place in messages.
    pub(super) fn function(&mut self, expr: &Expr, wanted: &FunctionType, what: &str) -> Core {
        let result = (wanted.result != Type::Error).then_some(&wanted.result);
        self.passed(expr, &wanted.params, result, what).0
    }

    /// A function of these parameters, and what it gives; its result is as wanted, or its own.
    pub(super) fn passed(&mut self, expr: &Expr, params: &[Type], result: Option<&Type>, what: &str) -> (Core, Type) {
        let at = self.span(expr.range);
        match &expr.kind {
            ExprKind::Lambda(names, body) => self.lambda(at, names, body, params, result),
            ExprKind::Name(word) => match self.named_function(expr, word) {
                Some((core, actual)) => {
                    let wanted = FunctionType {
                        params: params.to_vec(),
                        result: result.cloned().unwrap_or_else(|| actual.result.clone()),
                    };
                    self.fitting(core, actual, &wanted, what)
                }
                None => (Core::error(at), Type::Error),
            },
            ExprKind::Error => (Core::error(at), Type::Error),
            _ => {
                let function = FunctionType { params: params.to_vec(), result: result.cloned().unwrap_or(Type::Error) };
                self.not_a_function(at, &function, what);
                (Core::error(at), Type::Error)
            }
        }
    }

    fn lambda(
        &mut self,
        at: Span,
        names: &[Name],
        body: &Expr,
        params: &[Type],
        result: Option<&Type>,
    ) -> (Core, Type) {
        if names.len() != params.len() {
            let types: Vec<String> = params.iter().map(ToString::to_string).collect();
            let message = format!("this function takes {}, but it is given ({})", names.len(), types.join(", "));
            self.report(Diagnostic::error(codes::ARGUMENTS, at, message));
            return (Core::error(at), Type::Error);
        }
        let scope = self.scope();
        let keys: Vec<SmolStr> = names.iter().zip(params).map(|(name, ty)| self.introduce(name, ty.clone())).collect();
        let (body, ty) = match result {
            Some(ty) => (self.expect(body, ty, "the result of this function"), ty.clone()),
            None => self.infer(body),
        };
        self.leave(scope);
        (Core::new(at, CoreKind::Lambda(keys, Arc::new(body))), ty)
    }

    /// A function by its name: one that was passed, or a declared one.
    fn named_function(&mut self, expr: &Expr, word: &SmolStr) -> Option<(Core, FunctionType)> {
        let at = self.span(expr.range);
        let name = Name { text: word.clone(), range: expr.range };
        self.note_name(word, expr.range);
        match self.local(word).cloned() {
            Some(Type::Function(function)) => return Some((Core::new(at, CoreKind::Local(self.key(word))), *function)),
            Some(Type::Error) => return None,
            Some(other) => {
                let message = format!("a function is needed here, but this is {}", other.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message));
                return None;
            }
            None => {}
        }
        match self.target(word) {
            Some(Target::Declared(id, Kind::Function)) => {
                let Signature::Callable { params, result } = signature_of(self.db, &id) else { return None };
                let needed = params.iter().filter(|slot| !slot.optional).map(|slot: &Slot| slot.ty.clone());
                let function = FunctionType { params: needed.collect(), result: result.clone() };
                Some((Core::new(at, CoreKind::Function(id)), function))
            }
            Some(Target::Declared(id, kind)) => {
                self.wrong_kind(&name, &id, kind, "a function");
                None
            }
            Some(Target::Broken) => None,
            None => {
                self.unknown(&name, "a function", |kind| kind == Kind::Function, &[]);
                None
            }
        }
    }

    fn fitting(&mut self, core: Core, actual: FunctionType, wanted: &FunctionType, what: &str) -> (Core, Type) {
        if self.function_fits(&actual, wanted) {
            return (core, actual.result);
        }
        let (actual, wanted) = (Type::Function(Box::new(actual)), Type::Function(Box::new(wanted.clone())));
        let message = format!("{what} needs {}, but this is {}", wanted.with_article(), actual.with_article());
        self.report(Diagnostic::error(codes::TYPE_MISMATCH, core.span, message));
        (Core::error(core.span), Type::Error)
    }

    /// Whether a function may stand for another: it takes what that is given, and gives what is wanted of that.
    pub(super) fn function_fits(&self, actual: &FunctionType, wanted: &FunctionType) -> bool {
        actual.params.len() == wanted.params.len()
            && wanted.params.iter().zip(&actual.params).all(|(given, taken)| self.fits(given, taken))
            && self.fits(&actual.result, &wanted.result)
    }

    fn not_a_function(&mut self, at: Span, wanted: &FunctionType, what: &str) {
        let wanted = Type::Function(Box::new(wanted.clone()));
        let message = format!("{what} needs {}", wanted.with_article());
        let help = "write it as `x => …`, or name a declared function";
        self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message).help(help));
    }

    /// Reports a function where values stand.
    pub(super) fn kept_function(&mut self, at: Span) {
        let message = "a function is no value: it is called, or passed to a function that takes one";
        self.report(Diagnostic::error(codes::FUNCTION_KEPT, at, message));
    }

    /// A call of a function that was passed.
    pub(super) fn apply(&mut self, at: Span, word: &SmolStr, function: &FunctionType, args: &[Arg]) -> (Core, Type) {
        let named = args.iter().find_map(|arg| arg.name.as_ref());
        if let Some(name) = named {
            let message = format!("the arguments of `{word}` have no names");
            let place = self.span(name.range);
            self.report(Diagnostic::error(codes::ARGUMENTS, place, message));
            return (Core::error(at), Type::Error);
        }
        if args.len() != function.params.len() {
            let number = function.params.len();
            let message = format!("`{word}` takes {}", super::arguments::counted(number, "argument"));
            self.report(Diagnostic::error(codes::ARGUMENTS, at, message));
            return (Core::error(at), Type::Error);
        }
        let what = format!("an argument of `{word}`");
        let args = args.iter().zip(&function.params).map(|(arg, ty)| self.expect(&arg.value, ty, &what)).collect();
        (Core::new(at, CoreKind::Apply(self.key(word), args)), function.result.clone())
    }
}
