//! The state directory under the faults of disks, with the real programs: a full disk, one that cannot be written, and
//! a state that an earlier version left.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use xtask::witness::traffic::total;

use super::shop::Shop;
use crate::harness::command::{Said, run};
use crate::harness::site::root;
use crate::harness::wait::until;

/// A small disk of its own under the state directory of a site.
struct Disk(PathBuf);

impl Disk {
    /// None where this user may not mount, which is an error under `CI=true`.
    fn under(shop: &Shop) -> Option<Self> {
        let place = shop.site.state();
        std::fs::create_dir_all(&place).expect("the site is ours");
        let said = mount(&["-t", "tmpfs", "-o", "size=192m,mode=700", "tmpfs"], &place);
        if said.code == 0 {
            return Some(Self(place));
        }
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "nothing can be mounted and CI=true: {said:?}");
        println!("skip: this user may not mount a small disk: {}", said.err.trim());
        None
    }

    fn remount(&self, how: &str) {
        mount(&["-o", &format!("remount,{how}")], &self.0).with_code(0);
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        let mut ballast =
            OpenOptions::new().create(true).append(true).open(self.ballast()).expect("a file can be made");
        let zeros = vec![0; 1 << 20];
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&zeros[..size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast is ours");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Processes of the site may still live on it; the folder is removed once they have ended.
        run(Command::new("umount").arg("-l").arg(&self.0));
    }
}

fn mount(how: &[&str], place: &Path) -> Said {
    run(Command::new("mount").args(how).arg(place))
}

/// A runtime whose end is looked at.
struct Watched {
    child: Child,
    errors: PathBuf,
}

impl Watched {
    fn serve(shop: &Shop) -> Self {
        let errors = shop.site.folder().join("errors");
        let log = File::create(&errors).expect("the site is ours");
        let mut command = shop.site.command("deployd", &["serve"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let watched = Self { child: child.expect("deployd can be started"), errors };
        let socket = shop.site.state().join("deployd.sock");
        until("the runtime listens", || std::os::unix::net::UnixStream::connect(&socket).ok());
        watched
    }

    /// Its exit code and its last words.
    fn end(mut self) -> (Option<i32>, String) {
        let status = until("the runtime ends", || self.child.try_wait().expect("it is our child"));
        (status.code(), std::fs::read_to_string(&self.errors).expect("the site is ours"))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_full_disk_ends_the_runtime_and_the_run_goes_on_when_there_is_space() {
    let shop = Shop::new();
    let Some(disk) = Disk::under(&shop) else { return };
    let shop = shop.with_v1();
    shop.pack("v2", &["--errors", "0.2%"]);
    let runtime = Watched::serve(&shop);
    let load = shop.load();
    let id = shop.submit("release_patiently", "v2");
    shop.until_holding(&id);

    disk.fill();
    let (code, said) = runtime.end();
    let place = shop.site.state().display().to_string();
    assert_eq!(code, Some(70), "{said}");
    assert!(said.contains(&format!("no space is left for {place}")), "{said}");
    assert!(said.contains("free some there, then start again: every run goes on where it stood"), "{said}");
    load.more(500);

    disk.free();
    let runtime = shop.serve();
    shop.finish(&id).with_code(0);
    assert!(shop.answer().contains("v2"));
    shop.site.run("deployd", &["audit", "verify"]).with_code(0);
    drop(runtime);
    assert_eq!(total(&load.stop()).lost(), 0, "requests that failed because of the disk");
}

#[test]
fn a_disk_that_cannot_be_written_is_refused_with_its_directory() {
    let shop = Shop::new();
    let Some(disk) = Disk::under(&shop) else { return };
    drop(shop.serve());
    disk.remount("ro");
    let said = shop.site.run("deployd", &["serve"]).with_code(70);
    assert!(said.err.contains(&shop.site.state().display().to_string()), "{}", said.err);
    disk.remount("rw");
    drop(shop.serve());
}

/// As version 0.1 left it: one run has ended, one has done a step and waits for a person, one holds `shop`.
const WAITING: &str = "01m7ysrbw9gamx07n046517cbp";
const INSTALLING: &str = "01m7ysrd30rdt2dtztm626eph9";

#[test]
fn a_run_in_flight_in_a_state_of_format_1_is_taken_up() {
    let shop = Shop::new();
    std::fs::create_dir_all(shop.site.state()).expect("the site is ours");
    run(Command::new("chmod").arg("700").arg(shop.site.state())).with_code(0);
    let dump = root().join("runtime/store/testdata/format-1.sql");
    let dump = std::fs::read_to_string(dump).expect("it is part of the repository");
    let database = rusqlite::Connection::open(shop.site.state().join("state.sqlite")).expect("a database can be made");
    database.execute_batch(&dump).expect("it is one");
    drop(database);
    shop.site.run("deployd", &["doctor"]).with_code(1).saying("has format 1");

    let runtime = shop.serve();
    assert!(shop.site.state().join("state.sqlite.format-1").exists());
    let held = shop.site.run("deployd", &["lock", "list", "--format", "json"]).with_code(0);
    assert!(held.out.contains(INSTALLING) && held.out.contains("shop"), "{}", held.out);
    shop.site.run("deployd", &["approve", WAITING]).with_code(0);
    shop.finish(WAITING).with_code(0);
    let journal = shop.journal(WAITING);
    let performed: Vec<&str> =
        journal.iter().filter_map(|record| record["body"]["outcome"]["done"]["value"]["output"].as_str()).collect();
    assert_eq!(performed, ["good morning\n", "good night\n"], "each step once");
    shop.site.run("deployd", &["abort", INSTALLING]).with_code(0);
    shop.finish(INSTALLING).with_code(22);
    shop.site.run("deployd", &["audit", "verify"]).with_code(0);
    drop(runtime);
}
