//! The refresh cookie, the one a device is told again by, and the guard against requests from other sites.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::ProblemCode;

use super::devices::KNOWN_FOR;
use crate::config::Config;
use crate::error::{Error, Result};

const NAME: &str = "praca_refresh";
const PATH: &str = "/api/v1/auth";
/// What a device carries that somebody logged in from. It opens nothing.
const DEVICE: &str = "praca_device";
/// Whoever changes their password is known by it, too.
const DEVICE_PATH: &str = "/api/v1";

/// `Set-Cookie` that stores a token.
pub fn store(config: &Config, token: &str) -> Result<HeaderValue> {
    header(config, (NAME, PATH), token, config.sessions.idle.as_secs())
}

/// `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> Result<HeaderValue> {
    header(config, (NAME, PATH), "", 0)
}

/// `Set-Cookie` that a device is told again by.
pub fn mark_device(config: &Config, token: [u8; 32]) -> Result<HeaderValue> {
    header(config, (DEVICE, DEVICE_PATH), &URL_SAFE_NO_PAD.encode(token), KNOWN_FOR.as_secs())
}

/// What a device is told again by, if somebody logged in from it.
pub fn device(headers: &HeaderMap) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(value_of(headers, DEVICE)?).ok()?.try_into().ok()
}

fn value_of<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value)
}

fn header(config: &Config, (name, path): (&str, &str), value: &str, max_age: u64) -> Result<HeaderValue> {
    let secure = if config.is_loopback() { "" } else { "; Secure" };
    let cookie = format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).map_err(Error::internal)
}

/// The token of the cookie, once the request has proved to come from our own pages.
///
/// # Errors
/// `auth.csrf`.
pub fn read(config: &Config, headers: &HeaderMap) -> Result<Option<String>> {
    let Some(token) = value_of(headers, NAME) else { return Ok(None) };
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
