//! Refusals are written when the layers have been passed, in the form that the client reads.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use gaze_http::origin::Addressed;
use gaze_http::{Around, RequestId, around, report};

use super::Refusal;
use crate::{Config, wire};

/// What of a request a refusal is written with.
pub(crate) struct Asked {
    id: Option<RequestId>,
    json: bool,
    addressed: Addressed,
}

/// The layer that writes refusals, and logs their causes once.
pub(crate) fn render(config: Arc<Config>) -> Around<Arc<Config>, Asked> {
    around(
        config,
        |_, request| Asked {
            id: request.extensions().get::<RequestId>().cloned(),
            json: wants_json(request.headers()),
            addressed: Addressed::of(request.headers()),
        },
        |config, asked, mut response| match response.extensions_mut().remove::<Refusal>() {
            Some(refusal) => written(config, &asked, refusal, response),
            None => response,
        },
    )
}

fn written(config: &Config, asked: &Asked, refusal: Refusal, mut response: Response) -> Response {
    if let (Some(cause), Some(id)) = (&refusal.cause, &asked.id) {
        report(cause, id);
    }
    let identity = || match (&config.identity_url, &config.public_url) {
        (Some(url), _) => url.clone(),
        (None, Some(url)) => url.trim_end_matches('/').to_owned(),
        (None, None) => asked.addressed.origin(config.forwarded),
    };
    let allow = response.headers_mut().remove(header::ALLOW);
    let mut written = refusal.written(asked.json, identity);
    let headers = written.headers_mut();
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    if let Some((name, value)) = refusal.header {
        headers.insert(name, value);
    }
    written
}

/// Whether JSON is named and HTML is not, which is how webob's choice comes out for every known
/// client.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    accepted.is_some_and(|text| text.contains("application/json") && !text.contains("text/html"))
}

impl Refusal {
    fn written(&self, json: bool, identity: impl FnOnce() -> String) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let code = self.status.as_u16();
        if self.status == StatusCode::UNAUTHORIZED {
            let body = wire::error::Identity {
                error: wire::error::IdentityError {
                    code,
                    title,
                    message: &self.message,
                },
            };
            let mut response = (self.status, Json(body)).into_response();
            let challenge = HeaderValue::from_str(&format!("Keystone uri=\"{}\"", identity()));
            if let Ok(challenge) = challenge {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, challenge);
            }
            return response;
        }
        if json {
            let body = wire::error::Error {
                message: &self.message,
                code: format!("{code} {title}"),
                title,
            };
            return (self.status, Json(body)).into_response();
        }
        let message = escaped(&self.message);
        let html = format!(
            "<html>\n <head>\n  <title>{code} {title}</title>\n </head>\n <body>\n  \
             <h1>{code} {title}</h1>\n  {message}<br /><br />\n\n\n\n </body>\n</html>"
        );
        (self.status, Html(html)).into_response()
    }
}

/// The text as HTML shows it: refusals repeat what clients sent.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            _ => html.push(letter),
        }
    }
    html
}
