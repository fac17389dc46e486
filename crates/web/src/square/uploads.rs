//! Pictures on their way: announced, sent with progress, and waited for while the square looks at them.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gloo_net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use praca_api::limits::UPLOAD_BYTES;
use praca_api::uploads::{Announced, NewUpload, Purpose, UpdateUpload, Upload, UploadReason, UploadStatus};
use praca_api::{ProblemCode, UploadId};
use wasm_bindgen::JsValue;
use web_sys::{Blob, XmlHttpRequest};

use super::Square;
use crate::net::put::put;
use crate::net::{Answer, Trouble};

/// Time between two questions after an upload that is being looked at, in case its news got lost.
const ASK_EVERY: Duration = Duration::from_secs(3);

/// How far a picture has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// So much of it has left, 0 to 1.
    Sending(f64),
    /// It is being looked at.
    Checking(UploadId),
    /// It may be used.
    Ready(UploadId),
    /// It is not accepted.
    Rejected(UploadReason),
    /// It did not get there; it can be tried again.
    Failed,
}

/// A picture somebody chose.
#[derive(Clone)]
pub struct Chosen {
    /// Its file's name.
    pub name: String,
    /// The file.
    pub file: Blob,
    /// How far it has come.
    pub progress: ArcRwSignal<Progress>,
    /// Ends its sending.
    request: XmlHttpRequest,
    /// Its name, once it is announced.
    id: ArcRwSignal<Option<UploadId>>,
    given_up: Arc<AtomicBool>,
}

impl Chosen {
    /// A file on its way; none in a browser that cannot send.
    pub fn new(name: String, file: Blob) -> Option<Self> {
        let request = XmlHttpRequest::new().ok()?;
        let progress = ArcRwSignal::new(Progress::Sending(0.0));
        Some(Self { name, file, progress, request, id: ArcRwSignal::default(), given_up: Arc::default() })
    }

    /// One that is ready already, whose file this page does not have.
    pub fn ready(name: String, id: UploadId) -> Option<Self> {
        let chosen = Self::new(name, Blob::new().ok()?)?;
        chosen.progress.set(Progress::Ready(id));
        chosen.id.set(Some(id));
        Some(chosen)
    }
}

impl Chosen {
    /// Whether nobody wants it any more.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Until it has come farther.
    pub async fn changed(&self) {
        let before = self.progress.get_untracked();
        let progress = self.progress.clone();
        until(move || progress.get() != before).await;
    }
}

/// Waits until something holds that signals say, or [`ASK_EVERY`] has passed.
async fn until(holds: impl Fn() -> bool + 'static) {
    let holds = Rc::new(holds);
    let waited = js_sys::Promise::new(&mut |resolve, _| {
        let (holds, late) = (holds.clone(), resolve.clone());
        let watch = Effect::watch(
            move || holds(),
            move |held, _, _| {
                if *held {
                    let _ = resolve.call0(&JsValue::NULL);
                }
            },
            true,
        );
        set_timeout(
            move || {
                watch.stop();
                let _ = late.call0(&JsValue::NULL);
            },
            ASK_EVERY,
        );
    });
    // It is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(waited).await;
}

impl Square {
    /// Sends a picture, and follows it until it is ready or rejected.
    pub fn bring(self, chosen: Chosen, purpose: Purpose) {
        spawn_local(async move {
            let outcome = self.send_picture(&chosen, purpose).await;
            if chosen.is_given_up() {
                return;
            }
            if let Err(trouble) = outcome {
                let said = match &trouble {
                    Trouble::Problem(problem) if problem.is(ProblemCode::UploadsRejected) => {
                        let wrong = |field: &str| problem.errors.iter().any(|error| error.field == field);
                        match (wrong("bytes"), wrong("contentType")) {
                            (true, _) => Progress::Rejected(UploadReason::Size),
                            (_, true) => Progress::Rejected(UploadReason::Type),
                            _ => Progress::Failed,
                        }
                    }
                    _ => {
                        self.complain(&trouble);
                        Progress::Failed
                    }
                };
                chosen.progress.set(said);
            }
        });
    }

    async fn send_picture(self, chosen: &Chosen, purpose: Purpose) -> Answer<()> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the length of a file")]
        let bytes = chosen.file.size() as u64;
        if bytes > UPLOAD_BYTES {
            chosen.progress.set(Progress::Rejected(UploadReason::Size));
            return Ok(());
        }
        let new = NewUpload {
            purpose,
            file_name: if chosen.name.trim().is_empty() { "foto".to_owned() } else { chosen.name.clone() },
            content_type: chosen.file.type_(),
            bytes,
        };
        let announced: Announced = self.session.send(Method::POST, "/uploads", Some(&new)).await?;
        chosen.id.set(Some(announced.id));
        if chosen.is_given_up() {
            self.give_up(chosen);
            return Ok(());
        }
        let progress = chosen.progress.clone();
        put(&announced.put, &chosen.file, &chosen.request, move |part| progress.set(Progress::Sending(part))).await?;
        let path = format!("/uploads/{}", announced.id);
        chosen.progress.set(Progress::Checking(announced.id));
        let mut upload: Upload = self.session.send(Method::POST, &format!("{path}/complete"), None::<&()>).await?;
        while upload.status == UploadStatus::Processing && !chosen.is_given_up() {
            self.news_of_upload(announced.id).await;
            match self.session.send(Method::GET, &path, None::<&()>).await {
                Ok(now) => upload = now,
                Err(Trouble::Problem(problem)) if problem.is(ProblemCode::ResourceNotFound) => {
                    return Err(Trouble::Problem(problem));
                }
                // The connection comes back, and so does who was in a hurry.
                Err(_) => {}
            }
        }
        chosen.progress.set(match (upload.status, upload.reason) {
            (UploadStatus::Ready, _) => Progress::Ready(upload.id),
            // It is not the picture's fault: it may be tried again.
            (_, Some(UploadReason::Failed | UploadReason::Discarded) | None) => Progress::Failed,
            (_, Some(reason)) => Progress::Rejected(reason),
        });
        Ok(())
    }

    /// Until the square says something of an upload, or a while has passed.
    async fn news_of_upload(self, id: UploadId) {
        until(move || self.model.with(|model| model.settled.contains(&id))).await;
    }

    /// Gives a picture up, wherever it is.
    pub fn give_up(self, chosen: &Chosen) {
        chosen.given_up.store(true, Ordering::Relaxed);
        let _ = chosen.request.abort();
        if let Some(id) = chosen.id.get_untracked() {
            spawn_local(async move {
                // One that stays is swept by the server.
                let _: Answer<()> = self.session.send(Method::DELETE, &format!("/uploads/{id}"), None::<&()>).await;
            });
        }
    }

    /// An upload that is ready and unused, with an address to see it by.
    pub async fn ready_upload(self, id: UploadId) -> Option<(Upload, String)> {
        let upload: Upload = self.session.send(Method::GET, &format!("/uploads/{id}"), None::<&()>).await.ok()?;
        let preview = upload.variants.as_ref()?.thumb.url.clone();
        Some((upload, preview))
    }

    /// Says what a picture shows.
    pub async fn describe(self, id: UploadId, alt: String) -> Answer<Upload> {
        self.session.send(Method::PATCH, &format!("/uploads/{id}"), Some(&UpdateUpload { alt: Some(alt) })).await
    }
}
