//! The native API, as the subcommands speak to it.

mod credentials;
mod names;
mod pages;

use anyhow::{Context as _, Result};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

pub(crate) use credentials::{Saved, Target};
pub(crate) use names::{Kind, names};
pub(crate) use pages::{Query, all_pages};

use crate::failure::Failure;

/// Most bytes of an answer that is kept in memory: lists of 500 images are far below.
const MAX_ANSWER: usize = 256 << 20;

/// A service and a token for it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    /// Whether the token was made for this command alone.
    passing: bool,
}

impl Client {
    pub(crate) fn new(url: &str, token: Option<String>) -> Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("gaze/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(std::time::Duration::from_secs(10));
        // A proxy for the world outside cannot reach this machine's own addresses.
        if credentials::is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .context("the HTTP client could not be made")?;
        Ok(Self {
            http,
            url,
            token,
            passing: false,
        })
    }

    /// Marks the token as one that [`Self::end`] is to end.
    fn passing(mut self) -> Self {
        self.passing = true;
        self
    }

    /// Ends a token that was made for this command alone.
    pub(crate) async fn end(&self) -> Result<()> {
        if self.passing {
            self.delete("/session").await?;
        }
        Ok(())
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A request below `/gaze/v1`, with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}/gaze/v1{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request; an answer that is a refusal becomes a [`Failure`].
    pub(crate) async fn receive(&self, request: RequestBuilder) -> Result<Response> {
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(response).await.into())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.ask(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value> {
        self.ask(self.request(Method::DELETE, path)).await
    }

    /// The document that answers a request; null for 204.
    pub(crate) async fn ask(&self, request: RequestBuilder) -> Result<Value> {
        let response = self.receive(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let bytes = bounded(response).await?;
        serde_json::from_slice(&bytes).with_context(|| {
            format!(
                "{} did not answer with JSON: is it a Gaze service?",
                self.url
            )
        })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let failure = Failure::new(format!("{} cannot be reached: {cause}", self.url));
        if error.is_connect() {
            failure.hint("start a service with `gaze serve`, or name one with --url or GAZE_URL")
        } else {
            failure
        }
    }
}

async fn bounded(mut response: Response) -> Result<Vec<u8>> {
    let mut collected = Vec::new();
    while let Some(chunk) = response.chunk().await.context("the answer broke off")? {
        if collected.len() + chunk.len() > MAX_ANSWER {
            return Err(Failure::new("the answer is too large").into());
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected)
}

/// A problem document in words.
async fn refusal(response: Response) -> Failure {
    let status = response.status();
    let problem = match bounded(response).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        Err(_broken) => Value::Null,
    };
    words(status, &problem)
}

fn words(status: StatusCode, problem: &Value) -> Failure {
    let Some(detail) = problem["detail"].as_str() else {
        return Failure::new(format!("the service answered {status}"));
    };
    let message = match problem["field"].as_str() {
        Some(field) => format!("{field}: {detail}"),
        None => detail.to_owned(),
    };
    if status.is_server_error() {
        let id = problem["request_id"].as_str().unwrap_or("unknown");
        return Failure::new(format!("{message} (request {id})"))
            .hint("the service's log tells more by the request id");
    }
    let kind = problem["type"].as_str().unwrap_or_default();
    let hint = if kind.ends_with("/unauthenticated") {
        Some("log in with `gaze login`, or give --token or GAZE_TOKEN")
    } else {
        problem["hint"].as_str()
    };
    match hint {
        Some(hint) => Failure::new(message).hint(hint),
        None => Failure::new(message),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: u16, problem: &Value, expected: &str) {
        let failure = words(StatusCode::from_u16(status).unwrap(), problem);
        assert_eq!(crate::failure::lines(&failure.into()), expected);
    }

    #[test]
    fn problems_are_told_in_their_own_words() {
        check(
            404,
            &json!({"type": "/gaze/v1/problems/not-found", "detail": "image 7 was not found"}),
            "error: image 7 was not found\n",
        );
        check(
            400,
            &json!({"detail": "must not be empty", "field": "name"}),
            "error: name: must not be empty\n",
        );
        check(
            409,
            &json!({"detail": "image 7 is protected", "hint": "lift it"}),
            "error: image 7 is protected\nhint: lift it\n",
        );
        check(
            401,
            &json!({"type": "/gaze/v1/problems/unauthenticated", "detail": "no", "hint": "POST"}),
            "error: no\nhint: log in with `gaze login`, or give --token or GAZE_TOKEN\n",
        );
        check(
            500,
            &json!({"detail": "internal error while listing", "request_id": "abc"}),
            "error: internal error while listing (request abc)\n\
             hint: the service's log tells more by the request id\n",
        );
        check(
            502,
            &Value::Null,
            "error: the service answered 502 Bad Gateway\n",
        );
    }
}
