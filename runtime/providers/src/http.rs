//! One bounded HTTP/1.1 request over one connection, for readiness and for the proxy's control socket.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 4 << 20;

/// Sends a request and reads the whole answer: its status and its body.
pub(crate) async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    limit: Duration,
) -> Result<(u16, Bytes), String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let whole = async |response: Response<Incoming>| {
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await.map_err(|e| e.to_string())?;
        Ok((status, body.to_bytes()))
    };
    ask(stream, request, limit, whole).await
}

/// Sends a request and reads the status of the answer: a body without end does not delay it.
pub(crate) async fn status<S>(stream: S, request: Request<Full<Bytes>>, limit: Duration) -> Result<u16, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    ask(stream, request, limit, async |response: Response<Incoming>| Ok(response.status().as_u16())).await
}

async fn ask<S, T>(
    stream: S,
    request: Request<Full<Bytes>>,
    limit: Duration,
    read: impl AsyncFnOnce(Response<Incoming>) -> Result<T, String>,
) -> Result<T, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let exchange = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| e.to_string())?;
        let answer = async { read(sender.send_request(request).await.map_err(|e| e.to_string())?).await };
        // The connection is driven here and not in a task, so that nothing outlives a request given up.
        tokio::pin!(answer, connection);
        tokio::select! {
            answer = &mut answer => answer,
            ended = &mut connection => match ended {
                Ok(()) => answer.await,
                Err(e) => Err(e.to_string()),
            },
        }
    };
    tokio::time::timeout(limit, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())))
}
