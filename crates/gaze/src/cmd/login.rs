//! `gaze login` and `gaze logout`.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{document, password, some};
use crate::client::{Client, Saved, Target};
use crate::config::Environment;
use crate::output::Output;

#[derive(Args, Debug)]
pub(crate) struct Login {
    /// Name of the user [env: GAZE_USER] [default: admin]
    user: Option<String>,
    /// The user's domain
    #[arg(long)]
    domain: Option<String>,
}

impl Login {
    /// Asks for the password unless `GAZE_PASSWORD` holds it, and saves the token.
    pub(crate) async fn run(
        self,
        target: &Target,
        env: &Environment,
        output: Output,
    ) -> Result<()> {
        let url = target.address(env)?;
        let user = self.user.as_ref().or_else(|| env.get("GAZE_USER"));
        let user = user.map_or("admin", String::as_str);
        let password = match env.get("GAZE_PASSWORD") {
            Some(password) => password.clone(),
            None => password::ask(&format!("Password of {user}"))?,
        };
        let body = document([
            ("user", some(user)),
            ("password", some(password)),
            ("domain", self.domain.map(Value::from)),
        ]);
        let issued = Client::new(&url, None)?.post("/login", &body).await?;
        let token = issued["token"]
            .as_str()
            .context("the login gave no token")?;
        let mut saved = Saved::load(env)?;
        saved.insert(&url, user, token);
        let path = saved.save(env)?;
        let until = issued["expires_at"].as_str().unwrap_or("it is revoked");
        let sentence = format!(
            "logged in as {user} until {until}; saved in {}",
            path.display()
        );
        let told = json!({
            "user": issued["user"], "project": issued["project"], "role": issued["role"],
            "expires_at": issued["expires_at"], "saved_in": path,
        });
        output.done(&sentence, &told)
    }
}

/// Ends the saved login.
pub(crate) async fn log_out(target: &Target, env: &Environment, output: Output) -> Result<()> {
    let url = target.address(env)?;
    let mut saved = Saved::load(env)?;
    let Some(token) = saved.token(&url) else {
        return output.done(
            &format!("there is no login for {url}"),
            &json!({ "url": url }),
        );
    };
    saved.remove(&url);
    saved.save(env)?;
    // The file forgets the token first: a service that is gone cannot keep a login alive here.
    Client::new(&url, Some(token))?
        .delete("/session")
        .await
        .context("the login is forgotten here, but was not ended there")?;
    output.done(&format!("logged out of {url}"), &json!({ "url": url }))
}
