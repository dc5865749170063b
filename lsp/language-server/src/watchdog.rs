//! Ends the server with its client, also where that leaves the server's input open.

use std::thread::Builder;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// How the server ends when its client is gone.
const CLIENT_GONE: i32 = 1;

/// Ends this process when that of the client ends. A number that nobody has here says nothing: the client may live where
/// processes have other numbers.
pub(crate) fn watch(client: Option<u32>) {
    let pid = client.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let Some(process) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else { return };
    let waits = move || {
        // It can be read once the process has ended. An interrupted wait is begun again.
        while poll(&mut [PollFd::new(&process, PollFlags::IN)], None).is_err() {}
        std::process::exit(CLIENT_GONE);
    };
    // Without a thread for it, the end of the input is what tells.
    let _ = Builder::new().name("watchdog".to_owned()).spawn(waits);
}
