//! The pictures of a message, and the gallery they open in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::Seq;
use praca_api::messages::Message;
use praca_api::uploads::Attachment;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::components::{Icon, Picture};
use crate::language::language;
use crate::model::Spot;
use crate::square::Square;

/// Widest and tallest a picture is shown among messages, as width by height.
const SHAPES: (f64, f64) = (0.75, 1.9);

/// The pictures of one message, wherever they are shown.
#[derive(Clone)]
struct Album {
    square: Square,
    spot: Option<Spot>,
    seq: Seq,
    pictures: ArcRwSignal<Vec<Attachment>>,
    renewing: Arc<AtomicBool>,
}

impl Album {
    /// Asks for the addresses anew: those of private pictures end, and this page may be older.
    fn renew(&self) {
        if self.renewing.swap(true, Ordering::Relaxed) {
            return;
        }
        let album = self.clone();
        spawn_local(async move {
            let now = match album.spot {
                Some(spot) => album.square.pictures_of(spot, album.seq).await,
                None => None,
            };
            if let Some(now) = now.filter(|now| *now != album.pictures.get_untracked()) {
                album.pictures.set(now);
            }
            album.renewing.store(false, Ordering::Relaxed);
        });
    }

    fn renewal(&self) -> Callback<()> {
        let album = self.clone();
        Callback::new(move |()| album.renew())
    }
}

/// The pictures of a message.
#[component]
pub fn Attachments(message: Arc<Message>) -> impl IntoView {
    let square = expect_context::<Square>();
    let album = Album {
        square,
        spot: square.shown(),
        seq: message.seq,
        pictures: ArcRwSignal::new(message.attachments.clone()),
        renewing: Arc::default(),
    };
    move || view! { <Thumbs attachments=album.pictures.get() album=album.clone() /> }
}

#[component]
fn Thumbs(attachments: Vec<Attachment>, album: Album) -> impl IntoView {
    let i18n = language();
    let gallery = expect_context::<Gallery>();
    let count = attachments.len();
    // Known before anything is loaded, so that nothing jumps; a small one is not enlarged.
    let alone = attachments.first().filter(|_| count == 1);
    let size = alone.map_or_else(|| "22rem".to_owned(), |one| format!("{}px", one.variants.medium.width));
    let pictures = attachments.into_iter().enumerate().map(|(at, attachment)| {
        let named = attachment.alt.clone();
        let label = move || {
            if named.is_empty() {
                t_string!(i18n, pictures.open, number = at + 1, count = count)
            } else {
                t_string!(i18n, pictures.open_named, alt = named.clone(), number = at + 1, count = count)
            }
        };
        let shape = if count == 1 { shape_of(&attachment) } else { 1.0 };
        let variant = if count == 1 { &attachment.variants.medium } else { &attachment.variants.thumb };
        let (src, width, height) = (variant.url.clone(), variant.width, variant.height);
        let failed = album.renewal();
        let album = album.clone();
        let open = move |_| gallery.open(album.clone(), at);
        view! {
            <button type="button" class="attachment" aria-label=label style:aspect-ratio=shape.to_string() on:click=open>
                <Picture attachment src width height failed />
            </button>
        }
    });
    let pictures = pictures.collect_view();
    view! { <div class="attachments" data-count=count.min(4) style:inline-size=size>{pictures}</div> }
}

fn shape_of(attachment: &Attachment) -> f64 {
    let (narrowest, widest) = SHAPES;
    (f64::from(attachment.width) / f64::from(attachment.height.max(1))).clamp(narrowest, widest)
}

/// The pictures that are looked at, one at a time.
#[derive(Clone, Copy)]
pub struct Gallery {
    shown: RwSignal<Option<(Album, usize)>>,
    at: RwSignal<usize>,
}

impl Gallery {
    /// Nothing is looked at.
    pub fn new() -> Self {
        Self { shown: RwSignal::new(None), at: RwSignal::new(0) }
    }

    fn open(self, album: Album, at: usize) {
        self.at.set(at);
        self.shown.set(Some((album, at)));
    }
}

/// The gallery: a strip one swipes, or steps through by arrows.
#[component]
pub fn GalleryView(gallery: Gallery) -> impl IntoView {
    let i18n = language();
    let (dialog, strip) = (NodeRef::<html::Dialog>::new(), NodeRef::<html::Ul>::new());
    let count = move || gallery.shown.with(|shown| shown.as_ref().map_or(0, |(album, _)| album.pictures.read().len()));
    let go = move |to: usize| {
        if let Some(picture) = strip.get_untracked().and_then(|strip| picture_at(&strip, to)) {
            picture.scroll_into_view();
        }
        gallery.at.set(to);
    };
    let step = move |by: isize| {
        let to = gallery.at.get_untracked().saturating_add_signed(by);
        if to < untrack(count) {
            go(to);
        }
    };
    Effect::new(move |_| {
        let Some(first) = gallery.shown.with(|shown| shown.as_ref().map(|(_, at)| *at)) else { return };
        request_animation_frame(move || {
            // A dialog that is in the page opens.
            let _ = dialog.get_untracked().map(|dialog| dialog.show_modal());
            go(first);
        });
    });
    let close = Callback::new(move |()| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    });
    let keys = move |event: KeyboardEvent| {
        if let Some(by) = step_of(&event) {
            event.prevent_default();
            step(by);
        }
    };
    let swiped = move |_| {
        if let Some(strip) = strip.get_untracked() {
            gallery.at.set(place_in(&strip));
        }
    };
    view! {
        <dialog class="gallery-view" node_ref=dialog aria-label=move || t_string!(i18n, pictures.gallery) on:keydown=keys on:close=move |_| gallery.shown.set(None)>
            <Head gallery count=Signal::derive(count) close />
            <ul class="gallery-strip" node_ref=strip tabindex="0" aria-label=move || t_string!(i18n, pictures.gallery) on:scroll=swiped>
                {move || gallery.shown.get().map(|(album, _)| album.pictures.get().into_iter().map(|picture| view! { <Large picture failed=album.renewal() /> }).collect_view())}
            </ul>
            <Steps gallery count=Signal::derive(count) step=Callback::new(step) />
        </dialog>
    }
}

/// Which picture it is, and the way out.
#[component]
fn Head(gallery: Gallery, count: Signal<usize>, close: Callback<()>) -> impl IntoView {
    let i18n = language();
    let said = move || t_string!(i18n, pictures.place, number = gallery.at.get() + 1, count = count.get());
    view! {
        <div class="gallery-head">
            <p role="status">{said}</p>
            <button type="button" class="icon-btn" aria-label=move || t_string!(i18n, pictures.close) on:click=move |_| close.run(())><Icon name="x" /></button>
        </div>
    }
}

/// The ways to the picture before and after.
#[component]
fn Steps(gallery: Gallery, count: Signal<usize>, step: Callback<isize>) -> impl IntoView {
    let i18n = language();
    let at_last = move || gallery.at.get() + 1 >= count.get();
    view! {
        <Show when=move || { count.get() > 1 }>
            <button
                type="button" class="icon-btn gallery-step gallery-step--back" disabled=move || gallery.at.get() == 0
                aria-label=move || t_string!(i18n, pictures.previous) on:click=move |_| step.run(-1)
            >
                <Icon name="arrow-left" />
            </button>
            <button
                type="button" class="icon-btn gallery-step gallery-step--on" disabled=at_last
                aria-label=move || t_string!(i18n, pictures.next) on:click=move |_| step.run(1)
            >
                <Icon name="arrow-right" />
            </button>
        </Show>
    }
}

fn step_of(event: &KeyboardEvent) -> Option<isize> {
    match event.key().as_str() {
        "ArrowLeft" => Some(-1),
        "ArrowRight" => Some(1),
        _ => None,
    }
}

/// The picture in view.
fn place_in(strip: &Element) -> usize {
    let width = strip.client_width().max(1);
    usize::try_from((strip.scroll_left() + width / 2) / width).unwrap_or_default()
}

fn picture_at(strip: &Element, at: usize) -> Option<HtmlElement> {
    strip.children().item(u32::try_from(at).ok()?)?.dyn_into().ok()
}

#[component]
fn Large(picture: Attachment, failed: Callback<()>) -> impl IntoView {
    let i18n = language();
    let variant = picture.variants.large.clone();
    let alt = picture.alt.clone();
    let described = !alt.is_empty();
    view! {
        <li>
            <figure>
                <div class="gallery-picture" style:aspect-ratio=format!("{} / {}", variant.width, variant.height)>
                    <Picture attachment=picture src=variant.url width=variant.width height=variant.height failed />
                </div>
                <figcaption aria-hidden=described.then_some("true")>
                    {if described { alt.into_any() } else { t!(i18n, pictures.undescribed).into_any() }}
                </figcaption>
            </figure>
        </li>
    }
}
