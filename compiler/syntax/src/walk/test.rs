//! The walk over a test.

use super::{Visitor, args, expr, str_part};
use crate::ast::{Event, EventKind, Expectation, Moment, Test, TestEntryKind};

pub(super) fn test(test: &Test, visitor: &mut dyn Visitor) {
    test.title.iter().for_each(|part| str_part(part, visitor));
    for entry in &test.entries {
        match &entry.kind {
            TestEntryKind::Case(row) => args(row, visitor),
            TestEntryKind::Simulate(it) => {
                visitor.mention(&it.workflow);
                args(&it.args, visitor);
                it.events.iter().for_each(|it| event(it, visitor));
            }
            TestEntryKind::Events(events) => events.iter().for_each(|it| event(it, visitor)),
            TestEntryKind::Expect { what, .. } => expectation(what, visitor),
            TestEntryKind::Error => {}
        }
    }
}

fn event(event: &Event, visitor: &mut dyn Visitor) {
    match &event.kind {
        EventKind::Metric { reading, value } => {
            expr(reading, visitor);
            expr(value, visitor);
        }
        EventKind::Crash | EventKind::Silent | EventKind::Unready(_) => {}
        EventKind::Fails { action, times } => {
            visitor.mention(action);
            times.iter().for_each(|times| expr(times, visitor));
        }
        EventKind::Approval { by, .. } => by.iter().for_each(|by| expr(by, visitor)),
    }
    event.at.iter().for_each(|at| moment(at, visitor));
    event.lasts.iter().for_each(|lasts| expr(lasts, visitor));
}

fn moment(moment: &Moment, visitor: &mut dyn Visitor) {
    match moment {
        Moment::Stage { weight, service, environment, .. } => {
            expr(weight, visitor);
            service.iter().chain(environment).for_each(|name| visitor.mention(name));
        }
        Moment::Time(time) => expr(time, visitor),
    }
}

fn expectation(expectation: &Expectation, visitor: &mut dyn Visitor) {
    match expectation {
        Expectation::Outcome { at, within, .. } => {
            at.iter().for_each(|at| moment(at, visitor));
            within.iter().for_each(|within| expr(within, visitor));
        }
        Expectation::Budget { slo, limit, .. } => {
            slo.iter().for_each(|slo| visitor.mention(slo));
            expr(limit, visitor);
        }
        Expectation::Exposure { limit, .. } => expr(limit, visitor),
        Expectation::Ran { what, .. } => visitor.mention(what),
        Expectation::Holds(condition) => expr(condition, visitor),
    }
}
