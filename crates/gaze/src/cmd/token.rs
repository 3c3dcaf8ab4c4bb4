//! `gaze token`: tokens of programs.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Session, document};
use crate::client::Kind;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token that lives until it is revoked; it is printed once
    Add {
        /// For whom; by default oneself
        #[arg(long)]
        user: Option<String>,
    },
    /// End a token
    Revoke {
        /// The token's text
        text: String,
    },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::Add { user } => {
                let user = client.id_if(Kind::User, user.as_deref()).await?;
                let body = document([("user", user.map(Value::from))]);
                let made = client.post("/tokens", &body).await?;
                session.thing(&made, &[]).await
            }
            Self::Revoke { text } => {
                let body = json!({ "token": text });
                let revoked = client.post("/tokens/revoke", &body).await?;
                let sentence = if revoked["revoked"] == true {
                    "revoked"
                } else {
                    "there was no such token"
                };
                session.output.done(sentence, &revoked)
            }
        }
    }
}
