//! How good completions are, measured: of every word in the examples that nobody makes up, how often it is the first that
//! is offered in its place, and how often among the first five.

use ide::{Completion, Snapshot};
use syntax::lex::{TokenKind, tokens};

use crate::examples::{Example, examples};

/// Every so many words are tried; all of them with the environment's `IDE_RANKING=all`.
const STEP: usize = 5;

/// Percent that are reached at least: without a letter first and among the first five, and the same with two letters.
const FLOOR: [usize; 4] = [42, 73, 89, 95];

/// A share that is counted.
#[derive(Default)]
struct Share {
    first: usize,
    five: usize,
    all: usize,
    missed: Vec<String>,
}

impl Share {
    fn count(&mut self, found: &[Completion], word: &str, place: impl Fn() -> String) {
        let rank = found.iter().position(|it| it.label.trim() == word);
        self.all += 1;
        self.first += usize::from(rank == Some(0));
        self.five += usize::from(rank.is_some_and(|rank| rank < 5));
        if rank.is_none_or(|rank| rank >= 5) {
            let seen: Vec<&str> = found.iter().take(3).map(|it| it.label.as_str()).collect();
            self.missed.push(format!("{}: `{word}` is {rank:?}, behind {seen:?}", place()));
        }
    }

    fn percent(&self, of: usize) -> usize {
        of * 100 / self.all.max(1)
    }
}

/// The words of a file that are offered: not those by which something gets its name.
fn words(snapshot: &Snapshot, text: &str, path: &str) -> Vec<(usize, usize)> {
    let file = snapshot.file(path).expect("it is there");
    let mentions = snapshot.model().mentions(file);
    let declares = |start: u32| mentions.iter().any(|it| it.declares && it.span.start == start);
    let all = tokens(text);
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let before = all[..at].iter().rev().find(|it| !it.kind.is_trivia());
        // What stands behind these is somebody's own word as well.
        let made_up = before.is_some_and(|it| matches!(it.text(text), "formerly" | "as"));
        if token.kind == TokenKind::Word && !declares(token.start) && !made_up {
            words.push((token.start as usize, token.end as usize));
        }
    }
    words
}

fn measured(example: &Example, first: usize, step: usize, none: &mut Share, two: &mut Share) {
    for (path, text) in &example.sources {
        let whole = example.snapshot(path, text);
        for (start, end) in words(&whole, text, path).into_iter().skip(first).step_by(step) {
            let word = &text[start..end];
            let place = || {
                let line = text[..start].lines().count().max(1);
                format!("{}/{path}:{line}", example.name)
            };
            let asked = |typed: &str| {
                let written = format!("{}{typed}{}", &text[..start], &text[end..]);
                let snapshot = example.snapshot(path, &written);
                let file = snapshot.file(path).expect("it is there");
                ide::completion(&snapshot, file, u32::try_from(start + typed.len()).expect("examples are short"))
            };
            none.count(&asked(""), word, place);
            if word.len() > 2 {
                two.count(&asked(&word[..2]), word, place);
            }
        }
    }
}

#[test]
fn the_word_that_is_written_is_among_the_first() {
    let step = if std::env::var_os("IDE_RANKING").is_some() { 1 } else { STEP };
    let (mut none, mut two) = (Share::default(), Share::default());
    for (at, example) in examples().iter().enumerate() {
        measured(example, at % step, step, &mut none, &mut two);
    }
    let line = |what: &str, share: &Share| {
        let (first, five) = (share.percent(share.first), share.percent(share.five));
        format!("{what}: {} words, {first}% first, {five}% among the first five", share.all)
    };
    println!("{}\n{}", line("no letter typed", &none), line("two letters typed", &two));
    println!("not among the first five with two letters:\n{}", two.missed.join("\n"));
    println!("nor without:\n{}", none.missed.join("\n"));
    let reached = [none.percent(none.first), none.percent(none.five), two.percent(two.first), two.percent(two.five)];
    let floor = FLOOR.iter().zip(reached).all(|(least, reached)| reached >= *least);
    assert!(floor, "{reached:?} is less than {FLOOR:?}");
}
