//! The release at the end of an executable: `JSON · its length as eight bytes, little end first · a mark of eight bytes`.
//!
//! What follows an executable's own sections is ignored by the loader.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::Failure;
use crate::release::{FORMAT, Release};

const MARK: &[u8; 8] = b"SHOPREL1";

/// Length and mark.
const TAIL_BYTES: u64 = 16;

/// A release is a few hundred bytes; more is not one of ours.
const RELEASE_BYTES_MAX: u64 = 64 * 1024;

/// The trailer for a release.
pub(crate) fn encode(release: &Release) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(release)?;
    let length = bytes.len() as u64;
    bytes.extend(length.to_le_bytes());
    bytes.extend(MARK);
    Ok(bytes)
}

/// Reads the release an executable carries.
pub(crate) fn read(path: &Path) -> Result<Release, Failure> {
    let failed = |cause| Failure::Io(format!("read {}", path.display()), cause);
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let length = length(&mut file, size).map_err(failed)?.ok_or(Failure::NoTrailer)?;
    let mut json = Vec::new();
    file.seek(SeekFrom::Start(size - TAIL_BYTES - length)).map_err(failed)?;
    file.take(length).read_to_end(&mut json).map_err(failed)?;
    let release: Release = serde_json::from_slice(&json).map_err(|cause| Failure::BadTrailer(cause.to_string()))?;
    if release.format != FORMAT {
        return Err(Failure::BadTrailer(format!("it has format {}, this program reads {FORMAT}", release.format)));
    }
    Ok(release)
}

/// An executable without the release it may carry.
pub(crate) fn bare(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let carried = length(&mut file, size)?.map_or(0, |length| length + TAIL_BYTES);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(size - carried).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The length of the JSON, if there is any.
fn length(file: &mut File, size: u64) -> io::Result<Option<u64>> {
    if size < TAIL_BYTES {
        return Ok(None);
    }
    let (mut length, mut mark) = ([0; 8], [0; 8]);
    file.seek(SeekFrom::Start(size - TAIL_BYTES))?;
    file.read_exact(&mut length)?;
    file.read_exact(&mut mark)?;
    let length = u64::from_le_bytes(length);
    Ok((&mark == MARK && length <= RELEASE_BYTES_MAX.min(size - TAIL_BYTES)).then_some(length))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::release::{Death, Readiness};

    fn release() -> Release {
        Release {
            format: FORMAT,
            version: "v2".to_owned(),
            errors: "0.2%".parse().unwrap(),
            ready: Readiness::Never,
            start_delay_ms: 5,
            die: Some(Death::AfterRequests(100)),
            diary: None,
        }
    }

    #[test]
    fn a_release_comes_back_and_leaves_the_executable_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop");
        fs::write(&path, [b"code".to_vec(), encode(&release()).unwrap()].concat()).unwrap();
        assert_eq!(read(&path).unwrap(), release());
        assert_eq!(bare(&path).unwrap(), b"code");
    }

    #[test]
    fn what_is_not_a_trailer_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop");
        let too_long = [&u64::MAX.to_le_bytes()[..], MARK].concat();
        for bytes in [&b""[..], b"short", b"a long enough executable", &too_long] {
            fs::write(&path, bytes).unwrap();
            assert!(matches!(read(&path), Err(Failure::NoTrailer)));
            assert_eq!(bare(&path).unwrap(), bytes);
        }
        let nonsense = [b"{}", &2_u64.to_le_bytes()[..], MARK].concat();
        fs::write(&path, nonsense).unwrap();
        assert!(matches!(read(&path), Err(Failure::BadTrailer(_))));
    }
}
