//! Strategies are written in the language: no Rust code knows one by name.

use super::nothing_to_say;
use super::repository::{code_of, is_test, rust_sources, texts};

/// Strategies that share their name with an arm of a gate, a word of the language that Rust does know.
const ALSO_ARMS: &[&str] = &["canary", "shadow"];

#[test]
fn no_strategy_is_known_by_name() {
    let names: Vec<String> = texts("stdlib", &["deploy"]).iter().flat_map(|t| strategies_in(&t.text)).collect();
    let mut complaints = Vec::new();
    for source in rust_sources().iter().filter(|s| !is_test(&s.path)) {
        let code = code_of(&source.text);
        let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for name in names.iter().filter(|n| !ALSO_ARMS.contains(&n.as_str())) {
            if words.iter().any(|w| w == name || *w == upper_camel(name)) {
                complaints.push(format!(
                    "{}: knows the strategy `{name}` by name; express what is needed in the stage model",
                    source.path
                ));
            }
        }
    }
    nothing_to_say(complaints);
}

fn strategies_in(text: &str) -> Vec<String> {
    let heads = text.lines().filter_map(|line| line.trim().trim_start_matches("pub ").strip_prefix("strategy "));
    heads.map(|head| head.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

fn upper_camel(name: &str) -> String {
    let parts = name.split('_').map(|part| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    parts.collect()
}
