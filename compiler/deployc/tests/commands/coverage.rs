//! The functions around a rollout (`docs/reference/coverage.md`): each snippet compiles without a word, and its plan
//! shows what the page says of it.

use serde_json::Value;

use crate::site::Site;

/// A row of the page: its heading, what is written, and what is said of the plan.
struct Row<'t> {
    heading: &'t str,
    source: &'t str,
    said: &'t str,
}

fn page() -> String {
    std::fs::read_to_string(format!("{}/../../docs/reference/coverage.md", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let between = |text: &'static str, in_: &'_ str| -> Option<usize> { in_.find(text).map(|at| at + text.len()) };
    let block = |section: &'_ str, fence: &'static str| -> Option<(usize, usize)> {
        let start = between(fence, section)?;
        Some((start, start + section[start..].find("```")?))
    };
    page.split("\n## ")
        .skip(1)
        .map(|section| {
            let heading = section.lines().next().unwrap();
            let ((from, to), (begin, end)) = block(section, "```deploy\n")
                .zip(block(section, "```plan\n"))
                .unwrap_or_else(|| panic!("{heading}: a snippet and what its plan shows belong here"));
            Row { heading, source: &section[from..to], said: &section[begin..end] }
        })
        .collect()
}

/// What stands at a path, `*` for any element.
fn found<'v>(value: &'v Value, path: &[&str]) -> Vec<&'v Value> {
    let Some((first, rest)) = path.split_first() else { return vec![value] };
    let inside: Vec<&Value> = match value {
        Value::Object(fields) if *first == "*" => fields.values().collect(),
        Value::Object(fields) => fields.get(*first).into_iter().collect(),
        Value::Array(elements) if *first == "*" => elements.iter().collect(),
        Value::Array(elements) => first.parse().ok().and_then(|at: usize| elements.get(at)).into_iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    inside.into_iter().flat_map(|value| found(value, rest)).collect()
}

/// `requires a, b` or `requires nothing`; `path.in.the.body`, with a value behind ` = ` if it matters.
fn holds(body: &Value, line: &str) -> bool {
    if let Some(wanted) = line.strip_prefix("requires ") {
        let names = body["requires"].as_array().map_or(&[][..], Vec::as_slice);
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        return if wanted == "nothing" { names.is_empty() } else { names.join(", ") == wanted };
    }
    let (path, value) = line.split_once(" = ").map_or((line, None), |(path, value)| (path, Some(value)));
    let path: Vec<&str> = path.split('.').collect();
    let there = found(body, &path);
    match value {
        None => !there.is_empty(),
        Some(value) => there.contains(&&serde_json::from_str(value).unwrap()),
    }
}

#[test]
fn every_function_is_written_and_shown_as_the_page_says() {
    let page = page();
    let mut wrong = Vec::new();
    for row in rows(&page) {
        let site = Site::of(row.source);
        let checked = site.deployc(&["check"]);
        if !(checked.out.is_empty() && checked.err.starts_with("no errors, no warnings")) {
            wrong.push(format!("{}: {checked}", row.heading));
            continue;
        }
        let plan: Value = serde_json::from_str(&site.deployc(&["build"]).out).unwrap();
        let untrue = row.said.lines().filter(|line| !holds(&plan["body"], line));
        wrong.extend(untrue.map(|line| format!("{}: `{line}` is not so", row.heading)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_catalogue_is_there_once() {
    let page = page();
    let numbers: Vec<String> =
        rows(&page).iter().map(|row| row.heading.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(numbers, (1..=24).map(|number| format!("C{number}")).collect::<Vec<_>>());
    for number in numbers {
        assert!(page.contains(&format!("| [{number}](#")), "{number} is not in the table");
    }
}
