//! What is deployed: an artifact by its immutable digest, together with how it runs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::canonical;

/// The SHA-256 of an artifact, written `sha256:` and 64 lower-case hexadecimal digits. A tag such as
/// `latest` is not a digest and never becomes one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Digest(String);

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The text names something that can move.
    #[error(
        "`{0}` is not a digest: a tag can move between the check and the rollout; give `sha256:` and 64 hexadecimal digits, or `file:PATH`"
    )]
    Tag(String),
    /// The text starts like a digest and is malformed.
    #[error("`{0}` is not a SHA-256 digest: after `sha256:` come exactly 64 digits 0-9 a-f, here {1}")]
    Malformed(String, String),
}

impl Digest {
    /// Parses `sha256:<64 hex digits>`; upper-case digits are folded.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let Some(digits) = text.strip_prefix("sha256:") else {
            return Err(DigestError::Tag(text.to_owned()));
        };
        let digits = digits.to_ascii_lowercase();
        if let Some(bad) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(DigestError::Malformed(text.to_owned(), format!("stands `{bad}`")));
        }
        if digits.len() != 64 {
            return Err(DigestError::Malformed(text.to_owned(), format!("are {}", digits.len())));
        }
        Ok(Self(format!("sha256:{digits}")))
    }

    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hex::encode(Sha256::digest(bytes))))
    }

    /// A digest from an already computed SHA-256.
    pub fn from_sha256(hash: &[u8; 32]) -> Self {
        Self(format!("sha256:{}", hex::encode(hash)))
    }

    /// The 64 hexadecimal digits.
    pub fn digits(&self) -> &str {
        self.0.strip_prefix("sha256:").unwrap_or(&self.0)
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.digits().get(..12).unwrap_or(self.digits())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        Self::parse(&text)
    }
}

/// Names one release of one service: `r-` and twelve hexadecimal digits, low in cardinality and safe in a
/// label, a header and a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ReleaseId(pub String);

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything needed to run a release again, also when the sources have moved on: a rollback starts from this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// Derived from the three fields below it.
    pub id: ReleaseId,
    /// The service.
    pub service: String,
    /// What is run.
    pub artifact: Digest,
    /// Where the artifact is looked for, as the service declared it.
    pub source: serde_json::Value,
    /// How it is run, as the service declared it.
    pub runs: serde_json::Value,
    /// Instances at full weight.
    pub replicas: u32,
}

impl Release {
    /// A release and its id: a digest over service, artifact and configuration (not over the replica count,
    /// so that scaling keeps the release).
    pub fn new(
        service: &str,
        artifact: Digest,
        source: serde_json::Value,
        runs: serde_json::Value,
        replicas: u32,
    ) -> Self {
        let identity = serde_json::json!({ "service": service, "artifact": artifact.to_string(), "runs": runs });
        let digest = Digest::of(&canonical::to_bytes(&identity));
        Self {
            id: ReleaseId(format!("r-{}", digest.short())),
            service: service.to_owned(),
            artifact,
            source,
            runs,
            replicas,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_not_digests() {
        let message = Digest::parse("latest").unwrap_err().to_string();
        assert!(message.starts_with("`latest` is not a digest: a tag can move"), "{message}");
        let message = Digest::parse("sha256:abc").unwrap_err().to_string();
        assert!(message.ends_with("exactly 64 digits 0-9 a-f, here are 3"), "{message}");
        assert!(Digest::parse(&format!("sha256:{}", "z".repeat(64))).is_err());
    }

    #[test]
    fn a_release_id_follows_artifact_and_configuration() {
        let release = |text: &[u8], drain: u32, replicas| {
            Release::new("shop", Digest::of(text), "files".into(), serde_json::json!({ "drain": drain }), replicas).id
        };
        assert_eq!(release(b"a", 1, 2), release(b"a", 1, 9));
        assert_ne!(release(b"a", 1, 2), release(b"b", 1, 2));
        assert_ne!(release(b"a", 1, 2), release(b"a", 2, 2));
    }
}
