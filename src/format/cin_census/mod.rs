//! The children in need census as XML, of the collection years 2017 to 2026, from any `BufRead`.
//!
//! [`Censuses`] reads the censuses of one or several years, in any order, and joins them into the records of one
//! [`Builder`](crate::Builder). [`CensusReader`] hands one census over child by child, as the form has it, and keeps none.
//! Whatever is wrong becomes a [`Finding`](crate::Finding) that names file, line, child, field, value and rule, the rules
//! of the national validation by their number ([`CinRule`](crate::CinRule)).
//!
//! ```
//! use csc_kpi::calendar::Basis;
//! use csc_kpi::format::cin_census::Censuses;
//! use csc_kpi::indicator::catalogue;
//! use csc_kpi::{CinRule, Dataset, Engine, FindingRule, NaiveDate};
//!
//! let xml = "\
//! <Message>
//! <Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year><ReferenceDate>2022-03-31</ReferenceDate>
//! </CollectionDetails></Header>
//! <Children><Child>
//!   <ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2015-03-27</PersonBirthDate>
//!     <GenderCurrent>1</GenderCurrent></ChildIdentifiers>
//!   <ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
//!   <CINdetails>
//!     <CINreferralDate>2021-10-06</CINreferralDate>
//!     <ReferralSource>1A</ReferralSource>
//!     <PrimaryNeedCode>N4</PrimaryNeedCode>
//!     <Assessments>
//!       <AssessmentActualStartDate>2021-10-05</AssessmentActualStartDate>
//!       <AssessmentAuthorisationDate>2021-11-20</AssessmentAuthorisationDate>
//!       <FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors></FactorsIdentifiedAtAssessment>
//!     </Assessments>
//!     <ReferralNFA>false</ReferralNFA>
//!   </CINdetails>
//! </Child></Children></Message>";
//! let mut censuses = Censuses::new();
//! censuses.read("cin_2022.xml", xml.as_bytes())?;
//! let mut records = Dataset::builder();
//! censuses.give_to(&mut records);
//! let dataset = records.finish();
//!
//! let before_referral = FindingRule::CinCensus(CinRule::Cin1103);
//! let finding = dataset.findings().iter().find(|finding| finding.rule == before_referral).unwrap();
//! assert_eq!((finding.file.as_deref(), finding.row), (Some("cin_2022.xml"), Some(13)));
//! assert_eq!((finding.field.as_str(), finding.value.as_str()), ("AssessmentActualStartDate", "2021-10-05"));
//!
//! let ledger = Engine::new(catalogue::standard()).run(&dataset).unwrap();
//! let at = NaiveDate::from_ymd_opt(2022, 3, 31).unwrap();
//! let reading = ledger.reading("ECS 138", Basis::Cumulative, at).unwrap();
//! assert_eq!(reading.ratio().unwrap().to_string(), "1 of 1");
//! # Ok::<(), csc_kpi::format::cin_census::CinCensusError>(())
//! ```
//!
//! # The file
//!
//! Well-formed XML in UTF-8, with or without a byte order mark, whose outermost element is `Message`; another one is refused.
//! Names of elements are read whatever the case of their letters and whatever their prefix; attributes are not read. Elements
//! may come in any order within their group. A document type declaration is refused, and no entity is expanded but the five of
//! XML itself, so that no file grows in memory; [`limit`] bounds what is kept of any text. The header has to come before the
//! children, or it is not read.
//!
//! # The values
//!
//! White space around a value never counts, and an element of nothing else is as one that is not there.
//!
//! | value | is read as |
//! |---|---|
//! | date | `YYYY-MM-DD`, with or without a time and a zone, which do not count; `DD/MM/YYYY` too |
//! | flag | `1`, `true`; `0`, `false`; in any case |
//! | code | the letters of the statutory list in any case |
//! | `Sex`, `GenderCurrent` | `M F U` from 2025 on; before `1` male, `2` female, `0` and `9` unknown; each under both names, noted as 4180 where it is not the name's own |
//! | number | digits; one that is more than a `u32` holds reads as [`u32::MAX`] |
//!
//! # What identifies a record
//!
//! The census gives children an id and nothing else. Two elements are one record where these agree, in one census and
//! across censuses:
//!
//! | record | is identified by | its id |
//! |---|---|---|
//! | person | `LAchildID` | the same |
//! | referral | child, `CINreferralDate` | `C1/2021-10-06` |
//! | assessment | referral, `AssessmentActualStartDate` | `C1/2021-10-06/A2021-10-08` |
//! | section 47 enquiry | referral, `S47ActualStartDate` | `C1/2021-10-06/S2021-10-11` |
//! | conference of an enquiry | the enquiry; its day where one census has several | `C1/2021-10-06/S2021-10-11/ICPC`, `…/ICPC2` by day |
//! | conference of a referral: a transfer-in | the referral; its day where one census has several | `C1/2021-10-06/ICPC`, `…/ICPC2` by day |
//! | child protection plan | child, `CPPstartDate`, whatever the referral | `C1/P2021-10-20` |
//! | review | the plan, `CPPreviewDate` | `C1/P2021-10-20/R2022-01-12` |
//!
//! # Several censuses
//!
//! They are put in order by the days they cover; one that does not say comes first; of two of one year the one read later
//! counts as later.
//!
//! | case | what happens | rule |
//! |---|---|---|
//! | a record in several censuses | one record, with what the last of them says | |
//! | a value that an earlier census lacks | is filled in | |
//! | a value that a later census lacks | stays as it was, but for dates of closure, authorisation, conference and end and the reason for closure: a case open again is open | [`ChangedLater`](crate::FindingRule::ChangedLater) for those |
//! | a value that a later census gives otherwise | the later one counts; the finding stands where the earlier one is. The latest category of abuse may change, and a sex that was unknown | [`ChangedLater`](crate::FindingRule::ChangedLater) |
//! | a referral (not one of no further action) or a plan open in a census and not in a later one, of any year | ends on the first day after the last census that has it: 1 April | [`MissingLater`](crate::FindingRule::MissingLater) |
//! | an assessment, an enquiry or a review that a later census no longer has | stays: a census has only what happened in its year | |
//! | a record twice in one census | the first stays, of two referrals on one day the first that is not one of no further action, of two assessments with one start the first that is authorised; what lies inside both is kept, and their conferences, one a day | [`RepeatedId`](crate::FindingRule::RepeatedId); for a child 8510 |
//! | a conference on one day with the enquiry and with the referral | one conference, that of the enquiry | 2884 |
//!
//! Of a census that could not be read to its end what was read stays; nothing is missing in it, and it
//! [supplies](Censuses::supply) no day, so that no figure is made of it alone.
//!
//! # Memory
//!
//! [`CensusReader`] keeps one child, and [`CensusChild::joined`] gives its records. [`Censuses`] keeps packed rows, without
//! texts but the ids of the children, and what it found: some 180 bytes for a child with one of everything, 110 for one
//! with a bare referral. A generated census of 2 GB, a third of its children with everything and the others with an
//! assessment, took 160 MB; one of bare referrals would take up to twice that. [`Censuses::children`] joins the children
//! one at a time, so that a host can post each to a [`Ledger`](crate::Ledger) and keep none.
//!
//! # What is wrong
//!
//! A national rule says what is wrong in the words of the Department for Education. Where something is left out or read
//! as empty, a second finding says so. What contradicts between records (an end before a start, a code the list does not
//! know, plans that overlap) the [`Builder`](crate::Builder) finds in any records, and says what becomes of it; it names
//! the record.
//!
//! A finding says the line. Of elements of one name in one record that stand on one line and break one rule, as in a file
//! that is a single line, a [`Dataset`](crate::Dataset) keeps one finding; [`Censuses::findings`], [`JoinedChild::findings`] and
//! [`CensusChild::findings`] have each.
//!
//! | what is wrong | what happens | rule |
//! |---|---|---|
//! | no header before the children, or one that does not say the year | the rules that need the days of the census are not checked, and it [supplies](Censuses::supply) no day | 100 |
//! | no `LAchildID` | the child is left out with all that is recorded of it | 8500 |
//! | no start date (referral, assessment, enquiry, plan) | the record is left out; an enquiry with its conference, a plan with its reviews; what else lies in a referral stays, without a referral | [`EmptyStart`](crate::FindingRule::EmptyStart), and 8600, 8720 |
//! | `CINPlanStartDate`, `CINPlanEndDate`, `AssessmentInternalReviewDate` that cannot be read | read as empty; no record holds them | [`DateReadAsEmpty`](crate::FindingRule::DateReadAsEmpty) |
//! | any other date that cannot be read | the record it is of is left out | [`UnreadableDate`](crate::FindingRule::UnreadableDate) |
//! | a flag or number that cannot be read | read as empty | [`UnknownFlag`](crate::FindingRule::UnknownFlag), [`NotANumber`](crate::FindingRule::NotANumber) |
//! | a code that the list does not know | kept as written | 4180, 4220, 8540, 8640, 8650, 8866, 8897Q, 8905, 8910 |
//! | an element or a text the form does not have there | not read | [`UnexpectedElement`](crate::FindingRule::UnexpectedElement) |
//! | an element twice where the form has it once | the first is read | [`RepeatedElement`](crate::FindingRule::RepeatedElement) |
//!
//! The rules of the UPN and those that need more than the return itself are not
//! checked, nor are those that count working days where the days lie outside the table of bank holidays. Rule 4014 is looked
//! for among all plans of a child in need of the child, whichever referral they lie in.
//!
//! # Which indicators a census carries
//!
//! | indicator | carried |
//! |---|---|
//! | NI 68, NI 68 route, NI 68 by event | yes |
//! | ECS 14a | from 12 months after the first day of the first census on; it looks back 12 months |
//! | ECS 138, from start or referral, and its companion | yes; dates have no times |
//! | ICPC 15 | yes; a transfer-in has no target date and so is never in time |
//! | NI 65 | yes: by `NumberOfPreviousCPP`, and by earlier plans |
//! | NI 65a | from 24 months after the first day of the first census on; it looks back 24 months |
//! | ECS 133, NI 64 open, NI 64 ceased | yes |
//! | NI 67 | no: it looks back to the first review of each plan, and a census has the reviews of its year |
//! | sibling groups, teams, plans of another authority | no: the form has no families, no teams and no plans of others |
//! | looked after, allocation, care leavers, missing, interviews | no |
//!
//! A figure that looks back before the first day of the censuses, or is of a day after their last one, is not made and says so:
//! [`Coverage::supply`] says what a census holds.

mod child;
mod codes;
mod header;
mod join;
mod reader;
mod rules;
mod xml;

pub use child::{Cell, CensusAssessment, CensusChild, CensusEnquiry, CensusPlan, CensusReferral, InNeedPlan};
pub use codes::{AssessmentFactor, Disability};
pub use header::{Coverage, Header};
pub use join::{Census, Censuses, JoinedChild, JoinedRecord};
pub use reader::{CensusReader, CinCensusError, CinCensusProblem, Counts, limit};
