//! The machine by example: each file in `tables/` is a ledger of events, with the actions that follow from each
//! behind `>`. `UPDATE_TABLES=1 cargo test -p machine` writes what is, to be read before it is kept.
//!
//! After every event the run is restored from its stored rows and must be the same, and applying the whole journal
//! anew must give the same rows: state is a function of plan and journal.

use crate::fixture;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use machine::evidence::{Evidence, Verdict};
use machine::journal::Record;
use machine::ports::provider::{Instance, Outcome, Outputs, Probe, Route, Sample, Task};
use machine::signal::{Actor, Signal, SignalKind};
use machine::view::RunStatus;
use machine::{Action, Event, Moment, Run, Started};
use plan::Plan;
use serde_json::{Value, json};

struct Ledger {
    plan: Arc<Plan>,
    started: Started,
    run: Option<Run>,
    rows: BTreeMap<u32, Value>,
    journal: Vec<Record>,
    now: Moment,
    attempts: BTreeMap<String, u32>,
}

fn start() -> Moment {
    Moment { wall_ms: 1_000_000, boot: "boot".to_owned(), boot_ms: 0 }
}

fn actor(name: &str) -> Actor {
    let uid = name.bytes().map(u32::from).sum();
    Actor { uid, name: name.to_owned(), groups: vec![], owner: name == "root" }
}

impl Ledger {
    fn new(plan: Plan) -> Self {
        let started = Started {
            run: "run".to_owned(),
            plan: plan.digest.clone(),
            root: "/project".into(),
            actor: actor("ann"),
            key: "start".to_owned(),
            parameters: BTreeMap::from([("image".to_owned(), Value::String(fixture::digest("new").into()))]),
        };
        let plan = Arc::new(plan);
        Self {
            plan,
            started,
            run: None,
            rows: BTreeMap::new(),
            journal: vec![],
            now: start(),
            attempts: BTreeMap::new(),
        }
    }

    fn line(&mut self, line: &str, out: &mut String) {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap();
        let rest: Vec<&str> = words.collect();
        match verb {
            "wait" => {
                let ms: u64 = rest[0].parse().unwrap();
                self.now.boot_ms += ms;
                self.now.wall_ms += i64::try_from(ms).unwrap();
            }
            "clock" => self.now.wall_ms += rest[0].parse::<i64>().unwrap(),
            "crash" => self.crash(),
            "reboot" => {
                self.crash();
                self.now = Moment { boot: rest[0].to_owned(), boot_ms: 7, ..self.now.clone() };
            }
            "left" => self.left(out),
            "waiting" => self.waiting(out),
            "steps" => self.steps(out),
            "asked" => self.asked(rest[0], out),
            "observed" => self.observed(out),
            "status" => {
                let run = self.run.as_ref().unwrap();
                let cause = run.head().cause.as_ref().map(|c| format!(": {}", c.message)).unwrap_or_default();
                writeln!(out, "> {}{cause}", run.head().status.words()).unwrap();
            }
            "reason" => {
                let view = self.run.as_ref().unwrap().view(&self.now, 0, &|_| None);
                writeln!(out, "> {}", view.reason.unwrap_or_default()).unwrap();
            }
            "runbooks" => {
                let view = self.run.as_ref().unwrap().view(&self.now, 0, &|_| None);
                view.runbooks.iter().for_each(|link| writeln!(out, "> {link}").unwrap());
            }
            "signal" => self.signal(&rest, out),
            "barred" => self.apply(Event::Barred { why: rest.join(" ") }, out),
            _ => {
                let event = self.event(verb, &rest);
                self.apply(event, out);
            }
        }
    }

    fn event(&self, verb: &str, rest: &[&str]) -> Event {
        let node = rest.first().map(|node| self.full(node)).unwrap_or_default();
        let message = || rest[1..].join(" ");
        let performed = |outcome| Event::Performed {
            attempt: self.attempts.get(&node).copied().unwrap_or_else(|| panic!("`{node}` was not asked for")),
            node: node.clone(),
            outcome,
        };
        let probed = |probe| Event::Probed {
            attempt: self.attempts.get(&node).copied().unwrap_or_else(|| panic!("`{node}` was not asked for")),
            node: node.clone(),
            probe,
        };
        let outputs = || {
            let instance = Instance { id: "i1".to_owned(), address: "127.0.0.1:1".to_owned() };
            if node.contains("ensure") || node.contains("start") {
                let address = rest.get(1).map_or("127.0.0.1:1", |address| address);
                Outputs::Instances(vec![Instance { address: address.to_owned(), ..instance }])
            } else {
                Outputs::None
            }
        };
        match verb {
            "started" => Event::Started(self.started.clone()),
            "resumed" => Event::Resumed { epoch: 2, settles: true },
            "resumed_by_an_earlier_version" => Event::Resumed { epoch: 2, settles: false },
            "looked_up" => {
                let running = (rest[1] == "running").then(|| fixture::release("old"));
                let previous = (rest.get(2) == Some(&"previous")).then(|| fixture::release("older"));
                Event::LookedUp { node, running, previous }
            }
            "done" => performed(Outcome::Done(outputs())),
            "brings" => performed(Outcome::Done(Outputs::Value(serde_json::from_str(&message()).unwrap()))),
            "fails" => performed(Outcome::Failed { retryable: true, message: message() }),
            "cannot" => performed(Outcome::Failed { retryable: false, message: message() }),
            "lost" => performed(Outcome::Unknown { message: message() }),
            "took" => probed(Probe::Took(outputs())),
            "did_not" => probed(Probe::DidNot),
            "cannot_tell" => probed(Probe::CannotTell(message())),
            "opened" => {
                let at_ms = self.now.wall_ms;
                let sample =
                    Sample { incarnation: "p".to_owned(), at_ms, releases: BTreeMap::new(), arms: BTreeMap::new() };
                Event::Opened { node, sample: Some(sample), note: None }
            }
            "judged" => {
                Event::Judged { last: rest.get(2) == Some(&"last"), evidence: Box::new(evidence(&node, rest[1])), node }
            }
            "woke" => Event::Woke { node },
            "stopping" => Event::Stopping,
            "drifts" => Event::Observed { node, drift: message() },
            other => panic!("the ledger has no event `{other}`"),
        }
    }

    fn full(&self, short: &str) -> String {
        self.find(short).unwrap_or_else(|| panic!("no node ends with `{short}`"))
    }

    /// A step as a person names it, which need not be there.
    fn meant(&self, short: &str) -> String {
        self.find(short).unwrap_or_else(|| short.to_owned())
    }

    fn find(&self, short: &str) -> Option<String> {
        let nodes = self.plan.body.nodes.iter().map(|node| &node.id);
        let back = self.plan.body.rollouts.values().flat_map(|r| r.recovery.iter().map(|step| &step.id));
        let handlers = self.plan.body.scopes.values().flat_map(|scope| &scope.on_failure);
        let asides = handlers.chain(&self.plan.body.finally).map(|node| &node.id);
        let found = nodes.chain(back).chain(asides).find(|id| id.0 == short || id.0.ends_with(&format!("/{short}")));
        found.map(|id| id.0.clone())
    }

    fn signal(&mut self, rest: &[&str], out: &mut String) {
        let plan = self.plan.digest.clone();
        let (words, reason) = match rest.iter().position(|word| *word == "because") {
            Some(at) => (&rest[..at], Some(rest[at + 1..].join(" "))),
            None => (rest, None),
        };
        let (who, what, rest) = (words[0], words[1], words);
        let step = || rest.get(2).map(|step| self.meant(step));
        let kind = match what {
            "approve" => SignalKind::Approve { step: None, plan },
            "approve-other-plan" => SignalKind::Approve { step: None, plan: plan::Digest::of(b"other") },
            "reject" => SignalKind::Reject { step: None },
            "pause" => SignalKind::Pause,
            "resume" => SignalKind::Resume,
            "abort" => SignalKind::Abort,
            "rollback" => SignalKind::Rollback,
            "steal" => SignalKind::Steal,
            "retry" => SignalKind::Retry { step: step() },
            "skip" => SignalKind::Skip { step: step() },
            "extend" => {
                SignalKind::Extend { by_ms: rest[2].parse().unwrap(), step: rest.get(3).map(|step| self.meant(step)) }
            }
            other => panic!("no signal `{other}`"),
        };
        let keyed = ["approve", "pause", "resume", "abort", "rollback"].contains(&what);
        let key = rest.get(2).filter(|_| keyed).map(|key| (*key).to_owned());
        let key = key.unwrap_or_else(|| format!("{who}-{what}-{}", self.journal.len()));
        let signal = Signal { key, actor: actor(who), kind, reason };
        match self.run.as_ref().unwrap().consider(&signal) {
            Ok(answer) => {
                writeln!(out, "> says: {answer}").unwrap();
                self.apply(Event::Signalled(signal), out);
            }
            Err(refusal) => writeln!(out, "> refuses: {refusal}").unwrap(),
        }
    }

    fn apply(&mut self, event: Event, out: &mut String) {
        let at = self.now.clone();
        let run = self.run.get_or_insert_with(|| Run::new(Arc::clone(&self.plan), &self.started, &at));
        let actions = run.apply(&at, &event);
        self.rows.extend(run.take_touched());
        self.seal(&at, serde_json::to_value(&event).unwrap());
        for action in &actions {
            self.seal_intent(&at, action);
            let run = self.run.as_ref().unwrap();
            writeln!(out, "> {}", describe(run, action, &mut self.attempts)).unwrap();
        }
        self.rows_and_replay_agree();
    }

    fn seal(&mut self, at: &Moment, body: Value) {
        let previous = self.journal.last().map(|record| record.hash.clone()).unwrap_or_default();
        let seq = self.journal.len() as u64 + 1;
        self.journal.push(Record::seal(&previous, seq, at.clone(), body));
    }

    fn seal_intent(&mut self, at: &Moment, action: &Action) {
        if let Action::Perform { slot, request, provider } = action {
            let node = self.run.as_ref().unwrap().id(*slot).to_owned();
            self.seal(at, json!({ "intent": { "node": node, "provider": provider, "request": request } }));
        }
    }

    /// What is left of each hold, and by when the run moves.
    fn left(&self, out: &mut String) {
        let run = self.run.as_ref().unwrap();
        let view = run.view(&self.now, 0, &|_| None);
        for stage in view.rollouts.iter().flat_map(|rollout| &rollout.stages).filter(|stage| stage.held_ms > 0) {
            writeln!(out, "> {}: held {} ms of {} ms", stage.label, stage.held_ms, stage.hold_ms).unwrap();
        }
        match run.moves_by_ms(&self.now) {
            Some(by) => writeln!(out, "> moves within {} ms", by - self.now.wall_ms).unwrap(),
            None => writeln!(out, "> moves no more").unwrap(),
        }
    }

    /// What the last request for a step asked for.
    fn asked(&self, short: &str, out: &mut String) {
        let node = self.full(short);
        let bodies = self.journal.iter().rev().map(|record| &record.body["intent"]);
        let intent = bodies.into_iter().find(|intent| intent["node"] == node.as_str()).unwrap();
        writeln!(out, "> {}", intent["request"]["task"]).unwrap();
    }

    /// The steps outside rollouts, as people see them.
    fn steps(&self, out: &mut String) {
        for step in self.run.as_ref().unwrap().view(&self.now, 0, &|_| None).steps {
            let aside = step.aside.map(|aside| format!(" ({aside})")).unwrap_or_default();
            let message = step.message.map(|message| format!(": {message}")).unwrap_or_default();
            writeln!(out, "> {}{aside} is {:?}{message}", step.id, step.state).unwrap();
        }
    }

    fn waiting(&self, out: &mut String) {
        let view = self.run.as_ref().unwrap().view(&self.now, 0, &|_| None);
        for waiting in view.waiting {
            writeln!(out, "> {}: {}", waiting.step, waiting.question).unwrap();
            writeln!(out, "> {} ms left; answers: {}", waiting.left_ms.unwrap(), waiting.answers.join(" | ")).unwrap();
            if let Some(asked) = waiting.asked {
                let (provider, key, attempt) = (&asked.provider, &asked.key, asked.attempt);
                writeln!(out, "> {} by {provider}, key {key}, attempt {attempt}, at {}", asked.what, asked.since_ms)
                    .unwrap();
            }
        }
    }

    fn observed(&self, out: &mut String) {
        let run = self.run.as_ref().unwrap();
        let observed = run.observed();
        if observed.is_empty() {
            writeln!(out, "> nothing is expected of the world").unwrap();
        }
        for observation in observed {
            let what = match &observation.request.task {
                Task::Ensure { release, instances, .. } => format!("{instances} instances of {}", release.id),
                Task::Shift { routes, .. } => {
                    let route = |route: &Route| {
                        format!("{} to {} at {}", route.share, route.release, route.backends.join(", "))
                    };
                    routes.iter().map(route).collect::<Vec<_>>().join("; ")
                }
                other => panic!("{other:?} is not observed"),
            };
            let group = observation.request.key.rsplit('/').next().unwrap();
            writeln!(out, "> {}, key {group}: {what}", short(run, observation.slot)).unwrap();
        }
    }

    fn restored(&self) -> Run {
        let head = serde_json::to_value(self.run.as_ref().unwrap().head()).unwrap();
        Run::restore(Arc::clone(&self.plan), head, self.rows.clone().into_iter().collect()).unwrap()
    }

    fn rows_and_replay_agree(&self) {
        let view = |run: &Run| run.view(&self.now, 0, &|_| None);
        let run = self.run.as_ref().unwrap();
        assert_eq!(view(&self.restored()), view(run), "restored from rows");
        let mut again = Run::replay(Arc::clone(&self.plan), &self.journal).unwrap();
        let rows: BTreeMap<u32, Value> = again.take_touched().into_iter().collect();
        assert_eq!(rows, self.rows, "replayed from the journal");
        assert_eq!(again.head(), run.head(), "replayed from the journal");
    }

    fn crash(&mut self) {
        self.run = Some(self.restored());
    }
}

fn evidence(node: &str, verdict: &str) -> Evidence {
    let verdict = match verdict {
        "pass" => Verdict::Pass,
        "fail" => Verdict::Fail,
        "inconclusive" => Verdict::Inconclusive,
        other => panic!("no verdict `{other}`"),
    };
    Evidence {
        gate: "healthy".to_owned(),
        place: None,
        node: node.to_owned(),
        at_ms: 0,
        sampled_ms: None,
        window_ms: 0,
        verdict,
        cause: format!("the ledger says {verdict:?}"),
        n: 0,
        at_least: 0,
        confidence: "0.95".to_owned(),
        conditions: vec![],
        observed_share: None,
        runbooks: Vec::new(),
    }
}

fn short(run: &Run, slot: u32) -> String {
    run.id(slot).trim_start_matches("release/shop-to-local/").to_owned()
}

fn describe(run: &Run, action: &Action, attempts: &mut BTreeMap<String, u32>) -> String {
    let short = |slot: &u32| short(run, *slot);
    match action {
        Action::Perform { slot, request, provider } => {
            attempts.insert(run.id(*slot).to_owned(), request.attempt);
            let group = request.key.rsplit('/').next().unwrap();
            format!("perform {} by {provider}, attempt {}, key {group}", short(slot), request.attempt)
        }
        Action::Probe { slot, request, .. } => {
            attempts.insert(run.id(*slot).to_owned(), request.attempt);
            format!("probe {} after {} ms", short(slot), request.timeout_ms)
        }
        Action::Settle { slot, request, .. } => {
            attempts.insert(run.id(*slot).to_owned(), request.attempt);
            format!("settle {}, attempt {}", short(slot), request.attempt)
        }
        Action::LookUp { slot, environment, service, previous } => {
            let before = if *previous { ", and what ran before" } else { "" };
            format!("look up {service} in {environment} for {}{before}", short(slot))
        }
        Action::Open { slot, warm_up_ms, .. } => format!("open {} after {warm_up_ms} ms", short(slot)),
        Action::Watch { slot, .. } => format!("watch {}", short(slot)),
        Action::Conclude { slot, .. } => format!("conclude {}", short(slot)),
        Action::Wake { slot, after_ms, since } => format!("wake {} {after_ms} ms after {}", short(slot), since.boot_ms),
        Action::WakeAt { slot, at_ms } => format!("wake {} at {}", short(slot), plan::window::shown(*at_ms)),
        Action::Note { node, words } => format!("note {node}: {words}"),
        Action::Record(running) => {
            let release = running.release.as_ref().map(|release| release.artifact.short().to_owned());
            format!("record {} in {} runs {release:?}", running.service, running.environment)
        }
        Action::End(status) => {
            assert!(status.ended());
            format!("end: {}, exit code {}", status.words(), RunStatus::exit_code(*status))
        }
    }
}

fn run_table(text: &str) -> String {
    let mut out = String::new();
    let mut ledger: Option<Ledger> = None;
    for line in text.lines().filter(|line| !line.starts_with('>')) {
        writeln!(out, "{line}").unwrap();
        if let Some(name) = line.strip_prefix("plan ") {
            ledger = Some(Ledger::new(fixture::plan(name)));
        } else if !line.is_empty() && !line.starts_with('#') {
            ledger.as_mut().expect("a table begins with `plan NAME`").line(line, &mut out);
        }
    }
    out
}

#[test]
fn tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(paths.len() >= 10, "the tables are gone");
    for path in paths {
        let expected = std::fs::read_to_string(&path).unwrap();
        let found = run_table(&expected);
        if std::env::var_os("UPDATE_TABLES").is_some() {
            std::fs::write(&path, &found).unwrap();
            continue;
        }
        assert_eq!(found, expected, "{}", path.display());
    }
}
