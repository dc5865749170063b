//! Questions about a text: its style, colours, symbols, links, and what can be folded, selected, typed as one and mended.

use diagnostics::{FileId, Span};
use ide::TextEdit;
use ide::findings::findings;
use ide::fixes::{fix_all, fixes};
use ide::folding::folding;
use ide::formatting::{formatting, on_type_formatting, range_formatting};
use ide::graph::{graph, risk_report};
use ide::linked_editing::linked_editing;
use ide::links::{Target, links};
use ide::selection::selection;
use ide::semantic_tokens::semantic_tokens;
use ide::symbols::{Symbol, document_symbols, workspace_symbols};

use crate::canary::SHOP;
use crate::fixture::{Fixture, drawn, fixture};

const WILD: &str = "service   shop{artifact=files( \"a\" )}\n\nfn  f( x :Int )->Int=x+1 // kept\n";

fn applied(text: &str, mut edits: Vec<TextEdit>) -> String {
    let mut text = text.to_owned();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    for edit in edits {
        text.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
    }
    text
}

fn span(file: FileId, range: std::ops::Range<u32>) -> Span {
    Span::new(file, range.start, range.end)
}

#[test]
fn a_wild_text_is_brought_into_the_one_style_gap_by_gap() {
    let Fixture { snapshot, file, .. } = fixture(WILD);
    let edits = formatting(&snapshot, file);
    assert!(edits.len() > 5 && edits.iter().all(|edit| edit.text.trim().is_empty()), "{edits:?}");
    assert_eq!(applied(snapshot.text(file), edits), syntax::format(WILD).expect("it can be read"));
}

#[test]
fn a_text_that_cannot_be_read_is_formatted_where_it_can() {
    let Fixture { snapshot, file, .. } = fixture("service {\nfn  f( x :Int )->Int=x+1\nfn  g( x :Int )->Int=x+1\n");
    assert_eq!(formatting(&snapshot, file), Vec::new());
    let (text, line) = (snapshot.text(file), snapshot.lines(file).start(1));
    let new = applied(text, range_formatting(&snapshot, file, line..line + 3));
    assert_eq!(new, "service {\nfn f(x: Int) -> Int = x + 1\nfn  g( x :Int )->Int=x+1\n");
}

#[test]
fn what_was_just_typed_is_formatted() {
    let Fixture { snapshot, file, offset } = fixture("fn  f() -> Int=1\nservice shop {\n      runs=x\n}$0\n");
    let new = applied(snapshot.text(file), on_type_formatting(&snapshot, file, offset, '}'));
    assert_eq!(new, "fn  f() -> Int=1\nservice shop {\n  runs = x\n}\n");
    let Fixture { snapshot, file, offset } = fixture("service shop {\n$0runs = [\n");
    let new = applied(snapshot.text(file), on_type_formatting(&snapshot, file, offset, '\n'));
    assert_eq!(new, "service shop {\n  runs = [\n");
}

#[test]
fn words_have_their_colours() {
    let Fixture { snapshot, file, .. } = fixture(SHOP);
    let tokens = semantic_tokens(&snapshot, file, 0..u32::MAX);
    let line = |token: &ide::semantic_tokens::SemanticToken| {
        let text = &snapshot.text(file)[token.range.start as usize..token.range.end as usize];
        format!("{:?}{} {text}", token.class, if token.declares { " declared" } else { "" })
    };
    insta::assert_snapshot!(tokens.iter().map(line).collect::<Vec<_>>().join("\n"));
    let part = semantic_tokens(&snapshot, file, 100..300);
    let within: Vec<_> = tokens.into_iter().filter(|token| token.range.start < 300 && token.range.end > 100).collect();
    assert_eq!(part, within);
}

#[test]
fn lines_fold() {
    let Fixture { snapshot, file, .. } = fixture(
        "// one\n// two\nuse std.proxy.{Proxy}\nuse std.exec.{Exec}\n\n/// a\n/// b\nservice shop {\n  runs = Exec {\n    x = [\n      1,\n    ]\n  }\n}\n",
    );
    let lines = snapshot.lines(file);
    let shown = folding(&snapshot, file).into_iter().map(|fold| {
        format!("{}-{} {:?}", lines.line_of(fold.range.start) + 1, lines.line_of(fold.range.end) + 1, fold.kind)
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn selections_grow() {
    let Fixture { snapshot, file, offset } = fixture("let a: Int = 1\nlet b: Int = (a + tw$0ice(2 + a)) * 3\n");
    let text = snapshot.text(file);
    let grown = selection(&snapshot, file, offset).into_iter();
    let shown = grown.map(|range| text[range.start as usize..range.end as usize].replace('\n', "⏎"));
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_parameter_is_typed_with_its_mentions() {
    let asked = |text: &str| {
        let Fixture { snapshot, file, offset } = fixture(text);
        let ranges = linked_editing(&snapshot, file, offset).into_iter();
        drawn(&snapshot, ranges.map(|range| (span(file, range), "")))
    };
    insta::assert_snapshot!(asked("fn f(wi$0dth: Int) -> Int = width + width * 2\n"));
    // Two have the name, or nobody here.
    assert_eq!(asked("fn f(x: Int) -> List<Int> = [1].map(x => $0x + 1)\n"), "");
    assert_eq!(asked("let a: Int = $0b\n"), "");
}

#[test]
fn declarations_are_listed() {
    fn lines(symbols: &[Symbol], depth: usize) -> String {
        let line = |symbol: &Symbol| {
            format!("{}{} {}\n{}", "  ".repeat(depth), symbol.kind, symbol.name, lines(&symbol.children, depth + 1))
        };
        symbols.iter().map(line).collect()
    }
    let written =
        format!("{SHOP}\n@deprecated(\"use twice\")\nlet old: Int = 1\ntest \"it works\" {{ expect 1 == 1 }}\n");
    let Fixture { snapshot, file, .. } = fixture(&written);
    let symbols = document_symbols(&snapshot, file);
    assert!(symbols.iter().any(|symbol| symbol.deprecated && symbol.name == "old"));
    insta::assert_snapshot!(lines(&symbols, 0));
    let names =
        |query: &str| workspace_symbols(&snapshot, query).into_iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names("re"), ["release", "careful"]);
    assert_eq!(names("zzz"), Vec::<String>::new());
}

#[test]
fn links_lead_out() {
    let asked = fixture(
        "//- main.deploy\n// See http://a.example/x, and E0503.\nuse gates.{g}\nuse std.proxy.{Proxy}\nuse nowhere.{n}\nlet a: String = \"https://b.example/y\"\n//- gates.deploy\npub let g: Int = 1\n",
    );
    let labels: Vec<(Span, String)> = links(&asked.snapshot, asked.file)
        .into_iter()
        .map(|link| {
            let target = match link.target {
                Target::File(file) => asked.snapshot.path(file).to_owned(),
                Target::Address(address) => address,
                Target::Page(code) => format!("page {code}"),
            };
            (span(asked.file, link.range), target)
        })
        .collect();
    insta::assert_snapshot!(drawn(&asked.snapshot, labels.iter().map(|(span, label)| (*span, label.as_str()))));
}

#[test]
fn findings_are_mended() {
    let asked = fixture("use std.proxy.{Proxy}\nuse std.exec.{Ex$0ec}\nlet a: Duration = 3\nlet b: Itn = 1\n");
    let found = asked.snapshot.diagnostics(asked.file);
    let everything = fixes(&asked.snapshot, asked.file, &found, 0..u32::MAX);
    let shown = everything
        .iter()
        .map(|it| format!("{} {} {:?}", it.code.map_or("", diagnostics::Code::id), it.title, it.certain));
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    let here = fixes(&asked.snapshot, asked.file, &found, asked.offset..asked.offset);
    assert!(here.len() < everything.len(), "{here:?}");
    let all = fix_all(&asked.snapshot, asked.file, &found);
    assert!(all.is_none_or(|all| all.certain && all.edits.iter().all(|edit| edit.span.file == asked.file)));
}

#[test]
fn what_is_known_of_all_files_stands_apart() {
    let asked = fixture(&SHOP.replace("at least 300 requests", "at least 300_000 requests"));
    let found = findings(&asked.snapshot, true);
    let codes = |found: &[diagnostics::Diagnostic]| found.iter().map(|it| it.code.id()).collect::<Vec<_>>();
    assert!(found.of_files.iter().all(|(_, found)| codes(found).iter().all(|code| !code.starts_with("E04"))));
    assert!(codes(&found.proved).iter().any(|code| code.starts_with("E04")), "{:?}", found.proved);
    let all = checks::check_all(&asked.snapshot.model());
    let mut both = codes(&found.proved);
    both.extend(found.of_files.iter().flat_map(|(_, found)| codes(found)));
    both.sort_unstable();
    let mut all = codes(&all);
    all.sort_unstable();
    assert_eq!(both, all);
}

#[test]
fn the_workflow_at_the_cursor_is_drawn_and_its_nodes_have_places() {
    let Fixture { snapshot, file, .. } = fixture(SHOP);
    let at = u32::try_from(SHOP.find("rollout").expect("it has a rollout") - 1).expect("it is short");
    let drawn_graph = graph(&snapshot, file, at).expect("it can be drawn");
    assert_eq!(drawn_graph.workflow, "release");
    assert!(drawn_graph.svg.starts_with("<svg"), "{}", drawn_graph.svg);
    let shown = drawn_graph.svg.split("data-node=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for node in shown {
        assert!(drawn_graph.nodes.iter().any(|(id, _)| id == node), "{node}");
    }
    let nodes = drawn_graph.nodes.iter().map(|(id, span)| (*span, id.as_str()));
    insta::assert_snapshot!(drawn(&snapshot, nodes));
    let report = risk_report(&snapshot, file, at).expect("it can be assessed");
    assert!(report.text.contains("release") && report.text.lines().count() > 3, "{}", report.text);
}

#[test]
fn a_workflow_that_cannot_be_drawn_says_why() {
    let asked = |text: &str| {
        let Fixture { snapshot, file, offset } = fixture(text);
        graph(&snapshot, file, offset).expect_err("nothing can be drawn").to_string()
    };
    insta::assert_snapshot!(asked("let a: Int = 1\n"), @"there is no workflow here: open a file that declares one");
    insta::assert_snapshot!(asked("workflow w() {\n  rollout nothing@$0here to nowhere using none_such\n}\n"));
}
