//! Legal notice, privacy, terms and house rules: our own, unless the operator put a file of that name under `texts` in the
//! data folder. They are read as the program starts, so that everybody is shown what the version they accept names.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// Declares the texts by file name.
macro_rules! texts {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../texts/", $name)))),*]
    };
}

/// Each text in each language.
const OURS: &[(&str, &str)] = texts![
    "notice.pt-BR.txt",
    "notice.en.txt",
    "notice.es.txt",
    "privacy.pt-BR.txt",
    "privacy.en.txt",
    "privacy.es.txt",
    "terms.pt-BR.txt",
    "terms.en.txt",
    "terms.es.txt",
    "rules.pt-BR.txt",
    "rules.en.txt",
    "rules.es.txt"
];

/// The texts people accept.
const ACCEPTED: [&str; 2] = ["notice.", "rules."];

/// The texts of this process.
pub struct Texts {
    by_name: BTreeMap<&'static str, String>,
    version: String,
}

impl Texts {
    /// Reads the operator's own from `texts` in the data folder; the others are ours.
    ///
    /// # Errors
    /// A file is there and cannot be read: ours never stand in the place of the operator's own.
    pub fn load(data_dir: &Path) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for (name, ours) in OURS {
            let text = match std::fs::read_to_string(data_dir.join("texts").join(name)) {
                Ok(own) => own,
                Err(error) if error.kind() == ErrorKind::NotFound => (*ours).to_owned(),
                Err(error) => return Err(Error::internal(format!("the text {name} cannot be read: {error}"))),
            };
            by_name.insert(*name, text);
        }
        let version = version_of(&by_name);
        Ok(Self { by_name, version })
    }

    /// A text by its file name, such as `rules.en.txt`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// What names the house rules and the legal notice as they are: another as soon as a word of them is another, in any
    /// language. The same on nodes that have the same files.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The beginning of a hash over what people accept.
fn version_of(by_name: &BTreeMap<&str, String>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in by_name.iter().filter(|(name, _)| ACCEPTED.iter().any(|kind| name.starts_with(kind))) {
        hash.update(name);
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_rules_makes_another_version_and_one_of_the_privacy_does_not() {
        let texts = |rules: &str, privacy: &str| {
            let pairs = [("rules.en.txt", rules), ("privacy.en.txt", privacy), ("notice.en.txt", "who we are")];
            version_of(&pairs.map(|(name, text)| (name, text.to_owned())).into_iter().collect())
        };
        assert_eq!(texts("be kind", "none"), texts("be kind", "some"));
        assert_ne!(texts("be kind", "none"), texts("be very kind", "none"));
        assert_eq!(texts("be kind", "none").len(), 12);
    }
}
