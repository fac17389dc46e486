//! One's own picture: chosen, framed in a circle, sent.

use gloo_net::http::Method;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::{t, t_string};
use praca_api::UploadId;
use praca_api::accounts::{UpdateMe, User};
use praca_api::uploads::{Purpose, UploadReason};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url};

use crate::components::{Avatar, Dialog, Icon, TYPES, explain, explain_rejection};
use crate::language::{Language, language};
use crate::net::Answer;
use crate::session::Session;
use crate::square::{Chosen, Progress, Square};

/// Side of the frame and of what is sent, in pixels.
const SIDE: u32 = 640;
/// How near one can come.
const NEAREST: f64 = 4.0;
/// How far an arrow key moves the picture, in pixels of the frame.
const KEY_STEP: f64 = 16.0;

/// Where the picture lies in the frame.
#[derive(Clone, Copy, PartialEq)]
struct Framing {
    /// How much of the picture's middle is moved out of the frame's, in pixels of the frame.
    x: f64,
    y: f64,
    /// 1 = the picture just covers the frame.
    zoom: f64,
}

impl Framing {
    const START: Self = Self { x: 0.0, y: 0.0, zoom: 1.0 };

    /// Never so far that the frame shows an edge.
    fn within(self, (width, height): (f64, f64)) -> Self {
        let side = f64::from(SIDE);
        let scale = side / width.min(height).max(1.0) * self.zoom;
        let bound = |moved: f64, length: f64| {
            let room = ((length * scale - side) / 2.0).max(0.0);
            moved.clamp(-room, room)
        };
        Self { x: bound(self.x, width), y: bound(self.y, height), ..self }
    }
}

/// The setting.
#[component]
pub fn PortraitSetting() -> impl IntoView {
    let i18n = language();
    let session = expect_context::<Session>();
    let input = NodeRef::<html::Input>::new();
    let image = RwSignal::new_local(None::<HtmlImageElement>);
    let framing = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            said.set(String::new());
            load(i18n, file.into(), image, framing, said);
        }
        input.set_value("");
    };
    let remove =
        move |_| spawn_local(async move { said.set(use_picture(i18n, session, None).await.err().unwrap_or_default()) });
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let has_one = move || session.user().is_some_and(|user| user.author.avatar_url.is_some());
    view! {
        <section class="setting" id="voce">
            <h2>{t!(i18n, pictures.portrait)}</h2>
            <div class="row portrait">
                {move || session.user().map(|user| view! { <Avatar author=user.author /> })}
                <button type="button" class="btn" on:click=open><Icon name="image-plus" />{t!(i18n, pictures.portrait_choose)}</button>
                <Show when=has_one><button type="button" class="link-btn link-btn--danger" on:click=remove>{t!(i18n, pictures.portrait_remove)}</button></Show>
                <input type="file" class="visually-hidden" tabindex="-1" aria-hidden="true" accept=TYPES node_ref=input on:change=chosen />
            </div>
            <p class="small muted" role="status">{move || said.get()}</p>
            <Dialog open=framing id="p-foto" title=Signal::derive(move || t_string!(i18n, pictures.portrait).to_owned())>
                <Framer image framing said />
            </Dialog>
        </section>
    }
}

/// Loads a file; the frame opens when it is there.
fn load(
    i18n: Language,
    file: Blob,
    image: RwSignal<Option<HtmlImageElement>, LocalStorage>,
    framing: RwSignal<bool>,
    said: RwSignal<String>,
) {
    spawn_local(async move {
        let Ok(element) = HtmlImageElement::new() else { return };
        let Ok(url) = Url::create_object_url_with_blob(&file) else { return };
        element.set_src(&url);
        if JsFuture::from(element.decode()).await.is_ok() {
            image.set(Some(element));
            framing.set(true);
        } else {
            said.set(explain_rejection(i18n, UploadReason::Type).to_owned());
        }
        let _ = Url::revoke_object_url(&url);
    });
}

/// The frame, and how the picture is moved in it.
#[derive(Clone, Copy)]
struct Frame {
    image: RwSignal<Option<HtmlImageElement>, LocalStorage>,
    canvas: NodeRef<html::Canvas>,
    place: RwSignal<Framing>,
    /// Where the pointer was that holds it.
    grabbed: StoredValue<Option<(f64, f64)>>,
}

impl Frame {
    /// Shows the picture as it is moved.
    fn of(image: RwSignal<Option<HtmlImageElement>, LocalStorage>) -> Self {
        let (canvas, place) = (NodeRef::new(), RwSignal::new(Framing::START));
        let frame = Self { image, canvas, place, grabbed: StoredValue::new(None) };
        Effect::new(move |_| {
            let (place, image) = (place.get(), image.get());
            if let (Some(canvas), Some(image)) = (frame.canvas.get(), image) {
                // Without it the frame stays empty.
                let _ = draw(&canvas, &image, place);
            }
        });
        frame
    }

    fn change(self, by: impl Fn(Framing) -> Framing) {
        let size = |image: &HtmlImageElement| (f64::from(image.natural_width()), f64::from(image.natural_height()));
        let size = self.image.with_untracked(|image| image.as_ref().map_or((1.0, 1.0), size));
        self.place.update(|place| *place = by(*place).within(size));
    }

    fn shift(self, x: f64, y: f64) {
        self.change(|place| Framing { x: place.x + x, y: place.y + y, ..place });
    }

    fn grab(self, event: &PointerEvent) {
        self.grabbed.set_value(Some(at(event)));
        if let Some(canvas) = self.canvas.get_untracked() {
            // Without it the picture moves while the pointer is over it.
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
    }

    fn drag(self, event: &PointerEvent) {
        let (Some((x, y)), Some(canvas)) = (self.grabbed.get_value(), self.canvas.get_untracked()) else { return };
        let (to_x, to_y) = at(event);
        self.grabbed.set_value(Some((to_x, to_y)));
        // The canvas may be shown smaller than it is.
        let scale = f64::from(SIDE) / f64::from(canvas.client_width().max(1));
        self.shift((to_x - x) * scale, (to_y - y) * scale);
    }

    fn key(self, event: &KeyboardEvent) {
        let (x, y) = match event.key().as_str() {
            "ArrowLeft" => (-KEY_STEP, 0.0),
            "ArrowRight" => (KEY_STEP, 0.0),
            "ArrowUp" => (0.0, -KEY_STEP),
            "ArrowDown" => (0.0, KEY_STEP),
            _ => return,
        };
        event.prevent_default();
        self.shift(x, y);
    }

    fn zoom(self, wanted: &str) {
        let zoom = wanted.parse().unwrap_or(1.0_f64).clamp(1.0, NEAREST);
        self.change(|place| Framing { zoom, ..place });
    }
}

fn at(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// What is framed, on its way to the square.
#[derive(Clone, Copy)]
struct Sending {
    i18n: Language,
    session: Session,
    square: Square,
    framing: RwSignal<bool>,
    said: RwSignal<String>,
    busy: RwSignal<bool>,
    under_way: StoredValue<Option<Chosen>, LocalStorage>,
}

impl Sending {
    /// Nothing is on its way yet. Whoever closes the frame wants nothing sent.
    fn new(framing: RwSignal<bool>, said: RwSignal<String>) -> Self {
        let (session, square) = (expect_context::<Session>(), expect_context::<Square>());
        let (busy, under_way) = (RwSignal::new(false), StoredValue::new_local(None::<Chosen>));
        on_cleanup(move || {
            if let Some(chosen) = under_way.try_update_value(Option::take).flatten() {
                square.give_up(&chosen);
            }
        });
        Self { i18n: language(), session, square, framing, said, busy, under_way }
    }

    fn begin(self, canvas: HtmlCanvasElement) {
        self.busy.set(true);
        spawn_local(async move {
            let outcome = match framed(&canvas).await.and_then(|file| Chosen::new("portrait.jpg".to_owned(), file)) {
                Some(chosen) => self.send(chosen).await,
                None => Err(t_string!(self.i18n, pictures.failed).to_owned()),
            };
            // The frame may be gone.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => self.framing.set(false),
                Err(why) => self.said.set(why),
            }
        });
    }

    /// Sends it, waits until the square has looked at it, and takes it into use.
    async fn send(self, chosen: Chosen) -> Result<(), String> {
        if self.under_way.try_set_value(Some(chosen.clone())).is_some() {
            return Ok(());
        }
        self.square.bring(chosen.clone(), Purpose::Avatar);
        let outcome = loop {
            match chosen.progress.get_untracked() {
                Progress::Ready(id) => break Ok(id),
                Progress::Rejected(reason) => break Err(explain_rejection(self.i18n, reason).to_owned()),
                Progress::Failed => break Err(t_string!(self.i18n, pictures.failed).to_owned()),
                Progress::Sending(part) => {
                    self.said.set(t_string!(self.i18n, pictures.sending, percent = (part * 100.0).round()));
                }
                Progress::Checking(_) => self.said.set(t_string!(self.i18n, pictures.checking).to_owned()),
            }
            chosen.changed().await;
            if chosen.is_given_up() {
                return Ok(());
            }
        };
        // From here on it is not given up, but used.
        self.under_way.try_set_value(None);
        self.said.set(String::new());
        use_picture(self.i18n, self.session, Some(outcome?)).await
    }
}

/// The frame: dragged, or moved by arrows, and zoomed.
#[component]
fn Framer(
    image: RwSignal<Option<HtmlImageElement>, LocalStorage>,
    framing: RwSignal<bool>,
    said: RwSignal<String>,
) -> impl IntoView {
    let i18n = language();
    let frame = Frame::of(image);
    let sending = Sending::new(framing, said);
    let take = move |_| {
        if let Some(canvas) = frame.canvas.get_untracked().filter(|_| !sending.busy.get_untracked()) {
            sending.begin(canvas);
        }
    };
    let let_go = move |_| frame.grabbed.set_value(None);
    view! {
        <div class="framer">
            <canvas
                width=SIDE height=SIDE node_ref=frame.canvas tabindex="0" role="img" aria-label=move || t_string!(i18n, pictures.portrait_crop)
                on:pointerdown=move |event| frame.grab(&event) on:pointermove=move |event| frame.drag(&event)
                on:pointerup=let_go on:pointercancel=let_go on:keydown=move |event| frame.key(&event)
            ></canvas>
            <p class="small muted">{t!(i18n, pictures.portrait_crop)}</p>
            <label class="field"><span class="label">{t!(i18n, pictures.portrait_zoom)}</span>
                <input type="range" min="1" max=NEAREST step="0.05" prop:value=move || frame.place.get().zoom on:input=move |event| frame.zoom(&event_target_value(&event)) />
            </label>
            <p class="small" role="status">{move || said.get()}</p>
            <div class="row row--end">
                <button type="button" class="btn" on:click=move |_| framing.set(false)>{t!(i18n, chat.cancel)}</button>
                <button type="button" class="btn btn--primary" aria-disabled=move || sending.busy.get().then_some("true") on:click=take>{t!(i18n, pictures.portrait_use)}</button>
            </div>
        </div>
    }
}

async fn use_picture(i18n: Language, session: Session, picture: Option<UploadId>) -> Result<(), String> {
    let change = UpdateMe { avatar_upload_id: Some(picture), ..UpdateMe::default() };
    let answer: Answer<User> = session.send(Method::PATCH, "/me", Some(&change)).await;
    answer.map(|user| session.set_user(user)).map_err(|trouble| explain(i18n, &trouble))
}

fn draw(canvas: &HtmlCanvasElement, image: &HtmlImageElement, place: Framing) -> Option<()> {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let side = f64::from(SIDE);
    let scale = side / width.min(height).max(1.0) * place.zoom;
    let (width, height) = (width * scale, height * scale);
    // What is clear becomes white.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, side, side);
    let (x, y) = ((side - width) / 2.0 + place.x, (side - height) / 2.0 + place.y);
    context.draw_image_with_html_image_element_and_dw_and_dh(image, x, y, width, height).ok()
}

/// What the frame shows, as a file.
async fn framed(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let made = js_sys::Promise::new(&mut |resolve, _| {
        // A canvas that gives nothing is found out below.
        let _ = canvas.to_blob_with_type_and_encoder_options(&resolve, "image/jpeg", &JsValue::from_f64(0.92));
    });
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}
