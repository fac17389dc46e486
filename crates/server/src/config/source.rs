//! Where values come from: flags before environment before `praca.toml`; secrets also from files.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use super::ConfigError;

/// Values by key, each with a word on where it was found.
#[derive(Default)]
pub struct Source {
    values: HashMap<String, (String, &'static str)>,
}

impl Source {
    /// Reads `praca.toml` in the working directory if there is one, then the environment.
    ///
    /// # Errors
    /// A file that cannot be read or is no TOML table of plain values.
    pub fn from_process() -> Result<Self, ConfigError> {
        let mut source = Self::default();
        source.read_toml(Path::new("praca.toml"))?;
        for (key, value) in std::env::vars().filter(|(key, _)| key.starts_with("PRACA_")) {
            source.values.insert(key, (value, "in the environment"));
        }
        source.read_secret_files()?;
        Ok(source)
    }

    /// Exactly these values, for tests.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let mut source = Self::default();
        for (key, value) in pairs {
            source.set_flag(key, (*value).to_owned());
        }
        source
    }

    /// A value given on the command line.
    pub fn set_flag(&mut self, key: &str, value: String) {
        self.values.insert(key.to_owned(), (value, "on the command line"));
    }

    /// The typed value; none when it is not set, or empty.
    ///
    /// # Errors
    /// A value that cannot be read.
    pub fn get<T>(&self, key: &'static str) -> Result<Option<T>, ConfigError>
    where
        T: FromStr,
        T::Err: std::fmt::Display,
    {
        let Some((value, origin)) = self.values.get(key).filter(|(value, _)| !value.trim().is_empty()) else {
            return Ok(None);
        };
        value.trim().parse().map(Some).map_err(|why: T::Err| {
            let why = why.to_string();
            let why = why.trim_end_matches('.');
            // Standard parsers say only that they failed; ours go on from the key ("is …", "has …", "names …").
            let ours = ["is ", "has ", "names "].iter().any(|verb| why.starts_with(verb));
            let sentence = if ours { why.to_owned() } else { format!("cannot be read: {why}") };
            ConfigError(format!("{key} ({origin}) {sentence}."))
        })
    }

    fn read_toml(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ConfigError(format!("praca.toml cannot be read: {error}."))),
        };
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| ConfigError(format!("praca.toml: {}.", error.message())))?;
        for (name, value) in table {
            let key = format!("PRACA_{}", name.to_uppercase());
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                _ => return Err(ConfigError(format!("{key} (in praca.toml) is not a plain value."))),
            };
            self.values.insert(key, (value, "in praca.toml"));
        }
        Ok(())
    }

    /// `PRACA_X_FILE` gives `PRACA_X` unless that is set itself.
    fn read_secret_files(&mut self) -> Result<(), ConfigError> {
        let files: Vec<(String, String)> = self
            .values
            .iter()
            .filter_map(|(key, (path, _))| Some((key.strip_suffix("_FILE")?.to_owned(), path.clone())))
            .collect();
        for (key, path) in files {
            if self.values.contains_key(&key) {
                return Err(ConfigError(format!("{key} is set twice: by itself and by {key}_FILE.")));
            }
            let text = std::fs::read_to_string(&path)
                .map_err(|error| ConfigError(format!("{key}_FILE names {path}, which cannot be read: {error}.")))?;
            self.values.insert(key, (text.trim_end().to_owned(), "in its file"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_may_come_from_a_file_but_not_from_two_places() {
        let folder = std::env::temp_dir().join(format!("praca-source-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("token");
        std::fs::write(&file, "s3cret\n").unwrap();
        let mut source = Source::of(&[("PRACA_METRICS_TOKEN_FILE", file.to_str().unwrap())]);
        source.read_secret_files().unwrap();
        assert_eq!(source.get::<String>("PRACA_METRICS_TOKEN").unwrap().as_deref(), Some("s3cret"));
        assert!(source.read_secret_files().unwrap_err().to_string().starts_with("PRACA_METRICS_TOKEN is set twice"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
