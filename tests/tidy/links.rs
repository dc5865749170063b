//! Links between documents lead somewhere.

use super::nothing_to_say;
use super::repository::{root, texts};

#[test]
fn relative_links_lead_to_files() {
    let mut complaints = Vec::new();
    for document in texts("", &["md"]) {
        let folder = root().join(&document.path).parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        for target in targets(&document.text) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !target.contains("://") && !folder.join(file).exists() {
                complaints.push(format!("{}: the link to `{target}` leads nowhere; correct it", document.path));
            }
        }
    }
    nothing_to_say(complaints);
}

/// What stands in `](…)`, outside of fenced blocks.
fn targets(markdown: &str) -> Vec<String> {
    let prose: String = markdown.split("```").step_by(2).collect();
    let after = prose.split("](").skip(1);
    after.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()).collect()
}
