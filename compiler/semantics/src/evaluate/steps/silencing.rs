//! Silences: what they match is named, and they end.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::SilencingBody;
use crate::model::Silence;
use crate::value::{Piece, Value};

/// The longest silence: a week, in milliseconds. Whatever is silent for longer is not watched.
const LONGEST_MS: i64 = 7 * 24 * 3_600_000;

impl Evaluator<'_> {
    pub(super) fn silence(&mut self, body: &SilencingBody) -> Option<Silence> {
        let at_most_ms = self.period(&body.at_most, "`for at most`");
        let at_most_ms = at_most_ms.and_then(|ms| self.short_enough(ms, body.at_most.span));
        let matching = match self.value(&body.matching) {
            Value::Map(entries) => entries.iter().map(|(name, value)| known(name, value)).collect::<Option<Vec<_>>>(),
            other => return self.not_constant(&body.matching, &other),
        };
        let Some(matching) = matching else {
            self.report(Diagnostic::error(
                codes::KNOWN_DURING_RUN,
                body.matching.span,
                "what is silenced must be known when compiled",
            ));
            return None;
        };
        let sound = self.names_something(&matching, body.matching.span);
        Some(Silence { matching, at_most_ms: at_most_ms?, span: body.span }).filter(|_| sound)
    }

    fn short_enough(&mut self, ms: i64, at: Span) -> Option<i64> {
        if ms <= LONGEST_MS {
            return Some(ms);
        }
        let message = "nothing is silent for longer than 7d: nobody would notice that it is broken";
        self.report(Diagnostic::error(codes::UNBOUND_SILENCE, at, message).help("end it with the step that needs it"));
        None
    }

    /// Whoever matches everything hides the alert that would have told.
    fn names_something(&mut self, matching: &[(SmolStr, SmolStr)], at: Span) -> bool {
        let why = match matching.iter().find(|(name, value)| value.is_empty() || !is_label(name)) {
            None if matching.is_empty() => "this silences every alert".to_owned(),
            None => return true,
            Some((name, value)) if value.is_empty() => {
                format!("an empty `{name}` silences every alert without that label")
            }
            Some((name, _)) => format!("`{name}` is no name of a label"),
        };
        let help =
            "name the labels of the alerts that the step sets off: `silencing { service = \"shop\" } for at most 2h`";
        self.report(Diagnostic::error(codes::UNBOUND_SILENCE, at, why).help(help));
        false
    }
}

fn known(name: &SmolStr, value: &Value) -> Option<(SmolStr, SmolStr)> {
    let Value::Text(pieces) = value else { return None };
    let text = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Some(text.as_str()),
        Piece::Parameter(_) | Piece::Output(..) => None,
    });
    text.collect::<Option<String>>().map(|text| (name.clone(), text.into()))
}

/// Prometheus' data model: a letter or `_`, then letters, digits and `_`.
fn is_label(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(fits) && name.starts_with(|c: char| !c.is_ascii_digit())
}
