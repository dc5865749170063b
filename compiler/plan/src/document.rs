//! The plan as a file: version, digest, body, and the source map that the digest leaves out.

use std::collections::BTreeMap;
use std::io::Read;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::body::Body;
use crate::canonical;
use crate::release::Digest;
use crate::validate;

/// The version this library writes. It reads this one only; a later library reads the one before as well.
pub const FORMAT: u32 = 1;

/// Largest plan that is read, in bytes: 256 MiB.
pub const SIZE_MAX: u64 = 256 << 20;

/// A compiled plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this document.
    pub format: u32,
    /// SHA-256 over the canonical bytes of `format` and `body`; the source map is not part of it, so that
    /// reformatting the sources does not void an approval.
    pub digest: Digest,
    /// What is done.
    pub body: Body,
    /// Where things stand in the sources: nodes by their ids, `gate:NAME`, conditions as `gate:NAME/INDEX`,
    /// `metric:NAME`, `environment:NAME`, `service:NAME`, `slo:NAME`, `database:NAME`, `migration:NAME`,
    /// exceptions as `accept:INDEX`.
    pub source_map: BTreeMap<String, Place>,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path from the project's root, with `/`.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a file is not a plan that may be run.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not of the shape of a plan.
    #[error("this is not a compiled plan: {0}; `deployc build` writes one")]
    Shape(String),
    /// Written by another version.
    #[error(
        "this plan has format {found}, and this program reads format {FORMAT}; build it again with the deployc of this version"
    )]
    Format {
        /// The version found.
        found: u64,
    },
    /// The body is not the one the digest was taken of.
    #[error(
        "the plan was changed after it was built: it says {stated}, its body has {found}; change the sources and build again"
    )]
    Digest {
        /// What the file says.
        stated: Digest,
        /// What its body has.
        found: Digest,
    },
    /// The body names something that is not there.
    #[error("the plan is not sound: {0}; build it again")]
    Unsound(String),
    /// Too large to be read.
    #[error("the plan has more than {} MiB, the limit for one", SIZE_MAX >> 20)]
    Size,
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
}

/// A plan that is being put together. Its digest, which costs as much as the rest, is taken once, of what has come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What is done.
    pub body: Body,
    /// As that of [`Plan`].
    pub source_map: BTreeMap<String, Place>,
}

impl Draft {
    /// The plan, with its digest.
    #[must_use]
    pub fn seal(self) -> Plan {
        Plan::new(self.body, self.source_map)
    }
}

#[derive(Serialize)]
struct Covered<'a> {
    format: u32,
    body: &'a Body,
}

/// What is read before the whole: of which version it is, and the body's text.
#[derive(Deserialize)]
struct Written<'a> {
    format: Option<u64>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

impl Plan {
    /// Seals a body: takes its digest.
    pub fn new(body: Body, source_map: BTreeMap<String, Place>) -> Self {
        let digest = Self::digest_of(&body);
        Self { format: FORMAT, digest, body, source_map }
    }

    fn digest_of(body: &Body) -> Digest {
        Digest::of(&canonical::to_bytes(&Covered { format: FORMAT, body }))
    }

    /// The file's bytes: canonical JSON and a newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = canonical::to_bytes(self);
        bytes.push(b'\n');
        bytes
    }

    /// The bytes of a plan file of `length` bytes, as its folder says. Where that is too long nothing is read; where it says too
    /// little, as it does of a pipe, no more than the limit is.
    ///
    /// # Errors
    /// Where there are more than [`SIZE_MAX`], or they cannot be read.
    pub fn take(length: u64, from: impl Read) -> Result<Vec<u8>, ReadError> {
        bounded(length, from, SIZE_MAX)
    }

    /// Reads a plan and refuses one of another version, one that was edited, and one that is not sound.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() as u64 > SIZE_MAX {
            return Err(ReadError::Size);
        }
        let shape = |error: serde_json::Error| ReadError::Shape(error.to_string());
        let Written { format, body } = serde_json::from_slice(bytes).map_err(shape)?;
        match format {
            Some(found) if found == u64::from(FORMAT) => {}
            Some(found) => return Err(ReadError::Format { found }),
            None => return Err(ReadError::Shape("it has no `format`".to_owned())),
        }
        let plan: Self = serde_json::from_slice(bytes).map_err(shape)?;
        if !body.is_some_and(|body| Self::is_sealed(body.get(), &plan.digest)) {
            let found = Self::digest_of(&plan.body);
            if found != plan.digest {
                return Err(ReadError::Digest { stated: plan.digest, found });
            }
        }
        validate::sound(&plan.body).map_err(ReadError::Unsound)?;
        Ok(plan)
    }

    /// Whether the body as it is written has this digest. A file of the compiler is canonical already; one that
    /// another program has laid out anew is not, and needs the long way.
    fn is_sealed(body: &str, digest: &Digest) -> bool {
        let covered = [br#"{"body":"#, body.as_bytes(), format!(r#","format":{FORMAT}}}"#).as_bytes()].concat();
        Digest::of(&covered) == *digest
    }
}

fn bounded(length: u64, from: impl Read, most: u64) -> Result<Vec<u8>, ReadError> {
    if length > most {
        return Err(ReadError::Size);
    }
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes).map_err(ReadError::Unreadable)?;
    if bytes.len() as u64 > most { Err(ReadError::Size) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

    use std::io::{Read, Result};

    use super::*;

    /// Whoever reads from it has not looked at the size before.
    struct Unread;

    impl Read for Unread {
        fn read(&mut self, _into: &mut [u8]) -> Result<usize> {
            panic!("it was read")
        }
    }

    #[test]
    fn what_is_too_long_is_not_read_to_its_end() {
        assert!(matches!(Plan::take(SIZE_MAX + 1, Unread), Err(ReadError::Size)));
        assert_eq!(bounded(4, &b"plan"[..], 4).unwrap(), b"plan");
        assert!(matches!(bounded(0, std::io::repeat(b' '), 4), Err(ReadError::Size)), "a pipe has no length");
    }
}
