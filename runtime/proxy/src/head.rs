//! Rewriting heads between the two sides: what belongs to one connection (RFC 9110, 7.6.1) stays on it.

use hyper::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, Entry, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Uri, Version};

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_RELEASE: HeaderName = HeaderName::from_static("x-release");

/// Why a request is not forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unforwardable {
    Connect,
    Upgrade,
    NoHost,
}

/// Makes a client's request head into the one for a backend.
pub(crate) fn prepare_request(head: &mut Parts, forwarded_for: &HeaderValue) -> Result<(), Unforwardable> {
    if head.method == Method::CONNECT {
        return Err(Unforwardable::Connect);
    }
    if wants_upgrade(&head.headers) {
        return Err(Unforwardable::Upgrade);
    }
    name_host(head)?;
    let trailers = head.headers.get(TE).is_some_and(|te| mentions(te, "trailers"));
    strip(&mut head.headers);
    head.headers.remove(TE);
    head.headers.remove(EXPECT);
    if trailers {
        head.headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    append_forwarded_for(&mut head.headers, forwarded_for);
    head.version = Version::HTTP_11;
    Ok(())
}

/// Makes a backend's response head into the one for the client.
pub(crate) fn prepare_response(headers: &mut HeaderMap, release: &HeaderValue) {
    strip(headers);
    mark(headers, release);
}

/// Names the release a response belongs to.
pub(crate) fn mark(headers: &mut HeaderMap, release: &HeaderValue) {
    headers.insert(X_RELEASE.clone(), release.clone());
}

/// Whether sending the request twice means the same as sending it once (RFC 9110, 9.2.2).
pub(crate) fn repeatable(method: &Method) -> bool {
    method.is_idempotent()
}

/// An offer of HTTP/2 may be ignored, and some clients make it with every first request; anything else that is asked
/// for would not work without it.
fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|protocol| !protocol.as_bytes().eq_ignore_ascii_case(b"h2c"))
}

/// A target in absolute form names its host itself (RFC 9112, 3.2.2); HTTP/1.0 may name none.
fn name_host(head: &mut Parts) -> Result<(), Unforwardable> {
    if let Some(authority) = head.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| Unforwardable::NoHost)?;
        head.headers.insert(HOST, host);
        let target = head.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        head.uri = Uri::from(target);
    }
    if !head.headers.contains_key(HOST) {
        if head.version == Version::HTTP_11 {
            return Err(Unforwardable::NoHost);
        }
        head.headers.insert(HOST, HeaderValue::from_static(""));
    }
    Ok(())
}

/// Removes the fields of one connection. A message framed by a transfer coding is framed anew, so that a length given
/// beside it never reaches the other side.
fn strip(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        strip_listed(headers);
    }
    headers.remove(&KEEP_ALIVE);
    headers.remove(&PROXY_CONNECTION);
    headers.remove(UPGRADE);
    if headers.remove(TRANSFER_ENCODING).is_some() {
        headers.remove(CONTENT_LENGTH);
    }
}

fn strip_listed(headers: &mut HeaderMap) {
    let lists: Vec<HeaderValue> = headers.get_all(CONNECTION).iter().cloned().collect();
    headers.remove(CONNECTION);
    let names = lists.iter().filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(','));
    for name in names.filter_map(|name| name.trim().parse::<HeaderName>().ok()) {
        if name != HOST && name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
            headers.remove(name);
        }
    }
}

fn append_forwarded_for(headers: &mut HeaderMap, address: &HeaderValue) {
    let earlier: Vec<&[u8]> = headers.get_all(&FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
    let value = if earlier.is_empty() {
        address.clone()
    } else {
        let joined = [earlier.join(&b", "[..]).as_slice(), address.as_bytes()].join(&b", "[..]);
        HeaderValue::from_bytes(&joined).unwrap_or_else(|_| address.clone())
    };
    match headers.entry(FORWARDED_FOR.clone()) {
        Entry::Occupied(mut entry) => drop(entry.insert(value)),
        Entry::Vacant(entry) => drop(entry.insert(value)),
    }
}

fn mentions(list: &HeaderValue, word: &str) -> bool {
    list.to_str().is_ok_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn prepared(request: hyper::http::request::Builder) -> Result<Parts, Unforwardable> {
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        prepare_request(&mut head, &HeaderValue::from_static("192.0.2.7")).map(|()| head)
    }

    fn get() -> hyper::http::request::Builder {
        Request::get("/").header("host", "shop")
    }

    #[test]
    fn fields_of_the_connection_stay_on_it() {
        let head =
            prepared(get().header("connection", "close, x-mine, host").header("x-mine", "1").header("keep-alive", "5"));
        let names: Vec<String> = head.unwrap().headers.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["host", "x-forwarded-for"]);
    }

    #[test]
    fn a_length_beside_chunks_does_not_pass() {
        let head = prepared(get().header("transfer-encoding", "chunked").header("content-length", "4")).unwrap();
        assert!(!head.headers.contains_key(CONTENT_LENGTH));
    }

    #[test]
    fn the_client_is_the_last_of_those_forwarded_for() {
        let head = prepared(get().header("x-forwarded-for", "a, b").header("x-forwarded-for", "c")).unwrap();
        let values: Vec<_> = head.headers.get_all("x-forwarded-for").iter().collect();
        assert_eq!(values, ["a, b, c, 192.0.2.7"]);
    }

    #[test]
    fn a_target_in_absolute_form_names_the_host() {
        let head = prepared(Request::get("http://shop:8080/a?b=c").header("host", "other")).unwrap();
        assert_eq!((head.uri.to_string().as_str(), head.headers[HOST].as_bytes()), ("/a?b=c", &b"shop:8080"[..]));
    }

    #[test]
    fn what_cannot_be_forwarded_is_told_apart() {
        let connect = Request::builder().method(Method::CONNECT).uri("shop:443");
        assert_eq!(prepared(connect).unwrap_err(), Unforwardable::Connect);
        assert_eq!(prepared(get().header("upgrade", "websocket")).unwrap_err(), Unforwardable::Upgrade);
        assert_eq!(prepared(Request::get("/")).unwrap_err(), Unforwardable::NoHost);
        assert!(prepared(get().header("upgrade", "h2c").header("connection", "upgrade")).is_ok());
        assert!(prepared(Request::get("/").version(Version::HTTP_10)).is_ok());
    }
}
