//! Notifications as their people are given them: names and texts as they are now.

use praca_api::UserId;
use praca_api::markup::snippet;
use praca_api::notifications::{Notification, NotificationParams, NotificationTarget};

use super::Notifications;
use crate::error::Result;
use crate::notices::told::Model;

/// Most characters of a message.
const TEXT_CHARS: usize = 140;

impl Notifications {
    /// Each with whose it is, in the order of the rows; what is about a conversation that is gone is left out.
    pub(super) async fn render(&self, rows: Vec<Model>) -> Result<Vec<(UserId, Notification)>> {
        let inner = &self.0;
        let authors: Vec<UserId> = rows.iter().filter_map(|row| row.author_id).collect();
        let authors = inner.accounts.authors(&authors).await?;
        let texts =
            inner.conversations.texts(rows.iter().filter_map(|row| Some((row.conversation_id?, row.seq?)))).await?;
        let places = inner.places.of(rows.iter().filter_map(|row| Some((row.user_id, row.conversation_id?)))).await?;
        let shown = |row: Model| {
            let conversation = match row.conversation_id {
                Some(id) => Some(places.get(&(row.user_id, id))?.clone()),
                None => None,
            };
            let params: NotificationParams =
                row.params.and_then(|params| serde_json::from_value(params).ok()).unwrap_or_default();
            let text = row.conversation_id.zip(row.seq).and_then(|place| texts.get(&place));
            let params = NotificationParams {
                count: u32::try_from(row.count).unwrap_or(1),
                author: row.author_id.and_then(|author| authors.get(&author).cloned()),
                text: text.map(|text| snippet(text, TEXT_CHARS)),
                ..params
            };
            let notification = Notification {
                id: row.id,
                code: row.code,
                params,
                target: NotificationTarget { conversation, seq: row.seq, upload_id: row.upload_id, ad_id: row.ad_id },
                created_at: row.created_at,
                read_at: row.read_at,
            };
            Some((row.user_id, notification))
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }
}
