//! Console blocks of a markdown text: commands after `$ `, what they print, and their exit code when it is not 0.

/// One command with what the document says that it prints.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    pub(super) command: String,
    pub(super) printed: String,
    /// Number of the line with the command, from 1.
    pub(super) line: usize,
}

/// The commands of every block marked `console`, in order.
pub(super) fn steps(markdown: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in markdown.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step { command: command.to_owned(), printed: String::new(), line: index + 1 });
        } else if let Some(step) = steps.last_mut().filter(|_| inside) {
            step.printed.push_str(line);
            step.printed.push('\n');
        }
    }
    steps
}

/// The markdown with each command's output replaced by what it printed now.
pub(super) fn rewritten(markdown: &str, printed: &[String]) -> String {
    let mut out = String::new();
    let mut printed = printed.iter();
    let mut inside = false;
    let mut skipping = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
            skipping = false;
        }
        if skipping && !line.starts_with("$ ") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        if inside && line.starts_with("$ ") {
            let now = printed.next().map(String::as_str).unwrap_or_default();
            out.push_str(now);
            if !now.is_empty() && !now.ends_with('\n') {
                out.push('\n');
            }
            skipping = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{rewritten, steps};

    const TEXT: &str = "Prose\n```console\n$ a b\none\n$ c\n```\n$ not this\n```sh\n$ nor this\n```\n";

    #[test]
    fn reads_commands_and_what_they_print() {
        let found: Vec<_> = steps(TEXT).into_iter().map(|s| (s.command, s.printed, s.line)).collect();
        assert_eq!(found, [("a b".to_owned(), "one\n".to_owned(), 3), ("c".to_owned(), String::new(), 5)]);
    }

    #[test]
    fn rewriting_with_the_same_changes_nothing() {
        assert_eq!(rewritten(TEXT, &["one\n".to_owned(), String::new()]), TEXT);
        assert_eq!(steps(&rewritten(TEXT, &["two".to_owned(), "x\ny\n".to_owned()]))[1].printed, "x\ny\n");
    }
}
