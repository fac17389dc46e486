//! Devices and networks, as people are told of them.

use std::net::IpAddr;

/// Programs by what their names hold; those that name others too come first.
const PROGRAMS: &[(&str, &str)] = &[
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];
/// Most characters of a program that is none of these.
const OTHER_CHARS: usize = 40;

/// `Firefox · Android` of what a program says of itself; its own words if that is no browser.
pub fn describe(user_agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| user_agent.contains(sign)).map(|k| k.1);
    match (find(PROGRAMS), find(SYSTEMS)) {
        (Some(program), Some(system)) => format!("{program} · {system}"),
        (Some(program), None) => program.to_owned(),
        (None, _) => user_agent.chars().take(OTHER_CHARS).collect(),
    }
}

/// The same, of browsers alone: nothing of what a program makes up.
pub fn browser_of(user_agent: &str) -> String {
    let is_browser = PROGRAMS.iter().any(|(sign, _)| user_agent.contains(sign));
    if is_browser { describe(user_agent) } else { String::new() }
}

/// The network an address is of, as far as it may be shown to whoever reads a mail: `200.147.•.•`, `2804:14c:•`.
pub fn network_of(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, ..] = v4.octets();
            format!("{a}.{b}.•.•")
        }
        Ok(IpAddr::V6(v6)) => {
            let s = v6.segments();
            format!("{:x}:{:x}:•", s[0], s[1])
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_called_as_people_know_them() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Chrome · Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "Safari · iPhone",
            ),
            ("praca-load", "praca-load"),
            ("", ""),
        ] {
            assert_eq!(describe(agent), name);
        }
        assert_eq!(browser_of("R$ 5000: evil.example"), "");
    }

    #[test]
    fn networks_are_shown_without_the_person() {
        assert_eq!(network_of("200.147.33.9"), "200.147.•.•");
        assert_eq!(network_of("2804:14c:3b::1"), "2804:14c:•");
        assert_eq!(network_of("?"), "");
    }
}
