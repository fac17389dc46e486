//! The pictures of an ad that is being written: in their order, the first the cover.

use leptos::prelude::*;
use leptos_i18n::{t, t_string};
use praca_api::UploadId;
use praca_api::limits::AD_PICTURES;
use praca_api::uploads::{Attachment, Purpose};
use web_sys::{Blob, FileList};

use crate::components::{FilesButton, Icon, Tile, TileView};
use crate::language::language;
use crate::net::Answer;
use crate::square::{Chosen, Progress, Square};

/// Those of one ad.
#[derive(Clone, Copy)]
pub struct Photos {
    square: StoredValue<Square>,
    tiles: RwSignal<Vec<Tile>, LocalStorage>,
    /// Those the ad has already: they are not the page's to remove.
    had: StoredValue<Vec<UploadId>>,
    next: StoredValue<u32>,
    too_many: RwSignal<bool>,
}

impl Photos {
    /// Those an ad has.
    pub fn of(images: Vec<Attachment>) -> Self {
        let square = StoredValue::new(expect_context::<Square>());
        let had = StoredValue::new(images.iter().map(|image| image.id).collect());
        let tiles = RwSignal::new_local(Vec::new());
        let photos = Self { square, tiles, had, next: StoredValue::new(0), too_many: RwSignal::new(false) };
        for image in images {
            let Some(chosen) = Chosen::ready(String::new(), image.id) else { continue };
            let (key, preview) = (photos.key(), image.variants.medium.url);
            tiles.update(|tiles| tiles.push(Tile { key, chosen, preview, alt: ArcRwSignal::new(image.alt) }));
        }
        on_cleanup(move || tiles.with_untracked(|tiles: &Vec<Tile>| tiles.iter().for_each(Tile::forget_preview)));
        photos
    }

    fn key(self) -> u32 {
        // A page that is gone needs none.
        self.next.try_update_value(|next| std::mem::replace(next, *next + 1)).unwrap_or_default()
    }

    /// Whether the ad has it already.
    fn is_used(self, tile: &Tile) -> bool {
        match tile.chosen.progress.get_untracked() {
            Progress::Ready(id) => self.had.with_value(|had| had.contains(&id)),
            _ => false,
        }
    }

    fn add(self, files: Option<FileList>) {
        let Some(files) = files else { return };
        let room = AD_PICTURES.saturating_sub(self.tiles.with_untracked(Vec::len));
        self.too_many.set(files.length() as usize > room);
        for file in (0..files.length()).filter_map(|at| files.get(at)).take(room) {
            self.take(file.name(), file.into());
        }
    }

    fn take(self, name: String, file: Blob) {
        let Some(tile) = Tile::of_file(self.key(), name, file) else { return };
        self.square.get_value().bring(tile.chosen.clone(), Purpose::Ad);
        self.tiles.update(|tiles| tiles.push(tile));
    }

    fn remove(self, key: u32) {
        self.too_many.set(false);
        let removed = self.tiles.try_update(|tiles| {
            let at = tiles.iter().position(|tile| tile.key == key)?;
            Some(tiles.remove(at))
        });
        let Some(tile) = removed.flatten() else { return };
        tile.forget_preview();
        if !self.is_used(&tile) {
            self.square.get_value().give_up(&tile.chosen);
        }
    }

    /// Moves one a place towards the cover, or away from it.
    fn shift(self, key: u32, forward: bool) {
        self.tiles.update(|tiles| {
            let Some(at) = tiles.iter().position(|tile| tile.key == key) else { return };
            let to = if forward { at.checked_sub(1) } else { Some(at + 1) };
            if let Some(to) = to.filter(|to| *to < tiles.len()) {
                tiles.swap(at, to);
            }
        });
    }

    /// The cover, as it looks in this browser.
    pub fn cover(self) -> Option<String> {
        self.tiles.with(|tiles| tiles.first().map(|tile| tile.preview.clone()))
    }

    /// Whether one of them is still on its way.
    pub fn are_waiting(self) -> bool {
        let waits = |tile: &Tile| matches!(tile.chosen.progress.get(), Progress::Sending(_) | Progress::Checking(_));
        self.tiles.with(|tiles| tiles.iter().any(waits))
    }

    /// Says what they show, and gives those that may be used, in their order.
    ///
    /// # Errors
    /// What they show was not taken.
    pub async fn described(self) -> Answer<Vec<UploadId>> {
        let square = self.square.get_value();
        let tiles = self.tiles.with_untracked(Clone::clone);
        let mut ids = Vec::new();
        for tile in tiles {
            let Progress::Ready(id) = tile.chosen.progress.get_untracked() else { continue };
            let alt = tile.alt.get_untracked();
            if !alt.trim().is_empty() && !self.is_used(&tile) {
                square.describe(id, alt).await?;
            }
            ids.push(id);
        }
        Ok(ids)
    }
}

/// The pictures, and the way to more.
#[component]
pub fn PhotoField(photos: Photos) -> impl IntoView {
    let i18n = language();
    let take = Callback::new(move |files| photos.add(files));
    let remove = Callback::new(move |key| photos.remove(key));
    let retry = Callback::new(move |tile: Tile| {
        photos.remove(tile.key);
        photos.take(tile.chosen.name.clone(), tile.chosen.file.clone());
    });
    let is_first = move |key| photos.tiles.with(|tiles| tiles.first().is_some_and(|tile| tile.key == key));
    let is_last = move |key| photos.tiles.with(|tiles| tiles.last().is_some_and(|tile| tile.key == key));
    let tile = move |tile: Tile| {
        let key = tile.key;
        view! {
            <TileView is_used=photos.is_used(&tile) tile remove retry>
                <p class="row row--between photo-order">
                    <button type="button" class="icon-btn icon-btn--sm" disabled=move || is_first(key) aria-label=move || t_string!(i18n, fair.forward) on:click=move |_| photos.shift(key, true)><Icon name="arrow-left" /></button>
                    <Show when=move || is_first(key)><span class="small">{t!(i18n, fair.cover)}</span></Show>
                    <button type="button" class="icon-btn icon-btn--sm" disabled=move || is_last(key) aria-label=move || t_string!(i18n, fair.backward) on:click=move |_| photos.shift(key, false)><Icon name="arrow-right" /></button>
                </p>
            </TileView>
        }
    };
    view! {
        <fieldset class="field" id="fotos">
            <legend>{t!(i18n, fair.photos_legend)}" "<span class="opt">{t!(i18n, fair.photos_most, most = AD_PICTURES)}</span></legend>
            <ul class="uploads"><For each=move || photos.tiles.get() key=|tile| tile.key children=tile /></ul>
            <p class="row">
                <FilesButton take icon="image-plus" label=Signal::derive(move || t_string!(i18n, fair.add_photos)) with_words=true />
                <span class="hint">{t!(i18n, fair.photos_hint)}</span>
            </p>
            <Show when=move || photos.too_many.get()><p class="error" role="alert">{t!(i18n, fair.too_many, most = AD_PICTURES)}</p></Show>
        </fieldset>
    }
}
