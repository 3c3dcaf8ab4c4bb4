//! Asking Keystone: the service logs in by itself, and asks with its own token about others'.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gaze_domain::{Error, Result as DomainResult, Timestamp};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Certificate, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::sync::{Mutex, Semaphore};

use super::settings::KeystoneSettings;
use super::wire;
use crate::clock;
use crate::errors::with_causes;

const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
const X_SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// Requests that are under way at once. Keystone answers in some 20 ms; more would only make a
/// flood of made-up tokens Keystone's trouble too.
const AT_ONCE: usize = 16;
/// Longest answer that is read, in bytes. A catalogue of some hundred endpoints is a tenth of it.
const MAX_ANSWER: usize = 1 << 20;
/// The service's own token is renewed so long before its end, so that it is good on arrival even
/// where the two clocks differ a little.
const MARGIN: Duration = Duration::from_secs(30);
/// Pause after a login that was refused: Keystone may lock users who guess.
const REFUSED_PAUSE: Duration = Duration::from_secs(10);

/// Why Keystone did not say what it was asked: words for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Away(pub(super) String);

/// What Keystone said.
#[derive(Debug)]
pub(super) enum Told<T> {
    Found(T),
    /// There is no such thing.
    Nothing,
    /// The service's own user may not know.
    Forbidden,
}

#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    settings: KeystoneSettings,
    login: Mutex<Login>,
    gate: Semaphore,
    /// How often the service has logged in.
    logins: AtomicU64,
}

/// The service's own standing with Keystone.
#[derive(Debug, Default)]
struct Login {
    token: Option<Own>,
    /// Why the last login was refused, and until when that is believed.
    refused: Option<(Away, Timestamp)>,
}

#[derive(Clone)]
struct Own {
    text: HeaderValue,
    expires_at: Timestamp,
}

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Own")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(settings: &KeystoneSettings) -> DomainResult<Self> {
        let unfit = |error| Error::internal("building Keystone's client", error);
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(settings.connect)
            .timeout(settings.patience)
            .user_agent(concat!("gaze/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &settings.ca {
            let certificates = Certificate::from_pem_bundle(pem).map_err(unfit)?;
            http = http.tls_certs_only(certificates);
        }
        Ok(Self {
            http: http.build().map_err(unfit)?,
            settings: settings.clone(),
            login: Mutex::default(),
            gate: Semaphore::new(AT_ONCE),
            logins: AtomicU64::new(0),
        })
    }

    /// How often the service has logged in.
    pub(super) fn logins(&self) -> u64 {
        self.logins.load(Ordering::Relaxed)
    }

    /// What Keystone says of a token.
    pub(super) async fn token(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Told<wire::Token>, Away> {
        let Ok(mut subject) = HeaderValue::from_str(text) else {
            return Ok(Told::Nothing);
        };
        subject.set_sensitive(true);
        let ask = || {
            self.http
                .get(self.url("/auth/tokens?nocatalog"))
                .header(X_SUBJECT_TOKEN, subject.clone())
        };
        let told: Told<wire::Body> = self.ask(ask, now).await?;
        Ok(match told {
            Told::Found(body) => Told::Found(body.token),
            Told::Nothing => Told::Nothing,
            Told::Forbidden => Told::Forbidden,
        })
    }

    /// A project and its domain's name.
    pub(super) async fn project(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<Told<(wire::Project, wire::Domain)>, Away> {
        let ask = || self.http.get(self.url(&format!("/projects/{id}")));
        let project = match self.ask::<wire::ProjectBody>(ask, now).await? {
            Told::Found(body) => body.project,
            Told::Nothing => return Ok(Told::Nothing),
            Told::Forbidden => return Ok(Told::Forbidden),
        };
        let ask = || {
            self.http
                .get(self.url(&format!("/domains/{}", project.domain_id)))
        };
        Ok(match self.ask::<wire::DomainBody>(ask, now).await? {
            Told::Found(body) => Told::Found((project, body.domain)),
            Told::Nothing => Told::Nothing,
            Told::Forbidden => Told::Forbidden,
        })
    }

    /// Logs in; what Keystone says of the service's own token, with the catalogue.
    pub(super) async fn log_in(&self, now: Timestamp) -> Result<wire::Token, Away> {
        let mut login = self.login.lock().await;
        self.renew(&mut login, now).await
    }

    /// One request with the service's own token; with a new one if Keystone takes the first no
    /// more, as after its keys or its database were exchanged.
    async fn ask<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
        now: Timestamp,
    ) -> Result<Told<T>, Away> {
        let permit = tokio::time::timeout(self.settings.patience, self.gate.acquire()).await;
        let _permit = permit.map_err(|_late| {
            Away(format!(
                "{AT_ONCE} requests to it have been under way for too long"
            ))
        })?;
        for _ in 0..2 {
            let own = self.own_token(now).await?;
            let sent = request().header(X_AUTH_TOKEN, own.text.clone()).send();
            let response = sent.await.map_err(|error| failed(&error))?;
            match response.status() {
                StatusCode::OK => return Ok(Told::Found(read(response).await?)),
                StatusCode::NOT_FOUND => return Ok(Told::Nothing),
                StatusCode::FORBIDDEN => return Ok(Told::Forbidden),
                StatusCode::UNAUTHORIZED => self.forget(&own).await,
                status => return Err(Away(format!("it answered {status}"))),
            }
        }
        Err(Away(
            "it does not take the token that it has just given to this service".to_owned(),
        ))
    }

    async fn own_token(&self, now: Timestamp) -> Result<Own, Away> {
        // Held while logging in, so that one login serves all who wait.
        let mut login = self.login.lock().await;
        if let Some(own) = &login.token
            && own.expires_at > clock::after(now, MARGIN)
        {
            return Ok(own.clone());
        }
        self.renew(&mut login, now).await?;
        login
            .token
            .clone()
            .ok_or_else(|| Away("it gave this service no token".to_owned()))
    }

    async fn forget(&self, own: &Own) {
        let mut login = self.login.lock().await;
        if login.token.as_ref().is_some_and(|it| it.text == own.text) {
            login.token = None;
        }
    }

    async fn renew(&self, login: &mut Login, now: Timestamp) -> Result<wire::Token, Away> {
        if let Some((away, until)) = &login.refused
            && *until > now
        {
            return Err(away.clone());
        }
        let body = wire::login(&self.settings);
        let sent = self
            .http
            .post(self.url("/auth/tokens"))
            .json(&body)
            .send()
            .await;
        let response = sent.map_err(|error| failed(&error))?;
        match response.status() {
            StatusCode::CREATED => {}
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                let user = &self.settings.user;
                let away = Away(format!(
                    "it refuses the user {user:?} of this service ({status}); see the section \
                     [identity] of the configuration"
                ));
                login.refused = Some((away.clone(), clock::after(now, REFUSED_PAUSE)));
                return Err(away);
            }
            status => return Err(Away(format!("it answered a login with {status}"))),
        }
        let text = response.headers().get(&X_SUBJECT_TOKEN).cloned();
        let mut text = text.ok_or_else(|| Away("it gave this service no token".to_owned()))?;
        text.set_sensitive(true);
        let token = read::<wire::Body>(response).await?.token;
        let expires_at = super::guest::time(&token.expires_at)?;
        login.token = Some(Own { text, expires_at });
        login.refused = None;
        self.logins.fetch_add(1, Ordering::Relaxed);
        Ok(token)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.url)
    }
}

/// A JSON document of bounded length.
async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, Away> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(Away(format!("it answered more than {MAX_ANSWER} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| Away(format!("its answer is not Identity v3: {error}")))
}

fn failed(error: &reqwest::Error) -> Away {
    Away(with_causes(error))
}
