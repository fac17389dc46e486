//! Password hashing, off the async threads and bounded, so that a flood of log-ins cannot starve chat.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane.
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Longest a log-in waits for its turn.
const TURN: Duration = Duration::from_secs(10);
/// Log-ins that may wait; more are refused at once.
const QUEUE: usize = 256;

/// Hashes and verifies passwords, a few at a time.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Passwords {
    /// Uses half of the cores, at least one.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new((cores / 2).max(1))), queue: Arc::new(Semaphore::new(QUEUE)) }
    }

    /// Hash of a password as a PHC string, with a salt of its own.
    ///
    /// # Errors
    /// `service.unavailable` when too many wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || {
            let hash: PasswordHash = argon2()?.hash_password(password.as_bytes()).map_err(Error::internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password has this hash. Without a hash the same work is done, and the answer is no: so an unknown name
    /// takes as long as a wrong password.
    ///
    /// # Errors
    /// `service.unavailable` when too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.in_turn(move || {
            let known = hash.is_some();
            let hash = hash.map_or_else(decoy, Ok)?;
            let parsed = PasswordHash::new(&hash).map_err(Error::internal)?;
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    /// Whether a hash was made with other parameters than those of today.
    pub fn is_outdated(&self, hash: &str) -> bool {
        !hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }

    /// Does work that takes long beside the async threads, a few at a time.
    ///
    /// # Errors
    /// `service.unavailable` when too many wait; what the work says.
    pub async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = || Error::unavailable("Too many log-ins at once; try again in a moment.");
        let _place = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = tokio::time::timeout(TURN, self.turns.clone().acquire_owned()).await.map_err(|_| busy())?;
        let turn = turn.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(Error::internal)?
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash nobody has the password of.
fn decoy() -> Result<String> {
    static DECOY: OnceLock<String> = OnceLock::new();
    if let Some(hash) = DECOY.get() {
        return Ok(hash.clone());
    }
    let hash: PasswordHash = argon2()?.hash_password(&rand::random::<[u8; 32]>()).map_err(Error::internal)?;
    Ok(DECOY.get_or_init(|| hash.to_string()).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_of_128_characters_counts() {
        let passwords = Passwords::new();
        let long = "ção ".repeat(32);
        assert_eq!(long.chars().count(), 128);
        let hash = passwords.hash(long.clone()).await.unwrap();
        let other = format!("{}!", &long[..long.len() - 1]);
        assert!(!passwords.verify(other, Some(hash.clone())).await.unwrap());
        assert!(passwords.verify(long, Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let passwords = Passwords::new();
        let hash = passwords.hash("coreto azul".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("coreto azul".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("coreto Azul".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("coreto azul".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_good_and_outdated() {
        let passwords = Passwords::new();
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
        let hash: PasswordHash = weaker.hash_password(b"coreto azul").unwrap();
        assert!(passwords.verify("coreto azul".into(), Some(hash.to_string())).await.unwrap());
        assert!(passwords.is_outdated(&hash.to_string()));
        assert!(!passwords.is_outdated(&passwords.hash("coreto azul".into()).await.unwrap()));
    }
}
