//! Windows and freezes of an environment, as the plan shows them.

use jiff::civil::Date;
use plan::calendar::{Day, TimeOfDay, Weekday};
use plan::window::{Days, Freeze, Hours, Window, zones_version};
use semantics::{model, value};

/// When things may change in the environment; nothing where it does not say.
pub(crate) fn hours(environment: &model::Environment) -> Option<Hours> {
    let windows: Vec<Window> = environment.windows.iter().filter_map(window).collect();
    let freezes: Vec<Freeze> = environment.freezes.iter().map(freeze).collect();
    let said = !windows.is_empty() || !freezes.is_empty();
    said.then(|| Hours { windows, freezes, time_zones: zones_version().to_owned() })
}

fn window(of: &value::Window) -> Option<Window> {
    let open = Weekday::ALL.into_iter().enumerate().filter(|(place, _)| of.days & (1 << place) != 0);
    Some(Window {
        days: open.map(|(_, day)| day).collect(),
        from: TimeOfDay::of_minutes(of.from)?,
        to: TimeOfDay::of_minutes(of.to)?,
        zone: of.zone.to_string(),
        except: of.except.iter().map(|(first, last)| days(*first, *last)).collect(),
    })
}

fn freeze(of: &value::Freeze) -> Freeze {
    Freeze { days: days(of.first, of.last), zone: of.zone.to_string(), because: of.because.to_string() }
}

fn days(first: Date, last: Date) -> Days {
    Days { first: Day::new(first), last: Day::new(last) }
}
