//! In English.

use praca_api::accounts::Locale;

use super::{Said, Topic, when};

/// What is said of a topic.
pub fn say(topic: &Topic) -> Said {
    let said = |subject: &str, text: String, label, note: &str| Said {
        subject: subject.into(),
        paragraphs: vec![text],
        label,
        note: note.into(),
    };
    match topic {
        Topic::VerifyEmail { .. } => said(
            "Confirm your e-mail",
            "Almost there: confirm that this address is yours, and the square is too. The link is good for 24 hours.".into(),
            "Confirm my e-mail",
            "If you did not open an account at Praça, ignore this mail: without your word nothing happens to your address.",
        ),
        Topic::AlreadyRegistered { .. } => said(
            "You already have an account",
            "Somebody tried to open an account at Praça with this address, but it has one: yours. If it was you, just log \
             in. If you do not remember the password, ask for a link to choose another."
                .into(),
            "Go to the square",
            "If it was not you, there is nothing to do: nobody got into your account.",
        ),
        Topic::ResetPassword { .. } => said(
            "Choose a new password",
            "We were asked to change the password of your account. The link is good for 10 minutes, and once. When you use \
             it, you are logged out everywhere."
                .into(),
            "Choose a new password",
            "If it was not you, ignore this mail: your password stays as it is.",
        ),
        Topic::PasswordChanged { .. } => said(
            "Your password was changed",
            "The password of your account has just been changed, and your other devices were logged out.".into(),
            "It was not me",
            "If it was you, all is well. If it was not, choose another password right now with the button above.",
        ),
        Topic::ChangeEmail { .. } => said(
            "Confirm your new e-mail",
            "You asked to use this address for your account. Confirm that it is yours; until then the one before holds. The \
             link is good for an hour."
                .into(),
            "Use this e-mail",
            "If it was not you, ignore this mail: nothing changes.",
        ),
        Topic::EmailChanged { address } => said(
            "The e-mail of your account changed",
            format!("Your account uses the address {address} now. This one gets no more mail from it."),
            "",
            "If it was not you, talk to whoever runs the square as soon as you can.",
        ),
        Topic::NewDevice { device, place, at, .. } => Said {
            subject: "A log-in from a new device".into(),
            paragraphs: vec![
                "Somebody has just logged in to your account from a device we did not know.".into(),
                format!("Device: {device}. Network: {place}. When: {}.", when(Locale::En, *at)),
            ],
            label: "See my devices",
            note: "If it was you, all is well. If it was not, end it with the button above and change your password.".into(),
        },
        Topic::AccountLocked { place, .. } => said(
            "Many wrong passwords for your account",
            format!(
                "Somebody got the password of your account wrong several times, from the network {place}. Whoever tries \
                 from there has to wait longer and longer. The devices you use already get in as ever."
            ),
            "Change my password",
            "If it was you, wait a little and try again. If it was not, a long password that is yours alone is enough.",
        ),
        Topic::Digest { count, .. } => said(
            "What happened in the square",
            match count {
                1 => "There is a notification you have not seen yet.".into(),
                count => format!("There are {count} notifications you have not seen yet."),
            },
            "See it in the square",
            "You get this summary because you turned it on in your preferences, where you can also turn it off.",
        ),
    }
}
