//! Tokens that mails carry: good once and for a while, the newest of a purpose alone. Only their hash is stored.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::{SessionId, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DeriveActiveEnum, EntityTrait as _, EnumIter, QueryFilter as _, QueryOrder as _,
};
use sha2::{Digest as _, Sha256};

use super::one_time_entity::{ActiveModel, Column, Entity, Model};
use crate::base::Base;
use crate::error::{Error, Result};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Purpose {
    /// Proving that the account's address is its owner's.
    #[sea_orm(string_value = "verify_email")]
    VerifyEmail,
    /// Proving that a new address is.
    #[sea_orm(string_value = "change_email")]
    ChangeEmail,
    /// Choosing a new password.
    #[sea_orm(string_value = "reset_password")]
    ResetPassword,
    /// Taking the account back after its address was changed, or its first second factor added: the address of before, a new
    /// password, and no factors.
    #[sea_orm(string_value = "take_back")]
    TakeBack,
}

impl Purpose {
    /// How long its tokens are good.
    const fn lifetime(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::from_secs(86_400),
            Self::ChangeEmail => Duration::from_secs(3_600),
            Self::ResetPassword => Duration::from_secs(600),
            Self::TakeBack => Duration::from_secs(3 * 86_400),
        }
    }

    /// Whether a new token ends the one before. Strangers may ask for a new password in somebody's name, and who took an
    /// account may change its address twice: theirs must not end the link the person has.
    const fn newest_alone(self) -> bool {
        match self {
            Self::VerifyEmail | Self::ChangeEmail => true,
            Self::ResetPassword | Self::TakeBack => false,
        }
    }

    /// The page its links lead to.
    const fn page(self) -> &'static str {
        match self {
            Self::VerifyEmail | Self::ChangeEmail => "/confirmar",
            Self::ResetPassword | Self::TakeBack => "/nova-senha",
        }
    }
}

/// Makes a token and stores its hash, in place of the one before where the newest alone is good; the link that carries it. It
/// ends with the session it was asked for in, if there is one.
///
/// # Errors
/// The database refuses.
pub async fn issue(
    base: &Base,
    conn: &impl ConnectionTrait,
    user: UserId,
    purpose: Purpose,
    email: &str,
    session: Option<SessionId>,
) -> Result<String> {
    let secret: [u8; 32] = base.ids.secret()?;
    let mut expires_at = base.clock.now() + purpose.lifetime();
    if purpose == Purpose::TakeBack {
        // Later ones end later, whatever the clocks of nodes say; the person's row is locked.
        let theirs = Entity::find().filter(Column::UserId.eq(user)).filter(Column::Purpose.eq(purpose));
        let last = theirs.order_by_desc(Column::ExpiresAt).one(conn).await?;
        expires_at = last.map_or(expires_at, |last| expires_at.max(last.expires_at + Duration::from_micros(1)));
    }
    let row = ActiveModel {
        hash: Set(Sha256::digest(secret).to_vec()),
        user_id: Set(user),
        purpose: Set(purpose),
        email: Set(email.to_owned()),
        email_folded: Set(Some(email.to_lowercase())),
        session_id: Set(session),
        expires_at: Set(expires_at),
    };
    if purpose.newest_alone() {
        revoke(conn, user, &[purpose]).await?;
    }
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(format!("{}{}?token={}", base.config.public_url, purpose.page(), URL_SAFE_NO_PAD.encode(secret)))
}

fn hash_of(token: &str) -> Result<Vec<u8>> {
    let secret = URL_SAFE_NO_PAD.decode(token.trim()).map_err(|_| ended())?;
    Ok(Sha256::digest(secret).to_vec())
}

pub(super) fn ended() -> Error {
    Error::invalid_field("token", "ended", "The link is no longer good, or was used already; ask for another one.")
}

/// What a token is good for, and whose; it stays good.
///
/// # Errors
/// `request.invalid` for one that is none of ours, was used, or has ended.
pub async fn look(conn: &impl ConnectionTrait, token: &str, purposes: &[Purpose], now: Timestamp) -> Result<Model> {
    let row = Entity::find_by_id(hash_of(token)?).one(conn).await?;
    row.filter(|row| purposes.contains(&row.purpose) && row.expires_at > now).ok_or_else(ended)
}

/// Uses a token up, in the caller's transaction.
///
/// # Errors
/// `request.invalid` for one that is none of ours, was used, or has ended.
pub async fn take(conn: &impl ConnectionTrait, token: &str, purposes: &[Purpose], now: Timestamp) -> Result<Model> {
    let used = Entity::delete_many()
        .filter(Column::Hash.eq(hash_of(token)?))
        .filter(Column::Purpose.is_in(purposes.iter().copied()))
        .filter(Column::ExpiresAt.gt(now))
        .exec_with_returning(conn)
        .await?;
    used.into_iter().next().ok_or_else(ended)
}

/// Whether somebody may still take their account back to an address, which is theirs until then.
///
/// # Errors
/// The database refuses.
pub async fn is_kept_for_another(
    conn: &impl ConnectionTrait,
    user: UserId,
    folded_email: &str,
    now: Timestamp,
) -> Result<bool> {
    let kept = Entity::find()
        .filter(Column::Purpose.eq(Purpose::TakeBack))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::UserId.ne(user))
        .filter(Column::EmailFolded.eq(folded_email));
    Ok(kept.one(conn).await?.is_some())
}

/// The oldest good token that takes a person's account back to an address.
///
/// # Errors
/// The database refuses.
pub async fn takes_back_to(
    conn: &impl ConnectionTrait,
    user: UserId,
    folded_email: &str,
    now: Timestamp,
) -> Result<Option<Model>> {
    let theirs = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::Purpose.eq(Purpose::TakeBack))
        .filter(Column::EmailFolded.eq(folded_email))
        .filter(Column::ExpiresAt.gt(now));
    Ok(theirs.order_by_asc(Column::ExpiresAt).one(conn).await?)
}

/// Ends what would take the account back from whoever has just done so: tokens made later than theirs.
///
/// # Errors
/// The database refuses.
pub async fn revoke_later(conn: &impl ConnectionTrait, used: &Model) -> Result<()> {
    let later = Entity::delete_many()
        .filter(Column::UserId.eq(used.user_id))
        .filter(Column::Purpose.eq(Purpose::TakeBack))
        .filter(Column::ExpiresAt.gt(used.expires_at));
    later.exec(conn).await?;
    Ok(())
}

/// Ends a person's tokens of these purposes.
///
/// # Errors
/// The database refuses.
pub async fn revoke(conn: &impl ConnectionTrait, user: UserId, purposes: &[Purpose]) -> Result<()> {
    let theirs = Entity::delete_many().filter(Column::UserId.eq(user));
    theirs.filter(Column::Purpose.is_in(purposes.iter().copied())).exec(conn).await?;
    Ok(())
}

/// Removes those that have ended.
///
/// # Errors
/// The database refuses.
pub async fn sweep(conn: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(conn).await?;
    Ok(())
}
