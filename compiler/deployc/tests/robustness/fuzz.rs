//! Mutated texts for every phase: a few in a test, as many as fit into `FUZZ_MINUTES` where that is set.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::numbers::Numbers;
use crate::shrink::shrunk;
use crate::targets::Target;

/// The longest that one input may take where there are minutes: far beyond what any of these sizes needs.
const SLOW: Duration = Duration::from_secs(10);

/// How much is tried.
struct Budget {
    inputs: usize,
    until: Option<Instant>,
}

impl Budget {
    fn of(inputs: usize) -> Self {
        let minutes: Option<f64> = std::env::var("FUZZ_MINUTES").ok().map(|it| it.parse().unwrap());
        let until = minutes.map(|minutes| Instant::now() + Duration::from_secs_f64(60.0 * minutes));
        Self { inputs, until }
    }

    fn allows(&self, tried: usize) -> bool {
        self.until.map_or(tried < self.inputs, |until| Instant::now() < until)
    }
}

fn fuzz(target: Target, inputs: usize) {
    let seed: u64 = std::env::var("FUZZ_SEED").ok().map_or(20_260, |it| it.parse().unwrap());
    let (budget, seeds) = (Budget::of(inputs), target.seeds());
    let mut numbers = Numbers(seed);
    let (mut tried, mut slowest) = (0, Duration::ZERO);
    while budget.allows(tried) {
        let input = target.input(&seeds, &mut numbers);
        // What overflows the stack ends the process: the input is on the disk by then.
        let kept = budget.until.map(|_| keep(target, "last", &input));
        let begun = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| target.feed(&input))).is_err() {
            failed(target, &input);
        }
        let took = begun.elapsed();
        slowest = slowest.max(took);
        assert!(kept.is_none() || took < SLOW, "{target:?} took {took:?}: {kept:?}");
        tried += 1;
    }
    println!("{}: {tried} inputs of seed {seed}, the slowest in {slowest:.1?}", target.name());
}

/// Keeps the input, made as small as it can be, and ends.
fn failed(target: Target, input: &[u8]) -> ! {
    let fails = |bytes: &[u8]| catch_unwind(AssertUnwindSafe(|| target.feed(bytes))).is_err();
    let small = shrunk(input, fails);
    let path = keep(target, "failed", &small);
    panic!("{} fails on {}:\n{}", target.name(), path.display(), String::from_utf8_lossy(&small));
}

fn keep(target: Target, what: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{}-{what}", target.name()));
    std::fs::write(&path, input).unwrap();
    path
}

#[test]
fn lexer() {
    fuzz(Target::Lexer, 2_000);
}

#[test]
fn parser() {
    fuzz(Target::Parser, 600);
}

#[test]
fn formatter() {
    fuzz(Target::Formatter, 600);
}

#[test]
fn checker() {
    fuzz(Target::Checker, 150);
}

#[test]
fn plan() {
    fuzz(Target::Plan, 2_000);
}
