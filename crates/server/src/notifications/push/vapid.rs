//! The server's own key, by which push services know who sends (RFC 8292): made once, sealed in the database, and the same for
//! all nodes.

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use reqwest::header::HeaderValue;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::json;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;
use web_push_native::p256::pkcs8::EncodePrivateKey as _;

use crate::auth::seal::{seal, unseal};
use crate::base::Base;
use crate::error::{Error, Result};

/// The name of its row.
const NAME: &str = "vapid";
/// How long a signature is good; push services take no more than a day.
const GOOD: Duration = Duration::from_secs(12 * 3_600);

/// The key.
pub struct Vapid {
    signing: EncodingKey,
    public: Vec<u8>,
}

impl Vapid {
    /// The key of all nodes; made if there is none, or it was sealed under another secret key.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn load_or_create(base: &Base) -> Result<Self> {
        if let Some(row) = entity::Entity::find_by_id(NAME).one(base.db.read()).await? {
            match Self::open(base, &row) {
                Ok(key) => return Ok(key),
                Err(error) => {
                    tracing::warn!(%error, "the key for pushing is made anew: browsers have to subscribe again");
                    entity::Entity::delete_by_id(NAME).exec(base.db.write()).await?;
                }
            }
        }
        let seed: [u8; 32] = base.ids.secret()?;
        // All but a vanishing part of 32 random bytes is a key; the rest is refused here.
        SecretKey::from_slice(&seed).map_err(Error::internal)?;
        let row = entity::ActiveModel {
            name: Set(NAME.to_owned()),
            sealed: Set(seal(&base.config.secret_key, NAME, &seed, &base.ids)?),
            created_at: Set(base.clock.now()),
        };
        // Of two nodes that make one at once, one was first.
        let new = entity::Entity::insert_many([row]).on_conflict_do_nothing_on([entity::Column::Name]);
        new.exec_without_returning(base.db.write()).await?;
        let row = entity::Entity::find_by_id(NAME).one(base.db.write()).await?;
        Self::open(base, &row.ok_or_else(|| Error::internal("the key for pushing is gone"))?)
    }

    fn open(base: &Base, row: &entity::Model) -> Result<Self> {
        let seed = unseal(&base.config.secret_key, NAME, &row.sealed)?;
        let key = SecretKey::from_slice(&seed).map_err(Error::internal)?;
        let der = key.to_pkcs8_der().map_err(Error::internal)?;
        let public = key.public_key().to_encoded_point(false).as_bytes().to_vec();
        Ok(Self { signing: EncodingKey::from_ec_der(der.as_bytes()), public })
    }

    /// The public part: an uncompressed point.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// The `Authorization` of something sent there.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn header(&self, endpoint: &Url, base: &Base) -> Result<HeaderValue> {
        use base64::Engine as _;
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": (base.clock.now() + GOOD).seconds(),
            "sub": base.config.public_url,
        });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing);
        let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&self.public);
        let value = format!("vapid t={}, k={key}", token.map_err(Error::internal)?);
        let mut value = HeaderValue::try_from(value).map_err(Error::internal)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A sealed key.
mod entity {
    use praca_api::Timestamp;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sealed_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub name: String,
        pub sealed: Vec<u8>,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
