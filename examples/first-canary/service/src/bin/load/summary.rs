//! What a log says altogether, as a table.

use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::log::{Kind, Tally};

/// Prints the totals of a log, also of one that is still being written.
pub(crate) fn print(path: &Path) -> Result<(), String> {
    let failed = |cause: std::io::Error| format!("cannot read {}: {cause}", path.display());
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let mut total = Tally::default();
    for (at, line) in file.split(b'\n').enumerate() {
        let line = line.map_err(failed)?;
        match serde_json::from_slice::<Tally>(&line) {
            Ok(tally) => match tally.kind {
                Kind::Window => total.add(&tally),
                // The same windows once more.
                Kind::Total => {}
            },
            Err(cause) if cause.is_eof() => {}
            Err(cause) => return Err(format!("{}, line {}: {cause}", path.display(), at + 1)),
        }
    }
    println!("{}", render(&total));
    Ok(())
}

/// A table of answers by release and status.
pub(crate) fn render(total: &Tally) -> String {
    let answers = total.answers();
    let share = |count: u64| 100.0 * count as f64 / answers.max(1) as f64;
    let width = total.releases.keys().map(String::len).chain([10]).max().unwrap_or(10);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{:<width$}  status  {:>10}  {:>8}", "release", "answers", "share");
    for (release, statuses) in &total.releases {
        for (status, count) in statuses {
            let _ = writeln!(text, "{release:<width$}  {status:<6}  {count:>10}  {:>7.3}%", share(*count));
        }
        let sum: u64 = statuses.values().sum();
        let _ = writeln!(text, "{release:<width$}  all     {sum:>10}  {:>7.3}%", share(sum));
    }
    let _ = writeln!(text, "{:<width$}          {:>10}", "unanswered", total.unanswered);
    let seconds = total.for_ms as f64 / 1e3;
    let slowest = total.latency_us_max as f64 / 1e3;
    let _ = write!(text, "{answers} answers in {seconds:.1} s, the slowest after {slowest:.1} ms");
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_status_and_release() {
        let mut total = Tally::default();
        for (release, status, count) in [("r-1", 200, 95), ("r-2", 200, 4), ("r-2", 500, 1)] {
            (0..count).for_each(|_| total.answered(release, status, Duration::from_millis(2)));
        }
        (total.for_ms, total.unanswered) = (1_000, 3);
        let expected = "\
release     status     answers     share
r-1         200             95   95.000%
r-1         all             95   95.000%
r-2         200              4    4.000%
r-2         500              1    1.000%
r-2         all              5    5.000%
unanswered                   3
100 answers in 1.0 s, the slowest after 2.0 ms";
        assert_eq!(render(&total), expected);
    }
}
