//! `docs/benchmarks.md`: a part for each benchmark, replaced when it runs again.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};

use super::BenchArgs;

/// What a benchmark found, as a reader meets it.
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// Paragraphs and tables.
    pub text: String,
    /// Pictures: names and SVG.
    pub pictures: Vec<(&'static str, String)>,
}

const HEAD: &str = "# Benchmarks

Written by `cargo xtask bench`; each part names the commit it measured. The server runs on one core and the load on
another; where a part compares sides, they run in turns, three rounds of eight measured seconds, and the figures are medians,
unless it says otherwise. A delivery is one message event that reached one socket. Machines differ and virtual ones are noisy: compare ratios, not figures of different days.
";

/// A table in Markdown.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Puts a part into the report, in the place of the one it had.
///
/// # Errors
/// The report cannot be read or written.
pub fn write(args: &BenchArgs, order: &[&str], name: &str, part: &Part) -> Result<()> {
    let path = args.docs.join("benchmarks.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let mut text = HEAD.to_owned();
    for known in order {
        let kept = between(&before, known).map(str::to_owned);
        let inside = if *known == name { Some(inside(args, name, part)?) } else { kept };
        if let Some(inside) = inside {
            let _ = write!(text, "\n{}{inside}{}", begin(known), end(known));
        }
    }
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    for (picture, svg) in &part.pictures {
        fs::create_dir_all(args.docs.join("img"))?;
        fs::write(args.docs.join("img").join(picture), svg)?;
    }
    Ok(())
}

fn inside(args: &BenchArgs, name: &str, part: &Part) -> Result<String> {
    let mut text = format!("## {}\n\n{}\n", part.title, part.text.trim_end());
    for (picture, _) in &part.pictures {
        let _ = write!(text, "\n![{}](img/{picture})\n", part.title);
    }
    let before = args.before_commit.as_deref().filter(|_| name == "compare");
    let option = before.map(|commit| format!(" --before {commit}")).unwrap_or_default();
    let _ = write!(text, "\n`cargo xtask bench {name}{option}` · {} · commit {}\n", machine()?, args.commit);
    Ok(text)
}

/// What this ran on.
fn machine() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']).trim();
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kib = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let kernel = kernel.split('-').next().unwrap_or_default().trim();
    let all = cpu.lines().filter(|line| line.starts_with("processor")).count();
    Ok(format!("{all} cores of {model}, {} GiB, Linux {kernel}", (kib + (1 << 19)) >> 20))
}

fn begin(name: &str) -> String {
    format!("<!-- {name} -->\n")
}

fn end(name: &str) -> String {
    format!("<!-- end of {name} -->\n")
}

fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let from = text.find(&begin(name))? + begin(name).len();
    let to = from + text[from..].find(&end(name))?;
    Some(&text[from..to])
}
