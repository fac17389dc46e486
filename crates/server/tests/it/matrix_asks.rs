//! How each route is asked by who tries it: the rows of the permission matrix.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::PASSWORD;

/// A route as it is asked: method, path, its template, body. `{room}`, `{target}`, `{m}` (a message of the target) and
/// `{upload}` (one of the target's) are filled in for each try, and so is `{pending}` or `{shown}` (an ad of the target's).
pub type Ask = (Method, &'static str, &'static str, Option<Value>);

/// A body as one try sends it: `{new}` is what nobody sent before, `{handle}` and `{refresh}` are of whoever tries.
pub fn filled_in(body: &Value, new: &str, handle: &str, refresh: &str) -> Value {
    let text = body.to_string().replace("{new}", new).replace("{handle}", handle).replace("{refresh}", refresh);
    serde_json::from_str(&text).unwrap()
}

/// The routes that have a row of their own, and the way each is asked, by `get /me`. Logging out comes last.
pub fn asks() -> Vec<Ask> {
    let out = |path| (Method::POST, path, path, Some(json!({})));
    let mut asks = [
        open_routes(),
        door_routes(),
        account_routes(),
        factor_routes(),
        admin_routes(),
        room_routes(),
        upload_routes(),
        ad_routes(),
    ]
    .concat();
    asks.extend([out("/auth/logout-all"), out("/auth/logout")]);
    asks
}

/// What nobody needs an account for.
fn open_routes() -> Vec<Ask> {
    let get = |path, template| (Method::GET, path, template, None);
    vec![
        get("/../../healthz", "/healthz"),
        get("/../../readyz", "/readyz"),
        get("/../../metrics", "/metrics"),
        get("/../../.well-known/jwks.json", "/.well-known/jwks.json"),
        get("/../../texts/rules.pt-BR.txt", "/texts/{name}"),
        get("/auth/registration", "/auth/registration"),
    ]
}

/// What one asks at the door, with an account or without.
fn door_routes() -> Vec<Ask> {
    let post = |path, body| (Method::POST, path, path, Some(body));
    let link = json!({ "token": "nenhuma", "password": "ipê florido no largo" });
    vec![
        post("/auth/register", json!({ "email": "{new}@praca.example", "handle": "x" })),
        post("/auth/login", json!({ "login": "{handle}", "password": PASSWORD })),
        post("/auth/refresh", json!({ "refreshToken": "{refresh}" })),
        post("/auth/passkey/options", json!({})),
        post("/auth/passkey", json!({ "ceremony": "00000000-0000-0000-0000-000000000000", "credential": {} })),
        post("/auth/email/verify", json!({ "token": "nenhuma" })),
        post("/auth/password/forgot", json!({ "email": "{new}@praca.example" })),
        post("/auth/password/reset", link),
    ]
}

/// What one asks of oneself.
fn account_routes() -> Vec<Ask> {
    let point = "BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY";
    let keys = json!({ "p256dh": point, "auth": "_ordMnz7uTCmrpBTeUV4Bw" });
    let passwords = json!({ "currentPassword": PASSWORD, "newPassword": "curta" });
    let subscription = json!({ "endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys });
    vec![
        (Method::GET, "/me", "/me", None),
        (Method::PATCH, "/me", "/me", Some(json!({ "displayName": "Nome Novo" }))),
        (Method::GET, "/me/preferences", "/me/preferences", None),
        (Method::PATCH, "/me/preferences", "/me/preferences", Some(json!({ "presence": true }))),
        (Method::GET, "/me/notifications", "/me/notifications", None),
        (Method::PUT, "/me/notifications/read", "/me/notifications/read", Some(json!({}))),
        (Method::GET, "/me/push", "/me/push", None),
        (Method::PUT, "/me/push/subscription", "/me/push/subscription", Some(subscription)),
        (Method::DELETE, "/me/push/subscription?endpoint=x", "/me/push/subscription", None),
        (Method::GET, "/me/blocks", "/me/blocks", None),
        (Method::PUT, "/me/blocks/{target}", "/me/blocks/{user_id}", None),
        (Method::DELETE, "/me/blocks/{target}", "/me/blocks/{user_id}", None),
        (Method::GET, "/users/alvo", "/users/{handle}", None),
        (Method::GET, "/contacts", "/contacts", None),
        (Method::GET, "/search/people?q=alvo", "/search/people", None),
        (Method::GET, "/auth/sessions", "/auth/sessions", None),
        (Method::DELETE, "/auth/sessions", "/auth/sessions", None),
        (Method::DELETE, "/auth/sessions/{target}", "/auth/sessions/{id}", None),
        (Method::POST, "/auth/email/resend", "/auth/email/resend", None),
        (Method::POST, "/auth/reauthenticate", "/auth/reauthenticate", Some(json!({ "password": PASSWORD }))),
        (Method::POST, "/me/password", "/me/password", Some(passwords)),
        (Method::POST, "/me/email", "/me/email", Some(json!({ "email": "{new}@praca.example" }))),
        (Method::PUT, "/me/texts", "/me/texts", Some(json!({ "version": "nenhuma" }))),
    ]
}

/// What administrators ask.
fn admin_routes() -> Vec<Ask> {
    let change = json!({ "role": "user", "reason": "matriz" });
    vec![
        (
            Method::DELETE,
            "/admin/users/00000000-0000-0000-0000-000000000000/factors",
            "/admin/users/{id}/factors",
            None,
        ),
        (Method::GET, "/admin/mail", "/admin/mail", None),
        (Method::GET, "/admin/users/{target}/sessions", "/admin/users/{id}/sessions", None),
        // Nobody's: who comes later in the table needs theirs.
        (
            Method::DELETE,
            "/admin/users/00000000-0000-0000-0000-000000000000/sessions",
            "/admin/users/{id}/sessions",
            None,
        ),
        (Method::GET, "/admin/invites", "/admin/invites", None),
        (Method::POST, "/admin/invites", "/admin/invites", Some(json!({ "uses": 1 }))),
        (Method::DELETE, "/admin/invites/{target}", "/admin/invites/{id}", None),
        (Method::GET, "/admin/audit", "/admin/audit", None),
        (Method::GET, "/admin/audit.csv", "/admin/audit.csv", None),
        (Method::GET, "/admin/measures", "/admin/measures", None),
        (Method::GET, "/admin/users", "/admin/users", None),
        (Method::GET, "/admin/users/{target}", "/admin/users/{id}", None),
        (Method::PATCH, "/admin/users/{target}", "/admin/users/{id}", Some(change)),
    ]
}

/// What one asks of one's second factors.
fn factor_routes() -> Vec<Ask> {
    let passkey = || json!({ "ceremony": "00000000-0000-0000-0000-000000000000", "credential": {} });
    vec![
        (Method::GET, "/me/factors", "/me/factors", None),
        (Method::POST, "/me/factors/totp", "/me/factors/totp", Some(json!({}))),
        (Method::POST, "/me/factors/totp/confirm", "/me/factors/totp/confirm", Some(json!({ "code": "curta" }))),
        (Method::DELETE, "/me/factors/totp", "/me/factors/totp", None),
        (Method::POST, "/me/factors/recovery-codes", "/me/factors/recovery-codes", Some(json!({}))),
        (Method::POST, "/me/passkeys/options", "/me/passkeys/options", Some(json!({}))),
        (Method::POST, "/me/passkeys", "/me/passkeys", Some(passkey())),
        (Method::DELETE, "/me/passkeys/{target}", "/me/passkeys/{id}", None),
        (Method::POST, "/auth/reauthenticate/passkey", "/auth/reauthenticate/passkey", Some(passkey())),
    ]
}

/// What one asks of uploads; those there are, are the target's.
fn upload_routes() -> Vec<Ask> {
    let new = json!({ "purpose": "message", "fileName": "a.png", "contentType": "image/png", "bytes": 1 });
    let (upload, file) = ("/uploads/{id}", "/uploads/{id}/file");
    vec![
        (Method::POST, "/uploads", "/uploads", Some(new)),
        (Method::GET, "/uploads/{upload}", upload, None),
        (Method::PATCH, "/uploads/{upload}", upload, Some(json!({ "alt": "alheia" }))),
        (Method::POST, "/uploads/{upload}/complete", "/uploads/{id}/complete", Some(json!({}))),
        (Method::PUT, "/uploads/{upload}/file?until=9999999999999&signature=AAAA", file, Some(json!({}))),
        (Method::DELETE, "/uploads/{upload}", upload, None),
    ]
}

/// What one asks of a room.
fn room_routes() -> Vec<Ask> {
    let silence = || Some(json!({ "reason": "matriz" }));
    let message = "/rooms/{id}/messages/{message_id}";
    let reaction = "/rooms/{id}/messages/{message_id}/reactions/{emoji}";
    vec![
        (Method::GET, "/rooms", "/rooms", None),
        (Method::GET, "/search/messages?q=oi&conversationId={room}", "/search/messages", None),
        (Method::POST, "/rooms", "/rooms", Some(json!({ "name": "x" }))),
        (Method::GET, "/rooms/{room}", "/rooms/{id}", None),
        (Method::PATCH, "/rooms/{room}", "/rooms/{id}", Some(json!({ "topic": "Assunto" }))),
        (Method::PATCH, "/rooms/{room}/membership", "/rooms/{id}/membership", Some(json!({ "muted": true }))),
        (Method::GET, "/rooms/{room}/messages", "/rooms/{id}/messages", None),
        (
            Method::POST,
            "/rooms/{room}/messages",
            "/rooms/{id}/messages",
            Some(json!({ "body": "oi", "nonce": "{new}" })),
        ),
        (Method::GET, "/rooms/{room}/messages/{m}/revisions", "/rooms/{id}/messages/{message_id}/revisions", None),
        (Method::PATCH, "/rooms/{room}/messages/{m}", message, Some(json!({ "body": "alheia" }))),
        (Method::PUT, "/rooms/{room}/messages/{m}/reactions/👍", reaction, None),
        (Method::DELETE, "/rooms/{room}/messages/{m}/reactions/👍", reaction, None),
        (Method::DELETE, "/rooms/{room}/messages/{m}", message, None),
        (Method::PUT, "/rooms/{room}/read", "/rooms/{id}/read", Some(json!({ "seq": 1 }))),
        (Method::GET, "/rooms/{room}/pins", "/rooms/{id}/pins", None),
        (Method::PUT, "/rooms/{room}/pins/{m}", "/rooms/{id}/pins/{message_id}", None),
        (Method::DELETE, "/rooms/{room}/pins/{m}", "/rooms/{id}/pins/{message_id}", None),
        (Method::GET, "/rooms/{room}/mentions", "/rooms/{id}/mentions", None),
        (Method::GET, "/rooms/{room}/presence", "/rooms/{id}/presence", None),
        (Method::GET, "/rooms/{room}/members", "/rooms/{id}/members", None),
        (
            Method::PUT,
            "/rooms/{room}/members/{target}/role",
            "/rooms/{id}/members/{user_id}/role",
            Some(json!({ "role": "member" })),
        ),
        (Method::PUT, "/rooms/{room}/silences/{target}", "/rooms/{id}/silences/{user_id}", silence()),
        (Method::DELETE, "/rooms/{room}/silences/{target}", "/rooms/{id}/silences/{user_id}", None),
        (Method::PUT, "/rooms/{room}/silence", "/rooms/{id}/silence", silence()),
        (Method::DELETE, "/rooms/{room}/silence", "/rooms/{id}/silence", None),
        (Method::PUT, "/rooms/{room}/membership", "/rooms/{id}/membership", None),
        (Method::DELETE, "/rooms/{room}/membership", "/rooms/{id}/membership", None),
        (Method::DELETE, "/rooms/{room}", "/rooms/{id}", None),
    ]
}

/// What one asks of the fair.
fn ad_routes() -> Vec<Ask> {
    let why = || Some(json!({ "reason": "matriz" }));
    let one = "/ads/{id}";
    let category = json!({ "names": { "pt-BR": "Matriz", "en": "Matrix", "es": "Matriz" }, "days": 30 });
    vec![
        (Method::GET, "/ads", "/ads", None),
        (Method::GET, "/ads/facets", "/ads/facets", None),
        (Method::POST, "/ads", "/ads", Some(crate::ads::sofa())),
        (Method::GET, "/ads/{pending}", one, None),
        (Method::PATCH, "/ads/{shown}", one, Some(json!({ "version": 1 }))),
        (Method::DELETE, "/ads/{shown}", one, None),
        (Method::GET, "/ads/{shown}/history", "/ads/{id}/history", None),
        (Method::GET, "/ads/{shown}/similar", "/ads/{id}/similar", None),
        (Method::POST, "/ads/{pending}/approve", "/ads/{id}/approve", why()),
        (Method::POST, "/ads/{pending}/reject", "/ads/{id}/reject", why()),
        (Method::POST, "/ads/{shown}/suspend", "/ads/{id}/suspend", why()),
        (Method::POST, "/ads/{shown}/reinstate", "/ads/{id}/reinstate", why()),
        (Method::POST, "/ads/{shown}/pause", "/ads/{id}/pause", why()),
        (Method::POST, "/ads/{shown}/publish", "/ads/{id}/publish", why()),
        (Method::POST, "/ads/{shown}/renew", "/ads/{id}/renew", why()),
        (Method::POST, "/ads/{shown}/conclude", "/ads/{id}/conclude", why()),
        (Method::POST, "/ads/{shown}/change/accept", "/ads/{id}/change/accept", why()),
        (Method::POST, "/ads/{shown}/change/refuse", "/ads/{id}/change/refuse", why()),
        (Method::PUT, "/ads/{shown}/favorite", "/ads/{id}/favorite", None),
        (Method::DELETE, "/ads/{shown}/favorite", "/ads/{id}/favorite", None),
        (Method::GET, "/me/ads", "/me/ads", None),
        (Method::GET, "/me/favorites", "/me/favorites", None),
        (Method::GET, "/me/searches", "/me/searches", None),
        (Method::POST, "/me/searches", "/me/searches", Some(json!({ "kind": "sale" }))),
        (Method::DELETE, "/me/searches/{target}", "/me/searches/{id}", None),
        (Method::GET, "/moderation/ads", "/moderation/ads", None),
        (Method::PUT, "/moderation/ads/{pending}/claim", "/moderation/ads/{id}/claim", None),
        (Method::DELETE, "/moderation/ads/{pending}/claim", "/moderation/ads/{id}/claim", None),
        (
            Method::POST,
            "/moderation/ads/approve",
            "/moderation/ads/approve",
            Some(json!({ "ads": [{ "id": uuid::Uuid::nil(), "version": 1 }] })),
        ),
        (Method::GET, "/categories", "/categories", None),
        (Method::PUT, "/categories/matriz", "/categories/{slug}", Some(category)),
        (Method::DELETE, "/categories/nenhuma", "/categories/{slug}", None),
        (Method::GET, "/states", "/states", None),
        (Method::GET, "/states/sp/cities", "/states/{code}/cities", None),
    ]
}
