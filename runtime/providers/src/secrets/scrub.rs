//! Takes known secret values out of output, also where they were encoded on the way: base64 (in any of the three
//! alignments that a prefix can give it), percent-encoding, JSON, HTML and hexadecimal. Of a secret that is a URL the
//! password alone is known as well.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

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

fn values(secret: &[u8]) -> Vec<Vec<u8>> {
    let lines = secret.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let mut all: Vec<Vec<u8>> = lines.clone().filter(|line| line.len() >= 2 * LENGTH_MIN).map(<[u8]>::to_vec).collect();
    all.push(secret.trim_ascii().to_vec());
    for password in lines.filter_map(password) {
        all.push(percent_decode(password).collect());
        all.push(password.to_vec());
    }
    all.retain(|value| value.len() >= LENGTH_MIN);
    all
}

/// The password of a URL, as `scheme://user:password@host` has it (RFC 3986, section 3.2.1).
fn password(url: &[u8]) -> Option<&[u8]> {
    let after =
        |bytes: &'_ [u8], mark: &[u8]| bytes.windows(mark.len()).position(|w| w == mark).map(|at| at + mark.len());
    let rest = url.get(after(url, b"://")?..)?;
    let authority = rest.split(|b| matches!(b, b'/' | b'?' | b'#')).next()?;
    let user = authority.get(..authority.iter().rposition(|b| *b == b'@')?)?;
    user.get(after(user, b":")?..)
}

fn spellings(value: Vec<u8>) -> Vec<Vec<u8>> {
    let percent = percent_encode(&value, NON_ALPHANUMERIC).to_string();
    let (unreserved, hex) = (percent_encode(&value, &UNRESERVED).to_string(), hex::encode(&value));
    let mut all = vec![
        percent.to_ascii_lowercase().into_bytes(),
        percent.into_bytes(),
        unreserved.replace("%20", "+").into_bytes(),
        unreserved.into_bytes(),
        hex.to_ascii_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    if let Ok(text) = std::str::from_utf8(&value) {
        all.extend(quoted(text).map(String::into_bytes));
    }
    let value = value.as_slice();
    all.push(value.to_vec());
    for shift in 0..3 {
        all.extend(encoded(value, shift));
    }
    all.retain(|spelling| spelling.len() >= LENGTH_MIN);
    all
}

/// What JSON (RFC 8259, section 7) and HTML make of a text, with what each leaves to the writer: whether `/` is escaped,
/// and whether everything beyond ASCII is.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let json = serde_json::Value::from(text).to_string();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let ascii: String = json.chars().map(in_ascii).collect();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (named, numbered) = (html.replace('\'', "&apos;"), html.replace('\'', "&#39;"));
    let double = |html: &str| html.replace('"', "&quot;");
    [json.replace('/', "\\/"), ascii.replace('/', "\\/"), json, ascii, double(&named), double(&numbered), double(&html)]
        .into_iter()
        .chain([html])
}

fn in_ascii(c: char) -> String {
    let unit = |unit: &u16| format!("\\u{unit:04x}");
    if c.is_ascii() { c.to_string() } else { c.encode_utf16(&mut [0; 2]).iter().map(unit).collect() }
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
        let secret = "s3cr/t? päss\"&<";
        let scrubber = Scrubber::new(&[Secret::new(format!("{secret}\n").into_bytes())]);
        let percent = percent_encode(secret.as_bytes(), NON_ALPHANUMERIC).to_string();
        for text in [
            secret.to_owned(),
            percent.to_ascii_lowercase(),
            percent,
            STANDARD_NO_PAD.encode(secret),
            STANDARD_NO_PAD.encode(format!("u:{secret}")),
            URL_SAFE_NO_PAD.encode(format!("user:{secret}:x")),
            r#"s3cr\/t? p\u00e4ss\"&<"#.to_owned(),
            r#"s3cr/t? päss\"&<"#.to_owned(),
            "s3cr/t? päss&quot;&amp;&lt;".to_owned(),
            "s3cr%2Ft%3F+p%C3%A4ss%22%26%3C".to_owned(),
            hex::encode(secret),
        ] {
            let clean = scrubber.text(format!("a {text} b").as_bytes());
            assert!(clean.contains("[secret]") && !clean.contains(&text), "{clean}");
        }
        assert_eq!(scrubber.text(b"nothing here"), "nothing here");
    }

    #[test]
    fn of_a_url_the_password_is_a_secret_of_its_own() {
        let url = b"postgres://shop:p%40ss:word@db.internal/shop?sslmode=require\n".to_vec();
        let scrubber = Scrubber::new(&[Secret::new(url.clone())]);
        assert_eq!(scrubber.text(&url), "[secret]\n");
        assert_eq!(scrubber.text(b"login p@ss:word failed, p%40ss:word"), "login [secret] failed, [secret]");
        assert_eq!(scrubber.text(b"db.internal for shop"), "db.internal for shop");
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
