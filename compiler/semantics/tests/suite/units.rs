//! The table of units: what every operator makes of every pair of types, as the reference prints it.
//!
//! `BLESS=1` writes what was found into the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use semantics::{Database, SemanticModel, SourceText};

const TYPES: [(&str, &str); 16] = [
    ("Int", "12"),
    ("Factor", "1.5"),
    ("Ratio", "5%"),
    ("Points", "2pp"),
    ("Duration", "2d"),
    ("Rate", "400 req/s"),
    ("Bytes", "2KiB"),
    ("Money", "3 EUR"),
    ("Date", "2027-01-31"),
    ("Time", "09:00"),
    ("Bool", "true"),
    ("String", "\"text\""),
    ("Digest", "digest"),
    ("Window", "window"),
    ("List", "[1]"),
    ("Secret", "hidden"),
];

const OPERATORS: [&str; 6] = ["+", "-", "*", "/", "==", "<"];

const BEFORE: &str = "\
type Mark = { nothing: Int }
let hidden: Secret<String> = secret(\"file:/run/secrets/canary\")
let digest: Digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"
let window: Window = 09:00..16:00 in \"UTC\"
";

/// What is said of each line; where something is wrong with the operator, that.
fn said(text: &str) -> BTreeMap<usize, String> {
    let mut db = Database::default();
    db.set_sources("2026", vec![SourceText { path: "main.deploy".to_owned(), text: Arc::from(text) }]);
    let model = SemanticModel::new(&db);
    let line = |at: u32| text[..at as usize].matches('\n').count();
    let mut said = BTreeMap::new();
    for it in model.diagnostics() {
        let (line, is_wrong) = (line(it.primary.span.start), !it.message.contains(EXPECTED));
        if is_wrong || !said.contains_key(&line) {
            said.insert(line, it.message);
        }
    }
    said
}

/// What is said of a line whose operator is right.
const EXPECTED: &str = "needs a Mark, but this is ";

/// The type that an expression has: what a mark is expected instead of.
fn type_of(said: Option<&String>) -> &str {
    let message = said.expect("every line has a finding");
    let ty = message.split(EXPECTED).nth(1).unwrap_or("–");
    ty.trim_start_matches("an ").trim_start_matches("a ")
}

fn table() -> String {
    let mut text = BEFORE.to_owned();
    let before = BEFORE.lines().count();
    for (place, (operator, left, right)) in combinations().enumerate() {
        let _ = writeln!(text, "pub let a{place}: Mark = {left} {operator} {right}", left = left.1, right = right.1);
    }
    let said = said(&text);
    let mut page = String::new();
    for (number, operator) in OPERATORS.iter().enumerate() {
        let heads: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        let _ = writeln!(page, "\n## `{operator}`\n\n| | {} |\n|---{}|", heads.join(" | "), "|---".repeat(TYPES.len()));
        for (row, (left, _)) in TYPES.iter().enumerate() {
            let start = before + (number * TYPES.len() + row) * TYPES.len();
            let cells: Vec<&str> = (0..TYPES.len()).map(|at| type_of(said.get(&(start + at)))).collect();
            let _ = writeln!(page, "| **{left}** | {} |", cells.join(" | "));
        }
    }
    page
}

type Sample = (&'static str, &'static str);

fn combinations() -> impl Iterator<Item = (&'static str, Sample, Sample)> {
    let pairs = || TYPES.iter().flat_map(|left| TYPES.iter().map(move |right| (*left, *right)));
    OPERATORS.iter().flat_map(move |operator| pairs().map(move |(left, right)| (*operator, left, right)))
}

#[test]
fn the_reference_shows_every_pair() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/units.md");
    let head = "# Which units go together\n\nThe left operand stands at the left, the right one at the top; `–` is an error (`E0301`, `E0302`, `E0303`, `E0305`).\n`Count` is as `Int`. Text is put together in strings: `\"${a}${b}\"`. `100% - 5%` alone is a Ratio, because it is the rest.\n";
    let found = format!("{head}{}", table());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).expect("the page can be written");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), found);
}
