//! A cold compiler: its phases on projects of three sizes, on one thread and on two.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use diagnostics::{Diagnostic, FileId};
use rustix::time::{ClockId, clock_gettime};
use semantics::{Database, SemanticModel, SourceText};

use crate::workspace::{Source, workspace};
use crate::{ROUNDS, line, median, ms, timed};

/// Files of each project; about a hundred lines each.
const SIZES: [usize; 3] = [10, 100, 1_000];

/// What a phase took: on the clock, and of the processors, which others on the machine do not lengthen.
#[derive(Clone, Copy)]
struct Spent {
    wall: Duration,
    cpu: Duration,
}

type Phase = (&'static str, fn(&[Source]) -> Spent);

/// What is measured, cheapest first; the first is the limit that stands beside the others.
const PHASES: [Phase; 6] = [
    ("lexer alone", lexer),
    ("parser alone", parser),
    ("formatter", formatter),
    ("check, 1 thread", |sources| check(sources, 1)),
    ("check, 2 threads", |sources| check(sources, 2)),
    ("check, lower and plans written", plans),
];

pub(crate) fn show() {
    let mut smaller: Vec<f64> = Vec::new();
    for files in SIZES {
        let sources = workspace(files);
        let lines: usize = sources.iter().map(|source| source.text.lines().count()).sum();
        let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
        let mut times: Vec<Vec<Spent>> = vec![Vec::new(); PHASES.len()];
        for _ in 0..ROUNDS {
            for ((_, phase), times) in PHASES.iter().zip(&mut times) {
                times.push(phase(&sources));
            }
        }
        let of =
            |kind: fn(&Spent) -> Duration| times.iter().map(|all| median(all.iter().map(kind).collect())).collect();
        let (medians, cpu): (Vec<Duration>, Vec<Duration>) = (of(|it| it.wall), of(|it| it.cpu));
        let mut now = Vec::new();
        for (at, ((name, _), time)) in PHASES.iter().zip(&medians).enumerate() {
            line(&format!("{name}, {lines} lines"), ms(*time), "ms", 1);
            line(&format!("{name}, {lines} lines: processor"), ms(cpu[at]), "ms", 1);
            let each = cpu[at].as_secs_f64() / lines as f64;
            if let Some(before) = smaller.get(at) {
                line(&format!("{name}, {lines} lines: a line, of one among a tenth"), each / before, "×", 2);
            }
            now.push(each);
        }
        smaller = now;
        let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        line(&format!("parser alone, {lines} lines: rate"), rate(cpu[1]), "MB/s", 1);
        line(&format!("formatter, {lines} lines: rate"), rate(cpu[2]), "MB/s", 1);
        line(&format!("check, {lines} lines: two threads of one"), ms(medians[4]) / ms(medians[3]), "×", 2);
    }
}

fn lexer(sources: &[Source]) -> Spent {
    clocked(|| sources.iter().map(|source| syntax::lex::tokens(&source.text).len()).sum::<usize>()).0
}

fn parser(sources: &[Source]) -> Spent {
    let (time, parsed) = clocked(|| {
        let parse = |source: &Source| syntax::parse(&source.text, FileId(0));
        sources.iter().map(parse).collect::<Vec<_>>()
    });
    drop(parsed);
    time
}

fn formatter(sources: &[Source]) -> Spent {
    clocked(|| sources.iter().for_each(|source| drop(black_box(syntax::format(&source.text).unwrap())))).0
}

/// A database of these sources, about which nothing has been asked.
pub(crate) fn database(sources: &[Source]) -> Database {
    let mut database = Database::default();
    let text = |source: &Source| SourceText { path: source.path.clone(), text: Arc::from(source.text.as_str()) };
    database.set_sources("2026", sources.iter().map(text).collect());
    database
}

/// Everything that is to be said about them.
pub(crate) fn check_on(database: &Database, threads: usize) -> Vec<Diagnostic> {
    if threads > 1 {
        project::prepare(database, threads);
    }
    checks::check_all(&SemanticModel::new(database))
}

fn check(sources: &[Source], threads: usize) -> Spent {
    let (time, database) = clocked(|| {
        let database = database(sources);
        let found = check_on(&database, threads);
        assert!(found.is_empty(), "{found:?}");
        database
    });
    drop(database);
    time
}

fn plans(sources: &[Source]) -> Spent {
    let (time, database) = clocked(|| {
        let database = database(sources);
        assert!(check_on(&database, 1).is_empty());
        let model = SemanticModel::new(&database);
        for workflow in model.workflows() {
            let workflow = model.workflow_of(&workflow).unwrap();
            let place = |_| plan::Place { file: String::new(), line: 1, column: 1 };
            black_box(lower::lower(&workflow, "2026", &place).unwrap().to_bytes());
        }
        database
    });
    drop(database);
    time
}

fn clocked<T>(work: impl FnOnce() -> T) -> (Spent, T) {
    let before = processor();
    let (wall, done) = timed(work);
    (Spent { wall, cpu: processor() - before }, done)
}

/// What this process has used of the processors so far.
fn processor() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap())
}
