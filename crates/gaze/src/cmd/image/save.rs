//! `gaze image save`: a download that survives interruptions and is verified.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use indicatif::ProgressBar;
use md5::{Digest as _, Md5};
use reqwest::header::{ETAG, IF_RANGE, RANGE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::client::Kind;
use crate::cmd::{Session, progress};
use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct Save {
    image: String,
    file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

impl Save {
    /// Bytes arrive in `FILE.part`, which becomes `FILE` when its digests are the image's.
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        if self.file.exists() && !self.force {
            return Err(Failure::new(format!("{} exists", self.file.display()))
                .hint("--force replaces it")
                .into());
        }
        let id = session.client.id(Kind::Image, &self.image).await?;
        let image = session.client.get(&format!("/images/{id}")).await?;
        let part = part_of(&self.file);
        let mut received = Received::open(&part)?;
        let bar = progress::bar(
            image["name"].as_str().unwrap_or(&id),
            image["size"].as_u64(),
        )?;
        download(session, &id, &image, &mut received, &bar).await?;
        bar.finish_and_clear();
        received.verify(&image)?;
        received.become_file(&self.file)?;
        let sentence = format!("saved {}", self.file.display());
        session.output.done(
            &sentence,
            &json!({ "file": self.file, "size": image["size"], "checksums": image["checksums"] }),
        )
    }
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".part");
    PathBuf::from(name)
}

/// Fetches what is missing; starts again if what is there are not the image's bytes.
async fn download(
    session: &Session,
    id: &str,
    image: &Value,
    received: &mut Received,
    bar: &ProgressBar,
) -> Result<()> {
    let size = image["size"].as_u64();
    if received.length > size.unwrap_or(u64::MAX) {
        received.clear()?;
    }
    if Some(received.length) == size && received.matches(image).is_ok() {
        return Ok(());
    }
    if Some(received.length) == size {
        received.clear()?;
    }
    let mut request = session
        .client
        .request(Method::GET, &format!("/images/{id}/data"));
    if received.length > 0 {
        request = request.header(RANGE, format!("bytes={}-", received.length));
        if let Some(digest) = image["checksums"]["sha256"].as_str() {
            request = request.header(IF_RANGE, format!("\"{digest}\""));
        }
    }
    let mut response = session.client.receive(request).await?;
    if response.status() != StatusCode::PARTIAL_CONTENT {
        received.clear()?;
    }
    tracing::debug!(etag = ?response.headers().get(ETAG), from = received.length, "download");
    bar.set_position(received.length);
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            Failure::new(format!("the download broke off: {error}"))
                .hint("the same command continues it")
        })?;
        let Some(chunk) = chunk else {
            return Ok(());
        };
        received.append(&chunk)?;
        bar.inc(chunk.len() as u64);
    }
}

/// The bytes so far, and their digests.
struct Received {
    path: PathBuf,
    file: File,
    length: u64,
    sha256: Sha256,
    md5: Md5,
}

impl Received {
    /// Opens the part, and reads what an earlier attempt left.
    fn open(path: &Path) -> Result<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        let mut received = Self {
            path: path.to_path_buf(),
            file,
            length: 0,
            sha256: Sha256::new(),
            md5: Md5::new(),
        };
        received
            .digest_all()
            .with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(received)
    }

    fn digest_all(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0; 256 << 10];
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.digest(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn digest(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.md5.update(bytes);
        self.length += bytes.len() as u64;
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .with_context(|| format!("{} cannot be written", self.path.display()))?;
        self.digest(bytes);
        Ok(())
    }

    fn clear(&mut self) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .with_context(|| format!("{} cannot be emptied", self.path.display()))?;
        self.length = 0;
        self.sha256 = Sha256::new();
        self.md5 = Md5::new();
        Ok(())
    }

    /// Compares size and digests with what the service says of the image.
    fn matches(&self, image: &Value) -> Result<(), Failure> {
        let differs = |what: &str, is: String, said: &str| {
            Err(Failure::new(format!(
                "the {what} is {is}, not {said} as it should be"
            )))
        };
        if let Some(size) = image["size"].as_u64()
            && size != self.length
        {
            return differs("size", self.length.to_string(), &size.to_string());
        }
        for (name, digest) in [
            ("sha256", hex::encode(self.sha256.clone().finalize())),
            ("md5", hex::encode(self.md5.clone().finalize())),
        ] {
            match image["checksums"][name].as_str() {
                Some(said) if said != digest => return differs(name, digest, said),
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Removes the part if it cannot be mended by going on.
    fn verify(&mut self, image: &Value) -> Result<()> {
        let Err(failure) = self.matches(image) else {
            return Ok(());
        };
        self.clear()?;
        std::fs::remove_file(&self.path)
            .with_context(|| format!("{} cannot be removed", self.path.display()))?;
        Err(failure.hint("nothing was kept; try again").into())
    }

    /// Durable before it has its name.
    fn become_file(self, file: &Path) -> Result<()> {
        self.file
            .sync_all()
            .and_then(|()| std::fs::rename(&self.path, file))
            .with_context(|| format!("{} cannot be written", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(bytes: &[u8]) -> Value {
        json!({
            "size": bytes.len(),
            "checksums": {
                "sha256": hex::encode(Sha256::digest(bytes)),
                "md5": hex::encode(Md5::digest(bytes)),
                "sha512": null,
            },
        })
    }

    #[test]
    fn an_earlier_attempt_is_continued_and_verified() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("disk.qcow2");
        let part = part_of(&file);
        assert_eq!(part, dir.path().join("disk.qcow2.part"));
        std::fs::write(&part, "abc").unwrap();
        let mut received = Received::open(&part).unwrap();
        assert_eq!(received.length, 3);
        received.append(b"def").unwrap();
        received.verify(&image(b"abcdef")).unwrap();
        received.become_file(&file).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"abcdef");
        assert!(!part.exists());
    }

    #[test]
    fn other_bytes_are_refused_and_not_kept() {
        let check = |bytes: &[u8], expected: &str| {
            let dir = tempfile::tempdir().unwrap();
            let part = dir.path().join("x.part");
            std::fs::write(&part, bytes).unwrap();
            let mut received = Received::open(&part).unwrap();
            let error = received.verify(&image(b"abcdef")).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!part.exists());
        };
        check(b"abc", "the size is 3, not 6");
        check(b"abcdeX", "the sha256 is ");
    }

    #[test]
    fn a_part_can_begin_anew() {
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("x.part");
        std::fs::write(&part, "wrong").unwrap();
        let mut received = Received::open(&part).unwrap();
        received.clear().unwrap();
        received.append(b"right").unwrap();
        received.verify(&image(b"right")).unwrap();
        assert_eq!(std::fs::read(&part).unwrap(), b"right");
    }
}
