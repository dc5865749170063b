//! Plan files that commands are given.

use std::fs::File;
use std::io;
use std::path::Path;

use plan::{Plan, ReadError};

/// Opens one; gives its length, too.
pub(crate) fn open(path: &Path) -> io::Result<(u64, File)> {
    let file = File::open(path)?;
    Ok((file.metadata()?.len(), file))
}

/// The plan in an open file.
pub(crate) fn read((length, file): (u64, File)) -> Result<Plan, ReadError> {
    Plan::read(&Plan::take(length, file)?)
}
