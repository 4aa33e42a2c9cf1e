//! What authorities write in the cells: letters of the answer, codes and words.

use crate::record::{AbuseCategory, Coded, Eligibility, InTouch, Sex, StatutoryCode, Suitability};

/// The text without the letter of the answer before it: `a) Yes` is `Yes`.
pub(super) fn without_letter(text: &str) -> &str {
    let text = text.trim();
    match text.split_once(')') {
        Some((letter, rest)) if (1..=2).contains(&letter.len()) && letter.bytes().all(|b| b.is_ascii_alphabetic()) => {
            rest.trim_start()
        }
        _ => text,
    }
}

/// Yes or no; `None` for any other answer.
pub(super) fn flag(text: &str) -> Option<bool> {
    match without_letter(text).to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => Some(true),
        "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// The code whose letters the answer is; else the one its words mean; else the one it begins with, as in `q) 6: Police`
/// and `N1 - Abuse or Neglect`; else the text as written.
pub(super) fn code<C: Worded>(text: &str) -> Coded<C> {
    let answer = without_letter(text);
    let small = answer.to_ascii_lowercase();
    let means = |words: &str| small == words || (words.len() > 1 && small.starts_with(words));
    let begins_with = || C::from_letters(answer.split([':', ' ', '-', '–', '/']).next().unwrap_or_default());
    C::from_letters(answer)
        .or_else(|| C::WORDS.iter().find(|(words, _)| means(words)).map(|(_, code)| *code))
        .or_else(begins_with)
        .map_or_else(|| Coded::Unknown(text.to_owned()), Coded::Known)
}

/// A list of codes with the words for which some authorities give no code.
pub(super) trait Worded: StatutoryCode {
    /// Beginnings of answers in small letters, of which the first counts; a single letter is the whole answer.
    const WORDS: &'static [(&'static str, Self)] = &[];
}

impl Worded for crate::record::Ethnicity {}
impl Worded for crate::record::ReferralSource {}
impl Worded for crate::record::PrimaryNeed {}
impl Worded for crate::record::ClosureReason {}
impl Worded for crate::record::EpisodeEnd {}
impl Worded for crate::record::LegalStatusCode {}
impl Worded for crate::record::PlacementType {}
impl Worded for crate::record::PlacementProvider {}
impl Worded for crate::record::Accommodation {}
impl Worded for crate::record::Activity {}

impl Worded for Sex {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("male", Self::Male),
        ("female", Self::Female),
        ("not stated", Self::Unknown),
        ("not recorded", Self::Unknown),
        ("not known", Self::Unknown),
        ("unknown", Self::Unknown),
        ("unborn", Self::Unknown),
        ("neither", Self::Unknown),
        ("indeterminate", Self::Unknown),
    ];
}

impl Worded for AbuseCategory {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("neglect", Self::Neglect),
        ("physical", Self::Physical),
        ("sexual", Self::Sexual),
        ("emotional", Self::Emotional),
        ("multiple", Self::Multiple),
        ("not recommended", Self::Multiple),
    ];
}

impl Worded for Eligibility {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("relevant", Self::Relevant),
        ("former relevant", Self::FormerRelevant),
        ("eligible", Self::Eligible),
        ("qualifying", Self::Qualifying),
    ];
}

impl Worded for InTouch {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("y", Self::Yes),
        ("n", Self::No),
        ("no longer", Self::NotRequired),
        ("not required", Self::NotRequired),
        ("not in touch", Self::No),
        ("refuse", Self::Refuses),
        ("returned", Self::ReturnedHome),
        ("young person no longer", Self::NotRequired),
        ("young person refuse", Self::Refuses),
        ("young person returned", Self::ReturnedHome),
    ];
}

impl Worded for Suitability {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("suitable", Self::Suitable),
        ("unsuitable", Self::Unsuitable),
        ("not suitable", Self::Unsuitable),
        ("considered suitable", Self::Suitable),
        ("considered unsuitable", Self::Unsuitable),
    ];
}
