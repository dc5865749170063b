//! `deployc build` and `deployc debug`.

use plan::Plan;

use crate::site::{EDITION, EXAMPLE, Site, untested};

fn built(site: &Site, workflow: &str) -> Plan {
    let said = site.deployc(&["build", "--workflow", workflow]);
    assert_eq!(said.code, 0, "{said}");
    Plan::read(said.out.as_bytes()).unwrap()
}

#[test]
fn the_example_gives_this_plan() {
    let said = Site::example().deployc(&["debug", "plan", ".", "--workflow", "release"]);
    assert_eq!(said.code, 0, "{said}");
    insta::assert_snapshot!(said.out);
}

#[test]
fn the_plan_goes_to_a_file_and_the_answer_says_which() {
    let site = Site::example();
    insta::assert_snapshot!(site.deployc(&["build", ".", "--workflow", "install", "-o", "out.json"]));
    insta::assert_snapshot!(site.deployc(&["build", "--workflow", "install", "--format", "json"]));
    assert_eq!(site.read("out.json"), site.read("install.plan.json"));
    insta::assert_snapshot!(site.deployc(&["build", "--workflow", "install", "-o", "gone/out.json"]));
    insta::assert_snapshot!(site.deployc(&["build", "--workflow", "install", "-o", "-", "--format", "json"]));
}

#[test]
fn which_workflow_is_asked_for_when_there_are_several() {
    let site = Site::example();
    insta::assert_snapshot!(site.deployc(&["build"]));
    insta::assert_snapshot!(site.deployc(&["build", "--workflow", "relase"]));
    insta::assert_snapshot!(Site::of("").deployc(&["build"]));
}

#[test]
fn the_only_workflow_needs_no_name() {
    let install = "workflow install";
    let release = EXAMPLE.find("/// Every release after that.").unwrap();
    let site = Site::of(&EXAMPLE[..release].replace(install, "workflow only"));
    assert_eq!(Plan::read(site.deployc(&["build"]).out.as_bytes()).unwrap().body.workflow, "only");
}

#[test]
fn mistakes_leave_no_plan() {
    let site = Site::of(&EXAMPLE.replace("using careful", "using carefull"));
    let said = site.deployc(&["build", "--workflow", "release", "-o", "out.json"]);
    assert_eq!(said.code, 1, "{said}");
    assert!(!site.path().join("out.json").exists());
    let said = site.deployc(&["build", "--workflow", "release", "--format", "json"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn order_and_place_of_files_and_layout_of_text_do_not_matter() {
    let example = untested();
    let (first, second) = example.split_at(example.find("/// The first release ever").unwrap());
    let uses = "use a.base.{careful, local, shop}\nuse std.strategies.{all_at_once}\n";
    let first = first.replace("use std.strategies.{all_at_once}\n", "");
    let first = ["environment local", "service shop", "strategy careful"]
        .iter()
        .fold(first, |text, head| text.replace(head, &format!("pub {head}")));
    let files =
        [("deploy.toml", EDITION.to_owned()), ("a/base.deploy", first), ("main.deploy", format!("{uses}{second}"))];
    let mut turned: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let one = Site::with(&turned);
    turned.reverse();
    let two = Site::with(&turned);
    let bytes = |site: &Site| site.deployc(&["build", "--workflow", "release", "-o", "-"]).out;
    assert_eq!(bytes(&one), bytes(&two), "the same sources in another folder, written in another order");
    let whole = built(&Site::example(), "release");
    assert_eq!(built(&one, "release").digest, whole.digest, "the same deployment in two files");
    assert_eq!(built(&Site::of(&EXAMPLE.replace('\n', "\r\n")), "release").digest, whole.digest);
}

#[test]
fn two_spellings_of_a_duration_are_one_plan() {
    let (minutes, seconds) =
        (EXAMPLE.replace("5% for 16s", "5% for 30m"), EXAMPLE.replace("5% for 16s", "5% for 1800s"));
    assert_eq!(built(&Site::of(&minutes), "release").digest, built(&Site::of(&seconds), "release").digest);
    assert_ne!(built(&Site::of(&minutes), "release").digest, built(&Site::example(), "release").digest);
}

#[test]
fn two_spellings_of_a_condition_are_one_plan() {
    let condition = "errors(canary) <= errors(stable) + 2pp";
    let digest = |spelt| built(&Site::of(&EXAMPLE.replace(condition, spelt)), "release").digest;
    assert_eq!(digest("errors( canary )<=1x*errors(stable)   +  2.0pp // a comment"), digest(condition));
    let (month, hours) = ("30d", "720h");
    let burning = |budget, window| {
        let text = EXAMPLE
            .replace("errors(service) <= 3%", &format!("availability burns at most {budget} of budget in {window}"));
        built(&Site::of(&text.replace(month, hours).replace("100% for 10s", "100% for 1m")), "release").digest
    };
    assert_eq!(burning("0.01%", "1m"), burning("0.010%", "60s"));
}

#[test]
fn internal_forms_can_be_looked_at() {
    let site = Site::of("let a: Int = 1 // one\n");
    insta::assert_snapshot!(site.deployc(&["debug", "tokens"]));
    insta::assert_snapshot!(site.deployc(&["debug", "ast", "main.deploy"]));
    let model = Site::example().deployc(&["debug", "model", "--workflow", "install"]);
    assert!(model.out.starts_with("Workflow {"), "{model}");
}
