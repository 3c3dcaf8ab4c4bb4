//! Which service is meant, and by what right it is spoken to.
//!
//! In falling order: `--token` or `GAZE_TOKEN`; `GAZE_USER` with `GAZE_PASSWORD`; what
//! `gaze login` saved for that very address; the token that `gaze serve` wrote into its data
//! folder, for addresses of this machine only, so that it is never sent elsewhere.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Client;
use crate::config::{Config, Environment};
use crate::failure::Failure;

const DEFAULT_URL: &str = "http://127.0.0.1:9292";

/// The file in the data folder that `gaze serve` writes.
pub(crate) const ADMIN_TOKEN: &str = "admin-token";

/// Where the service is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Target {
    /// Address of the service [env: GAZE_URL] [default: http://127.0.0.1:9292]
    #[arg(long, global = true, value_name = "URL", help_heading = "Connection")]
    pub(crate) url: Option<String>,
    /// Token to use instead of a saved login [env: GAZE_TOKEN]
    #[arg(long, global = true, value_name = "TOKEN", help_heading = "Connection")]
    pub(crate) token: Option<String>,
}

impl Target {
    pub(crate) fn address(&self, env: &Environment) -> Result<String> {
        let url = self.url.as_ref().or_else(|| env.get("GAZE_URL"));
        let url = url
            .map_or(DEFAULT_URL, String::as_str)
            .trim_end_matches('/');
        if url.starts_with("http://") || url.starts_with("https://") {
            Ok(url.to_owned())
        } else {
            let failure = Failure::new(format!("{url:?} is no address of a service"));
            Err(failure.hint(format!("write http://{url}")).into())
        }
    }

    /// A client with the best credentials that there are.
    pub(crate) async fn connect(&self, env: &Environment) -> Result<Client> {
        let url = self.address(env)?;
        if let Some(token) = self.token.as_ref().or_else(|| env.get("GAZE_TOKEN")) {
            return Client::new(&url, Some(token.clone()));
        }
        if let (Some(user), Some(password)) = (env.get("GAZE_USER"), env.get("GAZE_PASSWORD")) {
            let body = json!({ "user": user, "password": password });
            let issued = Client::new(&url, None)?.post("/login", &body).await?;
            let token = issued["token"]
                .as_str()
                .context("the login gave no token")?;
            return Ok(Client::new(&url, Some(token.to_owned()))?.passing());
        }
        let token = match Saved::load(env)?.token(&url) {
            Some(token) => Some(token),
            None => local_token(&url, env)?,
        };
        let Some(token) = token else {
            let hint = "log in with `gaze login`, or give --token, GAZE_TOKEN, or GAZE_USER and \
                        GAZE_PASSWORD";
            return Err(Failure::new(format!("there are no credentials for {url}"))
                .hint(hint)
                .into());
        };
        Client::new(&url, Some(token))
    }
}

/// The administrator's token of a service whose data folder is here.
fn local_token(url: &str, env: &Environment) -> Result<Option<String>> {
    if !is_loopback(url) {
        return Ok(None);
    }
    let config = Config::load(None, env, &[])?;
    let path = config.data.dir.join(ADMIN_TOKEN);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Whether the address is this machine's own.
pub(super) fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Logins that were saved, by the address of their service.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Saved(BTreeMap<String, Login>);

#[derive(Clone, Deserialize, Serialize)]
struct Login {
    user: String,
    token: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Saved {
    /// Nothing, if there is no file.
    pub(crate) fn load(env: &Environment) -> Result<Self> {
        let Some(path) = path(env) else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .with_context(|| format!("{} is damaged; delete it", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    pub(crate) fn token(&self, url: &str) -> Option<String> {
        self.0.get(url).map(|login| login.token.clone())
    }

    pub(crate) fn insert(&mut self, url: &str, user: &str, token: &str) {
        let login = Login {
            user: user.to_owned(),
            token: token.to_owned(),
        };
        self.0.insert(url.to_owned(), login);
    }

    pub(crate) fn remove(&mut self, url: &str) {
        self.0.remove(url);
    }

    /// Writes the file with mode 0600, whole or not at all. Returns its path.
    pub(crate) fn save(&self, env: &Environment) -> Result<PathBuf> {
        let path = path(env).context("neither HOME nor XDG_CONFIG_HOME is set")?;
        let text = toml::to_string(self).context("the login could not be written as TOML")?;
        write_private(&path, &text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }
}

fn path(env: &Environment) -> Option<PathBuf> {
    let given = |name: &str| env.get(name).filter(|text| !text.is_empty());
    let folder = given("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| given("HOME").map(|home| Path::new(home).join(".config")))?;
    Some(folder.join("gaze").join("credentials.toml"))
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(format!("toml.{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        std::fs::remove_file(&fresh)?;
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_addresses_of_this_machine_get_the_local_token() {
        for (url, expected) in [
            ("http://127.0.0.1:9292", true),
            ("http://127.8.9.1", true),
            ("http://localhost:80", true),
            ("http://[::1]:9292", true),
            ("http://127.0.0.1.example.org", false),
            ("http://10.0.0.1:9292", false),
            ("https://images.example", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }

    #[test]
    fn an_address_without_a_scheme_is_explained() {
        let target = Target {
            url: Some("images.example:80".to_owned()),
            token: None,
        };
        let error = target.address(&Environment::new()).unwrap_err();
        assert_eq!(
            crate::failure::lines(&error),
            "error: \"images.example:80\" is no address of a service\n\
             hint: write http://images.example:80\n"
        );
    }

    #[test]
    fn a_saved_login_is_for_its_own_address_and_nobody_elses_eyes() {
        let home = tempfile::tempdir().unwrap();
        let home_text = home.path().to_str().unwrap().to_owned();
        let env = Environment::from([("HOME".to_owned(), home_text)]);
        let mut saved = Saved::load(&env).unwrap();
        saved.insert("http://a", "ann", "t1");
        let path = saved.save(&env).unwrap();
        assert_eq!(path, home.path().join(".config/gaze/credentials.toml"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let mut read = Saved::load(&env).unwrap();
        assert_eq!(read.token("http://a").as_deref(), Some("t1"));
        assert_eq!(read.token("http://b"), None);
        read.remove("http://a");
        read.save(&env).unwrap();
        assert_eq!(Saved::load(&env).unwrap().token("http://a"), None);
    }
}
