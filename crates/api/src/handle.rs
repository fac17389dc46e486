//! Handles: unique, readable names that cannot be mistaken for each other.

use crate::limits::HANDLE_CHARS;

/// Why a handle is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleError {
    /// Not 3 to 24 characters.
    Length,
    /// Something else than `a–z`, `0–9`, `_` and `.`, or not starting with a letter and ending with a letter or digit.
    Characters,
    /// A name the project keeps for itself.
    Reserved,
}

impl HandleError {
    /// Stable reason, for `errors[].code`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Characters => "characters",
            Self::Reserved => "reserved",
        }
    }

    /// The same in an English sentence.
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Length => "A handle has 3 to 24 characters.",
            Self::Characters => {
                "A handle has letters a to z, digits, single dots and underscores, starts with a letter and ends with a letter or digit."
            }
            Self::Reserved => "This handle is reserved.",
        }
    }
}

/// Words a swindler would like to sign with: no part of a handle is one of them, whole or between dots and underscores, with a
/// number behind it, in the plural, or two in one.
const TITLES: &[&str] = &[
    "praca",
    "adm",
    "admin",
    "administracao",
    "administrador",
    "administradora",
    "administrator",
    "superadmin",
    "sysadmin",
    "webadmin",
    "moderacao",
    "moderador",
    "moderadora",
    "moderadores",
    "moderator",
    "mod",
    "root",
    "system",
    "sistema",
    "suporte",
    "support",
    "soporte",
    "atendimento",
    "ouvidoria",
    "oficial",
    "official",
    "verificada",
    "verificado",
    "equipe",
    "staff",
    "seguranca",
    "security",
    "financeiro",
    "pagamentos",
    "pagamento",
    "payments",
    "pix",
    "cobranca",
    "gestao",
    "gerencia",
    "diretoria",
    "prefeitura",
    "policia",
    "noreply",
];

/// Words of the product and its addresses: no handle is one of them.
const WORDS: &[&str] = &[
    "ajuda",
    "help",
    "ayuda",
    "team",
    "aqui",
    "here",
    "todos",
    "all",
    "everyone",
    "ninguem",
    "nobody",
    "null",
    "undefined",
    "deleted",
    "excluido",
    "api",
    "www",
    "mail",
    "postmaster",
    "webmaster",
    "abuse",
    "legal",
    "privacidade",
    "termos",
    "feira",
    "salas",
    "mensagens",
    "perfil",
    "me",
    "eu",
    "voce",
];

/// Whether nobody may take a handle, or one that looks like it.
fn is_reserved(handle: &str) -> bool {
    let shape = shape_of(handle);
    WORDS.iter().any(|word| shape_of(word) == shape)
        || is_title(handle)
        || handle.split(['.', '_']).any(is_title)
        || TITLES.iter().any(|title| shape.strip_prefix(&shape_of(title)).is_some_and(is_title))
}

/// Whether a part of a handle is a title, whatever number or plural is behind it.
fn is_title(part: &str) -> bool {
    let plain = shape_of(part.trim_end_matches(|c: char| c.is_ascii_digit()));
    let one = plain.strip_suffix('s').unwrap_or(&plain);
    TITLES.iter().map(|title| shape_of(title)).any(|title| title == plain || title == one)
}

/// A skeleton, with one more number that is read as a letter.
fn shape_of(text: &str) -> String {
    skeleton(text).replace('4', "a")
}

/// Checks a handle and gives it in its one form, lower case.
///
/// # Errors
/// The first rule it breaks.
pub fn parse_handle(text: &str) -> Result<String, HandleError> {
    let handle = text.trim().trim_start_matches('@').to_lowercase();
    if !HANDLE_CHARS.contains(&handle.chars().count()) {
        return Err(HandleError::Length);
    }
    let alphabet = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    let starts = handle.starts_with(|c: char| c.is_ascii_lowercase());
    let ends = handle.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !handle.chars().all(alphabet) || !starts || !ends || handle.contains("..") {
        return Err(HandleError::Characters);
    }
    if is_reserved(&handle) {
        return Err(HandleError::Reserved);
    }
    Ok(handle)
}

/// The shape of a handle: equal for handles that look alike (`ana_1`, `anal`, `ana.l`; `rn` and `m`).
/// Two people never share one.
pub fn skeleton(handle: &str) -> String {
    let plain: String = handle
        .chars()
        .filter(|c| *c != '_' && *c != '.')
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '3' => 'e',
            '5' => 's',
            '8' => 'b',
            other => other,
        })
        .collect();
    plain.replace("rn", "m").replace("vv", "w")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_handle_passes_in_lower_case() {
        assert_eq!(parse_handle(" @Ana.Souza_2 "), Ok("ana.souza_2".into()));
        for good in ["modesta", "pixinguinha", "adma.lima", "sistematica", "admina", "rosa1x"] {
            assert_eq!(parse_handle(good), Ok(good.into()));
        }
    }

    #[test]
    fn short_odd_and_reserved_handles_are_refused() {
        for (text, why) in [
            ("ab", HandleError::Length),
            ("a123456789012345678901234", HandleError::Length),
            ("joão", HandleError::Characters),
            ("2bia", HandleError::Characters),
            ("bia..x", HandleError::Characters),
            ("bia_", HandleError::Characters),
            ("аna", HandleError::Characters),
            ("admin", HandleError::Reserved),
            ("4dmin", HandleError::Characters),
            ("adm1n", HandleError::Reserved),
            ("p_r.aca", HandleError::Reserved),
            ("sup0rte", HandleError::Reserved),
            ("praca.oficial", HandleError::Reserved),
            ("ana_rn0d", HandleError::Reserved),
            ("pracaoficial", HandleError::Reserved),
            ("suporte24", HandleError::Reserved),
            ("pr4ca_brasil", HandleError::Reserved),
            ("admins", HandleError::Reserved),
            ("adm.bia", HandleError::Reserved),
        ] {
            assert_eq!(parse_handle(text), Err(why), "{text}");
        }
    }

    #[test]
    fn look_alikes_share_a_skeleton() {
        assert_eq!(skeleton("modern"), skeleton("rnodem"));
        assert_eq!(skeleton("b1a"), skeleton("bia"));
        assert_eq!(skeleton("b.i_a"), skeleton("bla"));
        assert_ne!(skeleton("bia"), skeleton("bea"));
    }
}
