//! The OpenAPI document, generated from the routes, and a page to read it.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::routing::get;
use praca_api::Problem;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{self, Content, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::layers::CONTENT_SECURITY_POLICY;

/// What stands above all routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Praça", description = "A self-hosted town square for local communities."),
    components(schemas(Problem)),
    modifiers(&Bearer),
    tags(
        (name = "auth", description = "Registering, logging in, sessions"),
        (name = "me", description = "The caller's own account"),
        (name = "rooms", description = "Public conversations"),
        (name = "search", description = "Finding messages and people"),
        (name = "uploads", description = "Pictures on their way"),
        (name = "admin", description = "For administrators"),
        (name = "operations", description = "For operators"),
    )
)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("bearer".into(), SecurityScheme::Http(scheme).into());
    }
}

/// The problems any route may answer with.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let statuses = [
            ("400", "Wrong shape"),
            ("401", "No good token"),
            ("403", "Not allowed"),
            ("404", "Not there, or not to be known of"),
            ("409", "Conflicts with the present state"),
            ("413", "Too large"),
            ("415", "Not JSON"),
            ("422", "A value is not acceptable"),
            ("429", "Too fast: see `retryAfterMs`"),
            ("500", "A failure of ours"),
            ("503", "A part is out of reach"),
        ];
        let problem = || Content::new(Some(openapi::Ref::from_schema_name("Problem")));
        let response = |description| {
            ResponseBuilder::new().description(description).content("application/problem+json", problem()).build()
        };
        statuses.into_iter().map(|(status, text)| (status.to_owned(), RefOr::T(response(text)))).collect()
    }
}

/// Serves both documents and the page.
pub fn routes(openapi: &str, asyncapi: &str) -> Router {
    let json = |document: &str| {
        let body = document.to_owned();
        get(async move || ([(header::CONTENT_TYPE, "application/json")], body))
    };
    let page = SwaggerUi::new("/api/docs").config(Config::new(["/api/openapi.json"]).validator_url("none"));
    let page = Router::from(page).layer(map_response(allow_its_one_style));
    Router::new().route("/api/openapi.json", json(openapi)).route("/api/asyncapi.json", json(asyncapi)).merge(page)
}

/// The page hides its own icons by one inline style, which is allowed by its hash; nothing else is.
async fn allow_its_one_style(mut response: axum::response::Response) -> axum::response::Response {
    let policy = CONTENT_SECURITY_POLICY
        .replace("style-src 'self'", &format!("style-src 'self' 'unsafe-hashes' '{ICONS_STYLE}'"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Hash of `style="position:absolute;width:0;height:0"`, as the page writes it.
const ICONS_STYLE: &str = "sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=";
