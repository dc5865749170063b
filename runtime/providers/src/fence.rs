//! Refuses a runtime that another one has replaced: one that was paused and wakes up must do no harm.

use crate::host::files;
use crate::layout::Layout;

/// What a person can do about a file that cannot be read: it is not guessed which runtimes were replaced.
const REMEDY: &str = "make sure that no other runtime works on this state directory, remove the file and start the runtime again: the file is made anew";

/// Lets a request pass whose epoch is the highest seen, and remembers it.
pub(crate) fn pass(layout: &Layout, epoch: u64) -> Result<(), String> {
    layout.prepare()?;
    let seen: u64 = files::read_json(&layout.epoch()).map_err(|e| format!("{e}; {REMEDY}"))?.unwrap_or(0);
    if epoch < seen {
        return Err(format!("another runtime took over this state directory (epoch {seen}, ours {epoch})"));
    }
    if epoch > seen { files::write_json(&layout.epoch(), &epoch) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_only_rise() {
        let state = tempfile::tempdir().unwrap();
        let layout = Layout { state: state.path().into(), program: "/p".into() };
        for (epoch, passes) in [(3, true), (3, true), (2, false), (4, true), (3, false)] {
            assert_eq!(pass(&layout, epoch).is_ok(), passes, "{epoch}");
        }
        for torn in ["", "4x"] {
            std::fs::write(layout.epoch(), torn).unwrap();
            let message = pass(&layout, 5).unwrap_err();
            assert!(message.contains("providers.epoch") && message.contains("remove the file"), "{message}");
        }
    }
}
