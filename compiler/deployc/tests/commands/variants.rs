//! The tests of the examples and scenarios can fail: for each, a change that takes away what it guards, and what it says then.

use std::path::Path;

use crate::site::Site;

/// A change of a project, and what one of its tests says then.
struct Variant {
    /// The project, below `examples`.
    project: &'static str,
    /// What is written there.
    from: &'static str,
    /// What is written instead.
    to: &'static str,
    /// The test, by a part of its title.
    test: &'static str,
    /// Parts of what is said.
    said: &'static [&'static str],
}

const VARIANTS: &[Variant] = &[
    Variant {
        project: "first-canary",
        from: "errors(stable) + 2pp",
        to: "errors(stable) + 30pp",
        test: "goes back before many",
        said: &["the run rolled back at stage 100% of `shop` in `local`", "the new release had 100% of the traffic"],
    },
    Variant {
        project: "first-canary",
        from: " while healthy { 5% for 16s, 25% for 12s, 50% for 8s, 100% for 10s while steady }",
        to: " { 5% for 16s, 25% for 12s, 50% for 8s, 100% for 10s }",
        test: "silent metrics never pass",
        said: &["the run completed"],
    },
    Variant {
        project: "first-canary",
        from: "with canary unready",
        to: "with canary unready from stage 25%",
        test: "an unready release",
        said: &["the new release had 5% of the traffic"],
    },
    Variant {
        project: "first-canary",
        from: "with crash at start",
        to: "with crash at start for 2h",
        test: "a crash in the middle",
        said: &["the run completed, 2h"],
    },
    Variant {
        project: "first-canary",
        from: "with errors(canary) = 0.4%",
        to: "with errors(canary) = 9%",
        test: "what the gate allows",
        said: &["the run rolled back at stage 5%"],
    },
    Variant {
        project: "first-canary",
        from: "simulate release(image = any)\n",
        to: "simulate release(image = any) with errors(canary) = 1.9%\n",
        test: "a good release",
        said: &["of the budget of `availability`"],
    },
    Variant {
        project: "first-canary",
        from: "and crash from stage 50% for 10s",
        to: "and crash from stage 50% for 3h",
        test: "keeps no bad release",
        said: &["the run rolled back at stage 50% of `shop` in `local`, 3h"],
    },
    Variant {
        project: "scenarios/s01-payment-canary",
        from: "errors(stable) + 0.3pp",
        to: "errors(stable) + 30pp",
        test: "a bad canary goes back",
        said: &["the run rolled back at stage 100% of `payments` in `production`"],
    },
    Variant {
        project: "scenarios/s01-payment-canary",
        from: "latency(canary).p95 <= latency(stable).p95 * 1.1",
        to: "latency(canary).p95 <= latency(stable).p95 * 90.0",
        test: "as right and slower",
        said: &["the run completed", "the new release had 100% of the traffic"],
    },
    Variant {
        project: "scenarios/s01-payment-canary",
        from: "within 8h",
        to: "within 12h",
        test: "comes after its time",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s01-payment-canary",
        from: "  run smoke_test(staging)\n",
        to: "",
        test: "without the smoke test",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s02-function-alias",
        from: "  advisory cold_starts",
        to: "  cold_starts",
        test: "cold starts are told",
        said: &["the run rolled back at stage 10% of `resize` in `cloud`"],
    },
    Variant {
        project: "scenarios/s02-function-alias",
        from: "cost(stable) * 1.1",
        to: "cost(stable) * 3.0",
        test: "costs twice as much",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s03-bad-release-back",
        from: "  finally { run open_postmortem(alert, release) }\n",
        to: "",
        test: "the release before is back",
        said: &["`open_postmortem` was never begun"],
    },
    Variant {
        project: "scenarios/s04-cheaper-machines",
        from: "cost(stable) * 0.9",
        to: "cost(stable) * 1.1",
        test: "a pool that costs as much",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s08-region-after-region",
        from: "errors(stable) + 0.5pp",
        to: "errors(stable) + 50pp",
        test: "the second region is bad",
        said: &["the run rolled back at stage 100% of `shop` in `us`"],
    },
    Variant {
        project: "scenarios/s08-region-after-region",
        from: "crash from stage 100% of shop in eu for 3h",
        to: "crash from stage 100% of shop in eu for 90h",
        test: "dies between two regions",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s06-security-patch",
        from: " on failure { rollback login in production }",
        to: "",
        test: "breaks the login",
        said: &["the run failed"],
    },
    Variant {
        project: "scenarios/s06-security-patch",
        from: "with tell fails",
        to: "with tell fails and metrics silent",
        test: "cannot be told",
        said: &["the run rolled back"],
    },
    Variant {
        project: "scenarios/s06-security-patch",
        from: "approval 2 from",
        to: "approval from",
        test: "the second who should have agreed",
        said: &["the run completed"],
    },
    Variant {
        project: "scenarios/s10-game-day",
        from: "finally { run clean_up() }",
        to: "",
        test: "a regression and a crash",
        said: &["`clean_up` was never begun"],
    },
    Variant {
        project: "scenarios/s10-game-day",
        from: " while healthy {",
        to: " {",
        test: "silence is no proof",
        said: &["the run rolled back at stage 100% of `shop` in `staging`"],
    },
    Variant {
        project: "scenarios/s10-game-day",
        from: "errors(canary) = 10% from stage 50%",
        to: "errors(canary) = 1% from stage 50%",
        test: "begins in the middle",
        said: &["the new release had 100% of the traffic"],
    },
    Variant {
        project: "scenarios/s10-game-day",
        from: "with canary unready",
        to: "with metrics silent",
        test: "what does not start",
        said: &["the new release had 10% of the traffic"],
    },
    Variant {
        project: "scenarios/s10-game-day",
        from: "with kill_runtime fails",
        to: "with tell fails",
        test: "without the killer",
        said: &["the run completed", "the new release had 100% of the traffic"],
    },
];

/// The project with another text in it.
fn varied(variant: &Variant) -> Site {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(variant.project);
    let site = Site::with(&[]);
    let mut changed = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&entry).unwrap();
        changed += usize::from(entry.extension().is_some_and(|it| it == "deploy") && text.contains(variant.from));
        site.write(entry.file_name().unwrap().to_str().unwrap(), &text.replace(variant.from, variant.to));
    }
    assert_eq!(changed, 1, "{}: `{}` is written there once", variant.project, variant.from);
    site
}

#[test]
fn what_is_guarded_is_missed_when_it_is_gone() {
    for variant in VARIANTS {
        let said = varied(variant).deployc(&["test", "--only", variant.test, "--format", "short"]);
        assert_eq!(said.code, 1, "{}: {} -> {}\n{said}", variant.project, variant.from, variant.to);
        for part in variant.said {
            assert!(said.err.contains(part), "{}: {}: `{part}` is not said\n{said}", variant.project, variant.test);
        }
    }
}
