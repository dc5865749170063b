//! A stream of JSON lines, with empty ones that say that the other end is alive.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;

use super::http;
use crate::protocol::HEARTBEAT_S;
use crate::{Code, Failure};

/// A runtime that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(4 * HEARTBEAT_S);
/// Longest line, in bytes.
const LINE_MAX: usize = 64 << 20;

pub(super) struct Lines {
    body: Incoming,
    buffer: BytesMut,
}

impl Lines {
    pub(super) fn new(response: Response<Incoming>) -> Self {
        Self { body: response.into_body(), buffer: BytesMut::new() }
    }

    /// The next line that is not empty; none when the stream has ended.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        loop {
            match self.line()? {
                Some(line) if line.is_empty() => {}
                Some(line) => return http::parse(&line).map(Some),
                None if self.more().await? => {}
                None => return Ok(None),
            }
        }
    }

    fn line(&mut self) -> Result<Option<BytesMut>, Failure> {
        if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
            let line = self.buffer.split_to(end);
            self.buffer.advance(1);
            return Ok(Some(line));
        }
        if self.buffer.len() > LINE_MAX {
            return Err(Failure::internal("the runtime sent a line that is too long"));
        }
        Ok(None)
    }

    async fn more(&mut self) -> Result<bool, Failure> {
        let silent = |_| {
            let message = format!("the runtime said nothing for {} s; is it stopped?", SILENCE.as_secs());
            Failure::new(Code::Unreachable, message)
        };
        match tokio::time::timeout(SILENCE, self.body.frame()).await.map_err(silent)? {
            None => Ok(false),
            Some(Err(error)) => Err(http::broken_off(&error)),
            Some(Ok(frame)) => {
                frame.data_ref().into_iter().for_each(|data| self.buffer.extend_from_slice(data));
                Ok(true)
            }
        }
    }
}
