//! What the client was last told about each file, so that it is told what changed, and never what is older.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tower_lsp::ls_types::Uri;

use crate::conversion::Said;
use crate::outbox::{Outbox, Word};
use crate::queue::HomeId;

/// What was said of a file, and after which edit.
struct Note {
    revision: u64,
    uri: Uri,
    said: Said,
}

/// What is to be said of one file.
pub(crate) struct Report {
    pub(crate) uri: Uri,
    pub(crate) version: Option<i32>,
    pub(crate) said: Said,
}

/// What was said of all files.
pub(crate) struct Board {
    notes: Mutex<BTreeMap<(HomeId, String), Note>>,
    outbox: Outbox,
}

impl Board {
    pub(crate) fn new(outbox: Outbox) -> Self {
        Self { notes: Mutex::default(), outbox }
    }

    /// Says what is found in one file, also when nothing changed: some clients forget what was said of an older version.
    pub(crate) fn tell(&self, home: HomeId, revision: u64, report: Report) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (home, report.uri.to_string());
        if notes.get(&key).is_none_or(|note| note.revision <= revision) {
            notes.insert(key, Note { revision, uri: report.uri.clone(), said: report.said.clone() });
            self.say(report);
        }
    }

    /// Says what is found in all files of a project, as far as it changed.
    pub(crate) fn tell_all(&self, home: HomeId, revision: u64, reports: Vec<Report>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let said: BTreeMap<String, Report> = reports.into_iter().map(|it| (it.uri.to_string(), it)).collect();
        let of_home = |notes: &BTreeMap<(HomeId, String), Note>| {
            notes
                .range((home, String::new())..(home + 1, String::new()))
                .map(|(key, _)| key.clone())
                .collect::<Vec<_>>()
        };
        for key in of_home(&notes) {
            let gone = notes.get(&key).filter(|note| !said.contains_key(&key.1) && note.revision <= revision);
            if gone.is_some_and(|note| !note.said.is_empty()) {
                self.say(Report { uri: notes[&key].uri.clone(), version: None, said: Said::new() });
            }
            if !said.contains_key(&key.1) && notes[&key].revision <= revision {
                notes.remove(&key);
            }
        }
        for (key, report) in said {
            let key = (home, key);
            let known = notes.get(&key);
            let is_older = known.is_some_and(|note| note.revision > revision);
            let is_said = known.map_or(report.said.is_empty(), |note| note.said == report.said);
            if is_older {
                continue;
            }
            notes.insert(key, Note { revision, uri: report.uri.clone(), said: report.said.clone() });
            if !is_said {
                self.say(report);
            }
        }
    }

    /// Takes back what was said of the files of a project that is no more.
    pub(crate) fn forget(&self, home: HomeId) {
        self.tell_all(home, u64::MAX, Vec::new());
    }

    fn say(&self, Report { uri, version, said }: Report) {
        self.outbox.say(Word::Findings { uri, version, said });
    }
}
