//! Signing keys: Ed25519, sealed in the database under the secret key, shared by all nodes.
//!
//! A new key is published at once but signs only after a pause, so that every node (and every cache of the JWKS) knows it
//! before the first token arrives. Old keys verify until the last token they signed has ended.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, OctetKeyPairParameters,
    OctetKeyPairType, PublicKeyUse,
};
use jsonwebtoken::{DecodingKey, EncodingKey};
use praca_api::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::seal::{seal, unseal};
use crate::clock::Clock;
use crate::config::SecretKey;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::Ids;

/// From publishing a key to signing with it.
pub const PUBLISH_BEFORE_USE: Duration = Duration::from_secs(5 * 60);
/// A key signs for so long; the job that rotates looks more often.
pub const ROTATE_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// A key that no longer signs verifies for so long: a token's life, with room for clocks that differ.
const VERIFY_AFTER: Duration = Duration::from_secs(3_600);
/// Least time between two looks for a key nobody here knows.
const RELOAD_PAUSE: Duration = Duration::from_secs(2);

/// The keys of all nodes, as this node last read them.
#[derive(Clone)]
pub struct Keyring {
    db: Db,
    secret: SecretKey,
    ring: Arc<RwLock<Ring>>,
}

#[derive(Default)]
struct Ring {
    /// Newest first.
    keys: Vec<Arc<Key>>,
    verifiers: HashMap<String, DecodingKey>,
    read_at: Option<Timestamp>,
}

/// A key as it is used.
pub struct Key {
    /// Its id.
    pub kid: String,
    /// For signing.
    pub signing: EncodingKey,
    public: [u8; 32],
    signs_from: Timestamp,
}

impl Keyring {
    /// A ring that has read nothing yet.
    pub fn new(db: Db, secret: SecretKey) -> Self {
        Self { db, secret, ring: Arc::default() }
    }

    /// Reads the keys, and makes the first one if there is none.
    ///
    /// # Errors
    /// The database refuses, or the secret key is another than the one the keys were sealed with.
    pub async fn load_or_create(&self, clock: &Clock, ids: &Ids) -> Result<()> {
        self.reload(clock.now()).await?;
        if self.ring.read().unwrap_or_else(PoisonError::into_inner).keys.is_empty() {
            // Two nodes may both make a first key; both are published, and the newer signs.
            self.create(self.db.write(), ids, clock.now(), Duration::ZERO).await?;
            self.reload(clock.now()).await?;
        }
        Ok(())
    }

    /// Stores a new key; it signs after `pause`. Its id.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn create(
        &self,
        conn: &impl ConnectionTrait,
        ids: &Ids,
        now: Timestamp,
        pause: Duration,
    ) -> Result<String> {
        let seed: [u8; 32] = ids.secret()?;
        let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        let kid = URL_SAFE_NO_PAD.encode(ids.secret::<12>()?);
        let row = entity::ActiveModel {
            kid: Set(kid.clone()),
            public_key: Set(public.to_vec()),
            sealed_seed: Set(seal(&self.secret, &kid, &seed, ids)?),
            created_at: Set(now),
            signs_from: Set(now + pause),
        };
        entity::Entity::insert(row).exec_without_returning(conn).await?;
        Ok(kid)
    }

    /// Removes keys whose last token has ended.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn remove_ended(&self, conn: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
        let keys = self.ring.read().unwrap_or_else(PoisonError::into_inner).keys.clone();
        let Some(signer) = keys.iter().find(|key| key.signs_from <= now) else { return Ok(()) };
        if now.since(signer.signs_from) < VERIFY_AFTER {
            return Ok(());
        }
        entity::Entity::delete_many().filter(entity::Column::SignsFrom.lt(signer.signs_from)).exec(conn).await?;
        Ok(())
    }

    /// When the newest key began, or will begin, to sign.
    pub fn newest(&self) -> Option<Timestamp> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).keys.first().map(|key| key.signs_from)
    }

    /// The key to sign with.
    ///
    /// # Errors
    /// There is none.
    pub fn signer(&self, now: Timestamp) -> Result<Arc<Key>> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let key = ring.keys.iter().find(|key| key.signs_from <= now).or_else(|| ring.keys.last());
        key.cloned().ok_or_else(|| Error::internal("there is no signing key"))
    }

    /// The key of that id, read anew if nobody here knows it.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn verifier(&self, kid: &str, now: Timestamp) -> Result<Option<DecodingKey>> {
        let (found, read_at) = {
            let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
            (ring.verifiers.get(kid).cloned(), ring.read_at)
        };
        if found.is_some() || read_at.is_some_and(|at| now.since(at) < RELOAD_PAUSE) {
            return Ok(found);
        }
        self.reload(now).await?;
        Ok(self.ring.read().unwrap_or_else(PoisonError::into_inner).verifiers.get(kid).cloned())
    }

    /// The public keys (RFC 7517).
    pub fn jwks(&self) -> JwkSet {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        JwkSet { keys: ring.keys.iter().map(|key| key.jwk()).collect() }
    }

    /// Reads the keys again.
    ///
    /// # Errors
    /// The database refuses, or a key was sealed under another secret key.
    pub async fn reload(&self, now: Timestamp) -> Result<()> {
        let rows = entity::Entity::find().order_by_desc(entity::Column::SignsFrom).all(self.db.read()).await?;
        let keys = rows.into_iter().map(|row| self.open(row).map(Arc::new)).collect::<Result<Vec<_>>>()?;
        let verifiers = keys.iter().map(|key| (key.kid.clone(), DecodingKey::from_ed_der(&key.public))).collect();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Ring { keys, verifiers, read_at: Some(now) };
        Ok(())
    }

    fn open(&self, row: entity::Model) -> Result<Key> {
        let seed = unseal(&self.secret, &row.kid, &row.sealed_seed)?;
        let signing = SigningKey::try_from(seed.as_slice()).map_err(Error::internal)?;
        let der = signing.to_pkcs8_der().map_err(Error::internal)?;
        Ok(Key {
            kid: row.kid,
            signing: EncodingKey::from_ed_der(der.as_bytes()),
            public: signing.verifying_key().to_bytes(),
            signs_from: row.signs_from,
        })
    }
}

impl Key {
    fn jwk(&self) -> Jwk {
        Jwk {
            common: CommonParameters {
                public_key_use: Some(PublicKeyUse::Signature),
                key_algorithm: Some(KeyAlgorithm::EdDSA),
                key_id: Some(self.kid.clone()),
                ..CommonParameters::default()
            },
            algorithm: AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
                key_type: OctetKeyPairType::OctetKeyPair,
                curve: EllipticCurve::Ed25519,
                x: URL_SAFE_NO_PAD.encode(self.public),
            }),
        }
    }
}

/// A stored key.
mod entity {
    use praca_api::Timestamp;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub kid: String,
        pub public_key: Vec<u8>,
        pub sealed_seed: Vec<u8>,
        pub created_at: Timestamp,
        pub signs_from: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
