//! Opening an account.

use chrono::NaiveDate;
use praca_api::accounts::{AccountStatus, Locale, Register, RegistrationMode, RegistrationRules, Role};
use praca_api::handle::{parse_handle, skeleton};
use praca_api::limits::{DISPLAY_NAME_CHARS, EMAIL_CHARS};
use praca_api::password::{Weak, strength};
use praca_api::people::Digest;
use praca_api::text::clean_line;
use praca_api::{FieldProblem, ProblemCode, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{DbErr, EntityTrait as _};
use unicode_normalization::UnicodeNormalization as _;

use super::{Accounts, entity, invites, one_time, store};
use crate::base::Base;
use crate::config::Registration;
use crate::db::Tx;
use crate::db::dialect::is_duplicate;
use crate::error::{Error, Result};
use crate::events::{AccountEvent, Letter};
use crate::fold::fold;

/// A checked wish for an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    email: String,
    handle: String,
    display_name: String,
    password: String,
    locale: Locale,
    role: Role,
    verified: bool,
    birth_date: Option<String>,
    invite: Option<String>,
    accepted_texts: Option<String>,
}

impl NewAccount {
    /// Checks every field.
    ///
    /// # Errors
    /// `request.invalid` naming each wrong field, or `accounts.password_weak`.
    pub fn parse(wish: Register) -> Result<Self> {
        let mut wrong = Vec::new();
        let email = clean_email(&wish.email);
        if email.is_none() {
            wrong.push(field("email", "format", "This is not an e-mail address."));
        }
        let handle =
            parse_handle(&wish.handle).map_err(|why| wrong.push(field("handle", why.code(), why.detail()))).ok();
        let display_name = clean_display_name(&wish.display_name);
        if display_name.is_none() {
            wrong.push(field("displayName", "length", "A name has 1 to 48 characters."));
        }
        let (Some(email), Some(handle), Some(display_name)) = (email, handle, display_name) else {
            return Err(Error::invalid(wrong));
        };
        let local = email.split('@').next().unwrap_or_default();
        let born = wish.birth_date.as_deref().unwrap_or_default();
        check_password(&wish.password, &[&handle, &display_name, &email, local, born])?;
        let locale = wish.locale.unwrap_or(Locale::PtBr);
        Ok(Self {
            birth_date: wish.birth_date,
            invite: wish.invite,
            accepted_texts: wish.accepted_texts,
            email,
            handle,
            display_name,
            password: wish.password,
            locale,
            role: Role::User,
            verified: false,
        })
    }

    /// With this role, of somebody whose address needs no proof: for the command line and the demo data.
    pub fn trusted(self, role: Role) -> Self {
        Self { role, verified: true, ..self }
    }
}

/// Refuses a password that is guessed too soon, of somebody of whom this is known.
///
/// # Errors
/// `accounts.password_weak`, saying why.
pub(super) fn check_password(password: &str, own: &[&str]) -> Result<()> {
    let refuse =
        |weak: Weak| Error::problem_in_field(ProblemCode::AccountsPasswordWeak, "password", weak.code(), weak.detail());
    strength(password, own).map(drop).map_err(refuse)
}

/// A name of 1 to 48 visible characters on one line.
pub(super) fn clean_display_name(text: &str) -> Option<String> {
    let name = clean_line(text);
    (DISPLAY_NAME_CHARS.contains(&name.chars().count()) && !praca_api::text::is_blank(&name)).then_some(name)
}

/// An address that mail can be sent to: something, `@`, and a domain with a dot. Whether it is theirs, a mail finds out.
pub(super) fn clean_email(text: &str) -> Option<String> {
    // In one form, however a keyboard puts accents over letters.
    let typed: String = text.trim().nfc().collect();
    let (local, domain) = typed.rsplit_once('@')?;
    // One form of a domain, however it was written: `münchen.example` and `xn--mnchen-3ya.example` are one.
    let (domain, known) = idna::domain_to_unicode(domain);
    let email = format!("{local}@{domain}");
    let plain = praca_api::text::clean_text(&email) == email
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c));
    let labels = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let named = domain.rsplit_once('.').is_some_and(|(_, last)| !last.contains(|c: char| c.is_ascii_digit()));
    let sized = email.chars().count() <= EMAIL_CHARS && (1..=64).contains(&local.len());
    (plain && known.is_ok() && labels && named && sized && email.matches('@').count() == 1).then_some(email)
}

fn field(name: &str, code: &str, detail: &str) -> FieldProblem {
    FieldProblem { field: name.into(), code: code.into(), detail: detail.into() }
}

impl Accounts {
    /// Opens an account for a stranger, if strangers may; nobody, where they have to prove their address first. Then a known
    /// address is answered as a new one is, and its owner is told.
    ///
    /// # Errors
    /// `access.denied` with registration closed, `accounts.handle_taken`, `accounts.email_taken`.
    pub(super) async fn register(&self, wish: Register) -> Result<Option<UserId>> {
        let base = &self.0.base;
        if base.config.registration == Registration::Closed {
            return Err(Error::problem(ProblemCode::AccessDenied, "Registration is closed."));
        }
        // How good a password is takes a while to tell.
        let account = base.passwords.in_turn(move || NewAccount::parse(wish)).await?;
        self.require_welcome(&account)?;
        let proves = base.config.require_verified_email;
        let email = account.email.to_lowercase();
        match self.create_account(account).await {
            Err(error) if proves && error.is(ProblemCode::AccountsEmailTaken) => {
                let mut tx = base.begin().await?;
                tx.emit(AccountEvent::LetterAsked(Letter::AlreadyRegistered { email }));
                tx.commit().await?;
                Ok(None)
            }
            created => created.map(|user| (!proves).then_some(user)),
        }
    }

    /// Who may register, and what is asked of them.
    pub(super) fn registration_rules(&self) -> RegistrationRules {
        let config = &self.0.base.config;
        let mode = match config.registration {
            Registration::Open => RegistrationMode::Open,
            Registration::Invite => RegistrationMode::Invite,
            Registration::Closed => RegistrationMode::Closed,
        };
        RegistrationRules {
            mode,
            minimum_age: config.minimum_age,
            verifies_email: config.require_verified_email,
            texts_version: self.0.base.texts.version().to_owned(),
        }
    }

    /// Refuses who may not register: there is no invite, or they are too young.
    fn require_welcome(&self, account: &NewAccount) -> Result<()> {
        let config = &self.0.base.config;
        match config.registration {
            Registration::Invite if account.invite.is_none() => {
                return Err(Error::invalid_field("invite", "required", "Registration needs an invite."));
            }
            Registration::Invite | Registration::Open | Registration::Closed => {}
        }
        let Some(least) = config.minimum_age else { return Ok(()) };
        let wrong = |code, detail: &str| Err(Error::invalid_field("birthDate", code, detail));
        let Some(text) = &account.birth_date else { return wrong("required", "Say when you were born.") };
        let Ok(born) = text.parse::<NaiveDate>() else { return wrong("format", "A date is written as 1990-12-31.") };
        match self.0.base.clock.now().to_utc().date_naive().years_since(born) {
            Some(age) if age >= u32::from(least) && age < 130 => Ok(()),
            Some(age) if age < u32::from(least) => wrong("too_young", "You are too young for this square."),
            _ => wrong("range", "Nobody was born then."),
        }
    }

    /// Opens an account, whatever the registration says: for the command line and the demo data.
    ///
    /// # Errors
    /// `accounts.handle_taken`, `accounts.email_taken`.
    pub async fn create_account(&self, account: NewAccount) -> Result<UserId> {
        let base = &self.0.base;
        let hash = base.passwords.hash(account.password.clone()).await?;
        let mut tx = base.begin().await?;
        let invite = account.invite.clone().filter(|_| base.config.registration == Registration::Invite);
        // Both before the address: or a code that is not good, or a taken handle, would tell whether the address is known.
        if let Some(invite) = invite {
            invites::take(tx.conn(), &invite, base.clock.now()).await?;
        }
        if store::is_handle_taken(tx.conn(), &skeleton(&account.handle)).await? {
            return Err(handle_taken());
        }
        let user = base.ids.user();
        insert(base, &tx, account, hash, user).await?;
        let person = store::person(tx.conn(), user).await?;
        // After the row is in, which waits for whoever is just leaving the address.
        if one_time::is_kept_for_another(tx.conn(), user, &person.email_folded, base.clock.now()).await? {
            return Err(email_taken());
        }
        if !person.email_verified {
            self.write_verification(&mut tx, &person).await?;
        }
        tx.emit(AccountEvent::Registered { user, texts: person.accepted_texts });
        tx.commit().await?;
        Ok(user)
    }
}

async fn insert(base: &Base, tx: &Tx, account: NewAccount, hash: String, id: UserId) -> Result<()> {
    // Who read none, or others, is asked at the door.
    let accepted = account.accepted_texts.filter(|read| read == base.texts.version());
    let row = entity::ActiveModel {
        id: Set(id),
        handle_skeleton: Set(skeleton(&account.handle)),
        handle: Set(account.handle),
        email_folded: Set(account.email.to_lowercase()),
        email: Set(account.email),
        email_verified: Set(account.verified),
        name_folded: Set(fold(&account.display_name)),
        display_name: Set(account.display_name),
        password_hash: Set(hash),
        role: Set(account.role),
        status: Set(AccountStatus::Active),
        status_reason: Set(None),
        status_until: Set(None),
        locale: Set(account.locale),
        created_at: Set(base.clock.now()),
        read_receipts: Set(true),
        shows_presence: Set(true),
        avatar_id: Set(None),
        avatar_folder: Set(None),
        accepts_strangers: Set(true),
        notify: Set(None),
        digest: Set(Digest::Off),
        digest_due_at: Set(None),
        has_factor: Set(false),
        accepted_texts: Set(accepted),
    };
    entity::Entity::insert(row).exec_without_returning(tx.conn()).await.map_err(name_duplicate)?;
    Ok(())
}

pub(super) fn email_taken() -> Error {
    Error::problem(ProblemCode::AccountsEmailTaken, "Somebody registered with this address.")
}

fn handle_taken() -> Error {
    Error::problem(ProblemCode::AccountsHandleTaken, "Somebody has this handle, or one that looks like it.")
}

pub(super) fn name_duplicate(error: DbErr) -> Error {
    if is_duplicate(&error, "ux_users_email_folded", "users.email_folded") {
        return email_taken();
    }
    if is_duplicate(&error, "ux_users_handle", "users.handle") {
        return handle_taken();
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for good in ["ana@praca.example", " joão@correio.com.br ", "a+b@x.y.z"] {
            assert_eq!(clean_email(good).as_deref(), Some(good.trim()));
        }
        assert_eq!(clean_email("\u{212a}ai@correio.example").as_deref(), Some("Kai@correio.example"));
        assert_eq!(clean_email("joa\u{303}o@correio.example").as_deref(), Some("joão@correio.example"));
        assert_eq!(clean_email("Ana@XN--MNCHEN-3YA.example").as_deref(), Some("Ana@münchen.example"));
        for bad in [
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "",
            "ana",
            "ana@",
            "@x.y",
            "ana@localhost",
            "a b@x.y",
            "a@@x.y",
            "a@x..y",
            "<a@x.y>",
            "a@-x.y",
        ] {
            assert_eq!(clean_email(bad), None, "{bad}");
        }
    }
}
