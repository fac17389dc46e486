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
