//! In English.

use praca_api::Timestamp;
use praca_api::accounts::Locale;
use praca_api::factors::Factor;

use super::{Said, Topic, said, when};

/// What is said of a topic.
pub fn say(topic: &Topic) -> Said {
    match topic {
        Topic::VerifyEmail { .. } => verify_email(),
        Topic::AlreadyRegistered { .. } => already_registered(),
        Topic::ResetPassword { .. } => reset_password(),
        Topic::PasswordChanged { .. } => password_changed(),
        Topic::ChangeEmail { .. } => change_email(),
        Topic::EmailChanged { address, link } => email_changed(address, link.is_some()),
        Topic::NewDevice { device, place, at, .. } => new_device(device, place, *at),
        Topic::AccountLocked { place, .. } => account_locked(place),
        Topic::FactorChanged { factor, added, .. } => factor_changed(*factor, *added),
        Topic::FirstFactorAdded { factor, .. } => first_factor_added(*factor),
        Topic::RecoveryCodeUsed { left, .. } => recovery_code_used(*left),
        Topic::RecoveryCodesRenewed { .. } => recovery_codes_renewed(),
        Topic::FactorGuessed { place, .. } => factor_guessed(place),
        Topic::Digest { count, .. } => digest(*count),
    }
}

fn verify_email() -> Said {
    said(
        "Confirm your e-mail",
        "Almost there: confirm that this address is yours, and the square is too. The link is good for 24 hours.",
        "Confirm my e-mail",
        "If you did not open an account at Praça, ignore this mail: without your word nothing happens to your address.",
    )
}

fn already_registered() -> Said {
    said(
        "You already have an account",
        "Somebody tried to open an account at Praça with this address, but it has one: yours. If it was you, just log \
         in. If you do not remember the password, ask for a link to choose another.",
        "Go to the square",
        "If it was not you, there is nothing to do: nobody got into your account.",
    )
}

fn reset_password() -> Said {
    said(
        "Choose a new password",
        "We were asked to change the password of your account. The link is good for 10 minutes, and once. When you use \
         it, you are logged out everywhere.",
        "Choose a new password",
        "If it was not you, ignore this mail: your password stays as it is.",
    )
}

fn password_changed() -> Said {
    said(
        "Your password was changed",
        "The password of your account has just been changed, and your other devices were logged out.",
        "It was not me",
        "If it was you, all is well. If it was not, choose another password right now with the link above.",
    )
}

fn change_email() -> Said {
    said(
        "Confirm your new e-mail",
        "You asked to use this address for your account. Confirm that it is yours; until then the one before holds. The \
         link is good for an hour.",
        "Use this e-mail",
        "If it was not you, ignore this mail: nothing changes.",
    )
}

fn email_changed(address: &str, can_be_undone: bool) -> Said {
    let note = if can_be_undone {
        "If it was you, there is nothing to do. If it was not, the link gives the account this address again, ends every session and chooses a new password. It is good for 3 days."
    } else {
        "If it was not you, talk to whoever runs the square as soon as you can."
    };
    said(
        "The e-mail of your account changed",
        format!("Your account uses the address {address} now. This one gets no more mail from it."),
        "Undo it and choose a password",
        note,
    )
}

fn new_device(device: &str, place: &str, at: Timestamp) -> Said {
    let device = if device.is_empty() { "a program we do not know" } else { device };
    Said {
        subject: "A log-in from a new device".into(),
        paragraphs: vec![
            "Somebody has just logged in to your account from a device we did not know.".into(),
            format!("Device: {device}. Network: {place}. When: {}.", when(Locale::En, at)),
        ],
        label: "See my devices",
        note: "If it was you, all is well. If it was not, end it with the link above and change your password.".into(),
    }
}

fn account_locked(place: &str) -> Said {
    said(
        "Many wrong passwords for your account",
        format!(
            "Somebody got the password of your account wrong several times, from the network {place}. Whoever tries \
             from there has to wait longer and longer. The devices you use already get in as ever."
        ),
        "Change my password",
        "If it was you, wait a little and try again. If it was not, a long password that is yours alone is enough.",
    )
}

fn factor_changed(factor: Factor, added: bool) -> Said {
    let (subject, text) = match (factor, added) {
        (Factor::Totp, true) => {
            ("Codes of an app are on", "From now on your account asks for a code of your app, besides the password.")
        }
        (Factor::Totp, false) => ("Codes of an app are off", "Your account asks for no codes of an app any more."),
        (Factor::Passkey, true) => ("A new passkey", "A new passkey opens your account."),
        (Factor::Passkey, false) => ("A passkey was removed", "A passkey was removed and opens your account no more."),
    };
    said(
        subject,
        text,
        "See my security",
        "If it was you, all is well. If it was not, change your password right now and talk to whoever runs the square: a new password does not turn off what somebody else turned on.",
    )
}

fn first_factor_added(factor: Factor) -> Said {
    Said {
        label: "It was not me",
        note: "If it was you, all is well: keep the recovery codes in a safe place. If it was not, the link gives the account back to you: it removes what was turned on, ends every session and chooses a new password. It is good for 3 days.".into(),
        ..factor_changed(factor, true)
    }
}

fn recovery_code_used(left: u32) -> Said {
    let left = match left {
        0 => "None is left: make others when you can.".into(),
        1 => "One is left: make others when you can.".into(),
        left => format!("{left} are left."),
    };
    said(
        "A recovery code was used",
        format!("Somebody has just logged in to your account with one of your recovery codes. {left}"),
        "See my security",
        "If it was you, all is well. If it was not, change your password right now and make other codes.",
    )
}

fn recovery_codes_renewed() -> Said {
    said(
        "New recovery codes",
        "The recovery codes of your account were replaced; those before are good no more.",
        "See my security",
        "If it was you, all is well. If it was not, change your password right now and make other codes.",
    )
}

fn factor_guessed(place: &str) -> Said {
    said(
        "Somebody has your password",
        format!(
            "Somebody got the password of your account right and the second factor wrong, several times, from the network \
             {place}. They did not get in. Change the password: it is no longer yours alone."
        ),
        "Change my password",
        "If it was you, wait a little and try again.",
    )
}

fn digest(count: u32) -> Said {
    said(
        "What happened in the square",
        match count {
            1 => "There is a notification you have not seen yet.".into(),
            count => format!("There are {count} notifications you have not seen yet."),
        },
        "See it in the square",
        "You get this summary because you turned it on in your preferences, where you can also turn it off.",
    )
}
