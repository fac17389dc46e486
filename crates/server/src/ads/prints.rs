//! Prints by which ads are known again: of what they say, and of what they show.
//!
//! Two prints are alike when few of their 64 bits differ. Such share a quarter, mostly: all that differ in three bits do, and nearly
//! all of those that differ in few more. So those that share one are looked up, and then compared.

use std::collections::{HashMap, HashSet};

use praca_api::AdId;
use praca_api::ads::AdStatus;
use praca_api::ads::review::{AlikeAd, Likeness};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::Ads;
use super::change::StoredChange;
use super::entity::prints::{Column, Entity, Model};
use super::entity::{self};
use crate::antispam::Shape;
use crate::error::Result;
use crate::uploads::UsedPicture;

/// Bits of two pictures that may differ.
const PICTURE_BITS: u32 = 6;
/// Bits of two texts that may differ: below that of messages, since ads for like things sound alike.
const TEXT_BITS: u32 = 6;
/// Prints looked at for one page of ads.
const COMPARED: u64 = 5_000;
/// Quarters of an even sky or wall.
const COMMON: [i32; 2] = [0, 0xffff];
/// Most ads like one.
const SHOWN: usize = 5;

/// The prints of an ad, as it is and as it would be.
fn prints(row: &entity::Model) -> Vec<Model> {
    let print = |of: Likeness, place: i32, bits: i64| {
        let quarter = |at: u32| i32::try_from((bits >> (16 * at)) & 0xffff).unwrap_or_default();
        Model { ad_id: row.id, of, place, bits, a: quarter(0), b: quarter(1), c: quarter(2), d: quarter(3) }
    };
    let change = StoredChange::read(row.change.as_ref()).unwrap_or_default();
    let title = change.title.as_ref().unwrap_or(&row.title);
    // Whoever copies an ad gives it another title. What is short is said by many.
    let texts = [format!("{title}\n{}", row.description), row.description.clone()];
    let texts = texts.iter().filter_map(|text| Shape::of(text)).filter(|shape| shape.tolerance > 0);
    let texts: Vec<Model> =
        (0..).zip(texts).map(|(at, shape)| print(Likeness::Text, at, shape.bits.cast_signed())).collect();
    let mut pictures = UsedPicture::read_all(row.pictures.as_ref());
    pictures.extend(change.pictures.unwrap_or_default());
    let pictures = pictures.iter().filter_map(UsedPicture::print);
    texts.into_iter().chain((0..).zip(pictures).map(|(at, bits)| print(Likeness::Picture, at, bits))).collect()
}

/// Stores the prints of an ad in the place of those it had.
///
/// # Errors
/// The database refuses.
pub async fn store(conn: &impl ConnectionTrait, row: &entity::Model) -> Result<()> {
    Entity::delete_many().filter(Column::AdId.eq(row.id)).exec(conn).await?;
    let prints = prints(row);
    if !prints.is_empty() && row.status != AdStatus::Deleted {
        let prints = prints.into_iter().map(sea_orm::IntoActiveModel::into_active_model);
        Entity::insert_many(prints).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Whether two prints are of much the same.
fn alike(one: &Model, two: &Model) -> bool {
    let most = match one.of {
        Likeness::Text => TEXT_BITS,
        Likeness::Picture => PICTURE_BITS,
    };
    one.of == two.of && one.ad_id != two.ad_id && (one.bits ^ two.bits).count_ones() <= most
}

impl Ads {
    /// Other ads that say or show much the same as these do.
    pub(super) async fn alike(&self, rows: &[entity::Model]) -> Result<HashMap<AdId, Vec<AlikeAd>>> {
        let conn = self.0.base.db.read();
        let mine: Vec<Model> = rows.iter().flat_map(prints).collect();
        if mine.is_empty() {
            return Ok(HashMap::new());
        }
        let near = [Likeness::Text, Likeness::Picture]
            .into_iter()
            .fold(Condition::any(), |near, of| near.add(near_to(&mine, of)));
        // The newest first: of many, whoever copies is among them.
        let near = Entity::find().filter(near).order_by_desc(Column::AdId).limit(COMPARED).all(conn).await?;
        let mut pairs: HashMap<AdId, Vec<(AdId, Likeness)>> = HashMap::new();
        for one in &mine {
            let known = pairs.entry(one.ad_id).or_default();
            for two in near.iter().filter(|two| alike(one, two)) {
                if known.len() < SHOWN && !known.iter().any(|(ad, _)| *ad == two.ad_id) {
                    known.push((two.ad_id, one.of));
                }
            }
        }
        let ids: HashSet<AdId> = pairs.values().flatten().map(|(other, _)| *other).collect();
        let others = entity::Entity::find()
            .filter(entity::Column::Id.is_in(ids))
            .filter(entity::Column::Status.ne(AdStatus::Deleted));
        let others = others.all(conn).await?;
        let owners: Vec<_> = others.iter().map(|row| row.owner_id).collect();
        let owners = self.0.accounts.authors(&owners).await?;
        let shown = |(other, by): (AdId, Likeness)| {
            let row = others.iter().find(|row| row.id == other)?;
            let owner = owners.get(&row.owner_id)?.clone();
            Some(AlikeAd { id: other, title: row.title.clone(), owner, status: row.status, by })
        };
        Ok(pairs.into_iter().map(|(ad, others)| (ad, others.into_iter().filter_map(shown).collect())).collect())
    }
}

/// Prints that share a quarter with some of these; but for quarters that half the pictures of the world have.
fn near_to(mine: &[Model], of: Likeness) -> Condition {
    let mine: Vec<&Model> = mine.iter().filter(|print| print.of == of).collect();
    let shared = |column: Column, quarter: fn(&Model) -> i32| {
        let quarters: HashSet<i32> =
            mine.iter().map(|print| quarter(print)).filter(|bits| !COMMON.contains(bits)).collect();
        column.is_in(quarters)
    };
    let near = Condition::any()
        .add(shared(Column::A, |print| print.a))
        .add(shared(Column::B, |print| print.b))
        .add(shared(Column::C, |print| print.c))
        .add(shared(Column::D, |print| print.d));
    Condition::all().add(Column::Of.eq(of)).add(near)
}
