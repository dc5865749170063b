//! Every single fault at every instant of every story, by number.

use std::collections::BTreeMap;

use super::stories::Story;
use crate::case::Case;
use crate::fault::{Fault, Kind};
use crate::schedule::Schedule;
use crate::trouble::{Lasting, Trouble};

/// The word for runs in which nothing goes wrong.
const NOTHING: &str = "no fault";

/// Faults of one kind in one story.
struct Group {
    story: usize,
    what: What,
    /// How many come before it.
    before: u64,
}

/// What goes wrong.
enum What {
    /// Nothing.
    Nothing,
    /// A fault at the door's passings behind this one.
    At { kind: Kind, behind: u32 },
    /// Something that stays wrong at one of these steps.
    Stays { trouble: Trouble, slots: Vec<u32> },
}

impl What {
    fn word(&self) -> &'static str {
        match self {
            Self::Nothing => NOTHING,
            Self::At { kind, .. } => kind.word(),
            Self::Stays { trouble, .. } => trouble.word(),
        }
    }
}

/// All of them, by number, without a list of them.
pub(super) struct Singles {
    groups: Vec<Group>,
    possible: u64,
}

impl Singles {
    pub(super) fn new(cases: &[Case], stories: &[Story]) -> Self {
        let mut all = Self { groups: Vec::new(), possible: 0 };
        for (index, story) in stories.iter().enumerate() {
            all.push(index, What::Nothing, 1);
            for kind in Kind::ALL {
                let behind = story.from.of(kind.door());
                let count = story.passed.of(kind.door()).saturating_sub(behind);
                all.push(index, What::At { kind, behind }, u64::from(count));
            }
            for trouble in Trouble::ALL {
                let slots = troubled(&cases[story.case], story, trouble);
                let count = slots.len() as u64;
                all.push(index, What::Stays { trouble, slots }, count);
            }
        }
        all
    }

    fn push(&mut self, story: usize, what: What, count: u64) {
        if count > 0 {
            self.groups.push(Group { story, what, before: self.possible });
            self.possible += count;
        }
    }

    /// How many there are.
    pub(super) fn possible(&self) -> u64 {
        self.possible
    }

    /// The number of the `index`th of so many, spread evenly over all.
    pub(super) fn spread(&self, index: u64, of: u64) -> u64 {
        let number = u128::from(index) * u128::from(self.possible) / u128::from(of.max(1));
        u64::try_from(number).unwrap_or(u64::MAX)
    }

    fn group(&self, number: u64) -> &Group {
        &self.groups[self.groups.partition_point(|group| group.before <= number).saturating_sub(1)]
    }

    /// The schedule with this number.
    pub(super) fn schedule<'c>(&self, cases: &'c [Case], stories: &[Story], number: u64) -> (&'c Case, Schedule) {
        let group = self.group(number);
        let story = &stories[group.story];
        // Of another seed each, so that what is drawn (which instance dies, which answer is first) differs.
        let mut schedule = Schedule { seed: number, ..story.schedule.clone() };
        let within = u32::try_from(number - group.before).unwrap_or(u32::MAX);
        match &group.what {
            What::Nothing => {}
            What::At { kind, behind } => {
                let nth = behind.saturating_add(within).saturating_add(1);
                schedule.faults.push(Fault { kind: *kind, nth, hit: None, phase: None });
            }
            What::Stays { trouble, slots } => {
                schedule.lasting.push(Lasting { slot: slots[within as usize], trouble: *trouble });
            }
        }
        (&cases[story.case], schedule)
    }

    /// How many of these there are of each kind, in the order of the kinds.
    pub(super) fn by_fault(&self, numbers: impl Iterator<Item = u64>) -> Vec<(&'static str, u64)> {
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for number in numbers {
            *counts.entry(self.group(number).what.word()).or_default() += 1;
        }
        let kinds = Kind::ALL.iter().map(|kind| kind.word());
        let words = [NOTHING].into_iter().chain(kinds).chain(Trouble::ALL.iter().map(|it| it.word()));
        words.filter_map(|word| Some((word, *counts.get(word)?))).collect()
    }
}

/// The steps of a story where this can stay wrong.
fn troubled(case: &Case, story: &Story, trouble: Trouble) -> Vec<u32> {
    story.touched.iter().copied().filter(|slot| Trouble::of(case, *slot).contains(&trouble)).collect()
}
