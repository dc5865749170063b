//! PromQL: selectors for metrics, and whole queries with typed placeholders.
//!
//! The parser gives no places, so placeholders are found by a scan of our own and everything else is said of the
//! whole text. `$release` stands for a label's value, `$window` for a duration.

use promql_parser::label::MatchOp;
use promql_parser::parser::{self, Expr};

use crate::Fault;
use crate::limits::{self, TEXT_BYTES_MAX};

/// A query that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What it selects, if it is a selector and nothing else.
    pub selector: Option<Selector>,
    /// Whether `$release` stands in it.
    pub release: bool,
    /// Whether `$window` stands in it.
    pub window: bool,
    /// What it gives.
    pub gives: Gives,
}

/// A series selector: `http_requests_total{code=~"5.."}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The metric's name, if it is given.
    pub name: Option<String>,
    /// Labels, operators (`=`, `!=`, `=~`, `!~`) and values.
    pub matchers: Vec<(String, &'static str, String)>,
}

/// The type of a query's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// One value per series.
    Vector,
    /// One value.
    Scalar,
    /// Many values per series.
    Matrix,
    /// Text.
    Text,
}

/// The placeholders.
pub const PLACEHOLDERS: [&str; 2] = ["release", "window"];

/// Reads a query.
///
/// # Errors
/// It cannot be read, is too large or too deep, or a placeholder stands where its type does not fit.
pub fn query(text: &str) -> Result<Query, Fault> {
    limits::check(text, TEXT_BYTES_MAX)?;
    let filled = fill(text)?;
    let parsed = limits::with_stack(|| parser::parse(&filled.text).map(|expr| (selector(&expr), gives(&expr))));
    let (selector, gives) = parsed.map_err(|message| Fault::whole(message.trim().replace('\n', " ")))?;
    Ok(Query { selector, release: filled.release, window: filled.window, gives })
}

fn gives(expr: &Expr) -> Gives {
    match expr.value_type() {
        parser::value::ValueType::Vector => Gives::Vector,
        parser::value::ValueType::Scalar => Gives::Scalar,
        parser::value::ValueType::Matrix => Gives::Matrix,
        parser::value::ValueType::String => Gives::Text,
    }
}

fn selector(expr: &Expr) -> Option<Selector> {
    let Expr::VectorSelector(it) = expr else { return None };
    if it.offset.is_some() || it.at.is_some() || !it.matchers.or_matchers.is_empty() {
        return None;
    }
    let matchers = it.matchers.matchers.iter().map(|matcher| {
        let op = match &matcher.op {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Re(_) => "=~",
            MatchOp::NotRe(_) => "!~",
        };
        (matcher.name.clone(), op, matcher.value.clone())
    });
    Some(Selector { name: it.name.clone(), matchers: matchers.collect() })
}

struct Filled {
    text: String,
    release: bool,
    window: bool,
}

/// The text with a value of the right type for each placeholder.
fn fill(text: &str) -> Result<Filled, Fault> {
    let mut filled = Filled { text: String::with_capacity(text.len()), release: false, window: false };
    let mut quote: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some('"' | '\''), '\\') => {
                filled.text.push(c);
                filled.text.extend(chars.next().map(|(_, escaped)| escaped));
                continue;
            }
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (within, '$') => {
                let rest = &text[at + 1..];
                let word = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())];
                if within.is_none() || PLACEHOLDERS.contains(&word) {
                    filled.put(text, at, word, within.is_some())?;
                    for _ in word.chars() {
                        chars.next();
                    }
                    continue;
                }
            }
            _ => {}
        }
        filled.text.push(c);
    }
    Ok(filled)
}

impl Filled {
    fn put(&mut self, text: &str, at: usize, word: &str, quoted: bool) -> Result<(), Fault> {
        let range = at..at + 1 + word.len();
        let before = text[..at].trim_end();
        match word {
            _ if quoted => Err(Fault::at(range, format!("`${word}` is no part of a string: write it without quotes"))),
            "release" if before.ends_with("!=") || (before.ends_with('=') && !before.ends_with("==")) => {
                self.release = true;
                self.text.push_str("\"release\"");
                Ok(())
            }
            "release" => Err(Fault::at(range, "`$release` is the value of a label: `{version=$release}`")),
            "window" if before.ends_with(['[', ':']) || before.ends_with("offset") => {
                self.window = true;
                self.text.push_str("5m");
                Ok(())
            }
            "window" => Err(Fault::at(range, "`$window` is a duration: `[$window]`")),
            _ => {
                Err(Fault::at(range, format!("there is no placeholder `${word}`: there are `$release` and `$window`")))
            }
        }
    }
}
