//! Records on their way in: texts borrowed from where they stand, ids hashed once.

use chrono::NaiveDate;

use super::staged::Directory;
use crate::calendar::Moment;
use crate::chronology::{Letters, Name, Room, Texts};
use crate::record::{
    self, AbuseCategory, Accommodation, Activity, ClosureReason, Coded, Eligibility, EpisodeEnd, EpisodeStart,
    Ethnicity, Family, InTouch, InterviewFlag, LegalStatusCode, MissingKind, PlacementChange, PlacementProvider,
    PlacementType, PrimaryNeed, RecordRef, ReferralSource, Sex, Suitability,
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

macro_rules! name_of {
    (own $text:expr, $of:ident, $names:ident) => {
        $names.push(Name::new(Room::of(Family::$of), $text));
    };
    (link $text:expr, $of:ident, $names:ident) => {
        if !$text.is_empty() {
            $names.push(Name::new(Room::of(Family::$of), $text));
        }
    };
    ($other:ident $text:expr, $of:ident, $names:ident) => {};
}

macro_rules! drafts {
    ($($record:ident { $($kind:ident $field:ident: $of:ident,)+ } $(=> without $lost:ident)?)+) => {
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
        )+

        /// A record of any family.
        #[derive(Debug)]
        pub(crate) enum Draft<'a> {
            $($record($record<'a>),)+
        }

        $(impl<'a> From<$record<'a>> for Draft<'a> {
            fn from(draft: $record<'a>) -> Self {
                Self::$record(draft)
            }
        })+

        impl<'a> From<RecordRef<'a>> for Draft<'a> {
            #[inline]
            fn from(record: RecordRef<'a>) -> Self {
                match record {
                    $(RecordRef::$record(r) => Self::$record(r.into()),)+
                }
            }
        }

        #[cfg(feature = "ssd")]
        impl From<&Draft<'_>> for record::Record {
            fn from(draft: &Draft<'_>) -> Self {
                match draft {
                    $(Draft::$record(r) => Self::$record(record::$record {
                        $($field: back_of!($kind r.$field),)+
                        $($lost: None,)?
                    }),)+
                }
            }
        }

        impl<'a> Draft<'a> {
            /// Adds the ids in it: its own, its person's, then those of the records it refers to.
            #[inline]
            fn name(&self, names: &mut Vec<Name<'a>>) {
                match self {
                    $(Self::$record(_draft) => {
                        $(name_of!($kind _draft.$field, $of, names);)+
                    })+
                }
            }
        }
    };
}

drafts! {
    Person {
        own id: Person, code sex: Sex, code ethnicity: Ethnicity, copy date_of_birth: Day,
        copy expected_date_of_birth: Day, copy date_of_death: Day,
    }
    FamilyMember { own family: FamilyMember, own person: Person, }
    ImmigrationStatus { own person: Person, word status: Word, copy start: Day, copy end: Day, }
    Referral {
        own id: Referral, own person: Person, copy date: NaiveDate, code source: ReferralSource,
        code primary_need: PrimaryNeed, copy no_further_action: Flag, copy closed: Day,
        code closure_reason: ClosureReason, word team: Word, copy earlier_counted: Counted,
    }
    Assessment {
        own id: Assessment, own person: Person, link referral: Referral, copy start: Moment, copy authorised: At,
        word team: Word,
    }
    Section47Enquiry {
        own id: Section47Enquiry, own person: Person, link referral: Referral, copy start: Moment, copy end: At,
    }
    InitialConference {
        own id: InitialConference, own person: Person, link enquiry: Section47Enquiry, copy transfer_in: Flag,
        copy target: Day, copy date: At, copy plan_made: Flag,
    }
    ProtectionPlan {
        own id: ProtectionPlan, own person: Person, link referral: Referral, link conference: InitialConference,
        copy start: NaiveDate, copy end: Day, copy other_authority: Flag, code initial_category: AbuseCategory,
        code latest_category: AbuseCategory, copy previous_plans: Number,
    }
    PlanReview {
        own id: PlanReview, own person: Person, link plan: ProtectionPlan, copy due: Day, copy date: Day,
    }
    LookedAfterEpisode {
        own id: LookedAfterEpisode, own person: Person, link placement: Placement, copy start: NaiveDate,
        code start_reason: EpisodeStart, copy ceased: Day, code ceased_reason: EpisodeEnd,
        copy placements_counted: Counted,
    } => without period
    Placement {
        own id: Placement, own person: Person, copy start: NaiveDate, copy end: Day, code kind: PlacementType,
        code provider: PlacementProvider, word urn: Word, word postcode: Word, word distance: Word,
        code change_reason: PlacementChange,
    } => without period
    LegalStatus {
        own id: LegalStatus, own person: Person, code status: LegalStatusCode, copy start: NaiveDate, copy end: Day,
    }
    MissingEpisode {
        own id: MissingEpisode, own person: Person, copy start: Moment, code kind: MissingKind, copy end: At,
        copy interview_offered: Answer, copy interview_accepted: Answer, copy interview_completed: At,
    }
    CareLeaverStatus {
        own id: CareLeaverStatus, own person: Person, code eligibility: Eligibility, code in_touch: InTouch,
        copy latest_contact: Day, code accommodation: Accommodation, code suitability: Suitability,
        code activity: Activity,
    }
    Involvement {
        own id: Involvement, own person: Person, link professional: Professional, word role: Word,
        copy start: NaiveDate, copy end: Day,
    }
    Professional { own id: Professional, word registration: Word, } => without job_title
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

/// The ids of some records, looked for together before one record after the other is taken in.
///
/// Where texts are many, nearly each look waits for memory; looks that do not depend on each other wait together.
#[derive(Debug, Default)]
pub(super) struct Ahead<'a> {
    names: Vec<Name<'a>>,
    /// By record: where its names end.
    ends: Vec<usize>,
}

impl<'a> Ahead<'a> {
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.ends.clear();
    }

    #[inline]
    pub(super) fn add(&mut self, draft: &Draft<'a>) {
        draft.name(&mut self.names);
        self.ends.push(self.names.len());
    }

    pub(super) fn look(&mut self, texts: &Texts, ids: &[Directory]) {
        for name in &mut self.names {
            texts.room(name.room()).look(name);
        }
        for name in &mut self.names {
            texts.room(name.room()).confirm(name);
        }
        for name in &mut self.names {
            if let Some(place) = name.seen() {
                name.bring_near(ids.get(name.room().number()).map_or(0, |directory| directory.peek(place)));
            }
        }
    }

    /// The names of each record.
    pub(super) fn each(&self) -> impl Iterator<Item = &[Name<'a>]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| self.names.get(from..*to).unwrap_or_default())
    }
}
