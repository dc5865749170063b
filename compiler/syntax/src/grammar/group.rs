//! Groups of services.

use super::list::braces;
use super::{P, Problem, docs, named, range, word};
use crate::ast::{DeclKind, Group, Member};
use chumsky::prelude::*;

/// `name { a, b after a and c }`
pub(super) fn group<'t, X: Problem<'t>>() -> P<'t, DeclKind, X> {
    let before = named("a service").separated_by(word("`and`")).at_least(1).collect();
    let member = named("a service").then(word("`after`").ignore_then(before).or_not());
    let member = member.map_with(|(service, after), e| {
        Some(Member { service, after: after.unwrap_or_default(), range: range(e.span()) })
    });
    let members = braces(docs().ignore_then(member).boxed(), |_| None).map_with(|list, e| (list, range(e.span())));
    named("the group's name")
        .then(members)
        .map(|(name, (list, range))| {
            let incomplete = list.iter().any(Option::is_none);
            DeclKind::Group(Group { name, members: list.into_iter().flatten().collect(), incomplete, range })
        })
        .boxed()
}
