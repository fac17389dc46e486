//! The states and municipalities of Brazil, as IBGE names them (territorial division, 2025: 5,571 municipalities, with
//! Brasília and Fernando de Noronha).

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::fold::fold;

/// A municipality a line: IBGE's code, whose first two digits are the state's, and the name.
const MUNICIPALITIES: &str = include_str!("municipalities.txt");

/// IBGE's code, the two letters and the name of each state, in the order of the codes.
const STATES: [(u32, &str, &str); 27] = [
    (11, "RO", "Rondônia"),
    (12, "AC", "Acre"),
    (13, "AM", "Amazonas"),
    (14, "RR", "Roraima"),
    (15, "PA", "Pará"),
    (16, "AP", "Amapá"),
    (17, "TO", "Tocantins"),
    (21, "MA", "Maranhão"),
    (22, "PI", "Piauí"),
    (23, "CE", "Ceará"),
    (24, "RN", "Rio Grande do Norte"),
    (25, "PB", "Paraíba"),
    (26, "PE", "Pernambuco"),
    (27, "AL", "Alagoas"),
    (28, "SE", "Sergipe"),
    (29, "BA", "Bahia"),
    (31, "MG", "Minas Gerais"),
    (32, "ES", "Espírito Santo"),
    (33, "RJ", "Rio de Janeiro"),
    (35, "SP", "São Paulo"),
    (41, "PR", "Paraná"),
    (42, "SC", "Santa Catarina"),
    (43, "RS", "Rio Grande do Sul"),
    (50, "MS", "Mato Grosso do Sul"),
    (51, "MT", "Mato Grosso"),
    (52, "GO", "Goiás"),
    (53, "DF", "Distrito Federal"),
];

/// A state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// IBGE's code.
    code: u32,
    /// Its two letters.
    pub letters: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Municipality {
    /// IBGE's code, of seven digits.
    pub code: i32,
    /// Its name.
    pub name: &'static str,
}

/// The municipalities by state and folded name.
static BY_NAME: LazyLock<HashMap<(u32, String), Municipality>> = LazyLock::new(|| {
    let one = |place: Municipality| ((state_of(place), fold(place.name)), place);
    all().map(one).collect()
});

fn all() -> impl Iterator<Item = Municipality> {
    let read = |line: &'static str| {
        let (code, name) = line.split_once(' ')?;
        Some(Municipality { code: code.parse().ok()?, name })
    };
    MUNICIPALITIES.lines().filter_map(read)
}

fn state_of(place: Municipality) -> u32 {
    u32::try_from(place.code / 100_000).unwrap_or_default()
}

/// Every state, by name.
pub fn states() -> Vec<State> {
    let mut states: Vec<State> =
        STATES.iter().map(|(code, letters, name)| State { code: *code, letters, name }).collect();
    states.sort_by_key(|state| fold(state.name));
    states
}

/// The state of two letters, in either case.
pub fn state(letters: &str) -> Option<State> {
    let found = STATES.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(letters.trim()));
    found.map(|(code, letters, name)| State { code: *code, letters, name })
}

impl State {
    /// Its municipalities, by name.
    pub fn municipalities(self) -> Vec<Municipality> {
        let mut places: Vec<Municipality> = all().filter(|place| state_of(*place) == self.code).collect();
        places.sort_by_cached_key(|place| fold(place.name));
        places
    }

    /// The municipality of a name, without regard to case and accents.
    pub fn municipality(self, name: &str) -> Option<Municipality> {
        BY_NAME.get(&(self.code, fold(name.trim()))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_municipality_is_found_by_its_name() {
        assert_eq!(all().count(), 5_571);
        assert_eq!(BY_NAME.len(), 5_571, "no state has two of one name");
        assert_eq!(states().len(), 27);
        let counted: usize = states().into_iter().map(|state| state.municipalities().len()).sum();
        assert_eq!(counted, 5_571, "each is in a state");
        let sp = state("sp").unwrap();
        assert_eq!(sp.municipality(" sao paulo ").unwrap(), Municipality { code: 3_550_308, name: "São Paulo" });
        assert_eq!(sp.municipality("Salvador"), None);
        assert_eq!(state("DF").unwrap().municipalities()[0].name, "Brasília");
        assert_eq!(state("XX"), None);
        assert_eq!(states()[0].name, "Acre");
    }
}
