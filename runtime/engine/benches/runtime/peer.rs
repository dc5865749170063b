//! Another engine that takes part in the rounds: a command that does its steps and says how many a second.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::figures::Steps;

/// A command by its name.
pub(crate) struct Peer {
    pub(crate) name: String,
    words: Vec<String>,
}

/// The peers that the arguments name with this option.
pub(crate) fn of(arguments: &[String], option: &str) -> Vec<Peer> {
    let named = arguments.windows(2).filter(|pair| pair[0] == option);
    let peer = |text: &str| {
        let (name, command) = text.split_once('=').expect("write 'NAME=COMMAND…' behind the option");
        Peer { name: name.to_owned(), words: command.split_whitespace().map(str::to_owned).collect() }
    };
    named.map(|pair| peer(&pair[1])).collect()
}

impl Peer {
    /// What its last line says.
    pub(crate) fn steps(&self) -> Steps {
        let output = Command::new(&self.words[0]).args(&self.words[1..]).stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let said: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
            .unwrap_or_else(|error| panic!("peer {} says no JSON: {error}: {text}", self.name));
        let a_second = said["steps_per_s"].as_f64().expect("a peer says `steps_per_s`");
        Steps::told(a_second, ["p50_ms", "p99_ms"].map(|name| said[name].as_f64()))
    }
}
