//! Every question at every offset, of texts that are whole, cut off anywhere, or have a hole: each has an answer.

use diagnostics::{FileId, Span};
use ide::{Risks, Snapshot};

use crate::examples::examples;

/// Offsets between two that are tried, where not all of them are.
const STEP: usize = 7;

fn ask_everything(snapshot: &Snapshot, risks: &Risks, file: FileId, offset: u32) {
    let _ = ide::definition(snapshot, file, offset);
    let _ = ide::type_definition(snapshot, file, offset);
    let _ = ide::highlights(snapshot, file, offset);
    let _ = ide::prepare_rename(snapshot, file, offset);
    let _ = ide::prepare_calls(snapshot, file, offset);
    let _ = ide::hover(snapshot, risks, file, offset);
    let _ = ide::signature_help(snapshot, file, offset);
    let _ = ide::refactorings(snapshot, Span::new(file, offset, offset));
    let _ = ide::completion(snapshot, file, offset);
}

fn ask_of_the_file(snapshot: &Snapshot, risks: &Risks, file: FileId) {
    let all = Span::new(file, 0, u32::MAX);
    let _ = ide::inlay_hints(snapshot, risks, all);
    for lens in ide::lenses(snapshot, file) {
        if let ide::Act::References(symbol) = lens.act {
            let _ = ide::references_of(snapshot, &symbol);
            let _ = ide::incoming_calls(snapshot, &symbol);
            let _ = ide::outgoing_calls(snapshot, &symbol);
        }
    }
    let _ = ide::rename_file(snapshot, file, "elsewhere.deploy");
}

/// Byte offsets of a text, one past its end and far past it.
fn offsets(text: &str, first: usize, step: usize) -> impl Iterator<Item = u32> {
    let inside = (first..=text.len()).step_by(step).map(|at| u32::try_from(at).expect("examples are short"));
    inside.chain([u32::try_from(text.len()).expect("examples are short") + 1, u32::MAX])
}

#[test]
fn every_question_at_every_offset_of_the_examples() {
    for (at, example) in examples().iter().enumerate() {
        for (path, text) in &example.sources {
            let snapshot = example.snapshot(path, text);
            let (file, risks) = (snapshot.file(path).expect("it is there"), Risks::assess(&snapshot));
            ask_of_the_file(&snapshot, &risks, file);
            for offset in offsets(text, at % STEP, STEP) {
                ask_everything(&snapshot, &risks, file, offset);
            }
        }
    }
}

#[test]
fn every_question_behind_the_end_of_what_is_written_so_far() {
    for example in examples() {
        for (path, text) in &example.sources {
            let mut seed = fastrand::Rng::with_seed(u64::try_from(text.len()).expect("examples are short"));
            for _ in 0..24 {
                let cut = char_boundary(text, seed.usize(..=text.len()));
                let hole = char_boundary(text, (cut + seed.usize(..200)).min(text.len()));
                for written in [text[..cut].to_owned(), format!("{}{}", &text[..cut], &text[hole..])] {
                    let snapshot = example.snapshot(path, &written);
                    let (file, risks) = (snapshot.file(path).expect("it is there"), Risks::assess(&snapshot));
                    let end = u32::try_from(cut).expect("examples are short");
                    ask_of_the_file(&snapshot, &risks, file);
                    ask_everything(&snapshot, &risks, file, end);
                    ask_everything(&snapshot, &risks, file, end.saturating_sub(3));
                }
            }
        }
    }
}

fn char_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
