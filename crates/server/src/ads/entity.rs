//! Rows of ads.

use praca_api::ads::{AdKind, AdStatus, Condition};
use praca_api::money::{Currency, Money};
use praca_api::{AdId, Timestamp, UserId};
use sea_orm::entity::prelude::*;

/// An ad's row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdId,
    pub owner_id: UserId,
    pub kind: AdKind,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// The price; none = to be agreed on.
    pub centavos: Option<i64>,
    pub quantity: i32,
    #[sea_orm(column_type = "Text")]
    pub category: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// IBGE's code of the municipality.
    pub city_code: i32,
    #[sea_orm(column_type = "Text")]
    pub city: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub neighborhood: Option<String>,
    pub condition: Option<Condition>,
    /// [`crate::uploads::UsedPicture`]s; none if there are none.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub pictures: Option<Json>,
    pub status: AdStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub status_reason: Option<String>,
    /// Whether it was on display when it was suspended.
    pub shown_before: bool,
    pub version: i32,
    /// The change that waits for a moderator ([`super::change::StoredChange`]).
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub change: Option<Json>,
    pub published_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// The end its owner was reminded of.
    pub reminded_for: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Model {
    /// Its price.
    pub fn price(&self) -> Option<Money> {
        self.centavos.map(|centavos| Money { centavos, currency: Currency::Brl })
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Steps of ads: who did what, when and why.
pub mod history {
    use praca_api::ads::{AdAction, AdStatus};
    use praca_api::{AdId, Timestamp, UserId};
    use sea_orm::entity::prelude::*;

    /// A step's row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ad_history")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ad_id: AdId,
        /// The version the step made: 1, 2, 3 … of the ad.
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub at: Timestamp,
        /// None = the program.
        pub actor_id: Option<UserId>,
        pub action: AdAction,
        pub from_status: Option<AdStatus>,
        pub to_status: AdStatus,
        #[sea_orm(column_type = "Text", nullable)]
        pub reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What people keep.
pub mod favorites {
    use praca_api::{AdId, Timestamp, UserId};
    use sea_orm::entity::prelude::*;

    /// A kept ad's row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ad_favorites")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ad_id: AdId,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What ads are sorted into.
pub mod categories {
    use sea_orm::entity::prelude::*;

    /// A category's row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ad_categories")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub slug: String,
        #[sea_orm(column_type = "Text", nullable)]
        pub parent: Option<String>,
        /// Its place among those of one parent.
        pub position: i32,
        #[sea_orm(column_type = "Text")]
        pub name_pt: String,
        #[sea_orm(column_type = "Text")]
        pub name_en: String,
        #[sea_orm(column_type = "Text")]
        pub name_es: String,
        /// Days an ad of it is on display.
        pub days: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Searches people save.
pub mod searches {
    use praca_api::ads::{AdKind, Condition};
    use praca_api::{SearchId, Timestamp, UserId};
    use sea_orm::entity::prelude::*;

    /// A search's row; what is none may be anything.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved_searches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SearchId,
        pub user_id: UserId,
        #[sea_orm(column_type = "Text", nullable)]
        pub name: Option<String>,
        pub kind: Option<AdKind>,
        #[sea_orm(column_type = "Text", nullable)]
        pub category: Option<String>,
        #[sea_orm(column_type = "Text", nullable)]
        pub q: Option<String>,
        pub min_centavos: Option<i64>,
        pub max_centavos: Option<i64>,
        #[sea_orm(column_type = "Text", nullable)]
        pub state: Option<String>,
        pub city_code: Option<i32>,
        #[sea_orm(column_type = "Text", nullable)]
        pub city: Option<String>,
        pub condition: Option<Condition>,
        pub with_picture: bool,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whom an ad was found for.
pub mod told {
    use praca_api::{AdId, Timestamp, UserId};
    use sea_orm::entity::prelude::*;

    /// That somebody was told of an ad they look for.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ads_told")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ad_id: AdId,
        pub at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Prints by which ads are known again.
pub mod prints {
    use praca_api::AdId;
    use praca_api::ads::review::Likeness;
    use sea_orm::entity::prelude::*;

    /// 64 bits that alike texts, or pictures, mostly share; and its quarters, of which they share one.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ad_prints")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ad_id: AdId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub of: Likeness,
        /// Of a text 0 for all of it and 1 for the description alone; of pictures, which: 0, 1, 2 …
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub bits: i64,
        pub a: i32,
        pub b: i32,
        pub c: i32,
        pub d: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which moderator looks at which ad.
pub mod claims {
    use praca_api::{AdId, Timestamp, UserId};
    use sea_orm::entity::prelude::*;

    /// A claim's row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ad_claims")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ad_id: AdId,
        pub user_id: UserId,
        /// It does not hold any more then.
        pub until: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
