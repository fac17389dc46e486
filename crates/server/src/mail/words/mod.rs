//! What mails say, in each language.

mod en;
mod es;
mod pt_br;

use chrono_tz::{America, Tz, UTC};
use praca_api::Timestamp;
use praca_api::accounts::Locale;
use praca_api::factors::Factor;
use praca_api::mail::MailTemplate;

use super::letter::{Action, Letter, Line};

/// What a mail is about, and what its words are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Proving that an address is one's own.
    VerifyEmail {
        /// Where that is done.
        link: String,
    },
    /// Somebody registered with an address that has an account.
    AlreadyRegistered {
        /// Where one logs in.
        link: String,
    },
    /// Choosing a new password.
    ResetPassword {
        /// Where that is done.
        link: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// Where one asks for another.
        link: String,
    },
    /// Proving that the new address is one's own.
    ChangeEmail {
        /// Where that is done.
        link: String,
    },
    /// The account has another address now; its beginning, for who reads the mail at the old one.
    EmailChanged {
        /// The new address, most of it hidden.
        address: String,
        /// Where one takes the account back, if the old address was one's own.
        link: Option<String>,
    },
    /// A log-in from a device not seen before.
    NewDevice {
        /// The program, as it names itself.
        device: String,
        /// Its network.
        place: String,
        /// When.
        at: Timestamp,
        /// Where one ends it.
        link: String,
    },
    /// Many wrong passwords.
    AccountLocked {
        /// Their network.
        place: String,
        /// Where one chooses another.
        link: String,
    },
    /// A second factor was added or removed.
    FactorChanged {
        /// Which kind.
        factor: Factor,
        /// Whether it was added.
        added: bool,
        /// Where one sees them.
        link: String,
    },
    /// The first second factor was added.
    FirstFactorAdded {
        /// Which kind.
        factor: Factor,
        /// Where one takes the account back.
        link: String,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u32,
        /// Where one makes others.
        link: String,
    },
    /// Recovery codes took the place of those before.
    RecoveryCodesRenewed {
        /// Where one makes others.
        link: String,
    },
    /// Somebody who has the password got the second factor wrong.
    FactorGuessed {
        /// Their network.
        place: String,
        /// Where one chooses another password.
        link: String,
    },
    /// What was missed.
    Digest {
        /// How much.
        count: u32,
        /// The newest of it.
        lines: Vec<Line>,
        /// Where all of it is.
        link: String,
    },
}

/// What a language says of a topic.
struct Said {
    subject: String,
    paragraphs: Vec<String>,
    label: &'static str,
    note: String,
}

/// A paragraph, a button and a note.
fn said(subject: &str, text: impl Into<String>, label: &'static str, note: &str) -> Said {
    Said { subject: subject.into(), paragraphs: vec![text.into()], label, note: note.into() }
}

impl Topic {
    /// Which of the mails it is.
    pub const fn template(&self) -> MailTemplate {
        match self {
            Self::VerifyEmail { .. } => MailTemplate::VerifyEmail,
            Self::AlreadyRegistered { .. } => MailTemplate::AlreadyRegistered,
            Self::ResetPassword { .. } => MailTemplate::ResetPassword,
            Self::PasswordChanged { .. } => MailTemplate::PasswordChanged,
            Self::ChangeEmail { .. } => MailTemplate::ChangeEmail,
            Self::EmailChanged { .. } => MailTemplate::EmailChanged,
            Self::NewDevice { .. } => MailTemplate::NewDevice,
            Self::AccountLocked { .. } => MailTemplate::AccountLocked,
            Self::FactorChanged { .. } | Self::FirstFactorAdded { .. } => MailTemplate::FactorChanged,
            Self::RecoveryCodeUsed { .. } => MailTemplate::RecoveryCodeUsed,
            Self::RecoveryCodesRenewed { .. } => MailTemplate::RecoveryCodesRenewed,
            Self::FactorGuessed { .. } => MailTemplate::FactorGuessed,
            Self::Digest { .. } => MailTemplate::Digest,
        }
    }

    fn link(&self) -> Option<&str> {
        match self {
            Self::VerifyEmail { link }
            | Self::AlreadyRegistered { link }
            | Self::ResetPassword { link }
            | Self::PasswordChanged { link }
            | Self::ChangeEmail { link }
            | Self::NewDevice { link, .. }
            | Self::AccountLocked { link, .. }
            | Self::FactorChanged { link, .. }
            | Self::FirstFactorAdded { link, .. }
            | Self::RecoveryCodeUsed { link, .. }
            | Self::RecoveryCodesRenewed { link }
            | Self::FactorGuessed { link, .. }
            | Self::Digest { link, .. } => Some(link),
            Self::EmailChanged { link, .. } => link.as_deref(),
        }
    }

    /// As it is written to somebody, from the square at this address.
    pub fn letter(self, locale: Locale, handle: &str, site: &str) -> Letter {
        let said = match locale {
            Locale::PtBr => pt_br::say(&self),
            Locale::En => en::say(&self),
            Locale::Es => es::say(&self),
        };
        let (greeting, footer) = match locale {
            Locale::PtBr => (format!("Olá, @{handle}."), format!("Este e-mail foi enviado pela praça em {site}.")),
            Locale::En => (format!("Hello, @{handle}."), format!("This mail was sent by the square at {site}.")),
            Locale::Es => (format!("Hola, @{handle}."), format!("Este correo fue enviado por la plaza en {site}.")),
        };
        Letter {
            template: self.template(),
            locale,
            subject: said.subject,
            greeting,
            paragraphs: said.paragraphs,
            action: self.link().map(|link| Action { label: said.label.to_owned(), url: link.to_owned() }),
            lines: if let Self::Digest { lines, .. } = self { lines } else { Vec::new() },
            note: said.note,
            footer,
        }
    }
}

/// A time by the clock of a language's readers, as far as one is known: that of Brasília for Portuguese, UTC for others.
fn clock(locale: Locale) -> (Tz, &'static str) {
    match locale {
        Locale::PtBr => (America::Sao_Paulo, "horário de Brasília"),
        Locale::En | Locale::Es => (UTC, "UTC"),
    }
}

fn when(locale: Locale, at: Timestamp) -> String {
    let (zone, name) = clock(locale);
    let at = at.to_utc().with_timezone(&zone);
    let pattern = match locale {
        Locale::PtBr => "%d/%m/%Y às %Hh%M",
        Locale::En => "%Y-%m-%d at %H:%M",
        Locale::Es => "%d/%m/%Y a las %H:%M",
    };
    format!("{} ({name})", at.format(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics() -> Vec<Topic> {
        let link = || "https://praca.example/verificar?token=abc".to_owned();
        let at = Timestamp::from_millis(1_795_380_360_000).unwrap();
        let missed = Line { headline: "Bia respondeu a você em Largo".into(), detail: "<b>Eu levo</b> o bolo".into() };
        vec![
            Topic::VerifyEmail { link: link() },
            Topic::AlreadyRegistered { link: link() },
            Topic::ResetPassword { link: link() },
            Topic::PasswordChanged { link: link() },
            Topic::ChangeEmail { link: link() },
            Topic::EmailChanged { address: "r•••@praca.example".into(), link: None },
            Topic::EmailChanged { address: "r•••@praca.example".into(), link: Some(link()) },
            Topic::NewDevice { device: "Firefox, Linux".into(), place: "200.147.•.•".into(), at, link: link() },
            Topic::AccountLocked { place: "200.147.•.•".into(), link: link() },
            Topic::FirstFactorAdded { factor: Factor::Totp, link: link() },
            Topic::FactorChanged { factor: Factor::Totp, added: true, link: link() },
            Topic::FactorChanged { factor: Factor::Passkey, added: false, link: link() },
            Topic::RecoveryCodeUsed { left: 1, link: link() },
            Topic::RecoveryCodeUsed { left: 9, link: link() },
            Topic::RecoveryCodesRenewed { link: link() },
            Topic::FactorGuessed { place: "200.147.•.•".into(), link: link() },
            Topic::Digest { count: 3, lines: vec![missed], link: link() },
        ]
    }

    #[test]
    fn every_mail_is_written_in_every_language() {
        for locale in [Locale::PtBr, Locale::En, Locale::Es] {
            let mut all = String::new();
            for topic in topics() {
                let letter = topic.letter(locale, "rosa", "praca.example");
                let rendered = letter.render().unwrap();
                assert!(rendered.html.contains(&format!("<html lang=\"{}\">", locale.as_str())));
                assert!(!rendered.html.contains("<b>Eu levo</b>"), "what people wrote stays text");
                let links = rendered.text.matches("?token=abc").count();
                assert_eq!(links, usize::from(letter.action.is_some()));
                all = format!("{all}=== {}\n{}\n", letter.subject, rendered.text);
            }
            insta::assert_snapshot!(format!("mails-{}", locale.as_str()), all);
        }
    }

    #[test]
    fn how_a_mail_looks_is_reviewed() {
        let letter = topics().swap_remove(2).letter(Locale::PtBr, "rosa", "praca.example");
        insta::assert_snapshot!(letter.render().unwrap().html);
    }
}
