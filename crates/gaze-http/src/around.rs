//! A layer of two plain functions.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::Response;
use tower::{Layer, Service};

/// A layer that looks at each request before it is answered, and at the answer with what was seen;
/// both functions are given `state`. It boxes no future, which layers of async functions do: their
/// own and the rest of the way, with every request.
pub fn around<C, T>(
    state: C,
    before: fn(&C, &mut Request) -> T,
    after: fn(&C, T, Response) -> Response,
) -> Around<C, T> {
    Around {
        functions: Arc::new(Functions {
            state,
            before,
            after,
        }),
        inner: (),
    }
}

/// Made by [`around`]; as a layer, and as what it makes of a service.
pub struct Around<C, T, S = ()> {
    functions: Arc<Functions<C, T>>,
    inner: S,
}

struct Functions<C, T> {
    state: C,
    before: fn(&C, &mut Request) -> T,
    after: fn(&C, T, Response) -> Response,
}

impl<C, T, S: Clone> Clone for Around<C, T, S> {
    fn clone(&self) -> Self {
        Self {
            functions: Arc::clone(&self.functions),
            inner: self.inner.clone(),
        }
    }
}

impl<C, T, S> fmt::Debug for Around<C, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around").finish_non_exhaustive()
    }
}

impl<C, T, S> Layer<S> for Around<C, T> {
    type Service = Around<C, T, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Around {
            functions: Arc::clone(&self.functions),
            inner,
        }
    }
}

impl<C, T, S> Service<Request> for Around<C, T, S>
where
    T: Unpin,
    S: Service<Request, Response = Response>,
    S::Future: Unpin,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Answering<C, T, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let seen = (self.functions.before)(&self.functions.state, &mut request);
        Answering {
            seen: Some(seen),
            functions: Arc::clone(&self.functions),
            answer: self.inner.call(request),
        }
    }
}

/// The answer on its way out.
pub struct Answering<C, T, F> {
    /// Taken when the answer is there.
    seen: Option<T>,
    functions: Arc<Functions<C, T>>,
    answer: F,
}

impl<C, T, F> fmt::Debug for Answering<C, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}

impl<C, T, F, E> Future for Answering<C, T, F>
where
    T: Unpin,
    F: Future<Output = Result<Response, E>> + Unpin,
{
    type Output = Result<Response, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(Pin::new(&mut self.answer).poll(context))?;
        let seen = self.seen.take();
        let Functions { state, after, .. } = &*self.functions;
        Poll::Ready(Ok(match seen {
            Some(seen) => after(state, seen, response),
            None => response,
        }))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::{HeaderValue, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn the_outer_of_two_sees_the_request_first_and_the_answer_last() {
        let mark = |word: &'static str| {
            around(
                word,
                |word, request| {
                    let told = request.headers().get_all("seen").iter().count();
                    let value = HeaderValue::from_static(word);
                    request.headers_mut().append("seen", value);
                    told
                },
                |word, told, mut response| {
                    let value = HeaderValue::from_str(&format!("{word}{told}")).unwrap();
                    response.headers_mut().append("seen", value);
                    response
                },
            )
        };
        let router = Router::new()
            .route("/", get(|| async { StatusCode::NO_CONTENT }))
            .layer((mark("outer"), mark("inner")));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let seen: Vec<&HeaderValue> = response.headers().get_all("seen").iter().collect();
        assert_eq!(seen, ["inner1", "outer0"]);
    }
}
