//! Signatures: all that other declarations may know of one, without places, comments or bodies.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;
use syntax::ast::{
    Annotation, Arg, Decl, DeclKind, Expr, ExprKind, Literal, Param, StrPart, TypeBody, TypeRef, UnaryOp,
};

use crate::core::Slot;
use crate::elaborate::Elaborator;
use crate::evaluate::order;
use crate::model::MetricKind;
use crate::queries::scope::definition_of;
use crate::queries::source::{ItemNode, parsed};
use crate::types::{Arms, DeclId, Type};
use crate::units;
use crate::value::Value;

/// What others may know of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Record {
        fields: Vec<Slot>,
        provider: Option<Provider>,
    },
    Union {
        cases: Vec<(SmolStr, Vec<Slot>)>,
    },
    /// Inclusive bounds.
    Refined {
        base: Type,
        low: Value,
        high: Value,
    },
    Let(Type),
    Callable {
        params: Vec<Slot>,
        result: Type,
    },
    Gate(Option<Arms>),
    Metric(Option<MetricKind>),
    /// Only its kind matters.
    Plain,
    Broken,
}

/// `@provider("name", roles = ["…"], shared = false, finest = 0.4%)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    pub(crate) name: SmolStr,
    pub(crate) roles: Vec<SmolStr>,
    /// Whether one record can serve several services; so it is when not written.
    pub(crate) shared: bool,
    pub(crate) finest: Option<Decimal>,
}

/// A signature and what was found while reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) signature: Signature,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) uses: Box<[DeclId]>,
}

/// The signature of a declaration.
#[salsa::tracked]
pub(crate) fn signed<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Signed {
    let parsed = parsed(db, item);
    let mut reader = Elaborator::new(db, item);
    let mut signature = reader.signature(&parsed.decl);
    if parsed.decl.damaged && parsed.diagnostics.iter().any(|it| it.primary.span.start < header_end(&parsed.decl)) {
        // A field or parameter may be missing here: whoever names it is not to blame.
        signature = Signature::Broken;
    }
    Signed { signature, diagnostics: reader.diagnostics, uses: reader.uses.into_iter().collect() }
}

/// Where what others rely on ends: the fields of a type, the parameters before a body.
fn header_end(decl: &Decl) -> u32 {
    match &decl.kind {
        DeclKind::Type(_) => u32::MAX,
        DeclKind::Function(it) => it.body.range.start,
        DeclKind::Strategy(it) => it.range.start,
        DeclKind::Action(it) => it.fields.range.start,
        DeclKind::Workflow(it) => it.range.start,
        // These have a kind, or the type that is written; a gate is named whatever it asks.
        DeclKind::Let(_) | DeclKind::Gate(_) | DeclKind::Environment(_) | DeclKind::Service(_) => 0,
        DeclKind::Metric(_) | DeclKind::Slo(_) | DeclKind::Use(_) | DeclKind::Error(_) => 0,
        DeclKind::Group(_) | DeclKind::Flag(_) | DeclKind::Policy(_) | DeclKind::Test(_) => 0,
        DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) => 0,
    }
}

#[salsa::tracked]
fn signature<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> Signature {
    signed(db, item).signature.clone()
}

/// The signature of `id`.
pub(crate) fn signature_of<'db>(db: &'db dyn salsa::Database, id: &DeclId) -> &'db Signature {
    definition_of(db, id).map_or(&Signature::Broken, |item| signature(db, item))
}

/// What a refined type is a range of, other refinements seen through.
pub(crate) fn underlying(db: &dyn salsa::Database, ty: &Type) -> Type {
    let mut current = ty.clone();
    let mut seen = BTreeSet::new();
    while let Type::Refined(id) = &current {
        if !seen.insert(id.clone()) {
            return Type::Error;
        }
        current = match signature_of(db, id) {
            Signature::Refined { base, .. } => base.clone(),
            _ => Type::Error,
        };
    }
    current
}

impl Elaborator<'_> {
    pub(crate) fn signature(&mut self, decl: &Decl) -> Signature {
        let provider = self.annotations(&decl.annotations);
        match &decl.kind {
            DeclKind::Type(it) => self.type_signature(&it.body, provider),
            DeclKind::Let(it) => Signature::Let(self.type_ref_of_value(&it.ty)),
            DeclKind::Function(it) => Signature::Callable {
                params: self.parameter_slots(&it.params),
                result: self.type_ref_of_value(&it.result),
            },
            DeclKind::Strategy(it) => Signature::Callable { params: self.slots(&it.params), result: Type::Nothing },
            DeclKind::Action(it) => {
                let params = self.slots(&it.params);
                let result = it.result.as_ref().map_or(Type::Nothing, |result| self.type_ref_of_value(result));
                Signature::Callable { params, result }
            }
            DeclKind::Workflow(it) => Signature::Callable { params: self.slots(&it.params), result: Type::Nothing },
            DeclKind::Gate(it) => Signature::Gate(self.arms(&it.subject, it.against.as_ref())),
            DeclKind::Metric(it) => Signature::Metric(self.metric_kind(&it.ty)),
            DeclKind::Environment(_) | DeclKind::Service(_) => Signature::Plain,
            DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) => Signature::Plain,
            DeclKind::Slo(_) | DeclKind::Use(_) => Signature::Plain,
            DeclKind::Group(_) | DeclKind::Flag(_) | DeclKind::Policy(_) | DeclKind::Test(_) => Signature::Plain,
            DeclKind::Error(_) => Signature::Broken,
        }
    }

    fn type_ref_of_value(&mut self, mention: &TypeRef) -> Type {
        match self.type_ref(mention) {
            Type::Gate(_) => {
                let message = "a gate is named directly: only a strategy's parameter can stand for one";
                self.report(Diagnostic::error(codes::BAD_TYPE, self.span(mention.range), message));
                Type::Error
            }
            Type::Function(_) => self.kept_function_type(mention),
            other => other,
        }
    }

    fn type_signature(&mut self, body: &TypeBody, provider: Option<Provider>) -> Signature {
        match body {
            TypeBody::Record(fields) => Signature::Record { fields: self.slots(fields), provider },
            TypeBody::Union(cases) => {
                let cases = cases.iter().map(|case| (case.name.text.clone(), self.slots(&case.fields))).collect();
                Signature::Union { cases }
            }
            TypeBody::Refined { base, condition } => self.refined(base, condition),
            TypeBody::Error => Signature::Broken,
        }
    }

    /// What values are held or given by: no functions.
    fn slots(&mut self, params: &[Param]) -> Vec<Slot> {
        let mut slots = self.parameter_slots(params);
        for param in params {
            let kept = slots.iter_mut().find(|slot| slot.name == param.name.text);
            if let Some(slot) = kept.filter(|slot| matches!(slot.ty, Type::Function(_))) {
                slot.ty = self.kept_function_type(&param.ty);
            }
        }
        slots
    }

    /// The parameters of a function, which may be functions.
    fn parameter_slots(&mut self, params: &[Param]) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::new();
        for param in params {
            let ty = self.type_ref(&param.ty);
            if let (Type::Function(_), Some(default)) = (&ty, &param.default) {
                let message = format!("`{}` is a function, and has no default", param.name.text);
                self.report(Diagnostic::error(codes::FUNCTION_KEPT, self.span(default.range), message));
            }
            if slots.iter().any(|slot| slot.name == param.name.text) {
                let message = format!("`{}` is declared twice", param.name.text);
                self.report(Diagnostic::error(codes::DUPLICATE_NAME, self.span(param.name.range), message));
                continue;
            }
            let optional = param.default.is_some() || matches!(ty, Type::Optional(_));
            slots.push(Slot { name: param.name.text.clone(), ty, optional });
        }
        slots
    }

    fn refined(&mut self, base: &TypeRef, condition: &Expr) -> Signature {
        let ty = self.type_ref(base);
        let bounds = match &condition.kind {
            ExprKind::Interval(low, high) => constant(low).zip(constant(high)),
            ExprKind::Error => return Signature::Broken,
            _ => None,
        };
        let fits = |value: &Value| ty.is_error() || units::same_type(value, &ty);
        match bounds {
            Some((low, high)) if order(&low, &high) == Some(Ordering::Greater) => {
                let message = "this range ends before it begins";
                self.report(Diagnostic::error(codes::BACKWARD_RANGE, self.span(condition.range), message));
                Signature::Broken
            }
            Some((low, high)) if fits(&low) && fits(&high) => Signature::Refined { base: ty, low, high },
            _ => {
                let message = format!("a refinement of {ty} is a range of it, such as `Int where 1..65535`");
                self.report(Diagnostic::error(codes::BAD_TYPE, self.span(condition.range), message));
                Signature::Broken
            }
        }
    }

    fn annotations(&mut self, annotations: &[Annotation]) -> Option<Provider> {
        let mut provider = None;
        for annotation in annotations {
            match annotation.name.text.as_str() {
                "provider" => provider = self.provider(annotation),
                "deprecated" => self.deprecation(annotation),
                _ => self.unknown_annotation(annotation),
            }
        }
        provider
    }

    /// `@deprecated("use x")`: one form.
    fn deprecation(&mut self, annotation: &Annotation) {
        let said = match annotation.args.as_slice() {
            [Arg { name: None, value }] => plain(value),
            _ => None,
        };
        if said.is_none_or(|text| text.trim().is_empty()) {
            let message = "`@deprecated` says what to use instead";
            let diagnostic = Diagnostic::error(codes::UNKNOWN_ANNOTATION, self.span(annotation.range), message)
                .help("write `@deprecated(\"use x\")`");
            self.report(diagnostic);
        }
    }

    fn unknown_annotation(&mut self, annotation: &Annotation) {
        let at = self.span(annotation.name.range);
        let message = format!("there is no annotation `@{}`", annotation.name.text);
        let mut diagnostic = Diagnostic::error(codes::UNKNOWN_ANNOTATION, at, message);
        if let Some(near) = diagnostics::nearest(&annotation.name.text, ["provider", "deprecated"]) {
            diagnostic = diagnostic.help(format!("did you mean `@{near}`?"));
        }
        self.report(diagnostic);
    }

    fn provider(&mut self, annotation: &Annotation) -> Option<Provider> {
        let mut found = Provider { name: SmolStr::default(), roles: Vec::new(), shared: true, finest: None };
        for arg in &annotation.args {
            match (arg.name.as_ref().map(|name| name.text.as_str()), &arg.value.kind) {
                (None, ExprKind::Str(_)) => found.name = plain(&arg.value)?,
                (Some("roles"), ExprKind::List(roles)) => found.roles = roles.iter().filter_map(plain).collect(),
                (Some("shared"), ExprKind::Literal(Literal::Bool(shared))) => found.shared = *shared,
                (Some("finest"), _) => found.finest = share(&arg.value),
                _ => {}
            }
        }
        if found.name.is_empty() {
            let message = "`@provider` takes the provider's name and its roles";
            let diagnostic = Diagnostic::error(codes::UNKNOWN_ANNOTATION, self.span(annotation.range), message)
                .help("write `@provider(\"name\", roles = [\"compute\"])`");
            self.report(diagnostic);
            return None;
        }
        Some(found)
    }
}

/// Plain text, as it is written.
pub(crate) fn plain(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [StrPart::Text(text)] => Some(text.into()),
            _ => None,
        },
        _ => None,
    }
}

/// A share of one, as it is written.
fn share(expr: &Expr) -> Option<Decimal> {
    match constant(expr)? {
        Value::Ratio(share) => Some(share),
        _ => None,
    }
}

/// A literal, perhaps negative.
fn constant(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Literal(literal) => units::value(literal).ok().map(|(value, _)| value),
        ExprKind::Unary(UnaryOp::Negate, of) => match constant(of)? {
            Value::Int(n) => n.checked_neg().map(Value::Int),
            Value::Points(n) => Some(Value::Points(Decimal::ZERO - n)),
            Value::Factor(n) => Some(Value::Factor(Decimal::ZERO - n)),
            _ => None,
        },
        _ => None,
    }
}
