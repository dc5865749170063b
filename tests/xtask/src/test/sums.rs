//! Adding up what the test binaries report.

use std::fmt;

/// The sums over all test binaries.
#[derive(Default)]
pub(super) struct Sums {
    passed: u64,
    failed: u64,
    /// Whether cargo itself reported a failure, be it a test or a build.
    pub(super) broken: bool,
}

impl Sums {
    /// Takes in a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    pub(super) fn read(&mut self, line: &str) {
        if !line.starts_with("test result: ") {
            return;
        }
        self.passed += number_before(line, " passed");
        self.failed += number_before(line, " failed");
    }

    /// Whether everything passed.
    pub(super) fn good(&self) -> bool {
        self.failed == 0 && self.passed > 0 && !self.broken
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.broken && self.failed == 0 {
            writeln!(f, "cargo test failed before every test had run; see above")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Sums;

    #[test]
    fn adds_up_the_runs() {
        let mut sums = Sums::default();
        sums.read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        sums.read("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        sums.read("test result of something else: 9 passed");
        assert_eq!(sums.to_string(), "15 passed, 2 failed");
        assert!(!sums.good());
    }

    #[test]
    fn nothing_run_is_not_good() {
        assert!(!Sums::default().good());
    }
}
