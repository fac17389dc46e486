//! A storm of pictures: announced, sent and reported all at once, and waited for; beside people who talk, or alone.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use praca_api::uploads::{Announced, NewUpload, Purpose, Upload, UploadStatus};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::room::{self, RoomLoad, RoomReport};
use super::{Target, ratio};
use crate::people::{Person, Square};
use crate::process::usage;

/// Most pictures one person may have under way.
const OF_ONE: usize = 40;
/// Files sent at a time.
const AT_ONCE: usize = 8;
/// Seconds of talk before it is measured.
const WARM_UP: f64 = 4.0;
/// Longest wait for the last of them.
const DONE_WITHIN: Duration = Duration::from_secs(600);

/// How many, and beside what.
#[derive(Args, Clone, Debug)]
pub struct PictureLoad {
    /// Pictures; none = the talk alone.
    #[arg(long, default_value_t = 200)]
    pub pictures: usize,
    /// Pixels across; three quarters as many down.
    #[arg(long, default_value_t = 4_000)]
    pub width: u32,
    /// Messages a second in a room of 100 beside; 0 = nobody talks.
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Seconds of talk to measure.
    #[arg(long, default_value_t = 25.0)]
    pub seconds: f64,
}

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PictureReport {
    /// The talk, if there was some.
    pub talk: Option<RoomReport>,
    /// Length of each file.
    pub bytes: usize,
    /// Seconds from the first announcement until all were sent.
    pub sent_after: f64,
    /// Seconds until all were ready.
    pub ready_after: f64,
    /// Processor seconds of the server for one picture.
    pub cpu_seconds: f64,
    /// Most memory the server held, in KiB.
    pub peak_kib: u64,
    /// Pictures that were not accepted.
    pub rejected: usize,
}

/// Runs it. The server's pid must be known.
///
/// # Errors
/// Options out of bounds, or the server refuses.
pub async fn run(target: &Target, load: &PictureLoad) -> Result<PictureReport> {
    let pid = target.pid.context("the server's pid is not known")?;
    ensure!(load.pictures <= OF_ONE * target.people.len(), "too few people for so many pictures");
    let file = photograph(load.width)?;
    let before = usage(pid)?;
    let storm = async {
        if load.rate > 0.0 {
            // The talk is being measured by then: connecting takes a second or two.
            sleep(Duration::from_secs_f64(WARM_UP + 4.0)).await;
        }
        storm(target, load.pictures, &file).await
    };
    let talk = async { if load.rate > 0.0 { room::run(target, &beside(load)).await.map(Some) } else { Ok(None) } };
    let (talk, storm) = tokio::join!(talk, storm);
    let (talk, (sent_after, ready_after, rejected)) = (talk?, storm?);
    let after = usage(pid)?;
    Ok(PictureReport {
        talk,
        bytes: file.len(),
        sent_after,
        ready_after,
        cpu_seconds: (after.cpu_seconds - before.cpu_seconds) / ratio(load.pictures as u64, 1.0).max(1.0),
        peak_kib: after.peak_kib,
        rejected,
    })
}

fn beside(load: &PictureLoad) -> RoomLoad {
    RoomLoad {
        sockets: 100,
        senders: 16,
        rate: Some(load.rate),
        warm_up: WARM_UP,
        seconds: load.seconds,
        ..RoomLoad::default()
    }
}

/// Sends all, and waits for all: when all were there, when all were ready, and how many were not accepted.
async fn storm(target: &Target, pictures: usize, file: &[u8]) -> Result<(f64, f64, usize)> {
    let square = Square::at(target.address);
    let began = Instant::now();
    let sent = (0..pictures).map(|number| send(&square, &target.people[number % target.people.len()], file));
    let ids: Vec<_> = stream::iter(sent).buffer_unordered(AT_ONCE).try_collect().await?;
    let sent_after = began.elapsed().as_secs_f64();
    let mut rejected = 0;
    for (person, path) in ids {
        loop {
            ensure!(began.elapsed() < DONE_WITHIN, "the pictures are not ready after {DONE_WITHIN:?}");
            let upload: Upload = square.get(&path, person).await?;
            match upload.status {
                UploadStatus::Ready => break,
                UploadStatus::Rejected => {
                    rejected += 1;
                    break;
                }
                UploadStatus::Awaiting | UploadStatus::Processing => sleep(Duration::from_millis(200)).await,
            }
        }
    }
    Ok((sent_after, began.elapsed().as_secs_f64(), rejected))
}

async fn send<'a>(square: &Square, person: &'a Person, file: &[u8]) -> Result<(&'a Person, String)> {
    let new = NewUpload {
        purpose: Purpose::Message,
        file_name: "storm.jpg".into(),
        content_type: "image/jpeg".into(),
        bytes: file.len() as u64,
    };
    let announced: Announced = square.post("/uploads", person, &new).await?;
    square.send_file(&announced.put, file.to_vec()).await?;
    let path = format!("/uploads/{}", announced.id);
    let _: Upload = square.post(&format!("{path}/complete"), person, &()).await?;
    Ok((person, path))
}

/// Something with edges, slopes and noise, as a camera would see it.
fn photograph(width: u32) -> Result<Vec<u8>> {
    let height = width * 3 / 4;
    let mut noise = 0x9E37_79B9_u32;
    let image = RgbImage::from_fn(width, height, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let part = |of: u32, whole: u32| u8::try_from(of * 200 / whole.max(1)).unwrap_or(u8::MAX);
        let edge = if (x / 97 + y / 61) % 2 == 0 { 30 } else { 0 };
        let grain = u8::try_from(noise % 16).unwrap_or_default();
        Rgb([part(x, width) + edge + grain, part(y, height) + grain, 100 + grain * 2 + edge])
    });
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 88).encode_image(&image)?;
    Ok(file)
}
