//! Whom tokens and access keys stand for: asked with every request, and kept until anything of it
//! changes. A revoked token is refused from the moment that its revocation is answered.

use std::sync::Arc;

use gaze_catalog::token::{self, Holder};
use gaze_catalog::watched;
use gaze_domain::Result;
use gaze_sql::Db;

use crate::App;
use crate::kept::Kept;

/// Tokens or keys that are kept, each of less than a kilobyte.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Holders {
    tokens: Kept<String, Holder>,
    signers: Kept<String, (Holder, String)>,
}

impl Holders {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            tokens: Kept::new(db, watched::HOLDERS, MOST),
            signers: Kept::new(db, watched::SIGNERS, MOST),
        }
    }
}

impl App {
    /// Whoever holds the token of that hash, expired or not.
    pub(super) async fn holder(&self, hash: &str) -> Result<Option<Arc<Holder>>> {
        let read = |hash: String| async move {
            let found = token::find_holder(&mut self.catalog().read(), &hash).await?;
            Ok(found)
        };
        self.holders().tokens.get(hash.to_owned(), read).await
    }

    /// Whoever signs with that access key, and its secret.
    pub(super) async fn key_holder(&self, access: &str) -> Result<Option<Arc<(Holder, String)>>> {
        let read = |access: String| async move {
            let found = token::find_signer(&mut self.catalog().read(), &access).await?;
            Ok(found)
        };
        self.holders().signers.get(access.to_owned(), read).await
    }
}
