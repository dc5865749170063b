//! Every word that means something to the grammar, for those that colour or complete texts without parsing them.

use crate::words;

/// Words of the grammar that play the same part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keywords {
    /// The part: `declarations`, `around`, `steps`, `operators`, `constants`, `weekdays`, `languages`, `phrases`,
    /// `clauses`.
    pub part: &'static str,
    /// The words; a few play two parts.
    pub words: &'static [&'static str],
}

/// Words that stand before the head of a declaration or behind its name.
const AROUND: &[&str] = &["pub", "formerly", "extends"];

/// Operators that are words.
const OPERATORS: &[&str] = &["and", "or", "not", "is", "if", "then", "else"];

/// Values that are words.
const CONSTANTS: &[&str] = &["true", "false"];

/// Words before a string in another language.
const LANGUAGES: &[&str] = &["promql", "sql"];

/// Words that mean something only behind the word before them: `at least`, `warm up`, `one at a time`, `after the fact`.
const PHRASES: &[&str] = &["a", "fact", "least", "most", "the", "time", "up"];

/// All others.
#[rustfmt::skip]
const CLAUSES: &[&str] = &[
    "advisory", "after", "against", "as", "ask", "at", "backfill", "batches", "because", "bind", "budget", "burns", "by",
    "calls", "case", "confidence", "continue", "contract", "crash", "deletes", "during", "except", "expand", "expect",
    "exposure", "extend", "failure", "fails", "freeze", "from", "given", "good", "hold", "idempotent", "in",
    "inconclusive", "index", "inserts", "instances", "keep", "keeping", "lag", "may", "metrics", "missing", "needs",
    "never", "of", "on", "once", "one", "over", "pause", "probeable", "protected", "provides", "ran", "reads", "refused",
    "release", "replicas", "requests", "require", "retry", "runbook", "set", "silencing", "silent", "simulate", "spend",
    "spent", "stage", "sticky", "stop", "surge", "times", "to", "unavailable", "under", "unready", "until", "updates", "upserts", "using",
    "warm", "where", "while", "with", "within",
];

/// Every word of the grammar, by the part that it plays. All are contextual: elsewhere they are ordinary names.
#[must_use]
pub fn keywords() -> [Keywords; 9] {
    let part = |part, words| Keywords { part, words };
    [
        part("declarations", words::HEADS),
        part("around", AROUND),
        part("steps", words::STEPS),
        part("operators", OPERATORS),
        part("constants", CONSTANTS),
        part("weekdays", &words::WEEKDAYS),
        part("languages", LANGUAGES),
        part("phrases", PHRASES),
        part("clauses", CLAUSES),
    ]
}

/// Words with which a line goes on with the line before.
pub fn continuing() -> impl Iterator<Item = &'static str> {
    words::continuing()
}
