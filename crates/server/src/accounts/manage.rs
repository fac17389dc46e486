//! What administrators change of others: role and status, with a reason.

use std::time::Duration;

use praca_api::accounts::{AccountStatus, Role, User};
use praca_api::admin::UpdateUser;
use praca_api::limits::REASON_CHARS;
use praca_api::text::clean_text;
use praca_api::{Page, ProblemCode, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Accounts, entity, store};
use crate::auth::Authority;
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::AccountEvent;

/// The farthest end of a silence or suspension: a hundred years. What has no end has none.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Which people to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Beginning of a handle or address, or part of a name.
    pub query: Option<String>,
    /// Only with this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only with this status.
    #[param(inline)]
    pub status: Option<AccountStatus>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A checked change of somebody's role or status.
#[derive(Clone, Debug)]
pub struct AccountChange {
    role: Option<Role>,
    status: Option<AccountStatus>,
    reason: String,
    until: Option<Timestamp>,
}

impl AccountChange {
    /// Checks a wish.
    ///
    /// # Errors
    /// `request.invalid`: nothing to change, no reason, an end in the past or without a status that ends.
    pub fn parse(wish: UpdateUser, now: Timestamp) -> Result<Self> {
        let reason = clean_reason(&wish.reason)?;
        if wish.role.is_none() && wish.status.is_none() {
            return Err(Error::invalid_field("role", "required", "Name a role or a status."));
        }
        if wish.status == Some(AccountStatus::Deleted) {
            return Err(Error::invalid_field("status", "deleted", "An account is deleted by its owner."));
        }
        let ends = matches!(wish.status, Some(AccountStatus::Silenced | AccountStatus::Suspended));
        if wish.until.is_some() && !ends {
            return Err(Error::invalid_field("until", "unexpected", "Only a silence or a suspension ends by itself."));
        }
        check_end(wish.until, now)?;
        Ok(Self { role: wish.role, status: wish.status, reason, until: wish.until })
    }

    /// A new role, given on the command line.
    pub fn role_by_command_line(role: Role) -> Self {
        Self { role: Some(role), status: None, reason: "Set on the command line.".into(), until: None }
    }
}

/// A reason of 1 to 500 characters.
///
/// # Errors
/// `request.invalid`.
pub fn clean_reason(text: &str) -> Result<String> {
    let reason = clean_text(text);
    if REASON_CHARS.contains(&reason.chars().count()) {
        return Ok(reason);
    }
    Err(Error::invalid_field("reason", "length", "A reason has 1 to 500 characters."))
}

/// An end in the future that a calendar can name.
///
/// # Errors
/// `request.invalid`.
pub fn check_end(until: Option<Timestamp>, now: Timestamp) -> Result<()> {
    match until {
        Some(until) if until <= now => Err(Error::invalid_field("until", "past", "The end lies in the past.")),
        Some(until) if until > now + LONGEST => {
            Err(Error::invalid_field("until", "range", "The end lies more than a hundred years ahead."))
        }
        _ => Ok(()),
    }
}

impl Accounts {
    /// People, newest accounts first.
    ///
    /// # Errors
    /// `request.invalid` for a limit or cursor that is not ours.
    pub async fn list_people(&self, _: Authority, query: &PeopleQuery) -> Result<Page<User>> {
        let base = &self.0.base;
        let page = PageQuery { limit: query.limit, after: query.after.clone() };
        let limit = page.limit()?;
        let rows =
            store::search(base, query.query.as_deref(), query.role, query.status, page.key()?, limit + 1).await?;
        page_of(rows, limit, |row| row.id, |row| row.user(base))
    }

    /// Somebody, as they see themselves.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn get_person(&self, _: Authority, id: UserId) -> Result<User> {
        let base = &self.0.base;
        Ok(store::person(base.db.read(), id).await?.user(base))
    }

    /// The person of this handle.
    ///
    /// # Errors
    /// `resource.not_found`.
    pub async fn by_handle(&self, handle: &str) -> Result<UserId> {
        let folded = handle.trim_start_matches('@').to_lowercase();
        let row = store::by_login(self.0.base.db.read(), &folded).await?;
        row.map(|row| row.id).ok_or_else(Error::not_found)
    }

    /// Changes role and status. Nobody takes the square's last administrator away, not even they themselves.
    ///
    /// # Errors
    /// `resource.not_found`, `request.conflict` for the last administrator.
    pub async fn change_account(&self, authority: Authority, id: UserId, change: AccountChange) -> Result<User> {
        let base = &self.0.base;
        let now = base.clock.now();
        let mut tx = base.begin().await?;
        let rows = store::lock_for_change(tx.conn(), id).await?;
        let row = rows
            .iter()
            .find(|row| row.id == id && row.status != AccountStatus::Deleted)
            .ok_or_else(Error::not_found)?;
        let usable = |row: &entity::Model| row.role == Role::Admin && row.status_at(now) == AccountStatus::Active;
        let stays = change.role.unwrap_or(row.role) == Role::Admin
            && change.status.unwrap_or(row.status_at(now)) == AccountStatus::Active;
        if usable(row) && !stays && !rows.iter().any(|other| other.id != id && usable(other)) {
            let detail = "This is the last administrator; name another one first.";
            return Err(Error::problem(ProblemCode::RequestConflict, detail));
        }
        let changed = apply(&mut tx, row, authority.by(), &change).await?;
        tx.commit().await?;
        Ok(changed.user(base))
    }
}

async fn apply(tx: &mut Tx, row: &entity::Model, by: Option<UserId>, change: &AccountChange) -> Result<entity::Model> {
    let mut update = entity::Entity::update_many().filter(entity::Column::Id.eq(row.id));
    if let Some(role) = change.role {
        update = update.col_expr(entity::Column::Role, Expr::value(role));
        let reason = change.reason.clone();
        tx.emit(AccountEvent::RoleChanged { user: row.id, by, from: row.role, to: role, reason });
    }
    if let Some(status) = change.status {
        let reason = (status != AccountStatus::Active).then(|| change.reason.clone());
        update = update
            .col_expr(entity::Column::Status, Expr::value(status))
            .col_expr(entity::Column::StatusReason, Expr::value(reason))
            .col_expr(entity::Column::StatusUntil, Expr::value(change.until));
        let (from, reason, until) = (row.status, change.reason.clone(), change.until);
        tx.emit(AccountEvent::StatusChanged { user: row.id, by, from, to: status, reason, until });
    }
    let changed = update.exec_with_returning(tx.conn()).await?;
    changed.into_iter().next().ok_or_else(Error::not_found)
}
