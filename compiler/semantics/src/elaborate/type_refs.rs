//! Mentions of types.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Name, TypeKind, TypeRef};

use super::Elaborator;
use crate::queries::scope::Target;
use crate::queries::source::Kind;
use crate::types::{DeclId, FunctionType, Type};

impl Elaborator<'_> {
    /// The type that is mentioned; a mention that cannot be read is reported.
    pub(crate) fn type_ref(&mut self, mention: &TypeRef) -> Type {
        match &mention.kind {
            TypeKind::Error => Type::Error,
            TypeKind::Optional(of) => match self.value_type(of) {
                nested @ Type::Optional(_) => nested,
                of => Type::Optional(Box::new(of)),
            },
            TypeKind::Function(params, result) => {
                let params = params.iter().map(|param| self.parameter_type(param)).collect();
                Type::Function(Box::new(FunctionType { params, result: self.value_type(result) }))
            }
            TypeKind::Named(name, args) => self.named_type(mention, name, args),
        }
    }

    /// The same for a mention whose faults the signature has reported.
    pub(super) fn type_ref_quietly(&mut self, mention: &TypeRef) -> Type {
        let reported = self.diagnostics.len();
        let ty = self.type_ref(mention);
        self.diagnostics.truncate(reported);
        ty
    }

    /// The type of something that is held; the signature has reported what cannot be.
    pub(super) fn held_type(&mut self, mention: &TypeRef) -> Type {
        match self.type_ref_quietly(mention) {
            Type::Function(_) => Type::Error,
            other => other,
        }
    }

    fn named_type(&mut self, mention: &TypeRef, name: &Name, args: &[TypeRef]) -> Type {
        self.note_type_name(name);
        match (name.text.as_str(), args) {
            ("Gate", arms) => self.gate_type(mention, arms),
            ("List", [of]) => Type::List(Box::new(self.value_type(of))),
            ("Secret", [of]) => Type::Secret(Box::new(self.value_type(of))),
            ("Map", [key, of]) => {
                let of = Type::Map(Box::new(self.value_type(of)));
                match self.type_ref(key) {
                    Type::String | Type::Error => of,
                    other => self.bad_type(key, format!("the keys of a map are String, not {other}")),
                }
            }
            ("List" | "Secret", _) => {
                self.bad_type(mention, format!("`{}` takes one type: `{}<T>`", name.text, name.text))
            }
            ("Map", _) => self.bad_type(mention, "`Map` takes two types: `Map<String, T>`".to_owned()),
            (plain, args) => self.plain_type(mention, name, plain, args),
        }
    }

    fn plain_type(&mut self, mention: &TypeRef, name: &Name, plain: &str, args: &[TypeRef]) -> Type {
        let found = match self.target(plain) {
            Some(Target::Declared(id, kind)) => self.declared_type(name, id, kind),
            Some(Target::Broken) => Type::Error,
            None => Type::builtin(plain).unwrap_or_else(|| self.unknown_type(name)),
        };
        if args.is_empty() || found.is_error() {
            return found;
        }
        self.bad_type(mention, format!("`{plain}` takes no types in `<>`"))
    }

    fn declared_type(&mut self, name: &Name, id: DeclId, kind: Kind) -> Type {
        match kind {
            Kind::Record => Type::Record(id),
            Kind::Union => Type::Union(id),
            Kind::Refined => Type::Refined(id),
            other => {
                self.wrong_kind(name, &id, other, "a type");
                Type::Error
            }
        }
    }

    fn unknown_type(&mut self, name: &Name) -> Type {
        let builtin: Vec<SmolStr> = Type::builtin_names().map(SmolStr::from).collect();
        let is_type = |kind| matches!(kind, Kind::Record | Kind::Union | Kind::Refined);
        self.unknown(name, "a type", is_type, &builtin);
        Type::Error
    }

    /// A type that values have: gates are named, never held.
    fn value_type(&mut self, mention: &TypeRef) -> Type {
        match self.type_ref(mention) {
            Type::Gate(_) => {
                self.bad_type(mention, "a gate is named directly: it cannot be held in another type".into())
            }
            Type::Function(_) => self.kept_function_type(mention),
            other => other,
        }
    }

    /// A type that a function may take: a value, or another function.
    fn parameter_type(&mut self, mention: &TypeRef) -> Type {
        match self.type_ref(mention) {
            function @ Type::Function(_) => function,
            Type::Gate(_) => self.value_type(mention),
            other => other,
        }
    }

    /// Reports a function's type where values are held.
    pub(crate) fn kept_function_type(&mut self, mention: &TypeRef) -> Type {
        let message = "a function is no value: it can only be a parameter of a function";
        let diagnostic = Diagnostic::error(codes::FUNCTION_KEPT, self.span(mention.range), message)
            .note("it is passed and called, and never held, so that every computation ends");
        self.report(diagnostic);
        Type::Error
    }

    fn gate_type(&mut self, mention: &TypeRef, args: &[TypeRef]) -> Type {
        let mut words = Vec::new();
        for arg in args {
            match &arg.kind {
                TypeKind::Named(word, none) if none.is_empty() => words.push(word),
                TypeKind::Named(..) | TypeKind::Optional(_) | TypeKind::Function(..) | TypeKind::Error => {
                    return self.bad_type(arg, "the arms of a gate are words: `Gate<canary, stable>`".to_owned());
                }
            }
        }
        match words.as_slice() {
            [] => Type::Gate(None),
            [subject] => self.arms_type(subject, None),
            [subject, against] => self.arms_type(subject, Some(*against)),
            _ => self.bad_type(mention, "a gate has at most two arms: `Gate<canary, stable>`".to_owned()),
        }
    }

    fn arms_type(&mut self, subject: &Name, against: Option<&Name>) -> Type {
        self.arms(subject, against).map_or(Type::Error, |arms| Type::Gate(Some(arms)))
    }

    fn bad_type(&mut self, mention: &TypeRef, message: String) -> Type {
        let diagnostic = Diagnostic::error(codes::BAD_TYPE, self.span(mention.range), message);
        self.report(diagnostic);
        Type::Error
    }
}
