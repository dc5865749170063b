//! Nothing looks into a secret, no text becomes a digest, and what is known at the start of a run decides nothing
//! before: every way to build such a value, times every way to look at it, and random programs of all of them.

use std::sync::Arc;

use proptest::prelude::*;
use semantics::{Database, SemanticModel, SourceText};

/// What a secret's reference holds, so that it is found wherever it comes out.
const CANARY: &str = "canary-7f3a";

const BEFORE: &str = r#"
use std.exec.{Exec}

type Box = { inner: Secret<String>, note: String = "note" }
type Held = held(secret: Secret<String>) | empty
type Crate = { box: Box, more: List<Box> = [] }

let hidden: Secret<String> = secret("file:/run/canary-7f3a")
let other: Secret<String> = secret("file:/run/canary-7f3a/other")
let maybe: Secret<String>? = hidden
let named: Map<String, Secret<String>> = { key = hidden }
let boxed: Box = Box { inner = hidden }
let nested: Crate = Crate { box = boxed, more = [boxed] }
let union: Held = held(hidden)

fn same(it: Secret<String>) -> Secret<String> = it
fn opened(it: Held) -> Secret<String> = when it { held(secret) => secret, empty => other }
fn passed(change: fn(Secret<String>) -> Secret<String>, it: Secret<String>) -> Secret<String> = change(it)
fn length(text: String) -> Int = text.length()
fn shown(list: List<String>) -> String = list.join(",")
"#;

/// Ways to build a secret.
const SECRETS: [&str; 16] = [
    "hidden",
    "secret(\"file:/run/canary-7f3a\")",
    "boxed.inner",
    "nested.box.inner",
    "Box { inner = hidden }.inner",
    "same(hidden)",
    "opened(union)",
    "passed(x => x, hidden)",
    "passed(same, hidden)",
    "(if true then hidden else other)",
    "(maybe ?? other)",
    "([hidden].first() ?? other)",
    "(named.get(\"key\") ?? other)",
    "(nested.more.map(box => box.inner).last() ?? other)",
    "(when union { held(it) => it, else => other })",
    "(if maybe is some(it) then it else other)",
];

/// Ways to build something that has a secret inside.
const HOLDERS: [&str; 8] = [
    "boxed",
    "nested",
    "union",
    "named",
    "maybe",
    "[hidden]",
    "nested.more",
    "[Box { inner = hidden }].filter(box => box.note == \"note\")",
];

/// Ways to look at any value.
const LOOKS: [&str; 13] = [
    "pub let seen: String = \"${@}\"",
    "pub let seen: String = \"a${\"b${@}\"}\"",
    "pub let seen: Bool = @ == @",
    "pub let seen: Bool = @ != @",
    "pub let seen: Bool = @ < @",
    "pub let seen: Bool = [@].contains(@)",
    "pub let seen: Int = [@].count(x => x == @)",
    "pub let seen: String = shown([@])",
    "pub let seen: String = [@].join(\",\")",
    "pub let seen: Int = length(@)",
    "pub let seen: Int = @ + @",
    "pub let seen: Int = [@].sorted().length()",
    "pub let seen: List<String> = [@].map(x => \"${x}\")",
];

/// Ways to look at a secret itself.
const CLOSE_LOOKS: [&str; 9] = [
    "pub let seen: Int = @.length()",
    "pub let seen: Bool = @.starts_with(\"f\")",
    "pub let seen: String = @",
    "pub let seen: String? = @",
    "pub let seen: Digest = @",
    "pub let seen: Int = when @ { some(x) => 1, else => 2 }",
    "pub let seen: Int = [@].max() ?? 1",
    "pub let seen: Bool = if @ then true else false",
    "pub type Named = Int where 1..@",
];

/// What is said about a text, and what its workflows come to.
fn compiled(text: &str) -> (Vec<(String, String)>, String) {
    let mut db = Database::default();
    db.set_sources("2026", vec![SourceText { path: "main.deploy".to_owned(), text: Arc::from(text) }]);
    let model = SemanticModel::new(&db);
    let said = model.diagnostics().into_iter().filter(|it| it.is_error());
    let said = said.map(|it| {
        let labels = it.secondary.iter().map(|label| label.text.as_str());
        let more = it.help.iter().chain(&it.notes).map(|it| it.as_str()).chain(labels);
        (it.code.id().to_owned(), more.fold(it.message.clone(), |all, next| format!("{all}\n{next}")))
    });
    let said = said.collect();
    let workflows = model.workflows().into_iter().filter_map(|it| model.workflow(&it.name));
    (said, workflows.map(|it| format!("{it:?}")).collect())
}

/// Where the canary is anywhere but in a reference to a secret.
fn leaked(shown: &str) -> bool {
    let mut rest = shown;
    while let Some(at) = rest.find(CANARY) {
        if !rest[..at].ends_with("Secret(\"file:/run/") {
            return true;
        }
        rest = &rest[at + CANARY.len()..];
    }
    false
}

#[test]
fn every_look_at_every_secret_is_refused() {
    assert_eq!(compiled(BEFORE).0, [], "only the looks are wrong");
    let looks = |look: &'static str| SECRETS.iter().map(move |of| (*of, look));
    let close = CLOSE_LOOKS.iter().flat_map(|look| looks(look));
    let any = LOOKS.iter().flat_map(|look| looks(look));
    let held = LOOKS.iter().flat_map(|look| HOLDERS.iter().map(move |of| (*of, *look)));
    let mut wrong = Vec::new();
    for (of, look) in any.chain(close).chain(held) {
        let line = look.replace('@', of);
        let (said, _) = compiled(&format!("{BEFORE}{line}\n"));
        if said.is_empty() || said.iter().any(|(_, message)| message.contains(CANARY)) {
            wrong.push(format!("{line}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_secret_is_carried_by_every_way_to_build_it() {
    for of in SECRETS {
        let text = format!(
            "{BEFORE}action act(it: Secret<String>) once {{ runs = Exec {{ command = [\"x\"], secrets = {{ IT = it }} }} }}\n\
             workflow w() {{ run act({of}) }}\n"
        );
        let (said, workflows) = compiled(&text);
        assert_eq!(said, [], "{of}");
        assert!(workflows.contains(CANARY) && !leaked(&workflows), "{of}: {workflows}");
    }
}

#[test]
fn no_text_becomes_a_digest() {
    let whole = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let texts = [
        "text".to_owned(),
        "\"${text}\"".to_owned(),
        format!("\"sha256:${{\"{}\"}}\"", &whole[7..]),
        format!("[\"{whole}\"].join(\"\")"),
        format!("(if true then text else \"{whole}\")"),
        format!("([\"{whole}\"].first() ?? text)"),
        format!("kept(\"{whole}\")"),
        format!("\"{whole}\".lower()"),
        format!("Noted {{ note = \"{whole}\" }}.note"),
        "\"latest\"".to_owned(),
    ];
    for text in &texts {
        let source = format!(
            "type Noted = {{ note: String }}\nlet text: String = \"{whole}\"\nfn kept(it: String) -> String = it\n\
             pub let noted: Noted = Noted {{ note = kept(text) }}\npub let digest: Digest = {text}\n"
        );
        let (said, _) = compiled(&source);
        assert!(said.iter().any(|(code, _)| code == "E0304" || code == "E0301"), "{text}: {said:?}");
    }
    let (said, _) = compiled(&format!("pub let digest: Digest = if true then \"{whole}\" else \"{whole}\"\n"));
    assert_eq!(said, []);
}

/// Ways to build a number out of the parameter `n`.
const OPEN_NUMBERS: [&str; 10] = [
    "n",
    "same(n)",
    "(if true then n else 1)",
    "([n].first() ?? 1)",
    "Pair { left = n, right = 1 }.left",
    "(maybe(n) ?? 1)",
    "(if maybe(n) is some(x) then x else 1)",
    "(when kept(n) { held(x) => x, empty => 1 })",
    "applied(x => n)",
    "([[n]].flatten().last() ?? 1)",
];

/// Ways to decide something by it.
const DECISIONS: [&str; 14] = [
    "@",
    "@ + 1",
    "-@",
    "(if @ == 1 then 1 else 2)",
    "(if [@] == [1] then 1 else 2)",
    "(if [[1], [@]].contains([1]) then 1 else 2)",
    "(if Pair { left = 1, right = @ } == Pair { left = 1, right = 2 } then 1 else 2)",
    "([@, 2].max() ?? 1)",
    "[1, @].sum()",
    "([2, @].sorted().first() ?? 1)",
    "\"${@}\".length()",
    "[\"a\", \"${@}\"].join(\"-\").length()",
    "[1, 2].filter(x => x > @).length()",
    "(if (1..5).contains(@) then 1 else 2)",
];

#[test]
fn what_is_known_at_the_start_decides_nothing_before() {
    let before = r#"
use std.exec.{Exec}
type Pair = { left: Int, right: Int }
type Held = held(it: Int) | empty
fn same(it: Int) -> Int = it
fn kept(it: Int) -> Held = held(it)
fn maybe(it: Int) -> Int? = it
fn applied(by: fn(Int) -> Int) -> Int = by(1)
action act() once { runs = Exec { command = ["x"] } }
"#;
    let mut wrong = Vec::new();
    for (of, decision) in OPEN_NUMBERS.iter().flat_map(|of| DECISIONS.iter().map(move |decision| (of, decision))) {
        let count = decision.replace('@', of);
        let (said, _) = compiled(&format!("{before}workflow w(n: Int) {{ run act() retry {count} times }}\n"));
        let named = said.iter().any(|(code, message)| code == "E0309" && message.contains("`n`"));
        if !named || said.len() != 1 {
            wrong.push(format!("{count}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An expression of any type, right or wrong.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(SECRETS.to_vec()).prop_map(str::to_owned),
        prop::sample::select(HOLDERS.to_vec()).prop_map(str::to_owned),
        prop::sample::select(vec!["1", "\"text\"", "true", "none", "image", "text", "5%", "[]"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("\"x${{{a}}}y\"").replace("\"\"", "\"")),
            inner.clone().prop_map(|a| format!("Box {{ inner = {a} }}")),
            inner.clone().prop_map(|a| format!("held({a})")),
            inner.clone().prop_map(|a| format!("same({a})")),
            inner.clone().prop_map(|a| format!("passed(x => {a}, x)")),
            inner.clone().prop_map(|a| format!("{a}.inner")),
            (inner.clone(), prop::sample::select(vec!["first()", "length()", "keys()", "join(\",\")", "sorted()"]))
                .prop_map(|(a, method)| format!("{a}.{method}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ?? {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} == {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}].map(x => {b}).first()")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} is some(x) then {b} else {c})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| { format!("(when {a} {{ held(x) => {b}, else => {c} }})") }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_secret_comes_out_nowhere(one in expression(), two in expression(), three in expression()) {
        let text = format!(
            "{BEFORE}\
             action act(name: String, it: Secret<String>) once {{\n\
             \x20 runs = Exec {{ command = [\"x\", name], secrets = {{ IT = it }} }}\n}}\n\
             workflow first(image: Digest, text: String) {{ run act({one}, {two}) }}\n\
             workflow second(image: Digest, text: String) {{ run act(\"${{text}}\", {three}) }}\n\
             workflow third(image: Digest, text: String) {{ run act({two}, hidden) }}\n"
        );
        let (said, workflows) = compiled(&text);
        for (_, message) in &said {
            prop_assert!(!message.contains(CANARY), "{message}\n{text}");
        }
        prop_assert!(!leaked(&workflows), "{workflows}\n{text}");
    }
}
