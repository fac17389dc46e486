//! Push services we send to.

use std::str::FromStr;

/// A host, or, with `*.` before it, all hosts below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushHost(String);

/// Those of the browsers people use.
pub const KNOWN: &str = "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,*.push.apple.com";

impl PushHost {
    /// Whether it is this host, or one below.
    pub fn holds(&self, host: &str) -> bool {
        match self.0.strip_prefix('*') {
            Some(end) => host.len() > end.len() && host.ends_with(end),
            None => host == self.0,
        }
    }
}

impl FromStr for PushHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if fits && name.contains('.') && !name.starts_with('.') {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err(format!("has `{text}`, which is no host such as `fcm.googleapis.com` or `*.push.apple.com`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_what_is_below_alone() {
        let below: PushHost = "*.push.apple.com".parse().unwrap();
        assert!(below.holds("web.push.apple.com"));
        for other in ["push.apple.com", ".push.apple.com", "evilpush.apple.com", "web.push.apple.com.evil.example"] {
            assert!(!below.holds(other), "{other}");
        }
        for wrong in ["", "*", "*.", "localhost", "a b.c", "https://fcm.googleapis.com", ".a.b"] {
            assert!(wrong.parse::<PushHost>().is_err(), "{wrong}");
        }
    }
}
