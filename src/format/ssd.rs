//! The sixteen tables of the Standard Safeguarding Dataset (SSD) as CSV, from any [`Read`].
//!
//! [`read_table`] reads one table into a [`Builder`]; its rows become records, and whatever is wrong in it becomes a
//! [`Finding`] that names table, row, column, value and rule. A file that is not there is [not supplied](#what-is-supplied):
//! read the ones that are.
//!
//! ```
//! use csc_kpi::format::ssd;
//! use csc_kpi::record::Family;
//! use csc_kpi::{Dataset, FindingRule};
//!
//! let plans = "\
//! cppl_person_id,cppl_cp_plan_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_ola,cppl_referral_id,\
//! cppl_icpc_id,cppl_cp_plan_initial_category,cppl_cp_plan_latest_category
//! C1,P1,2018-01-10,01/09/2018,N,,,NEG,neg
//! C2,P2,10-01-2018,,,,,,
//! ";
//! let mut records = Dataset::builder();
//! let rows = ssd::read_table(&mut records, Family::ProtectionPlan, plans.as_bytes())?;
//! let dataset = records.finish();
//!
//! assert_eq!((rows, dataset.records()), (2, 1));
//! let finding = dataset.findings().iter().find(|finding| finding.rule == FindingRule::UnreadableDate).unwrap();
//! assert_eq!((finding.row, finding.field.as_str()), (Some(3), "cppl_cp_plan_start_date"));
//! assert_eq!(finding.value, "10-01-2018");
//! # Ok::<(), ssd::SsdError>(())
//! ```
//!
//! # The file
//!
//! UTF-8 with or without a byte order mark, LF or CRLF, a header row, [`columns`] in any order and their names without
//! regard to case; other columns are ignored. A cell may stand in quotes, and a quoted cell may hold line breaks. Lines
//! without a character are no rows. The header is row 1, and a row is a row however many lines its cells take.
//!
//! # The cells
//!
//! White space around a cell never counts, and a cell of nothing else is null.
//!
//! | cell | values |
//! |---|---|
//! | date | `YYYY-MM-DD`, `DD/MM/YYYY`, `YYYY-MM-DDTHH:MM[:SS]`; a space may stand for the `T`; midnight is no time of day |
//! | flag | `cine_referral_nfa`: `Y 1 T` and `N 0 F`; the interview flags: `Y N NA`; the others: `Y N`; in any case |
//! | code | the letters of the statutory list in any case; a kind of missing episode also `Missing` or `Away` |
//! | number | digits; one that is more than a `u32` holds reads as [`u32::MAX`], since rules only ask whether it is above 0 |
//! | id, other text | as written |
//!
//! # What is supplied
//!
//! A table that is read [holds](crate::Supply) its records on every day, be it empty, where it has the columns without
//! which they cannot be told apart, dated or counted. Parts of them go with their columns. What was not read nobody
//! supplied, and figures that need it say so: without a column that decides a figure, that figure has no value.
//!
//! | table | its records need | parts of them need |
//! |---|---|---|
//! | person | `pers_person_id`, `pers_dob` | |
//! | family | `fami_family_id`, `fami_person_id` | |
//! | immigration status | `immi_person_id` | who is unaccompanied: `immi_immigration_status`, its start and end date |
//! | referral | id, person, `cine_referral_date` | decisions: `cine_referral_nfa` |
//! | assessment | id, person, start date | referrals: `cina_referral_id`; authorisations: `cina_assessment_auth_date` |
//! | section 47 enquiry | id, person, start date | referrals: `s47e_referral_id` |
//! | conference | id, person, `icpc_s47_enquiry_id`, `icpc_icpc_transfer_in`, `icpc_icpc_target_date`, `icpc_icpc_date` | |
//! | plan | id, person, start and end date, `cppl_cp_plan_ola` | previous plans: `cppl_number_of_previous_plans` |
//! | review | id, person, `cppr_cp_plan_id`, `cppr_cp_review_date` | |
//! | looked-after episode | id, person, start and ceased date | moves: `clae_cla_placement_id` and `clae_cla_episode_start_reason` |
//! | placement | id, person, start and end date | details: `clap_cla_placement_type`, `_provider`, `_urn`, `_postcode` |
//! | legal status | all five | |
//! | missing episode | id, person, start date | kinds: `miss_missing_episode_type`; ends: `miss_missing_episode_end_date`; interviews: `miss_missing_rhi_offered`, `_accepted`, `_completed_date` |
//! | care leaver status | id, person, `clea_care_leaver_latest_contact` | eligibility, contact, activity: their columns; accommodation: `clea_care_leaver_accommodation` and `clea_care_leaver_accom_suitable` |
//! | involvement | all six | |
//! | professional | id, `prof_social_worker_registration_no` | |
//!
//! One column that decides a figure may be lacking, since the standard does not have it: without
//! `cppl_number_of_previous_plans` NI 65 counts the plans that the table has. No figure reads the other columns that
//! are not in this table: of some breakdowns are made, and all are checked, so that a date in them that cannot be read,
//! or an end before the start, leaves its row out.
//!
//! # What is wrong
//!
//! | what is wrong | what happens | rule |
//! |---|---|---|
//! | a date that cannot be read, in any listed column | the row is left out | [`UnreadableDate`](FindingRule::UnreadableDate) |
//! | an empty or repeated record id, an empty person id | the row is left out | [`EmptyId`](FindingRule::EmptyId), [`RepeatedId`](FindingRule::RepeatedId), [`EmptyPerson`](FindingRule::EmptyPerson) |
//! | an empty start date (referral, assessment, enquiry, plan, episode, placement, legal status, missing episode, involvement) | the row is left out | [`EmptyStart`](FindingRule::EmptyStart) |
//! | bytes that are no UTF-8 text | in the record's id, the person or a date the row is left out; else read as empty | [`NotUtf8`](FindingRule::NotUtf8) |
//! | a flag with another value | read as empty | [`UnknownFlag`](FindingRule::UnknownFlag) |
//! | a code that the list does not know | kept as written | [`UnknownCode`](FindingRule::UnknownCode) |
//! | a number that is not all digits | read as empty | [`NotANumber`](FindingRule::NotANumber) |
//! | a row with fewer cells than the header | the cells that are not there are empty | [`ShortRow`](FindingRule::ShortRow), at the first listed one that may be empty |
//! | a row with more cells than the header, the others not empty | they are not read; their column has no name | [`LongRow`](FindingRule::LongRow) |
//! | a quote that is never closed | its row is left out; nothing after it can be read | [`OpenQuote`](FindingRule::OpenQuote), with the first line of the cell |
//! | no such column, unless it is one of the [`EXTENSIONS`]; an empty file has none | its cells are empty | [`MissingColumn`](FindingRule::MissingColumn), in row 1 |
//! | a column named twice | the first is read | [`RepeatedColumn`](FindingRule::RepeatedColumn), in row 1 |
//!
//! A cell at fault has one finding. A row that is left out is read to its end, so that every cell of it that is at
//! fault by itself is named; what it says is compared with nothing, and its id is free for a later row. All that
//! contradicts between cells, rows and tables is what the [`Builder`] finds in any records. It sees days where a family
//! has no times of day, so this reader looks for an end before a start within one day.

use std::io::{self, Read};

use chrono::NaiveDate;
use csv::ByteRecord;

use super::blocks::Blocks;
use crate::calendar::{Days, Moment};
use crate::chronology::{Letters, trimmed};
use crate::dataset::draft::{
    Assessment, CareLeaverStatus, FamilyMember, ImmigrationStatus, InitialConference, Involvement, LegalStatus,
    LookedAfterEpisode, MissingEpisode, Person, Placement, PlanReview, Professional, ProtectionPlan, Referral,
    Section47Enquiry, Taken,
};
use crate::record::{Family, InterviewFlag, MissingKind, StatutoryCode};
use crate::{Builder, Finding, FindingRule, Matter, Supply};

/// The columns that are local extensions: absent from the standard, and so no fault where a table lacks them.
///
/// ```
/// use csc_kpi::format::ssd::{EXTENSIONS, columns};
/// use csc_kpi::record::Family;
///
/// assert!(EXTENSIONS.iter().all(|column| Family::ALL.iter().any(|table| columns(*table).contains(column))));
/// ```
pub const EXTENSIONS: [&str; 2] = ["cppl_number_of_previous_plans", "miss_missing_rhi_completed_date"];

/// The columns that are read of a table, the [`EXTENSIONS`] among them.
///
/// ```
/// use csc_kpi::format::ssd::columns;
/// use csc_kpi::record::Family;
///
/// assert_eq!(columns(Family::FamilyMember), ["fami_family_id", "fami_person_id"]);
/// ```
#[must_use]
pub fn columns(table: Family) -> &'static [&'static str] {
    reader(table).columns()
}

/// Reads one table into `records`, and says how many rows it has without the header.
///
/// The rules are those of the [module](self). Give each table once; what stands in two files of one table can be read
/// one after the other, findings then name the rows of both.
///
/// # Errors
///
/// Where `source` cannot be read on. The rows before that are in `records`.
///
/// ```
/// use csc_kpi::format::ssd;
/// use csc_kpi::record::Family;
/// use csc_kpi::{Dataset, NaiveDate};
///
/// let persons = "\
/// PERS_PERSON_ID,pers_dob,pers_sex,pers_ethnicity,pers_expected_dob,pers_death_date
/// C1,20/05/2010,f,WBRI,,
/// ";
/// let families = "fami_person_id,fami_family_id\nC1,F1\n";
/// let mut records = Dataset::builder();
/// for (table, text) in [(Family::Person, persons), (Family::FamilyMember, families)] {
///     ssd::read_table(&mut records, table, text.as_bytes())?;
/// }
/// let dataset = records.finish();
/// assert_eq!(dataset.findings(), []);
/// let born = dataset.child("C1").map(|child| child.chronology().person().date_of_birth);
/// assert_eq!(born, Some(NaiveDate::from_ymd_opt(2010, 5, 20)));
/// # Ok::<(), ssd::SsdError>(())
/// ```
pub fn read_table(records: &mut Builder, table: Family, source: impl Read) -> Result<u64, SsdError> {
    read_table_with(records, table, source, |_| {})
}

/// How far the reading of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The table.
    pub table: Family,
    /// Rows read so far, without the header.
    pub rows: u64,
    /// Bytes read so far, without a byte order mark.
    pub bytes: u64,
}

/// Reads one table as [`read_table`] does, and tells `progress` after every few thousand rows how far it is.
///
/// # Errors
///
/// Where `source` cannot be read on. The rows before that are in `records`.
///
/// ```
/// use csc_kpi::Dataset;
/// use csc_kpi::format::ssd;
/// use csc_kpi::record::Family;
///
/// let families = "fami_person_id,fami_family_id\nC1,F1\nC2,F1\n";
/// let mut seen = Vec::new();
/// let mut records = Dataset::builder();
/// ssd::read_table_with(&mut records, Family::FamilyMember, families.as_bytes(), |progress| seen.push(progress))?;
/// let last = seen.last().unwrap();
/// assert_eq!((last.rows, last.bytes), (2, families.len() as u64));
/// # Ok::<(), ssd::SsdError>(())
/// ```
pub fn read_table_with(
    records: &mut Builder,
    table: Family,
    source: impl Read,
    mut progress: impl FnMut(Progress),
) -> Result<u64, SsdError> {
    let reader = reader(table);
    let mut blocks = Blocks::new(source);
    let Some(mut begun) = begin(records, table, &mut blocks)? else { return Ok(0) };
    let mut rest = begun.header.length;
    loop {
        let rows = begun.block.get(rest..).unwrap_or_default();
        let bytes = begun.block.len() as u64;
        reader.rows(&begun.header, rows, &mut |rows| begun.done.take(rows, bytes, records));
        progress(begun.done.progress);
        rest = 0;
        let more = blocks.next(&mut begun.block).map_err(|source| begun.done.failed(source))?;
        if !more || begun.done.open_quote {
            return Ok(begun.done.progress.rows);
        }
    }
}

/// Reads one table as [`read_table_with`] does, on the threads of the current pool of `rayon`.
///
/// The records, the findings and their order are the same: blocks of rows are read and checked side by side, and given to
/// `records` one after the other.
///
/// # Errors
///
/// Where `source` cannot be read on. The rows before that are in `records`.
///
/// ```
/// use csc_kpi::Dataset;
/// use csc_kpi::format::ssd;
/// use csc_kpi::record::Family;
///
/// let families = "fami_person_id,fami_family_id\nC1,F1\nC2,F1\n";
/// let mut records = Dataset::builder();
/// let rows = ssd::read_table_parallel(&mut records, Family::FamilyMember, families.as_bytes(), |_| {})?;
/// assert_eq!((rows, records.finish().records()), (2, 2));
/// # Ok::<(), ssd::SsdError>(())
/// ```
#[cfg(feature = "rayon")]
pub fn read_table_parallel(
    records: &mut Builder,
    table: Family,
    source: impl Read + Send,
    progress: impl FnMut(Progress) + Send,
) -> Result<u64, SsdError> {
    let reader = reader(table);
    let mut blocks = Blocks::new(source);
    let Some(Begun { header, block, done }) = begin(records, table, &mut blocks)? else { return Ok(0) };
    let (header, first) = (&header, header.length);
    let source = in_turn::Source::new(block, |block| blocks.next(block));
    let sink = in_turn::Sink::new((records, done, progress));
    let work = || {
        while let Some((turn, block)) = source.next() {
            let rows = block.get(if turn == 0 { first } else { 0 }..).unwrap_or_default();
            reader.rows(header, rows, &mut |rows| {
                sink.wait_for(turn, |(records, done, progress)| {
                    done.take(rows, block.len() as u64, records);
                    progress(done.progress);
                });
            });
        }
    };
    rayon::scope(|scope| (0..rayon::current_num_threads()).for_each(|_| scope.spawn(|_| work())));
    let (_, done, _) = sink.into_inner();
    match source.failure() {
        Some(source) if !done.open_quote => Err(done.failed(source)),
        _ => Ok(done.progress.rows),
    }
}

/// Work that is shared out, and whose results are taken in the order in which it was.
#[cfg(feature = "rayon")]
mod in_turn {
    use std::io;
    use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks of a source, numbered.
    pub(super) struct Source<F>(Mutex<Reading<F>>);

    struct Reading<F> {
        first: Option<Vec<u8>>,
        next: F,
        turn: u64,
        ended: bool,
        failure: Option<io::Error>,
    }

    impl<F: FnMut(&mut Vec<u8>) -> io::Result<bool>> Source<F> {
        pub(super) fn new(first: Vec<u8>, next: F) -> Self {
            Self(Mutex::new(Reading { first: Some(first), next, turn: 0, ended: false, failure: None }))
        }

        /// The next block and its turn; `None` at the end and after a failure.
        pub(super) fn next(&self) -> Option<(u64, Vec<u8>)> {
            let mut reading = lock(&self.0);
            let reading = &mut *reading;
            let mut block = reading.first.take().unwrap_or_default();
            if reading.turn > 0 && !reading.ended {
                match (reading.next)(&mut block) {
                    Ok(more) => reading.ended = !more,
                    Err(error) => {
                        reading.failure = Some(error);
                        reading.ended = true;
                    }
                }
            }
            if reading.ended {
                return None;
            }
            let turn = reading.turn;
            reading.turn += 1;
            Some((turn, block))
        }

        pub(super) fn failure(self) -> Option<io::Error> {
            self.0.into_inner().unwrap_or_else(PoisonError::into_inner).failure
        }
    }

    /// What takes the results.
    pub(super) struct Sink<T> {
        turn: Mutex<(u64, T)>,
        next: Condvar,
    }

    impl<T> Sink<T> {
        pub(super) const fn new(taker: T) -> Self {
            Self { turn: Mutex::new((0, taker)), next: Condvar::new() }
        }

        /// Waits until all before have been taken.
        pub(super) fn wait_for(&self, turn: u64, take: impl FnOnce(&mut T)) {
            let mut state = lock(&self.turn);
            while state.0 < turn {
                state = self.next.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            // Where `take` panics, the others must not wait for ever: this goes on while that unwinds.
            let mut taken = Taken { state, next: &self.next };
            take(&mut taken.state.1);
        }

        pub(super) fn into_inner(self) -> T {
            self.turn.into_inner().unwrap_or_else(PoisonError::into_inner).1
        }
    }

    struct Taken<'a, T> {
        state: MutexGuard<'a, (u64, T)>,
        next: &'a Condvar,
    }

    impl<T> Drop for Taken<'_, T> {
        fn drop(&mut self) {
            self.state.0 += 1;
            self.next.notify_all();
        }
    }
}

/// A file whose header has been read.
struct Begun {
    header: Header,
    /// The header and the rows after it.
    block: Vec<u8>,
    done: Done,
}

/// Reads the header; `None` where a quote in it takes in the rest of the file.
fn begin<R: Read>(records: &mut Builder, table: Family, blocks: &mut Blocks<R>) -> Result<Option<Begun>, SsdError> {
    let mut block = Vec::new();
    blocks.next(&mut block).map_err(|source| SsdError { table, row: 0, source })?;
    let header = reader(table).header(&block, records);
    // It gives rows to the builder by itself, so that nothing else is of this source.
    records.begin_source(&header.as_ref().map_or_else(Supply::nothing, |header| supply(table, &header.headings)));
    records.end_source();
    let done = Done { progress: Progress { table, rows: 0, bytes: 0 }, open_quote: false };
    Ok(header.map(|header| Begun { header, block, done }))
}

/// What a table with these columns holds: on every day, since a file says nothing of the days it covers.
fn supply(table: Family, headings: &[Heading]) -> Supply {
    let has = |column: &str| headings.iter().any(|heading| heading.column == column && heading.position.is_some());
    if !needed(table).iter().all(|column| has(column)) {
        return Supply::nothing();
    }
    let parts =
        PARTS.iter().filter(|(part, columns)| part.family() == table && columns.iter().all(|column| has(column)));
    let held = parts.map(|(part, _)| *part).chain([Matter::Records(table)]);
    held.fold(Supply::nothing(), |supply, matter| supply.with(matter, &Days::all()))
}

/// The columns that hold a part of the records.
const PARTS: [(Matter, &[&str]); 19] = [
    (Matter::ReferralDecisions, &["cine_referral_nfa"]),
    (Matter::AssessmentReferrals, &["cina_referral_id"]),
    (Matter::Authorisations, &["cina_assessment_auth_date"]),
    (Matter::EnquiryReferrals, &["s47e_referral_id"]),
    (Matter::ConferenceEnquiries, &["icpc_s47_enquiry_id"]),
    (Matter::PreviousPlans, &["cppl_number_of_previous_plans"]),
    (
        Matter::UnaccompaniedChildren,
        &["immi_immigration_status", "immi_immigration_status_start_date", "immi_immigration_status_end_date"],
    ),
    (Matter::PlacementMoves, &["clae_cla_placement_id", "clae_cla_episode_start_reason"]),
    (
        Matter::PlacementDetails,
        &[
            "clap_cla_placement_type",
            "clap_cla_placement_provider",
            "clap_cla_placement_urn",
            "clap_cla_placement_postcode",
        ],
    ),
    (Matter::MissingKinds, &["miss_missing_episode_type"]),
    (Matter::MissingEnds, &["miss_missing_episode_end_date"]),
    (Matter::ShortBreaks, &["lega_legal_status"]),
    (Matter::InterviewOffers, &["miss_missing_rhi_offered"]),
    (Matter::ReturnInterviews, &["miss_missing_rhi_accepted"]),
    (Matter::InterviewDates, &["miss_missing_rhi_completed_date"]),
    (Matter::CareLeaverEligibility, &["clea_care_leaver_eligibility"]),
    (Matter::CareLeaverContact, &["clea_care_leaver_in_touch"]),
    (Matter::CareLeaverAccommodation, &["clea_care_leaver_accommodation", "clea_care_leaver_accom_suitable"]),
    (Matter::CareLeaverActivity, &["clea_care_leaver_activity"]),
];

/// The columns without which a table does not hold its records: no rule could tell one from another, when it is, or
/// whether it counts.
const fn needed(table: Family) -> &'static [&'static str] {
    match table {
        Family::Person => &["pers_person_id", "pers_dob"],
        Family::FamilyMember => &["fami_family_id", "fami_person_id"],
        Family::ImmigrationStatus => &["immi_person_id"],
        Family::Referral => &["cine_referral_id", "cine_person_id", "cine_referral_date"],
        Family::Assessment => &["cina_assessment_id", "cina_person_id", "cina_assessment_start_date"],
        Family::Section47Enquiry => &["s47e_s47_enquiry_id", "s47e_person_id", "s47e_s47_start_date"],
        Family::InitialConference => &[
            "icpc_icpc_id",
            "icpc_person_id",
            "icpc_s47_enquiry_id",
            "icpc_icpc_transfer_in",
            "icpc_icpc_target_date",
            "icpc_icpc_date",
        ],
        Family::ProtectionPlan => &[
            "cppl_cp_plan_id",
            "cppl_person_id",
            "cppl_cp_plan_start_date",
            "cppl_cp_plan_end_date",
            "cppl_cp_plan_ola",
        ],
        Family::PlanReview => &["cppr_cp_review_id", "cppr_person_id", "cppr_cp_plan_id", "cppr_cp_review_date"],
        Family::LookedAfterEpisode => {
            &["clae_cla_episode_id", "clae_person_id", "clae_cla_episode_start_date", "clae_cla_episode_ceased_date"]
        }
        Family::Placement => {
            &["clap_cla_placement_id", "clap_person_id", "clap_cla_placement_start_date", "clap_cla_placement_end_date"]
        }
        Family::LegalStatus => &[
            "lega_legal_status_id",
            "lega_person_id",
            "lega_legal_status",
            "lega_legal_status_start_date",
            "lega_legal_status_end_date",
        ],
        Family::MissingEpisode => &["miss_table_id", "miss_person_id", "miss_missing_episode_start_date"],
        Family::CareLeaverStatus => &["clea_table_id", "clea_person_id", "clea_care_leaver_latest_contact"],
        Family::Involvement => &[
            "invo_involvements_id",
            "invo_person_id",
            "invo_professional_id",
            "invo_professional_role_id",
            "invo_involvement_start_date",
            "invo_involvement_end_date",
        ],
        Family::Professional => &["prof_professional_id", "prof_social_worker_registration_no"],
    }
}

/// What has been read of a file.
struct Done {
    progress: Progress,
    open_quote: bool,
}

impl Done {
    fn take(&mut self, rows: &mut dyn Deliver, bytes: u64, records: &mut Builder) {
        if self.open_quote {
            return;
        }
        self.open_quote = rows.open_quote();
        let (before, number) = (self.progress.rows, rows.number());
        // The header is row 1.
        rows.deliver(records, before + 2);
        self.progress.rows = before + number;
        self.progress.bytes += bytes;
    }

    fn failed(&self, source: io::Error) -> SsdError {
        SsdError { table: self.progress.table, row: self.progress.rows + 1, source }
    }
}

/// A table that could not be read to its end.
///
/// ```
/// use std::io::{self, Read};
///
/// use csc_kpi::Dataset;
/// use csc_kpi::format::ssd;
/// use csc_kpi::record::Family;
///
/// struct Broken;
///
/// impl Read for Broken {
///     fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
///         Err(io::Error::other("the line went dead"))
///     }
/// }
///
/// let error = ssd::read_table(&mut Dataset::builder(), Family::Person, Broken).unwrap_err();
/// assert_eq!(error.to_string(), "ssd_person cannot be read on after row 0");
/// assert_eq!(error.source.to_string(), "the line went dead");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read on after row {row}", table.table())]
#[non_exhaustive]
pub struct SsdError {
    /// The table.
    pub table: Family,
    /// The last row that was read; the header is row 1.
    pub row: u64,
    /// What went wrong.
    pub source: io::Error,
}

/// What is read of each table: its columns, and how a row becomes a record.
fn reader(table: Family) -> &'static dyn ReadTable {
    match table {
        Family::Person => &PERSON,
        Family::FamilyMember => &FAMILY_MEMBER,
        Family::ImmigrationStatus => &IMMIGRATION_STATUS,
        Family::Referral => &REFERRAL,
        Family::Assessment => &ASSESSMENT,
        Family::Section47Enquiry => &SECTION_47_ENQUIRY,
        Family::InitialConference => &INITIAL_CONFERENCE,
        Family::ProtectionPlan => &PROTECTION_PLAN,
        Family::PlanReview => &PLAN_REVIEW,
        Family::LookedAfterEpisode => &LOOKED_AFTER_EPISODE,
        Family::Placement => &PLACEMENT,
        Family::LegalStatus => &LEGAL_STATUS,
        Family::MissingEpisode => &MISSING_EPISODE,
        Family::CareLeaverStatus => &CARE_LEAVER_STATUS,
        Family::Involvement => &INVOLVEMENT,
        Family::Professional => &PROFESSIONAL,
    }
}

static PERSON: Table<6, OfPerson> = Table {
    family: Family::Person,
    columns: ["pers_person_id", "pers_sex", "pers_ethnicity", "pers_dob", "pers_expected_dob", "pers_death_date"],
    read: |row, [id, sex, ethnicity, born, expected, died]| {
        row.person = Some(*id);
        Person {
            id: row.id(id),
            sex: row.code(sex),
            ethnicity: row.code(ethnicity),
            date_of_birth: row.day(born),
            expected_date_of_birth: row.day(expected),
            date_of_death: row.day(died),
        }
    },
};

static FAMILY_MEMBER: Table<2, OfFamilyMember> = Table {
    family: Family::FamilyMember,
    columns: ["fami_family_id", "fami_person_id"],
    read: |row, [family, person]| FamilyMember { family: row.id(family), person: row.person(person) },
};

static IMMIGRATION_STATUS: Table<4, OfImmigrationStatus> = Table {
    family: Family::ImmigrationStatus,
    columns: [
        "immi_person_id",
        "immi_immigration_status",
        "immi_immigration_status_start_date",
        "immi_immigration_status_end_date",
    ],
    read: |row, [person, status, start, end]| {
        // Held since before all records where it has no start.
        let (start, end) = row.days(start, end);
        ImmigrationStatus { person: row.person(person), status: row.text(status), start, end }
    },
};

static REFERRAL: Table<9, OfReferral> = Table {
    family: Family::Referral,
    columns: [
        "cine_referral_id",
        "cine_person_id",
        "cine_referral_date",
        "cine_referral_source_code",
        "cine_cin_primary_need_code",
        "cine_referral_nfa",
        "cine_close_date",
        "cine_close_reason",
        "cine_referral_team",
    ],
    read: |row, [id, person, date, source, need, no_further_action, closed, reason, team]| {
        let (date, closed) = row.days_from_a_start(date, closed);
        Referral {
            id: row.id(id),
            person: row.person(person),
            date,
            source: row.code(source),
            primary_need: row.code(need),
            no_further_action: row.flag(no_further_action, &YES_NO_AS_DIGIT_OR_LETTER),
            closed,
            closure_reason: row.code(reason),
            team: row.text(team),
            earlier_counted: None,
        }
    },
};

static ASSESSMENT: Table<6, OfAssessment> = Table {
    family: Family::Assessment,
    columns: [
        "cina_assessment_id",
        "cina_person_id",
        "cina_referral_id",
        "cina_assessment_start_date",
        "cina_assessment_auth_date",
        "cina_assessment_team",
    ],
    read: |row, [id, person, referral, start, authorised, team]| Assessment {
        id: row.id(id),
        person: row.person(person),
        referral: row.text(referral),
        start: row.start(start),
        authorised: row.moment(authorised),
        team: row.text(team),
    },
};

static SECTION_47_ENQUIRY: Table<5, OfSection47Enquiry> = Table {
    family: Family::Section47Enquiry,
    columns: ["s47e_s47_enquiry_id", "s47e_referral_id", "s47e_person_id", "s47e_s47_start_date", "s47e_s47_end_date"],
    read: |row, [id, referral, person, start, end]| Section47Enquiry {
        id: row.id(id),
        referral: row.text(referral),
        person: row.person(person),
        start: row.start(start),
        end: row.moment(end),
    },
};

static INITIAL_CONFERENCE: Table<7, OfInitialConference> = Table {
    family: Family::InitialConference,
    columns: [
        "icpc_icpc_id",
        "icpc_s47_enquiry_id",
        "icpc_person_id",
        "icpc_icpc_transfer_in",
        "icpc_icpc_target_date",
        "icpc_icpc_date",
        "icpc_icpc_outcome_cp_flag",
    ],
    read: |row, [id, enquiry, person, transfer_in, target, date, plan_made]| InitialConference {
        id: row.id(id),
        enquiry: row.text(enquiry),
        person: row.person(person),
        transfer_in: row.flag(transfer_in, &YES_NO),
        target: row.day(target),
        date: row.moment(date),
        plan_made: row.flag(plan_made, &YES_NO),
    },
};

static PROTECTION_PLAN: Table<10, OfProtectionPlan> = Table {
    family: Family::ProtectionPlan,
    columns: [
        "cppl_cp_plan_id",
        "cppl_referral_id",
        "cppl_icpc_id",
        "cppl_person_id",
        "cppl_cp_plan_start_date",
        "cppl_cp_plan_end_date",
        "cppl_cp_plan_ola",
        "cppl_cp_plan_initial_category",
        "cppl_cp_plan_latest_category",
        "cppl_number_of_previous_plans",
    ],
    read: |row, [id, referral, conference, person, start, end, other_authority, initial, latest, previous]| {
        let (start, end) = row.days_from_a_start(start, end);
        ProtectionPlan {
            id: row.id(id),
            referral: row.text(referral),
            conference: row.text(conference),
            person: row.person(person),
            start,
            end,
            other_authority: row.flag(other_authority, &YES_NO),
            initial_category: row.code(initial),
            latest_category: row.code(latest),
            previous_plans: row.number(previous),
        }
    },
};

static PLAN_REVIEW: Table<5, OfPlanReview> = Table {
    family: Family::PlanReview,
    columns: ["cppr_cp_review_id", "cppr_person_id", "cppr_cp_plan_id", "cppr_cp_review_due", "cppr_cp_review_date"],
    read: |row, [id, person, plan, due, date]| PlanReview {
        id: row.id(id),
        person: row.person(person),
        plan: row.text(plan),
        due: row.day(due),
        date: row.day(date),
    },
};

static LOOKED_AFTER_EPISODE: Table<8, OfLookedAfterEpisode> = Table {
    family: Family::LookedAfterEpisode,
    columns: [
        "clae_cla_episode_id",
        "clae_person_id",
        "clae_cla_id",
        "clae_cla_placement_id",
        "clae_cla_episode_start_date",
        "clae_cla_episode_start_reason",
        "clae_cla_episode_ceased_date",
        "clae_cla_episode_ceased_reason",
    ],
    read: |row, [id, person, period, placement, start, start_reason, ceased, ceased_reason]| {
        row.check_text(period);
        let (start, ceased) = row.days_from_a_start(start, ceased);
        LookedAfterEpisode {
            id: row.id(id),
            person: row.person(person),
            placement: row.text(placement),
            start,
            start_reason: row.code(start_reason),
            ceased,
            ceased_reason: row.code(ceased_reason),
            placements_counted: None,
        }
    },
};

static PLACEMENT: Table<11, OfPlacement> = Table {
    family: Family::Placement,
    columns: [
        "clap_cla_placement_id",
        "clap_cla_id",
        "clap_person_id",
        "clap_cla_placement_start_date",
        "clap_cla_placement_end_date",
        "clap_cla_placement_type",
        "clap_cla_placement_provider",
        "clap_cla_placement_urn",
        "clap_cla_placement_postcode",
        "clap_cla_placement_distance",
        "clap_cla_placement_change_reason",
    ],
    read: |row, [id, period, person, start, end, kind, provider, urn, postcode, distance, change_reason]| {
        row.check_text(period);
        let (start, end) = row.days_from_a_start(start, end);
        Placement {
            id: row.id(id),
            person: row.person(person),
            start,
            end,
            kind: row.code(kind),
            provider: row.code(provider),
            urn: row.text(urn),
            postcode: row.text(postcode),
            distance: row.text(distance),
            change_reason: row.code(change_reason),
        }
    },
};

static LEGAL_STATUS: Table<5, OfLegalStatus> = Table {
    family: Family::LegalStatus,
    columns: [
        "lega_legal_status_id",
        "lega_person_id",
        "lega_legal_status",
        "lega_legal_status_start_date",
        "lega_legal_status_end_date",
    ],
    read: |row, [id, person, status, start, end]| {
        let (start, end) = row.days_from_a_start(start, end);
        LegalStatus { id: row.id(id), person: row.person(person), status: row.code(status), start, end }
    },
};

static MISSING_EPISODE: Table<8, OfMissingEpisode> = Table {
    family: Family::MissingEpisode,
    columns: [
        "miss_table_id",
        "miss_person_id",
        "miss_missing_episode_start_date",
        "miss_missing_episode_type",
        "miss_missing_episode_end_date",
        "miss_missing_rhi_offered",
        "miss_missing_rhi_accepted",
        "miss_missing_rhi_completed_date",
    ],
    read: |row, [id, person, start, kind, end, offered, accepted, completed]| MissingEpisode {
        id: row.id(id),
        person: row.person(person),
        start: row.start(start),
        kind: row.code_or_word(kind, &MISSING_WORDS),
        end: row.moment(end),
        interview_offered: row.flag(offered, &YES_NO_OR_NOT_REQUIRED),
        interview_accepted: row.flag(accepted, &YES_NO_OR_NOT_REQUIRED),
        interview_completed: row.moment(completed),
    },
};

static CARE_LEAVER_STATUS: Table<8, OfCareLeaverStatus> = Table {
    family: Family::CareLeaverStatus,
    columns: [
        "clea_table_id",
        "clea_person_id",
        "clea_care_leaver_eligibility",
        "clea_care_leaver_in_touch",
        "clea_care_leaver_latest_contact",
        "clea_care_leaver_accommodation",
        "clea_care_leaver_accom_suitable",
        "clea_care_leaver_activity",
    ],
    read: |row, [id, person, eligibility, in_touch, latest_contact, accommodation, suitability, activity]| {
        CareLeaverStatus {
            id: row.id(id),
            person: row.person(person),
            eligibility: row.code(eligibility),
            in_touch: row.code(in_touch),
            latest_contact: row.day(latest_contact),
            accommodation: row.code(accommodation),
            suitability: row.code(suitability),
            activity: row.code(activity),
        }
    },
};

static INVOLVEMENT: Table<6, OfInvolvement> = Table {
    family: Family::Involvement,
    columns: [
        "invo_involvements_id",
        "invo_person_id",
        "invo_professional_id",
        "invo_professional_role_id",
        "invo_involvement_start_date",
        "invo_involvement_end_date",
    ],
    read: |row, [id, person, professional, role, start, end]| {
        let (start, end) = row.days_from_a_start(start, end);
        Involvement {
            id: row.id(id),
            person: row.person(person),
            professional: row.text(professional),
            role: row.text(role),
            start,
            end,
        }
    },
};

static PROFESSIONAL: Table<3, OfProfessional> = Table {
    family: Family::Professional,
    columns: ["prof_professional_id", "prof_social_worker_registration_no", "prof_professional_job_title"],
    read: |row, [id, registration, job_title]| {
        row.check_text(job_title);
        Professional { id: row.id(id), registration: row.text(registration) }
    },
};

const YES_NO: [(&str, bool); 2] = [("Y", true), ("N", false)];

const YES_NO_AS_DIGIT_OR_LETTER: [(&str, bool); 6] =
    [("Y", true), ("N", false), ("1", true), ("0", false), ("T", true), ("F", false)];

const YES_NO_OR_NOT_REQUIRED: [(&str, InterviewFlag); 3] =
    [("Y", InterviewFlag::Yes), ("N", InterviewFlag::No), ("NA", InterviewFlag::NotRequired)];

const MISSING_WORDS: [(&str, MissingKind); 2] = [("Missing", MissingKind::Missing), ("Away", MissingKind::Away)];

/// The drafts of a family, which borrow from the file.
trait Drafts: Send + Sync + 'static {
    type Draft<'r>: Taken;
}

macro_rules! drafts {
    ($($of:ident: $draft:ident,)+) => {
        $(
            struct $of;

            impl Drafts for $of {
                type Draft<'r> = $draft<'r>;
            }
        )+
    };
}

drafts! {
    OfAssessment: Assessment,
    OfCareLeaverStatus: CareLeaverStatus,
    OfFamilyMember: FamilyMember,
    OfImmigrationStatus: ImmigrationStatus,
    OfInitialConference: InitialConference,
    OfInvolvement: Involvement,
    OfLegalStatus: LegalStatus,
    OfLookedAfterEpisode: LookedAfterEpisode,
    OfMissingEpisode: MissingEpisode,
    OfPerson: Person,
    OfPlacement: Placement,
    OfPlanReview: PlanReview,
    OfProfessional: Professional,
    OfProtectionPlan: ProtectionPlan,
    OfReferral: Referral,
    OfSection47Enquiry: Section47Enquiry,
}

/// A table: the columns that are read of it, and the record that a row of their cells makes.
struct Table<const N: usize, D: Drafts> {
    family: Family,
    columns: [&'static str; N],
    /// A row that is to be left out is read to its end too, so that all its faults are named; what then stands in the
    /// record does not matter.
    read: for<'r> fn(&mut Row<'r>, &[Cell<'r>; N]) -> D::Draft<'r>,
}

/// A [`Table`] of any size.
trait ReadTable: Sync {
    fn columns(&self) -> &[&'static str];

    /// Finds the columns in the header, the first row of `block`, and notes those that are not there or there twice. Gives
    /// the length of the header row; `None` where a quote in it takes in the rest of the file.
    fn header(&self, block: &[u8], records: &mut Builder) -> Option<Header>;

    /// Reads rows, and hands them with their findings to `to`.
    fn rows(&self, header: &Header, block: &[u8], to: &mut dyn FnMut(&mut dyn Deliver));
}

/// The header of a file.
struct Header {
    /// The header row in bytes.
    length: usize,
    names: ByteRecord,
    headings: Vec<Heading>,
}

/// Rows of a block, read and checked; they count from 0.
struct Rows<'r, D: Drafts> {
    drafts: Vec<Checked<D::Draft<'r>>>,
    findings: Vec<Finding>,
    number: u64,
    /// A quote is open at the end.
    open_quote: bool,
}

impl<D: Drafts> Default for Rows<'_, D> {
    fn default() -> Self {
        Self { drafts: Vec::new(), findings: Vec::new(), number: 0, open_quote: false }
    }
}

struct Checked<T> {
    draft: T,
    row: u64,
    set_aside: bool,
}

/// [`Rows`] of any table.
trait Deliver {
    fn number(&self) -> u64;

    fn open_quote(&self) -> bool;

    /// Hands all to `records`; the first row is row `first` of the file.
    fn deliver(&mut self, records: &mut Builder, first: u64);
}

impl<D: Drafts> Deliver for Rows<'_, D> {
    fn number(&self) -> u64 {
        self.number
    }

    fn open_quote(&self) -> bool {
        self.open_quote
    }

    fn deliver(&mut self, records: &mut Builder, first: u64) {
        for mut finding in self.findings.drain(..) {
            finding.row = finding.row.map(|row| row + first);
            records.note(finding);
        }
        let rows = self.drafts.iter().map(|checked| (&checked.draft, checked.row + first, checked.set_aside));
        records.take_rows(rows);
    }
}

/// Stands as a row of its own after the last one, unless a quote before it is open. No UTF-8 text holds it.
const END: &[u8] = b"\xff\xfe the end";

impl<const N: usize, D: Drafts> ReadTable for Table<N, D> {
    fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    fn header(&self, block: &[u8], records: &mut Builder) -> Option<Header> {
        let mut csv = reader_of(block);
        let mut names = ByteRecord::new();
        // A source in memory never fails.
        csv.read_byte_record(&mut names).ok()?;
        let headings = self.headings(&names, records);
        if let Some(finding) = self.open_quote(&names, &names, true) {
            records.note(finding.in_row(Some(1)));
            return None;
        }
        let length = usize::try_from(csv.position().byte()).unwrap_or(usize::MAX).min(block.len());
        Some(Header { length, names, headings: headings.to_vec() })
    }

    fn rows(&self, header: &Header, block: &[u8], to: &mut dyn FnMut(&mut dyn Deliver)) {
        let Ok(headings) = <&[Heading; N]>::try_from(header.headings.as_slice()) else { return };
        if let Ok(text) = std::str::from_utf8(block)
            && let Some(mut rows) = self.plain_rows(header, headings, text)
        {
            return to(&mut rows);
        }
        // As the crate `csv` splits it.
        let mut csv = reader_of(block);
        let mut records = Vec::new();
        let mut record = ByteRecord::new();
        while csv.read_byte_record(&mut record).unwrap_or(false) {
            if record.len() == 1 && record.get(0) == Some(END) {
                break;
            }
            records.push(std::mem::take(&mut record));
        }
        let mut rows = Rows::default();
        for record in &records {
            if let Some(finding) = self.open_quote(&header.names, record, false) {
                rows.findings.push(finding.in_row(Some(rows.number)));
                rows.number += 1;
                rows.open_quote = true;
                break;
            }
            let cell = |position: usize| record.get(position).map(Written::of);
            self.row(header, headings, record.len(), cell, &mut rows);
        }
        to(&mut rows);
    }
}

/// One in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The places in eight bytes of those that are as low as a comma; few are.
struct Low(u64);

impl Low {
    #[inline]
    fn of(word: [u8; 8]) -> Self {
        const UPPER: u64 = EACH << 7;
        let word = u64::from_le_bytes(word);
        // Sets the upper bit of each byte that is higher than a comma, 0x2c; no carry leaves a byte.
        let higher = ((word & !UPPER) + EACH * 0x53) | word;
        Self(!higher & UPPER)
    }
}

impl Iterator for Low {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let at = self.0.trailing_zeros() / 8;
        self.0 &= self.0 - 1;
        usize::try_from(at).ok()
    }
}

fn reader_of(block: &[u8]) -> csv::Reader<impl Read> {
    // After what is no line end yet, and on a line of its own.
    let source = block.chain(&b"\n"[..]).chain(END);
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source)
}

impl<const N: usize, D: Drafts> Table<N, D> {
    /// The rows of a text; `None` where it has a quote, or a carriage return that alone ends a row.
    fn plain_rows<'r>(&self, header: &Header, headings: &[Heading; N], text: &'r str) -> Option<Rows<'r, D>> {
        // A quote gives what is between others another meaning.
        if memchr::memchr(b'"', text.as_bytes()).is_some() {
            return None;
        }
        let mut rows = Rows::default();
        rows.drafts.reserve(text.len() / 32);
        // Where the cells of the row begin, and one after its end.
        let mut starts: Vec<usize> = Vec::with_capacity(header.names.len() + 1);
        starts.push(0);
        let mut end_row = |starts: &mut Vec<usize>, at: usize| {
            let returned = at.checked_sub(1).and_then(|before| text.as_bytes().get(before)) == Some(&b'\r');
            let end = if returned { at - 1 } else { at };
            if starts.len() > 1 || starts.first().is_some_and(|start| *start < end) {
                starts.push(end + 1);
                let cell = |position: usize| {
                    let from = *starts.get(position)?;
                    text.get(from..starts.get(position + 1)? - 1).map(Written::Text)
                };
                self.row(header, headings, starts.len() - 1, cell, &mut rows);
            }
            starts.clear();
            starts.push(at + 1);
        };
        let bytes = text.as_bytes();
        // False for a carriage return that alone ends a row.
        let mut pass = |at: usize| {
            match bytes.get(at) {
                Some(b',') => starts.push(at + 1),
                Some(b'\n') => end_row(&mut starts, at),
                Some(b'\r') => return matches!(bytes.get(at + 1), Some(b'\n') | None),
                _ => {}
            }
            true
        };
        let (words, rest) = bytes.as_chunks::<8>();
        for (begin, word) in (0..).step_by(8).zip(words) {
            for at in Low::of(*word) {
                if !pass(begin + at) {
                    return None;
                }
            }
        }
        if !(bytes.len() - rest.len()..bytes.len()).all(pass) {
            return None;
        }
        if !text.is_empty() {
            end_row(&mut starts, text.len());
        }
        Some(rows)
    }

    /// Reads a row of `length` cells.
    #[inline]
    fn row<'r>(
        &self,
        header: &Header,
        headings: &[Heading; N],
        length: usize,
        cell: impl Fn(usize) -> Option<Written<'r>>,
        rows: &mut Rows<'r, D>,
    ) {
        let mut row = Row::default();
        let cells = headings.map(|heading| Cell {
            column: heading.column,
            written: heading.position.and_then(&cell).unwrap_or_default(),
        });
        let draft = (self.read)(&mut row, &cells);
        if length < header.names.len() {
            row.note_lack(headings, length);
        }
        if let Some(written) = (header.names.len()..length).filter_map(&cell).find(|written| !written.is_blank()) {
            row.faults.push((Cell { column: "", written }, FindingRule::LongRow));
        }
        row.note_faults(self.family, rows.number, &mut rows.findings);
        if !row.left_out {
            rows.drafts.push(Checked { draft, row: rows.number, set_aside: row.set_aside });
        }
        rows.number += 1;
    }

    /// Finds the columns in the header, and notes those that are not there or there twice.
    fn headings(&self, header: &ByteRecord, records: &mut Builder) -> [Heading; N] {
        let mut fault = |column, written: &[u8], rule| {
            records.note(Finding::new(self.family, column, String::from_utf8_lossy(written), rule).in_row(Some(1)));
        };
        self.columns.map(|column| {
            let named = |(_, name): &(usize, &[u8])| name.trim_ascii().eq_ignore_ascii_case(column.as_bytes());
            let mut named = header.iter().enumerate().filter(named);
            let first = named.next();
            if first.is_none() && !EXTENSIONS.contains(&column) {
                fault(column, b"", FindingRule::MissingColumn);
            }
            for (_, name) in named {
                fault(column, name, FindingRule::RepeatedColumn);
            }
            Heading { column, position: first.map(|(position, _)| position) }
        })
    }

    /// The finding of a quote that took in the end of the file, if there is one.
    fn open_quote(&self, header: &ByteRecord, record: &ByteRecord, is_header: bool) -> Option<Finding> {
        let last = record.iter().next_back().filter(|last| last.ends_with(END) && *last != END)?;
        let line = last.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        let column = if is_header { line } else { header.get(record.len() - 1).unwrap_or_default().trim_ascii() };
        let [column, line] = [column, line].map(String::from_utf8_lossy);
        Some(Finding::new(self.family, column, line, FindingRule::OpenQuote))
    }
}

/// Where a column stands in the file, if it does.
#[derive(Clone, Copy)]
struct Heading {
    column: &'static str,
    position: Option<usize>,
}

/// What is written in a cell.
#[derive(Clone, Copy)]
enum Written<'r> {
    Text(&'r str),
    NoText(&'r [u8]),
}

impl Default for Written<'_> {
    fn default() -> Self {
        Self::Text("")
    }
}

impl<'r> Written<'r> {
    fn of(bytes: &'r [u8]) -> Self {
        std::str::from_utf8(bytes).map_or(Self::NoText(bytes), Self::Text)
    }

    fn is_blank(self) -> bool {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::NoText(bytes) => bytes,
        }
        .trim_ascii()
        .is_empty()
    }

    fn to_value(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::NoText(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// A cell, and the column it is in.
#[derive(Clone, Copy)]
struct Cell<'r> {
    column: &'static str,
    written: Written<'r>,
}

impl<'r> Cell<'r> {
    /// The text without the white space around it; an error where it is no UTF-8.
    #[inline]
    fn text(self) -> Result<&'r str, FindingRule> {
        match self.written {
            Written::Text(text) => Ok(trimmed(text)),
            Written::NoText(_) => Err(FindingRule::NotUtf8),
        }
    }
}

/// The meaning of the cells of one row, and what is wrong in them.
#[derive(Default)]
struct Row<'r> {
    id: Option<Cell<'r>>,
    person: Option<Cell<'r>>,
    faults: Vec<(Cell<'r>, FindingRule)>,
    left_out: bool,
    /// Whether it ends before it starts, in times that its record does not hold.
    set_aside: bool,
}

impl<'r> Row<'r> {
    /// The id of the record.
    fn id(&mut self, cell: &Cell<'r>) -> &'r str {
        self.id = Some(*cell);
        self.never_empty(cell, FindingRule::EmptyId)
    }

    /// The id of the person whose record it is.
    fn person(&mut self, cell: &Cell<'r>) -> &'r str {
        self.person = Some(*cell);
        self.never_empty(cell, FindingRule::EmptyPerson)
    }

    fn never_empty(&mut self, cell: &Cell<'r>, or: FindingRule) -> &'r str {
        match cell.text() {
            Ok("") => self.leave_out(cell, or),
            Ok(text) => return text,
            Err(rule) => self.leave_out(cell, rule),
        }
        ""
    }

    /// A text, or a reference to another record; empty where it is null.
    fn text(&mut self, cell: &Cell<'r>) -> &'r str {
        self.may_be_empty(cell).unwrap_or_default()
    }

    /// A text of which no rule makes use.
    fn check_text(&mut self, cell: &Cell<'r>) {
        self.may_be_empty(cell);
    }

    fn may_be_empty(&mut self, cell: &Cell<'r>) -> Option<&'r str> {
        match cell.text() {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(rule) => {
                self.faults.push((*cell, rule));
                None
            }
        }
    }

    fn code<C: StatutoryCode>(&mut self, cell: &Cell<'r>) -> Letters<'r, C> {
        self.code_or_word(cell, &[])
    }

    /// A code, where some write a word for its letters.
    fn code_or_word<C: StatutoryCode>(&mut self, cell: &Cell<'r>, words: &[(&str, C)]) -> Letters<'r, C> {
        let Some(text) = self.may_be_empty(cell) else { return Letters::None };
        if let Some(code) = find(words, text).or_else(|| C::from_letters(text)) {
            return Letters::Known(code);
        }
        self.faults.push((*cell, FindingRule::UnknownCode));
        Letters::Unknown(text)
    }

    fn flag<T: Copy>(&mut self, cell: &Cell<'r>, values: &[(&str, T)]) -> Option<T> {
        let flag = find(values, self.may_be_empty(cell)?);
        if flag.is_none() {
            self.faults.push((*cell, FindingRule::UnknownFlag));
        }
        flag
    }

    fn number(&mut self, cell: &Cell<'r>) -> Option<u32> {
        let text = self.may_be_empty(cell)?;
        if text.bytes().all(|digit| digit.is_ascii_digit()) {
            // Digits fail for nothing but their number.
            Some(text.parse().unwrap_or(u32::MAX))
        } else {
            self.faults.push((*cell, FindingRule::NotANumber));
            None
        }
    }

    fn moment(&mut self, cell: &Cell<'r>) -> Option<Moment> {
        let read = match cell.text() {
            Ok("") => return None,
            Ok(text) => match plain_day(text) {
                Some(day) => return Some(day.into()),
                None => text.parse().map_err(|_| FindingRule::UnreadableDate),
            },
            Err(rule) => Err(rule),
        };
        read.map_err(|rule| self.leave_out(cell, rule)).ok()
    }

    fn day(&mut self, cell: &Cell<'r>) -> Option<NaiveDate> {
        self.moment(cell).map(Moment::date)
    }

    /// The start of a record that needs one.
    fn start(&mut self, cell: &Cell<'r>) -> Moment {
        self.moment(cell).unwrap_or_else(|| {
            if cell.text() == Ok("") {
                self.leave_out(cell, FindingRule::EmptyStart);
            }
            NaiveDate::default().into()
        })
    }

    /// The first day and the first day after, in a family that keeps days and needs a start.
    fn days_from_a_start(&mut self, start: &Cell<'r>, end: &Cell<'r>) -> (NaiveDate, Option<NaiveDate>) {
        let (from, to) = (self.start(start), self.moment(end));
        self.check_order(Some(from), to, end);
        (from.date(), to.map(Moment::date))
    }

    /// The first day and the first day after, in a family that keeps days and needs no start.
    fn days(&mut self, start: &Cell<'r>, end: &Cell<'r>) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let (from, to) = (self.moment(start), self.moment(end));
        self.check_order(from, to, end);
        (from.map(Moment::date), to.map(Moment::date))
    }

    /// Looks for an end before the start within one day; an earlier day is what the builder sees for itself.
    fn check_order(&mut self, from: Option<Moment>, to: Option<Moment>, end: &Cell<'r>) {
        if let (Some(from), Some(to)) = (from, to)
            && from.date() == to.date()
            && to.is_before(from)
        {
            self.faults.push((*end, FindingRule::EndBeforeStart));
            self.set_aside = true;
        }
    }

    fn leave_out(&mut self, cell: &Cell<'r>, rule: FindingRule) {
        self.faults.push((*cell, rule));
        self.left_out = true;
    }

    /// Notes the first column that the row of `length` cells is too short for, of those that have no finding yet.
    #[cold]
    fn note_lack(&mut self, headings: &[Heading], length: usize) {
        let lacking = headings.iter().filter(|heading| heading.position.is_some_and(|at| at >= length));
        let first = lacking
            .filter(|heading| self.faults.iter().all(|(cell, _)| cell.column != heading.column))
            .min_by_key(|heading| heading.position);
        if let Some(heading) = first {
            let cell = Cell { column: heading.column, written: Written::default() };
            self.faults.push((cell, FindingRule::ShortRow));
        }
    }

    /// Notes the faults of the row.
    fn note_faults(&self, family: Family, number: u64, findings: &mut Vec<Finding>) {
        for (cell, rule) in &self.faults {
            let to_note = match rule {
                // In a record that it gets, the builder finds them.
                FindingRule::UnknownCode => self.left_out,
                // What a row that is left out says is compared with nothing.
                FindingRule::EndBeforeStart => !self.left_out,
                _ => true,
            };
            if to_note {
                let text = |cell: Option<Cell<'r>>| cell.and_then(|cell| cell.text().ok()).unwrap_or_default();
                let finding = Finding::new(family, cell.column, cell.written.to_value(), *rule)
                    .in_row(Some(number))
                    .of(text(self.id), text(self.person));
                findings.push(finding);
            }
        }
    }
}

/// The day written `YYYY-MM-DD`; `None` for any other text.
#[inline]
fn plain_day(text: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else { return None };
    // All digits at once, a byte each: up to 9 where it is one.
    let digits = u64::from_le_bytes([y1, y2, y3, y4, m1, m2, d1, d2]) ^ (EACH * u64::from(b'0'));
    if (digits.wrapping_add(EACH * 0x76) | digits) & (EACH << 7) != 0 {
        return None;
    }
    let [century, _, year, _, month, _, day, _] = (digits * 10 + (digits >> 8)).to_le_bytes();
    NaiveDate::from_ymd_opt(i32::from(century) * 100 + i32::from(year), month.into(), day.into())
}

/// What a text stands for, without regard to case.
fn find<T: Copy>(values: &[(&str, T)], text: &str) -> Option<T> {
    values.iter().find(|(written, _)| written.eq_ignore_ascii_case(text)).map(|(_, value)| *value)
}
