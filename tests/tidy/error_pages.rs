//! Every diagnostic code has its page in `docs/errors/`, and every page its code.

use std::collections::BTreeSet;

use diagnostics::codes;

use super::nothing_to_say;
use super::repository::texts;

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = texts("docs/errors", &["md"])
        .into_iter()
        .filter_map(|t| t.path.strip_prefix("docs/errors/")?.strip_suffix(".md").map(str::to_owned))
        .filter(|page| page != "README")
        .collect();
    let codes: BTreeSet<String> = codes::ALL.iter().map(|code| code.id().to_owned()).collect();
    let missing = codes.difference(&pages).map(|code| {
        format!("docs/errors/{code}.md: write the page: what is wrong, an example that shows it, and how to mend it")
    });
    let stray = pages.difference(&codes).map(|page| {
        format!("docs/errors/{page}.md: no such code in compiler/diagnostics/src/codes.rs; a code is never reused, so remove the page or register the code")
    });
    nothing_to_say(missing.chain(stray).collect());
}
