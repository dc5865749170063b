//! The points at which a runtime can be held, so that it is killed there and nowhere else.
//!
//! A point is named by what happens there and how often it happened before, never by time:
//! `before-append:performed@release/run-charge#1`, `after-perform@release/shop-to-local/50%/shift#1`.

use std::fmt;
use std::future::pending;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// On which side of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Nothing of it has happened yet.
    Before,
    /// All of it has happened, and the engine does not know yet.
    After,
}

/// What happens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Something becomes durable: records, among them one of this kind, a `note` under a client's key, or a `prune`.
    Append(String),
    /// An effect is performed.
    Perform,
    /// A provider is asked whether an effect took place.
    Probe,
    /// A provider sees an effect to its end whose answer was lost.
    Settle,
}

/// A point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    moment: Moment,
    place: Place,
    /// The node, or the word of a signal; empty for what concerns the whole run.
    node: String,
    /// From 1, counted since the process began.
    ordinal: u32,
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "`{text}` is not a point: write `before-append:KIND@NODE#1`, `after-perform@NODE#1` or `before-probe@NODE#1`"
            )
        };
        let (moment, rest) = text.split_once('-').ok_or_else(bad)?;
        let (rest, ordinal) = rest.rsplit_once('#').ok_or_else(bad)?;
        let (place, node) = rest.split_once('@').ok_or_else(bad)?;
        let moment = match moment {
            "before" => Moment::Before,
            "after" => Moment::After,
            _ => return Err(bad()),
        };
        let place = match place.split_once(':') {
            Some(("append", kind)) => Place::Append(kind.to_owned()),
            None if place == "perform" => Place::Perform,
            None if place == "probe" => Place::Probe,
            None if place == "settle" => Place::Settle,
            Some(_) | None => return Err(bad()),
        };
        let ordinal = ordinal.parse().ok().filter(|ordinal| *ordinal > 0).ok_or_else(bad)?;
        Ok(Self { moment, place, node: node.to_owned(), ordinal })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = match self.moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        match &self.place {
            Place::Append(kind) => write!(f, "{moment}-append:{kind}")?,
            Place::Perform => write!(f, "{moment}-perform")?,
            Place::Probe => write!(f, "{moment}-probe")?,
            Place::Settle => write!(f, "{moment}-settle")?,
        }
        write!(f, "@{}#{}", self.node, self.ordinal)
    }
}

/// What a journal record is called in a point: its kind, and the node it is about.
pub(crate) fn name_of(body: &Value) -> Option<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(intent) = body.get("intent") {
        return Some(("intent".to_owned(), text(&intent["node"])));
    }
    if body.get("rebuilt").is_some() {
        return Some(("rebuilt".to_owned(), String::new()));
    }
    let event = body.get("event")?.as_str()?;
    Some(match event {
        "signalled" => (event.to_owned(), text(&body["kind"]["kind"])),
        "judged" => (format!("judged-{}", text(&body["evidence"]["verdict"])), text(&body["node"])),
        _ => (event.to_owned(), text(&body["node"])),
    })
}

/// The node of an idempotency key `run/node/attempt-group`.
pub(crate) fn node_of(key: &str) -> &str {
    let node = key.split_once('/').map_or("", |(_, rest)| rest);
    node.rsplit_once('/').map_or("", |(node, _)| node)
}

/// Holds whoever comes to a point, for ever.
pub(crate) struct Barrier {
    point: Point,
    marker: PathBuf,
    seen: AtomicU32,
}

impl Barrier {
    /// One that writes the point's name into `marker` when it is reached.
    pub(crate) fn new(point: Point, marker: PathBuf) -> Self {
        Self { point, marker, seen: AtomicU32::new(0) }
    }

    /// Passes, or never returns.
    pub(crate) async fn pass(&self, moment: Moment, place: &Place, node: &str) {
        let here = self.point.moment == moment && self.point.place == *place && self.point.node == node;
        if here && self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.point.ordinal {
            self.mark();
            pending::<()>().await;
        }
    }

    fn mark(&self) {
        let marked = std::fs::File::create(&self.marker).and_then(|mut file| writeln!(file, "{}", self.point));
        if let Err(error) = marked {
            crate::context::note(&format!("cannot write {}: {error}", self.marker.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_written() {
        for text in [
            "before-append:performed@release/run-charge#1",
            "after-append:started@#1",
            "after-perform@release/shop-to-local/50%#2/shift#3",
            "before-probe@release/run-announce#1",
            "after-settle@release/run-charge#1",
        ] {
            assert_eq!(text.parse::<Point>().unwrap().to_string(), text);
        }
        for text in ["", "before-perform@x", "before-perform@x#0", "at-perform@x#1", "after-sleep@x#1"] {
            assert!(text.parse::<Point>().unwrap_err().contains("is not a point"), "{text}");
        }
    }

    #[test]
    fn records_and_keys_name_their_node() {
        let intent = json!({"intent": {"node": "a/b", "request": {}}});
        assert_eq!(name_of(&intent), Some(("intent".to_owned(), "a/b".to_owned())));
        let judged = json!({"event": "judged", "node": "n", "evidence": {"verdict": "pass"}});
        assert_eq!(name_of(&judged), Some(("judged-pass".to_owned(), "n".to_owned())));
        let said = json!({"event": "signalled", "kind": {"kind": "pause"}});
        assert_eq!(name_of(&said), Some(("signalled".to_owned(), "pause".to_owned())));
        assert_eq!(name_of(&json!({"care": {}})), None);
        assert_eq!(node_of("01run/release/shop-to-local/50%/shift/1"), "release/shop-to-local/50%/shift");
        assert_eq!(node_of("odd"), "");
    }
}
