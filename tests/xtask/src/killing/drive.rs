//! A rollout from its submission to its end, through every kill.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use serde_json::Value;

use super::books;
use super::case::{Case, Kill, Prey};
use super::points;
use super::runtime::Runtime;
use super::scenario::Step;
use super::wait::until;
use super::world::{World, image};
use crate::cleanup;

/// A rollout under way.
pub(crate) struct Drive<'w> {
    pub(crate) world: &'w mut World,
    case: &'w Case,
    kills: VecDeque<Kill>,
    raids: VecDeque<(Instant, Prey)>,
    /// The run, once it is known.
    pub(crate) run: String,
    /// The version that is rolled out.
    version: String,
    /// How often the runtime was killed.
    pub(crate) struck: usize,
    /// The latest view of the run.
    pub(crate) view: Value,
    /// What was asked of a person about effects whose answers were lost.
    questions: BTreeSet<String>,
    /// The keys of those that were decided.
    settled: BTreeSet<String>,
}

/// What is known of a rollout that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Rolled {
    pub(crate) run: String,
    pub(crate) version: String,
    pub(crate) code: i32,
    pub(crate) view: Value,
    /// What was asked of a person about effects whose answers were lost.
    pub(crate) questions: BTreeSet<String>,
}

/// Carries a case out. The error is a sentence; what happened is in the world's timeline.
pub(crate) fn roll(world: &mut World, case: &Case) -> Result<Rolled, String> {
    world.timeline.clear();
    world.rollouts += 1;
    let version = world.pack()?;
    let mut drive = Drive::begin(world, case, version)?;
    let done = drive.carry_out();
    if done.is_err() {
        drive.give_up();
    }
    let code = done?;
    Ok(Rolled { run: drive.run, version: drive.version, code, view: drive.view, questions: drive.questions })
}

impl<'w> Drive<'w> {
    fn begin(world: &'w mut World, case: &'w Case, version: String) -> Result<Self, String> {
        let begun = Instant::now();
        let raids = case.raids.iter().map(|(after, prey)| (begun + *after, *prey)).collect();
        let kills: VecDeque<Kill> = case.kills.iter().cloned().collect();
        let mut drive = Self {
            world,
            case,
            kills,
            raids,
            run: String::new(),
            version,
            struck: 0,
            view: Value::Null,
            questions: BTreeSet::new(),
            settled: BTreeSet::new(),
        };
        drive.start()?;
        Ok(drive)
    }

    fn carry_out(&mut self) -> Result<i32, String> {
        self.submit()?;
        for step in self.case.scenario.script {
            self.step(*step)?;
        }
        let code = self.follow()?;
        self.world.unpack(&self.version);
        match self.kills.front() {
            Some(left) if self.case.all_reached => Err(format!("the run ended with {code} before it came to {left:?}")),
            _ => Ok(code),
        }
    }

    /// Ends what is left of a run that went wrong, so that the next one can begin.
    fn give_up(&mut self) {
        self.kills.clear();
        self.raids.clear();
        let run = self.run.clone();
        if self.start().is_ok() && self.say_once(&["abort", &run, "--reason", "given up"]).is_ok() {
            let _ = self.watch_until("the run is given up", |_, _| Ok(false));
        }
    }

    /// Kills the runtime that there is, and starts the one that the next kill asks for.
    fn start(&mut self) -> Result<(), String> {
        self.world.runtime = None;
        let point = match self.kills.front() {
            Some(Kill::At(point)) => Some(point.as_str()),
            Some(Kill::Asked(_) | Kill::After(_)) | None => None,
        };
        self.world
            .timeline
            .note(format!("deployd starts{}", point.map(|p| format!(", up to {p}")).unwrap_or_default()));
        self.world.runtime = Some(Runtime::start(self.world, point)?);
        Ok(())
    }

    /// Kills what is to be killed now. Called in every wait.
    pub(crate) fn poll(&mut self) -> Result<(), String> {
        while self.raids.front().is_some_and(|(at, _)| *at <= Instant::now()) {
            if let Some((_, prey)) = self.raids.pop_front() {
                self.raid(prey);
            }
        }
        if self.due() {
            self.world.timeline.note(format!("deployd is killed: {:?}", self.kills.front()));
            self.world.kills += 1;
            self.struck += 1;
            self.world.runtime = None;
            if let Some(Kill::At(point)) = self.kills.pop_front() {
                self.confirm(&point)?;
            }
            self.start()?;
        }
        Ok(())
    }

    /// The journal must show that the runtime was killed where it was meant to be.
    fn confirm(&self, point: &str) -> Result<(), String> {
        if self.run.is_empty() || ["-probe@", "-settle@"].iter().any(|place| point.contains(place)) {
            return Ok(());
        }
        let there = points::of(&self.world.journal(&self.run)?).iter().any(|known| known == point);
        let meant = !point.starts_with("before-append:");
        if there == meant { Ok(()) } else { Err(format!("killed at {point}, and its record is there: {there}")) }
    }

    fn due(&self) -> bool {
        let Some(runtime) = &self.world.runtime else { return false };
        match self.kills.front() {
            None => false,
            Some(Kill::At(_)) => runtime.held(),
            Some(Kill::After(time)) => runtime.since().elapsed() >= *time,
            Some(Kill::Asked(name)) => {
                let entries = books::ledger(&self.world.ledger(), &self.run);
                !self.run.is_empty() && entries.iter().any(|entry| entry.event == "asked" && entry.name == *name)
            }
        }
    }

    fn raid(&mut self, prey: Prey) {
        let mine = cleanup::of(&self.world.folder).into_iter().filter(|pid| is_prey(*pid, prey)).collect::<Vec<_>>();
        let number = match prey {
            Prey::Supervisor(number) => number.checked_rem(mine.len()).unwrap_or(0),
            Prey::ProxySupervisor => 0,
        };
        if let Some(pid) = mine.get(number) {
            self.world.timeline.note(format!("{prey:?} {} is killed", pid.as_raw_nonzero()));
            self.world.raids += 1;
            let _ = rustix::process::kill_process(*pid, rustix::process::Signal::KILL);
        }
    }

    fn submit(&mut self) -> Result<(), String> {
        let plan = self.world.plan(self.case.scenario.workflow);
        let plan = plan.to_str().ok_or("the folder's path is not UTF-8")?.to_owned();
        let (image, key) = (image(&self.version), format!("submit-{}", self.version));
        let delay = format!("delay=sleep={}", self.case.delay_ms);
        let mut arguments = vec!["run", &plan, "--detach", "--format", "json", "--key", &key, "--set", &image];
        if !self.case.scenario.actions.is_empty() {
            arguments.extend(["--set", &delay]);
        }
        let said = self.say(&arguments)?;
        let answer: Value = serde_json::from_str(&said.out).map_err(|e| format!("no JSON ({e}): {}", said.out))?;
        self.run = answer["run"].as_str().ok_or("the answer names no run")?.to_owned();
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Say(word) => {
                let (run, key) = (self.run.clone(), format!("{word}-{}", self.version));
                self.say(&[word, &run, "--key", &key, "--reason", "part of the sweep"]).map(drop)
            }
            Step::Restart => self.restart(),
            Step::Holding => {
                let holds = |_: &mut Self, view: &Value| {
                    let stage = &view["rollouts"][0]["stages"][0];
                    Ok(stage["state"] == "active" && stage["held_ms"].as_u64().is_some_and(|ms| ms > 0))
                };
                match self.watch_until("the first stage is held", holds)? {
                    None => Ok(()),
                    Some(code) => Err(format!("the run ended with {code} before its first stage was held")),
                }
            }
        }
    }

    /// Stops the runtime and starts another; one that is killed as it stops is followed by another all the same.
    fn restart(&mut self) -> Result<(), String> {
        self.world.timeline.note("deployd is told to stop");
        let struck = self.struck;
        self.world.runtime.as_ref().map_or(Ok(()), Runtime::terminate)?;
        until("the runtime has stopped", || {
            self.poll()?;
            let killed = self.struck > struck;
            let stopped = !killed && self.world.runtime.as_mut().is_some_and(Runtime::has_stopped);
            Ok((killed || stopped).then_some(()))
        })?;
        if self.struck > struck { Ok(()) } else { self.start() }
    }

    /// To the end; settles what waits for a person.
    fn follow(&mut self) -> Result<i32, String> {
        let ended = self.watch_until("the run has ended", |drive, view| {
            for waiting in view["waiting"].as_array().into_iter().flatten() {
                drive.settle(waiting)?;
            }
            Ok(false)
        })?;
        ended.ok_or_else(|| "the run was followed and has not ended".to_owned())
    }

    /// Does what a person would do about an effect whose answer was lost: looks whether it took place, and says so.
    fn settle(&mut self, waiting: &Value) -> Result<(), String> {
        let step = waiting["step"].as_str().unwrap_or_default().to_owned();
        let question = waiting["question"].as_str().unwrap_or_default().to_owned();
        let asked = waiting["asked"]["key"].as_str().unwrap_or_default().to_owned();
        let Some((_, action)) = step.rsplit_once("/run-") else { return Ok(()) };
        if self.settled.contains(&asked) {
            return Ok(());
        }
        let entries = books::ledger(&self.world.ledger(), &self.run);
        let mine = || entries.iter().filter(|entry| entry.name == action);
        let took = mine().any(|entry| entry.event == "took");
        if mine().any(|entry| std::path::Path::new(&format!("/proc/{}", entry.pid)).exists()) {
            return Err(format!("a person is asked about {step} while its program can still act"));
        }
        self.world.timeline.note(format!("asked: {question}"));
        self.questions.insert(format!("{step}: {question} {}", waiting["asked"]));
        let (run, word) = (self.run.clone(), if took { "skip" } else { "retry" });
        let key = format!("{word}-{asked}");
        self.say(&[word, &run, "--step", &step, "--key", &key, "--reason", "looked into the ledger"])?;
        self.settled.insert(asked);
        Ok(())
    }
}

fn is_prey(pid: rustix::process::Pid, prey: Prey) -> bool {
    let line = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
    let of_proxy = line.contains("/proxies/");
    line.contains("supervise") && of_proxy == matches!(prey, Prey::ProxySupervisor)
}
