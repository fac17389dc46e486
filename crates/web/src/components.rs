//! Pieces every page uses.

mod counts;
mod dialog;
mod empty;
mod listing;
mod loading;
mod password;
mod picture;
mod proof;
mod rich_text;
mod shell;
mod tiles;

use leptos::prelude::*;
use leptos_i18n::t_string;
use praca_api::accounts::Author;
use praca_api::uploads::UploadReason;
use praca_api::{FieldProblem, Problem, ProblemCode};

use crate::format;
use crate::language::Language;
use crate::net::Trouble;

pub use counts::{MarkRead, MentionCount, UnreadCount};
pub use dialog::Dialog;
pub use empty::Empty;
pub use listing::{ListFrame, Listing};
pub use loading::ListLoading;
pub use password::{ERROR, ErrorLine, PasswordField, Strength, explain_weak};
pub use picture::Picture;
pub use proof::{Proof, ProofDialog, ask_for_passkey};
pub use rich_text::RichText;
pub use shell::{LegalLinks, Shell, set_theme};
pub use tiles::{FilesButton, TYPES, Tile, TileView};

/// Scrolls as little as needed for an element to be seen.
pub fn bring_into_view(element: &web_sys::Element) {
    let nearest = web_sys::ScrollIntoViewOptions::new();
    nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
    nearest.set_inline(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&nearest);
}

/// An icon of the sprite.
#[component]
pub fn Icon(name: &'static str, #[prop(default = "icon")] class: &'static str) -> impl IntoView {
    view! { <svg class=class aria-hidden="true"><use href=format!("#i-{name}") /></svg> }
}

/// The pavement wave.
#[component]
pub fn Wave() -> impl IntoView {
    view! { <svg class="wave" aria-hidden="true"><use href="#wave" /></svg> }
}

/// The mark of the square.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg viewBox="0 0 48 48" aria-hidden="true">
            <rect class="brand-bg" width="48" height="48" rx="13" />
            <path class="brand-sun" d="M11 26a13 13 0 0 1 26 0z" />
            <path class="brand-wave" d="M8 31.5q5.33-4.5 10.67 0t10.67 0 10.67 0M8 39q5.33-4.5 10.67 0t10.67 0 10.67 0" />
        </svg>
    }
}

/// A person's circle.
#[component]
pub fn Avatar(
    author: Author,
    #[prop(optional, into)] presence: MaybeProp<&'static str>,
    #[prop(default = "avatar")] class: &'static str,
) -> impl IntoView {
    // A picture that was just replaced is gone; the name is not.
    let gone = RwSignal::new(false);
    let initials = format::initials(&author.display_name);
    view! {
        <span class=class data-hue=format::person_hue(author.id) data-presence=move || presence.get() aria-hidden="true">
            {move || match author.avatar_url.clone().filter(|_| !gone.get()) {
                Some(url) => view! { <img src=url alt="" loading="lazy" on:error=move |_| gone.set(true) /> }.into_any(),
                None => initials.clone().into_any(),
            }}
        </span>
    }
}

/// What is wrong with a form, said as it appears.
#[component]
pub fn FormTrouble(said: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field" role="alert">
            {move || Some(said.get()).filter(|said| !said.is_empty()).map(|said| view! {
                <p class="error"><Icon name="circle-alert" /><span>{said}</span></p>
            })}
        </div>
    }
}

/// What stands for pictures where there is room for words alone.
pub fn count_pictures(i18n: Language, count: usize) -> String {
    if count == 1 { t_string!(i18n, pictures.one).to_owned() } else { t_string!(i18n, pictures.many, count = count) }
}

/// What went wrong, in plain words.
pub fn explain(i18n: Language, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Network => t_string!(i18n, error.network).to_owned(),
        Trouble::Problem(problem) => explain_problem(i18n, problem),
    }
}

/// Why a field of an ad was refused, in plain words; none for what is no field of one.
pub fn explain_ad(i18n: Language, field: &str, code: &str) -> Option<&'static str> {
    Some(match (field, code) {
        ("title", _) => t_string!(i18n, fair.bad_title),
        ("description", _) => t_string!(i18n, fair.bad_description),
        ("price", "format") => t_string!(i18n, fair.no_amount),
        ("price", _) => t_string!(i18n, fair.bad_price),
        ("quantity", _) => t_string!(i18n, fair.bad_quantity),
        ("category", _) => t_string!(i18n, fair.no_category),
        ("state" | "city", _) => t_string!(i18n, fair.no_place),
        ("neighborhood", _) => t_string!(i18n, fair.bad_neighborhood),
        ("uploadIds", _) => t_string!(i18n, fair.bad_photos),
        _ => return None,
    })
}

/// Why a field was refused, in plain words.
fn explain_field(i18n: Language, field: &FieldProblem) -> &'static str {
    match (field.field.as_str(), field.code.as_str()) {
        ("handle", "reserved") => t_string!(i18n, error.reserved),
        ("handle", _) => t_string!(i18n, error.handle),
        ("email", _) => t_string!(i18n, error.email),
        ("displayName", _) => t_string!(i18n, error.name),
        ("messageId", "too_many") => t_string!(i18n, error.pins),
        ("password" | "currentPassword", "wrong") => t_string!(i18n, error.password),
        ("password" | "newPassword", code) => explain_weak(i18n, code),
        ("invite", "required") => t_string!(i18n, error.invite_needed),
        ("invite", _) => t_string!(i18n, error.invite),
        ("birthDate", "too_young") => t_string!(i18n, error.too_young),
        ("birthDate", _) => t_string!(i18n, error.birth_date),
        ("reason", _) => t_string!(i18n, error.reason),
        ("token", _) => t_string!(i18n, error.link),
        ("totp", _) => t_string!(i18n, factors.wrong_code),
        ("code", _) => t_string!(i18n, factors.wrong_new_code),
        ("ceremony" | "credential", _) => t_string!(i18n, factors.passkey_refused),
        ("body", "repeated") => t_string!(i18n, error.spam_repeated),
        ("body", "links") => t_string!(i18n, error.spam_links),
        ("body", "new_links") => t_string!(i18n, error.spam_new_links),
        ("body", "mentions") => t_string!(i18n, error.spam_mentions),
        ("body", "capitals") => t_string!(i18n, error.spam_capitals),
        ("body", "invisible") => t_string!(i18n, error.spam_invisible),
        ("slug", _) => t_string!(i18n, admin.bad_slug),
        ("names.pt-BR" | "names.en" | "names.es", _) => t_string!(i18n, admin.bad_name),
        ("parent", _) => t_string!(i18n, admin.bad_parent),
        (field, code) => explain_ad(i18n, field, code).unwrap_or_else(|| t_string!(i18n, error.generic)),
    }
}

fn explain_problem(i18n: Language, problem: &Problem) -> String {
    if let Some(field) = problem.errors.first() {
        return explain_field(i18n, field).to_owned();
    }
    let code = ProblemCode::ALL.iter().find(|code| problem.is(**code));
    let wait = || format::wait(i18n.get_locale(), problem.retry_after_ms.unwrap_or_default());
    let text = match code {
        Some(ProblemCode::AuthSecondFactorRequired) => t_string!(i18n, factors.needed),
        Some(ProblemCode::AuthInvalidCredentials) => t_string!(i18n, error.credentials),
        Some(ProblemCode::AuthLocked) => return t_string!(i18n, error.locked, wait = wait()),
        Some(ProblemCode::RequestConflict) => t_string!(i18n, error.conflict),
        Some(ProblemCode::AdsWrongState) => t_string!(i18n, error.ad_moved),
        Some(ProblemCode::AccountsHandleTaken) => t_string!(i18n, error.handle_taken),
        Some(ProblemCode::AccountsEmailTaken) => t_string!(i18n, error.email_taken),
        Some(ProblemCode::AccessDenied) => t_string!(i18n, error.denied),
        Some(ProblemCode::AccountEmailUnverified) => t_string!(i18n, error.unverified),
        Some(ProblemCode::AuthReauthenticationRequired) => t_string!(i18n, error.once_more),
        Some(ProblemCode::AccountSilenced) => t_string!(i18n, error.silenced),
        Some(ProblemCode::RoomsSilenced) => return t_string!(i18n, chat.silenced, reason = problem.detail.clone()),
        Some(ProblemCode::MessagesEmpty) => t_string!(i18n, error.empty),
        Some(ProblemCode::MessagesTooLong) => t_string!(i18n, error.too_long),
        Some(ProblemCode::RoomsSlowMode) => t_string!(i18n, error.slow),
        Some(ProblemCode::UploadsRejected) => t_string!(i18n, pictures.not_usable),
        Some(ProblemCode::RequestRateLimited) => return t_string!(i18n, error.fast, wait = wait()),
        Some(ProblemCode::ServiceUnavailable) => t_string!(i18n, error.unavailable),
        _ => t_string!(i18n, error.generic),
    };
    text.to_owned()
}

/// Why a picture is not accepted, in plain words.
pub fn explain_rejection(i18n: Language, reason: UploadReason) -> &'static str {
    match reason {
        UploadReason::Size => t_string!(i18n, pictures.size),
        UploadReason::Type => t_string!(i18n, pictures.kind),
        UploadReason::Disguised => t_string!(i18n, pictures.disguised),
        UploadReason::Infected => t_string!(i18n, pictures.infected),
        UploadReason::Pixels => t_string!(i18n, pictures.pixels),
        UploadReason::Frames => t_string!(i18n, pictures.frames),
        UploadReason::Broken => t_string!(i18n, pictures.broken),
        UploadReason::Discarded | UploadReason::Failed => t_string!(i18n, pictures.failed),
    }
}
