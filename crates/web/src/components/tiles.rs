//! Pictures that are chosen, on their way, and described.

use leptos::html;
use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use web_sys::{Blob, FileList, Url};

use super::{Icon, explain_rejection};
use crate::language::language;
use crate::square::{Chosen, Progress};

/// What a file dialog offers.
pub const TYPES: &str = "image/jpeg,image/png,image/webp,image/gif";

/// A chosen picture.
#[derive(Clone)]
pub struct Tile {
    /// Tells it from others of the page.
    pub key: u32,
    pub chosen: Chosen,
    /// The address of the file in this browser.
    pub preview: String,
    /// What it shows.
    pub alt: ArcRwSignal<String>,
}

impl Tile {
    /// Of a file; none in a browser that cannot send one.
    pub fn of_file(key: u32, name: String, file: Blob) -> Option<Self> {
        let preview = Url::create_object_url_with_blob(&file).unwrap_or_default();
        Some(Self { key, chosen: Chosen::new(name, file)?, preview, alt: ArcRwSignal::default() })
    }

    /// The browser needs its file no more.
    pub fn forget_preview(&self) {
        // An address of the square's is nothing to forget.
        let _ = Url::revoke_object_url(&self.preview);
    }
}

/// A button that opens a dialog of files, or, with `capture`, the camera.
#[component]
pub fn FilesButton(
    /// Takes them up.
    take: Callback<Option<FileList>>,
    icon: &'static str,
    label: Signal<&'static str>,
    #[prop(optional)] capture: Option<&'static str>,
    /// Whether its words are on it, too.
    #[prop(optional)]
    with_words: bool,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            take.run(input.files());
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let from_camera = capture.is_some();
    view! {
        <button type="button" class=if with_words { "btn btn--sm" } else { "icon-btn" } class:touch-only=from_camera aria-label=label title=label on:click=open>
            <Icon name=icon />{with_words.then_some(label)}
        </button>
        <input
            type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" accept=TYPES capture=capture multiple=!from_camera
            node_ref=input on:change=chosen
        />
    }
}

/// A picture on its way, or ready, with what it shows.
#[component]
pub fn TileView(
    tile: Tile,
    /// Takes it away.
    remove: Callback<u32>,
    /// Sends one anew that did not get there.
    retry: Callback<Tile>,
    /// Whether it is in use: what it shows is said already.
    #[prop(optional)]
    is_used: bool,
    /// What else may be done with it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let i18n = language();
    let progress = tile.chosen.progress.clone();
    let state = move || match progress.get() {
        Progress::Sending(_) => "uploading",
        Progress::Checking(_) => "scanning",
        Progress::Ready(_) => "ready",
        Progress::Rejected(_) | Progress::Failed => "rejected",
    };
    let (key, name, preview) = (tile.key, tile.chosen.name.clone(), tile.preview.clone());
    let take_away = {
        let name = name.clone();
        move || t_string!(i18n, pictures.remove, name = name.clone())
    };
    let describe = move || t_string!(i18n, pictures.describe, name = name.clone());
    // What is no picture shows none.
    let unseen = RwSignal::new(false);
    let alt = tile.alt.clone();
    let written = tile.alt.clone();
    view! {
        <li class="upload-with-alt">
            <div class="upload" data-state=state>
                <img src=preview alt="" hidden=move || unseen.get() on:error=move |_| unseen.set(true) />
                <button type="button" class="icon-btn icon-btn--sm" aria-label=take_away on:click=move |_| remove.run(key)><Icon name="x" /></button>
                <StateLine tile retry />
            </div>
            <input
                class="input" maxlength="1000" placeholder=move || t_string!(i18n, pictures.alt) aria-label=describe readonly=is_used
                prop:value=move || alt.get() on:input=move |event| written.set(event_target_value(&event))
            />
            {children.map(|children| children())}
        </li>
    }
}

/// How far it has come, in words.
#[component]
fn StateLine(tile: Tile, retry: Callback<Tile>) -> impl IntoView {
    let i18n = language();
    let progress = tile.chosen.progress.clone();
    move || {
        let tile = tile.clone();
        match progress.get() {
            Progress::Sending(part) => {
                let percent = (part * 100.0).round();
                view! {
                    <div class="upload-state">
                        <span>{t!(i18n, pictures.sending, percent = percent)}</span>
                        <progress max="100" value=percent aria-label=move || t_string!(i18n, pictures.sending, percent = percent)></progress>
                    </div>
                }
                .into_any()
            }
            Progress::Checking(_) => view! {
                <p class="upload-state" role="status"><span><Icon name="loader-circle" />{t!(i18n, pictures.checking)}</span></p>
            }
            .into_any(),
            Progress::Ready(_) => view! {
                <p class="upload-state" role="status"><span><Icon name="check" />{t!(i18n, pictures.ready)}</span></p>
            }
            .into_any(),
            Progress::Rejected(reason) => view! {
                <p class="upload-state" role="alert"><span><Icon name="circle-alert" />{move || explain_rejection(i18n, reason)}</span></p>
            }
            .into_any(),
            Progress::Failed => view! {
                <p class="upload-state" role="alert">
                    <span><Icon name="circle-alert" />{t!(i18n, pictures.failed)}</span>
                    <button type="button" class="link-btn" on:click=move |_| retry.run(tile.clone())>{t!(i18n, chat.retry)}</button>
                </p>
            }
            .into_any(),
        }
    }
}
