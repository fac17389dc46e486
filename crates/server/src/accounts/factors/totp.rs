//! Codes of an app: six digits that change every 30 seconds (RFC 6238).

use praca_api::factors::{Factor, NewTotp, RecoveryCodes};
use praca_api::{ProblemCode, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use totp_rs::{Builder, Secret, Totp};

use super::super::{Accounts, store};
use super::By;
use super::totp_entity::{ActiveModel, Column, Entity, Model};
use crate::auth::Actor;
use crate::auth::seal::{seal, unseal};
use crate::base::Base;
use crate::error::{Error, Result};

/// Of a code.
pub const DIGITS: usize = 6;

impl Accounts {
    /// Begins to take codes of an app, or of another app: a secret that counts once a code of it was given.
    ///
    /// # Errors
    /// `auth.reauthentication_required`.
    pub(in super::super) async fn begin_totp(&self, actor: &Actor) -> Result<NewTotp> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let secret: [u8; 20] = base.ids.secret()?;
        let sealed = seal(&base.config.secret_key, &name_of(actor.id()), &secret, &base.ids)?;
        let row = ActiveModel {
            user_id: Set(actor.id()),
            sealed: Set(None),
            pending: Set(Some(sealed)),
            last_step: Set(0),
            since: Set(None),
        };
        let again = OnConflict::column(Column::UserId).update_column(Column::Pending).to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(base.db.write()).await?;
        let site = base.config.public_url.split("://").nth(1).unwrap_or_default();
        // What stands before a colon would be taken for the issuer.
        let issuer = format!("Praça {}", site.replace(':', " "));
        let totp = totp(&secret, Some((&issuer, &actor.author.handle)))?;
        Ok(NewTotp {
            secret: totp.secret().to_base32(),
            uri: totp.to_url().map_err(Error::internal)?,
            qr: totp.to_qr_base64().map_err(Error::internal)?,
        })
    }

    /// Takes the codes of the app from now on, if this is one of them.
    ///
    /// # Errors
    /// `request.conflict` where nothing was begun, `request.invalid` for a wrong code.
    pub(in super::super) async fn confirm_totp(&self, actor: &Actor, code: &str) -> Result<RecoveryCodes> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        let row = Entity::find_by_id(person.id).one(tx.conn()).await?;
        let Some(pending) = row.and_then(|row| row.pending) else {
            return Err(Error::problem(ProblemCode::RequestConflict, "No app was begun with; begin again."));
        };
        let Some(step) = step_of(base, person.id, &pending, code)? else {
            return Err(Error::invalid_field("code", "wrong", "This is not the code the app shows now."));
        };
        Entity::update_many()
            .col_expr(Column::Sealed, Expr::value(pending))
            .col_expr(Column::Pending, Expr::value(None::<Vec<u8>>))
            .col_expr(Column::LastStep, Expr::value(step))
            .col_expr(Column::Since, Expr::value(base.clock.now()))
            .filter(Column::UserId.eq(person.id))
            .exec(tx.conn())
            .await?;
        let codes = self.factor_changed(&mut tx, &person, (Factor::Totp, true), By::Owner(actor)).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Takes no codes of an app any more.
    ///
    /// # Errors
    /// `auth.reauthentication_required`, `resource.not_found` where none were taken.
    pub(in super::super) async fn remove_totp(&self, actor: &Actor) -> Result<()> {
        let base = &self.0.base;
        actor.require_recent(base.clock.now())?;
        let mut tx = base.begin().await?;
        let person = store::lock_actor(tx.conn(), actor).await?;
        if !remove(tx.conn(), person.id).await? {
            return Err(Error::not_found());
        }
        self.factor_changed(&mut tx, &person, (Factor::Totp, false), By::Owner(actor)).await?;
        tx.commit().await
    }
}

/// Since when codes count.
pub async fn since(conn: &impl ConnectionTrait, user: UserId) -> Result<Option<Timestamp>> {
    Ok(Entity::find_by_id(user).one(conn).await?.and_then(|row| row.since))
}

/// Uses a code up; whether it was good. None is good twice, and none after a later one.
pub async fn use_code(base: &Base, conn: &impl ConnectionTrait, user: UserId, code: &str) -> Result<bool> {
    let row = Entity::find_by_id(user).one(conn).await?;
    let Some(Model { sealed: Some(sealed), .. }) = row else { return Ok(false) };
    let Some(step) = step_of(base, user, &sealed, code)? else { return Ok(false) };
    let noted = Entity::update_many()
        .col_expr(Column::LastStep, Expr::value(step))
        .filter(Column::UserId.eq(user))
        .filter(Column::Sealed.eq(sealed))
        .filter(Column::LastStep.lt(step))
        .exec(conn)
        .await?;
    Ok(noted.rows_affected > 0)
}

/// Whether there was one that counted.
pub async fn remove(conn: &impl ConnectionTrait, user: UserId) -> Result<bool> {
    let had = since(conn, user).await?.is_some();
    Entity::delete_by_id(user).exec(conn).await?;
    Ok(had)
}

/// What a secret is sealed under.
fn name_of(user: UserId) -> String {
    format!("totp:{user}")
}

/// The step a code belongs to: the present one, the one before or after.
fn step_of(base: &Base, user: UserId, sealed: &[u8], code: &str) -> Result<Option<i64>> {
    let secret = unseal(&base.config.secret_key, &name_of(user), sealed)?;
    let seconds = u64::try_from(base.clock.now().millis() / 1_000).unwrap_or_default();
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(totp(&secret, None)?.check(&code, seconds).and_then(|step| i64::try_from(step).ok()))
}

fn totp(secret: &[u8], label: Option<(&str, &str)>) -> Result<Totp> {
    let mut builder = Builder::new().with_secret(Secret::from(secret.to_vec()));
    if let Some((issuer, account)) = label {
        builder = builder.with_issuer(Some(issuer)).with_account_name(account);
    }
    builder.build().map_err(Error::internal)
}
