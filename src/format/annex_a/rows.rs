//! From the rows of the lists to records.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;

use super::answer::{Worded, code, flag, without_letter};
use super::list::{Column, Heading, List, PERSON, PLACES};
use super::recorded::{Recorded, RecordedCount};
use super::sheet::{Cells, Sheet, Value};
use super::{AnnexA, AnnexARecord, Contact, InNeedCase, ReadSheet, Unread};
use crate::chronology::Headings;
use crate::record::{
    Assessment, AuthorityCount, CareLeaverStatus, Coded, EpisodeEnd, EpisodeStart, Family, ImmigrationStatus,
    InitialConference, LegalStatus, LookedAfterEpisode, Person, Placement, PlanReview, ProtectionPlan, Record,
    Referral, Section47Enquiry,
};
use crate::{Finding, FindingRule};

/// The lists read so far, before the records are given out.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) annex: AnnexA,
    /// Persons by id, with the list and the row in which they come first.
    persons: BTreeMap<String, (List, u32, Person)>,
    /// Referrals by id: where they stand among the records.
    referrals: BTreeMap<String, usize>,
    unaccompanied: BTreeMap<String, (List, u32)>,
}

/// Where the columns that are read stand, and how the sheet names them.
struct Columns(BTreeMap<Column, (u32, String)>);

impl Columns {
    /// What the sheet calls the columns that findings of the dataset are about.
    fn headings(&self, list: List) -> Headings {
        let name =
            |column| self.0.get(column).map_or_else(|| list.name_of(*column).to_owned(), |(_, name)| name.clone());
        let own = PLACES.iter().filter(|(.., column)| !list.name_of(*column).is_empty());
        // When and why a case was closed stands in another list than the referral.
        let closed = List::ChildrenInNeed.name_of(Column::End);
        let of_case = (Family::Referral, "cine_close_date", format!("{closed} ({})", List::ChildrenInNeed));
        own.map(|(family, field, column)| (*family, *field, name(column))).chain([of_case]).collect()
    }
}

/// One row of a list.
struct Row<'a> {
    list: List,
    number: u32,
    place: &'a Arc<str>,
    family: Family,
    columns: &'a Columns,
    cells: &'a Cells,
    child: String,
    findings: Vec<Finding>,
}

/// A date that cannot be read, so that the record is left out.
struct Unreadable;

impl Row<'_> {
    fn value(&self, column: Column) -> Option<&Value> {
        let (position, _) = self.columns.0.get(&column)?;
        self.cells.get(position)
    }

    fn text(&self, column: Column) -> Option<String> {
        self.value(column).map(|value| value.text.clone())
    }

    fn note(&mut self, family: Family, column: Column, value: &str, rule: FindingRule) {
        let name = || self.list.name_of(column).to_owned();
        let field = self.columns.0.get(&column).map_or_else(name, |(_, name)| name.clone());
        let finding = Finding::new(family, field, value, rule)
            .in_file(Some(Arc::clone(self.place)))
            .in_row(Some(u64::from(self.number)))
            .of("", &self.child);
        self.findings.push(finding);
    }

    fn day(&mut self, column: Column) -> Result<Option<NaiveDate>, Unreadable> {
        self.day_of(self.family, column)
    }

    fn day_of(&mut self, family: Family, column: Column) -> Result<Option<NaiveDate>, Unreadable> {
        let Some(value) = self.value(column) else { return Ok(None) };
        if let Some(day) = value.day() {
            return Ok(Some(day));
        }
        let text = value.text.clone();
        self.note(family, column, &text, FindingRule::UnreadableDate);
        Err(Unreadable)
    }

    /// The day the record begins; without one it is left out.
    fn start(&mut self) -> Result<NaiveDate, Unreadable> {
        if let Some(day) = self.day(Column::Start)? {
            return Ok(day);
        }
        self.note(self.family, Column::Start, "", FindingRule::EmptyStart);
        Err(Unreadable)
    }

    /// The day on which a record beside that of the row begins, of which these columns say more; where they do and
    /// there is no such day, it is left out.
    fn start_of(&mut self, family: Family, start: Column, said: &[Column]) -> Option<NaiveDate> {
        let day = self.day_of(family, start).ok()?;
        if day.is_none() && said.iter().any(|column| self.value(*column).is_some()) {
            self.note(family, start, "", FindingRule::EmptyStart);
        }
        day
    }

    fn flag(&mut self, column: Column) -> Option<bool> {
        let text = self.text(column)?;
        let answer = flag(&text);
        if answer.is_none() {
            self.note(self.family, column, &text, FindingRule::UnknownFlag);
        }
        answer
    }

    fn number(&mut self, column: Column) -> Option<u32> {
        let text = self.text(column)?;
        let number = without_letter(&text).parse().ok();
        if number.is_none() {
            self.note(self.family, column, &text, FindingRule::NotANumber);
        }
        number
    }

    fn code<C: Worded>(&mut self, column: Column) -> Option<Coded<C>> {
        self.code_of(self.family, column)
    }

    fn code_of<C: Worded>(&mut self, family: Family, column: Column) -> Option<Coded<C>> {
        let code = self.plain_code(column);
        self.note_unknown(family, column, code.as_ref());
        code
    }

    /// The code in a column, whether the list knows it or not.
    fn plain_code<C: Worded>(&self, column: Column) -> Option<Coded<C>> {
        self.value(column).map(|value| code(&value.text))
    }

    fn note_unknown<C>(&mut self, family: Family, column: Column, code: Option<&Coded<C>>) {
        if let Some(Coded::Unknown(text)) = code {
            self.note(family, column, text, FindingRule::UnknownCode);
        }
    }
}

impl Reading {
    /// Reads the sheet of a list.
    pub(super) fn sheet(&mut self, file: &Arc<str>, list: List, mut sheet: Sheet) {
        let place: Arc<str> = format!("{file}, {}", sheet.name).into();
        let family = family(list);
        let columns = self.columns(list, &sheet, &place);
        for (position, _) in columns.0.values() {
            sheet.fill_merged(*position);
        }
        let rows = sheet.rows.last_key_value().map_or(0, |(last, _)| *last);
        self.annex.sheets.insert(list, ReadSheet { place: Arc::clone(&place), rows, headings: columns.headings(list) });
        for (number, cells) in &sheet.rows {
            let child = columns.0.get(&Column::Child).and_then(|(position, _)| cells.get(position));
            let child = child.map(|value| value.text.clone()).unwrap_or_default();
            let mut row = Row {
                list,
                number: *number,
                place: &place,
                family,
                columns: &columns,
                cells,
                child,
                findings: Vec::new(),
            };
            if row.child.is_empty() {
                let first = cells.values().next().map(|value| value.text.clone()).unwrap_or_default();
                row.note(family, Column::Child, &first, FindingRule::EmptyPerson);
            } else {
                *self.annex.rows.entry(list).or_default() += 1;
                self.person(&mut row);
                // What is wrong has left its finding.
                let _left_out = self.row(&mut row);
            }
            self.annex.findings.append(&mut row.findings);
        }
    }

    fn columns(&mut self, list: List, sheet: &Sheet, place: &Arc<str>) -> Columns {
        let mut columns = BTreeMap::new();
        let mut taken = BTreeMap::new();
        let headings = || PERSON.iter().chain(list.columns()).copied();
        for (position, value) in &sheet.header {
            if let Some(heading) = headings().find(|heading| heading.is(&value.text)) {
                taken.insert(*position, heading.0);
                match columns.entry(heading.0) {
                    Entry::Vacant(free) => {
                        free.insert((*position, value.text.clone()));
                    }
                    Entry::Occupied(_) => {
                        let finding = Finding::new(family(list), heading.1, &*value.text, FindingRule::RepeatedColumn);
                        self.annex.findings.push(in_header(finding, sheet, place));
                    }
                }
            }
        }
        for (position, value) in &sheet.header {
            if taken.contains_key(position) {
                continue;
            }
            // A name that a note follows: the longest name counts.
            let heading = headings()
                .filter(|heading| !columns.contains_key(&heading.0))
                .filter_map(|heading| heading.begins(&value.text).map(|letters| (letters, heading)))
                .max_by_key(|(letters, _)| *letters);
            if let Some((_, heading)) = heading {
                columns.insert(heading.0, (*position, value.text.clone()));
            } else {
                self.annex.unread.push(Unread { sheet: sheet.name.clone(), column: Some(value.text.clone()) });
            }
        }
        for Heading(column, name, ..) in headings().filter(|heading| !columns.contains_key(&heading.0)) {
            self.annex.lacking.insert((list, column));
            // Only the column of the child stands for a person's record.
            let is_of_person = matches!(column, Column::Sex | Column::Ethnicity | Column::Birth);
            let family = if is_of_person { Family::Person } else { family(list) };
            let finding = Finding::new(family, name, "", FindingRule::MissingColumn);
            self.annex.findings.push(in_header(finding, sheet, place));
        }
        Columns(columns)
    }

    /// Takes what a row says of the child; of what several say the first counts.
    fn person(&mut self, row: &mut Row<'_>) {
        let Ok(date_of_birth) = row.day_of(Family::Person, Column::Birth) else { return };
        let mut said = Person::new(row.child.as_str());
        said.sex = row.code_of(Family::Person, Column::Sex);
        said.ethnicity = row.code_of(Family::Person, Column::Ethnicity);
        said.date_of_birth = date_of_birth;
        let (_, _, person) =
            self.persons.entry(row.child.clone()).or_insert_with(|| (row.list, row.number, Person::new(&*row.child)));
        let mut differ = Vec::new();
        if differs(&mut person.sex, said.sex) {
            differ.push(Column::Sex);
        }
        if differs(&mut person.ethnicity, said.ethnicity) {
            differ.push(Column::Ethnicity);
        }
        if differs(&mut person.date_of_birth, said.date_of_birth) {
            differ.push(Column::Birth);
        }
        for column in differ {
            let value = row.value(column).map(|value| value.text.clone()).unwrap_or_default();
            row.note(Family::Person, column, &value, FindingRule::ListsDisagree);
        }
    }

    fn give(&mut self, row: &Row<'_>, record: impl Into<Record>) {
        self.annex.records.push(AnnexARecord { list: row.list, row: row.number, record: record.into() });
    }

    fn count(
        &mut self,
        row: &mut Row<'_>,
        column: Column,
        what: Recorded,
        ceased: Option<NaiveDate>,
    ) -> AuthorityCount {
        let Some(count) = row.number(column) else { return AuthorityCount::NOT_GIVEN };
        let (child, row) = (row.child.clone(), row.number);
        self.annex.counts.push(RecordedCount { what, row, child, count, ceased });
        AuthorityCount::new(count)
    }

    fn row(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        match row.list {
            List::Contacts => self.contact(row),
            List::Referrals => self.referral(row),
            List::Assessments => self.assessment(row),
            List::Enquiries => self.enquiry(row),
            List::ChildrenInNeed => self.in_need(row),
            List::ProtectionPlans => self.plan(row),
            List::LookedAfter => self.looked_after(row),
            List::CareLeavers => self.care_leaver(row),
        }
    }

    fn contact(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        let date = row.start()?;
        let (child, source) = (row.child.clone(), row.code(Column::Source));
        self.annex.contacts.push(Contact { row: row.number, child, date, source });
        Ok(())
    }

    fn referral(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        let earlier = self.count(row, Column::Count, Recorded::Referrals, None);
        let date = row.start()?;
        let id = format!("{}/{date}", row.child);
        let mut referral = Referral::new(&*id, &*row.child, date);
        referral.source = row.code(Column::Source);
        referral.no_further_action = row.flag(Column::Flag);
        referral.team = row.text(Column::Team);
        referral.earlier_counted = Some(earlier);
        let this = self.annex.records.len();
        let goes_on = referral.no_further_action != Some(true);
        let place = *self.referrals.entry(id).or_insert(this);
        self.give(row, referral);
        // Of two on one day the one that goes on comes first, and stays.
        let before = self.annex.records.get(place).map(|before| &before.record);
        let stopped = matches!(before, Some(Record::Referral(before)) if before.no_further_action == Some(true));
        if place < this && goes_on && stopped && self.annex.records.len() > this {
            self.annex.records.swap(place, this);
        }
        Ok(())
    }

    fn assessment(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        let start = row.start()?;
        let authorised = row.day(Column::End)?;
        let mut assessment = Assessment::new(format!("{}/A{start}", row.child), &*row.child, start);
        assessment.authorised = authorised.map(Into::into);
        assessment.team = row.text(Column::Team);
        self.give(row, assessment);
        Ok(())
    }

    fn enquiry(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        self.count(row, Column::Count, Recorded::Enquiries, None);
        self.count(row, Column::SecondCount, Recorded::Conferences, None);
        let start = row.start()?;
        let id = format!("{}/S{start}", row.child);
        self.give(row, Section47Enquiry::new(&*id, &*row.child, start));
        let plan_made = row.flag(Column::Flag);
        if let Some(date) = row.day_of(Family::InitialConference, Column::Conference)? {
            let mut conference =
                InitialConference::new(format!("{id}/ICPC"), &*row.child).enquiry(id).date(date).transfer_in(false);
            conference.plan_made = plan_made;
            self.give(row, conference);
        }
        Ok(())
    }

    /// A case says when and why it was closed of the referral of that day; without one it is no record.
    fn in_need(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        let start = row.start()?;
        let case = InNeedCase {
            row: row.number,
            child: row.child.clone(),
            start,
            primary_need: row.plain_code(Column::Need),
            closed: row.day(Column::End)?,
            closure_reason: row.plain_code(Column::EndReason),
            status: row.text(Column::Status),
        };
        let referral = self.referrals.get(&format!("{}/{start}", row.child));
        if let Some(AnnexARecord { record: Record::Referral(referral), .. }) =
            referral.and_then(|place| self.annex.records.get_mut(*place))
        {
            row.note_unknown(Family::Referral, Column::Need, case.primary_need.as_ref());
            row.note_unknown(Family::Referral, Column::EndReason, case.closure_reason.as_ref());
            referral.primary_need.clone_from(&case.primary_need);
            referral.closed = case.closed;
            referral.closure_reason.clone_from(&case.closure_reason);
        }
        self.annex.cases.push(case);
        Ok(())
    }

    fn plan(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        let start = row.start()?;
        let end = row.day(Column::End)?;
        let id = format!("{}/P{start}", row.child);
        let mut plan = ProtectionPlan::new(&*id, &*row.child, start);
        plan.end = end;
        plan.initial_category = row.code(Column::Category);
        plan.latest_category = row.code(Column::LatestCategory);
        plan.previous_plans = row.number(Column::Count);
        if row.columns.0.contains_key(&Column::Count) && row.value(Column::Count).is_none() {
            row.note(row.family, Column::Count, "", FindingRule::NoPreviousPlans);
        }
        self.give(row, plan);
        if let Some(date) = row.day_of(Family::PlanReview, Column::Review)? {
            self.give(row, PlanReview::new(format!("{id}/R{date}"), &*row.child, id).date(date));
        }
        Ok(())
    }

    fn looked_after(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        if row.flag(Column::Flag) == Some(true) {
            self.unaccompanied.entry(row.child.clone()).or_insert((row.list, row.number));
        }
        let ceased = row.day(Column::End);
        let mut placements = AuthorityCount::NOT_GIVEN;
        if let Ok(ceased) = ceased {
            placements = self.count(row, Column::Count, Recorded::Placements, ceased);
            self.count(row, Column::SecondCount, Recorded::MissingEpisodes, ceased);
            self.count(row, Column::ThirdCount, Recorded::AbsentEpisodes, ceased);
        }
        let placed = self.placement(row, ceased.as_ref().ok().copied().flatten());
        let status = row.code_of(Family::LegalStatus, Column::Status);
        let since = row.start_of(Family::LegalStatus, Column::StatusStart, &[Column::Status]);
        if let (Some(status), Some(since), Ok(ceased)) = (status, since, &ceased) {
            let mut status = LegalStatus::new(format!("{}/L{since}", row.child), &*row.child, status, since);
            status.end = *ceased;
            self.give(row, status);
        }
        let start = row.start()?;
        let ceased = ceased?;
        let reason = row.code(Column::EndReason);
        let episode = |from: NaiveDate| LookedAfterEpisode::new(format!("{}/{from}", row.child), &*row.child, from);
        let mut first = episode(start).start_reason(EpisodeStart::StartedCare);
        let moved = placed.clone().filter(|(moved, _)| *moved > start && ceased.is_none_or(|ceased| *moved < ceased));
        // Where the child moved into the most recent placement, nothing is known of those before it.
        let last = if let Some((moved, id)) = moved {
            first.ceased = Some(moved);
            first.ceased_reason = Some(EpisodeEnd::NewEpisode.into());
            first.placements_counted = Some(AuthorityCount::NOT_GIVEN);
            self.give(row, first);
            episode(moved).placement(id)
        } else {
            first.placement = placed.map(|(_, id)| id);
            first
        };
        self.give(
            row,
            LookedAfterEpisode { ceased, ceased_reason: reason, placements_counted: Some(placements), ..last },
        );
        Ok(())
    }

    /// The most recent placement: its start and its id.
    fn placement(&mut self, row: &mut Row<'_>, ceased: Option<NaiveDate>) -> Option<(NaiveDate, String)> {
        let said = [Column::PlacementType, Column::Provider, Column::Postcode, Column::Urn];
        let start = row.start_of(Family::Placement, Column::PlacementStart, &said)?;
        let id = format!("{}/{start}", row.child);
        let mut placement = Placement::new(&*id, &*row.child, start);
        placement.end = ceased;
        placement.kind = row.code_of(Family::Placement, Column::PlacementType);
        placement.provider = row.code_of(Family::Placement, Column::Provider);
        placement.postcode = row.text(Column::Postcode);
        placement.urn = row.text(Column::Urn);
        self.give(row, placement);
        Some((start, id))
    }

    fn care_leaver(&mut self, row: &mut Row<'_>) -> Result<(), Unreadable> {
        if row.flag(Column::Flag) == Some(true) {
            self.unaccompanied.entry(row.child.clone()).or_insert((row.list, row.number));
        }
        let latest_contact = row.day(Column::Start)?;
        let mut status = CareLeaverStatus::new(&*row.child, &*row.child);
        status.eligibility = row.code(Column::Eligibility);
        status.in_touch = row.code(Column::InTouch);
        status.latest_contact = latest_contact;
        status.accommodation = row.code(Column::Accommodation);
        status.suitability = row.code(Column::Suitability);
        status.activity = row.code(Column::Activity);
        self.give(row, status);
        Ok(())
    }

    pub(super) fn finish(mut self) -> AnnexA {
        for (list, row, person) in self.persons.into_values() {
            self.annex.records.push(AnnexARecord { list, row, record: person.into() });
        }
        for (child, (list, row)) in self.unaccompanied {
            let record = ImmigrationStatus::new(child, "UASC").into();
            self.annex.records.push(AnnexARecord { list, row, record });
        }
        self.annex
    }
}

/// Takes what is said where nothing is known; whether it differs from what is known.
fn differs<T: PartialEq>(known: &mut Option<T>, said: Option<T>) -> bool {
    match (known.as_ref(), said) {
        (None, said) => {
            *known = said;
            false
        }
        (Some(known), Some(said)) => *known != said,
        (Some(_), None) => false,
    }
}

fn in_header(finding: Finding, sheet: &Sheet, place: &Arc<str>) -> Finding {
    finding.in_file(Some(Arc::clone(place))).in_row(Some(u64::from(sheet.header_row)))
}

/// The family of the records of a list.
const fn family(list: List) -> Family {
    match list {
        List::Contacts | List::Referrals | List::ChildrenInNeed => Family::Referral,
        List::Assessments => Family::Assessment,
        List::Enquiries => Family::Section47Enquiry,
        List::ProtectionPlans => Family::ProtectionPlan,
        List::LookedAfter => Family::LookedAfterEpisode,
        List::CareLeavers => Family::CareLeaverStatus,
    }
}
