//! What the design says about an answer that was lost, held against a run's journal.

use serde_json::Value;

use super::drive::Rolled;

/// The action whose effect may be carried out once only.
const ONCE: &str = "/run-charge";

/// Whatever the journal shows that the design forbids, as a sentence each.
pub(crate) fn broken(journal: &[Value], rolled: &Rolled) -> Vec<String> {
    [asks_a_person(journal, rolled), shows_evidence(rolled), probes_early(journal)].into_iter().flatten().collect()
}

/// A once-only effect whose answer was lost waits for a person unless its end was proved, and nothing else waits for
/// one. Whether what was proved is true is seen in the ledger.
fn asks_a_person(journal: &[Value], rolled: &Rolled) -> Option<String> {
    let lost = answer_lost(journal);
    let asked = rolled.questions.iter().any(|question| question.contains(ONCE));
    let others = rolled.questions.iter().find(|question| !question.contains(ONCE));
    match (lost, asked) {
        _ if others.is_some() => {
            Some(format!("a person was asked without need: {}", others.cloned().unwrap_or_default()))
        }
        (true, false) if proved(journal) => None,
        (true, false) => Some("the answer of a once-only effect was lost, and nobody was asked".to_owned()),
        (false, true) => Some(format!("a person was asked although no answer was lost: {:?}", rolled.questions)),
        (true, true) | (false, false) => None,
    }
}

/// Whether a runtime took the run up between the intent of a once-only effect and its outcome.
fn answer_lost(journal: &[Value]) -> bool {
    let about = |node: &Value| node.as_str().is_some_and(|node| node.ends_with(ONCE));
    let mut open = false;
    journal.iter().map(|record| &record["body"]).any(|body| {
        if about(&body["intent"]["node"]) {
            open = true;
        } else if body["event"] == "performed" && about(&body["node"]) {
            open = false;
        }
        open && body["event"] == "resumed"
    })
}

/// Whether the last outcome of a once-only effect is that it took place.
fn proved(journal: &[Value]) -> bool {
    let is_of_it = |node: &Value| node.as_str().is_some_and(|node| node.ends_with(ONCE));
    let bodies = journal.iter().map(|record| &record["body"]);
    let last = bodies.filter(|body| is_of_it(&body["node"])).rfind(|body| body["event"] == "performed");
    last.is_some_and(|body| !body["outcome"]["done"].is_null())
}

/// A person must be told what was asked for, under which key.
fn shows_evidence(rolled: &Rolled) -> Option<String> {
    let bare = rolled.questions.iter().find(|question| !question.contains(&format!("{}/", rolled.run)));
    bare.map(|question| format!("a person was asked without the key: {question}"))
}

/// A request whose answer was lost can still land until its own deadline, so nobody asks before.
fn probes_early(journal: &[Value]) -> Option<String> {
    let boot_ms = |record: &Value| record["at"]["boot_ms"].as_u64().unwrap_or_default();
    let mut asked: Option<(u64, u64)> = None;
    for record in journal {
        let body = &record["body"];
        if let Some(timeout_ms) = body["intent"]["request"]["timeout_ms"].as_u64()
            && body["intent"]["node"].as_str().is_some_and(|node| node.ends_with("/run-announce"))
        {
            asked = Some((boot_ms(record), timeout_ms));
        }
        if body["event"] == "probed"
            && let Some((since, timeout_ms)) = asked
            && boot_ms(record) < since + timeout_ms
        {
            return Some(format!("asked after {} ms of {timeout_ms}", boot_ms(record) - since));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::{Rolled, broken};

    fn at(boot_ms: u64, body: Value) -> Value {
        json!({"at": {"boot_ms": boot_ms}, "body": body})
    }

    fn intent(boot_ms: u64, node: &str) -> Value {
        at(boot_ms, json!({"intent": {"node": node, "request": {"timeout_ms": 100}}}))
    }

    fn rolled(questions: &[&str]) -> Rolled {
        let questions = questions.iter().map(|question| (*question).to_owned()).collect::<BTreeSet<_>>();
        Rolled { run: "01run".to_owned(), version: "v1".to_owned(), code: 0, view: Value::Null, questions }
    }

    #[test]
    fn a_lost_answer_asks_a_person_with_the_key() {
        let lost = [intent(1, "w/run-charge"), at(2, json!({"event": "resumed"}))];
        let kept = [intent(1, "w/run-charge"), at(2, json!({"event": "performed", "node": "w/run-charge"}))];
        let asked = rolled(&["w/run-charge: did 01run/w/run-charge/1 take effect?"]);
        assert_eq!(broken(&lost, &asked), [""; 0]);
        assert_eq!(broken(&kept, &rolled(&[])), [""; 0]);
        assert!(broken(&lost, &rolled(&[]))[0].contains("nobody was asked"));
        let end = |outcome: Value| at(3, json!({"event": "performed", "node": "w/run-charge", "outcome": outcome}));
        let settled = |outcome| [lost[0].clone(), lost[1].clone(), end(outcome)];
        assert_eq!(broken(&settled(json!({"done": {"value": {"output": ""}}})), &rolled(&[])), [""; 0]);
        assert!(broken(&settled(json!({"unknown": {"message": ""}})), &rolled(&[]))[0].contains("nobody was asked"));
        assert!(broken(&kept, &asked)[0].contains("no answer was lost"));
        assert!(broken(&lost, &rolled(&["w/run-charge: did it?"]))[0].contains("without the key"));
        assert!(broken(&kept, &rolled(&["w/run-stamp: 01run/w/run-stamp/1"]))[0].contains("without need"));
    }

    #[test]
    fn nobody_asks_before_the_deadline() {
        let probed = |boot_ms| at(boot_ms, json!({"event": "probed", "node": "w/run-announce"}));
        assert_eq!(broken(&[intent(5, "w/run-announce"), probed(105)], &rolled(&[])), [""; 0]);
        assert!(broken(&[intent(5, "w/run-announce"), probed(104)], &rolled(&[]))[0].contains("99 ms of 100"));
    }
}
