//! P2: of no user the share is given twice.

use diagnostics::{Diagnostic, codes};
use semantics::model::{Rollout, Stage};
use semantics::value::{Piece, Value};

use crate::places::{Places, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    places.staged().flat_map(rollout_cohorts).collect()
}

/// Each cohort against those before it; after a stage for everybody nothing of them is left.
fn rollout_cohorts(rollout: &Rollout) -> Vec<Diagnostic> {
    let mut open: Vec<&Stage> = Vec::new();
    let mut found = Vec::new();
    for stage in &rollout.strategy.stages {
        let Some(cohort) = &stage.cohort else {
            open.clear();
            continue;
        };
        let twice = open.iter().find_map(|before| {
            let earlier = before.cohort.as_ref().filter(|earlier| *earlier != cohort)?;
            Some((before, common(earlier, cohort)?))
        });
        if let Some((before, value)) = twice {
            let message = format!("users with `{value}` are in two cohorts");
            let mut diagnostic = Diagnostic::error(codes::COHORTS_OVERLAP, stage.span, message)
                .note("each of the two stages would give them a share of its own")
                .help("take it out of one of them");
            if before.span != stage.span {
                diagnostic = diagnostic.also(before.span, "the first");
            }
            found.push(used(diagnostic, rollout));
        }
        open.push(stage);
    }
    found
}

/// A value that two cohorts of one attribute share. Of different attributes only the users know.
fn common(one: &Value, other: &Value) -> Option<String> {
    let (Value::Case(_, one_case, one), Value::Case(_, other_case, other)) = (one, other) else { return None };
    if one_case != other_case || one.get("name") != other.get("name") {
        return None;
    }
    let (Some(Value::List(one)), Some(Value::List(other))) = (one.get("values"), other.get("values")) else {
        return None;
    };
    one.iter().find(|value| other.contains(value)).map(text)
}

fn text(value: &Value) -> String {
    let Value::Text(pieces) = value else { return String::new() };
    let known = pieces.iter().map(|piece| match piece {
        Piece::Known(text) | Piece::Parameter(text) | Piece::Output(text, _) => text.as_str(),
    });
    known.collect()
}
