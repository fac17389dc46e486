//! The mail server.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use praca_api::{MailId, Timestamp};

use super::Rendered;
use crate::config::MailSettings;
use crate::error::{Error, Result};

/// Longest wait for the mail server.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Connections that are kept.
const CONNECTIONS: u32 = 4;
/// Headers that are signed.
const SIGNED: [&str; 6] = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"];
/// Answers that speak of our own log-in rather than of the mail (RFC 4954, 6; RFC 3207, 4): somebody has to mend it.
const OURS: [u16; 5] = [454, 530, 534, 535, 538];
/// Most characters of what the mail server says that are kept.
const SAID_CHARS: usize = 300;

/// Why a mail was not taken, in the mail server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It never will be.
    Final(String),
    /// It may be later.
    Later(String),
}

/// Hands mails to the mail server.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    dkim: Option<DkimConfig>,
}

impl Mailer {
    /// As configured.
    ///
    /// # Errors
    /// An address or key that cannot be used.
    pub fn new(settings: &MailSettings) -> Result<Self> {
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|error| Error::internal(format!("PRACA_MAIL_FROM is no address to write from: {error}")))?;
        // The error may hold the password.
        let unusable = |error: lettre::transport::smtp::Error| {
            if error.is_tls() {
                Error::internal(
                    "no certificates are trusted here: install ca-certificates, or name a file in SSL_CERT_FILE",
                )
            } else {
                Error::internal("PRACA_SMTP_URL is no address of a mail server")
            }
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.url.reveal())
            .map_err(unusable)?
            .timeout(Some(ANSWER_WITHIN))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        let dkim = match &settings.dkim {
            Some(dkim) => {
                let key = dkim.key.reveal();
                let kind =
                    if key.contains("BEGIN") { DkimSigningAlgorithm::Rsa } else { DkimSigningAlgorithm::Ed25519 };
                let key = DkimSigningKey::new(key, kind)
                    .map_err(|error| Error::internal(format!("PRACA_DKIM_KEY cannot be read: {error}")))?;
                let domain = dkim.domain.clone().unwrap_or_else(|| from.email.domain().to_owned());
                let headers = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
                // Only relaxed: lettre folds the header it signs otherwise than the one it sends.
                let relaxed = DkimCanonicalization {
                    header: DkimCanonicalizationType::Relaxed,
                    body: DkimCanonicalizationType::Relaxed,
                };
                Some(DkimConfig::new(dkim.selector.clone(), domain, key, headers, relaxed))
            }
            None => None,
        };
        Ok(Self(Arc::new(Inner { transport, from, dkim })))
    }

    /// Whether the mail server answers.
    ///
    /// # Errors
    /// It does not, or refuses us.
    pub async fn reach(&self) -> Result<()> {
        match self.0.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::internal("the mail server does not answer as it should")),
            Err(error) => Err(Error::internal(said(&error))),
        }
    }

    /// Hands a mail over. Handed over twice, it has the same id, by which mail programs tell.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn send(
        &self,
        id: MailId,
        to: &str,
        subject: &str,
        content: Rendered,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let message = self.message(id, to, subject, content, now).map_err(Refusal::Final)?;
        match self.0.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let is_ours = error.status().is_some_and(|code| OURS.contains(&u16::from(code)));
                let said = said(&error);
                // What our side refuses is the address (RFC 6531), or a server that is not as it should be for a while.
                let is_address = error.is_client() && said.contains("non-ascii");
                let is_final = (error.is_permanent() && !is_ours) || is_address;
                Err(if is_final { Refusal::Final(said) } else { Refusal::Later(said) })
            }
        }
    }

    fn message(
        &self,
        id: MailId,
        to: &str,
        subject: &str,
        content: Rendered,
        now: Timestamp,
    ) -> Result<Message, String> {
        let inner = &self.0;
        let to = Mailbox::new(None, address(to)?);
        let mut message = Message::builder()
            .from(inner.from.clone())
            .to(to)
            .subject(subject)
            .date(SystemTime::from(now.to_utc()))
            .message_id(Some(format!("<{id}@{}>", inner.from.email.domain())))
            // Nobody answers by a machine (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .multipart(MultiPart::alternative_plain_html(content.text, content.html))
            .map_err(|error| error.to_string())?;
        if let Some(dkim) = &inner.dkim {
            message.sign(dkim);
        }
        Ok(message)
    }
}

/// An address as mail servers know it: letters of other alphabets stay before the `@`, and are written in ASCII after it
/// (RFC 6531, RFC 5891).
fn address(text: &str) -> Result<Address, String> {
    let (user, domain) = text.rsplit_once('@').ok_or("no address")?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| "the domain has letters no domain has")?;
    Address::new(user, domain).map_err(|error| error.to_string())
}

/// What went wrong, with the mail server's own words, on one line.
fn said(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        source = inner.source();
    }
    praca_api::text::clean_line(&said).chars().take(SAID_CHARS).collect()
}
