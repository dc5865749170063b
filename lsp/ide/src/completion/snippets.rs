//! What a completion writes: with what is to be filled in, where that is known.

use semantics::{Candidate, Sort};

/// What is written for a candidate; its name alone where something `follows` already.
pub(super) fn inserted(it: &Candidate, follows: bool) -> String {
    let name = it.name.as_str();
    if follows {
        return name.to_owned();
    }
    match (it.sort, &it.takes) {
        (Sort::Part, _) => format!("{name} = $0"),
        (Sort::Word, _) => skeleton(name).map_or_else(|| name.to_owned(), str::to_owned),
        (Sort::Declared("type"), Some(_)) => format!("{name} {{ $0 }}"),
        (Sort::Declared("strategy" | "action"), Some(takes)) => format!("{name}({})", named(takes)),
        (_, Some(takes)) => format!("{name}({})", placed(takes)),
        (_, None) => name.to_owned(),
    }
}

/// `${1:path}, ${2:port}`
fn placed(takes: &[impl AsRef<str>]) -> String {
    let holes = takes.iter().enumerate().map(|(at, name)| format!("${{{}:{}}}", at + 1, name.as_ref()));
    holes.collect::<Vec<_>>().join(", ")
}

/// `steps = ${1:steps}`
fn named(takes: &[impl AsRef<str>]) -> String {
    let holes = takes.iter().enumerate().map(|(at, name)| format!("{0} = ${{{1}:{0}}}", name.as_ref(), at + 1));
    holes.collect::<Vec<_>>().join(", ")
}

/// What a word of the language begins.
pub(crate) fn skeleton(word: &str) -> Option<&'static str> {
    SKELETONS.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

/// Words with more than one use are not among them.
pub(crate) const SKELETONS: &[(&str, &str)] = &[
    ("environment", "environment ${1:production} {\n  compute = $2\n  traffic = $3\n}"),
    ("service", "service ${1:name} {\n  artifact = $2\n  runs = $3\n}"),
    (
        "gate",
        "gate ${1:healthy} for canary against stable {\n  at least ${2:1_000} requests, confidence ${3:95%}\n  \
         ${4:errors}(canary) <= ${4:errors}(stable) + ${5:1pp}\n  inconclusive: extend ${6:15m} then rollback\n}",
    ),
    ("slo", "slo ${1:availability} for ${2:service} { ${3:errors} keep ${4:99.9%} good over ${5:30d} }"),
    ("strategy", "strategy ${1:careful} while ${2:healthy} { ${3:5%} for ${4:10m}, 100% for ${5:10m} }"),
    ("workflow", "workflow ${1:release}(${2:image}: Digest) {\n  $0\n}"),
    ("action", "action ${1:name}() idempotent { runs = $0 }"),
    ("migration", "migration ${1:name} on ${2:database} {\n  expand {\n    sql \"$0\"\n  }\n}"),
    ("group", "group ${1:name} { ${2:service} }"),
    ("released", "released ${1:service} in ${2:environment} { release \"${3:name}\" }"),
    ("test", "test \"${1:title}\" {\n  simulate ${2:release}($3)\n  expect ${4:completed}\n}"),
    ("policy", "policy ${1:name} for rollout ${2:r} { require $0 }"),
    ("fn", "fn ${1:name}($2) -> ${3:Int} = $0"),
    ("rollout", "rollout ${1:service}@${2:image} to ${3:environment} using ${4:strategy}"),
    ("migrate", "migrate ${1:migration}.${2:expand} in ${3:environment}"),
    ("check", "check ${1:gate} of ${2:service} in ${3:environment} over ${4:5m}"),
    ("approval", "approval from ${1:people} within ${2:8h}"),
    ("together", "together to ${1:environment} using ${2:strategy} {\n  ${3:service}@${4:image}\n}"),
    ("parallel", "parallel {\n  $0\n}"),
    ("series", "series {\n  $0\n}"),
    ("finally", "finally {\n  $0\n}"),
    ("inconclusive", "inconclusive: extend ${1:15m} then ${2:rollback}"),
    ("confidence", "confidence ${1:95%}"),
    ("bind", "bind ${1:service} { $0 }"),
    ("retry", "retry ${1:3} times"),
    ("backfill", "backfill ${1:table} by ${2:id} set \"$3\" in batches of ${4:1_000}"),
    ("promql", "promql \"$0\""),
    ("sql", "sql \"$0\""),
];
