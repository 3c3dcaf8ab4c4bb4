//! Using, renewing and ending tokens.

use std::time::Duration;

use gaze_catalog::{token, user};
use gaze_domain::access::{AuthFailure, TokenKind, TokenScope};
use gaze_domain::{Caller, Error, Noun, Result, UserId};

use super::secrets;
use crate::App;
use crate::clock::after;
use crate::requests::{Grant, Issued};

/// A session's end is moved at most this often, so that reading is not writing.
const SLIDE_STEP: Duration = Duration::from_mins(1);

impl App {
    /// Whoever holds the token. A session's life begins anew with each use. A text of a form that
    /// this service does not give out may be a token of an authority outside.
    /// Counts as a request of that project; fails if it asks too often.
    pub async fn authenticate_token(&self, text: &str) -> Result<Caller> {
        let caller = self.token_holder(text).await?;
        self.admit(&caller)?;
        Ok(caller)
    }

    /// The same of a token that somebody else asks about: it does not count.
    pub async fn token_holder(&self, text: &str) -> Result<Caller> {
        if text.is_empty() {
            return Err(AuthFailure::InvalidToken.into());
        }
        if !secrets::has_form_of_token(text) {
            return self.authenticate_external(text).await;
        }
        let hash = secrets::token_hash(text);
        let holder = self.holder(&hash).await?;
        let holder = holder.ok_or(AuthFailure::InvalidToken)?;
        let now = self.now();
        let mut caller = holder.caller.clone();
        let token = caller.token.as_mut().ok_or(AuthFailure::InvalidToken)?;
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthFailure::InvalidToken.into());
        }
        if !holder.enabled {
            return Err(AuthFailure::Disabled.into());
        }
        if token.kind == TokenKind::Session
            && let Some(end) = token.expires_at
        {
            let new_end = after(now, self.settings().session_life);
            if new_end > after(end, SLIDE_STEP) {
                self.catalog()
                    .write(move |tx| {
                        Box::pin(async move { token::set_expiry(tx, &hash, new_end).await })
                    })
                    .await?;
                token.expires_at = Some(new_end);
            }
        }
        Ok(caller)
    }

    /// Sets a session's end to that long from now. A session that was renewed beyond its ordinary
    /// life is not shortened by use.
    pub async fn renew_token(&self, text: &str, life: Duration) -> Result<Caller> {
        let mut caller = self.authenticate_token(text).await?;
        let kind = caller.token.as_ref().map(|token| token.kind);
        if kind != Some(TokenKind::Session) {
            return Err(Error::forbidden(
                "renew what is not a session",
                Noun::Token,
                "",
            ));
        }
        let end = after(self.now(), life);
        let hash = secrets::token_hash(text);
        self.catalog()
            .write(move |tx| Box::pin(async move { token::set_expiry(tx, &hash, end).await }))
            .await?;
        if let Some(token) = caller.token.as_mut() {
            token.expires_at = Some(end);
        }
        Ok(caller)
    }

    /// Ends a token at once. Returns whether there was one. Holding it is authority enough.
    pub async fn revoke_token(&self, text: &str) -> Result<bool> {
        let hash = secrets::token_hash(text);
        self.catalog()
            .write(move |tx| Box::pin(async move { token::delete(tx, &hash).await }))
            .await
    }

    /// A token for a program, which lives until it is revoked. For another user, only the
    /// administrator makes one.
    pub async fn create_api_token(&self, caller: &Caller, user: Option<UserId>) -> Result<Issued> {
        let id = user.unwrap_or(caller.user);
        if id == caller.user {
            caller.must_be_own("make a token for a user of Keystone's", Noun::Token)?;
            caller
                .must_act_in_person("make a token with an application credential", Noun::Token)?;
        } else {
            caller.must_admin("make a token for another user", Noun::Token)?;
        }
        let user = user::get(&mut self.catalog().read(), id).await?;
        let project = if id == caller.user {
            caller.project
        } else {
            user.project
        };
        let grant = Grant {
            kind: TokenKind::Api,
            scope: TokenScope::Project,
            end: None,
            credential: None,
        };
        self.issue(&user, project, grant).await
    }
}
