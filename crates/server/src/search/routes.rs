//! `/search`.

use axum::extract::State;
use praca_api::Page;
use praca_api::people::PersonSeen;
use praca_api::search::SearchHit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Search;
use super::query::{MessagesQuery, PeopleQuery};
use crate::db::page::PageQuery;
use crate::error::Result;
use crate::http::openapi::Problems;
use crate::http::{Caller, Json, Query};

/// The slice's routes.
pub fn routes(search: Search) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(search_messages)).routes(routes!(search_people)).with_state(search)
}

/// Messages of public rooms and of the caller's own conversations.
#[utoipa::path(get, path = "/search/messages", tag = "search", operation_id = "search_messages", params(MessagesQuery),
    security(("bearer" = [])), responses((status = 200, description = "What was found", body = Page<SearchHit>), Problems))]
async fn search_messages(
    State(search): State<Search>,
    Caller(actor): Caller,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Page<SearchHit>>> {
    search.messages(&actor, query).await.map(Json)
}

/// People by handle or name.
#[utoipa::path(get, path = "/search/people", tag = "search", operation_id = "search_people", params(PeopleQuery),
    security(("bearer" = [])), responses((status = 200, description = "Who was found", body = Page<PersonSeen>), Problems))]
async fn search_people(
    State(search): State<Search>,
    Caller(actor): Caller,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<PersonSeen>>> {
    let page = PageQuery { limit: query.limit, after: query.after };
    search.people(&actor, &query.q, &page).await.map(Json)
}
