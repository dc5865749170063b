//! The points of a run, from the journal of a run that nothing interrupted: before and after every append and every
//! effect. They are named as `deployd internal serve-until` reads them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The points of a whole run, in order.
pub(crate) fn of(journal: &[Value]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut points = Vec::new();
    for record in journal {
        let Some((kind, node)) = name_of(&record["body"]) else { continue };
        let place = if kind == "intent" { "perform".to_owned() } else { format!("append:{kind}") };
        let place = format!("{place}@{node}");
        let ordinal = seen.entry(place.clone()).or_default();
        *ordinal += 1;
        points.extend(["before", "after"].map(|moment| format!("{moment}-{place}#{ordinal}")));
    }
    points
}

/// The points of the way back: those of the record that turned the run around, and all that follow; and those of a stop
/// and a start of the runtime before it.
pub(crate) fn of_way_back(journal: &[Value]) -> Vec<String> {
    let is_back =
        |record: &Value| record["body"]["intent"]["node"].as_str().is_some_and(|node| node.contains("/back/"));
    let turned = journal.iter().position(is_back).unwrap_or(journal.len()).saturating_sub(1);
    let restarts = |point: &String| point.contains("-append:stopping@") || point.contains("-append:resumed@");
    let before: BTreeSet<String> = of(&journal[..turned]).into_iter().filter(|point| !restarts(point)).collect();
    of(journal).into_iter().filter(|point| !before.contains(point)).collect()
}

/// A record's kind and node. A look that settles nothing depends on timing, so it names no point.
fn name_of(body: &Value) -> Option<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(intent) = body.get("intent") {
        return Some(("intent".to_owned(), text(&intent["node"])));
    }
    let event = body.get("event")?.as_str()?;
    match event {
        "signalled" => Some((event.to_owned(), text(&body["kind"]["kind"]))),
        "judged" => match body["evidence"]["verdict"].as_str()? {
            "inconclusive" => None,
            verdict => Some((format!("judged-{verdict}"), text(&body["node"]))),
        },
        _ => Some((event.to_owned(), text(&body["node"]))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn journal() -> Vec<Value> {
        let bodies = [
            json!({"event": "started"}),
            json!({"event": "performed", "node": "w/shift"}),
            json!({"event": "judged", "node": "w/hold", "evidence": {"verdict": "inconclusive"}}),
            json!({"event": "judged", "node": "w/hold", "evidence": {"verdict": "fail"}}),
            json!({"intent": {"node": "w/back/ensure"}}),
            json!({"event": "performed", "node": "w/back/ensure"}),
        ];
        bodies.into_iter().map(|body| json!({"body": body})).collect()
    }

    #[test]
    fn every_append_and_every_effect_has_two_points() {
        let points = super::of(&journal());
        assert_eq!(points.len(), 10);
        assert_eq!(points[0], "before-append:started@#1");
        assert_eq!(points[7], "after-perform@w/back/ensure#1");
    }

    #[test]
    fn the_way_back_begins_with_what_turned_the_run_around() {
        let points = super::of_way_back(&journal());
        assert_eq!(points.len(), 6);
        assert_eq!(points[0], "before-append:judged-fail@w/hold#1");
    }
}
