//! The folders of instances, and who lives in them.

use std::path::PathBuf;

use super::{Living, folders};
use crate::layout::Layout;

/// One instance's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The environment.
    pub environment: String,
    /// The service's name outside the language.
    pub service: String,
    /// The release.
    pub release: String,
    /// Which one of the release.
    pub number: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Who lives there.
    pub living: Living,
}

/// Every instance of the state directory, by environment, service, release and number.
pub fn instances(layout: &Layout) -> Vec<Instance> {
    let mut found = Vec::new();
    for (environment, folder) in folders(&layout.state.join("instances")) {
        for (service, folder) in folders(&folder) {
            for (release, folder) in folders(&folder) {
                found.extend(of_release(&environment, &service, &release, folder));
            }
        }
    }
    found
}

fn of_release(environment: &str, service: &str, release: &str, folder: PathBuf) -> impl Iterator<Item = Instance> {
    folders(&folder).into_iter().map(move |(number, folder)| Instance {
        environment: environment.to_owned(),
        service: service.to_owned(),
        release: release.to_owned(),
        number,
        living: Living::of(&folder),
        folder,
    })
}
