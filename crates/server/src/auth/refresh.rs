//! Refresh tokens: opaque to clients, only their hash stored, each used once.
//!
//! A token is session id, generation, secret and a tag that proves we made it. The successor's secret is derived from
//! the present one under a server key: whoever presents the same token again within the grace (another tab, a lost
//! answer) gets the same successor. A genuine older token is reuse; one without a right tag is merely wrong, so that
//! nobody ends a session by guessing its id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use praca_api::SessionId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::mac::keyed;
use crate::config::SecretKey;

const SECRET: usize = 32;
const TAG: usize = 16;
const LENGTH: usize = 16 + 8 + SECRET + TAG;

/// Makes and reads refresh tokens.
#[derive(Clone)]
pub struct RefreshTokens {
    derive_key: [u8; 32],
    tag_key: [u8; 32],
}

/// A token we made.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Its session.
    pub session: SessionId,
    /// How many rotations came before it.
    pub generation: i64,
    secret: [u8; SECRET],
}

impl RefreshTokens {
    /// Keys derived from the server's secret.
    pub fn new(key: &SecretKey) -> Self {
        Self { derive_key: key.derive("praca refresh successor"), tag_key: key.derive("praca refresh tag") }
    }

    /// The first token of a session.
    pub fn first(session: SessionId, secret: [u8; SECRET]) -> RefreshToken {
        RefreshToken { session, generation: 0, secret }
    }

    /// The one that follows; always the same for the same token.
    pub fn successor(&self, token: &RefreshToken) -> RefreshToken {
        let secret = mac(&self.derive_key, &token.bytes());
        RefreshToken { session: token.session, generation: token.generation + 1, secret }
    }

    /// As the client gets it.
    pub fn encode(&self, token: &RefreshToken) -> String {
        let bytes = token.bytes();
        let tag = mac(&self.tag_key, &bytes);
        URL_SAFE_NO_PAD.encode([&bytes[..], &tag[..TAG]].concat())
    }

    /// Reads a token back; none if we did not make it.
    pub fn decode(&self, text: &str) -> Option<RefreshToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok().filter(|bytes| bytes.len() == LENGTH)?;
        let (body, tag) = bytes.split_at(LENGTH - TAG);
        keyed(&self.tag_key).chain_update(body).verify_truncated_left(tag).ok()?;
        let (session, rest) = body.split_at(16);
        let (generation, secret) = rest.split_at(8);
        Some(RefreshToken {
            session: SessionId(Uuid::from_slice(session).ok()?),
            generation: i64::from_be_bytes(generation.try_into().ok()?),
            secret: secret.try_into().ok()?,
        })
    }
}

impl RefreshToken {
    /// What is stored of it.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes()).to_vec()
    }

    fn bytes(&self) -> Vec<u8> {
        [self.session.0.as_bytes(), &self.generation.to_be_bytes()[..], &self.secret].concat()
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    keyed(key).chain_update(message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> RefreshTokens {
        RefreshTokens::new(&SecretKey([9; 32]))
    }

    #[test]
    fn a_token_is_read_back_and_has_one_successor() {
        let first = RefreshTokens::first(SessionId(Uuid::from_u128(5)), [1; 32]);
        let text = tokens().encode(&first);
        let read = tokens().decode(&text).unwrap();
        assert!(read == first);
        let next = tokens().successor(&read);
        assert!(next == tokens().successor(&first) && next.hash() != first.hash());
        assert_eq!(next.generation, 1);
    }

    #[test]
    fn a_token_we_did_not_make_is_none() {
        let text = tokens().encode(&RefreshTokens::first(SessionId(Uuid::from_u128(5)), [1; 32]));
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        bytes[20] ^= 1;
        assert!(tokens().decode(&URL_SAFE_NO_PAD.encode(&bytes)).is_none());
        assert!(tokens().decode("").is_none() && tokens().decode("AAAA").is_none());
        assert!(RefreshTokens::new(&SecretKey([8; 32])).decode(&text).is_none());
    }
}
