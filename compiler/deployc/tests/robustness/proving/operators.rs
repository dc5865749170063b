//! The operators of docs/decisions/0051, by proof.

use super::texts::{behind, replaced, strategies, weight, with, without_lines};

/// How a source is changed, and what may be said of it then.
pub(crate) struct Operator {
    pub(crate) proof: &'static str,
    pub(crate) name: &'static str,
    pub(crate) codes: &'static [&'static str],
    /// Whether every mutant of it must be refused.
    pub(crate) certain: bool,
    /// Whether its sources keep to the policies of the library.
    pub(crate) governed: bool,
    pub(crate) change: fn(&str) -> Vec<String>,
}

const fn may(
    proof: &'static str,
    name: &'static str,
    codes: &'static [&'static str],
    change: fn(&str) -> Vec<String>,
) -> Operator {
    Operator { proof, name, codes, certain: false, governed: false, change }
}

const fn must(
    proof: &'static str,
    name: &'static str,
    codes: &'static [&'static str],
    change: fn(&str) -> Vec<String>,
) -> Operator {
    Operator { certain: true, ..may(proof, name, codes, change) }
}

const fn governed(name: &'static str, change: fn(&str) -> Vec<String>) -> Operator {
    Operator { governed: true, ..may("P7", name, &["E0710"], change) }
}

const RISE: &[&str] = &["E0401", "E0402"];
const POWER: &[&str] = &["E0409", "E0441", "W0401", "W0402", "W0404"];
const SHARED: &[&str] = &["E0420", "E0421"];

/// All of them.
pub(crate) const OPERATORS: &[Operator] = &[
    must("P2", "fall", RISE, |text| {
        neighbours(text, |text, one, next| {
            let swapped = with(text, next.clone(), &text[one.clone()]);
            with(&swapped, one, &text[next])
        })
    }),
    must("P2", "level", RISE, |text| neighbours(text, |text, one, next| with(text, next, &text[one]))),
    must("P2", "short", &["E0402"], |text| {
        let many = strategies(text).into_iter().filter(|stages| stages.len() > 1);
        many.filter_map(|stages| stages.last().cloned()).map(|last| with(text, last, "")).collect()
    }),
    must("P2", "partial", RISE, |text| {
        let last = strategies(text).into_iter().filter_map(|stages| stages.last().map(|last| weight(text, last)));
        last.flat_map(|last| ["99%", "50%"].map(|new| with(text, last.clone(), new))).collect()
    }),
    must("P2", "fine", &["E0403", "E0445"], |text| weights(text, "0.005%")),
    may("P2", "bare", &["E0410", "E0412"], bare),
    may("P3", "brief", &["E0407", "E0408", "E0409", "E0441", "W0401", "W0402", "W0403", "W0404"], |text| {
        held(text, "1s")
    }),
    may("P3", "quiet", POWER, |text| {
        replaced(text, "traffic = ", |word| word.contains("req"), &["0.01 req/s..0.02"])
            .into_iter()
            .chain(quiet(text))
            .collect()
    }),
    may("P3", "close", POWER, |text| replaced(text, "+ ", is_points, &["0.0001pp"])),
    may("P3", "none", &["E0443"], |text| replaced(text, ") + ", is_points, &["0pp"])),
    may("P3", "strict", &["E0409", "E0441", "E0443", "W0401", "W0402", "W0404"], |text| {
        replaced(text, "<= ", |word| word.ends_with('%'), &["0.0001%"])
    }),
    may("P3", "sure", POWER, |text| replaced(text, "confidence ", is_share, &["99.999999%"])),
    may("P3", "unasked", &["E0442"], |text| replaced(text, "at least ", is_number, &["1"])),
    may("P6", "hasty", &["E0542"], |text| replaced(text, " within ", is_duration, &["1s"])),
    may("P6", "slit", &["E0543"], |text| {
        replaced(text, "window = ", |_| true, &[]).into_iter().chain(slits(text)).collect()
    }),
    may("P6", "slow", &["E0542", "E0543"], |text| held(text, "7d")),
    may("P6", "endless", &["E0412", "E0417"], |text| {
        let words = behind(text, " within ").into_iter().filter(|word| is_duration(&text[word.clone()]));
        words.map(|word| with(text, word.start - " within ".len()..word.end, "")).collect()
    }),
    governed("alone", |text| without_lines(text, "approval ")),
    governed("bare", bare),
    governed("single", |text| replaced(text, "replicas = ", is_number, &["1"])),
    governed("broad", |text| {
        let first = strategies(text).into_iter().filter(|stages| stages.len() > 1);
        first.map(|stages| with(text, weight(text, &stages[0]), "60%")).collect()
    }),
    governed("instant", |text| held(text, "1s")),
    governed("unsure", |text| replaced(text, "confidence ", is_share, &["80%"])),
    governed("awake", |text| replaced(text, " then ", |word| word == "rollback", &["ask"])),
    may("P9", "unrouted", &["E0419", "E0522"], |text| without_lines(text, "traffic = ")),
    may("P9", "uncounted", &["E0419"], |text| without_lines(text, "metrics = ")),
    may("P9", "misplaced", &["E0418"], |text| {
        let kinds = [("Pods {", "Process {"), ("Process {", "Pods {"), ("Function {", "Process {")];
        let runs = kinds.iter().flat_map(|(old, new)| {
            let (old, new) = (format!("runs = {old}"), format!("runs = {new}"));
            text.match_indices(&old).map(|(at, found)| with(text, at..at + found.len(), &new)).collect::<Vec<_>>()
        });
        runs.map(|text| imported(&text)).collect()
    }),
    may("P9", "unprobed", &["E0422"], |text| {
        let words = [") idempotent {", ") once {"];
        let found = words.iter().flat_map(|word| text.match_indices(word).map(|(at, found)| at..at + found.len()));
        found.map(|range| with(text, range, ") probeable {")).collect()
    }),
    may("P9", "coarse", &["E0403", "E0445"], |text| weights(text, "3.37%")),
    must("P10", "both", &["E0527"], |text| {
        let lines: Vec<&str> = text.lines().collect();
        let own = (0..lines.len()).filter(|at| is_rollout(lines[*at]));
        let beside = |at: usize| {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[at] = format!("parallel {{\n{0}\n{0}\n}}", lines[at]);
            lines.join("\n") + "\n"
        };
        own.map(beside).collect()
    }),
    may("P10", "twin", SHARED, |text| {
        let heads = text.match_indices("\nservice ").filter_map(|(at, _)| Some(at + text[at + 1..].find('{')? + 2));
        let mut changed = text.to_owned();
        let mut places: Vec<usize> = heads.collect();
        places.reverse();
        places.iter().for_each(|at| changed.insert_str(*at, "\n  id = \"one\"\n"));
        vec![changed]
    }),
    may("P10", "shared", SHARED, |text| {
        let mut changed = text.to_owned();
        let mut places = behind(text, "listen = ");
        places.reverse();
        places.into_iter().for_each(|place| changed.replace_range(place, "\"127.0.0.1:1\""));
        vec![changed]
    }),
    may("P10", "rush", &["E0527"], |text| {
        text.match_indices(" one at a time").map(|(at, found)| with(text, at..at + found.len(), "")).collect()
    }),
    may("P11", "newer", &["E0608", "E0613"], |text| {
        let calls = text.match_indices("calls ").filter_map(|(at, _)| Some(at + text[at..].find(": ")? + 2));
        let words = calls.map(|at| at..at + text[at..].find(|it: char| !it.is_ascii_digit()).unwrap_or(0));
        let words = words.filter(|range| !range.is_empty());
        words.flat_map(|word| ["7", "8", "9", "70"].map(|new| with(text, word.clone(), new))).collect()
    }),
    may("P11", "withdrawn", &["E0608", "E0613"], |text| without_lines(text, "provides ")),
    may("P11", "elsewhere", &["E0608"], |text| {
        let calls = behind(text, "calls ").into_iter().filter(|word| text[word.clone()].contains('.'));
        calls.map(|word| with(text, word.start..word.end, "nobody.nothing:")).collect()
    }),
    may("P12", "stingy", &["E0540", "E0541"], |text| spending(text, "0.0000001%")),
    may("P12", "free", &["E0541"], |text| spending(text, "100%")),
    may("P14", "crowd", &["E0411"], |text| {
        let asked = text
            .match_indices("approval ")
            .filter(|(at, _)| text[at + 9..].starts_with(|it: char| it.is_ascii_digit()));
        let from = text.match_indices("approval from ");
        let asked = asked.map(|(at, _)| at + 9..at + 9 + text[at + 9..].find(' ').unwrap_or(0));
        asked
            .chain(from.map(|(at, _)| at + 9..at + 9))
            .map(|range| {
                let new = if range.is_empty() { "99 " } else { "99" };
                with(text, range, new)
            })
            .collect()
    }),
    must("P14", "idle", &["W0202", "W0702"], |text| {
        let idle = [
            "\ngate nobody_asks for service {\n  at least 300 requests, confidence 95%\n  nobody_reads(service) <= 3%\n  \
             inconclusive: extend 10s then rollback\n}\nmetric nobody_reads: Ratio { bad = responses([server_error]), total = \
             responses() }\n",
            "\nmetric nobody_reads: Ratio { bad = responses([server_error]), total = responses() }\n",
        ];
        let head = text.find("\nworkflow ").and_then(|at| Some(at + text[at..].find("{\n")? + 2));
        let exception = head.map(|at| with(text, at..at, "  accept P14 because \"nothing\" until 2099-01-01\n"));
        idle.iter().map(|more| format!("{text}{more}")).chain(exception).collect()
    }),
    may("P14", "past", &["E0707"], |text| {
        let is_day = |word: &str| word.len() == 10 && word.starts_with("20");
        replaced(text, " until ", is_day, &["2020-01-01"])
            .into_iter()
            .chain(replaced(text, "expires = ", is_day, &["2020-01-01"]))
            .collect()
    }),
    may("P14", "never", &["E0415"], |text| replaced(text, "burns at most ", is_share, &["100%"])),
];

/// Each pair of weights beside each other in one strategy.
fn neighbours(text: &str, change: fn(&str, std::ops::Range<usize>, std::ops::Range<usize>) -> String) -> Vec<String> {
    let changed = |stages: Vec<std::ops::Range<usize>>| {
        let weights: Vec<_> = stages.iter().map(|stage| weight(text, stage)).collect();
        let pairs = weights.windows(2).filter(|pair| text[pair[0].clone()] != text[pair[1].clone()]);
        pairs.map(|pair| change(text, pair[0].clone(), pair[1].clone())).collect::<Vec<_>>()
    };
    strategies(text).into_iter().flat_map(changed).collect()
}

/// Each weight but the last of a strategy.
fn weights(text: &str, new: &str) -> Vec<String> {
    let stages = strategies(text).into_iter().flat_map(|mut stages| {
        stages.pop();
        stages
    });
    stages.map(|stage| with(text, weight(text, &stage), new)).collect()
}

fn bare(text: &str) -> Vec<String> {
    let guards = behind(text, " while ").into_iter();
    guards.map(|word| with(text, word.start - " while ".len()..word.end, "")).collect()
}

/// Each stage held so long.
fn held(text: &str, new: &str) -> Vec<String> {
    let stages = strategies(text).into_iter().flatten().filter_map(|stage| {
        let at = text[stage.clone()].find(" for ")? + stage.start + " for ".len();
        let length = text[at..].find([' ', ',', '}', '\n'])?;
        is_duration(&text[at..at + length]).then(|| with(text, at..at + length, new))
    });
    stages.collect()
}

/// Declared traffic, up to its end.
fn quiet(text: &str) -> Vec<String> {
    let starts = text.match_indices("traffic = ").map(|(at, found)| at + found.len());
    let rates = starts.filter(|at| text[*at..].starts_with(|it: char| it.is_ascii_digit()));
    let ends = rates.filter_map(|at| {
        let rest = &text[at..text[at..].find('\n').map_or(text.len(), |end| at + end)];
        Some(at..at + rest.rfind("req/s")? + "req/s".len())
    });
    ends.map(|range| with(text, range, "0.01 req/s..0.02 req/s")).collect()
}

/// Windows of one minute.
fn slits(text: &str) -> Vec<String> {
    let hours = text.match_indices("..").filter_map(|(at, _)| {
        let (from, to) = (text.get(at.checked_sub(5)?..at)?, text.get(at + 2..at + 7)?);
        let is_hour = |it: &str| it.as_bytes()[2] == b':' && it.starts_with(|first: char| first.is_ascii_digit());
        (from.is_ascii() && to.is_ascii() && is_hour(from) && is_hour(to)).then(|| {
            let minute = format!("{}1", &from[..4]);
            with(text, at + 2..at + 7, &minute)
        })
    });
    hours.filter(|changed| changed.len() == text.len()).collect()
}

/// Each rollout with a limit of its own.
fn spending(text: &str, share: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let own = (0..lines.len()).filter(|at| is_rollout(lines[*at]) && !lines[*at].contains("may spend"));
    let limited = |at: usize| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[at] += &format!(" may spend at most {share} of budget");
        lines.join("\n") + "\n"
    };
    own.map(limited).collect()
}

/// A step that is one line and no more.
fn is_rollout(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("rollout ") && line.contains(" using ") && !line.contains(['{', '}', '('])
}

/// A source that keeps to every policy of the library which names rollouts and stages.
pub(super) fn under_policies(path: &str, text: &str) -> String {
    if !path.ends_with(".deploy") {
        return text.to_owned();
    }
    let names = [
        "approved_in_protected",
        "begins_small",
        "confident_in_protected",
        "guarded_in_protected",
        "held_in_protected",
        "redundant_in_protected",
        "undecided_goes_back",
    ];
    // What a source adopts already it must not import twice.
    let new: Vec<&str> = names.into_iter().filter(|name| !text.contains(name)).collect();
    if new.is_empty() { text.to_owned() } else { format!("use std.policies.{{{}}}\n{text}", new.join(", ")) }
}

/// With every kind of thing that runs.
fn imported(text: &str) -> String {
    let mut text = text.to_owned();
    for (name, from) in [("Pods", "std.kubernetes"), ("Process", "std.process")] {
        let used = text.contains(&format!("runs = {name} "));
        let known = text.lines().any(|line| {
            line.starts_with("use ") && line.contains(&format!("{name}}}")) || line.contains(&format!("{name},"))
        });
        if used && !known {
            text = format!("use {from}.{{{name}}}\n{text}");
        }
    }
    text
}

fn is_share(word: &str) -> bool {
    word.ends_with('%')
}

fn is_points(word: &str) -> bool {
    word.ends_with("pp")
}

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) && word.chars().all(|it| it.is_ascii_digit() || it == '_')
}

fn is_duration(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) && word.ends_with(['s', 'm', 'h', 'd'])
}
