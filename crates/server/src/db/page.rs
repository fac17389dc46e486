//! Pages by key: `?limit=&after=`, with an opaque cursor that stays right while rows come and go.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use praca_api::Page;
use praca_api::limits::{PAGE_ITEMS, PAGE_ITEMS_DEFAULT};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::error::{Error, Result};

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Most items, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// Items asked for.
    ///
    /// # Errors
    /// `request.invalid` outside 1 to 100.
    pub fn limit(&self) -> Result<u64> {
        checked_limit(self.limit)
    }

    /// The key the page begins after.
    ///
    /// # Errors
    /// `request.invalid` for a cursor that is not ours.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.after else { return Ok(None) };
        let decoded = URL_SAFE_NO_PAD.decode(cursor).ok();
        // No text of ours has a NUL, which PostgreSQL does not take.
        let decoded = decoded.filter(|bytes| !bytes.windows(6).any(|part| part == br"\u0000"));
        let key = decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        key.map(Some).ok_or_else(|| Error::invalid_field("after", "cursor", "The cursor is not one of ours."))
    }
}

/// A number of items within the contract's bounds.
///
/// # Errors
/// `request.invalid` outside 1 to 100.
pub fn checked_limit(limit: Option<u64>) -> Result<u64> {
    match limit {
        None => Ok(PAGE_ITEMS_DEFAULT),
        Some(limit) if (1..=PAGE_ITEMS).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::invalid_field("limit", "range", "A page has 1 to 100 items.")),
    }
}

/// Cuts `limit + 1` rows to a page; the surplus row only tells that there is more.
pub fn page_of<R, T, K: Serialize>(
    mut rows: Vec<R>,
    limit: u64,
    key: impl Fn(&R) -> K,
    item: impl FnMut(R) -> T,
) -> Result<Page<T>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more => Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last))?)),
        _ => None,
    };
    Ok(Page { items: rows.into_iter().map(item).collect(), next })
}
