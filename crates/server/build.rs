//! Builds the web client's files into the program: `PRACA_WEB_DIST` names the folder `cargo xtask web` made.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=PRACA_WEB_DIST");
    let mut files = Vec::new();
    if let Some(dist) = env::var_os("PRACA_WEB_DIST").map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", dist.display());
        collect(&dist, &dist, &mut files)?;
    }
    files.sort();
    let mut code = String::from("/// The files, by path.\nstatic ASSETS: &[Asset] = &[\n");
    for (url, path) in &files {
        let part = |suffix: &str| {
            let file = format!("{}{suffix}", path.display());
            if Path::new(&file).exists() { format!("include_bytes!({file:?})") } else { "&[]".to_owned() }
        };
        let media = media_type(path);
        let _ = writeln!(
            code,
            "    Asset {{ path: {url:?}, media: {media:?}, plain: {}, brotli: {}, gzip: {} }},",
            part(""),
            part(".br"),
            part(".gz")
        );
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("assets.rs"), code)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if !matches!(path.extension().and_then(|e| e.to_str()), Some("br" | "gz")) {
            let inside = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.push((format!("/{inside}"), path));
        }
    }
    Ok(())
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
