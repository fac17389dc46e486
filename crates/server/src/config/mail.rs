//! The mail server, and in whose name mail is sent.

use super::{ConfigError, Secret, Source, is_loopback_host};

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The mail server, with name and password.
    pub url: Secret,
    /// In whose name.
    pub from: String,
    /// The signature of the domain; none = the mail server signs, or nobody.
    pub dkim: Option<DkimSettings>,
}

/// How mail is signed (RFC 6376).
#[derive(Clone, Debug)]
pub struct DkimSettings {
    /// The name of the key in the domain's records.
    pub selector: String,
    /// The domain; that of the sender when absent.
    pub domain: Option<String>,
    /// An RSA key as PEM, or an Ed25519 key as base64 of its 32 bytes.
    pub key: Secret,
}

/// The mail server, if there is one.
pub(super) fn mail(source: &Source) -> Result<Option<MailSettings>, ConfigError> {
    let Some(url) = source.get::<Secret>("PRACA_SMTP_URL")? else { return Ok(None) };
    if !["smtp://", "smtps://"].iter().any(|scheme| url.reveal().starts_with(scheme)) {
        let said = "PRACA_SMTP_URL is neither `smtp://…` nor `smtps://…`, as in `smtps://name:password@mail.example`.";
        return Err(ConfigError(said.into()));
    }
    if is_in_clear(url.reveal()) {
        let said = "PRACA_SMTP_URL sends name and password to another machine for all to read: write `smtps://…`, or `smtp://…?tls=required`.";
        return Err(ConfigError(said.into()));
    }
    let from = source.get::<String>("PRACA_MAIL_FROM")?.filter(|from| from.contains('@')).ok_or_else(|| {
        let said = "PRACA_MAIL_FROM is missing: mail is sent in somebody's name, as in `Praça <praca@praca.example>`.";
        ConfigError(said.into())
    })?;
    let selector = source.get::<String>("PRACA_DKIM_SELECTOR")?;
    let key = source.get::<Secret>("PRACA_DKIM_KEY")?;
    let domain = source.get::<String>("PRACA_DKIM_DOMAIN")?;
    let dkim = match (selector, key) {
        (Some(selector), Some(key)) => Some(DkimSettings { selector, domain, key }),
        (None, None) => None,
        (Some(_), None) => return Err(ConfigError("PRACA_DKIM_KEY is missing: PRACA_DKIM_SELECTOR names it.".into())),
        (None, Some(_)) => {
            return Err(ConfigError("PRACA_DKIM_SELECTOR is missing: it names the key of PRACA_DKIM_KEY.".into()));
        }
    };
    Ok(Some(MailSettings { url, from, dkim }))
}

/// Whether a name and password would go to another machine without TLS.
fn is_in_clear(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("smtp://") else { return false };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let Some((_, host)) = place.trim_end_matches('/').rsplit_once('@') else { return false };
    !is_loopback_host(host) && !query.split('&').any(|pair| pair == "tls=required")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_to_this_machine_or_behind_tls() {
        for fine in [
            "smtp://a:b@127.0.0.1:25",
            "smtp://a:b@localhost",
            "smtps://a:b@mail.example",
            "smtp://mail.example",
            "smtp://a:b@mail.example:587?tls=required",
        ] {
            assert!(!is_in_clear(fine), "{fine}");
        }
        for open in
            ["smtp://a:b@mail.example", "smtp://a:b@mail.example:25/", "smtp://a:b@mail.example?tls=opportunistic"]
        {
            assert!(is_in_clear(open), "{open}");
        }
    }
}
