//! `deployc vendor`, with real repositories: what it fetches and keeps, and what `check` says of what lies there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::site::{EDITION, Said, Site};

const PATIENCE: &str =
    "pub let patience: Duration = 30s\nlet spare: Duration = 5s\npub let generous: Duration = patience + spare\n";

/// A repository that packages are fetched from.
pub(crate) struct Repository(tempfile::TempDir);

impl Repository {
    fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit(files);
        repository
    }

    /// Writes the files and commits everything; the number of the commit.
    fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=work"]);
        self.head()
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.0.path()).args(["-c", "user.name=Olga", "-c", "user.email=olga@example.com"]);
        let said =
            git.args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"]).args(arguments).output().unwrap();
        assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    fn address(&self) -> String {
        format!("file://{}", self.0.path().display())
    }

    /// A line of `[packages]`.
    fn stated(&self, name: &str) -> String {
        stated(name, &self.address(), &self.head())
    }
}

fn stated(name: &str, git: &str, rev: &str) -> String {
    format!("{name} = {{ git = \"{git}\", rev = \"{rev}\" }}\n")
}

fn packages(lines: &[String]) -> String {
    format!("{EDITION}\n[packages]\n{}", lines.concat())
}

pub(crate) fn platform() -> Repository {
    Repository::with(&[("deploy.toml", EDITION), ("gates/web.deploy", PATIENCE), ("README.md", "# ours\n")])
}

const MAIN: &str = "use platform.gates.web.{patience}\n\npub let more: Duration = patience * 2\n";

/// A project that uses the platform, vendored.
pub(crate) fn vendored(platform: &Repository) -> Site {
    let site = Site::with(&[("deploy.toml", &packages(&[platform.stated("platform")])), ("main.deploy", MAIN)]);
    ok(&site, &["vendor"]);
    site
}

#[track_caller]
fn ok(site: &Site, arguments: &[&str]) -> Said {
    let said = site.deployc(arguments);
    assert_eq!(said.code, 0, "{said}");
    said
}

/// What was said, in one line: how it is broken into lines depends on the lengths of paths.
fn flat(said: &Said) -> String {
    said.err.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `check` says, a line each.
fn said(site: &Site) -> Vec<String> {
    let said = site.deployc(&["check", "--format", "json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said}"));
    let line = |one: &Value| format!("{} {}", one["code"].as_str().unwrap(), one["message"].as_str().unwrap());
    answer["diagnostics"].as_array().unwrap_or_else(|| panic!("{said}")).iter().map(line).collect()
}

#[test]
fn a_package_is_fetched_locked_and_imported_from() {
    let platform = platform();
    let site = vendored(&platform);
    assert_eq!(said(&site), [""; 0]);
    assert_eq!(site.read("vendor/platform/gates/web.deploy"), PATIENCE);
    assert_eq!(site.read("vendor/platform/README.md"), "# ours\n");
    let lock = site.read("deploy.lock");
    assert!(lock.contains(&platform.head()) && lock.contains(&platform.address()), "{lock}");
    let mut sums = Command::new("sha256sum");
    sums.args(["-c", "../platform.sha256"]).current_dir(site.path().join("vendor/platform"));
    assert!(sums.output().unwrap().status.success(), "others verify it too");
    assert!(!site.path().join("vendor/.staging").exists());
}

#[test]
fn without_a_lock_nothing_is_fetched_and_one_finding_tells_it() {
    let platform = platform();
    let site = Site::with(&[("deploy.toml", &packages(&[platform.stated("platform")])), ("main.deploy", MAIN)]);
    assert_eq!(said(&site), ["E0510 the package `platform` is not vendored"]);
    assert!(!site.path().join("vendor").exists());
}

#[test]
fn what_is_as_it_is_stated_is_kept_without_its_repository() {
    let platform = platform();
    let site = vendored(&platform);
    drop(platform);
    assert!(ok(&site, &["vendor"]).err.starts_with("kept platform "));
    assert_eq!(said(&site), [""; 0]);
}

#[test]
fn another_commit_is_told_and_fetched() {
    let platform = platform();
    let site = vendored(&platform);
    let old = platform.head();
    platform.commit(&[("gates/web.deploy", "pub let patience: Duration = 60s\n")]);
    site.write("deploy.toml", &packages(&[platform.stated("platform")]));
    assert_eq!(said(&site), [format!("E0510 the package `platform` is vendored at another commit, `{old}`")]);
    assert!(ok(&site, &["vendor"]).err.starts_with("vendored platform "));
    assert_eq!(said(&site), [""; 0]);
    assert!(site.read("vendor/platform/gates/web.deploy").contains("60s"));
}

#[test]
fn a_package_that_nobody_asks_for_is_told_and_removed() {
    let site = vendored(&platform());
    site.write("deploy.toml", EDITION);
    site.write("main.deploy", "");
    assert_eq!(said(&site), ["E0510 `deploy.lock` has packages that nobody asks for: platform"]);
    assert!(ok(&site, &["vendor"]).err.starts_with("removed platform "));
    assert_eq!(said(&site), [""; 0]);
    assert!(!site.path().join("vendor").exists() && !site.path().join("deploy.lock").exists());
    assert_eq!(ok(&site, &["vendor"]).err, "no packages\n");
}

#[test]
fn a_fix_from_inside_of_a_package_mends_the_project_alone() {
    let unused = format!("use std.process.{{Process}}\n{PATIENCE}");
    let site = vendored(&Repository::with(&[("deploy.toml", EDITION), ("gates/web.deploy", &unused)]));
    site.write("main.deploy", &format!("use std.process.{{Process}}\n{MAIN}"));
    ok(&site, &["check", "--fix=all", "vendor/platform"]);
    assert_eq!(site.read("vendor/platform/gates/web.deploy"), unused);
    assert!(!site.read("main.deploy").contains("Process"));
    ok(&site, &["check"]);
}

#[test]
fn every_change_of_a_vendored_file_is_named_and_undone() {
    type Change = fn(&Path);
    let changes: [(&str, &str, Change); 6] = [
        ("platform/gates/web.deploy", "it was changed", |vendor| {
            fs::write(vendor.join("platform/gates/web.deploy"), "pub let patience: Duration = 1s\n").unwrap();
        }),
        ("platform/gates/web.deploy", "it is missing", |vendor| {
            fs::remove_file(vendor.join("platform/gates/web.deploy")).unwrap();
        }),
        ("platform/more.deploy", "it was added", |vendor| {
            fs::write(vendor.join("platform/more.deploy"), "").unwrap();
        }),
        ("platform/README.md", "a package holds files and folders only", |vendor| {
            fs::remove_file(vendor.join("platform/README.md")).unwrap();
            symlink("../../main.deploy", vendor.join("platform/README.md")).unwrap();
        }),
        ("platform.sha256", "the list of the package's files was changed", |vendor| {
            fs::write(vendor.join("platform.sha256"), "").unwrap();
        }),
        ("platform", "the folder is missing, or a link leads to it", |vendor| {
            fs::rename(vendor.join("platform"), vendor.join("elsewhere")).unwrap();
            symlink("elsewhere", vendor.join("platform")).unwrap();
        }),
    ];
    let platform = platform();
    let site = vendored(&platform);
    for (path, why, change) in changes {
        change(&site.path().join("vendor"));
        assert_eq!(said(&site), [format!("E0511 `vendor/{path}` is not as it was locked: {why}")]);
        assert!(ok(&site, &["vendor"]).err.starts_with("vendored platform "), "{path}");
        assert_eq!(said(&site), [""; 0], "{path}");
    }
}

#[test]
fn a_commit_that_does_not_hold_what_was_locked_is_refused() {
    let platform = platform();
    let site = vendored(&platform);
    let lock = site.read("deploy.lock");
    let sum = lock.split("sha256 = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let other = sum.chars().rev().collect::<String>();
    site.write("deploy.lock", &lock.replace(&sum, &other));
    assert!(said(&site)[0].starts_with("E0511 `vendor/platform.sha256`"));
    let answer = site.deployc(&["vendor"]);
    assert!(answer.code == 1 && flat(&answer).contains("does not hold what was locked"), "{answer}");
}

#[test]
fn packages_of_packages_share_one_folder_and_see_what_they_state() {
    let base = Repository::with(&[("deploy.toml", EDITION), ("time.deploy", "pub let base: Duration = 5s\n")]);
    let platform = Repository::with(&[
        ("deploy.toml", &packages(&[base.stated("base")])),
        ("own.deploy", "pub let own: Duration = 1s\n"),
        ("gates/web.deploy", "use base.time.{base}\nuse own.{own}\n\npub let patience: Duration = base + own\n"),
        ("vendor/left/out.deploy", "nonsense\n"),
    ]);
    let site = vendored(&platform);
    assert_eq!(said(&site), [""; 0]);
    assert!(site.path().join("vendor/base/time.deploy").exists());
    assert!(!site.path().join("vendor/platform/vendor").exists());
    // The project has not stated it, and does not see it; nor do packages see the project.
    site.write("main.deploy", "use base.time.{base}\n\npub let more: Duration = base\n");
    assert_eq!(said(&site), ["E0202 there is no module `base.time`"]);
}

#[test]
fn a_package_sees_nothing_outside_of_its_folder() {
    let platform = Repository::with(&[
        ("deploy.toml", EDITION),
        (
            "gates/web.deploy",
            "use main.{more}\n\npub let patience: Duration = more\npub database d: Postgres { schema = \"main.sql\" }\n",
        ),
    ]);
    let site = Site::with(&[
        ("deploy.toml", &packages(&[platform.stated("platform")])),
        ("main.deploy", "pub let more: Duration = 1s\n"),
        ("main.sql", "CREATE TABLE secret (id int);\n"),
    ]);
    ok(&site, &["vendor"]);
    let found = said(&site);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|it| it.starts_with("E0202 there is no module `main`")), "{found:?}");
    assert!(found.iter().any(|it| it.starts_with("E0505 the schema file `vendor/platform/main.sql`")), "{found:?}");
}

#[test]
fn private_names_stay_private_and_paths_through_the_folder_do_not_lead_in() {
    let site = vendored(&platform());
    site.write("main.deploy", "use platform.gates.web.{spare}\n\npub let more: Duration = spare\n");
    assert_eq!(said(&site), ["E0203 `spare` is private to `platform.gates.web`"]);
    site.deployc(&["check", "--fix=all"]);
    assert_eq!(site.read("vendor/platform/gates/web.deploy"), PATIENCE, "what is vendored is not mended");
    site.write("main.deploy", "use vendor.platform.gates.web.{patience}\n\npub let more: Duration = patience\n");
    assert_eq!(said(&site), ["E0202 there is no module `vendor.platform.gates.web`"]);
}

#[test]
fn a_package_gives_declarations_and_neither_workflows_nor_exceptions() {
    let platform = Repository::with(&[
        ("deploy.toml", EDITION),
        ("gates/web.deploy", PATIENCE),
        ("spare.deploy", "test \"never\" { expect 1 == 2 }\nworkflow release() { wait 1m }\nlet unused: Int = 1\n"),
    ]);
    let site = vendored(&platform);
    assert_eq!(said(&site), [""; 0], "warnings of packages are for others");
    assert_eq!(ok(&site, &["test"]).out.trim(), "no tests");
    assert_eq!(site.deployc(&["build", "-o", "plan.json"]).code, 2, "there is no workflow");
    assert_eq!(ok(&site, &["fmt", "--check"]).err, "0 of 1 file would change\n");
}

#[test]
fn errors_inside_of_packages_are_told() {
    let broken = [("deploy.toml", EDITION), ("gates/web.deploy", "pub let patience: Duration = 30pp\n")];
    let site = vendored(&Repository::with(&broken));
    let told = site.deployc(&["check", "--format", "short"]);
    assert!(told.err.starts_with("vendor/platform/gates/web.deploy:1:30: error[E0301]"), "{told}");
}

#[test]
fn files_that_import_each_other_inside_of_a_package_are_told_by_their_places() {
    let platform = Repository::with(&[
        ("deploy.toml", EDITION),
        ("gates/web.deploy", "use other.{b}\n\npub let patience: Duration = b\npub let c: Duration = 1s\n"),
        ("other.deploy", "use gates.web.{c}\n\npub let b: Duration = c\n"),
    ]);
    let found = said(&vendored(&platform));
    assert_eq!(found, ["E0205 files import each other: platform.gates.web → platform.other → platform.gates.web"]);
}

#[test]
fn two_that_disagree_about_a_package_are_settled_by_the_project() {
    let base = Repository::with(&[("deploy.toml", EDITION), ("time.deploy", "pub let base: Duration = 5s\n")]);
    let old = base.stated("base");
    let one = Repository::with(&[("deploy.toml", &packages(std::slice::from_ref(&old))), ("a.deploy", "")]);
    base.commit(&[("time.deploy", "pub let base: Duration = 6s\n")]);
    let two = Repository::with(&[("deploy.toml", &packages(&[base.stated("base")])), ("a.deploy", "")]);
    let both = [one.stated("one"), two.stated("two")];
    let site = Site::with(&[("deploy.toml", &packages(&both)), ("main.deploy", "")]);
    let answer = site.deployc(&["vendor"]);
    assert!(answer.code == 1 && flat(&answer).contains("two packages are called `base`"), "{answer}");
    assert!(!site.path().join("deploy.lock").exists());
    site.write("deploy.toml", &packages(&[both.concat(), old]));
    ok(&site, &["vendor"]);
    assert_eq!(said(&site), [""; 0]);
    assert!(site.read("vendor/base/time.deploy").contains("5s"));
}

#[test]
fn commits_that_are_no_packages_are_refused_and_nothing_changes() {
    let plain = Repository::with(&[("a.deploy", "")]);
    let linked = Repository::with(&[("deploy.toml", EDITION)]);
    symlink("/etc/passwd", linked.0.path().join("a.deploy")).unwrap();
    linked.commit(&[]);
    let strange = Repository::with(&[("deploy.toml", EDITION), ("a\\b.deploy", "")]);
    let wrong = Repository::with(&[("deploy.toml", "edition = 3\n")]);
    let gone = stated("platform", &plain.address(), &"0".repeat(40));
    let nowhere = stated("platform", "file:///nowhere/at/all", &plain.head());
    let table = [
        (plain.stated("platform"), "has no `deploy.toml`"),
        (linked.stated("platform"), "a link or a submodule"),
        (strange.stated("platform"), "a path that not every system has"),
        (wrong.stated("platform"), "`deploy.toml` is wrong"),
        (gone, "has no commit"),
        (nowhere, "cannot be fetched"),
    ];
    for (line, why) in table {
        let site = Site::with(&[("deploy.toml", &packages(&[line])), ("main.deploy", "")]);
        let answer = site.deployc(&["vendor"]);
        assert_eq!(answer.code, 1, "{answer}");
        assert!(flat(&answer).contains(why), "{why}: {answer}");
        assert!(!site.path().join("vendor").exists() && !site.path().join("deploy.lock").exists(), "{why}");
    }
}

#[test]
fn mistakes_in_packages_have_their_messages() {
    let rev = "0123456789012345678901234567890123456789";
    let good = "https://git.example.com/x";
    let lines = [
        format!("Platform = {{ git = \"{good}\", rev = \"{rev}\" }}\n"),
        format!("std = {{ git = \"{good}\", rev = \"{rev}\" }}\n"),
        format!("a = \"{good}\"\n"),
        format!("a = {{ git = \"{good}\" }}\n"),
        format!("a = {{ rev = \"{rev}\" }}\n"),
        format!("a = {{ git = \"{good}\", rev = \"v1.0\" }}\n"),
        format!("a = {{ git = \"{good}\", rev = \"{rev}\", branch = \"main\" }}\n"),
        format!("a = {{ git = \"{good}\", revv = \"{rev}\" }}\n"),
        format!("a = {{ git = \"ext::sh -c date\", rev = \"{rev}\" }}\n"),
        format!("a = {{ git = \"--upload-pack=date\", rev = \"{rev}\" }}\n"),
        format!("a = {{ git = \"../x\", rev = \"{rev}\" }}\n"),
        format!("a = {{ git = \"https://olga:pass@git.example.com/x\", rev = \"{rev}\" }}\n"),
    ];
    let told = lines.iter().map(|line| {
        let site = Site::with(&[("deploy.toml", &packages(std::slice::from_ref(line)))]);
        let answer = site.deployc(&["vendor", "--format", "short"]);
        assert_eq!(answer.code, 1, "{line}: {answer}");
        format!("--- {line}{}", answer.err)
    });
    insta::assert_snapshot!(told.collect::<String>());
}

#[test]
fn a_folder_that_no_lock_knows_is_not_touched() {
    let platform = platform();
    let site = Site::with(&[
        ("deploy.toml", &packages(&[platform.stated("platform")])),
        ("main.deploy", MAIN),
        ("vendor/platform/mine.txt", "mine\n"),
    ]);
    let answer = site.deployc(&["vendor"]);
    assert!(answer.code == 1 && flat(&answer).contains("does not know it"), "{answer}");
    assert_eq!(site.read("vendor/platform/mine.txt"), "mine\n");
}

#[test]
fn a_lock_that_leads_elsewhere_is_refused_before_anything_is_removed() {
    let site = Site::with(&[("deploy.toml", EDITION), ("main.deploy", ""), ("vendor/keep", ""), ("keep/it", "")]);
    let sum = "0".repeat(64);
    site.write(
        "deploy.lock",
        &format!("version = 1\n\n[[package]]\nname = \"../keep\"\ngit = \"x\"\nrev = \"x\"\nsha256 = \"{sum}\"\n"),
    );
    assert_eq!(said(&site), ["E0510 `deploy.lock` cannot be read: `../keep` is no name for a package"]);
    assert_eq!(site.deployc(&["vendor"]).code, 1);
    assert!(site.path().join("keep/it").exists());
}

#[test]
fn the_answer_for_programs_has_every_package() {
    let platform = platform();
    let site = Site::with(&[("deploy.toml", &packages(&[platform.stated("platform")])), ("main.deploy", MAIN)]);
    let answer: Value = serde_json::from_str(&ok(&site, &["vendor", "--format", "json"]).out).unwrap();
    let package = &answer["packages"][0];
    assert_eq!((package["name"].as_str(), package["became"].as_str()), (Some("platform"), Some("vendored")));
    assert_eq!(package["rev"].as_str(), Some(platform.head().as_str()));
}

#[test]
fn a_project_must_not_lie_under_the_name_of_its_package() {
    let site = vendored(&platform());
    site.write("platform/own.deploy", "pub let x: Int = 1\n");
    assert_eq!(said(&site), ["E0508 `platform/own.deploy` lies under the name of a package, `platform`"]);
}

/// What is compiled does not depend on whose file a declaration stands in.
#[test]
fn a_plan_of_a_package_is_that_of_the_same_sources_in_the_project() {
    let strategy = "pub strategy at_once() { 100% for 1m }\n";
    let main = concat!(
        "use platform.ways.{at_once}\nuse std.process.{Process, Processes}\n\n",
        "environment local { compute = Processes {} }\n",
        "service shop { artifact = files(\"releases\"), runs = Process {} }\n\n",
        "workflow release(image: Digest) { rollout shop@image to local using at_once() }\n",
    );
    let digest = |site: &Site| {
        ok(site, &["build", "-o", "plan.json"]);
        let plan: Value = serde_json::from_str(&site.read("plan.json")).unwrap();
        plan["digest"].clone()
    };
    let own = Site::with(&[("deploy.toml", EDITION), ("platform/ways.deploy", strategy), ("main.deploy", main)]);
    let package = Repository::with(&[("deploy.toml", EDITION), ("ways.deploy", strategy)]);
    let site = Site::with(&[("deploy.toml", &packages(&[package.stated("platform")])), ("main.deploy", main)]);
    ok(&site, &["vendor"]);
    assert_eq!(digest(&site), digest(&own));
}

/// What every project of a platform team may use: a gate, a strategy and a policy.
const GOVERNED: &str = r#"
use std.process.{Process, Processes}
use std.proxy.{Proxy}

pub environment local {
  compute = Processes {}
  traffic = Proxy { listen = "127.0.0.1:8080" }
  bind shop { replicas = 4 }
}
pub service shop { artifact = files("releases"), runs = Process {} }
pub metric errors: Ratio { bad = responses([server_error]), total = responses(), usual = 0.1% }
pub gate healthy for canary against stable {
  at least 500 requests, confidence 95%
  errors(canary) <= errors(stable) + 0.9pp
  inconclusive: extend 1m then rollback
}
pub gate steady for service {
  at least 300 requests, confidence 95%
  errors(service) <= 3%
  inconclusive: extend 1m then rollback
}
pub strategy careful { 5% for 10m while healthy, 100% for 10m while steady }
pub policy agreed for rollout r { require r.approvals >= 1 because "a second pair of eyes sees more" }
"#;

fn governed(rules: &str, imports: &str, accepts: &str) -> Site {
    let package = Repository::with(&[("deploy.toml", EDITION), ("rules.deploy", rules)]);
    let main = format!(
        "use platform.rules.{{{imports}}}\n\nworkflow release(image: Digest) {{\n{accepts}  rollout shop@image to local using careful\n}}\n"
    );
    let site = Site::with(&[("deploy.toml", &packages(&[package.stated("platform")])), ("main.deploy", &main)]);
    ok(&site, &["vendor"]);
    site
}

/// A policy of a package holds for whoever imports it, and for nobody else.
#[test]
fn a_policy_of_a_package_holds_where_it_is_imported() {
    assert_eq!(said(&governed(GOVERNED, "careful, local, shop", "")), [""; 0]);
    let site = governed(GOVERNED, "agreed, careful, local, shop", "");
    assert_eq!(said(&site), ["E0710 the rollout of `shop` to `local` breaks the policy `agreed`"]);
    let told = site.deployc(&["check", "--format", "json"]).out;
    assert!(told.contains("vendor/platform/rules.deploy"), "the policy's own place: {told}");
}

/// An exception from a package's policy is the project's own, and stands in its plan.
#[test]
fn an_exception_from_a_policy_of_a_package_is_in_the_plan() {
    let accept = "  accept agreed because \"nobody else is there yet\" until 2027-02-28\n";
    let site = governed(GOVERNED, "agreed, careful, local, shop", accept);
    assert_eq!(said(&site), [""; 0]);
    ok(&site, &["build", "-o", "plan.json"]);
    let plan: Value = serde_json::from_str(&site.read("plan.json")).unwrap();
    assert_eq!(plan["body"]["acceptances"].as_array().map(Vec::len), Some(1));
    assert_eq!(plan["body"]["acceptances"][0]["until"], "2027-02-28");
    assert_eq!(site.deployc(&["check", "--as-of", "2027-02-28"]).code, 0, "its last day");
    assert_eq!(site.deployc(&["check", "--as-of", "2027-03-01"]).code, 1, "past it");
}

/// What a package takes upon itself nobody in the project has agreed to.
#[test]
fn an_exception_inside_of_a_package_accepts_nothing() {
    let accepting = "at least 100 requests, confidence 95%\n  accept P3 because \"little traffic\" until 2027-01-31";
    let rules = GOVERNED.replace("at least 500 requests, confidence 95%", accepting);
    let told = said(&governed(&rules, "careful, local, shop", ""));
    assert!(matches!(told.as_slice(), [one] if one.starts_with("E0442 no traffic is declared")), "{told:?}");
}
