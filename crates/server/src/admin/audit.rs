//! Reading the audit log.

use std::collections::BTreeSet;
use std::future::ready;

use futures_util::stream::{self, Stream, StreamExt as _};
use praca_api::admin::AuditEntry;
use praca_api::{Page, Timestamp, UserId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::accounts::Accounts;
use crate::auth::Authority;
use crate::base::Base;
use crate::db::page::{PageQuery, page_of};
use crate::error::Result;
use crate::events::audit::{Column, Entity, Model};

/// Entries of a file that are read at a time.
const PART: u64 = 1_000;
/// The first line of a file.
const HEAD: &str = "id,at,actorId,actor,action,targetType,targetId,reason,data\r\n";

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct AuditQuery {
    /// Only what this person did.
    #[param(value_type = Option<uuid::Uuid>)]
    pub actor_id: Option<UserId>,
    /// Only this, such as `account.set_role`.
    pub action: Option<String>,
    /// Only what was done to this kind of thing, such as `user`.
    pub target_type: Option<String>,
    /// Only what was done to this one.
    pub target_id: Option<String>,
    /// Only what was done then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Only what was done before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

impl AuditQuery {
    /// The rows, the newest first.
    async fn rows(&self, base: &Base, after: Option<Uuid>, limit: u64) -> Result<Vec<Model>> {
        let mut rows = Entity::find();
        if let Some(actor) = self.actor_id {
            rows = rows.filter(Column::ActorId.eq(actor));
        }
        let texts = [
            (Column::Action, &self.action),
            (Column::TargetType, &self.target_type),
            (Column::TargetId, &self.target_id),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                // No text of ours has a NUL, which PostgreSQL does not take.
                rows = rows.filter(column.eq(text.replace('\0', "")));
            }
        }
        if let Some(from) = self.from {
            rows = rows.filter(Column::At.gte(from));
        }
        if let Some(to) = self.to {
            rows = rows.filter(Column::At.lt(to));
        }
        if let Some(after) = after {
            rows = rows.filter(Column::Id.lt(after));
        }
        Ok(rows.order_by_desc(Column::Id).limit(limit).all(base.db.read()).await?)
    }
}

/// What was done, the newest first.
///
/// # Errors
/// `request.invalid` for a limit or cursor that is not ours.
pub async fn list(
    base: &Base,
    accounts: &Accounts,
    _: Authority,
    query: &AuditQuery,
    page: &PageQuery,
) -> Result<Page<AuditEntry>> {
    let limit = page.limit()?;
    let rows = query.rows(base, page.key()?, limit + 1).await?;
    let page = page_of(rows, limit, |row| row.id, |row| row)?;
    Ok(Page { items: shown(accounts, page.items).await?, next: page.next })
}

/// The same as a file of comma-separated values (RFC 4180), a part at a time: however long it is, it is never held whole. A
/// part that fails breaks the file off, so that nobody takes a piece of it for all.
///
/// # Errors
/// The database refuses the first part.
pub async fn export(
    base: Base,
    accounts: Accounts,
    _: Authority,
    query: AuditQuery,
) -> Result<impl Stream<Item = Result<String>>> {
    let file = File { base, accounts, query };
    let (first, next) = file.part(None).await?;
    let rest = stream::try_unfold((file, next), async |(file, next)| {
        let Some(after) = next else { return Ok(None) };
        let (lines, next) = file.part(Some(after)).await?;
        Ok(Some((lines, (file, next))))
    });
    Ok(stream::once(ready(Ok(HEAD.to_owned() + &first))).chain(rest))
}

/// What a file is made of.
struct File {
    base: Base,
    accounts: Accounts,
    query: AuditQuery,
}

impl File {
    /// The lines after an entry, and after which one the next part begins, if there is more.
    async fn part(&self, after: Option<Uuid>) -> Result<(String, Option<Uuid>)> {
        let rows = self.query.rows(&self.base, after, PART).await?;
        let next = rows.last().filter(|_| rows.len() as u64 == PART).map(|row| row.id);
        Ok((shown(&self.accounts, rows).await?.into_iter().map(line_of).collect(), next))
    }
}

fn line_of(entry: AuditEntry) -> String {
    let actor = entry.actor.as_ref();
    let fields = [
        entry.id.to_string(),
        entry.at.to_string(),
        actor.map(|actor| actor.id.to_string()).unwrap_or_default(),
        actor.map(|actor| actor.handle.clone()).unwrap_or_default(),
        entry.action,
        entry.target_type,
        entry.target_id,
        entry.reason.unwrap_or_default(),
        entry.data.to_string(),
    ];
    fields.each_ref().map(|field| quoted(field)).join(",") + "\r\n"
}

/// In quotes; what a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV Injection").
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// The person something was done to, if it was one.
fn target_of(row: &Model) -> Option<UserId> {
    (row.target_type == "user").then(|| row.target_id.parse().ok()).flatten().map(UserId)
}

async fn shown(accounts: &Accounts, rows: Vec<Model>) -> Result<Vec<AuditEntry>> {
    let named: BTreeSet<UserId> = rows.iter().flat_map(|row| [row.actor_id, target_of(row)]).flatten().collect();
    let named: Vec<UserId> = named.into_iter().collect();
    let people = accounts.authors(&named).await?;
    let entry = |row: Model| AuditEntry {
        id: row.id,
        at: row.at,
        actor: row.actor_id.and_then(|actor| people.get(&actor).cloned()),
        target: target_of(&row).and_then(|target| people.get(&target).cloned()),
        action: row.action,
        target_type: row.target_type,
        target_id: row.target_id,
        reason: row.reason,
        data: row.data,
    };
    Ok(rows.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_formula() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("diz \"oi\""), "\"diz \"\"oi\"\"\"");
    }
}
