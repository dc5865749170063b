//! Judges against each other at equal measured false alarms: how often and how soon each sees a bad canary.
//!
//! `cargo xtask bench judges` prints every figure (three minutes of one core); `-- --quick` shows it working in seconds, with figures of no
//! worth; `-- --threads 1` keeps to one core, `-- --only diurnal` to one weather; `cargo bench --package statistics --bench judges -- --markdown` prints the
//! tables of `docs/performance.md`. Seeded: the same figures everywhere.

mod cell;
mod contestants;
mod dice;
mod report;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cell::Cell;
use world::Weather;

const REQUESTS: [u64; 6] = [20, 100, 1_000, 10_000, 100_000, 1_000_000];
const RATES: [f64; 4] = [0.0001, 0.001, 0.01, 0.1];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let after = |name: &str| arguments.iter().skip_while(|argument| *argument != name).nth(1)?.parse::<usize>().ok();
    let weathers = Weather::ALL.into_iter().filter(|weather| !given("--only") || given(weather.name())).collect();
    let rollouts = if given("--quick") { 200 } else { 10_000 };
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let cells = run(weathers, rollouts, after("--threads").unwrap_or(all).max(1));
    if given("--markdown") { report::markdown(&cells) } else { report::lines(&cells) }
}

/// All cells, in order, shared out to threads.
fn run(weathers: Vec<Weather>, rollouts: u32, threads: usize) -> Vec<Cell> {
    let of_rate = |weather, rate: f64| REQUESTS.map(|requests| (weather, requests, rate));
    let all: Vec<_> = weathers.into_iter().flat_map(|w| RATES.into_iter().flat_map(move |r| of_rate(w, r))).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((weather, requests, rate)) = all.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
                    let at = (weather as usize, rate, requests);
                    let cell = Cell::run(weather, requests, rate, rollouts);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, cell));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
    done.into_iter().map(|(_, cell)| cell).collect()
}
