//! Records on their way in: texts borrowed from where they stand.

use std::num::NonZeroU32;

use chrono::NaiveDate;

use super::Builder;
use crate::calendar::Moment;
use crate::chronology::Letters;
#[cfg(feature = "ssd")]
use crate::record::Record;
use crate::record::{
    self, AbuseCategory, Accommodation, Activity, ClosureReason, Coded, Eligibility, EpisodeEnd, EpisodeStart,
    Ethnicity, InTouch, InterviewFlag, LegalStatusCode, MissingKind, PlacementChange, PlacementProvider, PlacementType,
    PrimaryNeed, RecordRef, ReferralSource, Sex, Suitability,
};

type Day = Option<NaiveDate>;
type At = Option<Moment>;
type Flag = Option<bool>;
type Answer = Option<InterviewFlag>;
type Number = Option<u32>;
type Counted = Option<record::AuthorityCount>;

/// `without` names a field of the record that no draft has. What a field is: a record's own id or its person's (`own`), a reference to another record (`link`), any other text
/// (`word`), a code (`code`) or a plain value (`copy`).
macro_rules! field_type {
    (own $of:ident $a:lifetime) => { &$a str };
    (link $of:ident $a:lifetime) => { &$a str };
    (word $of:ident $a:lifetime) => { &$a str };
    (code $of:ident $a:lifetime) => { Letters<$a, $of> };
    (copy $of:ident $a:lifetime) => { $of };
}

macro_rules! field_of {
    (own $value:expr) => {
        $value.as_str()
    };
    (link $value:expr) => {
        $value.as_deref().unwrap_or_default()
    };
    (word $value:expr) => {
        $value.as_deref().unwrap_or_default()
    };
    (code $value:expr) => {
        letters($value.as_ref())
    };
    (copy $value:expr) => {
        $value
    };
}

/// Back from a draft to the field of a record.
#[cfg(feature = "ssd")]
macro_rules! back_of {
    (own $value:expr) => {
        $value.to_owned()
    };
    (link $value:expr) => {
        given($value)
    };
    (word $value:expr) => {
        given($value)
    };
    (code $value:expr) => {
        coded(&$value)
    };
    (copy $value:expr) => {
        $value
    };
}

/// A record that a builder takes from a reader.
#[cfg(feature = "ssd")]
pub(crate) trait Taken {
    /// Of some their reader knows that they end before they start: they are `set_aside`.
    fn take(&self, builder: &mut Builder, row: Option<NonZeroU32>, set_aside: bool);

    /// The record that this is a draft of.
    fn to_record(&self) -> Record;
}

/// By record: what of the builder takes it, and its fields.
macro_rules! drafts {
    ($($record:ident by $take:ident { $($kind:ident $field:ident: $of:ident,)+ } $(=> without $lost:ident)?)+) => {
        $(
            #[derive(Debug)]
            pub(crate) struct $record<'a> {
                $(pub(crate) $field: field_type!($kind $of 'a),)+
            }

            impl<'a> From<&'a record::$record> for $record<'a> {
                #[inline]
                fn from(r: &'a record::$record) -> Self {
                    Self { $($field: field_of!($kind r.$field),)+ }
                }
            }

            #[cfg(feature = "ssd")]
            impl Taken for $record<'_> {
                #[inline]
                fn take(&self, builder: &mut Builder, row: Option<NonZeroU32>, set_aside: bool) {
                    builder.$take(self, row, set_aside);
                }

                fn to_record(&self) -> Record {
                    Record::$record(record::$record {
                        $($field: back_of!($kind self.$field),)+
                        $($lost: None,)?
                    })
                }
            }
        )+

        impl Builder {
            /// Takes a record of any family.
            #[inline]
            pub(super) fn take_ref(&mut self, record: RecordRef<'_>, row: Option<NonZeroU32>, set_aside: bool) {
                match record {
                    $(RecordRef::$record(r) => self.$take(&r.into(), row, set_aside),)+
                }
            }
        }
    };
}

drafts! {
    Person by person {
        own id: Person, code sex: Sex, code ethnicity: Ethnicity, copy date_of_birth: Day,
        copy expected_date_of_birth: Day, copy date_of_death: Day,
    }
    FamilyMember by family_member { own family: FamilyMember, own person: Person, }
    ImmigrationStatus by immigration_status { own person: Person, word status: Word, copy start: Day, copy end: Day, }
    Referral by referral {
        own id: Referral, own person: Person, copy date: NaiveDate, code source: ReferralSource,
        code primary_need: PrimaryNeed, copy no_further_action: Flag, copy closed: Day,
        code closure_reason: ClosureReason, word team: Word, copy earlier_counted: Counted,
    }
    Assessment by assessment {
        own id: Assessment, own person: Person, link referral: Referral, copy start: Moment, copy authorised: At,
        word team: Word,
    }
    Section47Enquiry by enquiry {
        own id: Section47Enquiry, own person: Person, link referral: Referral, copy start: Moment, copy end: At,
    }
    InitialConference by conference {
        own id: InitialConference, own person: Person, link enquiry: Section47Enquiry, copy transfer_in: Flag,
        copy target: Day, copy date: At, copy plan_made: Flag,
    }
    ProtectionPlan by plan {
        own id: ProtectionPlan, own person: Person, link referral: Referral, link conference: InitialConference,
        copy start: NaiveDate, copy end: Day, copy other_authority: Flag, code initial_category: AbuseCategory,
        code latest_category: AbuseCategory, copy previous_plans: Number,
    }
    PlanReview by review {
        own id: PlanReview, own person: Person, link plan: ProtectionPlan, copy due: Day, copy date: Day,
    }
    LookedAfterEpisode by episode {
        own id: LookedAfterEpisode, own person: Person, link placement: Placement, copy start: NaiveDate,
        code start_reason: EpisodeStart, copy ceased: Day, code ceased_reason: EpisodeEnd,
        copy placements_counted: Counted,
    } => without period
    Placement by placement {
        own id: Placement, own person: Person, copy start: NaiveDate, copy end: Day, code kind: PlacementType,
        code provider: PlacementProvider, word urn: Word, word postcode: Word, word distance: Word,
        code change_reason: PlacementChange,
    } => without period
    LegalStatus by legal_status {
        own id: LegalStatus, own person: Person, code status: LegalStatusCode, copy start: NaiveDate, copy end: Day,
    }
    MissingEpisode by missing_episode {
        own id: MissingEpisode, own person: Person, copy start: Moment, code kind: MissingKind, copy end: At,
        copy interview_offered: Answer, copy interview_accepted: Answer, copy interview_completed: At,
    }
    CareLeaverStatus by care_leaver_status {
        own id: CareLeaverStatus, own person: Person, code eligibility: Eligibility, code in_touch: InTouch,
        copy latest_contact: Day, code accommodation: Accommodation, code suitability: Suitability,
        code activity: Activity,
    }
    Involvement by involvement {
        own id: Involvement, own person: Person, link professional: Professional, word role: Word,
        copy start: NaiveDate, copy end: Day,
    }
    Professional by professional { own id: Professional, word registration: Word, } => without job_title
}

fn letters<C: Copy>(code: Option<&Coded<C>>) -> Letters<'_, C> {
    match code {
        None => Letters::None,
        Some(Coded::Known(code)) => Letters::Known(*code),
        Some(Coded::Unknown(text)) => Letters::Unknown(text),
    }
}

#[cfg(feature = "ssd")]
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(feature = "ssd")]
fn coded<C: Copy>(letters: &Letters<'_, C>) -> Option<Coded<C>> {
    match letters {
        Letters::None => None,
        Letters::Known(code) => Some(Coded::Known(*code)),
        Letters::Unknown(text) => Some(Coded::Unknown((*text).to_owned())),
    }
}
