//! `cargo xtask tidy`: what no compiler checks. Sizes, the dependency rule, the sentence at the head of each module, and
//! the same keys in every language.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::shell::{Failure, Result, root, say};

/// Most lines of a file, without its tests.
const FILE_LINES: usize = 400;
/// Most lines of a function.
const FUNCTION_LINES: usize = 50;
/// Slices of the server: they rest on the base and on each other's public functions.
const SLICES: &[&str] = &[
    "accounts",
    "admin",
    "ads",
    "conversations",
    "dms",
    "notifications",
    "pictures",
    "places",
    "presence",
    "rooms",
    "search",
    "uploads",
];
/// What stands above the slices.
const TOP: &[&str] = &["app", "cli", "demo"];
/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "manager", "common", "misc"];

/// Checks everything and lists what is wrong.
pub fn tidy() -> Result {
    let mut wrong = Vec::new();
    for file in rust_files(&root()) {
        let text = std::fs::read_to_string(&file)?;
        let name = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
        check_file(&name, &text, &mut wrong);
    }
    check_languages(&mut wrong)?;
    for line in &wrong {
        say(line);
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::new(format!("{} things to mend", wrong.len()))) }
}

fn check_file(name: &str, text: &str, wrong: &mut Vec<String>) {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = code.lines().count();
    if lines > FILE_LINES && !name.contains("/tests/") {
        wrong.push(format!("{name}: {lines} lines, {FILE_LINES} are the most"));
    }
    if !text.starts_with("//!") && !name.ends_with("build.rs") {
        wrong.push(format!("{name}: begins without a sentence on what it is"));
    }
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if EMPTY_NAMES.contains(&stem) {
        wrong.push(format!("{name}: a name that says nothing"));
    }
    for (line, length, function) in long_functions(code) {
        wrong.push(format!("{name}:{line}: {function} has {length} lines, {FUNCTION_LINES} are the most"));
    }
    check_dependencies(name, code, wrong);
}

/// Functions over the limit: where they begin, how long they are, what they are called. A function ends at the first
/// closing brace with its own indentation, as rustfmt writes it.
fn long_functions(code: &str) -> Vec<(usize, usize, String)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let head =
            trimmed.trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let head = head.trim_start_matches("const ").trim_start_matches("async ");
        // A declaration without a body ends on its own line.
        let Some(rest) = head.strip_prefix("fn ").filter(|rest| !rest.ends_with(';')) else { continue };
        let indent = &line[..line.len() - trimmed.len()];
        let end = lines[at..].iter().position(|line| line.strip_prefix(indent).is_some_and(|rest| rest == "}"));
        let length = end.map_or(0, |end| end + 1);
        if length > FUNCTION_LINES {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push((at + 1, length, name));
        }
    }
    found
}

/// `app → slices → base → api`: the base never names a slice, no slice names another's entities or store.
fn check_dependencies(name: &str, code: &str, wrong: &mut Vec<String>) {
    let Some(inside) = name.strip_prefix("crates/server/src/") else {
        let api = name.starts_with("crates/api/src/");
        for foreign in ["axum", "leptos"].iter().filter(|_| api) {
            if code.contains(&format!("{foreign}::")) {
                wrong.push(format!("{name}: the contract knows nothing of {foreign}"));
            }
        }
        return;
    };
    let own = inside.split(['/', '.']).next().unwrap_or_default();
    if TOP.contains(&own) || matches!(own, "main" | "lib") {
        return;
    }
    for (at, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for slice in SLICES.iter().filter(|slice| **slice != own && line.contains(&format!("crate::{slice}"))) {
            if !SLICES.contains(&own) {
                wrong.push(format!("{name}:{}: the base names the slice {slice}", at + 1));
            }
            let reaches = ["entity", "store"].iter().any(|part| line.contains(&format!("crate::{slice}::{part}")));
            if reaches {
                wrong.push(format!("{name}:{}: reaches into {slice}", at + 1));
            }
        }
        for top in TOP.iter().filter(|top| line.contains(&format!("crate::{top}::"))) {
            wrong.push(format!("{name}:{}: names {top}, which stands above it", at + 1));
        }
    }
    let rules = inside.ends_with("/routes.rs") || inside.contains("/routes/") || inside.ends_with("/socket.rs");
    if rules && (code.contains("sea_orm") || code.contains(".execute(")) {
        wrong.push(format!("{name}: routes and events hold no SQL"));
    }
}

/// Every language has the keys of the first.
fn check_languages(wrong: &mut Vec<String>) -> Result {
    let folder = root().join("crates/web/locales");
    if !folder.exists() {
        return Ok(());
    }
    let keys = |locale: &str| -> Result<BTreeSet<String>> {
        let text = std::fs::read_to_string(folder.join(format!("{locale}.json")))?;
        let mut keys = BTreeSet::new();
        collect_keys(&serde_json::from_str(&text)?, "", &mut keys);
        Ok(keys)
    };
    let first = keys("pt-BR")?;
    for locale in ["en", "es"] {
        let other = keys(locale)?;
        wrong.extend(first.difference(&other).map(|key| format!("locales/{locale}.json: {key} is missing")));
        wrong.extend(
            other.difference(&first).map(|key| format!("locales/{locale}.json: {key} is in no other language")),
        );
    }
    Ok(())
}

fn collect_keys(value: &Value, path: &str, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| collect_keys(value, &format!("{path}.{key}"), keys)),
        _ => drop(keys.insert(path.trim_start_matches('.').to_owned())),
    }
}

/// Rust files of the project.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !matches!(name, "target" | "node_modules" | ".git" | "data") {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
