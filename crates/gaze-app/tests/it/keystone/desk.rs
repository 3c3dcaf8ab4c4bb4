//! The other side of the wire: answers as Keystone 30.0.0 gives them, or as it is told. The real
//! Keystone is asked in the end-to-end suite.

use std::collections::HashMap;
use std::io::Read as _;
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use gaze_app::{KeystoneRoles, KeystoneSettings};
use gaze_sql::testing::Fresh;
use gaze_testkit::World;
use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::web::{Request, Server, answer, until_gone};

pub(crate) const ALICE: &str = "592e1d34559549bf91f651c809a479a5";
pub(crate) const WEB: &str = "ff5cdd504c7f4366b13ef56674370087";
pub(crate) const SHOP: &str = "0b8d2a6f3c914e57a1d0e9c7b6a58432";

/// What it says.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What it says of each token.
    pub(crate) tokens: HashMap<String, Value>,
    /// Projects that can be looked up: id and name.
    pub(crate) projects: HashMap<String, String>,
    /// The instant at which the service's own tokens end.
    pub(crate) own_end: Option<String>,
    /// Refuses the service's own logins.
    pub(crate) refuses_login: bool,
    /// Own tokens below this number are taken no more.
    pub(crate) oldest_own: usize,
    /// Answers questions with this instead.
    pub(crate) instead: Option<(&'static str, Vec<u8>)>,
    /// Answers no question until the client hangs up.
    pub(crate) is_silent: bool,
    logins: usize,
    asked: Vec<String>,
}

/// Questions wait before it while it is shut.
#[derive(Default)]
struct Door {
    is_shut: Mutex<bool>,
    moved: Condvar,
}

impl Door {
    fn set(&self, shut: bool) {
        *self.is_shut.lock().unwrap() = shut;
        self.moved.notify_all();
    }

    fn pass(&self) {
        let shut = self.is_shut.lock().unwrap();
        drop(self.moved.wait_while(shut, |shut| *shut).unwrap());
    }
}

/// A listening Keystone.
pub(crate) struct Desk {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
    door: Arc<Door>,
}

impl Desk {
    pub(crate) fn open() -> Self {
        Self::at("127.0.0.1:0")
    }

    pub(crate) fn at(address: &str) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let door = Arc::new(Door::default());
        let (told, shut) = (Arc::clone(&state), Arc::clone(&door));
        let server = Server::on(address, move |_, request, stream| {
            serve(request, stream, &told, &shut);
        });
        Self {
            server,
            state,
            door,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets questions wait.
    pub(crate) fn shut(&self) {
        self.door.set(true);
    }

    /// Answers those who wait.
    pub(crate) fn unlock(&self) {
        self.door.set(false);
    }

    /// Gives out a token of Alice's, as Keystone would describe it.
    pub(crate) fn issue(&self, token: &str, project: &str, name: &str, roles: &[&str]) {
        let told = token_of(project, name, roles);
        self.state().tokens.insert(token.to_owned(), told);
    }

    pub(crate) fn revoke(&self, token: &str) {
        self.state().tokens.remove(token);
    }

    /// The tokens that it was asked about, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    pub(crate) fn logins(&self) -> usize {
        self.state().logins
    }

    pub(crate) fn settings(&self) -> KeystoneSettings {
        settings(&self.server.url("/v3"))
    }

    /// A world that takes its tokens, once the greeting at its start is over.
    pub(crate) async fn world(&self, database: Fresh) -> World {
        let keystone = self.settings();
        let world = World::with(database, |settings| settings.keystone = Some(keystone)).await;
        let end = tokio::time::Instant::now() + PATIENCE;
        while world.app.keystone_counts().logins == 0 {
            assert!(tokio::time::Instant::now() < end, "the service logs in");
            tokio::task::yield_now().await;
        }
        world
    }
}

pub(crate) fn settings(url: &str) -> KeystoneSettings {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    KeystoneSettings {
        url: url.to_owned(),
        user: "gaze".into(),
        password: "secret".into(),
        user_domain: "Default".into(),
        project: Some("service".into()),
        project_domain: "Default".into(),
        ca: None,
        connect: Duration::from_secs(5),
        patience: Duration::from_secs(20),
        cache: Duration::from_mins(1),
        region: "region-1".into(),
        roles: KeystoneRoles {
            admin: words("admin"),
            member: words("manager member"),
            reader: words("reader"),
            system: words("admin"),
        },
    }
}

pub(crate) fn token_of(project: &str, name: &str, roles: &[&str]) -> Value {
    let roles: Vec<Value> = roles.iter().map(|role| json!({"name": role})).collect();
    let domain = json!({"id": "default", "name": "Default"});
    json!({
        "methods": ["password"],
        "user": {"domain": domain, "id": ALICE, "name": "alice", "password_expires_at": null},
        "audit_ids": ["96sx47M6Rr6k96swh-2pHw"],
        "expires_at": "2099-11-26T21:00:06.000000Z",
        "issued_at": "2026-01-02T03:00:00.000000Z",
        "project": {"domain": domain, "id": project, "name": name},
        "is_domain": false,
        "roles": roles,
    })
}

fn serve(request: &Request, stream: &mut TcpStream, state: &Mutex<State>, door: &Door) {
    let length = request.header("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    if request.path == "/v3/auth/tokens" {
        log_in(stream, &mut state.lock().unwrap(), &body);
        return;
    }
    let subject = request.header("x-subject-token").map(str::to_owned);
    state.lock().unwrap().asked.extend(subject.clone());
    door.pass();
    if state.lock().unwrap().is_silent {
        until_gone(stream);
        return;
    }
    let state = state.lock().unwrap();
    if let Some((status, body)) = &state.instead {
        answer(stream, status, &[], body);
        return;
    }
    let own: Option<usize> = request
        .header("x-auth-token")
        .and_then(|own| own.strip_prefix("own-")?.parse().ok());
    if own.is_none_or(|own| own < state.oldest_own) {
        answer(stream, "401 UNAUTHORIZED", &[], b"{}");
        return;
    }
    let found = match subject {
        Some(subject) => state
            .tokens
            .get(&subject)
            .map(|token| json!({"token": token})),
        None => look_up(&request.path, &state),
    };
    match found {
        Some(found) => {
            answer(stream, "200 OK", &[], &serde_json::to_vec(&found).unwrap());
        }
        None => {
            answer(stream, "404 NOT FOUND", &[], b"{\"error\":{\"code\":404}}");
        }
    }
}

fn look_up(path: &str, state: &State) -> Option<Value> {
    if path == "/v3/domains/default" {
        return Some(json!({"domain": {"id": "default", "name": "Default"}}));
    }
    let id = path.strip_prefix("/v3/projects/")?;
    let name = state.projects.get(id)?;
    let domain = "default";
    Some(json!({"project": {"id": id, "name": name, "domain_id": domain, "enabled": true}}))
}

fn log_in(stream: &mut TcpStream, state: &mut State, body: &[u8]) {
    state.logins += 1;
    let wish: Value = serde_json::from_slice(body).unwrap();
    let user = &wish["auth"]["identity"]["password"]["user"];
    if state.refuses_login || user["name"] != "gaze" || user["password"] != "secret" {
        answer(stream, "401 UNAUTHORIZED", &[], b"{}");
        return;
    }
    let mut told = token_of("5e41", "service", &["service"]);
    if let Some(end) = &state.own_end {
        told["expires_at"] = json!(end);
    }
    let subject = format!("X-Subject-Token: own-{}", state.logins);
    let body = serde_json::to_vec(&json!({"token": told})).unwrap();
    answer(stream, "201 CREATED", &[&subject], &body);
}
