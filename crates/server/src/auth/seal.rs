//! Sealing what is stored secret: XChaCha20-Poly1305 under the server's secret key, bound to the name of what is sealed.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::config::SecretKey;
use crate::error::{Error, Result};
use crate::ids::Ids;

/// A random nonce and the sealed bytes.
///
/// # Errors
/// The system has no random bytes to give.
pub fn seal(key: &SecretKey, name: &str, open: &[u8], ids: &Ids) -> Result<Vec<u8>> {
    let nonce: [u8; 24] = ids.secret()?;
    let payload = Payload { msg: open, aad: name.as_bytes() };
    let sealed = XChaCha20Poly1305::new(&key.0.into()).encrypt(XNonce::from_slice(&nonce), payload);
    let sealed = sealed.map_err(|_| Error::internal("a key cannot be sealed"))?;
    Ok([&nonce[..], &sealed].concat())
}

/// The bytes again.
///
/// # Errors
/// They were sealed under another key, or another name.
pub fn unseal(key: &SecretKey, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
    let wrong = || Error::internal("PRACA_SECRET_KEY is not the one the stored keys were sealed with");
    let (nonce, sealed) = sealed.split_at_checked(24).ok_or_else(wrong)?;
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    XChaCha20Poly1305::new(&key.0.into()).decrypt(XNonce::from_slice(nonce), payload).map_err(|_| wrong())
}
