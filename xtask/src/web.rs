//! `cargo xtask web`: the client as WebAssembly, with hashed names, compressed beside each file.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};
use wasm_split_cli_support::SplitWasm;

use crate::packages;
use crate::shell::{Failure, Result, cargo, output, program, root, run, say, succeeds, target};

/// The part of the client that is loaded first, before wasm-bindgen, and the script that fetches the others.
const MAIN: &str = "main.wasm";
const LINK: &str = "split.js";
const TRIPLE: &str = "wasm32-unknown-unknown";
const BUILD: &[&str] =
    &["build", "--locked", "--package", "praca-web", "--bin", "praca-web", "--profile", "web-release"];

/// Which compiler makes the WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toolchain {
    /// The active one, which has the target.
    Rustup,
    /// Debian's, which builds the standard library itself.
    Debian,
}

/// `cargo xtask web [--toolchain rustup|debian]`.
pub fn command(arguments: &[String]) -> Result {
    let toolchain = match arguments {
        [] => None,
        [flag, name] if flag == "--toolchain" => Some(name.as_str()),
        _ => return Err(Failure::new("usage: cargo xtask web [--toolchain rustup|debian]")),
    };
    let dist = build(toolchain)?;
    say(&format!("The client is in {}", dist.display()));
    Ok(())
}

/// Builds the client; where its files are.
pub fn build(toolchain: Option<&str>) -> Result<PathBuf> {
    let toolchain = match toolchain {
        Some("rustup") => Toolchain::Rustup,
        Some("debian") => debian()?,
        Some(other) => return Err(Failure::new(format!("there is no toolchain {other}, only rustup and debian"))),
        None => choose()?,
    };
    let folder = match toolchain {
        Toolchain::Rustup => target().join("web-rustup"),
        Toolchain::Debian => target().join("web-debian"),
    };
    let mut compile = match toolchain {
        Toolchain::Rustup => cargo(),
        Toolchain::Debian => debian_cargo()?,
    };
    run(compile.args(BUILD).args(["--target", TRIPLE]).arg("--target-dir").arg(&folder))?;
    let wasm = folder.join(TRIPLE).join("web-release/praca-web.wasm");
    let (dist, fresh) = (target().join("web-dist"), target().join("web-dist-fresh"));
    assemble(&wasm, &fresh)?;
    // What did not change stays as it is: the server, which holds these files, is not built again for nothing.
    if contents(&dist).ok() != Some(contents(&fresh)?) {
        remove(&dist)?;
        std::fs::rename(&fresh, &dist)?;
    }
    Ok(dist)
}

/// Every file below a folder: its path from there, and what is in it.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if path.is_dir() {
            files.extend(contents(&path)?.into_iter().map(|(inside, content)| (name.join(inside), content)));
        } else {
            files.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(files)
}

/// The active toolchain if it has the target, else Debian's, else the target is added, else a sentence.
fn choose() -> Result<Toolchain> {
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    if Path::new(&sysroot).join("lib/rustlib").join(TRIPLE).exists() {
        say("Building the client with the active Rust toolchain");
        return Ok(Toolchain::Rustup);
    }
    if let Ok(toolchain) = debian() {
        return Ok(toolchain);
    }
    say(&format!("Adding the target {TRIPLE} to the active Rust toolchain"));
    if succeeds(program("rustup").args(["target", "add", TRIPLE])) {
        return Ok(Toolchain::Rustup);
    }
    Err(Failure::new(format!(
        "no compiler for WebAssembly: run `rustup target add {TRIPLE}` or `sudo apt-get install rustc-web cargo-web rust-web-src lld`"
    )))
}

fn debian() -> Result<Toolchain> {
    packages::rustc_web()?;
    say("Building the client with Debian's Rust compiler for the web");
    Ok(Toolchain::Debian)
}

/// Debian's cargo, free of what the outer cargo hands to its children. It has no compiled standard library for the
/// target and builds one.
fn debian_cargo() -> Result<Command> {
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    let own = Path::new(&sysroot).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    // One fixed path: another linker would recompile everything.
    let linker = if own.exists() { own } else { PathBuf::from("/usr/bin/rust-lld") };
    let mut command = program("/usr/bin/cargo");
    for leaked in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTDOC", "CARGO", "CARGO_MANIFEST_DIR", "CARGO_TARGET_DIR"] {
        command.env_remove(leaked);
    }
    command
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    Ok(command)
}

/// Puts together what the server serves: code in parts, glue, hashed names, compressed forms.
fn assemble(wasm: &Path, dist: &Path) -> Result {
    let glue = target().join("web-glue");
    remove(&glue)?;
    remove(dist)?;
    let parts = split(wasm, &glue)?;
    bind(&glue.join(MAIN), &glue)?;
    let mut site = Site { dist: dist.to_owned(), renamed: BTreeMap::new() };
    let public = root().join("crates/web/public");
    for name in ["fonts", "img", "vendor", "docs"] {
        site.add_folder(&public.join(name), name)?;
    }
    site.add("praca_web_bg.wasm", &std::fs::read(glue.join("praca_web_bg.wasm"))?)?;
    for part in &parts.split_modules {
        let name = part.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        site.add(name, &without_names(&std::fs::read(part)?)?)?;
    }
    site.add_scripts(&glue)?;
    for name in ["tokens.css", "praca.css", "client.css", "theme.js"] {
        site.add_text(name, &std::fs::read_to_string(public.join(name))?)?;
    }
    let boot = std::fs::read_to_string(public.join("boot.js"))?;
    site.add_text("boot.js", &boot.replace("\"/square\"", &quoted_names(&parts, "square")?))?;
    let page = site.rewrite(&std::fs::read_to_string(public.join("index.html"))?);
    write(&dist.join("index.html"), page.as_bytes())?;
    let manifest = site.rewrite(&std::fs::read_to_string(public.join("manifest.webmanifest"))?);
    write(&dist.join("manifest.webmanifest"), manifest.as_bytes())?;
    // Its address stays, so that browsers find the next one.
    let worker = site.rewrite(&std::fs::read_to_string(public.join("sw.js"))?);
    let shell = site.shell();
    let digest: [u8; 32] = Sha256::digest(format!("{page}{}", shell.join(" "))).into();
    let worker = worker.replace("\"/shell\"", &shell.join(", ")).replace("/version", &short(&digest));
    write(&dist.join("sw.js"), worker.as_bytes())
}

/// Takes apart what only one page needs; it is fetched when that page is wanted.
fn split(wasm: &Path, folder: &Path) -> Result<SplitWasm> {
    let (wasm, main) = (std::fs::read(wasm)?, folder.join(MAIN));
    let mut options = wasm_split_cli_support::Options::new(&wasm);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = "/praca_web.js";
    options.link_name = LINK;
    wasm_split_cli_support::transform(options).map_err(|error| Failure::new(format!("splitting the client: {error}")))
}

/// The splitter writes the names that the parts share in whatever order it meets them; the same client is to be the same.
fn in_one_order(script: &str) -> String {
    let ordered = |line: &str| {
        let (before, rest) = line.split_once("{ ")?;
        let (names, after) = rest.split_once(",  }")?;
        let mut names: Vec<&str> = names.split(", ").collect();
        names.sort_unstable();
        Some(format!("{before}{{ {},  }}{after}\n", names.join(", ")))
    };
    script.lines().map(|line| ordered(line).unwrap_or_else(|| format!("{line}\n"))).collect()
}

/// Writes what stands between the code and the browser.
fn bind(wasm: &Path, folder: &Path) -> Result {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let made = bindgen.input_path(wasm).web(true).and_then(|b| {
        // The other parts reach for the memory and the table of the first.
        let b = b.out_name("praca_web").typescript(false).keep_lld_exports(true).remove_name_section(true);
        b.remove_producers_section(true).omit_default_module_path(true).generate(folder)
    });
    made.map_err(|error| Failure::new(format!("wasm-bindgen: {error}")))
}

/// A module without the sections that only tools read.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let unreadable = |error| Failure::new(format!("a part of the client: {error}"));
    let custom = wasm_encoder::SectionId::Custom as u8;
    let mut module = wasm_encoder::Module::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let Some((id, range)) = payload.map_err(unreadable)?.as_section().filter(|(id, _)| *id != custom) {
            let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
            let data = wasm.get(at(range.start)..at(range.end)).ok_or_else(|| Failure::new("a section has no end"))?;
            module.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(module.finish())
}

/// The files a part stands in, as a list within a script.
fn quoted_names(parts: &SplitWasm, part: &str) -> Result<String> {
    let files = parts.prefetch_map.get(part).ok_or_else(|| Failure::new(format!("the client has no part {part}")))?;
    Ok(files.iter().map(|file| format!("\"/{file}.wasm\"")).collect::<Vec<_>>().join(", "))
}

/// The files so far, and what their names became.
struct Site {
    dist: PathBuf,
    renamed: BTreeMap<String, String>,
}

impl Site {
    /// Adds a file under a name with its hash.
    fn add(&mut self, name: &str, content: &[u8]) -> Result {
        let path = self.call(name, content);
        write(&path, content)
    }

    /// Gives a file a name with the hash of a content; its path.
    fn call(&mut self, name: &str, content: &[u8]) -> PathBuf {
        let digest: [u8; 32] = Sha256::digest(content).into();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let hashed = format!("/assets/{stem}-{}.{extension}", short(&digest));
        let path = self.dist.join(hashed.trim_start_matches('/'));
        self.renamed.insert(format!("/{name}"), hashed);
        path
    }

    /// What a page needs to show itself, in quotes: code, styles and the font; pictures and documents come when they are wanted.
    fn shell(&self) -> Vec<String> {
        // Of the code only the first part: the others come when they are wanted.
        let kinds = [".js", ".css", "/praca_web_bg.wasm", ".woff2"];
        let shown = self
            .renamed
            .iter()
            .filter(|(name, _)| kinds.iter().any(|kind| name.ends_with(kind)) && !name.starts_with("/docs/"));
        shown.map(|(_, hashed)| format!("\"{hashed}\"")).collect()
    }

    /// Adds the glue and what fetches the other parts. They name each other: the second is called after both.
    fn add_scripts(&mut self, folder: &Path) -> Result {
        let read = |name: &str| std::fs::read_to_string(folder.join(name));
        let glue =
            self.rewrite(&read("praca_web.js")?).replace(&format!("from \"{LINK}\""), &format!("from \"/{LINK}\""));
        let link = self.rewrite(&in_one_order(&read(LINK)?).replace("\"./", "\"/"));
        let path = self.call(LINK, format!("{link}{glue}").as_bytes());
        self.add_text("praca_web.js", &glue)?;
        write(&path, self.rewrite(&link).as_bytes())
    }

    /// Adds a text whose mentions of other files follow their new names.
    fn add_text(&mut self, name: &str, content: &str) -> Result {
        let content = self.rewrite(content);
        self.add(name, content.as_bytes())
    }

    fn add_folder(&mut self, folder: &Path, name: &str) -> Result {
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
            let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
            self.add(&format!("{name}/{file}"), &std::fs::read(&path)?)?;
        }
        Ok(())
    }

    /// Files are mentioned by their address from the root, in quotes of either kind.
    fn rewrite(&self, text: &str) -> String {
        self.renamed.iter().fold(text.to_owned(), |text, (name, hashed)| {
            let quoted = |quote: char, name: &str| format!("{quote}{name}{quote}");
            let text = text.replace(&quoted('"', name), &quoted('"', hashed));
            text.replace(&quoted('\'', name), &quoted('\'', hashed))
        })
    }
}

/// The beginning of a hash, as names carry it.
fn short(digest: &[u8; 32]) -> String {
    let hash = digest.iter().take(6).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    format!("{hash:012x}")
}

/// Writes a file, and its Brotli and gzip forms beside it where they are smaller.
fn write(path: &Path, content: &[u8]) -> Result {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, content)?;
    if path.extension().is_some_and(|extension| extension == "woff2") {
        return Ok(());
    }
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*content, &mut brotli, &parameters)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(content)?;
    let gzip = gzip.finish()?;
    for (suffix, compressed) in [("br", brotli), ("gz", gzip)] {
        if compressed.len() < content.len() {
            std::fs::write(format!("{}.{suffix}", path.display()), compressed)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
