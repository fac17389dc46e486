//! What a run found, for machines (JSON) and for people (a table), and how far it is.

use std::io::Write as _;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::Value;

/// A bar for `length` steps; not shown where nobody looks.
pub fn progress(label: &str, length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{prefix:>12} {bar:40} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.with_prefix(label.to_owned())
}

/// A line for the person at the terminal.
pub fn say(text: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A report as lines of `name value`, nested names joined by dots.
///
/// # Errors
/// It cannot be encoded.
pub fn table(report: &impl Serialize) -> serde_json::Result<String> {
    let mut lines = Vec::new();
    flatten("", &serde_json::to_value(report)?, &mut lines);
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<_> = lines.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
    Ok(lines.join("\n"))
}

fn flatten(path: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&path, value, lines);
            }
        }
        Value::Number(number) if number.is_f64() => {
            lines.push((path.to_owned(), format!("{:.3}", number.as_f64().unwrap_or(0.0))));
        }
        other => lines.push((path.to_owned(), other.to_string())),
    }
}
