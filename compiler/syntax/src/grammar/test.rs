//! Tests.

use super::expression::{Expressions, args, comparison};
use super::list::{braces, end_of_entry};
use super::{P, Problem, docs, named, range, sign, word};
use crate::ast::{
    BinaryOp, DeclKind, Event, EventKind, Expectation, Expr, Moment, Name, Range, Simulate, StrPart, Test, TestEntry,
    TestEntryKind,
};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use crate::words;
use chumsky::prelude::*;
use smol_str::SmolStr;

/// `"title" { entries }`
pub(super) fn test<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, DeclKind, X> {
    let title = select! { Tok::Str(parts) => parts.to_vec(), Tok::Bad => Vec::new() };
    let title = title.labelled("the test's title, a string");
    let entry = docs().ignore_then(entry(expr)).map_with(|kind, e| TestEntry { range: range(e.span()), kind });
    let entries = braces(entry.boxed(), |range| TestEntry { range, kind: TestEntryKind::Error });
    title
        .map_with(|title: Vec<StrPart>, e| (title, range(e.span())))
        .then(entries.map_with(|entries, e| (entries, range(e.span()))))
        .map(|((title, title_range), (entries, range))| DeclKind::Test(Test { title, title_range, entries, range }))
        .boxed()
}

fn entry<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, TestEntryKind, X> {
    let case = word("`case`").ignore_then(args(expr.any.clone())).map(TestEntryKind::Case);
    let events = event(expr).separated_by(word("`and`")).at_least(1).collect::<Vec<_>>().boxed();
    let simulate = word("`simulate`")
        .ignore_then(named("a workflow"))
        .then(args(expr.any.clone()).or_not())
        .then(word("`with`").ignore_then(events.clone()).or_not())
        .map(|((workflow, args), events)| {
            let (args, events) = (args.unwrap_or_default(), events.unwrap_or_default());
            TestEntryKind::Simulate(Simulate { workflow, args, events })
        });
    let expect = word("`expect`").then(expectation(expr));
    let expect = expect.map(|(word, what)| TestEntryKind::Expect { word: Some(word), what: Box::new(what) });
    let further_events = events.then_ignore(end_of_entry()).map(TestEntryKind::Events);
    let further = expectation(expr).map(|what| TestEntryKind::Expect { word: None, what: Box::new(what) });
    let lead = choice((case.boxed(), simulate.boxed(), expect.boxed()));
    lead.or(further_events.or(further).labelled("another event or expectation")).boxed()
}

fn event<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, Event, X> {
    let lasts = word("`for`").ignore_then(expr.operand.clone()).or_not();
    happening(expr)
        .then(moment(expr, &["`from`", "`at`", "`after`"]).or_not())
        .then(lasts)
        .map_with(|((kind, at), lasts), e| Event { kind, at, lasts, range: range(e.span()) })
        .boxed()
}

fn happening<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, EventKind, X> {
    let alone = any().filter(|tok| matches!(tok, Tok::Sign(T::Equals | T::OpenParen | T::Dot))).not().rewind();
    let crash = word("`crash`").then_ignore(alone).to(EventKind::Crash);
    let silent = word("`metrics`").then_ignore(word("`silent`")).to(EventKind::Silent);
    let unready = named("an arm").then_ignore(word("`unready`")).map(EventKind::Unready);
    let times = expr.operand.clone().then_ignore(word("`times`")).or_not();
    let fails = named("an action").then_ignore(word("`fails`")).then(times);
    let fails = fails.map(|(action, times)| EventKind::Fails { action, times });
    let answer = choice((named_word("`given`"), named_word("`refused`"), named_word("`missing`")));
    let by = word("`by`").ignore_then(expr.operand.clone()).or_not();
    let approval = word("`approval`").ignore_then(answer).then(by);
    let approval = approval.map(|(answer, by)| EventKind::Approval { answer, by });
    let metric = expr.operand.clone().then_ignore(sign(T::Equals)).then(expr.operand.clone());
    let metric = metric.map(|(reading, value)| EventKind::Metric { reading, value });
    choice((crash.boxed(), silent.boxed(), unready.boxed(), fails.boxed(), approval.boxed(), metric.boxed())).boxed()
}

fn named_word<'t, X: Problem<'t>>(quoted: &'static str) -> P<'t, Name, X> {
    let text = smol_str::SmolStr::new_static(quoted.trim_matches('`'));
    word(quoted).map(move |range: Range| Name { text: text.clone(), range }).boxed()
}

/// `from stage 25% of service in environment`, `at 10m`, behind one of `words`.
fn moment<'t, X: Problem<'t>>(expr: &Expressions<'t, X>, words: &[&'static str]) -> P<'t, Moment, X> {
    let lead = choice(words.iter().map(|quoted| word(quoted)).collect::<Vec<_>>());
    let service = word("`of`").ignore_then(named("a service")).or_not();
    let environment = word("`in`").ignore_then(named("an environment")).or_not();
    let stage = word("`stage`").ignore_then(expr.operand.clone()).then(service).then(environment);
    let stage = stage.map_with(|((weight, service), environment), e| Moment::Stage {
        weight,
        service,
        environment,
        range: range(e.span()),
    });
    lead.ignore_then(stage.or(expr.operand.clone().map(Moment::Time))).boxed()
}

fn expectation<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, Expectation, X> {
    let limit = comparison().then(expr.operand.clone()).boxed();
    let slo = word("`of`").ignore_then(named("an objective")).or_not();
    let budget = word("`budget`").ignore_then(slo).then_ignore(word("`spent`")).then(limit.clone());
    let budget = budget.map_with(|(slo, (op, limit)): (Option<Name>, (BinaryOp, Expr)), e| Expectation::Budget {
        slo,
        op,
        limit,
        range: range(e.span()),
    });
    let exposure = word("`exposure`").ignore_then(limit);
    let exposure = exposure.map_with(|(op, limit): (BinaryOp, Expr), e| Expectation::Exposure {
        op,
        limit,
        range: range(e.span()),
    });
    let phase = sign(T::Dot).ignore_then(named("a phase")).or_not();
    let ran = word("`never`").or_not().then_ignore(word("`ran`")).then(named("an action or a migration")).then(phase);
    let ran = ran.map(|((never, what), phase)| Expectation::Ran { never: never.is_some(), what, phase });
    choice((
        budget.boxed(),
        exposure.boxed(),
        ran.boxed(),
        outcome(expr),
        expr.any.clone().map(Expectation::Holds).boxed(),
    ))
    .boxed()
}

/// `rolled_back at stage 25% within 2m`: a word alone, or with one of its clauses behind it.
fn outcome<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, Expectation, X> {
    let within = word("`within`").ignore_then(expr.operand.clone()).or_not();
    let name = select! { Tok::Word(text) if words::can_be_value(text) => SmolStr::new(text) };
    name.labelled("an outcome")
        .map_with(|text, e| Name { text, range: range(e.span()) })
        .then(moment(expr, &["`at`"]).or_not())
        .then(within)
        .then_ignore(end_of_entry())
        .map(|((outcome, at), within)| Expectation::Outcome { outcome, at, within })
        .boxed()
}
