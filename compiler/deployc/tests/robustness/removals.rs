//! One token forgotten in a project that had no error: how many errors the author is shown.

use std::collections::BTreeMap;

use diagnostics::Diagnostic;
use semantics::{Database, SemanticModel};

use crate::corpus::loaded;
use crate::corpus::{Files, projects};
use crate::desk::{edited, significant};
use crate::numbers::Numbers;

/// Tokens tried in a test; `FUZZ_ALL` tries every token.
const SAMPLE: usize = 300;

/// How many errors a removal gave, and how often it was so many.
#[derive(Default)]
struct Distribution {
    counts: BTreeMap<usize, usize>,
    /// The removals that gave the most.
    worst: Vec<(usize, String)>,
}

impl Distribution {
    fn add(&mut self, errors: usize, what: impl FnOnce() -> String) {
        *self.counts.entry(errors).or_default() += 1;
        if errors > 2 {
            self.worst.push((errors, what()));
        }
    }

    fn tried(&self) -> usize {
        self.counts.values().sum()
    }

    /// The share of removals that gave so many errors or fewer.
    fn within(&self, errors: usize) -> f64 {
        self.counts.range(..=errors).map(|(_, times)| *times).sum::<usize>() as f64 / self.tried() as f64
    }

    fn show(&mut self) {
        for (errors, times) in &self.counts {
            let share = 100.0 * *times as f64 / self.tried() as f64;
            println!("{errors} errors: {times} removals, {share:.1} %");
        }
        self.worst.sort();
        self.worst.iter().rev().take(20).for_each(|(errors, what)| println!("{errors} errors: {what}"));
    }
}

/// The errors of a project, each at its place.
fn errors(db: &Database) -> Vec<Diagnostic> {
    let mut found = checks::check_all(&SemanticModel::new(db));
    found.retain(Diagnostic::is_error);
    found
}

/// Every source of every project, or of one project in so many, that has no error.
fn sound(one_in: usize) -> Vec<(Files, usize)> {
    let mut sound = Vec::new();
    for files in projects().into_iter().step_by(one_in) {
        if errors(&loaded(&files)).is_empty() {
            let sources = (0..files.len()).filter(|at| files[*at].0.ends_with(".deploy"));
            sound.extend(sources.map(|at| (files.clone(), at)));
        }
    }
    sound
}

fn remove_from(files: &Files, at: usize, wanted: impl Fn() -> bool, into: &mut Distribution) {
    let (path, text) = &files[at];
    let mut db = loaded(files);
    for token in significant(text) {
        if !wanted() {
            continue;
        }
        let without = edited(text, token.start, token.end, "");
        db.set_text(path, without.as_str());
        let found = errors(&db);
        into.add(found.len(), || {
            let line = text[..token.start as usize].lines().count();
            let rest = text[token.start as usize..].lines().next().unwrap_or_default();
            let said: Vec<_> = found.iter().map(|it| format!("{} {}", it.code, it.message)).collect();
            format!("`{}` before `{rest}` in line {line} of {path}: {}", token.text(text), said.join(" · "))
        });
    }
}

#[test]
fn a_forgotten_token_is_one_error_and_never_a_flood() {
    let all = std::env::var_os("FUZZ_ALL").is_some();
    let sound = sound(if all { 1 } else { 5 });
    let tokens: usize = sound.iter().map(|(files, at)| significant(&files[*at].1).len()).sum();
    let numbers = std::cell::RefCell::new(Numbers(11));
    let wanted = || all || numbers.borrow_mut().below(tokens) < SAMPLE;
    let mut distribution = Distribution::default();
    for (files, at) in &sound {
        remove_from(files, *at, wanted, &mut distribution);
    }
    distribution.show();
    assert!(distribution.tried() > SAMPLE / 2, "{}", distribution.tried());
    assert!(distribution.within(2) > 0.95, "{:?}", distribution.counts);
}

#[test]
fn every_truncation_of_every_text_is_survived() {
    let all = std::env::var_os("FUZZ_ALL").is_some();
    let mut numbers = Numbers(12);
    for text in crate::corpus::texts() {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            if all || numbers.below(text.len()) < 4 {
                crate::targets::Target::Parser.feed(&text.as_bytes()[..end]);
            }
        }
    }
}
