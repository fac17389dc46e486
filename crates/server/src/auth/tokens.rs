//! Access tokens: JWTs (RFC 9068) signed with Ed25519, good for fifteen minutes.

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use praca_api::{ProblemCode, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::keys::Keyring;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How long a token is good.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// The media type of access tokens (RFC 9068, 2.1).
const TYPE: &str = "at+jwt";

/// What a token says. Nothing of role or status: those are read when they are needed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer: the public URL.
    pub iss: String,
    /// Audience: the public URL.
    pub aud: String,
    /// The person.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Ends at, in seconds since 1970.
    pub exp: i64,
}

/// Makes a token.
///
/// # Errors
/// There is no key to sign with.
pub fn issue(keys: &Keyring, clock: &Clock, url: &str, user: UserId, session: SessionId) -> Result<String> {
    let now = clock.now();
    let key = keys.signer(now)?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.into());
    header.kid = Some(key.kid.clone());
    let claims = Claims {
        iss: url.into(),
        aud: url.into(),
        sub: user,
        sid: session,
        iat: now.seconds(),
        exp: (now + LIFETIME).seconds(),
    };
    encode(&header, &claims, &key.signing).map_err(Error::internal)
}

/// Reads a token: algorithm, type, key, issuer, audience and end must all be right.
///
/// # Errors
/// `auth.expired_token` when only the time is wrong, otherwise `auth.invalid_token`.
pub async fn verify(keys: &Keyring, clock: &Clock, url: &str, token: &str) -> Result<Claims> {
    let header = decode_header(token).map_err(|_| invalid())?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) {
        return Err(invalid());
    }
    let kid = header.kid.ok_or_else(invalid)?;
    let key = keys.verifier(&kid, clock.now()).await?.ok_or_else(invalid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[url]);
    validation.set_issuer(&[url]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The end is checked below, on the app's clock.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &validation)
        .map_err(
            |error| if matches!(error.kind(), ErrorKind::Provider(_)) { Error::internal(error) } else { invalid() },
        )?
        .claims;
    if claims.exp <= clock.now().seconds() {
        return Err(Error::problem(ProblemCode::AuthExpiredToken, "The access token has ended; refresh it."));
    }
    Ok(claims)
}

impl Claims {
    /// When the token ends.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1_000))
            .unwrap_or_else(|| Timestamp::new(chrono::DateTime::UNIX_EPOCH))
    }
}

/// Missing, forged, revoked, or not for this server.
pub fn invalid() -> Error {
    Error::problem(ProblemCode::AuthInvalidToken, "The access token is missing, forged, revoked or for another server.")
}
