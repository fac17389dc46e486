//! Hours in which a person is not disturbed, by the clock of where they are.

use chrono::NaiveTime;
use chrono_tz::Tz;
use praca_api::Timestamp;
use praca_api::notifications::QuietHours;

/// The hours, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: NaiveTime,
    to: NaiveTime,
    zone: Tz,
}

impl Quiet {
    /// Understands them; none for what is no time or no place.
    pub fn read(hours: &QuietHours) -> Option<Self> {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5);
        Some(Self { from: time(&hours.from)?, to: time(&hours.to)?, zone: hours.time_zone.parse().ok()? })
    }

    /// Whether it is one of them. From a time to the same time is the whole day.
    pub fn holds(self, now: Timestamp) -> bool {
        let time = now.to_utc().with_timezone(&self.zone).time();
        if self.from < self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, to: &str, zone: &str) -> Option<Quiet> {
        let [from, to, time_zone] = [from, to, zone].map(str::to_owned);
        Quiet::read(&QuietHours { from, to, time_zone })
    }

    fn at(moment: &str) -> Timestamp {
        Timestamp::new(moment.parse().unwrap())
    }

    #[test]
    fn a_night_ends_on_the_day_after() {
        let night = quiet("22:00", "07:00", "America/Sao_Paulo").unwrap();
        // Three hours behind Greenwich.
        assert!(!night.holds(at("2026-11-23T00:59:59Z")));
        assert!(night.holds(at("2026-11-23T01:00:00Z")));
        assert!(night.holds(at("2026-11-23T09:59:59Z")));
        assert!(!night.holds(at("2026-11-23T10:00:00Z")));
    }

    #[test]
    fn a_siesta_is_within_a_day_and_follows_summer_time() {
        let siesta = quiet("14:00", "16:00", "Europe/Lisbon").unwrap();
        assert!(siesta.holds(at("2026-12-01T14:30:00Z")) && !siesta.holds(at("2026-12-01T16:00:00Z")));
        assert!(siesta.holds(at("2026-07-01T13:30:00Z")) && !siesta.holds(at("2026-07-01T15:00:00Z")));
    }

    #[test]
    fn from_a_time_to_the_same_is_the_whole_day() {
        let always = quiet("12:00", "12:00", "UTC").unwrap();
        assert!(always.holds(at("2026-11-23T12:00:00Z")) && always.holds(at("2026-11-23T11:59:59Z")));
    }

    #[test]
    fn what_is_no_time_or_no_place_is_not_understood() {
        for (from, to, zone) in [
            ("24:00", "07:00", "UTC"),
            ("7:00", "08:00", "UTC"),
            ("22:00", "", "UTC"),
            ("22:00", "07:00:00", "UTC"),
            ("22:00", "07:00", "Lua/Mar_da_Tranquilidade"),
            ("22:00", "07:00", ""),
        ] {
            assert_eq!(quiet(from, to, zone), None, "{from} {to} {zone}");
        }
    }
}
