//! Windows and freezes: when a calendar lets things change.

use super::{Expr, Name, Range};
use jiff::civil::Date;

/// `mon..thu 09:00..16:00 in "Europe/Berlin" except 2026-12-24..2026-12-26`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// The days on which it opens, as words; every day when none is written.
    pub days: Option<(Name, Option<Name>)>,
    /// When it opens, in minutes since midnight.
    pub from: u16,
    /// When it closes, not included; at or before `from` on the next day.
    pub to: u16,
    /// Where the times stand.
    pub times: Range,
    /// The time zone's name.
    pub zone: Expr,
    /// Days on which it stays closed.
    pub except: Vec<Days>,
}

/// `2026-12-20..2027-01-02 in "Europe/Berlin" because "the shop is full"`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Freeze {
    /// The days, as the time zone's calendar counts them.
    pub days: Days,
    /// The time zone's name.
    pub zone: Expr,
    /// Why nothing may change.
    pub because: Expr,
}

/// Days of the calendar, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// Where they stand.
    pub range: Range,
}
