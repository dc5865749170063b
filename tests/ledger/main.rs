//! The party that effects are judged by: a program that actions start, and that keeps its own synced book of what it was
//! asked and what took effect. It knows nothing of the runtime, and misbehaves as it was told.
//!
//! `ledger FOLDER NAME [WORD…]` is an action: it does the words in order. Without words it does those of the first line
//! of `FOLDER/NAME.todo`, which it takes away, and without a line it does `effect`. `ledger FOLDER NAME probe` is that
//! action's probe: its lines are in `FOLDER/NAME.probe`, and without one it does `tell`. The words:
//!
//! | word | meaning |
//! |---|---|
//! | `effect` | the effect |
//! | `once` | the effect, unless this key took it already |
//! | `tell` | ends with 0 when this key took effect, with 1 when it did not |
//! | `sleep=MS` | waits |
//! | `until=NAME` | waits until there is a file `FOLDER/NAME` |
//! | `print=BYTES` | writes so much |
//! | `exit=CODE` | ends |
//! | `die` | ends by a signal: its answer is lost |
//!
//! The key is in `DEPLOYD_KEY`. Each line of the book, `FOLDER/ledger.jsonl`, has the event: `asked`, `probed`, `took`, or
//! `known` for what `once` did not do again.

mod book;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use book::Book;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(call) = Call::of(&arguments) else {
        eprintln!("use: ledger FOLDER NAME [probe | WORD…]");
        return ExitCode::from(64);
    };
    call.carry_out().map_or_else(
        |problem| {
            // The runtime that would read this may be dead.
            let _ = writeln!(io::stderr(), "ledger: {problem}");
            ExitCode::from(70)
        },
        ExitCode::from,
    )
}

/// What this process was started for.
struct Call {
    folder: PathBuf,
    name: String,
    words: Vec<String>,
    probe: bool,
    key: String,
}

impl Call {
    fn of(arguments: &[String]) -> Option<Self> {
        let [folder, name, words @ ..] = arguments else { return None };
        let probe = words.first().is_some_and(|word| word == "probe");
        let words = words[usize::from(probe)..].to_vec();
        let key = std::env::var("DEPLOYD_KEY").unwrap_or_else(|_| "-".to_owned());
        Some(Self { folder: folder.into(), name: name.clone(), words, probe, key })
    }

    fn carry_out(&self) -> io::Result<u8> {
        let words = if self.words.is_empty() { self.told()? } else { self.words.clone() };
        self.note(if self.probe { "probed" } else { "asked" })?;
        for word in &words {
            if let Some(code) = self.obey(word)? {
                return Ok(code);
            }
        }
        Ok(0)
    }

    /// The first line that nobody has taken yet.
    fn told(&self) -> io::Result<Vec<String>> {
        let (ending, usual) = if self.probe { ("probe", "tell") } else { ("todo", "effect") };
        let path = self.folder.join(format!("{}.{ending}", self.name));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Some((first, rest)) = text.split_once('\n') else { return Ok(vec![usual.to_owned()]) };
        std::fs::write(&path, rest)?;
        Ok(first.split_whitespace().map(str::to_owned).collect())
    }

    /// Does one word; an exit code when it was the last.
    fn obey(&self, word: &str) -> io::Result<Option<u8>> {
        let (verb, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<u64>().map_err(io::Error::other);
        match verb {
            "effect" => self.note("took")?,
            "once" => self.once()?,
            "tell" => return Ok(Some(u8::from(!self.book()?.has(&self.key)?))),
            "sleep" => sleep(Duration::from_millis(number()?)),
            "until" => wait_for(&self.folder.join(value)),
            "print" => print(number()?)?,
            "exit" => return Ok(Some(u8::try_from(number()?).map_err(io::Error::other)?)),
            "die" => std::process::abort(),
            unknown => return Err(io::Error::other(format!("there is no word `{unknown}`"))),
        }
        Ok(None)
    }

    fn once(&self) -> io::Result<()> {
        let mut book = self.book()?;
        let event = if book.has(&self.key)? { "known" } else { "took" };
        book.note(event, &self.name, &self.key)
    }

    fn note(&self, event: &str) -> io::Result<()> {
        self.book()?.note(event, &self.name, &self.key)
    }

    fn book(&self) -> io::Result<Book> {
        Book::open(&self.folder)
    }
}

fn wait_for(path: &Path) {
    while !path.exists() {
        sleep(Duration::from_millis(10));
    }
}

fn print(mut bytes: u64) -> io::Result<()> {
    let line = [b'x'; 8191];
    let mut out = io::stdout().lock();
    while bytes > 0 {
        let part = usize::try_from(bytes).unwrap_or(line.len()).min(line.len());
        out.write_all(&line[..part])?;
        out.write_all(b"\n")?;
        bytes = bytes.saturating_sub(part as u64 + 1);
    }
    out.flush()
}
