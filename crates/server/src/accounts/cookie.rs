//! The refresh cookie, and the guard against requests from other sites.

use axum::http::{HeaderMap, HeaderValue, header};
use praca_api::ProblemCode;

use super::sessions::LIFETIME;
use crate::config::Config;
use crate::error::{Error, Result};

const NAME: &str = "praca_refresh";

/// `Set-Cookie` that stores a token.
pub fn store(config: &Config, token: &str) -> Result<HeaderValue> {
    header(config, token, LIFETIME.as_secs())
}

/// `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> Result<HeaderValue> {
    header(config, "", 0)
}

fn header(config: &Config, value: &str, max_age: u64) -> Result<HeaderValue> {
    let secure = if config.is_loopback() { "" } else { "; Secure" };
    let cookie = format!("{NAME}={value}; Path=/api/v1/auth; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).map_err(Error::internal)
}

/// The token of the cookie, once the request has proved to come from our own pages.
///
/// # Errors
/// `auth.csrf`.
pub fn read(config: &Config, headers: &HeaderMap) -> Result<Option<String>> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let Some((_, token)) = pairs.find(|(name, value)| *name == NAME && !value.is_empty()) else {
        return Ok(None);
    };
    require_own_site(config, headers)?;
    Ok(Some(token.to_owned()))
}

/// A page of another site cannot send our header without asking first, and is told apart by what the browser adds.
fn require_own_site(config: &Config, headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let marked = text("x-praca-csrf") == Some("1");
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let host = text("host").unwrap_or_default();
    let origin = text("origin").is_none_or(|origin| {
        origin == config.public_url || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
    });
    if marked && site && origin {
        return Ok(());
    }
    let detail = "Send `x-praca-csrf: 1` from a page of this site.";
    Err(Error::problem(ProblemCode::AuthCsrf, detail))
}
