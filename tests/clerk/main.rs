//! The party that effects are judged by. It writes down, synced, what it was asked and what it did, in files of its
//! own, and misbehaves as it was told.
//!
//! `clerk FOLDER NAME` is an action: it takes the first line of `FOLDER/NAME.todo` and does its words in order;
//! without a line it does `effect`. `clerk FOLDER NAME probe` is that action's probe: its lines are in
//! `FOLDER/NAME.probe`, and without one it does `tell`. The words:
//!
//! | word | meaning |
//! |---|---|
//! | `effect` | the effect: a line in `FOLDER/effects` |
//! | `tell` | ends with 0 when this key took effect, with 1 when it did not |
//! | `sleep=MS` | waits |
//! | `until=NAME` | waits until there is a file `FOLDER/NAME` |
//! | `print=BYTES` | writes so much |
//! | `exit=CODE` | ends |
//! | `die` | ends by a signal: its answer is lost |
//!
//! A line in `FOLDER/asked` or `FOLDER/effects` is `KEY NAME act|probe PID`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(call) = Call::of(&arguments) else {
        eprintln!("use: clerk FOLDER NAME [probe]");
        return ExitCode::from(64);
    };
    match call.carry_out() {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            eprintln!("the clerk cannot write: {problem}");
            ExitCode::from(70)
        }
    }
}

/// What this process was started for.
struct Call {
    folder: PathBuf,
    name: String,
    probe: bool,
    key: String,
}

impl Call {
    fn of(arguments: &[String]) -> Option<Self> {
        let (folder, name, probe) = match arguments {
            [folder, name] => (folder, name, false),
            [folder, name, probe] if probe == "probe" => (folder, name, true),
            _ => return None,
        };
        let key = std::env::var("DEPLOYD_KEY").unwrap_or_else(|_| "-".to_owned());
        Some(Self { folder: folder.into(), name: name.clone(), probe, key })
    }

    fn carry_out(&self) -> std::io::Result<u8> {
        fs::create_dir_all(&self.folder)?;
        let words = self.words()?;
        self.write("asked")?;
        for word in words.split_whitespace() {
            if let Some(code) = self.obey(word)? {
                return Ok(code);
            }
        }
        Ok(0)
    }

    /// The first line that nobody has taken yet.
    fn words(&self) -> std::io::Result<String> {
        let (ending, usual) = if self.probe { ("probe", "tell") } else { ("todo", "effect") };
        let path = self.folder.join(format!("{}.{ending}", self.name));
        let Ok(text) = fs::read_to_string(&path) else { return Ok(usual.to_owned()) };
        let Some((first, rest)) = text.split_once('\n') else { return Ok(usual.to_owned()) };
        fs::write(&path, rest)?;
        Ok(first.to_owned())
    }

    /// Does one word; an exit code when it was the last.
    fn obey(&self, word: &str) -> std::io::Result<Option<u8>> {
        let (verb, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<u64>().map_err(std::io::Error::other);
        match verb {
            "effect" => self.write("effects")?,
            "tell" => return Ok(Some(u8::from(!self.took()))),
            "sleep" => sleep(Duration::from_millis(number()?)),
            "until" => wait_for(&self.folder.join(value)),
            "print" => print(number()?)?,
            "exit" => return Ok(Some(u8::try_from(number()?).map_err(std::io::Error::other)?)),
            "die" => std::process::abort(),
            unknown => return Err(std::io::Error::other(format!("there is no word `{unknown}`"))),
        }
        Ok(None)
    }

    fn took(&self) -> bool {
        let text = fs::read_to_string(self.folder.join("effects")).unwrap_or_default();
        text.lines().any(|line| line.split(' ').next() == Some(&self.key))
    }

    fn write(&self, file: &str) -> std::io::Result<()> {
        let what = if self.probe { "probe" } else { "act" };
        let line = format!("{} {} {what} {}\n", self.key, self.name, std::process::id());
        let mut file = OpenOptions::new().create(true).append(true).open(self.folder.join(file))?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    }
}

fn wait_for(path: &Path) {
    while !path.exists() {
        sleep(Duration::from_millis(10));
    }
}

fn print(mut bytes: u64) -> std::io::Result<()> {
    let line = [b'x'; 8191];
    let mut out = std::io::stdout().lock();
    while bytes > 0 {
        let part = usize::try_from(bytes).unwrap_or(line.len()).min(line.len());
        out.write_all(&line[..part])?;
        out.write_all(b"\n")?;
        bytes = bytes.saturating_sub(part as u64 + 1);
    }
    out.flush()
}
