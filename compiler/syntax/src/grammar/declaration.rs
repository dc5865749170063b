//! Declarations: what stands before the head word, and the body that the head word asks for.

use super::expression::{Expressions, args, expressions};
use super::fields::{field, fields};
use super::list::braces;
use super::types::{broken_param, param, params, type_ref};
use super::{
    P, Problem, accept, contract, database, docs, flag, gate, group, lazily, migration, name, named, policy, range,
    released, sign, strategy, test, word, workflow,
};
use crate::ast::{
    Action, Annotation, Bind, Case, Decl, DeclKind, EffectClass, Environment, EnvironmentEntry, Expr, Function, Import,
    Let, Metric, Name, Range, TypeBody, TypeDecl, Use,
};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// The declarations of the language, by their head word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Use,
    Type,
    Let,
    Function,
    Environment,
    Service,
    Database,
    Migration,
    Released,
    Metric,
    Slo,
    Gate,
    Strategy,
    Action,
    Workflow,
    Group,
    Flag,
    Policy,
    Test,
    Emergency,
}

impl Head {
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "use" => Self::Use,
            "type" => Self::Type,
            "let" => Self::Let,
            "fn" => Self::Function,
            "environment" => Self::Environment,
            "service" => Self::Service,
            "database" => Self::Database,
            "migration" => Self::Migration,
            "released" => Self::Released,
            "metric" => Self::Metric,
            "slo" => Self::Slo,
            "gate" => Self::Gate,
            "strategy" => Self::Strategy,
            "action" => Self::Action,
            "workflow" => Self::Workflow,
            "group" => Self::Group,
            "flag" => Self::Flag,
            "policy" => Self::Policy,
            "test" => Self::Test,
            "emergency" => Self::Emergency,
            _unknown => return None,
        })
    }
}

/// A whole declaration with that head; the head word itself may be a misspelling that was reported before.
pub(crate) fn declaration<'t, X: Problem<'t>>(head: Head) -> P<'t, Decl, X> {
    let expr = expressions();
    let any = expr.any.clone();
    let annotations = lazily(move || annotation(any.clone())).repeated().collect();
    let head_word = named("a declaration").map(|name| name.range);
    docs()
        .then(annotations)
        .then(word("`pub`").or_not())
        .then(head_word)
        .then(body(head, &expr))
        .then_ignore(end())
        .map_with(|((((docs, annotations), public), head), kind), e| Decl {
            range: range(e.span()),
            docs,
            annotations,
            public,
            formerly: None,
            head,
            damaged: false,
            kind,
        })
        .boxed()
}

fn annotation<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Annotation, X> {
    sign(T::At)
        .ignore_then(named("an annotation"))
        .then(args(expr).or_not())
        .map_with(|(name, args), e| Annotation { name, args: args.unwrap_or_default(), range: range(e.span()) })
        .boxed()
}

fn body<'t, X: Problem<'t>>(head: Head, expr: &Expressions<'t, X>) -> P<'t, DeclKind, X> {
    let any = &expr.any;
    match head {
        Head::Use => import(),
        Head::Type => type_decl(any),
        Head::Let => binding(any),
        Head::Function => function(any),
        Head::Environment => environment(any),
        Head::Service => contract::service(any),
        Head::Database => database::database(any),
        Head::Migration => migration::migration(any),
        Head::Released => released::released(any),
        Head::Metric => metric(any),
        Head::Slo => gate::slo(any),
        Head::Gate => gate::gate(expr),
        Head::Strategy => strategy::strategy(any),
        Head::Action => action(any),
        Head::Workflow => workflow::workflow(any),
        Head::Group => group::group(),
        Head::Flag => flag::flag(any),
        Head::Policy => policy::policy(any),
        Head::Test => test::test(expr),
        Head::Emergency => workflow::emergency(any),
    }
}

fn import<'t, X: Problem<'t>>() -> P<'t, DeclKind, X> {
    let alias = word("`as`").ignore_then(name()).or_not();
    let import = named("a name to import").then(alias).map(|(name, alias)| Some(Import { name, alias }));
    named("a module")
        .separated_by(sign(T::Dot))
        .at_least(1)
        .collect()
        .then_ignore(sign(T::Dot))
        .then(braces(import.boxed(), |_| None))
        .map(|(path, imports)| DeclKind::Use(Use { path, imports: imports.into_iter().flatten().collect() }))
        .boxed()
}

fn type_decl<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let record = braces(param(expr.clone()), broken_param)
        .map(|fields| TypeBody::Record(fields.into_iter().flatten().collect()));
    let capital =
        select! { Tok::Word(text) if text.starts_with(|c: char| c.is_ascii_uppercase()) => () }.labelled("a type");
    let condition = word("`where`").ignore_then(expr.clone());
    let refined = capital.rewind().ignore_then(type_ref()).then(condition);
    let refined = refined.map(|(base, condition)| TypeBody::Refined { base, condition });
    let case_name = capital.not().ignore_then(named("a case"));
    let case = docs().then(case_name).then(params(expr.clone()).or_not()).map(|((docs, name), fields)| Case {
        docs,
        name,
        fields: fields.unwrap_or_default(),
    });
    let cases = case.separated_by(sign(T::Bar)).allow_leading().at_least(1).collect().map(TypeBody::Union);
    named("the type's name")
        .then_ignore(sign(T::Equals))
        .then(choice((record.boxed(), refined.boxed(), cases.boxed())))
        .map(|(name, body)| DeclKind::Type(TypeDecl { name, body }))
        .boxed()
}

fn binding<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    named("the value's name")
        .then(sign(T::Colon).ignore_then(type_ref()))
        .then(sign(T::Equals).ignore_then(expr.clone()))
        .map(|((name, ty), value)| DeclKind::Let(Let { name, ty, value }))
        .boxed()
}

fn function<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    named("the function's name")
        .then(params(expr.clone()))
        .then(sign(T::Arrow).ignore_then(type_ref()))
        .then(sign(T::Equals).ignore_then(expr.clone()))
        .map(|(((name, params), result), body)| DeclKind::Function(Function { name, params, result, body }))
        .boxed()
}

fn environment<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let bind = word("`bind`")
        .ignore_then(named("a service or a database"))
        .then(fields(expr.clone()))
        .map(|(target, fields)| EnvironmentEntry::Bind(Bind { target, fields }));
    let protected = word("`protected`").then_ignore(sign(T::Equals).not()).map(EnvironmentEntry::Protected);
    let field = field(expr.clone()).map(EnvironmentEntry::Field);
    let accept = accept::accept(expr).map(EnvironmentEntry::Accept);
    let words = choice((bind.boxed(), protected.boxed(), accept.boxed()));
    let entry = docs().ignore_then(words).or(field.boxed());
    let entries = braces(entry.boxed(), EnvironmentEntry::Error);
    named("the environment's name")
        .then(word("`extends`").ignore_then(named("an environment")).or_not())
        .then(entries.map_with(|entries, e| (entries, range(e.span()))))
        .map(|((name, extends), (entries, range))| DeclKind::Environment(Environment { name, extends, entries, range }))
        .boxed()
}

fn metric<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    named("the metric's name")
        .then(sign(T::Colon).ignore_then(type_ref()))
        .then(fields(expr.clone()))
        .map(|((name, ty), fields)| DeclKind::Metric(Metric { name, ty, fields }))
        .boxed()
}

fn action<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let class = |quoted, effect| word(quoted).map(move |range: Range| (effect, range));
    let effect = choice((
        class("`idempotent`", EffectClass::Idempotent),
        class("`probeable`", EffectClass::Probeable),
        class("`once`", EffectClass::Once),
    ));
    named("the action's name")
        .then(params(expr.clone()).or_not().map(Option::unwrap_or_default))
        .then(sign(T::Arrow).ignore_then(type_ref()).or_not())
        .then(effect)
        .then(fields(expr.clone()))
        .map(|((((name, params), result), (effect, effect_range)), fields): ((((Name, _), _), _), _)| {
            DeclKind::Action(Action { name, params, result, effect, effect_range, fields })
        })
        .boxed()
}
