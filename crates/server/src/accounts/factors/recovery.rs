//! Codes for when every other factor is lost.
//!
//! Ten letters and digits that are not taken for one another (Crockford's base 32), of which the database has an HMAC under
//! the server's key: who reads it learns nothing, though a code can be typed from paper.

use hmac::Mac as _;
use praca_api::UserId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::recovery_entity::{ActiveModel, Column, Entity};
use crate::auth::mac::keyed;
use crate::base::Base;
use crate::error::Result;

/// How many somebody is given.
const COUNT: usize = 10;
/// Their length, without the hyphen.
const LENGTH: usize = 10;
/// Crockford's digits.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many are left.
pub async fn count(conn: &impl ConnectionTrait, user: UserId) -> Result<u32> {
    let count = Entity::find().filter(Column::UserId.eq(user)).count(conn).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// New ones in place of all before.
pub async fn renew(base: &Base, conn: &impl ConnectionTrait, user: UserId) -> Result<Vec<String>> {
    remove(conn, user).await?;
    let mut codes = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        codes.push(written(base.ids.secret()?));
    }
    let rows = codes.iter().map(|code| ActiveModel { user_id: Set(user), hash: Set(hash_of(base, user, &read(code))) });
    Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(codes)
}

/// Uses a code up; whether it was good.
pub async fn use_code(base: &Base, conn: &impl ConnectionTrait, user: UserId, code: &str) -> Result<bool> {
    let code = read(code);
    if code.len() != LENGTH {
        return Ok(false);
    }
    let spent =
        Entity::delete_many().filter(Column::UserId.eq(user)).filter(Column::Hash.eq(hash_of(base, user, &code)));
    Ok(spent.exec(conn).await?.rows_affected > 0)
}

/// Ends all.
pub async fn remove(conn: &impl ConnectionTrait, user: UserId) -> Result<()> {
    Entity::delete_many().filter(Column::UserId.eq(user)).exec(conn).await?;
    Ok(())
}

fn hash_of(base: &Base, user: UserId, code: &str) -> Vec<u8> {
    let key = base.config.secret_key.derive("praca recovery codes");
    keyed(&key).chain_update(user.0.as_bytes()).chain_update(code).finalize().into_bytes().to_vec()
}

/// Five bits a digit, a hyphen in the middle.
fn written(random: [u8; LENGTH]) -> String {
    let digits = random.map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
    let (one, other) = digits.split_at(LENGTH / 2);
    format!("{}-{}", String::from_iter(one), String::from_iter(other))
}

/// As it was typed, with what looks like another digit taken for it.
fn read(typed: &str) -> String {
    let digit = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    typed.chars().filter(char::is_ascii_alphanumeric).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = written([0, 1, 31, 32, 33, 255, 100, 7, 20, 21]);
        assert_eq!(code, "01z01-z47mn");
        for typed in ["01z01-z47mn", " O1Z01 Z47MN ", "oiz0lz47mn"] {
            assert_eq!(read(typed), "01z01z47mn");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_code_is_read_back(random: [u8; LENGTH]) {
            let code = written(random);
            proptest::prop_assert_eq!(read(&code), code.replace('-', ""));
        }
    }
}
