//! `deployc check --fix`: applies the remedies of findings, as far as the result is no worse.

mod edits;
mod show;

use std::path::Path;

use clap::ValueEnum;
use diagnostics::Diagnostic;
use jiff::civil::Date;
use project::{Overlay, Project};

use crate::compile::findings;
use crate::failure::Failure;
pub(crate) use edits::Applied;
use edits::{Remedy, apart, applied, remedies};
pub(crate) use show::{diff, write};

/// How often what a fix has changed is looked at again.
const ROUNDS: usize = 16;

/// Fixes of one round that are tried one by one when all together make it worse.
const TRIES: usize = 64;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Those that certainly do what was meant
    Certain,
    /// Good guesses too
    All,
}

/// What is asked of which project.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    /// A file or folder of it; the current folder for none.
    pub(crate) path: Option<&'q Path>,
    /// The day on which exceptions must still hold.
    pub(crate) as_of: Option<Date>,
}

/// A project with the texts that fixes made of it, and what is still to be said about it.
pub(crate) struct State {
    /// The changed texts.
    pub(crate) overlay: Overlay,
    /// The project as it would be with them.
    pub(crate) project: Project,
    /// What is to be said about that.
    pub(crate) found: Vec<Diagnostic>,
}

impl State {
    /// The project with these texts.
    pub(crate) fn of(question: Question<'_>, overlay: Overlay) -> Result<Self, Failure> {
        let project = project::load_with(question.path.unwrap_or(Path::new(".")), &overlay)?;
        let mut found = findings(&project)?;
        if let Some(day) = question.as_of {
            found.extend(checks::expired(&project.model(), day));
            found.sort_by_key(Diagnostic::sort_key);
        }
        Ok(Self { overlay, project, found })
    }

    /// Whether nothing is worse than it was: no more errors, and no more of them of syntax.
    fn is_no_worse_than(&self, before: &Self) -> bool {
        let errors = |state: &Self, start: &str| {
            state.found.iter().filter(|one| one.is_error() && one.code.id().starts_with(start)).count()
        };
        errors(self, "E") <= errors(before, "E") && errors(self, "E01") <= errors(before, "E01")
    }
}

/// A project before and after its fixes.
pub(crate) struct Fixed {
    /// As it lies on the disk.
    pub(crate) before: State,
    /// As the fixes make it; nothing when there were none.
    after: Option<State>,
    /// The fixes, in the order in which they were applied.
    pub(crate) done: Vec<Applied>,
}

impl Fixed {
    /// The project with its fixes.
    pub(crate) fn state(&self) -> &State {
        self.after.as_ref().unwrap_or(&self.before)
    }

    /// Each changed file: its path, and its text before and after.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let overlay = self.state().overlay.iter();
        let all = overlay
            .map(|(path, new)| (path.as_str(), self.before.project.own_text(path).unwrap_or_default(), new.as_str()));
        all.filter(|(_, old, new)| old != new)
    }
}

/// Applies fixes until none is left, none helps, or the bound of rounds is reached; writes nothing.
pub(crate) fn fixed(question: Question<'_>, level: Option<Level>) -> Result<Fixed, Failure> {
    let mut fixed = Fixed { before: State::of(question, Overlay::new())?, after: None, done: Vec::new() };
    let Some(level) = level else { return Ok(fixed) };
    for _ in 0..ROUNDS {
        let Some((next, of_round)) = round(question, fixed.state(), level)? else { break };
        fixed.done.extend(of_round);
        fixed.after = Some(next);
    }
    Ok(fixed)
}

fn round(question: Question<'_>, state: &State, level: Level) -> Result<Option<(State, Vec<Applied>)>, Failure> {
    let remedies = apart(remedies(state, level));
    let told = |remedies: &[&Remedy]| remedies.iter().map(|remedy| remedy.applied.clone()).collect();
    let all: Vec<&Remedy> = remedies.iter().collect();
    if all.is_empty() {
        return Ok(None);
    }
    if let Some(next) = attempt(question, state, state, &all)? {
        return Ok(Some((next, told(&all))));
    }
    let (mut best, mut kept): (Option<State>, Vec<&Remedy>) = (None, Vec::new());
    for remedy in all.into_iter().take(TRIES) {
        kept.push(remedy);
        match attempt(question, state, best.as_ref().unwrap_or(state), &kept)? {
            Some(next) => best = Some(next),
            None => drop(kept.pop()),
        }
    }
    Ok(best.map(|best| (best, told(&kept))))
}

/// `state` with these remedies, if that is no worse than `measure`.
fn attempt(
    question: Question<'_>,
    state: &State,
    measure: &State,
    remedies: &[&Remedy],
) -> Result<Option<State>, Failure> {
    let next = State::of(question, applied(state, remedies))?;
    Ok(next.is_no_worse_than(measure).then_some(next))
}
