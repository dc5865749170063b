//! Checksums of rows: a row that was changed, moved or mixed with another is noticed when it is read.

use sha2::{Digest, Sha256};

/// The checksum over the parts of a row: the first eight bytes of SHA-256, hexadecimal. Enough against accidents;
/// against people there is the chain of hashes of the journal.
pub(super) fn sum(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    hex::encode(&hash[..8])
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn it_tells_where_one_part_ends_and_the_next_begins() {
        assert_ne!(sum(&[b"ab", b"c"]), sum(&[b"a", b"bc"]));
        assert_ne!(sum(&[b"a", b""]), sum(&[b"", b"a"]));
        assert_eq!(sum(&[b"a", b"b"]).len(), 16);
    }
}
