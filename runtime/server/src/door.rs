//! What each route asks of its caller, in one table: a route that is not in it is the owner's alone.

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Failure;
use crate::peer::Peer;
use crate::people::Caller;
use crate::service::Shared;
use crate::verb::Verb;

/// What a route asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// To be somebody who may do something.
    Admission,
    /// To be allowed to see the run that the path names.
    Sight,
    /// What is decided by the body, which the route itself looks at.
    Itself,
    /// To be the owner.
    Ownership,
}

fn asks(method: &str, path: &str) -> Asks {
    match (method, path) {
        // The lists leave out what may not be seen.
        ("GET", "/v1/hello" | "/v1/status" | "/v1/runs" | "/v1/locks") => Asks::Admission,
        ("GET", "/v1/runs/{run}" | "/v1/runs/{run}/watch" | "/v1/runs/{run}/journal" | "/v1/runs/{run}/explain") => {
            Asks::Sight
        }
        // The run that is named is told to those who may see it.
        ("GET", "/v1/keys") => Asks::Itself,
        ("POST", "/v1/runs" | "/v1/queue" | "/v1/runs/{run}/signals" | "/v1/locks/steal") => Asks::Itself,
        _ => Asks::Ownership,
    }
}

/// Lets a request pass with its [`Caller`] and actor, or answers it.
pub(crate) async fn check(
    State(shared): State<Shared>,
    ConnectInfo(Peer(uid)): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    match pass(&shared, uid, &mut parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller.actor.clone());
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    }
}

async fn pass(shared: &Shared, uid: Option<u32>, parts: &mut Parts) -> Result<Caller, Failure> {
    let caller = shared.people.admit(uid)?;
    if caller.actor.owner {
        return Ok(caller);
    }
    let path = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
    match asks(parts.method.as_str(), path.as_deref().unwrap_or_default()) {
        Asks::Admission | Asks::Itself => {}
        Asks::Ownership => caller.refuse_others()?,
        Asks::Sight => caller.may(Verb::View, &*shared.environments(&run_of(parts).await?).await?)?,
    }
    Ok(caller)
}

async fn run_of(parts: &mut Parts) -> Result<String, Failure> {
    let named = RawPathParams::from_request_parts(parts, &()).await;
    let named = named.map_err(|error| Failure::usage(error.body_text()))?;
    let run = named.iter().find(|(name, _)| *name == "run").map(|(_, run)| run.to_owned());
    run.ok_or_else(|| Failure::usage("the path names no run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_the_owners() {
        assert_eq!(asks("GET", "/v1/status"), Asks::Admission);
        assert_eq!(asks("POST", "/v1/status"), Asks::Ownership);
        assert_eq!(asks("GET", "/v1/runs/{run}/secrets"), Asks::Ownership);
        assert_eq!(asks("GET", "/v1/keys/noted"), Asks::Ownership);
        assert_eq!(asks("GET", ""), Asks::Ownership);
    }
}
