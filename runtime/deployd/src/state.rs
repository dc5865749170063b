//! Where the state directory is when nobody says.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use server::Failure;

/// The option, else `$DEPLOYD_STATE`, else `$XDG_STATE_HOME/deployd`, else `~/.local/state/deployd`; for root
/// without a home `/var/lib/deployd`. Always absolute.
pub(crate) fn directory(
    option: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<OsString>,
    root: bool,
) -> Result<PathBuf, Failure> {
    let set = |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = option
        .map(Path::to_owned)
        .or_else(|| set("DEPLOYD_STATE"))
        // The base directory specification says that a relative one is to be ignored.
        .or_else(|| set("XDG_STATE_HOME").filter(|path| path.is_absolute()).map(|path| path.join("deployd")))
        .or_else(|| set("HOME").map(|path| path.join(".local/state/deployd")))
        .or_else(|| root.then(|| PathBuf::from("/var/lib/deployd")));
    let chosen = chosen.ok_or_else(|| {
        Failure::usage("there is no home directory to keep state in; give a directory with --state or DEPLOYD_STATE")
    })?;
    std::path::absolute(&chosen).map_err(|error| Failure::usage(format!("--state {}: {error}", chosen.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(option: Option<&str>, variables: &[(&str, &str)], root: bool) -> Option<String> {
        let environment =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        directory(option.map(Path::new), &environment, root).ok().map(|path| path.display().to_string())
    }

    #[test]
    fn the_nearer_word_wins() {
        let all = [("DEPLOYD_STATE", "/d"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(chosen(Some("/s"), &all, true).unwrap(), "/s");
        assert_eq!(chosen(None, &all, true).unwrap(), "/d");
        assert_eq!(chosen(None, &all[1..], true).unwrap(), "/x/deployd");
        assert_eq!(chosen(None, &all[2..], true).unwrap(), "/h/.local/state/deployd");
        assert_eq!(chosen(None, &[("XDG_STATE_HOME", "x"), ("HOME", "/h")], false).unwrap(), "/h/.local/state/deployd");
        assert_eq!(chosen(None, &[("DEPLOYD_STATE", ""), ("HOME", "")], true).unwrap(), "/var/lib/deployd");
        assert_eq!(chosen(None, &[], false), None);
    }

    #[test]
    fn a_relative_directory_becomes_absolute() {
        assert!(chosen(Some("here"), &[], false).unwrap().starts_with('/'));
    }
}
