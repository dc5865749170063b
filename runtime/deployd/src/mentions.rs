//! Which artifacts and releases the state still speaks of, wherever it does: what is mentioned is never thrown away.

use std::collections::BTreeSet;
use std::path::Path;

use machine::ports::store::StoreError;
use store::texts::{Of, texts};

const DIGEST: (&[u8], usize) = (b"sha256:", 64);
const RELEASE: (&[u8], usize) = (b"r-", 12);

/// What texts speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mentions {
    /// The digits of digests: of artifacts, and of plans, which does no harm.
    pub(crate) digests: BTreeSet<String>,
    /// Ids of releases.
    pub(crate) releases: BTreeSet<String>,
}

impl Mentions {
    /// Reads the texts of these runs, `without` some.
    pub(crate) fn of(state: &Path, of: &[Of], without: &[String]) -> Result<Self, StoreError> {
        let mut mentions = Self::default();
        texts(state, of, without, &mut |text| mentions.take(text))?;
        Ok(mentions)
    }

    fn take(&mut self, text: &[u8]) {
        self.digests.extend(found(text, DIGEST).map(|digest| digest[DIGEST.0.len()..].to_owned()));
        self.releases.extend(found(text, RELEASE).map(str::to_owned));
    }
}

/// Every place where a prefix is followed by so many hexadecimal digits.
fn found<'a>(text: &'a [u8], (prefix, digits): (&'a [u8], usize)) -> impl Iterator<Item = &'a str> {
    let length = prefix.len() + digits;
    let hexadecimal = move |part: &&[u8]| {
        part.starts_with(prefix) && part[prefix.len()..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.windows(length).filter(hexadecimal).filter_map(|part| std::str::from_utf8(part).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mentioned_is_found_in_any_text() {
        let digits = "0123456789abcdef".repeat(4);
        let text =
            format!("\u{0}{{\"artifact\":\"sha256:{digits}\",\"id\":\"r-0123456789ab\",\"x\":\"r-0123\"}} sha256:12");
        let mut mentions = Mentions::default();
        mentions.take(text.as_bytes());
        mentions.take(b"");
        assert_eq!(mentions.digests.into_iter().collect::<Vec<_>>(), [digits]);
        assert_eq!(mentions.releases.into_iter().collect::<Vec<_>>(), ["r-0123456789ab"]);
    }
}
