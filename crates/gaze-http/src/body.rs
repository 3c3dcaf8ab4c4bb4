//! Request and response bodies: read whole up to a limit, or streamed with an idle limit.

use std::fs::File;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderValue, StatusCode, header};

use crate::handoff::FileBody;
use crate::range;
use crate::steady::Steady;

/// The longest that a client may pause in a body, and the waiting after which it must have brought
/// something worth the while.
pub const IDLE: Duration = Duration::from_mins(1);

/// The cause of a stream's end, when it is not the natural one.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes of an image on their way.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the request body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// The connection broke or the framing was wrong.
    #[error("the request body broke off")]
    Broken(#[source] BoxError),
    #[error("the client sent next to nothing for {} s", .0.as_secs())]
    Idle(Duration),
}

/// Reads a body of at most `limit` bytes into memory. For documents, never for images.
pub async fn read_body(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut source = Source::new(body, IDLE);
    let mut collected = BytesMut::new();
    loop {
        let next = poll_fn(|context| source.poll_next(context)).await;
        let Some(chunk) = next else {
            return Ok(collected.freeze());
        };
        let chunk = chunk?;
        if chunk.len() > limit - collected.len() {
            return Err(BodyError::TooLarge { limit });
        }
        collected.extend_from_slice(&chunk);
    }
}

/// The body as a stream that fails with [`BodyError::Idle`] when the client sends nothing, or next to
/// nothing, for `idle`, and with [`BodyError::Broken`] when the connection breaks. There is no limit on the
/// whole: a slow upload that advances is a good upload.
pub fn body_stream(body: Body, idle: Duration) -> BodyStream {
    let mut source = Some(Source::new(body, idle));
    Box::pin(stream::poll_fn(move |context| {
        let Some(open) = &mut source else {
            return Poll::Ready(None);
        };
        let next = ready!(open.poll_next(context));
        if !matches!(next, Some(Ok(_))) {
            source = None;
        }
        Poll::Ready(next.map(|chunk| chunk.map_err(BoxError::from)))
    }))
}

/// A body whose client is not waited for without end.
struct Source {
    body: BodyDataStream,
    steady: Steady,
}

impl Source {
    fn new(body: Body, idle: Duration) -> Self {
        Self {
            body: body.into_data_stream(),
            steady: Steady::new(idle),
        }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        match self.body.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.steady.moved(chunk.len());
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(BodyError::Broken(error.into()))))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                ready!(self.steady.poll_too_slow(context));
                Poll::Ready(Some(Err(BodyError::Idle(self.steady.window()))))
            }
        }
    }
}

/// A response of `range` out of `total` bytes: 206 with `Content-Range` if it is partial, else 200.
/// `Content-Length` is always set, so that a stream that breaks off is noticed by the client.
/// If `file` is there, it is a file whose bytes in that range are those of `body`: where it can,
/// the connection sends them without reading `body`.
pub fn stream_response(
    body: BodyStream,
    file: Option<Arc<File>>,
    range: &std::ops::Range<u64>,
    total: u64,
    partial: bool,
) -> Response {
    let mut response = match file {
        None => Response::new(Body::from_stream(body)),
        Some(file) => {
            let body = FileBody::new(file, range.clone(), body);
            let taker = body.taker();
            let mut response = Response::new(Body::new(body));
            response.extensions_mut().insert(taker);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(range.end.saturating_sub(range.start)),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    if partial {
        headers.insert(header::CONTENT_RANGE, range::content_range(range, total));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(chunks: &[&'static str]) -> Body {
        let items: Vec<Result<&'static str, std::io::Error>> =
            chunks.iter().copied().map(Ok).collect();
        Body::from_stream(stream::iter(items))
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_whole() {
        let read = read_body(chunks(&["ab", "", "cd"]), 4).await.unwrap();
        assert_eq!(read, "abcd");
    }

    #[tokio::test]
    async fn a_body_past_the_limit_is_refused() {
        let error = read_body(chunks(&["ab", "cde"]), 4).await.unwrap_err();
        assert!(matches!(error, BodyError::TooLarge { limit: 4 }), "{error}");
    }

    #[tokio::test]
    async fn a_broken_body_is_not_taken_for_a_short_one() {
        let items = [Ok("ab"), Err(std::io::Error::other("reset"))];
        let error = read_body(Body::from_stream(stream::iter(items)), 9)
            .await
            .unwrap_err();
        assert!(matches!(error, BodyError::Broken(_)), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_falls_silent_ends_the_stream_with_an_error() {
        let silent = stream::once(async { Ok::<_, std::io::Error>("ab") })
            .chain(stream::pending::<Result<&str, std::io::Error>>());
        let mut stream = body_stream(Body::from_stream(silent), Duration::from_secs(5));
        assert_eq!(stream.next().await.unwrap().unwrap(), "ab");
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(matches!(
            error.downcast_ref::<BodyError>(),
            Some(BodyError::Idle(idle)) if idle.as_secs() == 5
        ));
        assert!(stream.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_drips_ends_the_stream_with_an_error() {
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, std::io::Error>("a"), ()))
        });
        let mut stream = body_stream(Body::from_stream(drip), Duration::from_secs(5));
        let mut come = 0;
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(chunk) => come += chunk.len(),
                Err(error) => break error,
            }
        };
        assert!(matches!(
            error.downcast_ref::<BodyError>(),
            Some(BodyError::Idle(_))
        ));
        assert!(come <= 5, "{come}");
        assert!(stream.next().await.is_none());
    }

    #[test]
    fn a_part_says_which_part_of_what_it_is() {
        let empty: BodyStream = Box::pin(stream::empty());
        let response = stream_response(empty, None, &(2..5), 10, true);
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "3");
    }
}
