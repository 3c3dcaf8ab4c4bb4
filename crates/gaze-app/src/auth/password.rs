//! Passwords: Argon2id over the SHA-512 of the password in hexadecimal.
//!
//! ZStack's clients send the SHA-512, all others the password; one stored hash serves both.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use gaze_domain::{Error, Result};
use sha2::{Digest as _, Sha512};
use tokio::sync::Semaphore;

use crate::requests::Secret;

/// Logins that may wait for their turn, for each one that is being worked on. A hash takes some
/// 20 ms, so the last in the queue waits for about two seconds.
const WAITING: usize = 100;

/// Hashes off the async threads, few at a time, since each hash takes much memory.
#[derive(Debug)]
pub(crate) struct Passwords {
    gate: Arc<Semaphore>,
    /// Room for those who work and those who wait.
    queue: Semaphore,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self::with(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    }

    /// As many at once as that.
    fn with(many: usize) -> Self {
        Self {
            gate: Arc::new(Semaphore::new(many)),
            queue: Semaphore::new(many * (WAITING + 1)),
        }
    }

    /// The hash to store, in PHC form.
    pub(crate) async fn hash(&self, clear: &str, salt: [u8; 16]) -> Result<String> {
        self.hash_digest(&sha512_hex(clear), salt).await
    }

    /// The same, of a password that is known by its SHA-512.
    pub(crate) async fn hash_digest(&self, sha: &str, salt: [u8; 16]) -> Result<String> {
        let sha = sha.to_ascii_lowercase();
        self.run(move || {
            Argon2::default()
                .hash_password_with_salt(sha.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::internal("hashing a password", error.to_string()))
        })
        .await
    }

    /// Whether the secret is the one that was hashed. A stored hash that cannot be parsed is a
    /// fault of the service.
    pub(crate) async fn matches(&self, secret: &Secret, hash: String) -> Result<bool> {
        let sha = match secret {
            Secret::Clear(clear) => sha512_hex(clear),
            Secret::Sha512Hex(sha) => sha.to_ascii_lowercase(),
        };
        self.run(move || {
            let hash = PasswordHash::new(&hash)
                .map_err(|error| Error::internal("reading a password's hash", error.to_string()))?;
            Ok(Argon2::default()
                .verify_password(sha.as_bytes(), &hash)
                .is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Ok(_place) = self.queue.try_acquire() else {
            return Err(Error::Throttled {
                retry_after_seconds: 1,
            });
        };
        let permit = Arc::clone(&self.gate).acquire_owned().await;
        let permit = permit.map_err(|error| Error::internal("hashing a password", error))?;
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the work is done, also if nobody waits for it any more: clients
            // who go away must not make room for more at once.
            let _permit = permit;
            work()
        });
        done.await
            .map_err(|error| Error::internal("hashing a password", error))?
    }
}

pub(crate) fn sha512_hex(text: &str) -> String {
    hex::encode(Sha512::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_client_who_goes_away_makes_no_room_for_another() {
        let passwords = Passwords::with(1);
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let mut first = Box::pin(passwords.run(move || {
            wait.recv().ok();
            Ok(1)
        }));
        assert!(poll!(&mut first).is_pending());
        drop(first);
        assert_eq!(passwords.gate.available_permits(), 0);
        let second = passwords.run(|| Ok(2));
        release.send(()).unwrap();
        assert_eq!(second.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let passwords = Passwords::with(1);
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let mut waiting = vec![Box::pin(passwords.run(move || {
            wait.recv().ok();
            Ok(())
        }))
            as std::pin::Pin<Box<dyn Future<Output = Result<()>>>>];
        waiting.extend((0..WAITING).map(|_| Box::pin(passwords.run(|| Ok(()))) as _));
        for one in &mut waiting {
            assert!(poll!(one).is_pending());
        }
        let late = passwords.run(|| Ok(())).await;
        assert!(matches!(late, Err(Error::Throttled { .. })), "{late:?}");
        release.send(()).unwrap();
        for one in waiting {
            one.await.unwrap();
        }
        passwords.run(|| Ok(())).await.unwrap();
    }
}
