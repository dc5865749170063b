//! The files of a package with their sums, in the form that `sha256sum` writes and reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Most files of a package.
pub const TREE_FILES_MAX: usize = 10_000;

/// Largest package, in bytes: 64 MiB.
pub const TREE_SIZE_MAX: u64 = 64 << 20;

/// The sum of each file of a package, by its path from the package's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing(BTreeMap<String, String>);

impl Listing {
    /// Notes a file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.0.insert(path.to_owned(), hex::encode(Sha256::digest(bytes)));
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line a file, by path: its sum, two spaces, its path.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (path, sum) in &self.0 {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{sum}  {path}");
        }
        text
    }

    /// The sum over the files: that of the text.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(self.text()))
    }

    /// What a text lists; nothing where it is no listing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let file = |line: &str| line.split_once("  ").map(|(sum, path)| (path.to_owned(), sum.to_owned()));
        let listing = Self(text.lines().map(file).collect::<Option<_>>()?);
        (listing.text() == text).then_some(listing)
    }

    /// Files that are listed here and not, or otherwise, in the other one.
    pub fn not_in<'l>(&'l self, other: &'l Self) -> impl Iterator<Item = (&'l str, bool)> {
        let differs = self.0.iter().filter(|(path, sum)| other.0.get(*path) != Some(*sum));
        differs.map(|(path, _)| (path.as_str(), other.0.contains_key(path)))
    }
}

/// Whether a path stays inside of its folder on every system, and means the same there.
#[must_use]
pub fn sound_path(path: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git");
    path.split('/').all(sound) && !path.contains(|c: char| c.is_control() || c == '\\' || c == ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_as_it_was_written() {
        let mut listing = Listing::default();
        listing.add("b  c.deploy", b"two");
        listing.add("a.deploy", b"");
        let text = listing.text();
        assert!(text.starts_with("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.deploy\n"));
        assert_eq!(Listing::read(&text), Some(listing));
        assert_eq!(Listing::read(""), Some(Listing::default()));
        for wrong in ["a", "a b\n", "x  b\nx  a\n", "x  a"] {
            assert_eq!(Listing::read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn paths_stay_inside() {
        assert!(sound_path("a/b c.deploy") && sound_path(".github/x"));
        for wrong in ["", "/a", "a//b", "../a", "a/..", ".git/config", "a/.GIT/x", "a\\b", "c:a", "a\nb"] {
            assert!(!sound_path(wrong), "{wrong:?}");
        }
    }
}
