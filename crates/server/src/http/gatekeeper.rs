//! Admits people by their access token, for requests and sockets alike.

use std::sync::Arc;

use praca_api::{SessionId, UserId};

use crate::auth::tokens::{self, Claims};
use crate::auth::{Actor, ActorSource};
use crate::base::Base;
use crate::error::Result;

/// Verifies tokens and loads the person behind them.
#[derive(Clone)]
pub struct Gatekeeper {
    base: Base,
    source: Arc<dyn ActorSource>,
}

impl Gatekeeper {
    /// People come from `source`.
    pub fn new(base: Base, source: Arc<dyn ActorSource>) -> Self {
        Self { base, source }
    }

    /// What the token says, if it is one of ours and still good.
    ///
    /// # Errors
    /// `auth.invalid_token`, `auth.expired_token`.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        tokens::verify(&self.base.keys, &self.base.clock, &self.base.config.public_url, token).await
    }

    /// The person as they are now.
    ///
    /// # Errors
    /// `auth.invalid_token` when the session has ended.
    pub async fn admit(&self, user: UserId, session: SessionId) -> Result<Arc<Actor>> {
        self.source.actor(user, session).await
    }
}
