//! Queries as people write them, placeholders, and what is no query.

use foreign::promql::{Gives, query};

#[test]
fn a_selector_is_told_from_a_query() {
    let read = query("http_requests_total{code=~'5..', job!=\"a\"}").expect("it is a selector");
    let selector = read.selector.expect("it is a selector");
    assert_eq!(selector.name.as_deref(), Some("http_requests_total"));
    assert_eq!(selector.matchers.len(), 2);
    assert_eq!((read.release, read.window, read.gives), (false, false, Gives::Vector));
    assert_eq!(query("sum(x)").expect("it is a query").selector, None);
    assert_eq!(query("x offset 5m").expect("it is a query").selector, None);
    assert_eq!(query("x[5m]").expect("it is a range").gives, Gives::Matrix);
    assert_eq!(query("1 + 2").expect("it is a number").gives, Gives::Scalar);
}

#[test]
fn placeholders_have_types() {
    let read = query("sum(rate(x{version=$release}[$window])) / sum(rate(x[$window]))").expect("they fit");
    assert!(read.release && read.window);
    assert!(query("x{price=\"$5\"}").is_ok(), "other dollars in strings are text");
    let table = [
        ("x{version=\"$release\"}", 11..19, "`$release` is no part of a string: write it without quotes"),
        ("x{version=~$release}", 11..19, "`$release` is the value of a label: `{version=$release}`"),
        ("rate(x[5m]) > $window", 14..21, "`$window` is a duration: `[$window]`"),
        ("x[$windw]", 2..8, "there is no placeholder `$windw`: there are `$release` and `$window`"),
    ];
    for (text, range, message) in table {
        let fault = query(text).expect_err(text);
        assert_eq!((fault.range, fault.message.as_str()), (Some(range), message), "{text}");
    }
}

#[test]
fn what_is_no_query_says_so() {
    for text in ["", "sum(", "x{", "rate(x)", "sum by x (y)", "x{a=1}", "nosuch(x)"] {
        let fault = query(text).expect_err(text);
        assert!(!fault.message.is_empty() && fault.range.is_none(), "{text}: {fault:?}");
    }
}

#[test]
fn depth_and_size_are_limited_before_the_parser_runs() {
    let deep = format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000));
    for text in
        [deep[..60_000].to_owned(), deep, "-".repeat(50_000) + "1", "1+".repeat(20_000) + "1", "x".repeat(1 << 20)]
    {
        assert!(query(&text).is_err());
    }
    let deepest = format!("{}x{}", "(".repeat(250), ")".repeat(250));
    assert!(query(&deepest).is_ok());
}
