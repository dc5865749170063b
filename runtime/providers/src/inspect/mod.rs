//! What lies and lives below a state directory, seen without changing anything: for `deployd doctor`, for backups and
//! for retention, beside a runtime as well as without one.

mod artifacts;
mod epochs;
mod instances;
mod proxies;

pub use artifacts::{Artifact, artifacts, damage, forget};
pub use epochs::highest as highest_epoch;
pub use instances::{Instance, instances};
pub use proxies::{Answer, Proxy, proxies};

use std::path::{Path, PathBuf};

use crate::host::identity;
use crate::supervisor::{Status, read_status};

/// What lives in a supervised folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Living {
    /// A supervisor, and mostly its child.
    Supervised,
    /// A child whose supervisor is dead: nobody would start it again. In words, with its pid.
    Orphaned(String),
    /// Nothing.
    Nothing,
    /// Its status cannot be read, for this reason.
    Unknown(String),
}

impl Living {
    fn of(folder: &Path) -> Self {
        match read_status(folder) {
            Ok(status) => status.as_ref().map_or(Self::Nothing, Self::told),
            Err(problem) => Self::Unknown(problem),
        }
    }

    fn told(status: &Status) -> Self {
        match status.living_child() {
            _ if status.supervised() => Self::Supervised,
            Some(child) => Self::Orphaned(identity::describe(child.pid)),
            None => Self::Nothing,
        }
    }
}

/// The folders in a folder with their names, in order; none when it is not there.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.path().is_dir());
    let mut found: Vec<_> =
        named.filter_map(|entry| Some((entry.file_name().to_str()?.to_owned(), entry.path()))).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use serde_json::json;

    use super::*;
    use crate::layout::Layout;
    use crate::supervisor::Identity;

    fn layout(state: &Path) -> Layout {
        Layout { state: state.into(), program: "/p".into() }
    }

    fn write(path: &Path, content: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn status(supervisor: Option<Identity>, child: Option<Identity>) -> String {
        json!({
            "format": 1, "supervisor": supervisor, "child": child, "child_since_ms": 0, "restarts": 0,
            "deaths_ms": [], "last_exit": null, "blocked": null, "stopping": false,
        })
        .to_string()
    }

    #[test]
    fn instances_are_told_apart_by_who_lives_in_them() {
        let state = tempfile::tempdir().unwrap();
        let me = Identity::of(std::process::id());
        let recycled = me.clone().map(|me| Identity { start: me.start + 1, ..me });
        let folder = |number: u32| state.path().join(format!("instances/local/shop/r-1/{number}/status.json"));
        for (number, text) in [
            (1, status(me.clone(), None)),
            (2, status(recycled.clone(), me)),
            (3, status(recycled.clone(), recycled)),
            (4, "{".to_owned()),
        ] {
            write(&folder(number), &text);
        }
        let found = instances(&layout(state.path()));
        let told: Vec<&Living> = found.iter().map(|instance| &instance.living).collect();
        assert!(matches!(
            told.as_slice(),
            [Living::Supervised, Living::Orphaned(_), Living::Nothing, Living::Unknown(_)]
        ));
        assert_eq!((found[0].service.as_str(), found[3].number.as_str()), ("shop", "4"));
    }

    #[tokio::test]
    async fn a_proxy_that_does_not_answer_still_names_its_releases() {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("proxies/local/127.0.0.1_80");
        write(
            &folder.join("proxy.json"),
            r#"{"format":1,"name":"p","listen":"127.0.0.1:80","control":"c","state":"state.json"}"#,
        );
        write(&folder.join("state.json"), r#"{"epoch":7,"routes":{"releases":[{"release":"r-1"}]}}"#);
        let found = proxies(&layout(state.path())).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].listen.as_str(), &found[0].living), ("127.0.0.1:80", &Living::Nothing));
        assert!(found[0].releases.contains("r-1"));
        assert!(matches!(found[0].answer, Answer::None(_)));
    }

    #[test]
    fn the_highest_epoch_is_that_of_whoever_saw_most() {
        let state = tempfile::tempdir().unwrap();
        let layout = layout(state.path());
        assert_eq!(highest_epoch(&layout), Ok(0));
        write(&state.path().join("providers.epoch"), "5");
        assert_eq!(highest_epoch(&layout), Ok(5));
        write(&state.path().join("proxies/local/a/state.json"), r#"{"epoch":9}"#);
        assert_eq!(highest_epoch(&layout), Ok(9));
        write(&state.path().join("providers.epoch"), "not a number");
        assert!(highest_epoch(&layout).is_err());
    }

    #[test]
    fn artifacts_are_told_with_their_damage_and_their_last_use() {
        let state = tempfile::tempdir().unwrap();
        let layout = layout(state.path());
        assert_eq!(artifacts(&layout), Ok(Vec::new()));
        let digest = plan::Digest::of(b"one");
        assert!(damage(&layout, &digest).is_some());
        let path = layout.artifacts().join(digest.digits());
        write(&path, "one");
        write(&layout.artifacts().join(".new-1"), "half");
        let found = artifacts(&layout).unwrap();
        assert_eq!((found.len(), found[0].bytes, damage(&layout, &digest)), (1, 3, None));
        assert!(found[0].used > SystemTime::now() - Duration::from_secs(3600));
        fs::write(&path, "two").unwrap();
        assert!(damage(&layout, &digest).is_some());
        fs::File::open(&path).unwrap().set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
        forget(&found[0]).unwrap();
        assert!(path.exists(), "it was looked for since");
        let found = artifacts(&layout).unwrap();
        forget(&found[0]).unwrap();
        forget(&found[0]).unwrap();
        assert!(!path.exists());
    }
}
