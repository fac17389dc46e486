//! A picture that does not jump as it loads: its place is known, and filled with a blur of it.

use leptos::html;
use leptos::prelude::*;
use praca_api::uploads::Attachment;
use wasm_bindgen::{Clamped, JsCast as _};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// A picture in one of its sizes, over its placeholder.
#[component]
pub fn Picture(
    attachment: Attachment,
    #[prop(into)] src: String,
    width: u32,
    height: u32,
    /// It cannot be shown.
    failed: Callback<()>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let loaded = RwSignal::new(false);
    let placeholder = attachment.placeholder;
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            // Without it the place is merely empty.
            let _ = paint(&canvas, &placeholder);
        }
    });
    view! {
        <canvas class="picture-blur" aria-hidden="true" node_ref=canvas hidden=move || loaded.get()></canvas>
        <img
            src=src alt=attachment.alt width=width height=height loading="lazy" decoding="async"
            on:load=move |_| loaded.set(true) on:error=move |_| failed.run(())
        />
    }
}

/// Paints a ThumbHash.
fn paint(canvas: &HtmlCanvasElement, placeholder: &str) -> Option<()> {
    let hash: Vec<u8> =
        window().atob(placeholder).ok()?.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(&hash).ok()?;
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}
