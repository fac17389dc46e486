//! Passkeys: keys that devices keep and unlock by what their owner is or knows (W3C Web Authentication).

use std::time::Duration;

use praca_api::accounts::AccountStatus;
use praca_api::factors::{Factor, NewPasskey, PasskeyAdded, PasskeyCeremony, PasskeyProof};
use praca_api::{CeremonyId, PasskeyId, ProblemCode, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::super::devices::Device;
use super::super::login::{Proof, Proved};
use super::super::register::clean_display_name;
use super::super::{Accounts, store};
use super::By;
use super::passkey_entity::{ActiveModel, Column, Entity, Model};
use super::{ceremony_entity, shown};
use crate::auth::Actor;
use crate::base::Base;
use crate::db::dialect::is_duplicate;
use crate::error::{Error, Result};

/// How long a browser has for an answer.
const LIFETIME: Duration = Duration::from_secs(300);
/// Most passkeys of one person.
const MOST: usize = 20;
/// Longest name an authenticator gives a passkey (W3C Web Authentication, level 3, 4).
const ID_BYTES: usize = 1_023;

/// What a browser was asked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ceremony {
    /// To make a passkey.
    Make(PasskeyRegistration),
    /// To prove one.
    Prove(DiscoverableAuthentication),
}

/// What makes and checks passkeys of a site; nothing where browsers make none: its address is a number.
pub fn webauthn(public_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(public_url).ok()?;
    let name = origin.domain()?.to_owned();
    WebauthnBuilder::new(&name, &origin).ok()?.rp_name("Praça").timeout(LIFETIME).build().ok()
}

impl Accounts {
    fn webauthn(&self) -> Result<&Webauthn> {
        let nameless = || Error::problem(ProblemCode::RequestConflict, "Passkeys need a public address with a name.");
        self.0.webauthn.as_ref().ok_or_else(nameless)
    }

    /// What the person's browser is to make.
    ///
    /// # Errors
    /// `auth.reauthentication_required`, `request.conflict` where there are too many, or none can be made.
    pub(in super::super) async fn begin_passkey(&self, actor: &Actor) -> Result<PasskeyCeremony> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let webauthn = self.webauthn()?;
        let rows = list(base.db.read(), actor.id()).await?;
        require_place(&rows)?;
        let had = rows.into_iter().map(|row| CredentialID::from(row.credential_id)).collect();
        let author = &actor.author;
        let (options, state) = webauthn
            .start_passkey_registration(author.id.0, &author.handle, &author.display_name, Some(had))
            .map_err(Error::internal)?;
        let mut public_key = serde_json::to_value(options.public_key)?;
        // One that names its owner by itself: nobody types who they are.
        public_key["authenticatorSelection"]["residentKey"] = json!("required");
        public_key["authenticatorSelection"]["requireResidentKey"] = json!(true);
        let id = begin(base, Some(author.id), &Ceremony::Make(state)).await?;
        Ok(PasskeyCeremony { id, public_key })
    }

    /// Takes the passkey a browser made.
    ///
    /// # Errors
    /// `request.invalid` for an answer to nothing that was asked, or a wrong one; `request.conflict` where there are too
    /// many.
    pub(in super::super) async fn add_passkey(
        &self,
        actor: &Actor,
        wish: NewPasskey,
        device: &Device,
    ) -> Result<PasskeyAdded> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let webauthn = self.webauthn()?;
        let Ceremony::Make(state) = end(base, wish.ceremony, Some(actor.id())).await? else {
            return Err(not_asked());
        };
        let credential: RegisterPublicKeyCredential = parse(wish.credential)?;
        let passkey = webauthn.finish_passkey_registration(&credential, &state).map_err(refused)?;
        if passkey.cred_id().len() > ID_BYTES {
            return Err(Error::invalid_field("credential", "length", "The passkey's id is too long."));
        }
        let name = match wish.name.as_deref().filter(|name| !name.trim().is_empty()) {
            Some(name) => clean_display_name(name)
                .ok_or_else(|| Error::invalid_field("name", "length", "A name has 1 to 48 characters."))?,
            None => praca_api::device::describe(&device.user_agent),
        };
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        require_place(&list(tx.conn(), person.id).await?)?;
        let row = Model {
            id: PasskeyId(base.ids.uuid()),
            user_id: person.id,
            credential_id: passkey.cred_id().clone(),
            credential: serde_json::to_value(&passkey)?,
            name,
            created_at: base.clock.now(),
            last_used_at: None,
        };
        insert(tx.conn(), &row).await?;
        let codes = self.factor_changed(&mut tx, &person, (Factor::Passkey, true), By::Owner(actor)).await?;
        tx.commit().await?;
        Ok(PasskeyAdded { passkey: shown(&row), recovery_codes: codes.codes })
    }

    /// Takes a passkey no more.
    ///
    /// # Errors
    /// `auth.reauthentication_required`, `resource.not_found` for one that is not theirs.
    pub(in super::super) async fn remove_passkey(&self, actor: &Actor, id: PasskeyId) -> Result<()> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        let removed = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::UserId.eq(person.id));
        if removed.exec(tx.conn()).await?.rows_affected == 0 {
            return Err(Error::not_found());
        }
        self.factor_changed(&mut tx, &person, (Factor::Passkey, false), By::Owner(actor)).await?;
        tx.commit().await
    }

    /// What a browser is to prove; whose passkey it is, the answer says.
    ///
    /// # Errors
    /// `request.conflict` where there are none.
    pub(in super::super) async fn ask_for_passkey(&self) -> Result<PasskeyCeremony> {
        let (options, state) = self.webauthn()?.start_discoverable_authentication().map_err(Error::internal)?;
        let id = begin(&self.0.base, None, &Ceremony::Prove(state)).await?;
        Ok(PasskeyCeremony { id, public_key: serde_json::to_value(options.public_key)? })
    }

    /// Whose passkey a browser proved.
    ///
    /// # Errors
    /// `auth.invalid_credentials` for one that is nobody's, or not proved; `request.invalid` for an answer to nothing that was
    /// asked.
    pub(in super::super) async fn owner_of_passkey(&self, proof: PasskeyProof) -> Result<Proved> {
        let base = &self.0.base;
        let webauthn = self.webauthn()?;
        let Ceremony::Prove(state) = end(base, proof.ceremony, None).await? else { return Err(not_asked()) };
        let credential: PublicKeyCredential = parse(proof.credential)?;
        let (user, id) = webauthn.identify_discoverable_authentication(&credential).map_err(unproved)?;
        // One after the other: the counter of a passkey tells its copies.
        let tx = base.begin().await?;
        let person = store::lock_person(tx.conn(), UserId(user)).await;
        let person = person.map_err(|error| if error.is(ProblemCode::ResourceNotFound) { unknown() } else { error })?;
        let row = Entity::find()
            .filter(Column::CredentialId.eq(id.to_vec()))
            .filter(Column::UserId.eq(person.id))
            .one(tx.conn())
            .await?
            .filter(|_| person.status != AccountStatus::Deleted)
            .ok_or_else(unknown)?;
        let mut passkey: Passkey = serde_json::from_value(row.credential)?;
        let proved = webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey).map_err(unproved)?;
        passkey.update_credential(&proved);
        Entity::update_many()
            .col_expr(Column::Credential, Expr::value(serde_json::to_value(&passkey)?))
            .col_expr(Column::LastUsedAt, Expr::value(base.clock.now()))
            .filter(Column::Id.eq(row.id))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Proved { user: person.id, by: Proof::Passkey(row.id) })
    }
}

/// The person's, the oldest first.
pub async fn list(conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::UserId.eq(user)).order_by_asc(Column::Id).all(conn).await?)
}

/// Whether this is one of the person's.
///
/// # Errors
/// The database refuses.
pub async fn has_passkey(conn: &impl ConnectionTrait, user: UserId, id: PasskeyId) -> Result<bool> {
    Ok(Entity::find_by_id(id).filter(Column::UserId.eq(user)).one(conn).await?.is_some())
}

/// Whether there were any.
pub async fn remove_all(conn: &impl ConnectionTrait, user: UserId) -> Result<bool> {
    let removed = Entity::delete_many().filter(Column::UserId.eq(user)).exec(conn).await?;
    Ok(removed.rows_affected > 0)
}

/// Removes what browsers never answered.
///
/// # Errors
/// The database refuses.
pub async fn sweep(conn: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    let old = ceremony_entity::Entity::delete_many().filter(ceremony_entity::Column::ExpiresAt.lte(now));
    old.exec(conn).await?;
    Ok(())
}

fn require_place(rows: &[Model]) -> Result<()> {
    if rows.len() < MOST {
        return Ok(());
    }
    Err(Error::problem(ProblemCode::RequestConflict, "You have 20 passkeys; remove one first."))
}

async fn insert(conn: &impl ConnectionTrait, row: &Model) -> Result<()> {
    let inserted = Entity::insert(ActiveModel {
        id: Set(row.id),
        user_id: Set(row.user_id),
        credential_id: Set(row.credential_id.clone()),
        credential: Set(row.credential.clone()),
        name: Set(row.name.clone()),
        created_at: Set(row.created_at),
        last_used_at: Set(row.last_used_at),
    });
    let named = |error| {
        if is_duplicate(&error, "passkeys_credential_id_key", "passkeys.credential_id") {
            return Error::invalid_field("credential", "known", "This passkey was added already.");
        }
        error.into()
    };
    inserted.exec_without_returning(conn).await.map_err(named)?;
    Ok(())
}

async fn begin(base: &Base, user: Option<UserId>, ceremony: &Ceremony) -> Result<CeremonyId> {
    let (id, now) = (CeremonyId(base.ids.uuid()), base.clock.now());
    sweep(base.db.write(), now).await?;
    if let Some(user) = user {
        // One at a time of a person.
        let before = ceremony_entity::Entity::delete_many().filter(ceremony_entity::Column::UserId.eq(user));
        before.exec(base.db.write()).await?;
    }
    let row = ceremony_entity::ActiveModel {
        id: Set(id),
        user_id: Set(user),
        state: Set(serde_json::to_value(ceremony)?),
        expires_at: Set(now + LIFETIME),
    };
    ceremony_entity::Entity::insert(row).exec_without_returning(base.db.write()).await?;
    Ok(id)
}

/// What was asked of this person; it is not asked again.
async fn end(base: &Base, id: CeremonyId, user: Option<UserId>) -> Result<Ceremony> {
    let mut asked = ceremony_entity::Entity::delete_many()
        .filter(ceremony_entity::Column::Id.eq(id))
        .filter(ceremony_entity::Column::ExpiresAt.gt(base.clock.now()));
    asked = match user {
        Some(user) => asked.filter(ceremony_entity::Column::UserId.eq(user)),
        None => asked.filter(ceremony_entity::Column::UserId.is_null()),
    };
    let row = asked.exec_with_returning(base.db.write()).await?.into_iter().next().ok_or_else(not_asked)?;
    Ok(serde_json::from_value(row.state)?)
}

fn parse<T: DeserializeOwned>(credential: Value) -> Result<T> {
    let shapeless = |_| Error::invalid_field("credential", "format", "This is not what a browser answers.");
    serde_json::from_value(credential).map_err(shapeless)
}

fn not_asked() -> Error {
    Error::invalid_field("ceremony", "ended", "This was not asked, was answered already, or took too long.")
}

fn refused(why: WebauthnError) -> Error {
    tracing::debug!(%why, "a passkey is refused");
    Error::invalid_field("credential", "refused", "The passkey cannot be checked; try again.")
}

fn unproved(why: WebauthnError) -> Error {
    tracing::debug!(%why, "a passkey proves nothing");
    unknown()
}

fn unknown() -> Error {
    let code = ProblemCode::AuthInvalidCredentials;
    Error::problem_in_field(code, "credential", "unknown", "This passkey opens no account here.")
}
