//! Durable steps a second, time to go on after `kill -9`, and memory, beside what the disk and SQLite alone can do.
//!
//! `cargo bench -p engine`, or `cargo xtask bench runtime`. A step of ours is an intent and an outcome, each a record.
//! The contestants take turns in every round and the median of the rounds is shown, with its ratio to the limit beside
//! it: only the ratios of one run mean anything on a shared machine. Another engine joins every round with
//! `cargo bench -p engine --bench runtime -- --peer 'NAME=COMMAND…'`, and every round of many runs at once with
//! `--peer-many`; both may be given several times. The last line of its command is JSON with `steps_per_s`, and with
//! `p50_ms` and `p99_ms` where it knows them. The load of the machine is shown with each contest.
//! `-- --only sequential` (or `concurrent`, `going-on`, `memory`) runs that part alone.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends here")]

mod bare;
mod child;
mod figures;
mod peer;
mod plans;
mod steps;
mod world;

use figures::Figures;

/// Rounds of every contest.
const ROUNDS: usize = 5;
/// Steps of the one run, and of the bare loop beside it.
const SEQUENTIAL: usize = 2_000;
/// Runs at once, and writers of the bare group commit beside them.
const RUNS: usize = 64;
/// Steps of each of them.
const EACH: usize = 100;
/// Steps that a killed run had behind it.
const BEHIND: [usize; 3] = [0, 10_000, 100_000];
/// Runs that wait for a person while memory is read.
const WAITING: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [word, rest @ ..] = arguments.as_slice()
        && word == child::WORD
    {
        child::main(rest);
        return;
    }
    let (peers, many) = (peer::of(&arguments, "--peer"), peer::of(&arguments, "--peer-many"));
    let only = arguments.windows(2).find(|pair| pair[0] == "--only").map(|pair| pair[1].as_str());
    let parts: [(&str, &dyn Fn()); 4] = [
        ("sequential", &|| one_after_the_other(&peers)),
        ("concurrent", &|| many_at_once(&many)),
        ("going-on", &going_on),
        ("memory", &memory),
    ];
    parts.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)).for_each(|(_, part)| part());
}

fn one_after_the_other(peers: &[peer::Peer]) {
    let mut limit = Figures::new(format!("bare loop, one commit a step, {SEQUENTIAL} steps"));
    let mut two = Figures::new("bare loop, two commits a step".to_owned());
    let mut ours = Figures::new(format!("one run of {SEQUENTIAL} steps"));
    let mut theirs = figures_of(peers);
    for _ in 0..ROUNDS {
        limit.add(bare::one_after_the_other(SEQUENTIAL, 1));
        ours.add(steps::runs(1, SEQUENTIAL));
        two.add(bare::one_after_the_other(SEQUENTIAL / 2, 2));
        measure(peers, &mut theirs);
    }
    figures::load("one run");
    limit.show(None);
    two.show(Some(&limit));
    ours.show(Some(&limit));
    theirs.iter().for_each(|figures| figures.show(Some(&ours)));
}

fn figures_of(peers: &[peer::Peer]) -> Vec<Figures> {
    peers.iter().map(|peer| Figures::new(format!("peer {}", peer.name))).collect()
}

fn measure(peers: &[peer::Peer], theirs: &mut [Figures]) {
    for (peer, figures) in peers.iter().zip(theirs) {
        figures.add(peer.steps());
    }
}

fn many_at_once(peers: &[peer::Peer]) {
    let mut limit = Figures::new(format!("bare group commit, {RUNS} writers, two records a step"));
    let mut ours = Figures::new(format!("{RUNS} runs at once, {EACH} steps each"));
    let mut theirs = figures_of(peers);
    for _ in 0..ROUNDS {
        limit.add(bare::many_at_once(RUNS, EACH));
        ours.add(steps::runs(RUNS, EACH));
        measure(peers, &mut theirs);
    }
    figures::load("many runs");
    limit.show(None);
    ours.show(Some(&limit));
    theirs.iter().for_each(|figures| figures.show(Some(&ours)));
}

fn going_on() {
    for behind in BEHIND {
        let (mut times, mut most) = (Vec::new(), 0);
        let folder = tempfile::tempdir().unwrap();
        let mut parked = child::Child::start(&["fill", &behind.to_string()], folder.path());
        parked.line();
        for _ in 0..ROUNDS {
            parked.kill();
            let begun = std::time::Instant::now();
            parked = child::Child::start(&["go-on"], folder.path());
            most = most.max(parked.line().parse().unwrap());
            times.push(begun.elapsed());
        }
        parked.kill();
        let what = format!("kill -9 to the next effect, {behind} steps behind it");
        figures::line(&what, figures::median(times).as_secs_f64() * 1e3, "ms", 1);
        figures::line(&format!("memory after going on, {behind} steps behind it"), figures::mebibytes(most), "MiB", 1);
    }
}

fn memory() {
    for runs in [0, WAITING] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = child::Child::start(&["wait", &runs.to_string()], folder.path());
        let kibibytes: u64 = child.line().parse().unwrap();
        child.kill();
        figures::line(&format!("memory with {runs} runs that wait"), figures::mebibytes(kibibytes), "MiB", 1);
    }
}
