//! Curves as SVG.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// Colours of the curves, of the same weight on light and dark pages.
const COLOURS: [RGBColor; 4] =
    [RGBColor(22, 134, 90), RGBColor(200, 80, 40), RGBColor(70, 110, 200), RGBColor(150, 90, 170)];
const SIZE: (u32, u32) = (760, 360);

/// A curve: its name and its points.
pub type Curve = (&'static str, Vec<(f64, f64)>);

/// Curves over two logarithmic axes.
///
/// # Errors
/// No points, or they cannot be drawn.
pub fn draw(across: &str, up: &str, curves: &[Curve]) -> Result<String> {
    let points = || curves.iter().flat_map(|(_, points)| points);
    let range = |value: fn(&(f64, f64)) -> f64| {
        let (low, high) = points().map(value).fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        (low * 0.8, high * 1.25)
    };
    let ((left, right), (low, high)) = (range(|point| point.0), range(|point| point.1));
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(drawing)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d((left..right).log_scale(), (low..high).log_scale())
            .map_err(drawing)?;
        chart.configure_mesh().x_desc(across).y_desc(up).light_line_style(TRANSPARENT).draw().map_err(drawing)?;
        for ((name, points), colour) in curves.iter().zip(COLOURS) {
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3);
            let drawn = chart.draw_series(line).map_err(drawing)?;
            drawn.label(*name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        let mut legend = chart.configure_series_labels();
        legend.position(SeriesLabelPosition::UpperLeft).border_style(BLACK.mix(0.2)).background_style(WHITE);
        legend.draw().map_err(drawing)?;
        area.present().map_err(drawing)?;
    }
    Ok(svg)
}

fn drawing(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the curve cannot be drawn: {error}")
}
