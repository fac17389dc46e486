//! What protects people in browsers: headers, addresses, origins.

use praca_api::accounts::Role;
use praca_api::mail::MailTemplate;
use reqwest::Method;
use serde_json::json;

use crate::world::{PASSWORD, Twin, World, on_both_twins, read};

/// What every answer says, whatever it is.
const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

#[tokio::test]
async fn every_answer_says_what_browsers_may_do() {
    let world = World::new(Twin::Embedded, &[("PRACA_PUBLIC_URL", "https://praca.example")]).await;
    for path in [
        "/",
        "/salas/largo",
        "/healthz",
        "/api/v1/me",
        "/api/v1/rooms",
        "/texts/rules.en.txt",
        "/nothing.js",
        "/api/docs/",
    ] {
        let answer = read(world.http.get(format!("{}{path}", world.url))).await;
        for (name, value) in ALWAYS {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000; includeSubDomains", "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for part in
            ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.split(';').any(|one| one.trim() == part), "{path}: {policy}");
        }
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        let kept = answer.headers.get("cache-control").map(|value| value.to_str().unwrap());
        assert!(!path.starts_with("/api/v1/") || kept == Some("no-store"), "{path}: {kept:?}");
    }
}

/// Neither the host a request names nor what a proxy of nobody's forwards is where links lead, and nothing leads elsewhere.
#[tokio::test]
async fn links_lead_to_the_public_address_alone() {
    let world = World::new(Twin::Embedded, &[("PRACA_PUBLIC_URL", "https://praca.example")]).await;
    let evil = |request: reqwest::RequestBuilder| {
        let request = request.header("host", "evil.example").header("x-forwarded-host", "evil.example");
        request.header("forwarded", "host=evil.example").header("x-forwarded-proto", "http")
    };
    let wish = json!({ "email": "rosa@praca.example", "handle": "rosa", "displayName": "Rosa", "password": PASSWORD });
    let session = read(evil(world.http.post(format!("{}/api/v1/auth/register", world.url))).json(&wish)).await;
    let session = session.expect(201, "");
    let forgot = json!({ "email": "rosa@praca.example" });
    read(evil(world.http.post(format!("{}/api/v1/auth/password/forgot", world.url))).json(&forgot))
        .await
        .expect(202, "");
    let mails = world.mails().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert!(
            mail.text.contains("https://praca.example/") && !format!("{}{}", mail.text, mail.html).contains("evil")
        );
        assert!(matches!(mail.template, MailTemplate::VerifyEmail | MailTemplate::ResetPassword));
    }
    // Whom a token is for is not the request's to say either.
    let token = session["accessToken"].as_str().unwrap();
    read(evil(world.http.get(format!("{}/api/v1/me", world.url))).bearer_auth(token)).await.expect(200, "");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for path in
        ["//evil.example", "/%2f%2fevil.example", "/entrar?next=https://evil.example", "/\\\\evil.example", "/salas/"]
    {
        let answer = read(evil(client.get(format!("{}{path}", world.url)))).await;
        assert!(
            !answer.status.is_redirection() && !answer.headers.contains_key("location"),
            "{path}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn what_is_for_one_person_is_kept_by_nobody() {
    let world = World::new(Twin::Embedded, &[]).await;
    let admin = world.person("admina", Role::Admin).await;
    for path in ["/me", "/rooms", "/admin/users", "/admin/audit.csv", "/auth/sessions"] {
        let answer = world.get(path, &admin).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["cache-control"].to_str().unwrap()),
            (200, &"no-store"),
            "{path}"
        );
    }
}

on_both_twins! {
    async fn other_sites_are_answered_where_they_are_named(world: World) {
        let mut settings = world.settings();
        settings.push(("PRACA_CORS_ORIGINS".into(), "https://bairro.example".into()));
        let world = World::with_settings(settings, &world).await;
        let ask = async |origin: &str, method: &str| {
            let request = world.http.request(Method::OPTIONS, format!("{}/api/v1/me", world.url)).header("origin", origin);
            let request = request.header("access-control-request-method", method);
            read(request.header("access-control-request-headers", "authorization,x-praca-csrf")).await
        };
        let friend = ask("https://bairro.example", "PATCH").await;
        assert_eq!(friend.headers["access-control-allow-origin"], "https://bairro.example");
        assert_eq!(friend.headers["access-control-allow-credentials"], "true");
        assert!(friend.headers["vary"].to_str().unwrap().to_lowercase().contains("origin"));
        for stranger in ["https://evil.example", "null", "https://bairro.example.evil.example", "http://bairro.example"] {
            let answer = ask(stranger, "GET").await;
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{stranger}");
        }
    }

    async fn what_a_form_of_another_site_can_send_does_nothing(world: World) {
        let rosa = world.user("rosa").await;
        let url = |path: &str| format!("{}/api/v1{path}", world.url);
        // Forms send no JSON.
        let form = world.http.post(url("/auth/login")).header("content-type", "text/plain").header("origin", "https://evil.example");
        let body = json!({ "login": "rosa", "password": PASSWORD, "transport": "cookie" }).to_string();
        let answer = read(form.body(body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (415, "request.unsupported_media"));
        assert!(!answer.headers.contains_key("set-cookie"));
        // A cookie alone opens nothing but what refuses other sites.
        let login = json!({ "login": "rosa", "password": PASSWORD, "transport": "cookie" });
        let session = world.post("/auth/login", None, login).await;
        let cookies: Vec<String> = session.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
        for cookie in &cookies {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        }
        let cookie = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
        read(world.http.get(url("/me")).header("cookie", &cookie)).await.expect(401, "auth.invalid_token");
        for path in ["/auth/refresh", "/auth/logout"] {
            let bare = read(world.http.post(url(path)).header("cookie", &cookie).json(&json!({}))).await;
            bare.expect(403, "auth.csrf");
        }
        world.get("/me", &rosa).await.expect(200, "");
    }
}
