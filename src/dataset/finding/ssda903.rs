//! Rules of the national validation of the looked-after children return, and of reading returns side by side.

use serde::{Deserialize, Serialize};

use super::{FindingRule, Severity};

super::national::national_rules! {
    /// A rule of the national validation of the SSDA903 return (children looked after).
    ///
    /// Source: Department for Education, SSDA903 collection, validation rules; those whose number begins `INT`, and `NoE`,
    /// are checks of integrity that the sector's validation tool makes beside them.
    ///
    /// ```
    /// use csc_kpi::Ssda903Rule;
    ///
    /// assert_eq!(Ssda903Rule::Ssda903_142.number(), "142");
    /// assert_eq!(Ssda903Rule::Ssda903_142.to_string(), "SSDA903 rule 142");
    /// ```
    Ssda903Rule, "SSDA903" {
        Ssda903_101 = "101", MayChangeFigure,
            "the child or young person's reported sex is not valid; read as empty";
        Ssda903_102 = "102", MayChangeFigure,
            "date of birth is not a valid date; read as empty";
        Ssda903_103 = "103", MayChangeFigure,
            "the ethnicity code is either not valid or has not been entered; read as empty";
        Ssda903_104 = "104", BlocksFigure,
            "date for unaccompanied asylum-seeking children (UASC) status ceased is not a valid date; the row is left out";
        Ssda903_112 = "112", ForInformation,
            "date should be placed for adoption is not a valid date";
        Ssda903_113 = "113", ForInformation,
            "date matching child and adopter(s) is not a valid date";
        Ssda903_114 = "114", ForInformation,
            "data entry to record the status of former carer(s) of an adopted child is invalid";
        Ssda903_115 = "115", ForInformation,
            "date of local authority's decision that a child should be placed for adoption is not a valid date";
        Ssda903_116 = "116", ForInformation,
            "date of local authority's decision that a child should no longer be placed for adoption is not a valid date";
        Ssda903_120 = "120", ForInformation,
            "the reason for the reversal of the decision that the child should be placed for adoption code is not valid";
        Ssda903_131 = "131", MayChangeFigure,
            "data entry for being in touch after leaving care is invalid; read as empty";
        Ssda903_132 = "132", MayChangeFigure,
            "data entry for activity after leaving care is invalid; read as empty";
        Ssda903_133 = "133", MayChangeFigure,
            "data entry for accommodation after leaving care is invalid; read as empty";
        Ssda903_141 = "141", BlocksFigure,
            "date episode began is not a valid date; the row is left out";
        Ssda903_142 = "142", MayChangeFigure,
            "a new episode has started, but the previous episode has not ended";
        Ssda903_143 = "143", MayChangeFigure,
            "the reason for new episode code is not a valid code; read as empty";
        Ssda903_144 = "144", MayChangeFigure,
            "the legal status code is not a valid code; read as empty";
        Ssda903_145 = "145", ForInformation,
            "category of need code is not a valid code";
        Ssda903_146 = "146", MayChangeFigure,
            "placement type code is not a valid code; read as empty";
        Ssda903_147 = "147", BlocksFigure,
            "date episode ceased is not a valid date; the row is left out";
        Ssda903_148 = "148", MayChangeFigure,
            "date episode ceased and reason episode ceased must both be coded, or both left blank";
        Ssda903_149 = "149", ForInformation,
            "reason episode ceased code is not valid; read as empty";
        Ssda903_153 = "153", MayChangeFigure,
            "all data items relating to a child's activity or accommodation after leaving care must be coded or left blank";
        Ssda903_175 = "175", ForInformation,
            "the number of adopter(s) code is not a valid code";
        Ssda903_355 = "355", ForInformation,
            "episode appears to have lasted for less than 24 hours";
        Ssda903_356 = "356", BlocksFigure,
            "the date the episode ceased is before the date the same episode started; the row is left out";
        Ssda903_362 = "362", ForInformation,
            "emergency protection order (EPO) lasted longer than 21 days";
        Ssda903_363 = "363", ForInformation,
            "child assessment order (CAO) lasted longer than 7 days allowed in the Children Act 1989";
        Ssda903_364 = "364", ForInformation,
            "sections 41-46 of Police and Criminal Evidence (PACE; 1984) severely limits the time a child can be detained in custody in local authority accommodation";
        Ssda903_365 = "365", MayChangeFigure,
            "any individual short-term respite placement must not exceed 17 days";
        Ssda903_366 = "366", MayChangeFigure,
            "a child cannot change placement during the course of an individual short-term respite break";
        Ssda903_367 = "367", MayChangeFigure,
            "the maximum amount of respite care allowable is 75 days in any 12-month period";
        Ssda903_375 = "375", MayChangeFigure,
            "hospitalisation coded as a temporary placement exceeds six weeks";
        Ssda903_376 = "376", MayChangeFigure,
            "temporary placements coded as being due to holiday of usual foster carer(s) cannot exceed three weeks";
        Ssda903_377 = "377", MayChangeFigure,
            "only two temporary placements coded as being due to holiday of usual foster carer(s) are allowed in any 12-month period";
        Ssda903_378 = "378", MayChangeFigure,
            "a child who is placed with parent(s) cannot be looked after under a single period of accommodation under section 20 of the Children Act 1989";
        Ssda903_379 = "379", MayChangeFigure,
            "temporary placements for unspecified reason (placement code T4) cannot exceed seven days";
        Ssda903_380 = "380", MayChangeFigure,
            "a period of care cannot start with a temporary placement";
        Ssda903_381 = "381", MayChangeFigure,
            "a period of care cannot end with a temporary placement";
        Ssda903_382 = "382", MayChangeFigure,
            "a child receiving respite care cannot be in a temporary placement";
        Ssda903_383 = "383", MayChangeFigure,
            "a child in a temporary placement must subsequently return to his/her normal placement";
        Ssda903_385 = "385", MayChangeFigure,
            "date episode ceased must be on or before the end of the current collection year";
        Ssda903_431 = "431", MayChangeFigure,
            "the reason for new episode is started to be looked after, but the previous episode ended on the same day";
        Ssda903_432 = "432", MayChangeFigure,
            "the child ceased to be looked after at the end of the previous episode but the reason for the new episode is not started to be looked after";
        Ssda903_433 = "433", MayChangeFigure,
            "the reason for new episode suggests that this is a continuation episode, but the episode does not start on the same day as the last episode finished";
        Ssda903_434 = "434", MayChangeFigure,
            "reason for new episode is that child's legal status has changed but not the placement, but this is not reflected in the episode data";
        Ssda903_435 = "435", MayChangeFigure,
            "reason for new episode is that child's placement has changed but not the legal status, but this is not reflected in the episode data recorded";
        Ssda903_436 = "436", MayChangeFigure,
            "reason for new episode is that both child's placement and legal status have changed, but this is not reflected in the episode data";
        Ssda903_437 = "437", MayChangeFigure,
            "reason episode ceased is child has died or is aged 18 or over but there are further episodes";
        Ssda903_501 = "501", MayChangeFigure,
            "a new episode has started before the end date of the previous episode";
        Ssda903_502 = "502", MayChangeFigure,
            "last year's record ended with an open episode; the date on which that episode started does not match the start date of the first episode on this year's record";
        Ssda903_503A = "503A", MayChangeFigure,
            "the reason for new episode in the first episode does not match open episode at end of last year";
        Ssda903_503B = "503B", MayChangeFigure,
            "the legal status in the first episode does not match open episode at end of last year";
        Ssda903_503C = "503C", ForInformation,
            "the category of need in the first episode does not match open episode at end of last year";
        Ssda903_503D = "503D", MayChangeFigure,
            "the placement type in the first episode does not match open episode at end of last year";
        Ssda903_503E = "503E", MayChangeFigure,
            "the placement provider in the first episode does not match open episode at end of last year";
        Ssda903_503F = "503F", MayChangeFigure,
            "the Ofsted URN in the first episode does not match open episode at end of last year";
        Ssda903_504 = "504", ForInformation,
            "the category of need code differs from that reported at start of current period of being looked after";
        Ssda903_1000 = "1000", MayChangeFigure,
            "this child is recorded as having died in care and therefore should not have the care leaver information completed";
        Ssda903_1001 = "1001", MayChangeFigure,
            "the episodes recorded for this young person suggest they are not a relevant or a former relevant child and therefore should not have care leaver information completed";
        Ssda903_1002 = "1002", MayChangeFigure,
            "this child has no previous episodes of care, therefore should not have care leaver information recorded";
        Ssda903_1003 = "1003", ForInformation,
            "date of local authority's decision that a child should be placed for adoption is before the child started to be looked after";
        Ssda903_1004 = "1004", BlocksFigure,
            "the start date of the missing episode or episode that the child was away from placement without authorisation is not a valid date; the row is left out";
        Ssda903_1005 = "1005", BlocksFigure,
            "the end date of the missing episode or episode that the child was away from placement without authorisation is not a valid date; the row is left out";
        Ssda903_1006 = "1006", MayChangeFigure,
            "missing type invalid; read as empty";
        Ssda903_1007 = "1007", MayChangeFigure,
            "care leaver information is not required for 17- or 18-year olds who are still looked after on their 17th or 18th birthday";
        Ssda903_1009 = "1009", ForInformation,
            "reason for placement change is not a valid code; read as empty";
        Ssda903_1010 = "1010", MayChangeFigure,
            "this child has no episodes loaded for current year even though there was an open episode of care at the end of the previous year, and care leaver data has been entered";
        Ssda903_1011 = "1011", MayChangeFigure,
            "this child is recorded as having his/her care transferred to another local authority for the final episode and therefore should not have the care leaver information completed";
        Ssda903_1012 = "1012", ForInformation,
            "no other data should be returned for OC3 children who had no episodes in the current year";
        Ssda903_1014 = "1014", MayChangeFigure,
            "UASC information is not required for care leavers";
        Ssda903_1016 = "1016", MayChangeFigure,
            "care leaver information is not required for 17- or 18-year olds who cease to be looked after, after their birthday";
        Ssda903Int01 = "INT01", MayChangeFigure,
            "child in AD1 does not exist in header";
        Ssda903Int02 = "INT02", MayChangeFigure,
            "child in placed for adoption does not exist in header";
        Ssda903Int03 = "INT03", MayChangeFigure,
            "child in episodes does not exist in header";
        Ssda903Int04 = "INT04", MayChangeFigure,
            "child in missing does not exist in header";
        Ssda903Int05 = "INT05", MayChangeFigure,
            "child in OC2 does not exist in header";
        Ssda903Int06 = "INT06", MayChangeFigure,
            "child in OC3 does not exist in header";
        Ssda903Int07 = "INT07", MayChangeFigure,
            "child in previous permanence does not exist in header";
        Ssda903Int08 = "INT08", MayChangeFigure,
            "child in reviews does not exist in header";
        Ssda903Int09 = "INT09", MayChangeFigure,
            "child in UASC does not exist in header";
        Ssda903Int11 = "INT11", ForInformation,
            "date of birth in AD1 is different to date of birth in header";
        Ssda903Int12 = "INT12", ForInformation,
            "date of birth in placed for adoption is different to date of birth in header";
        Ssda903Int13 = "INT13", MayChangeFigure,
            "date of birth in missing is different to date of birth in header";
        Ssda903Int14 = "INT14", ForInformation,
            "date of birth in OC2 is different to date of birth in header";
        Ssda903Int15 = "INT15", MayChangeFigure,
            "date of birth in OC3 is different to date of birth in header";
        Ssda903Int16 = "INT16", ForInformation,
            "date of birth in previous permanence is different to date of birth in header";
        Ssda903Int17 = "INT17", ForInformation,
            "date of birth in reviews is different to date of birth in header";
        Ssda903Int18 = "INT18", MayChangeFigure,
            "date of birth in UASC is different to date of birth in header";
        Ssda903Int21 = "INT21", ForInformation,
            "sex in UASC is different to sex in header";
        Ssda903Int31 = "INT31", ForInformation,
            "child should only exist once in AD1";
        Ssda903Int32 = "INT32", MayChangeFigure,
            "child should only exist once in header";
        Ssda903Int33 = "INT33", ForInformation,
            "child should only exist once in OC2";
        Ssda903Int34 = "INT34", MayChangeFigure,
            "child should only exist once in OC3";
        Ssda903Int35 = "INT35", ForInformation,
            "child should only exist once in previous permanence";
        Ssda903Int36 = "INT36", MayChangeFigure,
            "child should only exist once in UASC";
        Ssda903NoE = "NoE", MayChangeFigure,
            "this child has no episodes loaded for previous year even though child started to be looked after before this current year";
        Ssda903Sw02Stg1 = "SW02STG1", MayChangeFigure,
            "social worker ID does not begin with the characters 'SW' or 'XX'";
        Ssda903Sw04Stg1 = "SW04STG1", BlocksFigure,
            "date social worker episode began is not a valid date; the row is left out";
        Ssda903Sw05Stg1 = "SW05STG1", BlocksFigure,
            "date social worker episode ceased is not a valid date; the row is left out";
        Ssda903Sw08Stg2 = "SW08STG2", MayChangeFigure,
            "a new social worker episode has started, but the previous episode has not ended";
        Ssda903Sw10Stg2 = "SW10STG2", MayChangeFigure,
            "a new social worker episode has started before the end date of the previous social worker episode";
        Ssda903Sw13Stg1 = "SW13STG1", ForInformation,
            "the reason for social worker change is not valid";
    }
}

/// What returns of several collection years, read side by side, say of each other; and what a return holds that is not
/// of its year.
///
/// The module `format::ssda903` says with which case each belongs.
///
/// ```
/// use csc_kpi::{FindingRule, ReturnsRule, Severity};
///
/// let rule = FindingRule::from(ReturnsRule::Gone);
/// assert_eq!(rule.severity(), Severity::MayChangeFigure);
/// assert_eq!(rule.text(), "goes on into a later return that does not carry it; it ends where that begins");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReturnsRule {
    /// A table, a column or an element that the collection year does not have.
    NotOfTheYear,
    /// A column under a name that is not quite its own; it is read.
    RenamedColumn,
    /// A code that another collection year has; it is read.
    CodeOfAnotherYear,
    /// A value that the form has no place for, where it needs one.
    Empty,
    /// A date of birth and no birthday at which care leaver information is due in the year; the status has no date.
    NoBirthday,
    /// A row that repeats an earlier one of its return; left out.
    RepeatedRow,
    /// A missing episode that repeats an earlier one of its return; left out, though a child can be missing twice on a day.
    RepeatedMissing,
    /// A child who is said not to be unaccompanied, with the day on which that ended; unaccompanied until then.
    NotUnaccompanied,
    /// An episode outside its collection year; it stays.
    OutsideTheYear,
    /// An episode that goes on into a later collection year whose return does not carry it; it ends where that begins.
    Gone,
    /// An episode that goes on into a later collection year whose return has another one of the same care begin within it;
    /// it ends there.
    Divided,
    /// A care leaver of whom the next return says nothing at the birthday in it; the status ends on that birthday.
    NoLaterStatus,
    /// An episode that begins in a later collection year whose return does not carry it; left out.
    NeverBegan,
    /// An episode of which a later return gives another start; the later one stays.
    Moved,
    /// A value that a later return contradicts; the later one stays.
    Contradicted,
    /// An episode of an earlier collection year that its own return does not carry; it stays.
    Late,
    /// A unique pupil number under another child id in an earlier return; both children stay.
    SamePupilNumber,
}

impl ReturnsRule {
    /// Every rule.
    pub const ALL: &'static [Self] = &[
        Self::NotOfTheYear,
        Self::RenamedColumn,
        Self::CodeOfAnotherYear,
        Self::Empty,
        Self::NoBirthday,
        Self::RepeatedRow,
        Self::RepeatedMissing,
        Self::NotUnaccompanied,
        Self::OutsideTheYear,
        Self::Gone,
        Self::Divided,
        Self::NoLaterStatus,
        Self::NeverBegan,
        Self::Moved,
        Self::Contradicted,
        Self::Late,
        Self::SamePupilNumber,
    ];

    /// What is wrong and what becomes of it, in a sentence without a full stop.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotOfTheYear => "the collection year has no such table, column or element",
            Self::RenamedColumn => "is not quite the name of the column; it is read",
            Self::CodeOfAnotherYear => "is a code of another collection year; it is read",
            Self::Empty => "must not be empty",
            Self::NoBirthday => "has no 17th to 21st birthday in the collection year; the status has no date",
            Self::RepeatedRow => "repeats an earlier row of this return; the row is left out",
            Self::RepeatedMissing => {
                "repeats an earlier row of this return; it is left out, though a child can be missing twice a day"
            }
            Self::NotUnaccompanied => "is said not to be unaccompanied, yet that has an end; it counts until then",
            Self::OutsideTheYear => "has no day in the collection year; it stays",
            Self::Gone => "goes on into a later return that does not carry it; it ends where that begins",
            Self::Divided => "a later return begins another episode of the same care within it; it ends there",
            Self::NoLaterStatus => {
                "the next return says nothing at the birthday in it; the status ends on that birthday"
            }
            Self::NeverBegan => "begins in a later return that does not carry it; it is left out",
            Self::Moved => "a later return gives another start; the later one stays",
            Self::Contradicted => "a later return has another value; the later one stays",
            Self::Late => "is not in the return of the year in which it began; it stays",
            Self::SamePupilNumber => "has another child id in an earlier return; both children stay",
        }
    }

    /// What it does to figures.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::NeverBegan => Severity::BlocksFigure,
            Self::NotOfTheYear | Self::RenamedColumn | Self::CodeOfAnotherYear | Self::RepeatedRow => {
                Severity::ForInformation
            }
            Self::Empty
            | Self::NoBirthday
            | Self::RepeatedMissing
            | Self::NotUnaccompanied
            | Self::OutsideTheYear
            | Self::Gone
            | Self::Divided
            | Self::NoLaterStatus
            | Self::Moved
            | Self::Contradicted
            | Self::Late
            | Self::SamePupilNumber => Severity::MayChangeFigure,
        }
    }
}

impl From<Ssda903Rule> for FindingRule {
    fn from(rule: Ssda903Rule) -> Self {
        Self::Ssda903(rule)
    }
}

impl From<ReturnsRule> for FindingRule {
    fn from(rule: ReturnsRule) -> Self {
        Self::Ssda903Returns(rule)
    }
}
