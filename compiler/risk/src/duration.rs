//! Durations for people: `22 s`, `1 min 30 s`, `1 d 2 h`.

const UNITS: &[(u64, &str)] = &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];

/// The two largest units of a number of milliseconds; exact below a minute.
#[must_use]
pub fn shown(ms: u64) -> String {
    match UNITS.iter().position(|(unit, _)| ms >= *unit) {
        None if ms == 0 => "0 s".to_owned(),
        None => format!("{ms} ms"),
        Some(at) => {
            let (unit, name) = UNITS[at];
            let (next, next_name) = UNITS.get(at + 1).copied().unwrap_or((1, "ms"));
            match (ms / unit, ms % unit / next) {
                (whole, 0) => format!("{whole} {name}"),
                (whole, rest) => format!("{whole} {name} {rest} {next_name}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn durations_have_two_units_at_most() {
        let table = [
            (0, "0 s"),
            (500, "500 ms"),
            (22_000, "22 s"),
            (1_500, "1 s 500 ms"),
            (60_000, "1 min"),
            (90_000, "1 min 30 s"),
            (3_600_000, "1 h"),
            (93_600_000, "1 d 2 h"),
        ];
        for (ms, expected) in table {
            assert_eq!(shown(ms), expected);
        }
    }
}
