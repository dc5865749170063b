//! The shop and the load as the example runs them: real processes on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const SHOP: &str = env!("CARGO_BIN_EXE_shop");
const LOAD: &str = env!("CARGO_BIN_EXE_load");

fn pack(folder: &TempDir, name: &str, options: &[&str]) -> PathBuf {
    let out = folder.path().join("releases").join(name);
    let packed =
        Command::new(SHOP).args(["pack", "--version", name, "--out"]).arg(&out).args(options).output().unwrap();
    assert!(packed.status.success(), "{packed:?}");
    out
}

/// A serving release. Killed when dropped.
struct Shop {
    process: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Shop {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(path).env("PORT", "0").stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.split("serves on ").nth(1).unwrap().split(',').next().unwrap().to_owned();
        Self { process, stdout, address }
    }

    /// One request on a connection of its own: status and body; nothing when there was no answer.
    fn get(&self, path: &str) -> Option<(String, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some((head[9..12].to_owned(), body.to_owned()))
    }

    fn terminate(mut self) -> (bool, String) {
        signal(&self.process, Signal::TERM);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.process.wait().unwrap().success(), rest)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn signal(process: &Child, signal: Signal) {
    kill_process(Pid::from_child(process), signal).unwrap();
}

fn run(path: &Path, port: Option<&str>) -> Output {
    let mut command = Command::new(path);
    command.env_remove("PORT");
    if let Some(port) = port {
        command.env("PORT", port);
    }
    command.output().unwrap()
}

fn error(output: &Output) -> &str {
    assert!(!output.status.success());
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn a_release_serves_as_it_was_packed_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(&pack(&folder, "v1", &[]));
    assert_eq!(shop.get("/").unwrap(), ("200".to_owned(), "shop v1\n".to_owned()));
    assert_eq!(shop.get("/ready").unwrap().0, "200");
    assert_eq!(shop.get("/other").unwrap().0, "404");
    let (success, rest) = shop.terminate();
    assert!(success && rest == "shop v1 stopped after 1 requests\n", "{rest}");
}

#[test]
fn each_version_is_an_artifact_of_its_own_and_packs_others() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (pack(&folder, "v1", &[]), pack(&folder, "v2", &[]));
    let third = folder.path().join("v1-again");
    let packed = Command::new(&second).args(["pack", "--version", "v1", "--out"]).arg(&third).status().unwrap();
    assert!(packed.success());
    let [first, second, third] = [first, second, third].map(|path| std::fs::read(path).unwrap());
    assert_ne!(first, second);
    assert_eq!(first, third, "a release packed by a release carries one behaviour, not two");
}

#[test]
fn a_release_fails_as_often_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    for (share, expected) in [("100%", "500"), ("0%", "200")] {
        let shop = Shop::start(&pack(&folder, "v2", &["--errors", share]));
        assert_eq!(shop.get("/").unwrap().0, expected);
        assert_eq!(shop.get("/ready").unwrap().0, "200");
    }
}

#[test]
fn a_release_can_be_never_ready() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(&pack(&folder, "v2", &["--ready", "never", "--start-delay-ms", "1"]));
    assert_eq!(shop.get("/ready").unwrap().0, "503");
    assert_eq!(shop.get("/").unwrap().0, "200");
}

#[test]
fn a_release_can_die() {
    let folder = tempfile::tempdir().unwrap();
    assert!(error(&run(&pack(&folder, "v2", &["--die-at-once"]), Some("0"))).contains("dies at its start"));
    let mut shop = Shop::start(&pack(&folder, "v3", &["--die-after", "2"]));
    assert_eq!([(); 3].map(|()| shop.get("/").is_some()), [true, true, false]);
    assert_eq!(shop.process.wait().unwrap().code(), Some(1));
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let release = pack(&folder, "v1", &[]);
    assert!(error(&run(Path::new(SHOP), Some("0"))).contains("shop pack"));
    assert!(error(&run(&release, None)).contains("PORT is not set"));
    assert!(error(&run(&release, Some("x"))).contains("PORT is `x`"));
    let shop = Shop::start(&release);
    let port = shop.address.rsplit(':').next().unwrap();
    assert!(error(&run(&release, Some(port))).contains(&shop.address));
    let packed = Command::new(SHOP).args(["pack", "--version", "v", "--out", "x", "--errors", "2"]).output().unwrap();
    assert!(error(&packed).contains("is not a share"));
}

fn load(shop: &Shop, log: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(LOAD);
    let url = format!("http://{}/", shop.address);
    command.args(["--url", &url, "--connections", "4", "--log"]).arg(log).args(more).stdout(Stdio::piped());
    command
}

fn lines(log: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(log).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_load_is_what_was_asked_for_and_the_log_says_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, log) = (Shop::start(&pack(&folder, "v1", &[])), folder.path().join("load.jsonl"));
    let output = load(&shop, &log, &["--rate", "500", "--for", "1s"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = lines(&log);
    let (total, windows) = lines.split_last().unwrap();
    assert_eq!((&total["kind"], &total["releases"]["-"]["200"]), (&"total".into(), &500.into()));
    assert_eq!(total["unanswered"], 0);
    let answered = windows.iter().filter_map(|window| window["releases"]["-"]["200"].as_u64());
    assert_eq!(answered.sum::<u64>(), 500);
    assert!(windows.iter().all(|window| window["kind"] == "window") && windows.len() > 1);
    let summary = Command::new(LOAD).arg("--summary").arg(&log).output().unwrap();
    assert_eq!(summary.stdout, output.stdout);
    assert!(String::from_utf8(summary.stdout).unwrap().contains("500  100.000%"));
    shop.terminate();
}

#[test]
fn what_nobody_answers_is_logged_until_a_signal_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, log) = (Shop::start(&pack(&folder, "v1", &["--die-after", "20"])), folder.path().join("load.jsonl"));
    let generator = load(&shop, &log, &["--rate", "200"]).spawn().unwrap();
    let unanswered = |line: &str| line.contains("\"unanswered\":") && !line.contains("\"unanswered\":0");
    while !std::fs::read_to_string(&log).is_ok_and(|text| text.lines().any(unanswered)) {
        std::thread::yield_now();
    }
    signal(&generator, Signal::TERM);
    assert!(generator.wait_with_output().unwrap().status.success());
    let total = lines(&log).pop().unwrap();
    assert_eq!((&total["kind"], &total["releases"]["-"]["200"]), (&"total".into(), &20.into()));
    assert!(total["unanswered"].as_u64().unwrap() > 0);
}

#[test]
fn a_log_being_written_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("load.jsonl");
    let window = r#"{"kind":"window","at_ms":1,"for_ms":100,"releases":{"r-1":{"200":7}},"unanswered":0,"latency_us_max":1,"late_us_max":0}"#;
    std::fs::write(&log, format!("{window}\n{window}\n{{\"kind\":\"win")).unwrap();
    let read = Command::new(LOAD).arg("--summary").arg(&log).output().unwrap();
    assert!(read.status.success() && String::from_utf8(read.stdout).unwrap().contains("14"));
    std::fs::write(&log, format!("{window}\nnonsense\n")).unwrap();
    let read = Command::new(LOAD).arg("--summary").arg(&log).output().unwrap();
    assert!(error(&read).contains("line 2"));
}

#[test]
fn a_thin_release_serves_and_keeps_its_diary() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("diary.jsonl");
    let release = pack(&folder, "v7", &["--thin", "--diary", diary.to_str().unwrap()]);
    assert!(std::fs::metadata(&release).unwrap().len() < 1_000);
    let shop = Shop::start(&release);
    assert_eq!(shop.get("/").unwrap(), ("200".to_owned(), "shop v7\n".to_owned()));
    let pid = shop.process.id();
    assert!(shop.terminate().0);
    let text = std::fs::read_to_string(&diary).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["serves", "stopped"]);
    assert!(lines.iter().all(|line| line["version"] == "v7" && line["pid"] == pid), "{text}");
}
