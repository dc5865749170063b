//! `docs/architecture.md` names every crate, and names none that is not there.

use super::nothing_to_say;
use super::repository::{members, root};

const MAP: &str = "docs/architecture.md";

#[test]
fn the_map_names_every_crate() {
    let map = std::fs::read_to_string(root().join(MAP)).expect("docs/architecture.md exists");
    let complaints = members()
        .into_iter()
        .filter(|member| !map.contains(&format!("`{}`", member.folder)))
        .map(|member| format!("{MAP}: add a line for `{}`: what it is for and what it may know", member.folder))
        .collect();
    nothing_to_say(complaints);
}

#[test]
fn the_map_names_no_crate_that_is_gone() {
    let map = std::fs::read_to_string(root().join(MAP)).expect("docs/architecture.md exists");
    let folders: Vec<String> = members().into_iter().map(|m| m.folder).collect();
    let complaints = map
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| ["compiler/", "lsp/", "runtime/"].iter().any(|part| code.starts_with(part)))
        .filter(|code| {
            let folder: Vec<&str> = code.split('/').take(2).collect();
            !folders.contains(&folder.join("/"))
        })
        .map(|code| format!("{MAP}: `{code}` is not in the workspace; take it out or correct the name"))
        .collect();
    nothing_to_say(complaints);
}
