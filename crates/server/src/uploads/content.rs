//! What a file is by its content, where a decoder alone does not tell.

use std::io::Cursor;

use image::ImageFormat;
use praca_api::uploads::UploadReason;

/// Most frames of an animation, of which the first is shown.
const FRAMES: u32 = 1_000;
/// Longest comment at the end of a ZIP archive, with the record before it (APPNOTE, 4.3.16).
const ZIP_TAIL: usize = 22 + 65_535;
/// Where the header of a PDF may begin at the latest.
const PDF_HEAD: usize = 1_024;

/// Whether a file that begins as a picture is an archive or a document to other programs. What merely stands behind a
/// picture, such as a script, does no harm: only what is made anew of the pixels is ever served.
pub fn is_disguised(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(PDF_HEAD)];
    ends_as_zip(bytes) || memchr::memmem::find(head, b"%PDF-").is_some()
}

/// An archive is found by the record at its end, whose comment reaches to the last byte.
fn ends_as_zip(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(ZIP_TAIL)..];
    memchr::memmem::find_iter(tail, b"PK\x05\x06").any(|at| {
        let comment = tail.get(at + 20..at + 22).map(|length| u16::from_le_bytes([length[0], length[1]]));
        comment.is_some_and(|length| at + 22 + usize::from(length) == tail.len())
    })
}

/// Counts the frames of an animation without decoding them.
///
/// # Errors
/// `frames`, `broken`.
pub fn check_frames(bytes: &[u8], format: ImageFormat) -> Result<(), UploadReason> {
    let frames = match format {
        ImageFormat::Gif => gif_frames(bytes)?,
        _ => image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(|_| UploadReason::Broken)?.num_frames(),
    };
    if frames > FRAMES { Err(UploadReason::Frames) } else { Ok(()) }
}

/// At most one more than may be.
fn gif_frames(bytes: &[u8]) -> Result<u32, UploadReason> {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|_| UploadReason::Broken)?;
    let mut frames = 0;
    while frames <= FRAMES && decoder.next_frame_info().map_err(|_| UploadReason::Broken)?.is_some() {
        frames += 1;
    }
    Ok(frames)
}

/// Refuses a JPEG that ends before its last line: the decoder would fill up what is missing with grey.
///
/// # Errors
/// `broken`.
pub fn check_whole(bytes: &[u8]) -> Result<(), UploadReason> {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut at = 2;
    let mut scans = false;
    loop {
        // Fill bytes may stand before a marker; in a scan, FF is followed by 00, and by restarts (D0 to D7).
        let rest = bytes.get(at..).ok_or(UploadReason::Broken)?;
        let found = memchr::memchr(0xFF, rest).ok_or(UploadReason::Broken)?;
        let marker = *rest.get(found + 1).ok_or(UploadReason::Broken)?;
        at += found + 1;
        match marker {
            END if scans => return Ok(()),
            0xFF => {}
            0x00 | 0x01 | 0xD0..=0xD8 => at += 1,
            END => return Err(UploadReason::Broken),
            _ => {
                let length = bytes.get(at + 1..at + 3).ok_or(UploadReason::Broken)?;
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]]));
                scans |= marker == SCAN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_an_archive_or_a_document_too_is_found() {
        let zip_end = |comment: &[u8]| {
            let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
            [b"\xFF\xD8 a picture PK\x05\x06", &[0; 16][..], &length, comment].concat()
        };
        assert!(is_disguised(&zip_end(b"")) && is_disguised(&zip_end(b"a comment")));
        assert!(!is_disguised(&[&zip_end(b"")[..], b"more"].concat()), "the record has to end the file");
        assert!(is_disguised(b"GIF89a %PDF-1.7") && !is_disguised(b"\xFF\xD8<script>alert(1)</script>"));
    }

    #[test]
    fn a_jpeg_is_whole_if_its_scan_has_an_end() {
        let whole =
            [&b"\xFF\xD8\xFF\xE0\x00\x04ab\xFF\xDA\x00\x02data\xFF\x00\xFF\xD0more"[..], b"\xFF\xD9<script>"].concat();
        assert_eq!(check_whole(&whole), Ok(()));
        for cut in 2..whole.len() - b"<script>".len() {
            assert_eq!(check_whole(&whole[..cut]), Err(UploadReason::Broken), "{cut}");
        }
        assert_eq!(check_whole(b"\xFF\xD8\xFF\xD9"), Err(UploadReason::Broken), "there is no scan");
    }
}
