//! The runs as the runtime's journal has them: when which weights held.

use serde_json::Value;

/// One weight of one release, and the time during which it held everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The release that the weight was given to.
    pub release: String,
    /// Its share of the traffic, of one.
    pub share: f64,
    /// From the proxy's answer on, UTC milliseconds.
    pub from_ms: i64,
    /// Until the next change was asked for; none when nothing followed.
    pub to_ms: Option<i64>,
}

/// The windows of a run, from its journal's records in order.
///
/// A change of weights is asked for in an intent and has happened with its outcome; between the two either may hold.
pub fn windows(records: &[Value]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    let mut asked: Option<(String, Vec<(String, f64)>)> = None;
    for record in records {
        let Some(at_ms) = record["at"]["wall_ms"].as_i64() else { continue };
        if let Some((node, shares)) = shift_asked(&record["body"]["intent"]) {
            close(&mut windows, at_ms);
            asked = Some((node, shares));
        } else if let Some((_, shares)) = asked.take_if(|(node, _)| done(&record["body"], node)) {
            let window = |(release, share)| Window { release, share, from_ms: at_ms, to_ms: None };
            windows.extend(shares.into_iter().map(window));
        }
    }
    if let Some(end) = records.last().and_then(|last| last["at"]["wall_ms"].as_i64()) {
        close(&mut windows, end);
    }
    windows
}

fn close(windows: &mut [Window], at_ms: i64) {
    for open in windows.iter_mut().filter(|w| w.to_ms.is_none()) {
        open.to_ms = Some(at_ms);
    }
}

fn shift_asked(intent: &Value) -> Option<(String, Vec<(String, f64)>)> {
    let routes = intent["request"]["task"]["shift"]["routes"].as_array()?;
    let share = |route: &Value| {
        let of_ten_thousand = route["share"].as_u64()? as f64;
        Some((route["release"].as_str()?.to_owned(), of_ten_thousand / 10_000.0))
    };
    Some((intent["node"].as_str()?.to_owned(), routes.iter().filter_map(share).collect()))
}

fn done(body: &Value, node: &str) -> bool {
    body["event"] == "performed" && body["node"] == node && body["outcome"].get("done").is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::windows;

    fn at(wall_ms: i64, body: Value) -> Value {
        json!({"at": {"wall_ms": wall_ms}, "body": body})
    }

    fn asks(node: &str, share: u32) -> Value {
        let routes = json!([{"release": "r-2", "share": share, "backends": []}]);
        json!({"intent": {"node": node, "request": {"task": {"shift": {"routes": routes}}}}})
    }

    fn answers(node: &str) -> Value {
        json!({"event": "performed", "node": node, "attempt": 1, "outcome": {"done": "none"}})
    }

    #[test]
    fn a_window_lasts_from_the_answer_to_the_next_request() {
        let records = [
            at(1, json!({"event": "started"})),
            at(10, asks("a", 500)),
            at(12, answers("a")),
            at(20, asks("b", 10_000)),
            at(21, answers("b")),
            at(30, json!({"event": "woke"})),
        ];
        let seen: Vec<_> = windows(&records).into_iter().map(|w| (w.share, w.from_ms, w.to_ms)).collect();
        assert_eq!(seen, [(0.05, 12, Some(20)), (1.0, 21, Some(30))]);
    }

    #[test]
    fn a_failed_change_has_no_window() {
        let failed = json!({"event": "performed", "node": "a", "outcome": {"failed": {"message": "no"}}});
        assert!(windows(&[at(1, asks("a", 500)), at(2, failed)]).is_empty());
    }
}
