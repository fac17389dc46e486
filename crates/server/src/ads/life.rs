//! An ad's life. What does not follow from where it stands cannot be written down: a pending ad has no `publish`.
//!
//! ```text
//! pending ──approve──▶ approved ──publish, renew──▶ active ──conclude──▶ concluded
//!    ▲ └──reject──▶ rejected        ◀──pause, expire──┘
//!    └──resubmit──────┘             approved, active ──suspend──▶ suspended ──reinstate──▶ approved
//! ```
//!
//! Each but `deleted` may be deleted.
//!
//! ```
//! use praca::ads::life::{At, Pending};
//! fn passes(ad: At<Pending>) {
//!     let _active = ad.approve().publish();
//! }
//! ```
//!
//! ```compile_fail,E0599
//! use praca::ads::life::{At, Pending};
//! fn skips_the_review(ad: At<Pending>) {
//!     let _active = ad.publish();
//! }
//! ```

use std::marker::PhantomData;

use praca_api::ProblemCode;
use praca_api::ads::{AdAction, AdStatus};

use crate::error::{Error, Result};

/// Where an ad may stand.
pub trait Standing {
    /// The status of it.
    const STATUS: AdStatus;
}

/// Declares the places an ad may stand at, and how one is found by its status.
macro_rules! standings {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Standing for $name {
                const STATUS: AdStatus = AdStatus::$name;
            }
        )*

        /// An ad at some place.
        #[derive(Clone, Debug)]
        pub enum Stand {
            $($(#[$doc])* $name(At<$name>),)*
        }

        impl Stand {
            /// Of an ad that was read, by its status.
            pub fn of(status: AdStatus) -> Self {
                match status {
                    $(AdStatus::$name => Self::$name(At::begin(Vec::new())),)*
                }
            }

            /// The steps taken so far.
            pub fn into_steps(self) -> Vec<Step> {
                match self {
                    $(Self::$name(at) => at.into_steps(),)*
                }
            }
        }

        $(
            impl From<At<$name>> for Stand {
                fn from(at: At<$name>) -> Self {
                    Self::$name(at)
                }
            }
        )*
    };
}

standings! {
    /// Waits for a moderator.
    Pending,
    /// Passed review, and is not on display.
    Approved,
    /// On display.
    Active,
    /// Came to its purpose.
    Concluded,
    /// Taken from display by a moderator.
    Suspended,
    /// Gone.
    Deleted,
    /// Did not pass review.
    Rejected,
}

/// A step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub action: AdAction,
    /// Where the ad stood; none before it was there.
    pub from: Option<AdStatus>,
    /// Where it stands then.
    pub to: AdStatus,
}

/// Evidence that an ad stands at `S`, with the steps that brought it there.
#[derive(Clone, Debug)]
pub struct At<S> {
    steps: Vec<Step>,
    place: PhantomData<S>,
}

impl<S: Standing> At<S> {
    const fn begin(steps: Vec<Step>) -> Self {
        Self { steps, place: PhantomData }
    }

    fn go<T: Standing>(mut self, action: AdAction) -> At<T> {
        self.steps.push(Step { action, from: Some(S::STATUS), to: T::STATUS });
        At::begin(self.steps)
    }

    /// The same place: something else changed.
    #[must_use]
    pub fn stay(self, action: AdAction) -> Self {
        self.go(action)
    }

    /// The steps taken.
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

impl At<Pending> {
    /// A new ad.
    pub fn created() -> Self {
        Self::begin(vec![Step { action: AdAction::Create, from: None, to: AdStatus::Pending }])
    }

    /// It passed review.
    #[must_use]
    pub fn approve(self) -> At<Approved> {
        self.go(AdAction::Approve)
    }

    /// It did not.
    #[must_use]
    pub fn reject(self) -> At<Rejected> {
        self.go(AdAction::Reject)
    }
}

impl At<Rejected> {
    /// It was mended, and is reviewed again.
    #[must_use]
    pub fn resubmit(self) -> At<Pending> {
        self.go(AdAction::Resubmit)
    }
}

impl At<Approved> {
    /// On display, for the time it has.
    #[must_use]
    pub fn publish(self) -> At<Active> {
        self.go(AdAction::Publish)
    }

    /// On display, for a time that begins anew.
    #[must_use]
    pub fn renew(self) -> At<Active> {
        self.go(AdAction::Renew)
    }

    /// Off display until a moderator gives it back.
    #[must_use]
    pub fn suspend(self) -> At<Suspended> {
        self.go(AdAction::Suspend)
    }

    /// It came to its purpose while it was not on display.
    #[must_use]
    pub fn conclude(self) -> At<Concluded> {
        self.go(AdAction::Conclude)
    }
}

impl At<Active> {
    /// Off display until its owner shows it again.
    #[must_use]
    pub fn pause(self) -> At<Approved> {
        self.go(AdAction::Pause)
    }

    /// Its time has ended.
    #[must_use]
    pub fn expire(self) -> At<Approved> {
        self.go(AdAction::Expire)
    }

    /// Its time begins anew.
    #[must_use]
    pub fn renew(self) -> Self {
        self.go(AdAction::Renew)
    }

    /// It came to its purpose.
    #[must_use]
    pub fn conclude(self) -> At<Concluded> {
        self.go(AdAction::Conclude)
    }

    /// Off display until a moderator gives it back.
    #[must_use]
    pub fn suspend(self) -> At<Suspended> {
        self.go(AdAction::Suspend)
    }
}

impl At<Suspended> {
    /// Its owner has it back.
    #[must_use]
    pub fn reinstate(self) -> At<Approved> {
        self.go(AdAction::Reinstate)
    }
}

impl Stand {
    /// It is deleted, wherever it stands.
    ///
    /// # Errors
    /// `resource.not_found` for one that is deleted.
    pub fn delete(self) -> Result<At<Deleted>> {
        let delete = AdAction::Delete;
        match self {
            Self::Pending(at) => Ok(at.go(delete)),
            Self::Approved(at) => Ok(at.go(delete)),
            Self::Active(at) => Ok(at.go(delete)),
            Self::Concluded(at) => Ok(at.go(delete)),
            Self::Suspended(at) => Ok(at.go(delete)),
            Self::Rejected(at) => Ok(at.go(delete)),
            Self::Deleted(_) => Err(Error::not_found()),
        }
    }
}

/// What was asked for does not follow from where the ad stands.
pub fn wrong_state(status: AdStatus, wanted: &str) -> Error {
    let detail = format!("An ad that is {} cannot be {wanted}.", status.as_str());
    Error::problem(ProblemCode::AdsWrongState, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_tell_the_way() {
        let steps = At::<Pending>::created().approve().publish().into_steps();
        let way: Vec<_> = steps.iter().map(|step| (step.action, step.from, step.to)).collect();
        assert_eq!(
            way,
            [
                (AdAction::Create, None, AdStatus::Pending),
                (AdAction::Approve, Some(AdStatus::Pending), AdStatus::Approved),
                (AdAction::Publish, Some(AdStatus::Approved), AdStatus::Active),
            ]
        );
    }

    #[test]
    fn every_status_has_its_place_and_all_but_the_last_may_be_deleted() {
        use AdStatus::{Active, Approved, Concluded, Deleted, Pending, Rejected, Suspended};
        for status in [Pending, Approved, Active, Concluded, Suspended, Rejected] {
            let steps = Stand::of(status).delete().unwrap().into_steps();
            assert_eq!(steps, [Step { action: AdAction::Delete, from: Some(status), to: Deleted }]);
        }
        assert!(Stand::of(Deleted).delete().is_err());
    }
}
