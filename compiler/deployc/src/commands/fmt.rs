//! `deployc fmt`: one layout for every source.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use diagnostics::{Diagnostic, Sources};
use serde_json::{Value, json};

use crate::console::{Console, VERSION, as_json, counted};
use crate::failure::{CHANGES, Failure, NO};
use crate::replace::replace;

const EXAMPLES: &str = "\
Examples:
  deployc fmt
  deployc fmt first_canary.deploy
  deployc fmt --check
  deployc fmt - < first_canary.deploy";

/// Bring sources into the one layout
///
/// A source with syntax errors is left as it is.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Fmt {
    /// Files, folders, or `-` for the input [default: the project of the current folder]
    paths: Vec<PathBuf>,
    /// Write nothing; exit with 10 when something would change
    #[arg(long)]
    check: bool,
}

/// What became of the files.
#[derive(Default)]
struct Outcome {
    files: usize,
    changed: Vec<String>,
    /// The layout of the input, where the answer is to hold it.
    text: Option<String>,
    /// Syntax errors, by source.
    found: Vec<(Sources, Vec<Diagnostic>)>,
}

impl Fmt {
    pub(crate) fn execute(self, console: &Console) -> Result<u8, Failure> {
        let mut outcome = Outcome::default();
        match self.paths.as_slice() {
            [only] if only == Path::new("-") => self.input(console, &mut outcome)?,
            [] => self.file_or_folder(&shortest(project::root_of(Path::new("."))?), &mut outcome)?,
            several => several.iter().try_for_each(|path| self.file_or_folder(path, &mut outcome))?,
        }
        self.told(console, &outcome)
    }

    /// Whether the layout goes to the output, where nothing else may stand.
    fn filters(&self) -> bool {
        !self.check && self.paths == [Path::new("-")]
    }

    fn input(&self, console: &Console, outcome: &mut Outcome) -> Result<(), Failure> {
        let Some((text, formatted)) = outcome.format("-", bounded(io::stdin().lock(), "-")?)? else { return Ok(()) };
        outcome.note("-", text != formatted);
        if console.json() && !self.check {
            outcome.text = Some(formatted);
        } else if !self.check {
            console.print(formatted.as_bytes())?;
        }
        Ok(())
    }

    fn file_or_folder(&self, path: &Path, outcome: &mut Outcome) -> Result<(), Failure> {
        if !path.is_dir() {
            return self.file(path, outcome);
        }
        let found = project::sources_below(path)?;
        if let Some((shown, why)) = found.obstacles.first() {
            return Err(unreadable(&path.join(shown).display().to_string(), why));
        }
        found.sources.iter().try_for_each(|source| self.file(&below(path, source), outcome))
    }

    fn file(&self, path: &Path, outcome: &mut Outcome) -> Result<(), Failure> {
        let shown = path.display().to_string();
        let file = fs::File::open(path).map_err(|error| unreadable(&shown, &error.to_string()))?;
        let Some((text, formatted)) = outcome.format(&shown, bounded(file, &shown)?)? else { return Ok(()) };
        let changed = text != formatted;
        if changed && !self.check {
            replace(path, &formatted).map_err(|error| {
                Failure::refused(format!("`{shown}` cannot be written: {error}"), "give yourself the right to write it")
            })?;
        }
        outcome.note(&shown, changed);
        Ok(())
    }

    fn told(&self, console: &Console, outcome: &Outcome) -> Result<u8, Failure> {
        outcome.found.iter().for_each(|(sources, found)| console.findings(found, sources));
        if console.json() {
            let found = outcome.found.iter().map(|(sources, found)| as_json(found, sources));
            let found: Vec<Value> = found.filter_map(|list| list.as_array().cloned()).flatten().collect();
            let mut answer = json!({ "version": VERSION, "changed": outcome.changed, "diagnostics": found });
            if let Some(text) = &outcome.text {
                answer["text"] = json!(text);
            }
            console.answer(&answer)?;
        } else if !self.filters() {
            let word = if self.check { "would change" } else { "changed" };
            outcome.changed.iter().for_each(|path| console.tell(&format!("{word} {path}\n")));
            console.tell(&format!("{} of {} {word}\n", outcome.changed.len(), counted(outcome.files, "file")));
        }
        Ok(match (outcome.found.is_empty(), self.check && !outcome.changed.is_empty()) {
            (false, _) => NO,
            (true, true) => CHANGES,
            (true, false) => 0,
        })
    }
}

impl Outcome {
    /// The text and its layout; nothing when it has syntax errors, which are kept.
    fn format(&mut self, shown: &str, bytes: Vec<u8>) -> Result<Option<(String, String)>, Failure> {
        self.files += 1;
        if bytes.len() as u64 > project::FILE_SIZE_MAX {
            return Err(unreadable(shown, &format!("it has more than {} MiB", project::FILE_SIZE_MAX >> 20)));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            unreadable(shown, &format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to()))
        })?;
        let bare = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match syntax::format(bare) {
            Ok(formatted) => Ok(Some((text, formatted))),
            Err(found) => {
                let mut sources = Sources::new();
                sources.add(shown, bare);
                self.found.push((sources, found));
                Ok(None)
            }
        }
    }

    fn note(&mut self, shown: &str, changed: bool) {
        if changed {
            self.changed.push(shown.to_owned());
        }
    }
}

/// A root that is the current folder or lies below it is shown from there.
fn shortest(root: PathBuf) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    match here.and_then(|here| root.strip_prefix(here).map(Path::to_owned).ok()) {
        Some(below) if below == Path::new("") => PathBuf::from("."),
        Some(below) => below,
        None => root,
    }
}

fn below(folder: &Path, source: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(source) } else { folder.join(source) }
}

/// What there is to read, up to one byte more than a source may have.
fn bounded(from: impl Read, shown: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(project::FILE_SIZE_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(shown, &error.to_string()))?;
    Ok(bytes)
}

fn unreadable(shown: &str, why: &str) -> Failure {
    Failure::usage(format!("`{shown}` cannot be read: {why}"), "name sources or folders, or `-` for the input")
}
