//! Pictures beside a draft: chosen, pasted or dropped, on their way, and described.

use leptos::ev::DragEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::limits::ATTACHMENTS;
use praca_api::uploads::Purpose;
use praca_api::{ConversationId, UploadId};
use wasm_bindgen::JsValue;
use web_sys::{File, FileList};

use crate::components::{FilesButton, Tile, TileView};
use crate::language::language;
use crate::square::{Chosen, Progress, Square};

/// A picture beside a draft.
#[derive(Clone)]
struct Beside {
    room: ConversationId,
    tile: Tile,
}

/// The pictures beside the drafts of all rooms.
#[derive(Clone, Copy)]
pub struct Pictures {
    square: StoredValue<Square>,
    tiles: RwSignal<Vec<Beside>, LocalStorage>,
    next: StoredValue<u32>,
    /// Whether more were chosen than a message may have.
    too_many: RwSignal<bool>,
    /// The room in which what is written leaves as soon as they are ready.
    pub waiting: RwSignal<Option<ConversationId>>,
}

impl Pictures {
    /// None yet.
    pub fn new(square: Square) -> Self {
        let waiting = RwSignal::new(None);
        let square = StoredValue::new(square);
        let (tiles, next, too_many) = (RwSignal::new_local(Vec::new()), StoredValue::new(0), RwSignal::new(false));
        on_cleanup(move || {
            tiles.with_untracked(|tiles: &Vec<Beside>| tiles.iter().for_each(|one| one.tile.forget_preview()));
        });
        Self { square, tiles, next, too_many, waiting }
    }

    /// Takes files up, as many as a message may have, and sends them.
    pub fn add(self, files: Option<FileList>) {
        let room = self.square.get_value().shown().map(|spot| spot.id);
        let (Some(files), Some(room)) = (files, room) else { return };
        let files: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
        let room_left = ATTACHMENTS.saturating_sub(untrack(|| self.here()).len());
        self.too_many.set(files.len() > room_left);
        for file in files.into_iter().take(room_left) {
            self.take(room, file.name(), file.into());
        }
    }

    /// Takes up files that are dropped anywhere on the page, unless nothing may be written: else the browser would leave the
    /// page to show them.
    pub fn take_dropped(self, closed: impl Fn() -> bool + 'static) {
        let has_files = |event: &DragEvent| {
            let kinds = event.data_transfer().map(|data| data.types());
            kinds.is_some_and(|kinds| kinds.includes(&JsValue::from_str("Files"), 0))
        };
        let over = window_event_listener(leptos::ev::dragover, move |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        });
        let drop = window_event_listener(leptos::ev::drop, move |event| {
            if has_files(&event) {
                event.prevent_default();
                if !closed() {
                    self.add(event.data_transfer().and_then(|data| data.files()));
                }
            }
        });
        on_cleanup(move || {
            over.remove();
            drop.remove();
        });
    }

    fn take(self, room: ConversationId, name: String, file: web_sys::Blob) {
        let Some(tile) = Tile::of_file(self.next_key(), name, file) else { return };
        self.square.get_value().bring(tile.chosen.clone(), Purpose::Message);
        self.tiles.update(|tiles| tiles.push(Beside { room, tile }));
    }

    /// Those beside the draft on the page.
    fn here(self) -> Vec<Tile> {
        let room = self.square.get_value().model.with(|model| model.shown.map(|spot| spot.id));
        let here = |one: &&Beside| Some(one.room) == room;
        self.tiles.with(|tiles| tiles.iter().filter(here).map(|one| one.tile.clone()).collect())
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.here().is_empty()
    }

    /// Whether all may leave.
    pub fn are_ready(self) -> bool {
        self.here().iter().all(|tile| matches!(tile.chosen.progress.get(), Progress::Ready(_)))
    }

    /// Whether one of them never will.
    pub fn are_stuck(self) -> bool {
        let stuck = |tile: &Tile| matches!(tile.chosen.progress.get(), Progress::Rejected(_) | Progress::Failed);
        self.here().iter().any(stuck)
    }

    /// Whether what waits for them may leave.
    pub fn are_due(self) -> bool {
        let room = self.square.get_value().model.with(|model| model.shown.map(|spot| spot.id));
        room.is_some() && self.waiting.get() == room && !self.is_empty() && self.are_ready()
    }

    /// Gives those beside the draft away, with what they show.
    pub fn hand_over(self) -> Vec<(UploadId, String)> {
        let tiles = untrack(|| self.here());
        let keys: Vec<u32> = tiles.iter().map(|tile| tile.key).collect();
        self.tiles.update(|all| all.retain(|one| !keys.contains(&one.tile.key)));
        self.waiting.set(None);
        self.too_many.set(false);
        let given = |tile: Tile| {
            // The picture itself comes from the square from now on.
            tile.forget_preview();
            match tile.chosen.progress.get_untracked() {
                Progress::Ready(id) => Some((id, tile.alt.get_untracked())),
                _ => None,
            }
        };
        tiles.into_iter().filter_map(given).collect()
    }

    /// Pictures that were sent and held back are beside their draft again.
    pub fn take_back(self, room: ConversationId, pictures: Vec<(UploadId, String)>) {
        let square = self.square.get_value();
        for (id, alt) in pictures {
            spawn_local(async move {
                let Some((upload, preview)) = square.ready_upload(id).await else { return };
                let Some(chosen) = Chosen::ready(upload.file_name, id) else { return };
                let key = self.next_key();
                let tile = Tile { key, chosen, preview, alt: ArcRwSignal::new(alt) };
                self.tiles.try_update(|tiles| tiles.push(Beside { room, tile }));
            });
        }
    }

    fn next_key(self) -> u32 {
        // A page that is gone needs none.
        self.next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default()
    }

    fn remove(self, key: u32) {
        let removed = self.tiles.try_update(|tiles| {
            let at = tiles.iter().position(|one| one.tile.key == key)?;
            Some(tiles.remove(at))
        });
        if let Some(Beside { tile, .. }) = removed.flatten() {
            tile.forget_preview();
            self.square.get_value().give_up(&tile.chosen);
        }
        self.too_many.set(false);
        if untrack(|| self.is_empty() || self.are_stuck()) {
            self.waiting.set(None);
        }
    }

    fn retry(self, tile: &Tile) {
        let is_it = |one: &&Beside| one.tile.key == tile.key;
        let room = self.tiles.with_untracked(|tiles| tiles.iter().find(is_it).map(|one| one.room));
        self.remove(tile.key);
        if let Some(room) = room {
            self.take(room, tile.chosen.name.clone(), tile.chosen.file.clone());
        }
    }
}

/// The buttons beside the text: for files, and, where one points with a finger, for the camera.
#[component]
pub fn PictureButtons(pictures: Pictures) -> impl IntoView {
    let i18n = language();
    let take = Callback::new(move |files| pictures.add(files));
    view! {
        <FilesButton take icon="image-plus" label=Signal::derive(move || t_string!(i18n, pictures.attach)) />
        <FilesButton take icon="camera" label=Signal::derive(move || t_string!(i18n, pictures.camera)) capture="environment" />
    }
}

/// The pictures beside the draft.
#[component]
pub fn PictureTiles(pictures: Pictures) -> impl IntoView {
    let i18n = language();
    let cancel = move |_| pictures.waiting.set(None);
    let remove = Callback::new(move |key| pictures.remove(key));
    let retry = Callback::new(move |tile: Tile| pictures.retry(&tile));
    view! {
        <Show when=move || !pictures.is_empty()>
            <ul class="uploads uploads--draft" aria-label=move || t_string!(i18n, pictures.chosen)>
                <For each=move || pictures.here() key=|tile| tile.key children=move |tile| view! { <TileView tile remove retry /> } />
            </ul>
        </Show>
        <Show when=move || pictures.too_many.get()>
            <p class="composer-context" role="alert">{t!(i18n, pictures.too_many, most = ATTACHMENTS)}</p>
        </Show>
        <Show when=move || pictures.waiting.get().is_some()>
            <div class="composer-context" role="status">
                <p>{t!(i18n, pictures.waiting)}</p>
                <button type="button" class="link-btn" on:click=cancel>{t!(i18n, chat.cancel)}</button>
            </div>
        </Show>
    }
}
