//! The last page: what was expected, what happened, what the users saw, and where the evidence is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use xtask::witness::journal::windows;
use xtask::witness::traffic::{Tally, Weighed, read, total, weigh};

use super::act::{Played, Run, STABLE_ERRORS};
use super::scene::Scene;

/// What the example's gate allows beyond the stable release, in percentage points.
const MARGIN: f64 = 2.0;
/// Closer to the margin than this, both answers are right.
const UNSURE: f64 = 1.5;

/// What should come of a release.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Promoted,
    RolledBack,
    Either,
}

/// One release, judged.
struct Judged {
    version: &'static str,
    errors: f64,
    run: String,
    code: i32,
    expected: Expected,
    weights: Vec<Weighed>,
}

/// The page.
pub(crate) struct Report {
    judged: Vec<Judged>,
    users: Tally,
    /// Release ids by version.
    names: BTreeMap<String, &'static str>,
    /// How a reader calls `deployd` on the state of the demonstration.
    deployd: String,
    log: String,
}

/// A path as the reader of this terminal would write it.
fn near(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

impl Report {
    pub(crate) fn of(scene: &Scene, played: &Played) -> Result<Self, String> {
        let tallies = read(&scene.log)?;
        let mut names = BTreeMap::new();
        name(&mut names, &played.install);
        let mut stable = STABLE_ERRORS;
        let mut judged = Vec::new();
        for run in &played.releases {
            name(&mut names, run);
            let own = windows(&run.records).into_iter().filter(|w| names.get(&w.release) == Some(&run.version));
            let expected = expected(run.errors, stable);
            judged.push(Judged {
                version: run.version,
                errors: run.errors,
                run: run.id.clone(),
                code: run.code,
                expected,
                weights: own.filter_map(|window| weigh(&window, &tallies)).collect(),
            });
            if run.code == 0 {
                stable = run.errors;
            }
        }
        let deployd = format!("{} --state {}", near(&scene.tools.deployd), near(&scene.state));
        Ok(Self { judged, users: total(&tallies), names, deployd, log: near(&scene.log) })
    }

    /// Whether everything is as the error rates lead to expect.
    pub(crate) fn as_expected(&self) -> bool {
        self.users.lost() == 0 && self.users.answers() > 0 && self.judged.iter().all(Judged::as_expected)
    }
}

fn expected(errors: f64, stable: f64) -> Expected {
    match errors - stable - MARGIN {
        over if over > UNSURE => Expected::RolledBack,
        over if over < -UNSURE => Expected::Promoted,
        _ => Expected::Either,
    }
}

/// The release that a run brought in is the one that no run before it routed to.
fn name(names: &mut BTreeMap<String, &'static str>, run: &Run) {
    for window in windows(&run.records) {
        names.entry(window.release).or_insert(run.version);
    }
}

impl Judged {
    fn as_expected(&self) -> bool {
        let outcome = match self.expected {
            Expected::Promoted => self.code == 0,
            Expected::RolledBack => self.code == 20,
            Expected::Either => matches!(self.code, 0 | 20),
        };
        outcome && !self.weights.is_empty() && self.weights.iter().all(Weighed::confirmed)
    }

    fn outcome(&self) -> &'static str {
        match self.code {
            0 => "promoted",
            20 => "rolled back",
            _ => "neither promoted nor rolled back",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nWhat happened")?;
        for release in &self.judged {
            let (version, errors, code) = (release.version, release.errors, release.code);
            let right = if release.as_expected() { "as expected" } else { "NOT as expected" };
            writeln!(f, "  {version} failing {errors} %: {}, exit code {code}, {right}", release.outcome())?;
        }
        self.users(f)?;
        self.weights(f)?;
        self.evidence(f)
    }
}

impl Report {
    fn users(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nWhat the users saw: {} answers by the load generator's own log", self.users.answers())?;
        let version = |release: &String| self.names.get(release).copied().unwrap_or("no release");
        let mut rows: Vec<_> =
            self.users.releases.iter().map(|(release, seen)| (version(release), release, seen)).collect();
        rows.sort();
        for (version, release, statuses) in rows {
            let counts: Vec<String> = statuses.iter().map(|(status, n)| format!("{status}: {n}")).collect();
            writeln!(f, "  {version}  {release}  {}", counts.join("  "))?;
        }
        writeln!(f, "  {} requests failed because of a switch", self.users.lost())
    }

    fn weights(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nWeights as asked, and as the load generator counted them")?;
        for release in &self.judged {
            for weight in &release.weights {
                let (version, share) = (release.version, weight.share * 100.0);
                let (taken, all, bounds) = (weight.taken, weight.all, &weight.bounds);
                let said = if weight.confirmed() { "confirmed" } else { "NOT CONFIRMED" };
                writeln!(f, "  {version}  {share:>3} %  {taken:>6} of {all:>6}, {bounds} would be fair: {said}")?;
            }
        }
        Ok(())
    }

    fn evidence(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nWhere the evidence is")?;
        for release in &self.judged {
            let said = if release.code == 0 { "why it passed" } else { "why it failed" };
            writeln!(f, "  {} explain {} healthy   # {}: {said}", self.deployd, release.run, release.version)?;
        }
        writeln!(f, "  {} history", self.deployd)?;
        write!(f, "  {}   # what the users saw, every tenth of a second", self.log)
    }
}
