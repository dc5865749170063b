//! Where requests go.

use std::str::FromStr;

use hyper::Uri;
use hyper::http::uri::PathAndQuery;

/// The parts of an `http://` address.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// For the connection, `host:port`.
    pub(crate) address: String,
    /// For the `host` header.
    pub(crate) host: String,
    /// What is asked for.
    pub(crate) path: Uri,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not an address to send requests to: write http://HOST:PORT/PATH");
        let uri: Uri = text.parse().map_err(|_| bad())?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http")).ok_or_else(bad)?;
        let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        Ok(Self {
            address: format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80)),
            host: authority.to_string(),
            path: Uri::from(path),
        })
    }
}
