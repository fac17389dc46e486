//! Amounts of money, in whole hundredths.

use serde::{Deserialize, Serialize};

use crate::wire::words;

words! {
    /// What an amount is counted in (ISO 4217).
    Currency {
        /// Real.
        Brl = "BRL",
    }
}

/// An amount. Integers alone: what is counted in hundredths has no fractions, and nothing is lost on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Money {
    /// Hundredths of the currency.
    pub centavos: i64,
    /// Which currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in reais.
    pub const fn brl(centavos: i64) -> Self {
        Self { centavos, currency: Currency::Brl }
    }
}

/// Hundredths of an amount as people write it: `850`, `1.250,50`, `R$ 15,00` or `15.00`. A point before exactly three digits parts
/// thousands; any other, and every comma, parts the hundredths. `None` for what is no amount, and for one of a thousand
/// billions and more.
pub fn parse_amount(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches("R$").trim();
    let (whole, cents) = match text.rsplit_once(',') {
        Some((whole, cents)) => (whole.replace('.', ""), cents),
        None => match text.rsplit_once('.') {
            Some((whole, cents)) if cents.len() != 3 => (whole.replace('.', ""), cents),
            _ => (text.replace('.', ""), ""),
        },
    };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || cents.len() > 2 || !digits(&whole) || !digits(cents) {
        return None;
    }
    let hundredths: i64 = format!("{cents:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, centavos) in [
            ("850", 85_000),
            ("850,00", 85_000),
            ("850,5", 85_050),
            (" R$ 1.250,50 ", 125_050),
            ("1.250", 125_000),
            ("1.250.000", 125_000_000),
            ("15.00", 1_500),
            ("15.5", 1_550),
            ("0", 0),
            ("0,01", 1),
        ] {
            assert_eq!(parse_amount(text), Some(centavos), "{text}");
        }
        for text in ["", "62O,00", "-5", "1,234", "1,2,3", "dez", "R$", ",50", "1e3", "9999999999999", "١٢"] {
            assert_eq!(parse_amount(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_answered(text in ".{0,40}") {
            let _ = parse_amount(&text);
        }

        #[test]
        fn what_is_written_out_is_read_back(centavos in 0_i64..100_000_000_000) {
            let text = format!("{},{:02}", centavos / 100, centavos % 100);
            proptest::prop_assert_eq!(parse_amount(&text), Some(centavos));
        }
    }
}
