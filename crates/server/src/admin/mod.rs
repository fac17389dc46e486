//! For administrators: people, their roles and status, mail, and what was done.

mod audit;
mod routes;

use praca_api::Timestamp;
use praca_api::admin::UpdateUser;

use crate::auth::{Actor, Authority};
use crate::error::Result;

pub use routes::routes;

/// Evidence for a change of somebody's account: whoever gives roles has proved lately who they are.
///
/// # Errors
/// `access.denied`, `account.silenced`, `account.suspended`, `auth.reauthentication_required`.
fn authority_for(wish: &UpdateUser, actor: &Actor, now: Timestamp) -> Result<Authority> {
    if wish.role.is_some() { recent_authority(actor, now) } else { Authority::of(actor) }
}

/// Evidence of who runs the square and has proved lately who they are.
///
/// # Errors
/// `access.denied`, `account.silenced`, `account.suspended`, `auth.reauthentication_required`.
fn recent_authority(actor: &Actor, now: Timestamp) -> Result<Authority> {
    let authority = Authority::of(actor)?;
    actor.require_recent(now)?;
    Ok(authority)
}
