//! Projects on the disk: what is found, what is left out, and what each obstacle says.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its folder has nothing to say")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use diagnostics::{Diagnostic, FileId, SourceMap, render};
use project::{Error, Project, load, load_with, root_of};

const EDITION: &str = "edition = \"2026\"\n";

/// A folder with these files, each a path and its bytes.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        write(folder.path(), path, bytes);
    }
    folder
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn sources(project: &Project) -> Vec<String> {
    project.model().files().into_iter().map(|file| project.path(file).to_owned()).collect()
}

fn said(project: &Project) -> String {
    render::short(project.reading_diagnostics(), project)
}

fn about(deploy_toml: &str) -> String {
    let folder = folder(&[("deploy.toml", deploy_toml.as_bytes())]);
    said(&load(folder.path()).unwrap())
}

#[test]
fn the_nearest_root_upward_is_found_from_a_file_and_from_a_folder() {
    let folder = folder(&[("deploy.toml", EDITION.as_bytes()), ("a/b/one.deploy", b"")]);
    let root = folder.path().canonicalize().unwrap();
    for from in ["a/b/one.deploy", "a/b", ""] {
        assert_eq!(root_of(&folder.path().join(from)).unwrap(), root, "{from}");
    }
}

#[test]
fn a_vendored_package_belongs_to_the_project_that_vendored_it() {
    let edition = EDITION.as_bytes();
    let (own, beside) = ("vendor/platform/deploy.toml", "shops/platform/deploy.toml");
    let folder =
        folder(&[("deploy.toml", edition), (own, edition), (beside, edition), ("alone/vendor/a/b.deploy", b"")]);
    let root = folder.path().canonicalize().unwrap();
    assert_eq!(root_of(&root.join("vendor/platform")).unwrap(), root);
    assert_eq!(root_of(&root.join(beside)).unwrap(), root.join("shops/platform"));
    write(&root, "alone/vendor/a/deploy.toml", edition);
    assert_eq!(root_of(&root.join("alone/vendor/a/b.deploy")).unwrap(), root.join("alone/vendor/a"));
}

#[test]
fn without_a_root_there_is_no_project() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(load(folder.path()), Err(Error::NoProject { .. })));
    assert!(matches!(load(&folder.path().join("gone")), Err(Error::Path { .. })));
}

#[test]
fn sources_are_found_everywhere_but_where_other_tools_keep_theirs() {
    let folder = folder(&[
        ("deploy.toml", EDITION.as_bytes()),
        ("z.deploy", b""),
        ("b/z.deploy", b""),
        ("a.deploy", b""),
        ("notes.txt", b"\xff"),
        (".git/x.deploy", b"\xff"),
        (".hidden.deploy", b"\xff"),
        ("target/x.deploy", b"\xff"),
        ("b/node_modules/x.deploy", b"\xff"),
        ("vendor/x.deploy", b"\xff"),
        ("b/vendor/y.deploy", b""),
        ("inner/deploy.toml", b"\xff"),
        ("inner/other.deploy", b"\xff"),
    ]);
    let project = load(folder.path()).unwrap();
    assert_eq!(sources(&project), ["a.deploy", "b/vendor/y.deploy", "b/z.deploy", "z.deploy"]);
    assert_eq!(said(&project), "");
    assert_eq!(project.edition(), "2026");
}

#[test]
fn paths_with_spaces_and_other_letters_are_ordinary() {
    let folder = folder(&[("deploy.toml", EDITION.as_bytes()), ("mein projekt/größe.deploy", b"")]);
    assert_eq!(sources(&load(folder.path()).unwrap()), ["mein projekt/größe.deploy"]);
}

#[test]
fn links_inside_say_nothing_new_and_links_outside_are_refused() {
    let outside = folder(&[("far.deploy", b"")]);
    let folder = folder(&[("deploy.toml", EDITION.as_bytes()), ("a.deploy", b""), ("notes.txt", b"")]);
    symlink(folder.path().join("a.deploy"), folder.path().join("again.deploy")).unwrap();
    symlink(folder.path().join("notes.txt"), folder.path().join("notes.deploy")).unwrap();
    symlink(outside.path().join("far.deploy"), folder.path().join("far.deploy")).unwrap();
    symlink(outside.path().join("gone.deploy"), folder.path().join("gone.deploy")).unwrap();
    symlink(outside.path(), folder.path().join("result")).unwrap();
    symlink(folder.path(), folder.path().join("round")).unwrap();
    let project = load(folder.path()).unwrap();
    assert_eq!(sources(&project), ["a.deploy"]);
    insta::assert_snapshot!(said(&project));
}

#[test]
fn a_project_file_outside_of_the_project_is_not_read() {
    let outside = folder(&[("deploy.toml", b"secret = 1\n"), ("inside/a.deploy", b"")]);
    symlink(outside.path().join("deploy.toml"), outside.path().join("inside/deploy.toml")).unwrap();
    let project = load(&outside.path().join("inside")).unwrap();
    assert_eq!(
        said(&project),
        "deploy.toml:1:1: error[E0505]: `deploy.toml` cannot be read: the link leads out of the project\n"
    );
}

#[test]
fn other_texts_stand_for_those_on_the_disk_only_where_files_are() {
    let folder = folder(&[("deploy.toml", b""), ("a.deploy", b"// old\n")]);
    let texts = [("deploy.toml", EDITION), ("a.deploy", "// new\n"), ("../b.deploy", "// elsewhere\n")];
    let overlay = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    let project = load_with(folder.path(), &overlay).unwrap();
    assert_eq!((said(&project).as_str(), sources(&project)), ("", vec!["a.deploy".to_owned()]));
    assert_eq!(project.own_text("a.deploy"), Some("// new\n"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let folder =
        folder(&[("deploy.toml", b"\xef\xbb\xbfedition = \"2026\"\r\n"), ("a.deploy", b"\xef\xbb\xbf// a\r\n")]);
    let project = load(folder.path()).unwrap();
    assert_eq!(said(&project), "");
    let file = project.model().files()[0];
    assert_eq!(project.text(file), "// a\r\n");
}

#[test]
fn a_source_that_is_not_text_is_named_with_its_byte() {
    let folder = folder(&[
        ("deploy.toml", EDITION.as_bytes()),
        ("b.deploy", "// größe\n".as_bytes()),
        ("a.deploy", b"// gr\xf6\xdfe\n"),
    ]);
    let project = load(folder.path()).unwrap();
    assert_eq!(sources(&project), ["b.deploy"]);
    insta::assert_snapshot!(render::human(project.reading_diagnostics(), &project, false));
}

#[test]
fn a_source_above_the_limit_is_refused() {
    let folder = folder(&[("deploy.toml", EDITION.as_bytes())]);
    let file = fs::File::create(folder.path().join("huge.deploy")).unwrap();
    file.set_len(project::FILE_SIZE_MAX + 1).unwrap();
    let just_above = said(&load(folder.path()).unwrap());
    insta::assert_snapshot!(just_above);
    // A hole of 100 MB: no more than the limit is read of it.
    file.set_len(100_000_000).unwrap();
    assert_eq!(said(&load(folder.path()).unwrap()), just_above);
}

#[test]
fn every_mistake_in_deploy_toml_has_its_message() {
    let table = [
        "editon = \"2026\"\n",
        "edition = \"2026\"\nnonsense = 1\n",
        "",
        "edition = \"2031\"\n",
        "edition = 2026\n",
        "edition = \n",
        "edition = \"2026\"\nedition = \"2026\"\n",
    ];
    let said: Vec<String> = table.iter().map(|text| format!("--- {text:?}\n{}", about(text))).collect();
    insta::assert_snapshot!(said.concat());
}

#[test]
fn two_folders_with_the_same_sources_are_the_same_project() {
    let files: [(&str, &[u8]); 3] =
        [("deploy.toml", EDITION.as_bytes()), ("b.deploy", b"// b"), ("a/a.deploy", b"// a")];
    let mut turned = files;
    turned.reverse();
    let (one, two) = (folder(&files), folder(&turned));
    let listed = |folder: &tempfile::TempDir| {
        let project = load(folder.path()).unwrap();
        let texts = |file: FileId| (file, project.path(file).to_owned(), project.text(file).to_owned());
        project.model().files().into_iter().map(texts).collect::<Vec<_>>()
    };
    assert_eq!(listed(&one), listed(&two));
}

#[test]
fn schema_files_are_read_below_the_root_and_nowhere_else() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "outside.sql", b"CREATE TABLE secret (id int);");
    let database = |name: &str, path: &str| format!("pub database {name}: Postgres {{ schema = \"{path}\" }}\n");
    let paths = ["db/ledger.sql", "gone.sql", "linked.sql", "db", "broken.sql"];
    let main: String = paths.iter().zip('a'..).map(|(path, name)| database(&name.to_string(), path)).collect();
    let folder = folder(&[
        ("deploy.toml", EDITION.as_bytes()),
        ("main.deploy", main.as_bytes()),
        ("db/ledger.sql", b"CREATE TABLE charges (id int);\nCREATE GIBBERISH;\n"),
        ("broken.sql", b"CREATE \xff"),
    ]);
    symlink(outside.path().join("outside.sql"), folder.path().join("linked.sql")).unwrap();
    let project = load(folder.path()).unwrap();
    insta::assert_snapshot!(said(&project));
    let found = project.model().diagnostics();
    assert_eq!(render::short(&found, &project).lines().count(), 1, "{found:?}");
    assert!(render::short(&found, &project).starts_with("db/ledger.sql:2:"), "{found:?}");
}

#[test]
fn sources_that_could_be_taken_for_one_another_are_refused() {
    let table: [&[&str]; 6] = [
        &["a.deploy", "a/b.deploy", "a/c.deploy", "ab.deploy"],
        &["a/b.deploy", "a.b.deploy"],
        &["Gates.deploy", "gates.deploy"],
        &["Ops/a.deploy", "Ops/b.deploy", "ops/a.deploy", "ops/b/c.deploy"],
        &["std.deploy"],
        &["std/a.deploy", "std/b.deploy", "standard.deploy"],
    ];
    let said = table.iter().map(|paths| {
        let files: Vec<(&str, &[u8])> = paths.iter().map(|path| (*path, b"".as_slice())).collect();
        let folder = folder(&[&[("deploy.toml", EDITION.as_bytes())], files.as_slice()].concat());
        format!("--- {paths:?}\n{}", said(&load(folder.path()).unwrap()))
    });
    insta::assert_snapshot!(said.collect::<String>());
}

#[test]
fn a_folder_outside_of_the_project_is_not_entered_by_any_path() {
    let outside = folder(&[("far.deploy", b"pub let x: Int = 1\n"), ("far.sql", b"CREATE TABLE secret (id int);")]);
    let main = "use far.far.{x}\n\npub let y: Int = x\n\npub database d: Postgres { schema = \"far/far.sql\" }\n";
    let folder = folder(&[("deploy.toml", EDITION.as_bytes()), ("main.deploy", main.as_bytes())]);
    symlink(outside.path(), folder.path().join("far")).unwrap();
    let project = load(folder.path()).unwrap();
    assert_eq!(sources(&project), ["main.deploy"]);
    let codes = |found: &[Diagnostic]| found.iter().map(|it| it.code.id()).collect::<Vec<_>>();
    assert_eq!(codes(project.reading_diagnostics()), ["E0505"]);
    assert_eq!(codes(&project.model().diagnostics()), ["E0202"]);
}

#[test]
fn every_word_of_the_language_can_name_a_module() {
    let words = "use type let fn environment service database migration released metric slo gate strategy action workflow group \
                 flag policy test emergency pub as for while when in if then else and or not some none accept rollout run within";
    let mut files = vec![("deploy.toml".to_owned(), EDITION.to_owned())];
    for (number, word) in words.split_whitespace().enumerate() {
        files.push((format!("{word}/{word}.deploy"), format!("pub let x{number}: Int = 1\n")));
        let source = format!("use {word}.{word}.{{x{number}}}\n\npub let y: Int = x{number}\n");
        files.push((format!("main_{number}.deploy"), source));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    let project = load(folder.path()).unwrap();
    assert_eq!(said(&project), "");
    assert_eq!(render::short(&project.model().diagnostics(), &project), "");
}

#[test]
fn no_path_of_an_import_leads_upward() {
    for path in ["..far", "a..b", "/far", "\"far\"", "..", "a/b"] {
        let source = format!("use {path}.{{x}}\n");
        let folder = folder(&[("deploy.toml", EDITION.as_bytes()), ("main.deploy", source.as_bytes())]);
        let found = load(folder.path()).unwrap().model().diagnostics();
        assert!(found.iter().any(|it| it.code.id().starts_with("E01")), "{path}: {found:?}");
    }
}
