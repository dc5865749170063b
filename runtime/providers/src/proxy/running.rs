//! The proxy process: found again, given a new supervisor, or started.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::proxy::protocol::Hello;
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::Place;
use super::control::{Broken, SOCKET, hello};
use crate::host::{files, identity, ports};
use crate::layout::Layout;
use crate::supervisor::launch::{inherited, launch, relaunch};
use crate::supervisor::{self, OUTPUT, Spec, Status, output, read_status};

/// Longest time until a started proxy answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);
/// Deaths within [`WINDOW_MS`] after which a proxy is given up.
const DEATHS_MAX: usize = 3;
/// The window in which deaths count, in milliseconds.
const WINDOW_MS: u64 = 60_000;
/// The proxy finishes requests in flight for at most ten seconds after SIGTERM.
const STOP_WITHIN_MS: u64 = 15_000;

/// Has the proxy running and answering.
pub(super) async fn ensure(layout: &Layout, place: &Place) -> Result<Hello, Broken> {
    supervise(layout, place).await.map_err(Broken::NotThere)?;
    let end = Instant::now() + ANSWERS_WITHIN;
    loop {
        let status = read_status(&place.folder).map_err(Broken::NotThere)?.unwrap_or_else(Status::new);
        let problem = match hello(place).await {
            Ok(hello) if is_child(&status, &hello) => return Ok(hello),
            Ok(hello) => format!("its socket is answered by {}", identity::describe(hello.pid.cast_signed())),
            Err(refused @ Broken::Refused { .. }) => return Err(refused),
            Err(broken @ (Broken::NotThere(_) | Broken::NoAnswer(_))) => broken.message(),
        };
        if let Some(reason) = hopeless(place, status).await {
            return Err(Broken::NotThere(reason));
        }
        if Instant::now() >= end {
            let problem = format!("the proxy on {} did not come up: {problem}", place.listen);
            return Err(Broken::NotThere(problem));
        }
        sleep(LOOK).await;
    }
}

/// Has a supervisor, the one that is there or another.
async fn supervise(layout: &Layout, place: &Place) -> Result<(), String> {
    match read_status(&place.folder)? {
        Some(Status { stopping: true, supervisor: Some(ending), .. }) => {
            identity::gone(&ending, Duration::from_millis(STOP_WITHIN_MS) + ANSWERS_WITHIN).await;
            start(layout, place).await?;
        }
        Some(status) if status.supervised() => {}
        Some(status) if status.living_child().is_some() => {
            relaunch(&layout.program, &place.folder).await?;
        }
        Some(_) | None => start(layout, place).await?,
    }
    Ok(())
}

/// Why waiting on does not help.
async fn hopeless(place: &Place, status: Status) -> Option<String> {
    if let Some(blocked) = status.blocked {
        end_supervisor(place).await;
        return Some(format!("the proxy cannot start: {blocked}; free the address or choose another"));
    }
    (status.deaths_within(WINDOW_MS) >= DEATHS_MAX).then(|| {
        let lines = output::tail(&place.folder.join(OUTPUT), 3);
        let last = status.last_exit.unwrap_or_default();
        format!("the proxy on {} keeps dying: {last}; its last lines: {lines}", place.listen)
    })
}

/// Whether the port is free, or held by this very proxy.
pub(super) fn check_port(place: &Place) -> Result<(), String> {
    if !ports::taken(place.listen) {
        return Ok(());
    }
    let port = place.listen.port();
    let status = read_status(&place.folder)?;
    let ours = status.iter().flat_map(|s| [&s.supervisor, &s.child]).flatten();
    let holder = ports::holder(port);
    if ours.into_iter().any(|process| holder.is_some_and(|pid| process.alive() && ports::belongs(pid, process.pid))) {
        return Ok(());
    }
    Err(format!(
        "{} is taken by {}, so the proxy could not listen there; free it or choose another address",
        place.listen,
        ports::holder_text(port)
    ))
}

fn is_child(status: &Status, hello: &Hello) -> bool {
    status.living_child().is_some_and(|child| child.pid == hello.pid.cast_signed())
}

async fn start(layout: &Layout, place: &Place) -> Result<(), String> {
    files::private_dir(&place.folder)?;
    let spec_file = place.folder.join("proxy.json");
    // Relative, and read in the folder: a socket's path is limited to 107 bytes.
    let proxy = ::proxy::Spec {
        format: ::proxy::FORMAT,
        name: place.name.clone(),
        listen: place.listen,
        control: Path::new(".").join(SOCKET),
        state: PathBuf::from("./state.json"),
        inherited_listener: Some(0),
    };
    files::write_json(&spec_file, &proxy)?;
    let text = |path: &Path| {
        path.to_str().map(str::to_owned).ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
    };
    let spec = Spec {
        format: supervisor::FORMAT,
        name: format!("proxy {}", place.name),
        argv: vec![text(&layout.program)?, "internal".into(), "proxy".into(), "--spec".into(), text(&spec_file)?],
        environment: inherited().collect(),
        secrets: Default::default(),
        folder: Some(place.folder.clone()),
        listen: Some(place.listen),
        port: Some(place.listen.port()),
        stop_within_ms: STOP_WITHIN_MS,
    };
    launch(&layout.program, &place.folder, &spec).await.map(drop)
}

/// A supervisor that waits for an address would take it by surprise later.
async fn end_supervisor(place: &Place) {
    if let Ok(Some(Status { supervisor: Some(supervisor), .. })) = read_status(&place.folder) {
        supervisor.signal(Signal::TERM);
        identity::gone(&supervisor, Duration::from_secs(5)).await;
    }
}
