//! The folders of proxies, who lives in them, and what they answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Living, folders};
use crate::host::files;
use crate::layout::Layout;
use crate::proxy::{Broken, Place, hello};

/// One proxy's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The environment.
    pub environment: String,
    /// Where it listens; the folder's name when that cannot be read.
    pub listen: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The releases of its last table.
    pub releases: BTreeSet<String>,
    /// Who lives there.
    pub living: Living,
    /// What it answers on its control socket.
    pub answer: Answer,
}

/// What a proxy answers when it is greeted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It speaks a protocol that this program understands.
    Understood,
    /// It does not, or says no; in its words, with the remedy.
    Refused(String),
    /// None, for this reason.
    None(String),
}

/// Every proxy of the state directory, by environment and address.
pub async fn proxies(layout: &Layout) -> Vec<Proxy> {
    let mut found = Vec::new();
    for (environment, folder) in folders(&layout.state.join("proxies")) {
        for (name, folder) in folders(&folder) {
            found.push(look(&environment, &name, folder).await);
        }
    }
    found
}

async fn look(environment: &str, name: &str, folder: PathBuf) -> Proxy {
    let listen = ::proxy::Spec::read(&folder.join("proxy.json")).map(|spec| spec.listen);
    let answer = match &listen {
        Ok(listen) => greet(environment, *listen, &folder).await,
        Err(problem) => Answer::None(problem.to_string()),
    };
    Proxy {
        environment: environment.to_owned(),
        listen: listen.map_or_else(|_| name.to_owned(), |listen| listen.to_string()),
        releases: releases(&folder),
        living: Living::of(&folder),
        folder,
        answer,
    }
}

async fn greet(environment: &str, listen: std::net::SocketAddr, folder: &Path) -> Answer {
    let place = Place { name: format!("{environment} {listen}"), listen, folder: folder.to_owned() };
    match hello(&place).await {
        Ok(_) => Answer::Understood,
        Err(Broken::Refused { message, .. }) => Answer::Refused(message),
        Err(Broken::NotThere(message) | Broken::NoAnswer(message)) => Answer::None(message),
    }
}

/// Read as plain JSON: also what another version wrote names its releases.
fn releases(folder: &Path) -> BTreeSet<String> {
    let state = table(folder);
    let routed = state["routes"]["releases"].as_array().into_iter().flatten();
    routed.filter_map(|release| release["release"].as_str()).map(str::to_owned).collect()
}

/// The state that a proxy has written; null when it has not, or it cannot be read.
pub(super) fn table(folder: &Path) -> Value {
    files::read_json(&folder.join("state.json")).ok().flatten().unwrap_or_default()
}
