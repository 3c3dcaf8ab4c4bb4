//! Fetching from a web server, going on where a broken connection left off.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gaze_domain::{Error, Result};
use reqwest::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LAST_MODIFIED, LOCATION, RANGE,
};
use reqwest::{Client, Response, StatusCode, Url};

use super::addresses::{Forbidden, GuardedResolver, Policy};
use super::source::redacted;
use crate::{Settings, errors};

const MAX_REDIRECTS: u32 = 5;
/// Connections that may break one after the other without a byte of progress.
const MAX_BREAKS: u32 = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Opens sources on the web.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    client: Client,
    policy: Arc<Policy>,
    idle: Duration,
}

/// A source that is being read.
#[derive(Debug)]
pub(crate) struct Fetch {
    fetcher: Fetcher,
    url: Url,
    /// Sent with every request. Where there are any, no redirect is followed: they are meant for
    /// that address alone.
    headers: HeaderMap,
    /// What tells that the source is still the same: a strong ETag, or the date of its last
    /// change. Without one, a broken fetch cannot go on.
    validator: Option<String>,
    /// Whether the head of an answer has been read once; what it said must stay true.
    begun: bool,
    response: Option<Response>,
    offset: u64,
    total: Option<u64>,
    breaks: u32,
}

impl Fetcher {
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let policy = Arc::new(Policy::parse(&settings.private_sources)?);
        let client = Client::builder()
            .dns_resolver(Arc::new(GuardedResolver(Arc::clone(&policy))))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(settings.idle)
            .user_agent(concat!("gaze/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::internal("building the HTTP client", error))?;
        Ok(Self {
            client,
            policy,
            idle: settings.idle,
        })
    }

    /// Connects and reads the head of the answer.
    pub(crate) async fn open(&self, url: &str) -> Result<Fetch> {
        self.open_with(url, HeaderMap::new()).await
    }

    /// The same with headers for that address alone: no redirect is followed.
    pub(crate) async fn open_with(&self, url: &str, headers: HeaderMap) -> Result<Fetch> {
        let url = Url::parse(url).map_err(|_no_url| Error::invalid("url", "is not a URL"))?;
        let mut fetch = Fetch {
            fetcher: self.clone(),
            url,
            headers,
            validator: None,
            begun: false,
            response: None,
            offset: 0,
            total: None,
            breaks: 0,
        };
        fetch.connect().await?;
        Ok(fetch)
    }

    /// Whether a URL may be asked for; if not, why. Names are looked up when they are.
    pub(crate) fn allows(&self, url: &Url) -> std::result::Result<(), String> {
        self.policy.check_url(url)
    }

    /// Posts, follows no redirect and reads nothing of the answer but its status, which is 2xx, or
    /// this fails.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: String,
        within: Duration,
    ) -> Result<u16> {
        let url = Url::parse(url).map_err(|_no_url| Error::invalid("url", "is not a URL"))?;
        self.allows(&url).map_err(|reason| refused(&url, reason))?;
        let sent = self
            .client
            .post(url.clone())
            .headers(headers)
            .body(body)
            .timeout(within)
            .send();
        let status = sent.await.map_err(|error| failed(&url, &error))?.status();
        if status.is_success() {
            Ok(status.as_u16())
        } else {
            Err(broken(&url, format!("it answered {status}")))
        }
    }

    /// Follows redirects by hand, so that each target passes the policy before it is reached.
    async fn request(&self, url: &Url, headers: &HeaderMap, redirects: u32) -> Result<Response> {
        let mut target = url.clone();
        for _ in 0..=redirects {
            self.policy
                .check_url(&target)
                .map_err(|reason| refused(url, reason))?;
            let sent = self
                .client
                .get(target.clone())
                .headers(headers.clone())
                .send();
            let response = sent.await.map_err(|error| failed(url, &error))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let next = response
                .headers()
                .get(LOCATION)
                .and_then(|value| value.to_str().ok());
            let next = next.and_then(|next| target.join(next).ok());
            target = next.ok_or_else(|| broken(url, "it redirects to nowhere"))?;
        }
        Err(broken(url, "it redirects too often"))
    }
}

impl Fetch {
    /// Bytes in all, if the server says so.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let Some(response) = self.response.as_mut() else {
                self.connect().await?;
                continue;
            };
            match response.chunk().await {
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(Some(chunk)) => {
                    self.offset += chunk.len() as u64;
                    if self.total.is_some_and(|total| self.offset > total) {
                        return Err(broken(&self.url, "it sent more than it announced"));
                    }
                    self.breaks = 0;
                    return Ok(Some(chunk));
                }
                Ok(None) if self.total.is_none_or(|total| self.offset >= total) => return Ok(None),
                Ok(None) => self.after_a_break("the connection ended early").await?,
                Err(error) => self.after_a_break(&errors::with_causes(&error)).await?,
            }
        }
    }

    /// Decides whether to go on, and waits a little longer each time.
    async fn after_a_break(&mut self, reason: &str) -> Result<()> {
        self.response = None;
        self.breaks += 1;
        if self.breaks > MAX_BREAKS {
            return Err(broken(
                &self.url,
                format!("{reason}, {MAX_BREAKS} times in a row"),
            ));
        }
        if self.validator.is_none() && self.offset > 0 {
            return Err(broken(
                &self.url,
                format!("{reason}, and without ETag or Last-Modified it cannot go on"),
            ));
        }
        tracing::warn!(url = %redacted(self.url.as_str()), offset = self.offset, reason, "source broke off");
        let pause = Duration::from_millis(200) * 2_u32.pow(self.breaks);
        tokio::time::sleep(pause.min(self.fetcher.idle)).await;
        Ok(())
    }

    async fn connect(&mut self) -> Result<()> {
        let mut headers = self.headers.clone();
        let redirects = if headers.is_empty() { MAX_REDIRECTS } else { 0 };
        if self.offset > 0 {
            let validator = self.validator.as_deref().unwrap_or_default();
            let unfit = |_| broken(&self.url, "its validator is not a header value");
            headers.insert(
                RANGE,
                format!("bytes={}-", self.offset).parse().map_err(unfit)?,
            );
            headers.insert(IF_RANGE, validator.parse().map_err(unfit)?);
        }
        let response = match self.fetcher.request(&self.url, &headers, redirects).await {
            Ok(response) => response,
            // Only what once answered is worth waiting for.
            Err(error @ Error::SourceFailed { .. }) if self.begun => {
                return self.after_a_break(&error.to_string()).await;
            }
            Err(error) => return Err(error),
        };
        match (response.status(), self.offset) {
            (StatusCode::OK, 0) => {
                let total = length(response.headers());
                if self.begun && total != self.total {
                    return Err(broken(&self.url, "it changed"));
                }
                self.begun = true;
                self.total = total;
                self.validator = validator(response.headers());
                self.response = Some(response);
                Ok(())
            }
            (StatusCode::PARTIAL_CONTENT, offset) if offset > 0 => {
                let (start, whole) = range(response.headers());
                if start != Some(offset) {
                    return Err(broken(&self.url, "it went on at another place than asked"));
                }
                if whole.is_some() && self.total.is_some() && whole != self.total {
                    return Err(broken(&self.url, "it changed"));
                }
                self.response = Some(response);
                Ok(())
            }
            (StatusCode::OK, _) => Err(broken(
                &self.url,
                "it changed, or cannot go on in the middle",
            )),
            (status, _) if self.begun && status.is_server_error() => {
                self.after_a_break(&format!("it answered {status}")).await
            }
            (status, _) => Err(broken(&self.url, format!("it answered {status}"))),
        }
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// RFC 9110, section 13.1.5: `If-Range` takes a strong ETag or a date.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |value: &reqwest::header::HeaderValue| value.to_str().ok().map(str::to_owned);
    headers
        .get(ETAG)
        .and_then(text)
        .filter(|tag| !tag.starts_with("W/"))
        .or_else(|| headers.get(LAST_MODIFIED).and_then(text))
}

/// Where a part begins, and the length of the whole, as far as `Content-Range` says.
fn range(headers: &HeaderMap) -> (Option<u64>, Option<u64>) {
    let told = headers
        .get(CONTENT_RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("bytes "))
        .and_then(|value| value.split_once('/'));
    let Some((part, whole)) = told else {
        return (None, None);
    };
    let start = part.split_once('-').map(|(start, _)| start.trim());
    (
        start.and_then(|start| start.parse().ok()),
        whole.trim().parse().ok(),
    )
}

fn refused(url: &Url, reason: String) -> Error {
    Error::SourceRefused {
        source_url: redacted(url.as_str()),
        reason,
    }
}

fn broken(url: &Url, reason: impl Into<String>) -> Error {
    Error::SourceFailed {
        source_url: redacted(url.as_str()),
        reason: reason.into(),
    }
}

/// The resolver's refusal arrives as the cause of a connection that was never made.
fn failed(url: &Url, error: &reqwest::Error) -> Error {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return refused(url, forbidden.to_string());
        }
        cause = inner.source();
    }
    broken(url, errors::with_causes(error))
}
