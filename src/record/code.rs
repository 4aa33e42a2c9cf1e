//! Statutory codes: what the lists of the DfE know, and what they do not.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A closed list of statutory codes, as an enum. Sealed: the lists are the DfE's.
pub trait StatutoryCode: Copy + Eq + fmt::Debug + sealed::Sealed + 'static {
    /// Every code of the list, in the order of the list.
    const ALL: &'static [Self];

    /// The letters of the code as the DfE writes them.
    fn letters(self) -> &'static str;

    /// The code with these letters, without regard to case and to white space around them.
    #[must_use]
    fn from_letters(letters: &str) -> Option<Self> {
        let letters = letters.trim();
        Self::ALL.iter().copied().find(|code| code.letters().eq_ignore_ascii_case(letters))
    }
}

pub(crate) mod sealed {
    pub trait Sealed {
        /// Its number in the list, from 0.
        fn number(self) -> u32;
    }
}

/// A code as recorded: one that the statutory list knows, or another text, kept as written.
///
/// An unknown code equals none of the codes that a rule names.
///
/// ```
/// use csc_kpi::record::{Coded, PlacementType};
///
/// assert_eq!(Coded::read(" u4 "), Coded::Known(PlacementType::U4));
/// assert_eq!(Coded::<PlacementType>::read("Q9").to_string(), "Q9");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Coded<C> {
    /// A code of the list.
    Known(C),
    /// Any other text, as written.
    Unknown(String),
}

impl<C: StatutoryCode> Coded<C> {
    /// Reads a code without regard to case and to white space around it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        C::from_letters(text).map_or_else(|| Self::Unknown(text.trim().to_owned()), Self::Known)
    }

    /// The code, if the list knows it.
    #[must_use]
    pub const fn known(&self) -> Option<C> {
        match self {
            Self::Known(code) => Some(*code),
            Self::Unknown(_) => None,
        }
    }

    /// The letters of the code, or the text as written.
    #[must_use]
    pub fn letters(&self) -> &str {
        match self {
            Self::Known(code) => code.letters(),
            Self::Unknown(text) => text,
        }
    }
}

impl<C> From<C> for Coded<C>
where
    C: StatutoryCode,
{
    fn from(code: C) -> Self {
        Self::Known(code)
    }
}

impl<C: StatutoryCode> fmt::Display for Coded<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letters())
    }
}

impl<C: StatutoryCode> Serialize for Coded<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.letters())
    }
}

impl<'de, C: StatutoryCode> Deserialize<'de> for Coded<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::read(&text))
    }
}

/// Writes an enum of statutory codes with its letters and its implementation of [`StatutoryCode`].
macro_rules! statutory_codes {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $letters:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $letters, "`:")] $(#[doc = $doc])+ $variant,)+
        }

        impl $crate::record::code::sealed::Sealed for $name {
            fn number(self) -> u32 {
                self as u32
            }
        }

        impl $crate::record::StatutoryCode for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn letters(self) -> &'static str {
                match self {
                    $(Self::$variant => $letters,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::record::StatutoryCode::letters(*self))
            }
        }
    };
}

/// Writes chained setters for the optional fields of a record.
macro_rules! setters {
    ($record:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl $record {
            $(
                #[doc = concat!("Sets [`", stringify!($record), "::", stringify!($field), "`].")]
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )+
        }
    };
}

pub(crate) use {setters, statutory_codes};
