//! The effects ledger: a program that actions start, and that keeps its own synced book of what took effect. It knows
//! nothing of the runtime, which is why it can be the witness of what the runtime did twice or not at all.
//!
//! `ledger act NAME [--delay MS] [--linger MS] [--known] [--exit CODE] [--hang]` takes effect once for each time it is
//! started, unless `--known` makes it look first whether this key took effect already; `ledger probe NAME` exits 0 if the
//! key took effect and 1 if not. The key is in `DEPLOYD_KEY`, the book is `ledger.jsonl` in the current folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

const BOOK: &str = "ledger.jsonl";

/// How the program behaves this time.
#[derive(Default)]
struct Behaviour {
    name: String,
    /// Wait before the effect.
    delay: Duration,
    /// Wait after the effect.
    linger: Duration,
    /// Look first whether the key took effect: an idempotent effect.
    known: bool,
    exit: u8,
    /// Never answer.
    hang: bool,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("act") => behaviour(arguments).and_then(|behaviour| act(&behaviour).map_err(|e| e.to_string())),
        Some("probe") => probe(&arguments.next().unwrap_or_default()).map_err(|e| e.to_string()),
        _ => Err("write `ledger act NAME …` or `ledger probe NAME`".to_owned()),
    };
    done.unwrap_or_else(|message| {
        // The runtime that would read this may be dead.
        let _ = writeln!(io::stderr(), "ledger: {message}");
        ExitCode::from(70)
    })
}

fn behaviour(mut arguments: impl Iterator<Item = String>) -> Result<Behaviour, String> {
    let mut behaviour = Behaviour { name: arguments.next().ok_or("the name is missing")?, ..Behaviour::default() };
    while let Some(option) = arguments.next() {
        let mut number = || -> Result<u64, String> {
            let text = arguments.next().ok_or_else(|| format!("{option} needs a number"))?;
            text.parse().map_err(|_| format!("{option}: `{text}` is not a number"))
        };
        match option.as_str() {
            "--delay" => behaviour.delay = Duration::from_millis(number()?),
            "--linger" => behaviour.linger = Duration::from_millis(number()?),
            "--exit" => behaviour.exit = u8::try_from(number()?).map_err(|e| e.to_string())?,
            "--known" => behaviour.known = true,
            "--hang" => behaviour.hang = true,
            _ => return Err(format!("`{option}` is not known")),
        }
    }
    Ok(behaviour)
}

fn act(behaviour: &Behaviour) -> io::Result<ExitCode> {
    let key = key();
    Book::open()?.note("asked", &behaviour.name, &key)?;
    std::thread::sleep(behaviour.delay);
    let mut book = Book::open()?;
    let event = if behaviour.known && book.has(&key)? { "known" } else { "took" };
    book.note(event, &behaviour.name, &key)?;
    drop(book);
    std::thread::sleep(behaviour.linger);
    if behaviour.hang {
        loop {
            std::thread::park();
        }
    }
    Ok(ExitCode::from(behaviour.exit))
}

fn probe(name: &str) -> io::Result<ExitCode> {
    let key = key();
    let mut book = Book::open()?;
    let took = book.has(&key)?;
    book.note("probed", name, &key)?;
    Ok(if took { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn key() -> String {
    std::env::var("DEPLOYD_KEY").unwrap_or_default()
}

/// The book, held by this process alone while it is open.
struct Book(File);

impl Book {
    fn open() -> io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(BOOK)?;
        file.lock()?;
        Ok(Self(file))
    }

    fn has(&mut self, key: &str) -> io::Result<bool> {
        let mut text = String::new();
        self.0.seek(SeekFrom::Start(0))?;
        self.0.read_to_string(&mut text)?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.into_iter().any(|line| line["event"] == "took" && line["key"] == key))
    }

    fn note(&mut self, event: &str, name: &str, key: &str) -> io::Result<()> {
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let line =
            json!({ "at_ms": at_ms as u64, "event": event, "name": name, "key": key, "pid": std::process::id() });
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.0.sync_all()
    }
}
