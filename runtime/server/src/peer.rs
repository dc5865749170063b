//! Who is at the other end of a socket. The kernel says who; nothing the caller sends counts.

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use machine::signal::Actor;
use tokio::net::UnixListener;

use crate::{Code, Failure};

/// The peer's uid; none when the kernel did not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) Option<u32>);

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|peer| peer.uid()))
    }
}

/// The person with a uid, with name and groups as this host knows them now.
pub(crate) fn person(uid: u32, owner: u32) -> Actor {
    Actor { uid, name: name(uid), groups: groups(uid), owner: uid == owner || uid == 0 }
}

/// Nobody is known by their word.
pub(crate) fn nameless(owner: u32) -> Failure {
    let message = format!("the system did not say who calls; only {} and root may", owner_words(owner));
    Failure::new(Code::NotAllowed, message)
}

/// How a refusal names a person.
pub(crate) fn words(person: &Actor) -> String {
    format!("{} (uid {})", person.name, person.uid)
}

/// How a refusal names whom to ask.
pub(crate) fn owner_words(owner: u32) -> String {
    format!("its owner {} (uid {owner})", name(owner))
}

/// The login name of a uid, or the number when it has none.
pub(crate) fn name(uid: u32) -> String {
    let user = uzers::get_user_by_uid(uid);
    user.map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned())
}

fn groups(uid: u32) -> Vec<String> {
    let groups = uzers::get_user_by_uid(uid).and_then(|user| user.groups());
    groups.into_iter().flatten().map(|group| group.name().to_string_lossy().into_owned()).collect()
}
