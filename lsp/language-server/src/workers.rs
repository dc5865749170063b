//! The threads that find out what is wrong: one says what an edited file says by itself, the other what all files say together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::Builder;

use diagnostics::{Diagnostic, FileId};
use ide::findings::findings;

use crate::board::{Board, Report};
use crate::conversion::{Said, said};
use crate::latest::Latest;
use crate::outbox::{Outbox, Word};
use crate::queue::{HomeId, Message, Queue};
use crate::view::{Desk, NoAnswer, View};

/// The stack of a thread that asks the compiler, in bytes: as much as that of a program.
pub(crate) const STACK: usize = 8 << 20;

/// One file after an edit.
type Edited = Latest<(HomeId, FileId), (u64, View)>;

/// A project after an edit.
type Whole = Latest<HomeId, (u64, View)>;

/// The threads, and what waits for them.
pub(crate) struct Workers {
    edited: Arc<Edited>,
    whole: Arc<Whole>,
}

impl Workers {
    /// Starts the threads; they end with the process.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(crate) fn start(board: &Arc<Board>, queue: &Queue, outbox: &Outbox) -> std::io::Result<Self> {
        let (edited, whole) = (Arc::new(Latest::new()), Arc::new(Latest::new()));
        let (work, desk) = (Arc::clone(&edited), (Arc::clone(board), outbox.clone()));
        let thread = |name: &str| Builder::new().name(name.to_owned()).stack_size(STACK);
        thread("findings").spawn(move || tell_edited(&work, &desk.0, &desk.1))?;
        let (work, desk, queue) = (Arc::clone(&whole), (Arc::clone(board), outbox.clone()), queue.clone());
        thread("proofs").spawn(move || tell_whole(&work, &desk.0, &desk.1, &queue))?;
        Ok(Self { edited, whole })
    }

    /// Says what an edited file says.
    pub(crate) fn tell(&self, home: HomeId, file: FileId, revision: u64, view: View) {
        self.edited.put((home, file), (revision, view));
    }

    /// Says what a project says.
    pub(crate) fn prove(&self, home: HomeId, revision: u64, view: View) {
        self.whole.put(home, (revision, view));
    }

    /// Drops what was not begun yet, before an edit; what was begun ends by itself.
    pub(crate) fn drop_waiting(&self, home: HomeId) {
        self.edited.drop_if(|(of, _)| *of == home);
        self.whole.drop_if(|of| *of == home);
    }
}

fn tell_edited(work: &Edited, board: &Board, outbox: &Outbox) {
    loop {
        let ((home, file), (revision, view)) = work.take();
        match view.ask(|desk| report(desk, file, &desk.findings(file))) {
            Ok(report) => report.into_iter().for_each(|report| board.tell(home, revision, report)),
            Err(why) => complain(outbox, &why),
        }
    }
}

fn tell_whole(work: &Whole, board: &Board, outbox: &Outbox, queue: &Queue) {
    loop {
        let (home, (revision, view)) = work.take();
        let asked = view.ask(|desk| {
            let found = findings(desk.snapshot, desk.base.readable);
            let reports = reports(desk, &found.of_files, &found.proved);
            let path = |it: &Diagnostic| desk.snapshot.path(it.primary.span.file).to_owned();
            let proved = found.proved.into_iter().map(|it| (path(&it), it)).collect();
            (reports, desk.shared.abilities().pulls, proved)
        });
        match asked {
            Ok((reports, pulls, found)) => {
                if !pulls {
                    board.tell_all(home, revision, reports);
                }
                queue.put(Message::Proved { home, revision, found });
            }
            Err(why) => complain(outbox, &why),
        }
    }
}

/// An edit that came between is nothing to speak of: its own findings follow.
fn complain(outbox: &Outbox, why: &NoAnswer) {
    match why {
        NoAnswer::Cancelled(_) => {}
        NoAnswer::Panicked => {
            outbox.say(Word::Log("the compiler met a case it does not know; what it finds is missing".to_owned()))
        }
    }
}

fn report(desk: &Desk<'_>, file: FileId, found: &[Diagnostic]) -> Option<Report> {
    Some(Report { uri: desk.uri(file)?, version: desk.version(file), said: said(desk, found) })
}

/// What is said of every file of a project of which something is said, and of every open one.
pub(crate) fn reports(desk: &Desk<'_>, of_files: &[(FileId, Vec<Diagnostic>)], proved: &[Diagnostic]) -> Vec<Report> {
    let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for (file, found) in of_files {
        let kept = by_file.entry(*file).or_default();
        kept.extend(found.iter().filter(|it| it.primary.span.file == *file).cloned());
    }
    for it in proved {
        by_file.entry(it.primary.span.file).or_default().push(it.clone());
    }
    let mut reports: Vec<Report> = Vec::new();
    for (file, mut found) in by_file {
        found.sort_by_key(Diagnostic::sort_key);
        if !found.is_empty() || desk.version(file).is_some() {
            reports.extend(report(desk, file, &found));
        }
    }
    let read = desk.base.reading.iter();
    let read = read.filter_map(|(path, said): (&String, &Said)| {
        Some(Report { uri: desk.uri_at(path)?, version: None, said: said.clone() })
    });
    for more in read {
        match reports.iter_mut().find(|report| report.uri == more.uri) {
            Some(report) => report.said.extend(more.said),
            None => reports.push(more),
        }
    }
    reports
}
