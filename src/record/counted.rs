//! Counts that an authority wrote down in the place of what it counted.

use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

/// What a list says of the 12 months before where it holds nothing of them: how many the authority counted, if it says.
///
/// A record with it comes from a list that cannot tell what happened before; rules that look back set such a record aside,
/// and those that read the count say that it is as recorded.
///
/// ```
/// use csc_kpi::record::AuthorityCount;
///
/// assert_eq!(AuthorityCount::new(2).number(), Some(2));
/// assert_eq!(AuthorityCount::NOT_GIVEN.number(), None);
/// assert_eq!(AuthorityCount::new(100_000), AuthorityCount::new(AuthorityCount::GREATEST));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct AuthorityCount(NonZeroU16);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    NotGiven,
    Counted(u32),
}

impl AuthorityCount {
    /// The list has no count.
    pub const NOT_GIVEN: Self = Self(NonZeroU16::MIN);
    /// The greatest count; a greater one reads as this.
    pub const GREATEST: u32 = u16::MAX as u32 - 2;

    /// So many.
    #[must_use]
    pub fn new(number: u32) -> Self {
        // 1 stands for no count.
        let packed = number.min(Self::GREATEST).saturating_add(2);
        Self(u16::try_from(packed).ok().and_then(NonZeroU16::new).unwrap_or(NonZeroU16::MAX))
    }

    /// How many; `None` where the list does not say.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        u32::from(self.0.get()).checked_sub(2)
    }
}

impl From<Form> for AuthorityCount {
    fn from(form: Form) -> Self {
        match form {
            Form::NotGiven => Self::NOT_GIVEN,
            Form::Counted(number) => Self::new(number),
        }
    }
}

impl From<AuthorityCount> for Form {
    fn from(count: AuthorityCount) -> Self {
        count.number().map_or(Self::NotGiven, Self::Counted)
    }
}
