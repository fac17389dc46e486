//! Files people send, made by program.

use std::io::{Cursor, Read as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Frame, ImageEncoder as _, ImageFormat, Rgb, RgbImage, RgbaImage};

/// A picture whose left half is red and whose right half is blue, the upper edge being lighter.
pub fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let light = if y < height / 4 { 90 } else { 0 };
        if x < width / 2 { Rgb([200, light, light]) } else { Rgb([light, light, 200]) }
    })
}

/// The same as a file.
pub fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture(width, height)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture of hills, whatever its size.
pub fn hills(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let hill = |x: u32, y: u32| {
        let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let light = ((x * 9.0).sin() * (y * 7.0).cos() + 1.2) * 90.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "18 to 198")]
        Rgb([light as u8, 120, 90])
    };
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_fn(width, height, hill)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The same as JPEG.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    file(width, height, ImageFormat::Jpeg)
}

/// A JPEG that says it lies on its side, was made by somebody, and where.
pub fn jpeg_from_a_phone(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif()).unwrap();
    encoder.write_image(&picture(width, height), width, height, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A JPEG of one colour, whose numbers are of Display P3 (SMPTE EG 432-1), as phones make them.
pub fn jpeg_in_display_p3(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 100);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let image = RgbImage::from_pixel(64, 64, Rgb(colour));
    encoder.write_image(&image, 64, 64, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// TIFF: orientation 6 (turn right), an artist, and a place.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let directory = |entries: &[Vec<u8>]| {
        let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
        [&count[..], &entries.concat(), &[0; 4]].concat()
    };
    let artist = b"Ana da Rua 7\0\0\0\0";
    // Header 8, first directory 2 + 3 × 12 + 4, then the artist, then the place's directory.
    let (artist_at, place_at) = (50, 66);
    let first = directory(&[entry(0x0112, 3, 1, 6), entry(0x013B, 2, 13, artist_at), entry(0x8825, 4, 1, place_at)]);
    let place = directory(&[entry(0x0001, 2, 2, u32::from(b'S'))]);
    [b"II*\0\x08\0\0\0", &first[..], artist, &place].concat()
}

/// A PNG with transparent corners.
pub fn png_with_alpha(width: u32, height: u32) -> Vec<u8> {
    let clear = |x: u32, y: u32| x + y < width / 2;
    let image = RgbaImage::from_fn(width, height, |x, y| image::Rgba([10, 160, 60, if clear(x, y) { 0 } else { 255 }]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An animation.
pub fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    let frame = Frame::new(DynamicImage::from(picture(2, 2)).into_rgba8());
    encoder.encode_frames(std::iter::repeat_n(frame, frames)).unwrap();
    drop(encoder);
    bytes
}

/// A WebP of so many frames, all alike (RFC 9649, 2.7).
pub fn webp_of_frames(frames: usize) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let chunk = |kind: &str, data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        [kind.as_bytes(), &length, data, &vec![0; data.len() % 2]].concat()
    };
    // Behind the head of the file: the one chunk of its pixels.
    let pixels = file(2, 2, ImageFormat::WebP)[12..].to_vec();
    let canvas = [three(1), three(1)].concat();
    let head = chunk("VP8X", &[&[0b10, 0, 0, 0][..], &canvas].concat());
    let frame = chunk("ANMF", &[three(0), three(0), canvas, three(100), vec![0], pixels].concat());
    let body = [&b"WEBP"[..], &head, &chunk("ANIM", &[0; 6]), &frame.repeat(frames)].concat();
    chunk("RIFF", &body)
}

/// A PNG whose header alone says how large it is.
pub fn png_of(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    // A stream that unpacks to much more than it is: zeros, deflated.
    let packed = [&[0x78, 0x9C][..], &[0; 64]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk("IHDR", &header), chunk("IDAT", &packed), chunk("IEND", b"")].concat()
}

/// A JPEG of which there is no more than a header that says how large it is (ITU-T T.81, B.2.2).
pub fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let (width, height) = (width.to_be_bytes(), height.to_be_bytes());
    let frame = [&[0xFF, 0xC0, 0, 11, 8][..], &height, &width, &[1, 1, 0x11, 0]].concat();
    [&[0xFF, 0xD8][..], &frame, &[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0xFF, 0xD9]].concat()
}

/// A GIF of one small frame on a screen of this size.
pub fn gif_of(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = gif(1);
    bytes[6..8].copy_from_slice(&width.to_le_bytes());
    bytes[8..10].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// A lossless WebP whose header alone says how large it is (RFC 9649, 3.4).
pub fn webp_of(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | ((height - 1) << 14);
    let pixels = [&[0x2F][..], &size.to_le_bytes(), &[0; 5]].concat();
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
    [&b"RIFF"[..], &length(pixels.len() + 12), b"WEBPVP8L", &length(pixels.len()), &pixels].concat()
}

/// A picture with a profile that unpacks to so many zeros.
pub fn png_with_profile(bytes: u64) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(b"zeros\0\0".to_vec(), Compression::fast());
    std::io::copy(&mut std::io::repeat(0).take(bytes), &mut packed).unwrap();
    let profile = chunk("iCCP", &packed.finish().unwrap());
    let plain = file(64, 64, ImageFormat::Png);
    // Behind the signature and the header.
    let (head, rest) = plain.split_at(8 + 25);
    [head, &profile, rest].concat()
}

fn chunk(kind: &str, data: &[u8]) -> Vec<u8> {
    let body = [kind.as_bytes(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// CRC-32 as PNG has it (ISO 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// An archive with one stored file in it.
pub fn zip() -> Vec<u8> {
    let (name, content) = (b"a.txt", b"oi");
    let fields = |signature: &[u8; 4], versions: &[u8]| {
        let sizes = u32::try_from(content.len()).unwrap().to_le_bytes();
        let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
        [&signature[..], versions, &[0; 8], &crc(content).to_le_bytes(), &sizes, &sizes, &name_length, &[0; 2]].concat()
    };
    let local = [&fields(b"PK\x03\x04", &[20, 0])[..], name, content].concat();
    let central = [&fields(b"PK\x01\x02", &[20, 0, 20, 0])[..], &[0; 14], name].concat();
    let length = u32::try_from(central.len()).unwrap().to_le_bytes();
    let start = u32::try_from(local.len()).unwrap().to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec(), length.to_vec(), start.to_vec(), vec![0; 2]].concat();
    [local, central, end].concat()
}
