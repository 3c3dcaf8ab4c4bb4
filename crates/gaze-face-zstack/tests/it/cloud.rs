//! A whole service on each database, with the tenant, a stranger and the administrator at it.

use axum::http::StatusCode;
use gaze_app::{NewStore, Settings};
use gaze_domain::{ByteCount, Store, StoreKind, StoreState};
use gaze_face_zstack::{Config, router};
use gaze_testkit::World;
use serde_json::{Value, json};

use crate::client::Client;

pub(crate) struct Cloud {
    pub(crate) world: World,
    pub(crate) tenant: Client,
    pub(crate) stranger: Client,
    pub(crate) admin: Client,
}

/// A cloud on each database.
pub(crate) async fn clouds() -> Vec<Cloud> {
    clouds_with(Config::default(), |_settings| {}).await
}

pub(crate) async fn clouds_with(config: Config, change: impl Fn(&mut Settings)) -> Vec<Cloud> {
    let mut clouds = Vec::new();
    for database in gaze_sql::testing::databases().await {
        let world = World::with(database, &change).await;
        let client = |session: &str| Client {
            router: router(world.app.clone(), config.clone()),
            session: session.to_owned(),
        };
        clouds.push(Cloud {
            tenant: client(&world.tenant.session),
            stranger: client(&world.stranger.session),
            admin: client(&world.admin.session),
            world,
        });
    }
    clouds
}

impl Client {
    /// The body of a call that succeeds at once.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(method, path, &body.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{method} {path} {body}: {answer}");
        answer
    }

    /// The error of an API that fails at once.
    pub(crate) async fn refused(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(method, path, &body.to_string()).await;
        let expected = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(status, expected, "{method} {path} {body}: {answer}");
        answer["error"].clone()
    }

    /// An image as it is seen now; null if it is not there.
    pub(crate) async fn image(&self, image: &str) -> Value {
        self.ok("GET", &format!("/images/{image}"), json!({})).await["inventories"][0].clone()
    }

    /// An action on an image, and the inventory it answers with.
    pub(crate) async fn act(&self, image: &str, action: &str, params: Value) -> Value {
        let path = format!("/images/{image}/actions");
        self.ok("PUT", &path, json!({ action: params })).await["inventory"].clone()
    }

    /// How many images are seen.
    pub(crate) async fn images(&self) -> Value {
        self.ok("GET", "/images?count=true", json!({})).await["total"].clone()
    }
}

impl Cloud {
    /// Adds a raw image of the tenant's, with further parameters; its inventory.
    pub(crate) async fn add(&self, params: Value) -> Value {
        let url = self.world.import_file("disk.raw", &[7; 4096]);
        let mut all = json!({
            "name": "added",
            "url": url,
            "format": "raw",
            "backupStorageUuids": [self.world.store.id.hex()],
        });
        for (key, value) in params.as_object().unwrap() {
            all[key] = value.clone();
        }
        let answer = self.tenant.ok("POST", "/images", json!({"params": all}));
        answer.await["inventory"].clone()
    }

    /// The path of templates of the machine's root volume.
    pub(crate) fn templates(&self) -> String {
        format!(
            "/images/root-volume-templates/from/volumes/{}",
            self.world.root.id
        )
    }

    /// Makes a template of the machine's root volume, with further parameters; its inventory.
    pub(crate) async fn template(&self, params: Value) -> Value {
        let body = template(&params);
        self.tenant.ok("POST", &self.templates(), body).await["inventory"].clone()
    }

    /// The error of a template that cannot be made.
    pub(crate) async fn no_template(&self, params: Value) -> Value {
        self.tenant
            .refused("POST", &self.templates(), template(&params))
            .await
    }

    /// The uuids of what the machine can change to.
    pub(crate) async fn candidates(&self) -> Vec<String> {
        let path = format!("/vm-instances/{}/image-candidates", self.world.machine.id);
        let found = self.tenant.ok("GET", &path, json!({})).await;
        let found = found["inventories"].as_array().unwrap();
        let uuid = |image: &Value| image["uuid"].as_str().unwrap().to_owned();
        found.iter().map(uuid).collect()
    }

    /// A user of the tenant's who may change nothing.
    pub(crate) async fn reader(&self) -> Client {
        Client {
            router: self.tenant.router.clone(),
            session: crate::stage::reader(&self.world).await,
        }
    }

    /// Another store of the machine's zone.
    pub(crate) async fn store(&self, name: &str, capacity: Option<u64>) -> Store {
        let new = NewStore {
            id: None,
            region: self.world.region.id,
            name: name.into(),
            description: None,
            kind: StoreKind::Fs,
            url: None,
            host: None,
            medium: None,
            capacity: capacity.map(ByteCount),
            zones: vec![self.world.zone.id],
        };
        let made = self.world.app.create_store(&self.world.admin.caller, new);
        made.await.unwrap()
    }

    pub(crate) async fn switch(&self, store: &Store, state: StoreState) {
        let changed = self
            .world
            .app
            .change_store_state(&self.world.admin.caller, store.id, state)
            .await;
        changed.unwrap();
    }

    /// What a store has left, by its inventory.
    pub(crate) async fn room(&self, store: &Store) -> u64 {
        let path = format!("/backup-storage/{}", store.id);
        let found = self.admin.ok("GET", &path, json!({})).await;
        found["inventories"][0]["availableCapacity"]
            .as_u64()
            .unwrap()
    }
}

fn template(params: &Value) -> Value {
    let mut all = json!({"name": "template"});
    for (key, value) in params.as_object().unwrap() {
        all[key] = value.clone();
    }
    json!({"params": all})
}

/// The codes of an error and of what caused it, outermost first.
pub(crate) fn codes(error: &Value) -> Vec<&str> {
    let links = std::iter::successors(Some(error), |error| error.get("cause"));
    links.map(|error| error["code"].as_str().unwrap()).collect()
}

/// The store and the status of each reference of an image.
pub(crate) fn references(image: &Value) -> Vec<(&str, &str)> {
    let references = image["backupStorageRefs"].as_array().unwrap();
    references
        .iter()
        .map(|reference| {
            let store = reference["backupStorageUuid"].as_str().unwrap();
            (store, reference["status"].as_str().unwrap())
        })
        .collect()
}
