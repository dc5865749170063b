//! P14: an approval that people can give.

use std::collections::BTreeSet;

use diagnostics::{Diagnostic, codes};
use semantics::model::{Approval, Step};
use semantics::value::Value;

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    places.approvals.iter().filter_map(|(step, approval)| reachable(step, approval)).collect()
}

fn reachable(step: &Step, approval: &Approval) -> Option<Diagnostic> {
    let people = people(&approval.from)?;
    let quorum = usize::try_from(approval.quorum).ok()?;
    if quorum <= people {
        return None;
    }
    let named = match people {
        0 => "nobody is".to_owned(),
        1 => "only one person is".to_owned(),
        more => format!("only {more} people are"),
    };
    let asked = match quorum {
        1 => "an approval is asked for".to_owned(),
        more => format!("{more} approvals are asked for"),
    };
    let diagnostic = Diagnostic::error(codes::QUORUM, step.span, format!("{asked}, but {named} named"))
        .help("name more people, or a group, or ask for fewer");
    Some(diagnostic)
}

/// How many people are named; nothing where only the runtime knows, as with a group.
fn people(from: &Value) -> Option<usize> {
    let Value::Case(_, _, payload) = from else { return None };
    let mut fields = payload.values();
    match (fields.next(), fields.next()) {
        // A case without payload stands for one person.
        (None, _) => Some(1),
        (Some(Value::List(names)), None) => {
            let distinct: BTreeSet<String> = names.iter().map(|name| format!("{name:?}")).collect();
            Some(distinct.len())
        }
        (Some(_), _) => None,
    }
}
