//! The service fetches an image from a URL.

use std::path::Path;

use bytes::Bytes;
use gaze_catalog::image;
use gaze_compute::Folders;
use gaze_domain::{Caller, Error, Image, ImageId, Result, Transition};
use gaze_jobs::{BoxFuture, Ctx, Failure, Handler};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::expected::Expected;
use super::stores::{Need, left_out};
use super::transfer::Transfer;
use super::upload::judged;
use crate::ingest::{Aftermath, Fetch, Intake, Landed, Rule, Scheme, redacted, scheme};
use crate::requests::{Fetching, Import, NewImage, Started, StoreChoice};
use crate::work::{Wanted, WorkKind};
use crate::{App, errors};

/// In a job's payload: the image was there before the import, and stays when that fails.
pub(super) const REQUEUE: &str = "requeue";

/// In a job's payload: the stores count that can take a copy, as long as one can.
const ANY_STORE: &str = "any_store";

/// In a job's payload: the kind of a digest and the digest that the bytes must have.
const EXPECTED: &str = "expected";

/// Bytes read from a local file at once.
const FILE_CHUNK: usize = 1 << 20;

impl App {
    /// Makes an image and a job that fetches its bytes. All named stores get a copy, or the
    /// import fails; an import that fails leaves no image.
    pub async fn import_image(
        &self,
        caller: &Caller,
        new: NewImage,
        import: Import,
    ) -> Result<Started> {
        self.import_as_asked(caller, new, import, None).await
    }

    /// The same, and the job tells again what was asked for, in the words in which it was.
    pub async fn import_as_asked(
        &self,
        caller: &Caller,
        new: NewImage,
        import: Import,
        asked: Option<String>,
    ) -> Result<Started> {
        let scheme = scheme(&import.url)?;
        let bytes = match &scheme {
            Scheme::Http => 0,
            Scheme::File(path) => self.local_source(path, &import.url).await?,
        };
        let made = self.new_image(caller, new, shown(&import.url))?;
        let need = Need {
            bytes: bytes.max(1),
            pool: None,
            rule: Rule::All,
        };
        let stores = self.choose_stores(&import.stores, need).await?;
        let wanted = Wanted {
            name: made.name.clone(),
            stores: stores.iter().map(|store| store.hex()).collect(),
        };
        let begun = Transfer {
            image: made,
            bytes,
            stores,
            begin: Transition::BEGIN_IMPORT,
            kind: WorkKind::Import,
            job: import.job,
            payload: json!({
                "url": import.url,
                "wanted": wanted,
                "asked": asked,
                ANY_STORE: matches!(import.stores, StoreChoice::AnyOf(_)),
            }),
            missed: None,
        };
        self.begin_transfer(begun).await
    }

    /// Fetches the bytes of an image that waits for them. All named stores get a copy, or the
    /// import fails; so it does if the bytes do not have the expected digest. The image is then
    /// queued again.
    pub async fn fetch_image(
        &self,
        caller: &Caller,
        id: ImageId,
        fetching: Fetching,
    ) -> Result<Started> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "import the image")?;
        let Fetching {
            url,
            stores: choice,
            expected,
            job,
        } = fetching;
        let bytes = match scheme(&url)? {
            Scheme::Http => 0,
            Scheme::File(path) => self.local_source(&path, &url).await?,
        };
        let need = Need {
            bytes,
            pool: None,
            rule: Rule::All,
        };
        let stores = self.choose_stores(&choice, need).await?;
        let missed = left_out(&choice, &stores);
        let mut image = known.into_image();
        image.source = shown(&url);
        let begun = Transfer {
            image,
            bytes,
            stores,
            begin: Transition::BEGIN_IMPORT,
            kind: WorkKind::Import,
            job,
            payload: json!({
                "url": url,
                REQUEUE: true,
                ANY_STORE: matches!(choice, StoreChoice::AnyOf(_)),
                EXPECTED: expected.map(|(kind, digest)| json!([kind.as_str(), digest])),
            }),
            missed,
        };
        self.resume_transfer(begun).await
    }

    /// Size of a local source, if it lies in a folder that may be imported from.
    async fn local_source(&self, path: &Path, url: &str) -> Result<u64> {
        let (folders, path, url) = (self.import_folders(), path.to_owned(), url.to_owned());
        let opened = self.tasks().spawn_blocking(move || {
            let file = folders
                .open_for_read(&path)
                .map_err(|error| source_error(&url, &error))?;
            let meta = file
                .metadata()
                .map_err(|error| Error::internal("reading a file", error))?;
            Ok(meta.len())
        });
        opened
            .await
            .map_err(|error| Error::internal("opening a source", error))?
    }

    fn import_folders(&self) -> Folders {
        Folders::new(self.settings().import_dirs.iter().cloned())
    }

    async fn run_import(&self, ctx: &Ctx) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let image = image::get(&mut self.catalog().read(), id).await?;
        let url = ctx.job.payload["url"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        ctx.stage("fetching");
        let mut expected = Expected::read(&ctx.job.payload[EXPECTED])?;
        let mut landed = self
            .fetch_into(ctx, &image, &url, expected.as_mut())
            .await?;
        if let Some(expected) = expected {
            expected.check(&mut landed).await?;
        }
        self.end_transfer(ctx, id, landed).await
    }

    async fn fetch_into(
        &self,
        ctx: &Ctx,
        image: &Image,
        url: &str,
        mut expected: Option<&mut Expected>,
    ) -> Result<Landed> {
        let stop = ctx.cancel_token();
        let mut source = tokio::select! {
            source = self.open_source(url) => source?,
            () = stop.cancelled() => return Err(Error::Cancelled),
        };
        let total = source.total();
        let rule = match ctx.job.payload[ANY_STORE].as_bool() {
            Some(true) => Rule::One,
            _ => Rule::All,
        };
        let mut intake = Intake::open(self, image, &image.locations, rule, total).await?;
        ctx.progress(0, total);
        let poured = async {
            loop {
                let next = tokio::select! {
                    next = source.next() => next?,
                    () = stop.cancelled() => return Err(Error::Cancelled),
                };
                let Some(chunk) = next else { return Ok(()) };
                if let Some(expected) = expected.as_deref_mut() {
                    expected.update(&chunk).await?;
                }
                intake.data(chunk).await?;
                ctx.progress(intake.total(), total);
            }
        }
        .await;
        match poured {
            Ok(()) => intake.finish().await,
            Err(error) => {
                intake.abort().await;
                Err(error)
            }
        }
    }

    async fn open_source(&self, url: &str) -> Result<Source> {
        match scheme(url)? {
            Scheme::Http => Ok(Source::Web(Box::new(self.fetcher().open(url).await?))),
            Scheme::File(path) => {
                let (folders, name) = (self.import_folders(), url.to_owned());
                let opened = self.tasks().spawn_blocking(move || {
                    folders
                        .open_for_read(&path)
                        .map_err(|error| source_error(&name, &error))
                });
                let file = opened
                    .await
                    .map_err(|error| Error::internal("opening a source", error))??;
                let failed = |error| Error::internal("reading a file", error);
                let total = file.metadata().map_err(failed)?.len();
                Ok(Source::File {
                    file: tokio::fs::File::from_std(file),
                    url: url.to_owned(),
                    total,
                    done: 0,
                })
            }
        }
    }
}

enum Source {
    Web(Box<Fetch>),
    File {
        file: tokio::fs::File,
        url: String,
        total: u64,
        done: u64,
    },
}

impl Source {
    fn total(&self) -> Option<u64> {
        match self {
            Self::Web(fetch) => fetch.total(),
            Self::File { total, .. } => Some(*total),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self {
            Self::Web(fetch) => fetch.next().await,
            Self::File {
                file,
                url,
                total,
                done,
            } => {
                let failed = |reason: String| Error::SourceFailed {
                    source_url: url.clone(),
                    reason,
                };
                let mut chunk = bytes::BytesMut::with_capacity(FILE_CHUNK);
                file.read_buf(&mut chunk)
                    .await
                    .map_err(|error| failed(error.to_string()))?;
                *done += chunk.len() as u64;
                let ended = chunk.is_empty();
                if *done > *total || (ended && *done < *total) {
                    return Err(failed("it changed while it was read".into()));
                }
                Ok((!ended).then(|| chunk.freeze()))
            }
        }
    }
}

/// A source as it is shown to whoever sees the image: a URL with a password in it, or with a
/// query that may be a signature, is shown without.
fn shown(url: &str) -> String {
    let secret = reqwest::Url::parse(url).is_ok_and(|parsed| {
        !parsed.username().is_empty() || parsed.password().is_some() || parsed.query().is_some()
    });
    if secret {
        redacted(url)
    } else {
        url.to_owned()
    }
}

/// A local source that is not to be had. Whether a file exists outside the allowed folders is
/// told to nobody.
fn source_error(url: &str, error: &gaze_compute::ComputeError) -> Error {
    use gaze_compute::ComputeError;
    let url = url.to_owned();
    match error {
        ComputeError::NotFound { .. } => Error::SourceFailed {
            source_url: url,
            reason: "there is no such file".into(),
        },
        ComputeError::OutsideAllowedFolders { .. } => Error::SourceRefused {
            source_url: url,
            reason: "it is outside the folders that may be imported from".into(),
        },
        ComputeError::InUse { .. } => Error::SourceRefused {
            source_url: url,
            reason: "a virtual machine is writing to it".into(),
        },
        ComputeError::NotARegularFile { .. } => Error::SourceRefused {
            source_url: url,
            reason: "it is not a regular file".into(),
        },
        ComputeError::Io { .. } => Error::SourceFailed {
            source_url: url,
            reason: errors::with_causes(error),
        },
    }
}

/// Runs imports.
#[derive(Debug)]
pub(crate) struct ImportHandler(pub(crate) App);

impl Handler for ImportHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Import.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move { self.0.run_import(ctx).await.map_err(|error| judged(&error)) })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        let aftermath = match ctx.job.payload[REQUEUE].as_bool() {
            Some(true) => Aftermath::Requeue,
            _ => Aftermath::Remove,
        };
        Box::pin(self.0.roll_back(ctx, aftermath, error))
    }
}
