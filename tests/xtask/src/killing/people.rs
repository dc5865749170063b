//! What people say to the runtime while it is killed: every command has a key and is repeated until it was taken.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::drive::Drive;
use super::wait::until;
use super::world::{Said, World, said};

/// The exit code of a command that nobody answered.
const UNREACHABLE: i32 = 3;

impl Drive<'_> {
    /// Says something until a runtime has taken it, whichever that is.
    pub(crate) fn say(&mut self, arguments: &[&str]) -> Result<Said, String> {
        let what = arguments.join(" ");
        until(&format!("`deployd {what}` is answered"), || {
            let struck = self.struck;
            let said = self.say_once(arguments)?;
            if said.code == 0 {
                self.world.timeline.note(format!("said: {what}"));
                return Ok(Some(said));
            }
            if self.struck > struck || said.code == UNREACHABLE {
                return Ok(None);
            }
            Err(format!("`deployd {what}` ended with {}: {}{}", said.code, said.out, said.err))
        })
    }

    pub(crate) fn say_once(&mut self, arguments: &[&str]) -> Result<Said, String> {
        let mut command = self.world.deployd(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|e| format!("deployd could not be started: {e}"))?;
        until("a command ends", || {
            self.poll()?;
            child.try_wait().map_err(|e| format!("deployd was lost: {e}")).map(|ended| ended.map(drop))
        })?;
        let output = child.wait_with_output().map_err(|e| format!("deployd was lost: {e}"))?;
        Ok(said(&output))
    }

    /// Waits until the run looks like this; the exit code when it has ended before.
    pub(crate) fn watch_until(
        &mut self,
        what: &str,
        mut look: impl FnMut(&mut Self, &Value) -> Result<bool, String>,
    ) -> Result<Option<i32>, String> {
        let mut watch = Watch::start(self.world, &self.run)?;
        until(what, || {
            self.poll()?;
            if let Some(view) = watch.view() {
                self.view = view;
            }
            let view = self.view.clone();
            if look(self, &view)? {
                return Ok(Some(None));
            }
            match watch.ended()? {
                None => Ok(None),
                Some(code) if RUN_ENDED.contains(&code) => {
                    self.view = watch.last().unwrap_or_else(|| self.view.clone());
                    Ok(Some(Some(code)))
                }
                Some(_) => {
                    watch = Watch::start(self.world, &self.run)?;
                    Ok(None)
                }
            }
        })
    }
}

/// The exit codes of runs that have ended.
const RUN_ENDED: [i32; 5] = [0, 1, 20, 22, 30];

/// `deployd watch` while it follows a run.
struct Watch {
    child: Child,
    lines: Arc<Mutex<(Option<Value>, Option<Value>)>>,
    reading: Option<std::thread::JoinHandle<()>>,
}

impl Watch {
    fn start(world: &World, run: &str) -> Result<Self, String> {
        let mut command = world.deployd(&["watch", run, "--format", "json"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|e| format!("deployd could not be started: {e}"))?;
        let lines: Arc<Mutex<(Option<Value>, Option<Value>)>> = Arc::default();
        let out = child.stdout.take().ok_or("the watch has no output")?;
        let to = Arc::clone(&lines);
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let view = serde_json::from_str::<Value>(&line).ok().filter(|view| view["run"].is_string());
                if view.is_some() {
                    *to.lock().unwrap_or_else(PoisonError::into_inner) = (view.clone(), view);
                }
            }
        });
        Ok(Self { child, lines, reading: Some(reading) })
    }

    /// The latest view, each once.
    fn view(&self) -> Option<Value> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).0.take()
    }

    /// The last view there was.
    fn last(&self) -> Option<Value> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// The exit code once it has ended and everything it wrote was read.
    fn ended(&mut self) -> Result<Option<i32>, String> {
        let ended = self.child.try_wait().map_err(|e| format!("deployd was lost: {e}"))?;
        if ended.is_some()
            && let Some(reading) = self.reading.take()
        {
            let _ = reading.join();
        }
        Ok(ended.map(|status| status.code().unwrap_or(-1)))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
