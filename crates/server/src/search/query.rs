//! What is asked of `/search`.

use praca_api::search::SearchOrder;
use praca_api::{ConversationId, Timestamp, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which messages.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct MessagesQuery {
    /// Words that have to be there, the last as it was begun; case and accents do not matter.
    pub q: String,
    /// Only in this conversation.
    #[param(value_type = Option<uuid::Uuid>)]
    pub conversation_id: Option<ConversationId>,
    /// Only of this person.
    #[param(value_type = Option<uuid::Uuid>)]
    pub author_id: Option<UserId>,
    /// Only those written then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Only those written before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// The newest first when absent.
    #[param(inline)]
    pub sort: Option<SearchOrder>,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Which people.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// How their handle or a word of their name begins; case and accents do not matter.
    pub q: String,
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}
