//! The words that mean something to the grammar. All are contextual: elsewhere they are ordinary names.

/// Words that begin a declaration.
pub(crate) const HEADS: &[&str] = &[
    "use",
    "type",
    "let",
    "fn",
    "environment",
    "service",
    "database",
    "migration",
    "released",
    "metric",
    "slo",
    "gate",
    "strategy",
    "action",
    "workflow",
    "group",
    "flag",
    "policy",
    "test",
    "emergency",
];

/// Declarations of things that keep their identity when they are renamed.
pub(crate) const ENTITIES: [&str; 12] = [
    "environment",
    "service",
    "database",
    "migration",
    "metric",
    "slo",
    "gate",
    "strategy",
    "action",
    "workflow",
    "group",
    "flag",
];

/// Words that begin a step.
pub(crate) const STEPS: &[&str] = &[
    "rollout", "migrate", "run", "check", "approval", "wait", "expose", "mirror", "notify", "together", "parallel",
    "series", "for", "when", "rollback", "finally", "let", "accept",
];

/// Words that other tools have for a step.
pub(crate) const SAME_STEP: [(&str, &str); 14] = [
    ("deploy", "rollout"),
    ("release", "rollout"),
    ("promote", "rollout"),
    ("if", "when"),
    ("exec", "run"),
    ("execute", "run"),
    ("script", "run"),
    ("sleep", "wait"),
    ("approve", "approval"),
    ("verify", "check"),
    ("serial", "series"),
    ("sequence", "series"),
    ("foreach", "for"),
    ("undo", "rollback"),
];

/// Words that will begin a step in a later edition.
pub(crate) const RESERVED_STEPS: [&str; 1] = ["pause"];

/// Words that begin an entry of an environment.
pub(crate) const ENVIRONMENT_ENTRIES: [&str; 3] = ["bind", "protected", "accept"];

/// Words that begin a clause of a contract.
pub(crate) const CONTRACT_CLAUSES: [&str; 8] =
    ["reads", "inserts", "updates", "upserts", "deletes", "needs", "provides", "calls"];

/// Words that begin a phase of a migration.
pub(crate) const PHASES: [&str; 3] = ["expand", "backfill", "contract"];

/// Words that begin a clause of a gate.
pub(crate) const GATE_CLAUSES: [&str; 7] = ["at", "confidence", "inconclusive", "warm", "lag", "advisory", "accept"];

/// Words that begin an entry of a test.
pub(crate) const TEST_ENTRIES: [&str; 3] = ["case", "simulate", "expect"];

/// The days of a window.
pub(crate) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Words that continue what the line before began.
const CLAUSES: &[&str] = &[
    "while", "for", "keeping", "on", "against", "within", "retry", "from", "extends", "using", "to", "then", "as",
    "in", "over", "because", "until", "except", "with", "after", "during", "where",
];

/// Words that begin a clause of a stage or stand behind a step or a head, and go on with the line before as well; they may be
/// names of values.
const STAGE_CLAUSES: [&str; 6] = ["sticky", "surge", "unavailable", "may", "runbook", "silencing"];

/// Words that join operands, as operators do.
const JOINERS: [&str; 4] = ["and", "or", "else", "of"];

/// Words that are never a name inside an expression.
const EXPRESSION: [&str; 6] = ["not", "if", "when", "is", "true", "false"];

/// Every word with which a line goes on with the line before.
pub(crate) fn continuing() -> impl Iterator<Item = &'static str> {
    [CLAUSES, &JOINERS, &STAGE_CLAUSES].into_iter().flatten().copied()
}

/// Whether a line that begins with `word` goes on with the line before.
pub(crate) fn continues_line(word: &str) -> bool {
    is_clause(word) || STAGE_CLAUSES.contains(&word)
}

fn is_clause(word: &str) -> bool {
    CLAUSES.contains(&word) || JOINERS.contains(&word)
}

/// Whether a line that ends with `word` goes on in the next line.
pub(crate) fn expects_more(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}

/// Whether `word` can be a name inside an expression.
pub(crate) fn can_be_value(word: &str) -> bool {
    !is_clause(word) && !EXPRESSION.contains(&word)
}

/// Whether `text` is one word that can name something.
#[must_use]
pub fn can_be_name(text: &str) -> bool {
    let mut letters = text.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    begins && letters.all(|it| it.is_ascii_alphanumeric() || it == '_') && can_be_value(text)
}

/// Whether `word` wants a space before an opening parenthesis.
pub(crate) fn is_spaced(word: &str) -> bool {
    is_clause(word)
        || matches!(
            word,
            "not" | "if" | "when" | "is" | "wait" | "at" | "extend" | "approval" | "least" | "most" | "confidence"
        )
}
