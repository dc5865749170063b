//! Who is at the other end of the socket, and whether they may. The kernel says who; nothing the caller sends
//! counts.

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use machine::signal::Actor;
use tokio::net::UnixListener;

use crate::service::Shared;
use crate::{Code, Failure};

/// The peer's uid; none when the kernel did not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(Option<u32>);

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|peer| peer.uid()))
    }
}

/// The state directory's owner and root may do everything; others nothing.
pub(crate) fn admit(uid: Option<u32>, owner: u32) -> Result<Actor, Failure> {
    match uid {
        Some(uid) if uid == owner || uid == 0 => Ok(actor(uid)),
        Some(uid) => Err(refuse(&format!("{} (uid {uid})", name(uid)), owner)),
        None => Err(refuse("a caller without credentials", owner)),
    }
}

fn refuse(who: &str, owner: u32) -> Failure {
    let message = format!(
        "{who} may not use this runtime: only its owner {} (uid {owner}) and root may; ask them, or start your own with --state",
        name(owner)
    );
    Failure::new(Code::NotAllowed, message)
}

/// An admitted user, with name and groups as this host knows them.
fn actor(uid: u32) -> Actor {
    Actor { uid, name: name(uid), groups: groups(uid), owner: true }
}

fn name(uid: u32) -> String {
    let user = uzers::get_user_by_uid(uid);
    user.map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned())
}

fn groups(uid: u32) -> Vec<String> {
    let groups = uzers::get_user_by_uid(uid).and_then(|user| user.groups());
    groups.into_iter().flatten().map(|group| group.name().to_string_lossy().into_owned()).collect()
}

/// Lets a request pass with its [`Actor`], or answers it.
pub(crate) async fn check(
    State(shared): State<Shared>,
    ConnectInfo(Peer(uid)): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(uid, shared.owner) {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_root_are_admitted_and_nobody_else() {
        assert_eq!(admit(Some(4242), 4242).unwrap().name, "4242");
        assert_eq!(admit(Some(0), 4242).unwrap().name, "root");
        for uid in [Some(4243), None] {
            let failure = admit(uid, 4242).unwrap_err();
            assert_eq!(failure.exit, 4);
            assert!(failure.message.contains("only its owner 4242 (uid 4242) and root may"), "{failure}");
        }
    }
}
