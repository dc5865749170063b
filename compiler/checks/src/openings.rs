//! How long things may change in an environment without a pause.

use jiff::ToSpan;
use jiff::civil::Date;
use plan::calendar::{Day, TimeOfDay, Weekday};
use plan::window::{Calendar, Days, Freeze, Window as Hours};
use semantics::model::Environment;
use semantics::value::Window;

const MINUTE_MS: i64 = 60_000;
const DAY: usize = 1_440;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
const WEEK: usize = 7 * DAY;

/// The beginning of 2026, UTC. No clock is asked when a project is compiled: the same sources say the same on every day.
const REFERENCE_MS: i64 = 1_767_225_600_000;

/// The longest time in which the windows are open without a pause: in an ordinary week where they are of one zone, and in two years
/// where they are of several, whose clocks are put forward and back on different days. Nothing where they are always open.
pub(crate) fn longest_opening(windows: &[Window]) -> Option<i64> {
    let zone = &windows.first()?.zone;
    if windows.iter().any(|window| window.zone != *zone) {
        let calendar = Calendar::new(&windows.iter().filter_map(lowered).collect::<Vec<_>>(), &[]).ok()?;
        let all = calendar.openings(REFERENCE_MS, REFERENCE_MS + 730 * DAY_MS);
        let longest = all.iter().map(|opening| opening.to - opening.from).max()?;
        return (all.len() > 1).then_some(longest);
    }
    let mut open = vec![false; WEEK];
    for window in windows {
        for day in (0..7).filter(|day| window.days & (1 << day) != 0) {
            let (from, to) = (usize::from(window.from), usize::from(window.to));
            let minutes = if to > from { to - from } else { DAY - from + to };
            (0..minutes).for_each(|minute| open[(day * DAY + from + minute) % WEEK] = true);
        }
    }
    let shut = open.iter().position(|open| !open)?;
    let mut longest: i64 = 0;
    let mut run = 0;
    for minute in 0..WEEK {
        run = if open[(shut + minute) % WEEK] { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    Some(longest * MINUTE_MS)
}

/// The first day of a freeze, or of an exception from a window, from which on no opening is longer than this within ten years.
pub(crate) fn never_after(environment: &Environment, needed_ms: i64) -> Option<Date> {
    let closed = environment.windows.iter().flat_map(|window| window.except.iter().map(|(first, _)| *first));
    let mut days: Vec<Date> = environment.freezes.iter().map(|freeze| freeze.first).chain(closed).collect();
    if days.is_empty() {
        return None;
    }
    days.sort_unstable();
    let windows: Vec<Hours> = environment.windows.iter().filter_map(lowered).collect();
    let freezes: Vec<Freeze> = environment.freezes.iter().map(frozen).collect();
    let calendar = Calendar::new(&windows, &freezes).ok()?;
    let never = |day: &Date| {
        // A day earlier, wherever its zone lies.
        let before = day.checked_sub(1.day()).unwrap_or(*day);
        let at = before.to_zoned(jiff::tz::TimeZone::UTC).map(|it| it.timestamp().as_millisecond());
        at.is_ok_and(|at| calendar.next_fitting(at.saturating_add(3 * DAY_MS), needed_ms.saturating_add(1)).is_none())
    };
    days.into_iter().find(never)
}

fn lowered(window: &Window) -> Option<Hours> {
    let days = (0..7).filter(|day| window.days & (1 << day) != 0).map(|day| Weekday::ALL[day]);
    Some(Hours {
        days: days.collect(),
        from: TimeOfDay::of_minutes(window.from)?,
        to: TimeOfDay::of_minutes(window.to)?,
        zone: window.zone.to_string(),
        except: window.except.iter().map(|(first, last)| between(*first, *last)).collect(),
    })
}

fn frozen(freeze: &semantics::value::Freeze) -> Freeze {
    Freeze {
        days: between(freeze.first, freeze.last),
        zone: freeze.zone.to_string(),
        because: freeze.because.to_string(),
    }
}

fn between(first: Date, last: Date) -> Days {
    Days { first: Day::new(first), last: Day::new(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: u8, from: u16, to: u16) -> Window {
        Window { days, from, to, zone: "UTC".into(), except: Vec::new() }
    }

    #[test]
    fn openings_are_as_long_as_windows_that_touch() {
        let hours = |windows: &[Window]| longest_opening(windows).map(|ms| ms / 3_600_000);
        assert_eq!(hours(&[]), None);
        assert_eq!(hours(&[window(0b000_1111, 540, 960)]), Some(7));
        assert_eq!(hours(&[window(0b000_0001, 0, 1_440), window(0b000_0010, 0, 720)]), Some(36));
        assert_eq!(hours(&[window(0b100_0000, 1_320, 120)]), Some(4), "over midnight, and over the end of the week");
        assert_eq!(hours(&[window(0b111_1111, 0, 1_440)]), None, "always open");
        let other = |from, to| Window { zone: "Asia/Tokyo".into(), ..window(0b001_1111, from, to) };
        assert_eq!(hours(&[window(0b001_1111, 540, 1_020), other(540, 1_020)]), Some(8), "nine hours apart");
        assert_eq!(hours(&[window(0b001_1111, 0, 480), other(0, 540)]), Some(17), "one behind the other");
    }
}
