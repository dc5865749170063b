//! The page of every syntax code shows text that gives exactly that code, and corrected text that gives none.

use diagnostics::{FileId, codes};

/// The ```deploy blocks of a page.
fn blocks(page: &str) -> Vec<&str> {
    page.split("```deploy\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn found(text: &str) -> Vec<&'static str> {
    let diagnostics = syntax::parse(text, FileId(0)).diagnostics;
    diagnostics.iter().map(|diagnostic| diagnostic.code.id()).collect()
}

#[test]
fn pages_do_what_they_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    for code in codes::ALL.iter().filter(|code| code.id().starts_with("E01")) {
        let page = std::fs::read_to_string(folder.join(format!("{code}.md"))).expect("every code has a page");
        assert!(page.starts_with(&format!("# {code}: {}\n", code.title())), "the title of {code}");
        let blocks = blocks(&page);
        let (good, bad) = blocks.split_last().expect("every page has an example");
        assert_eq!(found(good), [""; 0], "{code}: {good}");
        bad.iter().for_each(|bad| assert_eq!(found(bad), [code.id()], "{bad}"));
    }
}
