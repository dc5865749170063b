//! Calls of methods: what they take, and what they give.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes};
use syntax::ast::{Arg, Expr, Name};

use super::Elaborator;
use super::arguments::counted;
use super::names::suggest;
use super::notes::Meaning;
use super::operators::{is_amount, is_number, is_ordered};
use crate::core::{Core, CoreKind};
use crate::methods::{Method, methods_of};
use crate::queries::signature::underlying;
use crate::types::Type;

/// What a method does with what it is given.
enum Given {
    Cores(Vec<Core>, Type),
    Reported,
}

impl Elaborator<'_> {
    /// `of.name(args)`
    pub(super) fn method(&mut self, at: Span, of: &Expr, name: &Name, args: &[Arg]) -> (Core, Type) {
        let (receiver, ty) = self.infer(of);
        let ty = underlying(self.db, &ty);
        let known = methods_of(&ty).iter().find(|(word, _)| *word == name.text);
        let Some((_, method)) = known.filter(|_| !ty.is_error()) else {
            args.iter().for_each(|arg| self.skim(&arg.value));
            if !ty.is_error() {
                self.unknown_method(name, &ty);
            }
            return (Core::error(at), Type::Error);
        };
        self.note(name.range, || Meaning::Method(*method, ty.clone()));
        let args = match self.positional(at, name, *method, args) {
            Some(args) => args,
            None => return (Core::error(at), Type::Error),
        };
        match self.given(at, *method, &ty, &args) {
            Given::Cores(args, result) => (Core::new(at, CoreKind::Method(*method, Box::new(receiver), args)), result),
            Given::Reported => (Core::error(at), Type::Error),
        }
    }

    fn unknown_method(&mut self, name: &Name, ty: &Type) {
        let at = self.span(name.range);
        if let Type::Secret(_) = ty {
            return self.secret_seen(at, ty, "looked into");
        }
        let message = format!("{} has no method `{}`", ty.with_article(), name.text);
        let words: Vec<&str> = methods_of(ty).iter().map(|(word, _)| *word).collect();
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_METHOD, at, message);
        if let Type::Optional(_) = ty {
            diagnostic = diagnostic.note("it may be absent: say what to use then, with `?? value`, before the method");
        }
        self.report(suggest(diagnostic, at, &name.text, &words));
    }

    /// Reports a method that is written like a field.
    pub(super) fn uncalled_method(&mut self, name: &Name) {
        let at = self.span(name.range);
        let call = format!("{}()", name.text);
        let fix = Fix::replace(format!("write `{call}`"), at, call.clone(), Applicability::Guess);
        let message = format!("`{}` is a method: it is called", name.text);
        self.report(Diagnostic::error(codes::UNKNOWN_FIELD, at, message).help(format!("write `{call}`")).fix(fix));
    }

    /// As many arguments as the method takes, without names.
    fn positional<'a>(&mut self, at: Span, name: &Name, method: Method, args: &'a [Arg]) -> Option<Vec<&'a Expr>> {
        if let Some(named) = args.iter().find_map(|arg| arg.name.as_ref()) {
            let message = format!("the arguments of `{}` have no names", name.text);
            let place = self.span(named.range);
            self.report(Diagnostic::error(codes::ARGUMENTS, place, message));
            return None;
        }
        let takes = arity(method);
        if args.len() != takes {
            let message = format!("`{}` takes {}", name.text, counted(takes, "argument"));
            self.report(Diagnostic::error(codes::ARGUMENTS, at, message));
            return None;
        }
        Some(args.iter().map(|arg| &arg.value).collect())
    }

    fn given(&mut self, at: Span, method: Method, ty: &Type, args: &[&Expr]) -> Given {
        match ty {
            Type::List(of) => self.of_list(at, method, of, args),
            Type::Map(of) => self.of_map(method, of, args),
            Type::Optional(of) => self.of_optional(method, of, args),
            Type::Range(of) => self.one(args, of, "the argument of `contains`", Type::Bool),
            _ => self.of_text(method, args),
        }
    }

    fn of_list(&mut self, at: Span, method: Method, of: &Type, args: &[&Expr]) -> Given {
        let itself = || Type::List(Box::new(of.clone()));
        let maybe = || Type::Optional(Box::new(of.clone()));
        match method {
            Method::All | Method::Any => self.tested(method, of, args, Type::Bool),
            Method::Count => self.tested(method, of, args, Type::Int),
            Method::Filter => self.tested(method, of, args, itself()),
            Method::Find => self.tested(method, of, args, maybe()),
            Method::Map => self.mapped(of, args, |result| Type::List(Box::new(result))),
            Method::SortedBy => self.sorted_by(at, of, args, itself()),
            Method::Concat => self.one(args, &itself(), "the list to add", itself()),
            Method::Contains => {
                if self.holds_secret(of) {
                    self.secret_seen(at, of, "compared");
                    return Given::Reported;
                }
                self.one(args, of, "the argument of `contains`", Type::Bool)
            }
            Method::Join => match self.fits(of, &Type::String) {
                true => self.one(args, &Type::String, "what stands between", Type::String),
                false => self.unfit(at, method, of, "text is joined; `map` makes text of each element first"),
            },
            Method::Flatten => match of {
                Type::List(_) | Type::Error => Given::Cores(Vec::new(), of.clone()),
                other => self.unfit(at, method, other, "only lists in a list are flattened"),
            },
            Method::First | Method::Last => Given::Cores(Vec::new(), maybe()),
            Method::Min | Method::Max if self.has_order(of, false) => Given::Cores(Vec::new(), maybe()),
            Method::Sorted if self.has_order(of, true) => Given::Cores(Vec::new(), itself()),
            Method::Min | Method::Max | Method::Sorted => self.unfit(at, method, of, "these have no order"),
            Method::Sum => self.sum(at, of),
            Method::Length => Given::Cores(Vec::new(), Type::Int),
            Method::Reversed => Given::Cores(Vec::new(), itself()),
            Method::EndsWith | Method::Get | Method::Keys | Method::Lower | Method::Split => Given::Reported,
            Method::StartsWith | Method::Trim | Method::Upper | Method::Values => Given::Reported,
        }
    }

    fn of_map(&mut self, method: Method, of: &Type, args: &[&Expr]) -> Given {
        let list = |of: Type| Type::List(Box::new(of));
        match method {
            Method::Keys => Given::Cores(Vec::new(), list(Type::String)),
            Method::Values => Given::Cores(Vec::new(), list(of.clone())),
            Method::Length => Given::Cores(Vec::new(), Type::Int),
            Method::Get => self.one(args, &Type::String, "the key", Type::Optional(Box::new(of.clone()))),
            _ => self.one(args, &Type::String, "the key", Type::Bool),
        }
    }

    fn of_text(&mut self, method: Method, args: &[&Expr]) -> Given {
        match method {
            Method::Length => Given::Cores(Vec::new(), Type::Int),
            Method::Trim | Method::Lower | Method::Upper => Given::Cores(Vec::new(), Type::String),
            Method::Split => self.one(args, &Type::String, "what stands between", Type::List(Box::new(Type::String))),
            _ => self.one(args, &Type::String, "the text to look for", Type::Bool),
        }
    }

    fn of_optional(&mut self, method: Method, of: &Type, args: &[&Expr]) -> Given {
        match method {
            Method::Filter => self.tested(method, of, args, Type::Optional(Box::new(of.clone()))),
            _ => self.mapped(of, args, |result| match result {
                optional @ Type::Optional(_) => optional,
                of => Type::Optional(Box::new(of)),
            }),
        }
    }

    fn one(&mut self, args: &[&Expr], ty: &Type, what: &str, result: Type) -> Given {
        let [arg] = args else { return Given::Reported };
        Given::Cores(vec![self.expect(arg, ty, what)], result)
    }

    fn tested(&mut self, method: Method, of: &Type, args: &[&Expr], result: Type) -> Given {
        let [arg] = args else { return Given::Reported };
        let what = format!("`{}`", method.name());
        let (test, _) = self.passed(arg, std::slice::from_ref(of), Some(&Type::Bool), &what);
        Given::Cores(vec![test], result)
    }

    fn mapped(&mut self, of: &Type, args: &[&Expr], result: impl Fn(Type) -> Type) -> Given {
        let [arg] = args else { return Given::Reported };
        let (change, ty) = self.passed(arg, std::slice::from_ref(of), None, "`map`");
        match ty {
            Type::Error => Given::Cores(vec![change], Type::Error),
            Type::Nothing => {
                let message = "this function gives nothing, so its type cannot be told";
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, change.span, message));
                Given::Reported
            }
            ty => Given::Cores(vec![change], result(ty)),
        }
    }

    fn sorted_by(&mut self, at: Span, of: &Type, args: &[&Expr], result: Type) -> Given {
        let [arg] = args else { return Given::Reported };
        let (key, ty) = self.passed(arg, std::slice::from_ref(of), None, "`sorted_by`");
        match self.has_order(&ty, true) {
            true => Given::Cores(vec![key], result),
            false => self.unfit(at, Method::SortedBy, &ty, "it sorts by what has an order"),
        }
    }

    /// Whether values of the type are smaller and larger; text is sorted, but not compared by size.
    fn has_order(&self, ty: &Type, text: bool) -> bool {
        let ty = underlying(self.db, ty);
        is_ordered(&ty) || (text && ty == Type::String)
    }

    /// No amounts of money have a sum without a currency.
    fn sum(&mut self, at: Span, of: &Type) -> Given {
        match underlying(self.db, of) {
            Type::Money => Given::Cores(Vec::new(), Type::Optional(Box::new(Type::Money))),
            Type::Int | Type::Count | Type::Error => Given::Cores(zero(at, of), Type::Int),
            ty if is_amount(&ty) || is_number(&ty) => Given::Cores(zero(at, &ty), ty),
            Type::Ratio => self.unfit(at, Method::Sum, of, "percentages of different wholes have no sum"),
            _ => self.unfit(at, Method::Sum, of, "only numbers and amounts have a sum"),
        }
    }

    fn unfit(&mut self, at: Span, method: Method, of: &Type, why: &str) -> Given {
        if of.is_error() {
            return Given::Reported;
        }
        if self.holds_secret(of) {
            self.secret_seen(at, of, "looked into");
            return Given::Reported;
        }
        let message = format!("`{}` cannot be used on a list of {of}", method.name());
        self.report(Diagnostic::error(codes::TYPE_MISMATCH, at, message).help(why));
        Given::Reported
    }
}

/// The sum of an empty list, from which a sum starts.
fn zero(at: Span, ty: &Type) -> Vec<Core> {
    crate::units::zero(ty).map(|value| Core::new(at, CoreKind::Constant(value))).into_iter().collect()
}

fn arity(method: Method) -> usize {
    use Method as M;
    match method {
        M::All | M::Any | M::Concat | M::Contains | M::Count | M::EndsWith | M::Filter | M::Find | M::Get => 1,
        M::Join | M::Map | M::SortedBy | M::Split | M::StartsWith => 1,
        M::First | M::Flatten | M::Keys | M::Last | M::Length | M::Lower | M::Max | M::Min | M::Reversed => 0,
        M::Sorted | M::Sum | M::Trim | M::Upper | M::Values => 0,
    }
}
