//! The property: whatever was edited, and however many threads ask, the answer is that of a fresh start.

use std::collections::BTreeMap;

use diagnostics::render;
use semantics::{Database, SemanticModel};

use crate::answers::{Answers, answers, asked_by_two, parting};
use crate::edits::{grow, harm};
use crate::file;
use crate::numbers::Numbers;
use crate::spoil::spoilt;
use crate::world::World;

/// States of each run, and edits before each of them.
const STATES: usize = 150;
const EDITS: usize = 6;

/// A database that goes from state to state.
struct Held {
    db: Database,
    sources: BTreeMap<String, String>,
}

impl Held {
    fn become_these(&mut self, sources: BTreeMap<String, String>) {
        for path in self.sources.keys().filter(|path| !sources.contains_key(*path)) {
            self.db.remove(path);
        }
        for (at, (path, text)) in sources.iter().enumerate() {
            self.db.set_text(path, text.as_str());
            if at % 2 == 0 {
                self.db.open(path);
            }
        }
        self.sources = sources;
    }
}

fn fresh(sources: &BTreeMap<String, String>) -> Answers {
    let mut db = Database::default();
    db.set_sources("2026", sources.iter().map(|(path, text)| file(path, text)).collect());
    answers(&db)
}

/// A walk through states; how many of them have no error, and how many edits lay between them.
fn walk(seed: u64, ask: fn(&Database) -> Answers) -> (usize, usize) {
    let mut numbers = Numbers(seed);
    let mut world = World::new(5);
    let mut held = Held { db: Database::default(), sources: BTreeMap::new() };
    held.db.set_sources("2026", Vec::new());
    let (mut sound, mut edits) = (0, 0);
    for state in 0..STATES {
        let sources = next(&mut world, &mut numbers, state, &mut edits);
        held.become_these(sources);
        let (found, expected) = (ask(&held.db), fresh(&held.sources));
        let (same, apart) = (found.text == expected.text, || parting(&found.text, &expected.text));
        assert!(same, "seed {seed}, state {state}\n{}\n{:#?}", apart(), held.sources);
        sound += usize::from(found.sound);
    }
    (sound, edits)
}

/// The next state: of a project that is being built, and in every other one something is left undone.
fn next(world: &mut World, numbers: &mut Numbers, state: usize, edits: &mut usize) -> BTreeMap<String, String> {
    for _ in 0..EDITS {
        grow(world, numbers);
    }
    *edits += EDITS;
    if state.is_multiple_of(2) {
        return world.sources();
    }
    let mut damaged = world.clone();
    let wounds = 1 + numbers.below(2);
    (0..wounds).for_each(|_| harm(&mut damaged, numbers));
    *edits += wounds;
    let mut sources = damaged.sources();
    if numbers.percent(30) {
        let chosen = numbers.below(sources.len());
        if let Some(text) = sources.values_mut().nth(chosen) {
            *text = spoilt(text, numbers);
            *edits += 1;
        }
    }
    sources
}

fn holds(seeds: [u64; 2], ask: fn(&Database) -> Answers) {
    let walks = seeds.map(|seed| walk(seed, ask));
    let (sound, edits) = walks.iter().fold((0, 0), |(a, b), (sound, edits)| (a + sound, b + edits));
    assert!(sound * 10 >= seeds.len() * STATES * 3, "only {sound} states have no error");
    assert!(edits >= 1_500, "{edits}");
}

#[test]
fn after_any_edits_the_answer_is_that_of_a_fresh_start() {
    holds([1, 2], answers);
}

#[test]
fn two_threads_find_what_a_fresh_start_finds() {
    holds([3, 4], asked_by_two);
}

#[test]
fn an_untouched_project_is_sound() {
    let mut db = Database::default();
    db.set_sources("2026", World::new(5).sources().iter().map(|(path, text)| file(path, text)).collect());
    let model = SemanticModel::new(&db);
    assert_eq!(render::short(&model.diagnostics(), &model), "");
}
