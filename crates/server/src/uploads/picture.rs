//! From the bytes somebody sent to pictures of ours: recognised by content, decoded within limits, upright, in sRGB, without
//! anything that was written beside the pixels, in three sizes.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use praca_api::uploads::{Purpose, UploadReason};

use super::content::{check_frames, check_whole, is_disguised};
use super::print::print;

/// What is accepted.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif];
/// Longest sides of the sizes, in pixels.
const SIDES: [(&str, u32); 3] = [("large", 2_048), ("medium", 1_024), ("thumb", 320)];
/// Most pixels of a picture: 50 megapixels, as the best phones make them.
const PIXELS: u64 = 50_000_000;
/// Longest side.
const SIDE: u32 = 16_384;
/// Most bytes of a decoded picture.
const DECODED_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes of what stands packed beside the pixels of a PNG, such as its profile, once it is unpacked.
const BESIDE_BYTES: u64 = 8 * 1024 * 1024;
/// Quality of WebP and of JPEG, of 100.
const QUALITY: u8 = 78;
/// Effort of the WebP encoder, 0 to 6.
const EFFORT: i32 = 3;
/// Longest side of what the placeholder is made of.
const PLACEHOLDER_SIDE: u32 = 100;

/// A file made of a picture.
#[derive(Debug)]
pub struct Made {
    /// Its name in the folder of the picture.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its content.
    pub content: Vec<u8>,
}

/// What became of a picture.
#[derive(Debug)]
pub struct Picture {
    /// Pixels across, upright, as it was sent.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// A ThumbHash, in base64.
    pub placeholder: String,
    /// 64 bits most of which pictures share that look alike; none for one that tells nothing.
    pub print: Option<i64>,
    /// Its sizes, the largest first; one that would be as large as the next larger is left out.
    pub sizes: Vec<Made>,
    /// For readers that know no WebP, such as those of link previews.
    pub fallback: Option<Made>,
}

/// What a file is by its content, which costs nothing to find out.
///
/// # Errors
/// `type`, `disguised`.
pub fn recognise(bytes: &[u8]) -> Result<ImageFormat, UploadReason> {
    let format = image::guess_format(bytes).ok().filter(|format| FORMATS.contains(format)).ok_or(UploadReason::Type)?;
    if is_disguised(bytes) { Err(UploadReason::Disguised) } else { Ok(format) }
}

/// Makes the pictures.
///
/// # Errors
/// Why these bytes are not accepted.
pub fn make(bytes: &[u8], purpose: Purpose) -> Result<Picture, UploadReason> {
    let format = recognise(bytes)?;
    let source = Cursor::new(bytes);
    match format {
        ImageFormat::Jpeg => {
            check_whole(bytes)?;
            work(JpegDecoder::new(source), purpose)
        }
        ImageFormat::Png => work(PngDecoder::with_limits(source, limits(BESIDE_BYTES)), purpose),
        ImageFormat::WebP => {
            check_frames(bytes, format)?;
            work(WebPDecoder::new(source), purpose)
        }
        ImageFormat::Gif => {
            check_frames(bytes, format)?;
            work(GifDecoder::new(source), purpose)
        }
        _ => Err(UploadReason::Type),
    }
}

fn work<D: ImageDecoder>(decoder: image::ImageResult<D>, purpose: Purpose) -> Result<Picture, UploadReason> {
    let mut decoder = decoder.map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(UploadReason::Broken);
    }
    // Looked at before anything is asked for that grows with it.
    if u64::from(width) * u64::from(height) > PIXELS
        || width.max(height) > SIDE
        || decoder.total_bytes() > DECODED_BYTES
    {
        return Err(UploadReason::Pixels);
    }
    decoder.set_limits(limits(2 * DECODED_BYTES)).map_err(refused)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let pixels = Raster::of(DynamicImage::from_decoder(decoder).map_err(refused)?);
    let mut pictures = Pictures::of(pixels, orientation, profile.as_deref())?;
    let (width, height) = if swaps(orientation) { (height, width) } else { (width, height) };
    let (placeholder, print) = (pictures.placeholder()?, pictures.print());
    let fallback = if purpose == Purpose::Ad { Some(pictures.jpeg()?) } else { None };
    let sizes = pictures.0.iter().map(|(name, raster)| raster.webp(name)).collect::<Result<_, _>>()?;
    Ok(Picture { width, height, placeholder, print, sizes, fallback })
}

fn limits(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE), Some(SIDE));
    limits.max_alloc = Some(bytes);
    limits
}

/// What a decoder says, in our words.
fn refused(error: image::ImageError) -> UploadReason {
    match error {
        image::ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => UploadReason::Pixels,
        _ => UploadReason::Broken,
    }
}

fn swaps(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Pixels of eight bits a channel: red, green, blue, and alpha where there is some.
struct Raster {
    width: u32,
    height: u32,
    alpha: bool,
    pixels: Vec<u8>,
}

impl Raster {
    fn of(image: DynamicImage) -> Self {
        let (width, height) = (image.width(), image.height());
        let alpha = image.color().has_alpha();
        let pixels = if alpha { image.into_rgba8().into_raw() } else { image.into_rgb8().into_raw() };
        Self { width, height, alpha, pixels }
    }

    fn into_image(self) -> Result<DynamicImage, UploadReason> {
        let (width, height) = (self.width, self.height);
        let image = if self.alpha {
            image::RgbaImage::from_raw(width, height, self.pixels).map(DynamicImage::ImageRgba8)
        } else {
            image::RgbImage::from_raw(width, height, self.pixels).map(DynamicImage::ImageRgb8)
        };
        image.ok_or(UploadReason::Failed)
    }

    /// At most `side` pixels on the longer side; none if it is no longer already.
    fn shrunk(&mut self, side: u32) -> Result<Option<Self>, UploadReason> {
        let longer = self.width.max(self.height);
        if longer <= side {
            return Ok(None);
        }
        let scaled = |length: u32| {
            let scaled = (u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
            u32::try_from(scaled).unwrap_or(side).max(1)
        };
        let (width, height) = (scaled(self.width), scaled(self.height));
        let kind = if self.alpha { PixelType::U8x4 } else { PixelType::U8x3 };
        let source = Image::from_slice_u8(self.width, self.height, &mut self.pixels, kind);
        let source = source.map_err(|_| UploadReason::Failed)?;
        let mut target = Image::new(width, height, kind);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&source, &mut target, &options).map_err(|_| UploadReason::Failed)?;
        Ok(Some(Self { width, height, alpha: self.alpha, pixels: target.into_vec() }))
    }

    fn upright(self, orientation: Orientation) -> Result<Self, UploadReason> {
        if orientation == Orientation::NoTransforms {
            return Ok(self);
        }
        let mut image = self.into_image()?;
        image.apply_orientation(orientation);
        Ok(Self::of(image))
    }

    /// From the colours of a profile to sRGB. A profile that cannot be read, or is not one of RGB, is passed over, as
    /// browsers do.
    fn in_srgb(mut self, profile: Option<&[u8]>) -> Self {
        let Some(profile) = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok()) else { return self };
        if profile.color_space != DataColorSpace::Rgb {
            return self;
        }
        let layout = if self.alpha { Layout::Rgba } else { Layout::Rgb };
        let (target, options) = (ColorProfile::new_srgb(), TransformOptions::default());
        if let Ok(transform) = profile.create_transform_8bit(layout, &target, layout, options) {
            let mut pixels = vec![0; self.pixels.len()];
            if transform.transform(&self.pixels, &mut pixels).is_ok() {
                self.pixels = pixels;
            }
        }
        self
    }

    fn webp(&self, name: &str) -> Result<Made, UploadReason> {
        let (width, height) = (self.width, self.height);
        let encoder = if self.alpha {
            webp::Encoder::from_rgba(&self.pixels, width, height)
        } else {
            webp::Encoder::from_rgb(&self.pixels, width, height)
        };
        let mut config = webp::WebPConfig::new().map_err(|()| UploadReason::Failed)?;
        config.quality = f32::from(QUALITY);
        config.method = EFFORT;
        let content = encoder.encode_advanced(&config).map_err(|_| UploadReason::Failed)?.to_vec();
        Ok(Made { name: format!("{name}.webp"), content_type: "image/webp", width, height, content })
    }
}

/// The sizes by name, the largest first.
struct Pictures(Vec<(&'static str, Raster)>);

impl Pictures {
    /// Each is made of the one before. Turned and coloured once it is small: that costs less.
    fn of(mut decoded: Raster, orientation: Orientation, profile: Option<&[u8]>) -> Result<Self, UploadReason> {
        let (_, largest) = SIDES[0];
        let small = decoded.shrunk(largest)?.unwrap_or(decoded);
        let mut smaller = small.in_srgb(profile).upright(orientation)?;
        let mut all = Vec::with_capacity(SIDES.len());
        for (at, (name, _)) in SIDES.iter().enumerate() {
            let next = SIDES.get(at + 1).map(|(_, side)| smaller.shrunk(*side)).transpose()?;
            match next {
                // As large as the next: that one is enough.
                Some(None) => {}
                Some(Some(next)) => all.push((*name, std::mem::replace(&mut smaller, next))),
                None => {
                    all.push((*name, smaller));
                    break;
                }
            }
        }
        Ok(Self(all))
    }

    fn placeholder(&mut self) -> Result<String, UploadReason> {
        let (_, smallest) = self.0.last_mut().ok_or(UploadReason::Failed)?;
        let tiny = smallest.shrunk(PLACEHOLDER_SIDE)?;
        let tiny = tiny.as_ref().unwrap_or(smallest);
        let pixels: Vec<u8> = if tiny.alpha {
            tiny.pixels.clone()
        } else {
            tiny.pixels.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], u8::MAX]).collect()
        };
        Ok(STANDARD.encode(thumbhash::rgba_to_thumb_hash(tiny.width as usize, tiny.height as usize, &pixels)))
    }

    /// Of the smallest size.
    fn print(&self) -> Option<i64> {
        let (_, smallest) = self.0.last()?;
        print(&smallest.pixels, (smallest.width, smallest.height), if smallest.alpha { 4 } else { 3 })
    }

    /// The middle size as JPEG, or the largest below it; what is clear becomes white.
    fn jpeg(&self) -> Result<Made, UploadReason> {
        let of = |name: &str| self.0.iter().find(|(known, _)| *known == name);
        let (_, raster) = of("medium").or_else(|| self.0.first()).ok_or(UploadReason::Failed)?;
        let over_white = |value: u8, alpha: u8| {
            let mixed = u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        let pixels: Vec<u8> = if raster.alpha {
            raster.pixels.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|at| over_white(p[at], p[3]))).collect()
        } else {
            raster.pixels.clone()
        };
        let (width, height) = (raster.width, raster.height);
        let mut content = Vec::new();
        JpegEncoder::new_with_quality(&mut content, QUALITY)
            .encode(&pixels, width, height, image::ExtendedColorType::Rgb8)
            .map_err(|_| UploadReason::Failed)?;
        Ok(Made { name: "medium.jpg".into(), content_type: "image/jpeg", width, height, content })
    }
}
