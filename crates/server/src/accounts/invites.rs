//! Invites: codes that open accounts, so many times and until their end.

use std::time::Duration;

use praca_api::accounts::{Invite, NewInvite};
use praca_api::limits::REASON_CHARS;
use praca_api::text::clean_line;
use praca_api::{InviteId, Page};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::Accounts;
use super::invite_entity::{ActiveModel, Column, Entity, Model};
use crate::auth::Authority;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::AccountEvent;

/// Letters and digits nobody takes for each other (Crockford, "Base 32").
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: 60 bits.
const CODE: usize = 12;
/// Most uses of one invite.
const USES: std::ops::RangeInclusive<u32> = 1..=1_000;
/// Most days one is good.
const DAYS: std::ops::RangeInclusive<u32> = 1..=365;

/// What was typed, as it is stored: letters that are taken for digits are.
fn clean(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    letters
        .map(|c| {
            if c == 'O' {
                '0'
            } else if c == 'I' || c == 'L' {
                '1'
            } else {
                c
            }
        })
        .take(CODE + 1)
        .collect()
}

/// `ABCD-EFGH-JKMN`.
fn readable(code: &str) -> String {
    code.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join("-")
}

impl Model {
    fn invite(self, url: &str) -> Invite {
        let code = readable(&self.code);
        Invite {
            id: self.id,
            url: format!("{url}/entrar?convite={code}#cadastro"),
            code,
            note: self.note,
            uses_left: u32::try_from(self.uses_left).unwrap_or_default(),
            created_at: self.created_at,
            ends_at: self.ends_at,
        }
    }
}

impl Accounts {
    /// Makes an invite.
    ///
    /// # Errors
    /// `request.invalid`.
    pub async fn create_invite(&self, authority: Authority, wish: NewInvite) -> Result<Invite> {
        let base = &self.0.base;
        let note = clean_line(&wish.note);
        if note.chars().count() > *REASON_CHARS.end() {
            return Err(Error::invalid_field("note", "length", "A note has at most 500 characters."));
        }
        if !USES.contains(&wish.uses) {
            return Err(Error::invalid_field("uses", "range", "An invite is good 1 to 1000 times."));
        }
        if wish.days.is_some_and(|days| !DAYS.contains(&days)) {
            return Err(Error::invalid_field("days", "range", "An invite is good for 1 to 365 days, or without end."));
        }
        let random: [u8; CODE] = base.ids.secret()?;
        let code: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        let now = base.clock.now();
        let row = Model {
            id: InviteId(base.ids.uuid()),
            code,
            note,
            uses_left: i32::try_from(wish.uses).unwrap_or(1),
            created_by: authority.by(),
            created_at: now,
            ends_at: wish.days.map(|days| now + Duration::from_secs(u64::from(days) * 86_400)),
        };
        let mut tx = base.begin().await?;
        let stored = ActiveModel {
            id: Set(row.id),
            code: Set(row.code.clone()),
            note: Set(row.note.clone()),
            uses_left: Set(row.uses_left),
            created_by: Set(row.created_by),
            created_at: Set(row.created_at),
            ends_at: Set(row.ends_at),
        };
        Entity::insert(stored).exec_without_returning(tx.conn()).await?;
        tx.emit(AccountEvent::InviteChanged { invite: row.id, by: authority.by(), made: true });
        tx.commit().await?;
        Ok(row.invite(&base.config.public_url))
    }

    /// Invites that are still good, the newest first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn list_invites(&self, _: Authority, page: &PageQuery) -> Result<Page<Invite>> {
        let base = &self.0.base;
        let limit = page.limit()?;
        let mut rows = Entity::find().filter(good(base.clock.now()));
        if let Some(after) = page.key::<InviteId>()? {
            rows = rows.filter(Column::Id.lt(after));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(base.db.read()).await?;
        page_of(rows, limit, |row| row.id, |row| row.invite(&base.config.public_url))
    }

    /// Ends an invite.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn end_invite(&self, authority: Authority, id: InviteId) -> Result<()> {
        let mut tx = self.0.base.begin().await?;
        let ended = Entity::delete_many().filter(Column::Id.eq(id)).exec(tx.conn()).await?;
        if ended.rows_affected == 0 {
            return Err(Error::not_found());
        }
        tx.emit(AccountEvent::InviteChanged { invite: id, by: authority.by(), made: false });
        tx.commit().await
    }
}

fn good(now: praca_api::Timestamp) -> Condition {
    let runs = Condition::any().add(Column::EndsAt.is_null()).add(Column::EndsAt.gt(now));
    Condition::all().add(Column::UsesLeft.gt(0)).add(runs)
}

/// Uses an invite once, in the caller's transaction.
///
/// # Errors
/// `request.invalid` for a code that is not good.
pub(super) async fn take(conn: &impl ConnectionTrait, code: &str, now: praca_api::Timestamp) -> Result<()> {
    let taken = Entity::update_many()
        .col_expr(Column::UsesLeft, Expr::col(Column::UsesLeft).sub(1))
        .filter(Column::Code.eq(clean(code)))
        .filter(good(now))
        .exec(conn)
        .await?;
    if taken.rows_affected == 0 {
        return Err(Error::invalid_field("invite", "ended", "The invite is no longer good, or there is none like it."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(readable("0123ABCDXYZW"), "0123-ABCD-XYZW");
        for typed in ["0123-abcd-xyzw", " O I 2 3 abcd xyzw", "ol23ABCDXYZW"] {
            assert_eq!(clean(typed), "0123ABCDXYZW", "{typed}");
        }
    }
}
