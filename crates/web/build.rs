//! Turns the catalogues of `locales/` into code: a key that does not exist does not compile, and a language that lacks one
//! does not build.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

fn main() -> Result<(), Box<dyn Error>> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let config = Config::new("pt-BR")
        .map_err(|error| text(&error))?
        .add_locales(["en", "es"])
        .map_err(|error| text(&error))?
        .locales_path("locales")
        .parse_options(ParseOptions::new().interpolate_display(true));
    let parsed = parse_locales(None, config).map_err(|error| text(&error))?;
    println!("cargo::rerun-if-changed=build.rs");
    for file in parsed.tracked_files.iter().flatten() {
        println!("cargo::rerun-if-changed={file}");
    }
    for warning in parsed.diag.warnings().iter() {
        println!("cargo::error={warning}");
    }
    for error in parsed.diag.errors().iter() {
        println!("cargo::error={error}");
    }
    let attributes = "#![allow(missing_docs, unused_qualifications, clippy::all, clippy::pedantic, clippy::expect_used, clippy::unwrap_used)]".parse()?;
    let code = leptos_i18n_codegen::gen_code(&parsed, None, false, Some(&attributes), false).map_err(|e| text(&e))?;
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("i18n");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("mod.rs"), code.to_string())?;
    Ok(())
}
