//! Takes known secret values out of output, also where they were encoded on the way: base64 (in any of the
//! three alignments that a prefix can give it) and percent-encoding.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::Secret;

/// Shortest value that is scrubbed, in bytes: shorter ones would mask ordinary text.
const LENGTH_MIN: usize = 4;
/// What stands in a secret's place.
const MASK: &[u8] = b"[secret]";

/// The characters that RFC 3986, section 2.3, leaves as they are stay as they are.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Replaces known secrets.
pub(crate) struct Scrubber(Option<AhoCorasick>);

impl Scrubber {
    /// A scrubber for these secrets. A secret of several lines is also known by each line.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let patterns: BTreeSet<Vec<u8>> = secrets.iter().flat_map(|s| values(s.expose())).flat_map(spellings).collect();
        if patterns.is_empty() {
            return Self(None);
        }
        Self(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok())
    }

    /// The bytes without secrets.
    pub(crate) fn clean(&self, bytes: &[u8]) -> Vec<u8> {
        match &self.0 {
            None => bytes.to_vec(),
            Some(automaton) => {
                let mut out = Vec::with_capacity(bytes.len());
                automaton.replace_all_with_bytes(bytes, &mut out, |_, _, out| {
                    out.extend_from_slice(MASK);
                    true
                });
                out
            }
        }
    }

    /// Where bytes that go on can be cut without cutting a secret: all but the last `keep` bytes, or up to the
    /// secret that lies there.
    pub(crate) fn cut(&self, bytes: &[u8], keep: usize) -> usize {
        let at = bytes.len().saturating_sub(keep);
        let across = |automaton: &AhoCorasick| {
            automaton.find_iter(bytes).find(|m| m.start() < at && at < m.end()).map(|m| m.start())
        };
        self.0.as_ref().and_then(across).unwrap_or(at)
    }

    /// The text without secrets; what is not UTF-8 is shown as such.
    pub(crate) fn text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(&self.clean(bytes)).into_owned()
    }
}

fn values(secret: &[u8]) -> Vec<&[u8]> {
    let whole = std::iter::once(secret.trim_ascii());
    let lines = secret.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| line.len() >= 2 * LENGTH_MIN);
    whole.chain(lines).filter(|value| value.len() >= LENGTH_MIN).collect()
}

fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let percent = percent_encode(value, NON_ALPHANUMERIC).to_string();
    let mut all = vec![
        value.to_vec(),
        percent.to_ascii_lowercase().into_bytes(),
        percent.into_bytes(),
        percent_encode(value, &UNRESERVED).to_string().into_bytes(),
    ];
    for shift in 0..3 {
        all.extend(encoded(value, shift));
    }
    all.retain(|spelling| spelling.len() >= LENGTH_MIN);
    all
}

/// What base64 makes of a value with `shift` bytes before it, without the characters that the neighbours
/// have a part in.
fn encoded(value: &[u8], shift: usize) -> Vec<Vec<u8>> {
    let padded = [vec![0; shift], value.to_vec()].concat();
    let from = (shift * 8).div_ceil(6);
    let to = padded.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
        .iter()
        .filter_map(|text| text.get(from..to).map(|inner| inner.as_bytes().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_forms_are_scrubbed_too() {
        let secret = "s3cr/t? päss";
        let scrubber = Scrubber::new(&[Secret::new(format!("{secret}\n").into_bytes())]);
        let percent = percent_encode(secret.as_bytes(), NON_ALPHANUMERIC).to_string();
        for text in [
            secret.to_owned(),
            percent.to_ascii_lowercase(),
            percent,
            STANDARD_NO_PAD.encode(secret),
            STANDARD_NO_PAD.encode(format!("u:{secret}")),
            URL_SAFE_NO_PAD.encode(format!("user:{secret}:x")),
        ] {
            let clean = scrubber.text(format!("a {text} b").as_bytes());
            assert!(clean.contains("[secret]") && !clean.contains(&text), "{clean}");
        }
        assert_eq!(scrubber.text(b"nothing here"), "nothing here");
    }

    #[test]
    fn a_cut_is_never_inside_of_a_secret() {
        let scrubber = Scrubber::new(&[Secret::new(b"hunter2".to_vec())]);
        assert_eq!(scrubber.cut(b"ab hunter2", 3), 3);
        assert_eq!(scrubber.cut(b"ab hunter2 cd", 3), 10);
        assert_eq!(Scrubber::new(&[]).cut(b"abcdef", 2), 4);
    }

    #[test]
    fn short_values_mask_nothing_and_long_ones_are_known_by_line() {
        assert_eq!(Scrubber::new(&[Secret::new(b"abc".to_vec())]).text(b"abc"), "abc");
        let key = Scrubber::new(&[Secret::new(b"-----BEGIN-----\nMIIabcdefgh\n".to_vec())]);
        assert_eq!(key.text(b"key MIIabcdefgh"), "key [secret]");
    }
}
