//! Which passwords are refused: too short, too long, common, or the person's own data.

use praca_api::ProblemCode;
use praca_api::limits::PASSWORD_CHARS;

use crate::error::{Error, Result};

/// Passwords seen often, in Brazil and elsewhere; compared in lower case.
const COMMON: &str = include_str!("common_passwords.txt");

/// Refuses a weak password.
///
/// # Errors
/// `accounts.password_weak`, saying why.
pub fn check_password(password: &str, own: &[&str]) -> Result<()> {
    let weak = |detail: &'static str| Err(Error::problem(ProblemCode::AccountsPasswordWeak, detail));
    let count = password.chars().count();
    if count < *PASSWORD_CHARS.start() {
        return weak("A password has at least 8 characters.");
    }
    if count > *PASSWORD_CHARS.end() {
        return weak("A password has at most 128 characters.");
    }
    let folded = password.to_lowercase();
    if own.iter().any(|word| !word.is_empty() && folded == word.to_lowercase()) {
        return weak("The password must not be your own name, handle or address.");
    }
    let first = folded.chars().next();
    if folded.chars().all(|c| Some(c) == first) || COMMON.lines().any(|common| common == folded) {
        return weak("This password is one of the first that anybody would try.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_pass_and_guessable_ones_do_not() {
        assert!(check_password("ipê florido no largo", &["ana"]).is_ok());
        for (password, own) in [
            ("curta", ""),
            ("12345678", ""),
            ("Senha123", ""),
            ("aaaaaaaaaaaa", ""),
            ("Ana.Souza@praca.example", "ana.souza@praca.example"),
        ] {
            let error = check_password(password, &[own]).unwrap_err();
            assert!(error.is(ProblemCode::AccountsPasswordWeak), "{password}");
        }
        assert!(check_password(&"ã".repeat(128), &[]).is_err());
        assert!(check_password(&"ãb".repeat(65), &[]).is_err());
        assert!(check_password(&"ãb".repeat(64), &[]).is_ok());
    }
}
