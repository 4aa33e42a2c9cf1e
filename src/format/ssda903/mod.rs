//! Returns of children looked after (SSDA903): CSV tables and XML, of one collection year or of several side by side.
//!
//! A [`Return`] takes what one collection year has, from sources that are already open; [`Returns`] puts years side by
//! side, joins what runs through several of them and gives records to a [`Builder`]. Whatever is wrong becomes a
//! [`Finding`] that names file, row, child, column, value and rule, by the number of the national rule where there is one.
//!
//! ```
//! use csc_kpi::format::ssda903::{CollectionYear, Return, Returns, Table};
//! use csc_kpi::{Dataset, FindingRule, Ssda903Rule};
//!
//! let header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nC1,2,27/03/2008,WBRI,UN1,,\n";
//! let columns = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";
//! let first = format!("{columns}C1,15/02/2017,S,C2,N3,U4,PR1,,,,,,\n");
//! let second = format!("{columns}C1,15/02/2017,S,C2,N3,U4,PR1,14/08/2018,X1,CARPL,,,\nC1,15/08/2018,P,C2,N3,K2,PR4,,,,,,\n");
//!
//! let mut returns = Returns::new();
//! for (closing, episodes) in [(2018, first), (2019, second)] {
//!     let mut one = Return::new(CollectionYear::new(closing)?);
//!     one.read_csv(Table::Header, "header.csv", header.as_bytes())?;
//!     one.read_csv(Table::Episodes, "episodes.csv", episodes.as_bytes())?;
//!     returns.add(one);
//! }
//! let mut records = Dataset::builder();
//! let others = returns.into_builder(&mut records);
//! let dataset = records.finish();
//!
//! assert!(others.is_empty());
//! assert_eq!(dataset.child("C1").map(|child| child.chronology().episodes().len()), Some(2));
//! let finding = dataset.findings().iter().find(|f| f.rule == FindingRule::Ssda903(Ssda903Rule::Ssda903_433)).unwrap();
//! assert_eq!((finding.row, finding.field.as_str(), finding.value.as_str()), (Some(3), "DECOM", "2018-08-15"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The files
//!
//! [`Table::columns`] lists the columns, [`Table::codes`] the codes of each collection year from 2017 to 2026. CSV is UTF-8
//! with or without a byte order mark, a header row, columns in any order. In XML the same columns are elements: `PL` for
//! `PLACE`, `CHILDID` for `CHILD`; a child's `UASC` of 1 makes a row of that table. A document type, and so any entity of
//! its own, is an [error](Ssda903Error::DocumentType). A `UASC` of 0 beside a `DUC` makes a row too, with the finding
//! [`NotUnaccompanied`](ReturnsRule::NotUnaccompanied). An element that stands for a row is one though it is empty (`<EPISODE/>`);
//! a text in it is not read, [`UnexpectedElement`](FindingRule::UnexpectedElement). The row of a finding is that of the file,
//! the header being row 1; in XML it is the line. [`place`] finds year and table of a file by its name.
//!
//! | what is wrong | what happens | rule |
//! |---|---|---|
//! | `CHILD`, or the date on which something began, is empty or cannot be read | the row is left out | the national one (141, 1004, SW04STG1), [`EmptyPerson`](FindingRule::EmptyPerson) |
//! | a date on which something ended (`DEC`, `DUC`, `MIS_END`, `SW_DEC`) cannot be read | the row is left out | 147, 104, 1005, SW05STG1 |
//! | any other cell cannot be read, or is no code of any year | read as empty | the national one, else [`DateReadAsEmpty`](FindingRule::DateReadAsEmpty), [`UnknownCode`](FindingRule::UnknownCode), [`NotANumber`](FindingRule::NotANumber), [`NotUtf8`](FindingRule::NotUtf8) |
//! | a code of another collection year | it is read | [`CodeOfAnotherYear`](ReturnsRule::CodeOfAnotherYear) |
//! | a table, column or element that the year does not have | a table is read, a column or element is not | [`NotOfTheYear`](ReturnsRule::NotOfTheYear) |
//! | a column under a name that is not quite its own (`Place provider`, `CHILDID`) | it is read | [`RenamedColumn`](ReturnsRule::RenamedColumn) |
//! | a column is not there, or there twice; a row that is short or long; an open quote | as in the other readers | [`MissingColumn`](FindingRule::MissingColumn), [`RepeatedColumn`](FindingRule::RepeatedColumn), [`ShortRow`](FindingRule::ShortRow), [`LongRow`](FindingRule::LongRow), [`OpenQuote`](FindingRule::OpenQuote) |
//! | a child twice in a table that has one row a child | the first row stays | INT31–INT36 |
//! | a row like an earlier one | it is left out | [`RepeatedRow`](ReturnsRule::RepeatedRow); of missing episodes [`RepeatedMissing`](ReturnsRule::RepeatedMissing), for there can be two on a day |
//! | an end before its start | the row is left out | 356, [`EndBeforeStart`](FindingRule::EndBeforeStart) |
//!
//! # What becomes of the tables
//!
//! | table | records |
//! |---|---|
//! | header | a [`Person`](crate::record::Person); of a child in no header one with the date of birth that another table gives |
//! | episodes | a [`LookedAfterEpisode`](crate::record::LookedAfterEpisode), its [`Placement`](crate::record::Placement) and its [`LegalStatus`](crate::record::LegalStatus); `CIN` and `HOME_POST` are checked and not kept |
//! | uasc | an [`ImmigrationStatus`](crate::record::ImmigrationStatus) `UASC`, held since before all records until `DUC`, the first day without it |
//! | missing | a [`MissingEpisode`](crate::record::MissingEpisode); the form says nothing of interviews |
//! | oc3 | a [`CareLeaverStatus`](crate::record::CareLeaverStatus) dated by the 17th to 21st birthday in the year: *Relevant* at 17, *Former Relevant* after; none of a row without `IN_TOUCH`, `ACTIV` and `ACCOM` |
//! | sw_episodes | an [`Involvement`](crate::record::Involvement) of the allocated case worker, and a [`Professional`](crate::record::Professional) whose registration number is `SW_ID` |
//! | oc2, ad1, placed_for_adoption, previous_permanence, reviews | no record; [`Returns::into_builder`] returns the checked rows as [`OtherRecord`]s |
//!
//! # What is supplied
//!
//! A return [holds](Supply) what its tables say, from 1 April to 31 March of its collection year; [`Return::supplied`] says which
//! were read, be they empty. The form holds no referrals, assessments, plans, interviews or families; figures that need those
//! say *not supplied*, which is not the same as zero. Missing episodes are those of children looked after.
//!
//! A table of which a source could not be read to its end, an XML file with all of its tables, supplies nothing; what was read
//! of it stays.
//!
//! | table | holds |
//! |---|---|
//! | header | persons |
//! | episodes | looked-after episodes, placements, legal statuses, which episodes are short breaks |
//! | uasc | which children are unaccompanied |
//! | missing | missing episodes, without interviews |
//! | oc3 | care leaver statuses: on 31 March, and with the return of the year before on every day of the year |
//! | sw_episodes | involvements and professionals |
//!
//! What ended before the first return is in none. So the temporary placement that is open on its first day stands without the
//! placement before it, and the one to which the child comes back counts as another (NI 62).
//!
//! # Care leavers
//!
//! The form has what is known at a birthday, so a status holds until the next one: at 31 March that of the birthday in the year,
//! whichever earlier returns are read. Where no later return has another one it ends there, by a
//! [`CareLeaverStatus`](crate::record::CareLeaverStatus) of which nothing is known. Where the next return was read and should
//! have one (at 18 to 21, of somebody who is not back in care, has not died and has not gone home), that is the finding
//! [`NoLaterStatus`](ReturnsRule::NoLaterStatus).
//!
//! # The legal status of an episode
//!
//! The short-break rule reads the legal status in force on an episode's first day: of several the one that started last,
//! then the greater id. So that this is always the episode's own, each episode gives a legal status with its own id and
//! days, also where `LS` is empty. An earlier episode's status that is still in force started earlier. Of episodes that
//! start on one day the rules keep the one that ends last; ids are given in the order of the ends, so that it has the
//! greatest id among the episodes and among the statuses. An episode without a day has a status without a day.
//!
//! An episode gives a placement of its own too, except that one which begins for a change of legal status alone (`RNE` L)
//! on the day the one before ceased, in the same placement, goes on with that placement's record, also where a later year has
//! another code for it (H5, Z1).
//!
//! # Several years
//!
//! Years are taken in order. An episode is known by child and `DECOM`; it *goes on* into a year if it is open or `DEC` is
//! after 1 April of that year. The later return wins:
//!
//! | earlier return | later return | what stands | finding |
//! |---|---|---|---|
//! | an episode goes on | the same | one episode, as the later return has it | none |
//! | goes on | the same, with another `RNE`, `LS`, `CIN`, `PLACE`, `PLACE_PROVIDER`, `URN` | the later one | 503A to 503F; none where a `PLACE` code was replaced (H5 by K3 in 2025, Z1 by Z11–Z14 in 2026) |
//! | goes on | the same, with another `PL_POST`, or another `DEC` or `REASON_PLACE_CHANGE` where one was given | the later one | [`Contradicted`](ReturnsRule::Contradicted) |
//! | ended | the same with another `DEC`, `REC` or other value | the later one | [`Contradicted`](ReturnsRule::Contradicted) on each value |
//! | goes on | another episode from before 1 April that no earlier return has; it began later, and the child did not start to be looked after with it | both, the earlier one up to the later one | [`Divided`](ReturnsRule::Divided) and 502 |
//! | goes on | another such episode | the later one | [`Moved`](ReturnsRule::Moved) and 502 |
//! | goes on | nothing of it | the earlier one, ended on 1 April of the later year | [`Gone`](ReturnsRule::Gone); 502 too where the child has other episodes |
//! | goes on, and years between were not read | nothing of it | the earlier one, ended where the child's next episode began in those years, else on 1 April of the later year | none: it ended in those years |
//! | goes on | a row of the child that is left out, of the same start or of none that can be read | the earlier one, and it goes on | that of the row |
//! | begins in the later year | nothing of it | nothing | [`NeverBegan`](ReturnsRule::NeverBegan) |
//! | ended by 1 April | nothing of it | the earlier one | none |
//! | nothing of it, and it is the year before | began before 1 April | the later one | NoE where no earlier return has an episode of the child, else [`Late`](ReturnsRule::Late) |
//! | nothing, and it is an older year | began before 1 April | the later one | none: the year between was not read |
//!
//! A return whose episodes were not read, or not to their end, says nothing of what it does not carry. Postcodes are compared
//! without spaces, they and `URN` without regard to case. A person has the latest sex, ethnicity and date of birth that
//! is given, and a contradiction is a finding; so has an unaccompanied child the latest `DUC`. A missing episode is known by
//! child and start, an episode with a social worker by child, worker and start, several of one day by their ends too; the
//! later one stays, an end that changes is a contradiction, a value that was empty is filled in. One that goes on and is
//! carried no more ends on 1 April with the finding [`Gone`](ReturnsRule::Gone), without it where the year before was not read, if
//! the later return has episodes of the child; if it has none, a missing episode or an unaccompanied status goes on, and an
//! episode with a social worker ends without a finding. A pupil number (`UPN`) under two child ids is a finding, for nothing else tells that a child has moved to another id.
//! Of the other tables the rows of the last return with one key stay: review (child, `REVIEW`), decision (child,
//! `DATE_PLACED`), adoption and previous permanence (child); the outcomes of every year stay.
//!
//! # National rules
//!
//! Within a return, on the episodes of a child in order: 142, 148, 355, 356, 362–367, 375–383, 385, 431–437, 501, 504.
//! Care leavers: 153, 1000–1002, 1007, 1010–1012, 1014, 1016; adoption 1003; cells 101–104, 112–116, 120, 131–133, 141,
//! 143–147, 149, 175, 1004–1006, 1009; presence in the header and dates of birth INT01–INT21; social workers SW02STG1,
//! SW08STG2, SW10STG2. Rules 1001 and 1002 are for a young person who turned 14 or 16 in the returns that are read without a
//! gap, as far as they count days from that birthday on: the care of another may lie before them. Those that need a list of providers or postcodes (1008, 1015, 503G–503J) are not checked.

mod chain;
mod csv;
mod deliver;
mod leavers;
mod place;
mod row;
mod schema;
mod stitch;
mod tables;
mod xml;

pub use place::{Contents, place};
pub use schema::{CollectionYear, CollectionYearError, Table};

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::Arc;

use chrono::NaiveDate;

use self::row::Row;
use crate::calendar::{Days, Span};
use crate::record::Family;
use crate::{Builder, Finding, FindingRule, Matter, ReturnsRule, Supply};

/// A file that could not be read to its end; what stands before that is read.
///
/// ```
/// use csc_kpi::format::ssda903::{CollectionYear, Return, Ssda903Error};
///
/// let mut one = Return::new(CollectionYear::new(2018)?);
/// let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><EXPSSDA903/>"#;
/// let error = one.read_xml("903.xml", bomb.as_bytes()).unwrap_err();
/// assert!(matches!(error, Ssda903Error::DocumentType { .. }));
/// assert_eq!(error.to_string(), "903.xml line 1: a document type is not read");
/// # Ok::<(), csc_kpi::format::ssda903::CollectionYearError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Ssda903Error {
    /// The source fails.
    #[error("{file} cannot be read on after row {row}")]
    Unreadable {
        /// The file.
        file: String,
        /// The last row that was read; the header is row 1. In XML the line.
        row: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// A document type declaration: no return has one, and it could define entities.
    #[error("{file} line {line}: a document type is not read")]
    DocumentType {
        /// The file.
        file: String,
        /// The line on which it begins.
        line: u64,
    },
    /// No well-formed XML.
    #[error("{file} line {line}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// The line that cannot be read.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// XML of another kind: the name of the outermost element does not hold `SSDA903`.
    #[error("{file} is no SSDA903 return: its outermost element is {root:?}")]
    NotAReturn {
        /// The file.
        file: String,
        /// The outermost element.
        root: String,
    },
}

/// What one collection year's return says, as far as it has been read.
#[derive(Clone, Debug)]
pub struct Return {
    year: CollectionYear,
    rows: BTreeMap<Table, Vec<Row>>,
    /// Rows that a finding says are left out: they are no records, yet the return has them.
    left_out: Vec<Row>,
    /// What was begun to be read.
    begun: BTreeSet<Table>,
    /// What could not be read to its end, for which an error was returned.
    failed: BTreeSet<Table>,
    /// What was not read to its end, for a quote that is never closed.
    cut: BTreeSet<Table>,
    findings: Vec<Finding>,
}

impl Return {
    /// The return of `year`, of which nothing is read yet.
    #[must_use]
    pub fn new(year: CollectionYear) -> Self {
        Self {
            year,
            rows: BTreeMap::new(),
            left_out: Vec::new(),
            begun: BTreeSet::new(),
            failed: BTreeSet::new(),
            cut: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// Its collection year.
    #[must_use]
    pub const fn year(&self) -> CollectionYear {
        self.year
    }

    /// Whether the table was read, be it empty; not where a source of it could not be read to its end.
    #[must_use]
    pub fn supplied(&self, table: Table) -> bool {
        self.begun.contains(&table) && !self.failed.contains(&table)
    }

    /// Whether what the table does not carry is not there.
    fn is_whole(&self, table: Table) -> bool {
        self.supplied(table) && !self.cut.contains(&table)
    }

    /// How many rows of the table are usable by themselves.
    #[must_use]
    pub fn rows(&self, table: Table) -> usize {
        self.rows.get(&table).map_or(0, Vec::len)
    }

    /// Reads one table, and says how many rows the file has without the header. A table may come in several files.
    ///
    /// `file` is what findings call the source.
    ///
    /// # Errors
    ///
    /// Where `source` cannot be read on.
    pub fn read_csv(&mut self, table: Table, file: &str, source: impl Read) -> Result<u64, Ssda903Error> {
        let file = Arc::from(file);
        self.begun.insert(table);
        if !table.is_of(self.year) {
            let finding = Finding::new(row::family(table), table.name(), "", ReturnsRule::NotOfTheYear.into());
            self.findings.push(finding.in_file(Some(Arc::clone(&file))));
        }
        let rows = self.rows.entry(table).or_default();
        let before = self.findings.len();
        let read = csv::read(table, self.year, &file, source, rows, &mut self.left_out, &mut self.findings);
        if read.is_err() {
            self.failed.insert(table);
        }
        if self.findings.iter().skip(before).any(|finding| finding.rule == FindingRule::OpenQuote) {
            self.cut.insert(table);
        }
        read
    }

    /// Reads a whole return, child by child, and says how many children the file has.
    ///
    /// # Errors
    ///
    /// Where `source` cannot be read on, is no well-formed XML, holds a document type, or is no return.
    ///
    /// ```
    /// use csc_kpi::format::ssda903::{CollectionYear, Return, Table};
    ///
    /// let xml = "<EXPSSDA903><CHILD><HEADER><CHILDID>C1</CHILDID><SEX>1</SEX><DOB>01/02/2005</DOB></HEADER>\
    ///     <EPISODE><DECOM>06/01/2017</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>K2</PL></EPISODE></CHILD></EXPSSDA903>";
    /// let mut one = Return::new(CollectionYear::new(2018)?);
    /// assert_eq!(one.read_xml("903.xml", xml.as_bytes())?, 1);
    /// assert_eq!((one.rows(Table::Header), one.rows(Table::Episodes)), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_xml(&mut self, file: &str, source: impl Read) -> Result<u64, Ssda903Error> {
        let mut rows = Vec::new();
        let file = Arc::from(file);
        let read = xml::read(self.year, &file, source, &mut rows, &mut self.left_out, &mut self.findings);
        if read.is_ok() || !rows.is_empty() {
            // The form has every table of its year, though a child need not have a row in it.
            self.begun.extend(Table::ALL.into_iter().filter(|table| table.is_of(self.year)));
        }
        if read.is_err() && !rows.is_empty() {
            self.failed.extend(Table::ALL);
        }
        for row in rows {
            self.rows.entry(row.table).or_default().push(row);
        }
        read
    }

    /// Reads what [`place`] says the file holds; see [`Return::read_csv`] and [`Return::read_xml`].
    ///
    /// # Errors
    ///
    /// As those.
    pub fn read(&mut self, contents: Contents, file: &str, source: impl Read) -> Result<u64, Ssda903Error> {
        match contents {
            Contents::Table(table) => self.read_csv(table, file, source),
            Contents::WholeReturn => self.read_xml(file, source),
        }
    }

    /// What its tables hold in its collection year, see the [module](self#what-is-supplied).
    #[must_use]
    pub fn supply(&self) -> Supply {
        let year = Days::from(self.year.financial_year().window());
        let last_day = Days::from(Span::day(self.year.last_day()));
        let mut supply = Supply::nothing();
        for table in Table::ALL.into_iter().filter(|table| self.supplied(*table)) {
            let (matters, days): (&[Matter], _) = match table {
                Table::Header => (&[Matter::Records(Family::Person)], &year),
                Table::Episodes => (&EPISODES, &year),
                Table::Uasc => (&[Matter::UnaccompaniedChildren], &year),
                Table::Missing => (&MISSING, &year),
                // Only when the year is over every care leaver has had a birthday.
                Table::Oc3 => (&LEAVERS, &last_day),
                Table::SocialWorkers => (&WORKERS, &year),
                Table::Oc2 | Table::Ad1 | Table::PlacedForAdoption | Table::PreviousPermanence | Table::Reviews => {
                    continue;
                }
            };
            supply = matters.iter().fold(supply, |supply, matter| supply.with(*matter, days));
        }
        supply
    }

    fn of(&self, table: Table) -> &[Row] {
        self.rows.get(&table).map(Vec::as_slice).unwrap_or_default()
    }
}

const EPISODES: [Matter; 6] = [
    Matter::Records(Family::LookedAfterEpisode),
    Matter::PlacementMoves,
    Matter::Records(Family::Placement),
    Matter::PlacementDetails,
    Matter::Records(Family::LegalStatus),
    // Each episode has a legal status of its own.
    Matter::ShortBreaks,
];

const MISSING: [Matter; 3] = [Matter::Records(Family::MissingEpisode), Matter::MissingKinds, Matter::MissingEnds];

const LEAVERS: [Matter; 5] = [
    Matter::Records(Family::CareLeaverStatus),
    Matter::CareLeaverEligibility,
    Matter::CareLeaverContact,
    Matter::CareLeaverAccommodation,
    Matter::CareLeaverActivity,
];

const WORKERS: [Matter; 2] = [Matter::Records(Family::Involvement), Matter::Records(Family::Professional)];

/// Returns of several collection years side by side. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Returns {
    years: BTreeMap<CollectionYear, Return>,
}

impl Returns {
    /// No return yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a return. What is read twice of one collection year is one return, the rows of both behind each other.
    pub fn add(&mut self, one: Return) {
        match self.years.get_mut(&one.year) {
            None => {
                self.years.insert(one.year, one);
            }
            Some(known) => {
                known.begun.extend(one.begun);
                known.failed.extend(one.failed);
                known.cut.extend(one.cut);
                known.left_out.extend(one.left_out);
                known.findings.extend(one.findings);
                for (table, rows) in one.rows {
                    known.rows.entry(table).or_default().extend(rows);
                }
            }
        }
    }

    /// The return of `year`, to be read into; it is there once it was asked for.
    pub fn of(&mut self, year: CollectionYear) -> &mut Return {
        self.years.entry(year).or_insert_with(|| Return::new(year))
    }

    /// The returns in the order of their years.
    pub fn iter(&self) -> impl Iterator<Item = &Return> {
        self.years.values()
    }

    /// What all of them hold, see the [module](self#what-is-supplied).
    #[must_use]
    pub fn supply(&self) -> Supply {
        let mut supply = Supply::nothing();
        for one in self.iter() {
            supply = supply.or(&one.supply());
            let before = self.years.values().find(|before| before.year.closing() + 1 == one.year.closing());
            if one.supplied(Table::Oc3) && before.is_some_and(|before| before.supplied(Table::Oc3)) {
                // Who had a birthday neither in this year so far nor in the year before is no care leaver yet.
                let year = Days::from(one.year.financial_year().window());
                supply = LEAVERS.iter().fold(supply, |supply, matter| supply.with(*matter, &year));
            }
        }
        supply
    }

    /// Joins the years, gives all records and findings to `records`, and returns the rows that become no record, in the
    /// order of tables, children and years.
    pub fn into_builder(self, records: &mut Builder) -> Vec<OtherRecord> {
        records.begin_source(&self.supply());
        let others = deliver::deliver(self.years.into_values(), records);
        records.end_source();
        others
    }
}

impl Extend<Return> for Returns {
    fn extend<I: IntoIterator<Item = Return>>(&mut self, returns: I) {
        for one in returns {
            self.add(one);
        }
    }
}

impl FromIterator<Return> for Returns {
    fn from_iter<I: IntoIterator<Item = Return>>(returns: I) -> Self {
        let mut all = Self::new();
        all.extend(returns);
        all
    }
}

/// A checked row of a table for which there is no record type: outcomes, adoptions, decisions, permanence, reviews.
///
/// ```
/// use csc_kpi::NaiveDate;
/// use csc_kpi::format::ssda903::{CollectionYear, Return, Returns, Table};
/// use csc_kpi::Dataset;
///
/// let mut one = Return::new(CollectionYear::new(2018)?);
/// let reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\nC1,27/03/2008,30/08/2017,pn6\n";
/// one.read_csv(Table::Reviews, "reviews.csv", reviews.as_bytes())?;
/// let others = Returns::from_iter([one]).into_builder(&mut Dataset::builder());
/// assert_eq!((others[0].table(), others[0].child(), others[0].text("REVIEW_CODE")), (Table::Reviews, "C1", Some("PN6")));
/// assert_eq!(others[0].day("REVIEW"), NaiveDate::from_ymd_opt(2017, 8, 30));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OtherRecord {
    year: CollectionYear,
    row: Row,
}

impl OtherRecord {
    /// The table it stands in.
    #[must_use]
    pub const fn table(&self) -> Table {
        self.row.table
    }

    /// The collection year of its return.
    #[must_use]
    pub const fn year(&self) -> CollectionYear {
        self.year
    }

    /// The file it was read from, as its reader was told.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.row.at.file
    }

    /// The row in that file, the header is row 1; in XML the line.
    #[must_use]
    pub const fn row(&self) -> u64 {
        self.row.at.row
    }

    /// The child.
    #[must_use]
    pub fn child(&self) -> &str {
        &self.row.child
    }

    /// The text, number or code in a column; `None` where it is empty or unreadable, and for a day.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        self.row.text(column)
    }

    /// The day in a column; `None` where it is empty or unreadable, and for anything but a day.
    #[must_use]
    pub fn day(&self, column: &str) -> Option<NaiveDate> {
        self.row.day(column)
    }
}
