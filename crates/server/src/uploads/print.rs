//! Prints of pictures: 64 bits most of which pictures share that look alike, whatever their size, quality and colours. Each bit says
//! whether it grows darker from one field of a coarse grid to the next (a "difference hash", as Krawetz describes it, 2013).

/// Fields across; between each two stands one bit.
const ACROSS: u32 = 9;
/// Fields down.
const DOWN: u32 = 8;
/// Pictures with fewer changes, or as good as no others, are of one colour: they tell nothing.
const CHANGES: std::ops::RangeInclusive<u32> = 4..=60;

/// The print of pixels with so many bytes each, red, green and blue first; none for a picture that tells nothing.
pub fn print(pixels: &[u8], (width, height): (u32, u32), bytes: usize) -> Option<i64> {
    let light = |column: u32, row: u32| {
        let (mut sum, mut weights) = (0_u64, 0_u64);
        for (y, high) in covered(row, DOWN, height) {
            for (x, wide) in covered(column, ACROSS, width) {
                let at = (y as usize * width as usize + x as usize) * bytes;
                // Rec. 601, in thousandths.
                let [red, green, blue] =
                    [0, 1, 2].map(|channel| u64::from(pixels.get(at + channel).copied().unwrap_or(0)));
                sum += (red * 299 + green * 587 + blue * 114) * high * wide;
                weights += high * wide;
            }
        }
        sum / weights.max(1)
    };
    let mut bits = 0_u64;
    for row in 0..DOWN {
        for column in 0..ACROSS - 1 {
            bits = bits << 1 | u64::from(light(column, row) > light(column + 1, row));
        }
    }
    CHANGES.contains(&bits.count_ones()).then(|| bits.cast_signed())
}

/// The pixels a field covers, of so many fields beside each other, each with how much of it, in parts of a pixel's `of`th: a picture
/// of another size has the same fields.
fn covered(field: u32, of: u32, length: u32) -> impl Iterator<Item = (u32, u64)> {
    let (from, to) = (u64::from(field) * u64::from(length), u64::from(field + 1) * u64::from(length));
    let of = u64::from(of);
    (from / of..to.div_ceil(of)).filter_map(move |pixel| {
        let part = to.min((pixel + 1) * of) - from.max(pixel * of);
        Some((u32::try_from(pixel).ok()?, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of hills, so wide and high, so bright.
    fn hills(width: u32, height: u32, bright: f64) -> Vec<u8> {
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
                let value = ((x * 9.0).sin() * (y * 7.0).cos() + 1.2) * 90.0 * bright;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
                pixels.extend([value.clamp(0.0, 255.0) as u8; 3]);
            }
        }
        pixels
    }

    #[test]
    fn the_same_in_another_size_or_light_is_known_again() {
        let first = print(&hills(320, 240, 1.0), (320, 240), 3).unwrap();
        for (width, height, bright) in [(160, 120, 1.0), (321, 239, 0.9), (97, 73, 1.1)] {
            let again = print(&hills(width, height, bright), (width, height), 3).unwrap();
            assert!((first ^ again).count_ones() <= 3, "{width}×{height}: {}", (first ^ again).count_ones());
        }
        let upside_down: Vec<u8> = hills(320, 240, 1.0).into_iter().rev().collect();
        assert!((first ^ print(&upside_down, (320, 240), 3).unwrap()).count_ones() > 12);
    }

    #[test]
    fn one_colour_tells_nothing_and_no_size_is_too_small() {
        assert_eq!(print(&[200; 30 * 30 * 3], (30, 30), 3), None);
        assert_eq!(print(&[7, 7, 7], (1, 1), 3), None);
    }
}
