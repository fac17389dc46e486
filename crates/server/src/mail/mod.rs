//! Mail: written in the transaction of what it is about, and delivered by a job.
//!
//! Invariants: a mail is written once and sent at least once, always under the same id; an address that does not take mail
//! keeps no other waiting; what a mail says is sealed until it is sent and gone afterwards, and never in a log. Without a
//! mail server it stays, for the administrator to read.

mod entity;
mod letter;
mod mailer;
mod words;

use std::time::Duration;

use praca_api::accounts::Locale;
use praca_api::mail::Mail;
use praca_api::{MailId, Page, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, UpdateMany};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use letter::{Line, Rendered};
pub use mailer::{Mailer, Refusal};
pub use words::Topic;

use crate::auth::Authority;
use crate::auth::seal::{seal, unseal};
use crate::base::Base;
use crate::db::Tx;
use crate::db::page::{PageQuery, page_of};
use crate::error::{Error, Result};
use crate::events::AccountEvent;
use crate::jobs::{NewJob, Registry};
use entity::{ActiveModel, Column, Entity, Model};

/// Mails sent at a time.
const AT_ONCE: usize = 4;
/// A mail nobody takes for so long is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);
/// Mails are kept so long.
const KEEP: Duration = Duration::from_secs(30 * 86_400);
/// Time between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);

/// To whom a mail goes.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The address.
    pub email: String,
    /// What they are called.
    pub handle: String,
    /// Their language.
    pub locale: Locale,
}

/// What a mail says, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    text: String,
    html: String,
}

/// What the job needs to know.
#[derive(Deserialize)]
struct Deliver {
    mail: MailId,
}

/// Writes a mail in the caller's transaction; it is sent once that is committed.
///
/// # Errors
/// The database refuses.
pub async fn write(base: &Base, tx: &mut Tx, to: &Reader, topic: Topic) -> Result<()> {
    let site = base.config.public_url.split("://").nth(1).unwrap_or_default();
    let letter = topic.letter(to.locale, &to.handle, site);
    let Rendered { text, html } = letter.render()?;
    let id = MailId(base.ids.uuid());
    let content = serde_json::to_vec(&Content { text, html })?;
    let row = ActiveModel {
        id: Set(id),
        template: Set(letter.template),
        recipient: Set(to.email.clone()),
        subject: Set(letter.subject),
        sealed: Set(Some(seal(&base.config.secret_key, &name_of(id), &content, &base.ids)?)),
        created_at: Set(base.clock.now()),
        sent_at: Set(None),
        failed_at: Set(None),
        last_error: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    tx.emit(AccountEvent::MailWritten { mail: id, is_sent: base.mailer.is_some() });
    Ok(())
}

/// What a mail is sealed under.
fn name_of(id: MailId) -> String {
    format!("mail:{id}")
}

fn open(base: &Base, row: &Model) -> Result<Option<Content>> {
    let Some(sealed) = &row.sealed else { return Ok(None) };
    let content = unseal(&base.config.secret_key, &name_of(row.id), sealed)?;
    Ok(Some(serde_json::from_slice(&content)?))
}

/// What mail does in the background.
pub fn register(base: &Base, registry: &mut Registry) {
    // Mail servers take their time, and keep no other jobs waiting.
    let sender = base.clone();
    registry.handle_apart(NewJob::MAIL, AT_ONCE, move |payload| {
        let base = sender.clone();
        async move { deliver(&base, payload).await }
    });
    let base = base.clone();
    registry.every(SWEEP_EVERY, "mail.sweep", move || {
        let base = base.clone();
        async move { sweep(&base).await }
    });
}

/// The job that sends one mail.
///
/// # Errors
/// `service.unavailable` while the mail server is away, or asks to come back later.
async fn deliver(base: &Base, payload: Value) -> Result<()> {
    let Deliver { mail } = serde_json::from_value(payload)?;
    let (Some(mailer), Some(row)) = (&base.mailer, Entity::find_by_id(mail).one(base.db.read()).await?) else {
        return Ok(());
    };
    if row.sent_at.is_some() || row.failed_at.is_some() {
        return Ok(());
    }
    let Some(Content { text, html }) = open(base, &row)? else { return Ok(()) };
    let now = base.clock.now();
    let outcome = mailer.send(row.id, &row.recipient, &row.subject, Rendered { text, html }, now).await;
    let word = match &outcome {
        Ok(()) => "sent",
        Err(Refusal::Final(_)) => "refused",
        Err(Refusal::Later(_)) => "later",
    };
    metrics::counter!("praca_mails_total", "template" => row.template.as_str(), "outcome" => word).increment(1);
    match outcome {
        Ok(()) => update(base, mail, |row| row.col_expr(Column::SentAt, Expr::value(now)), None).await,
        Err(Refusal::Final(why)) => give_up(base, mail, now, why).await,
        Err(Refusal::Later(why)) if now.since(row.created_at) > GIVEN_UP_AFTER => give_up(base, mail, now, why).await,
        Err(Refusal::Later(why)) => {
            let noted = Entity::update_many().col_expr(Column::LastError, Expr::value(why));
            noted.filter(Column::Id.eq(mail)).exec(base.db.write()).await?;
            Err(Error::unavailable("The mail server is away."))
        }
    }
}

async fn give_up(base: &Base, mail: MailId, now: Timestamp, why: String) -> Result<()> {
    tracing::warn!(mail.id = %mail, "a mail cannot be delivered; the outbox says why");
    update(base, mail, |row| row.col_expr(Column::FailedAt, Expr::value(now)), Some(why)).await
}

/// It is done with: what it says is removed.
async fn update(
    base: &Base,
    mail: MailId,
    how: impl FnOnce(UpdateMany<Entity>) -> UpdateMany<Entity>,
    why: Option<String>,
) -> Result<()> {
    how(Entity::update_many())
        .col_expr(Column::Sealed, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::LastError, Expr::value(why))
        .filter(Column::Id.eq(mail))
        .exec(base.db.write())
        .await?;
    Ok(())
}

/// The outbox, the newest first. What is in a mail is shown only where there is no mail server: its links are their
/// reader's.
///
/// # Errors
/// `request.invalid` for a limit or cursor that is not ours.
pub async fn list(base: &Base, _: Authority, page: &PageQuery) -> Result<Page<Mail>> {
    let limit = page.limit()?;
    let mut rows = Entity::find();
    if let Some(after) = page.key::<MailId>()? {
        rows = rows.filter(Column::Id.lt(after));
    }
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(base.db.read()).await?;
    let page = page_of(rows, limit, |row| row.id, |row| row)?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        let content = if base.mailer.is_none() { open(base, &row)? } else { None };
        let Content { text, html } = content.unwrap_or(Content { text: String::new(), html: String::new() });
        items.push(Mail {
            id: row.id,
            template: row.template,
            to: row.recipient,
            subject: row.subject,
            text,
            html,
            created_at: row.created_at,
            sent_at: row.sent_at,
            failed_at: row.failed_at,
            error: row.last_error,
        });
    }
    Ok(Page { items, next: page.next })
}

/// Removes old mails.
async fn sweep(base: &Base) -> Result<()> {
    let old = Entity::delete_many().filter(Column::CreatedAt.lt(base.clock.now() - KEEP));
    old.exec(base.db.write()).await?;
    Ok(())
}
