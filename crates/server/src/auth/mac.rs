//! HMAC-SHA256 under our keys of 32 bytes.

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

/// An HMAC to be fed.
pub fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC is defined on blocks of 64 bytes; a shorter key is filled up with zeros (RFC 2104).
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new(&block.into())
}
