//! Secrets stay where they belong: planted ones are told by services and actions in every spelling, and are found
//! nowhere but in the private files that hand them over.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::shop::{Runtime, Shop, executable};
use crate::harness::command::{Said, run};
use crate::harness::processes;
use crate::harness::wait::until_true;

const PROJECT: &str = "tests/e2e/secrets";

/// Each is written in another way by every encoding.
const TOKEN: &str = "c4n\"ary\\/+ä&<'T0K3N~";
const KEY: &str = "k3y?c4n=ary+/%\"\\ü>";
const DATABASE: &str = "postgres://keeper:c4n%40ry%2Fp4ss%3F@db.internal/keeper";
const PASSWORD: &str = "c4n@ry/p4ss?";

/// What the service knows.
const KEEPERS: [&str; 3] = [TOKEN, DATABASE, PASSWORD];

/// Says everything that it was given, then stays.
const KEEPER: &str =
    "#!/bin/sh\ncat \"$TOKEN_FILE\"; echo; cat \"$DATABASE_FILE\"; echo\ncat \"SPELLINGS\" >&2\nexec sleep 100000\n";

/// Says everything, waits until it may end, and ends with the code it is told.
const TELL: &str = "#!/bin/sh\ncat \"$KEY_FILE\"; echo\ncat \"SPELLINGS\"\nwhile [ ! -e \"$0.go\" ]; do sleep 0.05; done\nexit \"$1\"\n";

/// A shop whose parts know secrets and tell them.
pub(super) fn keeper() -> Shop {
    let shop = Shop::of(PROJECT);
    for (name, secret) in [("token", TOKEN), ("key", KEY), ("database", DATABASE)] {
        let path = shop.site.project().join(name);
        std::fs::write(&path, secret).expect("the site is ours");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("the file is ours");
    }
    shop.script("v1", &telling(&shop, KEEPER, "keeper", &KEEPERS));
    executable(&shop.site.project().join("tell"), &telling(&shop, TELL, "tell", &[KEY]));
    shop
}

/// The script with the place of the spellings that it says.
fn telling(shop: &Shop, script: &str, name: &str, secrets: &[&str]) -> String {
    let told = shop.site.folder().join(format!("{name}.spellings"));
    std::fs::write(&told, spellings(secrets).join("\n") + "\n").expect("the site is ours");
    script.replace("SPELLINGS", &told.display().to_string())
}

/// What programs make of secrets before they print them.
fn spellings(secrets: &[&str]) -> Vec<String> {
    secrets.iter().flat_map(|secret| spelled(secret)).collect()
}

fn spelled(secret: &str) -> Vec<String> {
    let percent = percent_encode(secret.as_bytes(), NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(secret).expect("text is JSON");
    let mut all = vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        json.replace('/', "\\/"),
        percent.to_lowercase(),
        percent,
    ];
    for before in ["", "x", "xy"] {
        let padded = format!("{before}{secret}");
        all.extend([STANDARD.encode(&padded), URL_SAFE_NO_PAD.encode(padded)]);
    }
    all.push(hex::encode(secret));
    all
}

/// What must not be found: every spelling, and pieces of the secrets themselves.
fn needles() -> Vec<String> {
    let mut all = spellings(&[KEEPERS.as_slice(), &[KEY]].concat());
    all.extend(["c4n\"ary", "T0K3N~", "k3y?c4n", "c4n%40ry", "c4n@ry"].map(str::to_owned));
    all
}

fn found_in(bytes: &[u8]) -> Option<String> {
    needles().into_iter().find(|needle| bytes.windows(needle.len()).any(|part| part == needle.as_bytes()))
}

#[track_caller]
pub(super) fn clean(what: &str, bytes: &[u8]) {
    if let Some(needle) = found_in(bytes) {
        panic!("{what} holds a secret, spelled {needle:?}");
    }
}

/// Every file below the state directory; private files of secrets are the one place they may be.
fn scan(state: &Path) -> usize {
    let mut handed_over = 0;
    for path in files(state) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if path.parent().is_some_and(|folder| folder.ends_with("secrets")) {
            let mode = path.metadata().map_or(0o600, |found| found.permissions().mode());
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            handed_over += usize::from(found_in(&bytes).is_some());
        } else {
            clean(&path.display().to_string(), &bytes);
        }
    }
    handed_over
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            Ok(kind) if kind.is_file() => vec![entry.path()],
            Ok(_) | Err(_) => Vec::new(),
        })
        .collect()
}

/// Command line and environment of every process of the site.
fn scan_processes(shop: &Shop) {
    for process in processes::of(shop.site.folder()) {
        for file in ["cmdline", "environ"] {
            let bytes = std::fs::read(format!("/proc/{}/{file}", process.pid)).unwrap_or_default();
            clean(&format!("{file} of {:?}", process.command), &bytes);
        }
    }
}

/// What a route answers, headers included.
fn asked(shop: &Shop, path: &str) -> Vec<u8> {
    let mut stream = UnixStream::connect(shop.site.state().join("deployd.sock")).expect("the runtime listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: deployd\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the runtime reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the runtime answers");
    answer
}

fn scan_answers(shop: &Shop, run: &str) {
    let of_run = ["", "/watch", "/journal?from=1&limit=1000", "/explain?gate=none"];
    let mut paths: Vec<String> = of_run.iter().map(|rest| format!("/v1/runs/{run}{rest}")).collect();
    paths.extend(["/v1/hello", "/v1/status", "/v1/runs?limit=100", "/v1/locks", "/v1/nothing"].map(str::to_owned));
    for path in paths {
        let answer = asked(shop, &path);
        assert!(answer.starts_with(b"HTTP/1.1 "), "{path}");
        clean(&path, &answer);
    }
    let reports = [&["audit", "report", run][..], &["audit", "export"], &["doctor"], &["lock", "list"]];
    for words in [&["status"][..], &["history"], &["watch", run], &["debug", "journal", run]].into_iter().chain(reports)
    {
        let said = shop.site.run("deployd", words);
        clean(&words.join(" "), format!("{}{}", said.out, said.err).as_bytes());
    }
}

/// Tells everything, ends with a code; everything is looked at before the action ends and after it.
fn tell(shop: &Shop, code: i32) -> (String, Said) {
    let go = shop.site.project().join("tell.go");
    let _ = std::fs::remove_file(&go);
    let plan = shop.build("tell_all");
    let mut command = shop.site.command("deployd", &["run", "--detach", "--format", "json", "--set"]);
    command.arg(format!("code={code}")).arg(plan).current_dir(shop.site.project());
    let run_id = run(&mut command).with_code(0).json()["run"].as_str().expect("the run is named").to_owned();
    until_true("the action runs", || !shop.processes("./tell").is_empty() || running(shop, "tell"));
    assert!(scan(&shop.site.state()) > 2, "the action's own secret is handed over as a file");
    scan_processes(shop);
    std::fs::write(go, "").expect("the site is ours");
    let ended = shop.finish(&run_id);
    (run_id, ended)
}

fn running(shop: &Shop, program: &str) -> bool {
    let runs = |process: &processes::Process| process.command.iter().any(|part| part.ends_with(program));
    processes::of(shop.site.folder()).iter().any(runs)
}

#[test]
fn a_secret_is_nowhere_but_in_the_files_that_hand_it_over() {
    let shop = keeper();
    let mut command = shop.site.command("deployd", &["serve"]);
    let log = shop.site.state().with_extension("log");
    command.stderr(std::fs::File::create(&log).expect("the site is ours"));
    let runtime = Runtime::start(&shop, command);
    let image = "image=file:releases/v1";
    let mut install = shop.site.command("deployc", &["run", ".", "install", "--set", image]);
    let said = run(install.current_dir(shop.site.project())).with_code(0);
    clean("deployc run", format!("{}{}", said.out, said.err).as_bytes());

    until_true("the service has told everything", || masked(&shop.site.state()) >= spellings(&KEEPERS).len());
    assert_eq!(scan(&shop.site.state()), 2, "the service's secrets are handed over as files, and only so");

    let (told, said) = tell(&shop, 0);
    said.with_code(0);
    let journal = shop.journal(&told).iter().map(serde_json::Value::to_string).collect::<String>();
    assert!(
        journal.matches("[secret]").count() >= spellings(&[KEY]).len(),
        "the action has told everything: {journal}"
    );
    scan_answers(&shop, &told);
    let (failed, said) = tell(&shop, 3);
    clean("the failed run", format!("{}{}", said.with_code(1).saying("[secret]").out, "").as_bytes());
    scan_answers(&shop, &failed);

    let backup = shop.site.folder().join("backup");
    shop.site.run("deployd", &["backup", &backup.display().to_string()]).with_code(0);
    assert_eq!(scan(&backup), 0, "a backup has no secrets");
    assert!(!files(&backup).is_empty());

    assert_eq!(scan(&shop.site.state()), 2, "after the runs only the living service has its secrets");
    clean("the plan", &std::fs::read(shop.build("tell_all")).expect("it was just built"));
    drop(runtime);
    clean("the runtime's log", &std::fs::read(log).expect("the runtime has written it"));
    scan(&shop.site.state());
}

/// How often the services' output has a mask.
pub(super) fn masked(state: &Path) -> usize {
    let outputs = files(state).into_iter().filter(|path| path.ends_with("output.log"));
    outputs.map(|path| std::fs::read_to_string(path).unwrap_or_default().matches("[secret]").count()).sum()
}
