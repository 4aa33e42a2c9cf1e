//! Records whose ids are keyed pseudonyms, whose dates of birth are months and whose free texts are gone: for a data set
//! that leaves the room in which it may be read.
//!
//! **What comes out is pseudonymised, not anonymous.** The dates of events stay to the day, and clock times to the second,
//! since every figure is made of them; a referral, a conference and a placement on three known days are often one child of an
//! authority. A rare ethnicity, a death, or a child who is the only one of an age can tell as much. Whoever has the key finds
//! every person whose id they know. It stays personal data: share it as such, and keep the key where the ids are.
//!
//! ```
//! use csc_kpi::NaiveDate;
//! use csc_kpi::format::anonymise::Pseudonyms;
//! use csc_kpi::record::{Person, Record, Referral};
//!
//! let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
//! let pseudonyms = Pseudonyms::new(b"sixteen bytes or more")?;
//! let Record::Person(person) = pseudonyms.record(Person::new("C1").date_of_birth(day(2010, 5, 20)).into()) else {
//!     unreachable!("a person stays a person")
//! };
//! let Record::Referral(referral) = pseudonyms.record(Referral::new("R1", "C1", day(2018, 3, 1)).into()) else {
//!     unreachable!("a referral stays a referral")
//! };
//! assert_eq!(person.date_of_birth, Some(day(2010, 5, 1)));
//! assert_eq!((referral.person == person.id, referral.date), (true, day(2018, 3, 1)));
//! assert_eq!(person.id.len(), 21);
//! # Ok::<(), csc_kpi::format::anonymise::KeyTooShort>(())
//! ```
//!
//! [`Builder::through`](crate::Builder::through) passes all that a reader gives through the same, so that no id is in the
//! dataset from the start. What a reader of returns hands back beside the records is as it was read.
//!
//! ```
//! use csc_kpi::Builder;
//! use csc_kpi::format::anonymise::Pseudonyms;
//! use csc_kpi::record::{Family, Person};
//!
//! let pseudonyms = Pseudonyms::new(b"sixteen bytes or more")?;
//! let mut records = Builder::through(pseudonyms.clone());
//! records.push(Person::new("C1"));
//! let dataset = records.finish();
//! assert!(dataset.child("C1").is_none());
//! assert!(dataset.child(&pseudonyms.id(Family::Person, "C1")).is_some());
//! # Ok::<(), csc_kpi::format::anonymise::KeyTooShort>(())
//! ```
//!
//! # What becomes of each field
//!
//! | field | what becomes of it |
//! |---|---|
//! | ids of persons, families and all other records, and references to them | pseudonymised by the family they name, without the white space around them |
//! | period of care as the authority numbers it | pseudonymised |
//! | provider's reference number (URN) | pseudonymised, without regard to case and to white space around it |
//! | postcode of a placement | pseudonymised, without regard to case and spaces: equal stays equal |
//! | team | pseudonymised, without the white space around it |
//! | date of birth, expected date of birth | reduced to the first of the month |
//! | distance of a placement | reduced to whole miles, rounded up; dropped where it is no number |
//! | registration number | reduced to `SW0` for a qualified social worker; any other is dropped |
//! | role in an involvement | kept where it is that of the allocated case worker; any other is dropped |
//! | status text of an immigration status | reduced to `UASC` where it means that; any other is dropped, its days stay |
//! | job title | dropped |
//! | statutory codes, sex and ethnicity among them | kept |
//! | a code that the list does not know, which may be any text | pseudonymised, without regard to case and to white space around it; it stays one that the list does not know |
//! | dates and times of events, date of death | kept |
//! | flags, numbers and counts | kept |
//!
//! A field that is empty stays empty, so that the same is found wrong with it.
//!
//! # Pseudonyms
//!
//! The letter `p` and 20 characters of `0123456789abcdefghjkmnpqrstvwxyz` (no i, l, o, u): the first 100 bits of
//! HMAC-SHA-256 under the key, of the kind of the text, a zero byte and the text. The same text of the same kind has the
//! same pseudonym under one key, in every record, file and year; a person and a referral with the same id have two. Of a
//! million ids of one kind, two share a pseudonym with odds of 1 to 2.5 × 10¹⁸ (n²/2¹⁰¹).
//!
//! # Why the first of the month
//!
//! Every month has it, and no event comes before it that came after the birth. The child is up to 30 days older than
//! recorded, never younger, and every birthday falls in the month it falls in. On the last day of a month all ages in whole
//! years are thus those of the record, but on 28 February of a common year for those born on 29 February, whose birthday is
//! 1 March by the record and 1 February by the month. On other days a child born later in the month than the day is taken
//! to be a year older.
//!
//! # Which figures survive
//!
//! Readings are those of the records, on every basis:
//!
//! * on every day for every indicator of the catalogue but those that read an age;
//! * on the last day of a month for these as well, but for children born on 29 February on 28 February;
//! * these read an age, and can differ on other days: CLA, ECS 01b, NI 62, NI 62 raw-moves, NI 62 as recorded,
//!   NI 63, Care leavers suitable, Care leavers EET, Care leavers status age;
//! * broken down by sex, ethnic group, unaccompanied status, category of abuse, placement type and team like the whole; teams and
//!   codes that no list knows under pseudonyms;
//! * broken down by age: stocks on the last day of a month; flows can differ, since their age is that on the day of the
//!   event.
//!
//! One thing is lost everywhere: the order of ids. Where a tie is left to the greater id, of two episodes, two legal
//! statuses or the teams of two referrals of one child on one day, the other one can win. Findings are the same but for their values and
//! their order, and but for those that read an age to the day, or a death.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use hmac::{Hmac, KeyInit, Mac};
use rust_decimal::Decimal;
use sha2::Sha256;

use crate::dataset::{Finding, FindingRule, Gate};
use crate::record::{
    ALLOCATED_CASE_WORKER, Assessment, CareLeaverStatus, Coded, Family, FamilyMember, ImmigrationStatus,
    InitialConference, Involvement, LegalStatus, LookedAfterEpisode, MissingEpisode, Person, Placement, PlanReview,
    Professional, ProtectionPlan, Record, Referral, Section47Enquiry,
};

/// A key of fewer bytes than [`Pseudonyms::KEY_BYTES`]: the pseudonyms could be undone by trying keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of {bytes} bytes is too short; it needs at least {}", Pseudonyms::KEY_BYTES)]
#[non_exhaustive]
pub struct KeyTooShort {
    /// The bytes given.
    pub bytes: usize,
}

/// Pseudonyms under one key. See the [module](self) for what becomes of each field.
///
/// The key is not shown by `Debug` and is overwritten in memory when this is dropped; the caller's own copy is the
/// caller's to overwrite.
///
/// ```
/// use csc_kpi::format::anonymise::Pseudonyms;
/// use csc_kpi::record::{Family, FamilyMember, Record};
///
/// let pseudonyms = Pseudonyms::new(b"sixteen bytes or more")?;
/// let member = pseudonyms.record(FamilyMember::new("F1", "C1").into());
/// let Record::FamilyMember(member) = member else { unreachable!("a member stays a member") };
/// assert_eq!(member.person, pseudonyms.id(Family::Person, "C1"));
/// assert!(Pseudonyms::new(b"short").is_err());
/// # Ok::<(), csc_kpi::format::anonymise::KeyTooShort>(())
/// ```
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonyms").finish_non_exhaustive()
    }
}

/// Base 32 without the letters that are taken for others.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

/// A letter in front, so that no spreadsheet takes a pseudonym for a number.
const FIRST: char = 'p';

/// Characters of five bits behind the first.
const CHARACTERS: u32 = 20;

impl Pseudonyms {
    /// The shortest key, in bytes. Take one from a source of randomness, not a word.
    pub const KEY_BYTES: usize = 16;

    /// Pseudonyms under `key`.
    ///
    /// # Errors
    ///
    /// Where the key has fewer bytes than [`Pseudonyms::KEY_BYTES`].
    pub fn new(key: &[u8]) -> Result<Self, KeyTooShort> {
        let too_short = KeyTooShort { bytes: key.len() };
        if key.len() < Self::KEY_BYTES {
            return Err(too_short);
        }
        // A key of any length is taken.
        Hmac::new_from_slice(key).map(Self).map_err(|_| too_short)
    }

    /// The pseudonym of the id of a record of `family`, as it stands in that record and in those that refer to it; empty
    /// for an empty id.
    #[must_use]
    pub fn id(&self, family: Family, id: &str) -> String {
        self.pseudonym(family.table(), id.trim())
    }

    /// The same record without what names anybody.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one arm a family, every field named")]
    pub fn record(&self, mut record: Record) -> Record {
        match &mut record {
            Record::Person(r) => self.person(r),
            Record::FamilyMember(FamilyMember { family, person }) => {
                self.own(Family::FamilyMember, family);
                self.own(Family::Person, person);
            }
            Record::ImmigrationStatus(ImmigrationStatus { person, status, start: _, end: _ }) => {
                self.own(Family::Person, person);
                let unaccompanied = status.as_deref().is_some_and(ImmigrationStatus::means_unaccompanied);
                *status = unaccompanied.then(|| "UASC".to_owned());
            }
            Record::Referral(r) => self.referral(r),
            Record::Assessment(Assessment { id, person, referral, start: _, authorised: _, team }) => {
                self.own(Family::Assessment, id);
                self.own(Family::Person, person);
                self.link(Family::Referral, referral);
                self.name("team", team);
            }
            Record::Section47Enquiry(Section47Enquiry { id, referral, person, start: _, end: _ }) => {
                self.own(Family::Section47Enquiry, id);
                self.link(Family::Referral, referral);
                self.own(Family::Person, person);
            }
            Record::InitialConference(InitialConference {
                id,
                enquiry,
                person,
                transfer_in: _,
                target: _,
                date: _,
                plan_made: _,
            }) => {
                self.own(Family::InitialConference, id);
                self.link(Family::Section47Enquiry, enquiry);
                self.own(Family::Person, person);
            }
            Record::ProtectionPlan(r) => self.plan(r),
            Record::PlanReview(PlanReview { id, person, plan, due: _, date: _ }) => {
                self.own(Family::PlanReview, id);
                self.own(Family::Person, person);
                self.link(Family::ProtectionPlan, plan);
            }
            Record::LookedAfterEpisode(r) => self.episode(r),
            Record::Placement(r) => self.placement(r),
            Record::LegalStatus(LegalStatus { id, person, status, start: _, end: _ }) => {
                self.own(Family::LegalStatus, id);
                self.own(Family::Person, person);
                self.code("legal status", status);
            }
            Record::MissingEpisode(MissingEpisode {
                id,
                person,
                start: _,
                kind,
                end: _,
                interview_offered: _,
                interview_accepted: _,
                interview_completed: _,
            }) => {
                self.own(Family::MissingEpisode, id);
                self.own(Family::Person, person);
                self.code("missing kind", kind);
            }
            Record::CareLeaverStatus(r) => self.care_leaver(r),
            Record::Involvement(Involvement { id, person, professional, role, start: _, end: _ }) => {
                self.own(Family::Involvement, id);
                self.own(Family::Person, person);
                self.link(Family::Professional, professional);
                let allocated =
                    role.as_deref().is_some_and(|role| role.trim().eq_ignore_ascii_case(ALLOCATED_CASE_WORKER));
                *role = allocated.then(|| ALLOCATED_CASE_WORKER.to_owned());
            }
            Record::Professional(Professional { id, registration, job_title }) => {
                self.own(Family::Professional, id);
                let qualified = registration.as_deref().is_some_and(Professional::is_social_worker);
                *registration = qualified.then(|| "SW0".to_owned());
                *job_title = None;
            }
        }
        record
    }

    /// The same finding without what names anybody: the record and the person by their pseudonyms.
    ///
    /// The value is kept where it is a date other than one of birth, and dropped otherwise, since it may be any text. So is
    /// the name of a column or element that no form has, with whatever stands in it. The name of the file is kept.
    ///
    /// ```
    /// use csc_kpi::format::anonymise::Pseudonyms;
    /// use csc_kpi::record::Family;
    /// use csc_kpi::{Finding, FindingRule};
    ///
    /// let pseudonyms = Pseudonyms::new(b"sixteen bytes or more")?;
    /// let finding = Finding::new(Family::Person, "pers_dob", "Ann's birthday", FindingRule::UnreadableDate).of("C1", "C1");
    /// let finding = pseudonyms.finding(finding);
    /// assert_eq!((finding.field.as_str(), finding.value.as_str()), ("pers_dob", ""));
    /// assert_eq!(finding.person, Some(pseudonyms.id(Family::Person, "C1")));
    /// # Ok::<(), csc_kpi::format::anonymise::KeyTooShort>(())
    /// ```
    #[must_use]
    pub fn finding(&self, mut finding: Finding) -> Finding {
        finding.record = finding.record.map(|id| self.id(finding.family, &id));
        finding.person = finding.person.map(|id| self.id(Family::Person, &id));
        // As the readers find the columns: `D.O.B.` is one of birth too.
        let letters = finding.field.chars().filter(char::is_ascii_alphabetic);
        let field: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        let of_birth = field.contains("dob") || field.contains("birth");
        // What stands where no form has anything may be a date of birth under any name, or under none.
        let of_no_form =
            matches!(finding.rule, FindingRule::OpenQuote | FindingRule::UnexpectedElement | FindingRule::LongRow);
        if of_birth || of_no_form || NaiveDate::parse_from_str(&finding.value, "%Y-%m-%d").is_err() {
            finding.value.clear();
        }
        if of_no_form || matches!(finding.rule, FindingRule::Ssda903Returns(_)) {
            finding.field.clear();
        }
        finding
    }

    fn person(
        &self,
        Person { id, sex, ethnicity, date_of_birth, expected_date_of_birth, date_of_death: _ }: &mut Person,
    ) {
        self.own(Family::Person, id);
        self.code("sex", sex);
        self.code("ethnicity", ethnicity);
        *date_of_birth = date_of_birth.map(first_of_the_month);
        *expected_date_of_birth = expected_date_of_birth.map(first_of_the_month);
    }

    fn referral(&self, r: &mut Referral) {
        let Referral {
            id,
            person,
            date: _,
            source,
            primary_need,
            no_further_action: _,
            closed: _,
            closure_reason,
            team,
            earlier_counted: _,
        } = r;
        self.own(Family::Referral, id);
        self.own(Family::Person, person);
        self.code("referral source", source);
        self.code("primary need", primary_need);
        self.code("closure reason", closure_reason);
        self.name("team", team);
    }

    fn plan(&self, r: &mut ProtectionPlan) {
        let ProtectionPlan {
            id,
            referral,
            conference,
            person,
            start: _,
            end: _,
            other_authority: _,
            initial_category,
            latest_category,
            previous_plans: _,
        } = r;
        self.own(Family::ProtectionPlan, id);
        self.link(Family::Referral, referral);
        self.link(Family::InitialConference, conference);
        self.own(Family::Person, person);
        self.code("category of abuse", initial_category);
        self.code("category of abuse", latest_category);
    }

    fn episode(&self, r: &mut LookedAfterEpisode) {
        let LookedAfterEpisode {
            id,
            person,
            period,
            placement,
            start: _,
            start_reason,
            ceased: _,
            ceased_reason,
            placements_counted: _,
        } = r;
        self.own(Family::LookedAfterEpisode, id);
        self.own(Family::Person, person);
        self.name("period of care", period);
        self.link(Family::Placement, placement);
        self.code("episode start", start_reason);
        self.code("episode end", ceased_reason);
    }

    fn placement(&self, r: &mut Placement) {
        let Placement { id, period, person, start: _, end: _, kind, provider, urn, postcode, distance, change_reason } =
            r;
        self.own(Family::Placement, id);
        self.name("period of care", period);
        self.own(Family::Person, person);
        self.code("placement type", kind);
        self.code("placement provider", provider);
        // Written as they are compared.
        *urn = urn.take().map(|urn| self.pseudonym("urn", &urn.trim().to_ascii_uppercase()));
        *postcode = postcode.take().map(|postcode| {
            let letters: String = postcode.chars().filter(|letter| !letter.is_whitespace()).collect();
            self.pseudonym("postcode", &letters.to_ascii_uppercase())
        });
        *distance = distance.take().and_then(|distance| whole_miles(&distance));
        self.code("placement change", change_reason);
    }

    fn care_leaver(&self, r: &mut CareLeaverStatus) {
        let CareLeaverStatus {
            id,
            person,
            eligibility,
            in_touch,
            latest_contact: _,
            accommodation,
            suitability,
            activity,
        } = r;
        self.own(Family::CareLeaverStatus, id);
        self.own(Family::Person, person);
        self.code("eligibility", eligibility);
        self.code("in touch", in_touch);
        self.code("accommodation", accommodation);
        self.code("suitability", suitability);
        self.code("activity", activity);
    }

    fn own(&self, family: Family, id: &mut String) {
        *id = self.id(family, id);
    }

    fn link(&self, family: Family, id: &mut Option<String>) {
        *id = id.take().map(|id| self.id(family, &id));
    }

    /// A text that is compared without the white space around it.
    fn name(&self, kind: &str, text: &mut Option<String>) {
        *text = text.take().map(|text| self.pseudonym(kind, text.trim()));
    }

    /// A code that the list does not know is compared without regard to case.
    fn code<C>(&self, kind: &str, code: &mut Option<Coded<C>>) {
        if let Some(Coded::Unknown(text)) = code {
            *text = self.pseudonym(kind, &text.trim().to_ascii_uppercase());
        }
    }

    fn pseudonym(&self, kind: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        let hash = mac.finalize().into_bytes();
        let bits = hash.iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        let character = |at| ALPHABET.get(((bits >> (123 - 5 * at)) & 31) as usize).copied().unwrap_or_default();
        std::iter::once(FIRST).chain((0..CHARACTERS).map(character)).collect()
    }
}

impl Gate for Pseudonyms {
    fn record(&self, record: Record) -> Record {
        self.record(record)
    }

    fn finding(&self, finding: Finding) -> Finding {
        self.finding(finding)
    }
}

fn first_of_the_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// Rounded up, so that what is more than so many miles stays so.
fn whole_miles(distance: &str) -> Option<String> {
    Decimal::from_str(distance.trim()).ok().map(|miles| miles.ceil().normalize().to_string())
}
