//! `deployc fmt`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::site::{EXAMPLE, Site};

const WILD: &str = "service   shop{artifact=files( \"releases\" )}\n";
const TAME: &str = "service shop { artifact = files(\"releases\") }\n";

#[test]
fn a_wild_source_is_tamed_once() {
    let site = Site::of(WILD);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
    assert_eq!(site.read("main.deploy"), TAME);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
}

#[test]
fn check_writes_nothing_and_says_what_would_change() {
    let site = Site::of(WILD);
    insta::assert_snapshot!(site.deployc(&["fmt", "--check", "."]));
    insta::assert_snapshot!(site.deployc(&["fmt", "--check", "--format", "json"]));
    assert_eq!(site.read("main.deploy"), WILD);
    assert_eq!(site.deployc(&["fmt", "--check", "deploy.toml"]).code, 1);
}

#[test]
fn the_input_is_formatted_to_the_output_and_nothing_else() {
    let said = Site::of("").fed(&["fmt", "-"], WILD);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, TAME, ""));
    assert_eq!(Site::of("").fed(&["fmt", "--check", "-"], WILD).code, 10);
    assert_eq!(Site::of("").fed(&["fmt", "--check", "-"], TAME).code, 0);
}

#[test]
fn a_source_with_mistakes_stays_as_it_is_and_the_others_do_not() {
    let site = Site::of("service shop {\n");
    site.write("other.deploy", WILD);
    insta::assert_snapshot!(site.deployc(&["fmt"]));
    assert_eq!(site.read("main.deploy"), "service shop {\n");
    assert_eq!(site.read("other.deploy"), TAME);
}

#[test]
fn a_byte_order_mark_goes() {
    let site = Site::of(&format!("\u{feff}{TAME}"));
    assert_eq!(site.deployc(&["fmt", "--check"]).code, 10);
    assert_eq!(site.deployc(&["fmt"]).code, 0);
    assert_eq!(site.read("main.deploy"), TAME);
}

#[test]
fn the_example_is_formatted() {
    assert_eq!(Site::of("").fed(&["fmt", "-"], EXAMPLE).out, EXAMPLE);
}

#[test]
fn an_input_that_cannot_be_formatted_gives_no_output() {
    let large = "\n".repeat(usize::try_from(project::FILE_SIZE_MAX).unwrap() + 1);
    let table: [(&[u8], i32, &str); 4] = [
        (b"service shop {\n", 1, "E0102"),
        (b"// gr\xf6\xdfe\n", 2, "it is not UTF-8 from byte 5 on"),
        (large.as_bytes(), 2, "it has more than 8 MiB"),
        (b"let x: Int = 'a'\n", 1, "E0107"),
    ];
    for (input, code, why) in table {
        for arguments in [["fmt", "-"].as_slice(), &["fmt", "--check", "-"]] {
            let said = Site::of("").fed(arguments, input);
            assert_eq!((said.code, said.out.as_str()), (code, ""), "{why}: {said}");
            assert!(said.err.contains(why), "{said}");
        }
    }
}

#[test]
fn the_input_is_formatted_whatever_ends_its_lines() {
    let said = Site::of("").fed(&["fmt", "-"], WILD.replace('\n', "\r\n"));
    assert_eq!((said.code, said.out.as_str()), (0, TAME));
    let said = Site::of("").fed(&["fmt", "-"], "");
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""));
}

#[test]
fn the_answer_for_programs_has_the_layout_of_the_input() {
    let answer = |arguments: &[&str]| -> Value {
        let said = Site::of("").fed(arguments, WILD);
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said}"))
    };
    let formatted = answer(&["fmt", "-", "--format", "json"]);
    assert_eq!((formatted["text"].as_str(), formatted["changed"][0].as_str()), (Some(TAME), Some("-")));
    assert_eq!(answer(&["fmt", "--check", "-", "--format", "json"])["text"], Value::Null);
}

#[test]
fn a_link_stays_a_link_and_rights_stay_as_they_are() {
    let site = Site::of(WILD);
    let main = site.path().join("main.deploy");
    fs::set_permissions(&main, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("main.deploy", site.path().join("again.deploy")).unwrap();
    assert_eq!(site.deployc(&["fmt", "again.deploy"]).code, 0);
    assert!(fs::symlink_metadata(site.path().join("again.deploy")).unwrap().is_symlink());
    assert_eq!(site.read("main.deploy"), TAME);
    assert_eq!(fs::metadata(&main).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_layout_changes_no_plan() {
    let site = Site::example();
    let digest = |site: &Site| {
        let said = site.deployc(&["build", "--workflow", "release", "-o", "release.plan.json", "--format", "json"]);
        assert_eq!(said.code, 0, "{said}");
        let plan: Value = serde_json::from_str(&site.read("release.plan.json")).unwrap();
        plan["digest"].as_str().unwrap().to_owned()
    };
    let before = digest(&site);
    let spread = EXAMPLE.replace("  ", "      ").replace(" = ", "   =   ");
    site.write("first_canary.deploy", &spread);
    assert_eq!(digest(&site), before);
    assert_eq!(site.deployc(&["fmt"]).code, 0);
    assert_ne!(site.read("first_canary.deploy"), spread);
    assert_eq!(digest(&site), before);
}
