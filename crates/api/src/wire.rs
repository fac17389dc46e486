//! How types are read and written that JSON alone does not tell apart: words, null and absent, objects and arrays.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

// The words are taken as tokens: utoipa does not see through the group a `literal` stands in, and would describe the names.
/// Declares an enum of words: `snake_case` on the wire and in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:tt,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "server", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum, utoipa::ToSchema))]
        #[cfg_attr(feature = "server", sea_orm(rs_type = "String", db_type = "Text"))]
        pub enum $name {
            $(
                $(#[$vdoc])*
                #[serde(rename = $word)]
                #[cfg_attr(feature = "server", sea_orm(string_value = $word))]
                $variant,
            )*
        }

        impl $name {
            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}
pub(crate) use words;

#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
/// Tells a field that is null from one that is absent.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Reads a part that is an object; the parser by itself would take an array of its fields, too.
///
/// # Errors
/// It is something else, or its fields are wrong.
pub(crate) fn object<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::deserialize(Value::Object(Map::deserialize(from)?)).map_err(D::Error::custom)
}

/// The same of one that may be null.
///
/// # Errors
/// It is something else, or its fields are wrong.
pub(crate) fn object_or_null<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    let map = Option::<Map<String, Value>>::deserialize(from)?;
    map.map(|map| T::deserialize(Value::Object(map))).transpose().map_err(D::Error::custom)
}

#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
/// The same, told from one that is absent.
///
/// # Errors
/// It is something else, or its fields are wrong.
pub(crate) fn given_object<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    object_or_null(from).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::people::UpdatePreferences;
    use crate::push::PushSubscription;

    #[test]
    fn an_array_of_fields_is_no_object() {
        let read = |text: serde_json::Value| serde_json::from_value::<UpdatePreferences>(text).is_ok();
        assert!(read(json!({ "notifications": { "dms": "off" } })));
        assert!(read(json!({ "notifications": null })));
        assert!(!read(json!({ "notifications": ["off", "off", "off"] })));
        let hours = json!({ "from": "22:00", "to": "07:00", "timeZone": "America/Sao_Paulo" });
        assert!(read(json!({ "notifications": { "quietHours": null } })));
        assert!(!read(json!({ "notifications": { "quietHours": ["22:00", "07:00", "America/Sao_Paulo"] } })));
        let quiet: UpdatePreferences =
            serde_json::from_value(json!({ "notifications": { "quietHours": hours } })).unwrap();
        assert!(quiet.notifications.unwrap().quiet_hours.unwrap().is_some());
        let keys = json!({ "endpoint": "https://push.example", "keys": ["x", "y"] });
        assert!(serde_json::from_value::<PushSubscription>(keys).is_err());
    }
}
