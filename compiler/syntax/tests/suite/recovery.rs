//! One typo gives one error, several typos are reported at once, and never a cascade follows.

use diagnostics::{Sources, render};

fn findings(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("x", text);
    let parsed = syntax::parse(text, file);
    render::short(&parsed.diagnostics, &sources)
}

/// Each case: a name, the text, the findings as `line:column: code: message`.
fn cases() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "missing closing brace",
            "service shop {\n  runs = Process { ready = http(\"/ready\")\n  artifact = files(\"x\")\n}\nlet a: Int = 1\n",
        ),
        ("missing last brace", "service shop {\n  runs = 1\n\nservice other {\n  runs = 2\n}\n"),
        ("missing brace in one line", "environment local {\n  bind shop { replicas = 2\n  traffic = 1\n}\n"),
        ("stray brace", "service shop {\n  runs = 1 }\n  artifact = 2\n}\nlet a: Int = 1\n"),
        ("stray brace after", "service shop { runs = 1 }\n}\nlet a: Int = 1\n"),
        ("missing opening brace", "service shop\n  runs = 1\n  artifact = 2\n}\nlet a: Int = 1\n"),
        ("missing paren", "service shop {\n  artifact = files(\"releases\"\n  runs = 1\n}\n"),
        ("wrong closer", "service shop {\n  artifact = files(\"releases\"]\n  runs = 1\n}\n"),
        ("stray paren", "service shop {\n  artifact = files(\"releases\"))\n  runs = 1\n}\n"),
        ("typo head", "servce shop {\n  runs = 1\n}\nlet a: Int = 1\n"),
        ("unknown head", "banana shop {\n  runs = 1\n}\nlet a: Int = 1\n"),
        ("typo step", "workflow w(image: Digest) {\n  rolout shop@image to local using careful\n  run x()\n}\n"),
        ("typo clause", "workflow w(image: Digest) {\n  rollout shop@image to local usng careful\n  run x()\n}\n"),
        ("typo modifier", "workflow w(image: Digest) {\n  run x() wihin 5m\n  run y()\n}\n"),
        ("typo in gate header", "gate healthy fro canary {\n  confidence 95%\n}\n"),
        (
            "typo gate clause",
            "gate healthy for canary {\n  confidenec 95%\n  at lest 300 requests\n  inconclusiv: hold\n}\n",
        ),
        ("typo bind", "environment e {\n  bnd shop { replicas = 2 }\n  protcted\n}\n"),
        ("typo slo", "slo a for shop { errors kep 99% good over 30d }\n"),
        ("missing equals", "service shop {\n  artifact files(\"x\")\n  runs = 1\n}\n"),
        ("missing equals in record", "service shop { runs = Process { drain 2s } }\n"),
        ("missing value", "service shop {\n  x = \n  y = 2\n}\n"),
        ("missing last value", "service shop {\n  y = 2\n  x =\n}\n"),
        ("missing value of let", "let a: Int =\nlet b: Int = 2\n"),
        ("missing type of let", "let a = 2\nlet b: Int = 2\n"),
        (
            "unfinished string",
            "service shop {\n  artifact = files(\"releases)\n  runs = Process { ready = http(\"/ready) }\n}\nlet a: Int = 1\n",
        ),
        ("unfinished plain string", "let a: String = \"abc\nlet b: Int = 1\n"),
        ("bad unit", "strategy s { 5% for 9sec, 10% for 3q }\n"),
        ("huge number", "let a: Int = 99999999999999999999\n"),
        ("foreign characters", "let a: Int = 1;\nlet b: Bool = a && b\nlet c: String = 'x'\nlet d: Int = #\n"),
        ("hash comment", "# hello world\nlet b: Int = 1\n"),
        ("bad escape", "let a: String = \"a\\q ${} ${1 +} ${x y}\"\nlet b: Int = 1\n"),
        ("reserved head", "migration add on ledger {\n  expand { sql \"x\" }\n}\n"),
        ("reserved steps", "workflow w(image: Digest) {\n  wait 5m\n  pause 5m\n  run y()\n}\n"),
        ("typo in a loop", "workflow w() {\n  for r of [eu, us] {\n    run x()\n  }\n  run y()\n}\n"),
        ("typo in a block", "workflow w() {\n  parallel {\n    rum x()\n    run y()\n  }\n  run z()\n}\n"),
        ("typo in a member", "workflow w() {\n  together to e using s {\n    a@x\n    b@y aftr a\n  }\n  run z()\n}\n"),
        (
            "missing phase",
            "workflow w() {\n  migrate a in e\n  migrate a.expand, in e\n  migrate a.expand\n  run z()\n}\n",
        ),
        ("typo in emergency", "emergncy workflow w() {\n  run z()\n}\nemergency worflow v() {\n  run z()\n}\n"),
        (
            "no reason",
            "workflow w() {\n  run z() on failure continue\n  run y() on failure continue becuase \"x\"\n}\n",
        ),
        ("nothing after with", "workflow w() {\n  rollout a@running with { runs.x } to e using s\n}\n"),
        (
            "several at once",
            "service shop {\n  artifact files(\"x\")\n  runs = = 1\n  drain = 2 2\n  ok = 3\n}\nlet a: = 1\nworkflow w() { run }\n",
        ),
        ("typo in a policy", "policy p for rollout r {\n  requir r.safe\n  require\n}\n"),
        ("exception without a day", "workflow w() {\n  accept P3 because \"x\"\n  run y()\n}\n"),
        ("typo in a test", "test \"a\" {\n  simulat w()\n  expect rolled_back witin 2m\n  expect a == \n}\n"),
        ("member of a group", "group g {\n  a, b after\n  c befor a\n}\n"),
        ("no effect class", "action a(x: Int) {\n  runs = 1\n}\n"),
        ("repeated clauses", "workflow w() {\n  run x() within 5m within 6m\n}\nstrategy s { 5% for 1s for 2s }\n"),
        ("operand missing", "let a: Int = 1 +\nlet b: Int = 2 * (3 + )\n"),
        ("two values", "let a: Int = 1 2\n"),
        ("empty parentheses", "let a: Int = ()\n"),
        ("only annotation", "@deprecated(\"x\")\n"),
        ("only docs", "/// nothing\n"),
        ("only a closer", "}\n"),
        ("comma between declarations", "let a: Int = 1,\nlet b: Int = 2\n"),
        ("two on a line", "let a: Int = 1 let b: Int = 2\n"),
        ("use without braces", "use std.process\nlet b: Int = 2\n"),
        ("missing name", "service {\n runs = 1\n}\n"),
        ("refinement without where", "type Port = Int\n"),
        (
            "gate without comparison",
            "gate g for service {\n  errors(service)\n  errors(service) + 1\n  confidence 95%\n}\n",
        ),
    ]
}

#[test]
fn every_typo_gives_its_error() {
    let mut report = String::new();
    for (name, text) in cases() {
        report += &format!("── {name}\n{text}→\n{}\n", findings(text));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn correct_text_gives_none() {
    for text in [
        include_str!("../data/example.deploy"),
        include_str!("../data/everything.deploy"),
        "",
        "\u{feff}let a: Int = 1\r\n",
    ] {
        assert_eq!(findings(text), "");
    }
}
