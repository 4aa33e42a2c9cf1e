//! Findings counted: by rule and table, by child, and by indicator.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use serde::Serialize;

use super::{Finding, FindingRule, Reads, Severity};
use crate::record::Family;

/// Findings counted by rule and table, by child, and by indicator, the gravest first.
///
/// ```
/// use csc_kpi::record::Referral;
/// use csc_kpi::{Dataset, FindingsReport, NaiveDate, Severity};
///
/// let day = |d| NaiveDate::from_ymd_opt(2018, 3, d).unwrap();
/// let mut records = Dataset::builder();
/// records.push(Referral::new("R1", "C1", day(1)));
/// records.push(Referral::new("R1", "C2", day(2)));
/// let report = FindingsReport::new(records.finish().findings());
///
/// assert_eq!((report.count(), report.of(Severity::BlocksFigure)), (2, 1));
/// let gravest = &report.by_rule()[0];
/// assert_eq!((gravest.words, gravest.count), ("an earlier row has this id; the row is left out", 1));
/// assert_eq!(report.by_child()[0].person.as_deref(), Some("C2"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingsReport {
    counts: Counts,
    rules: Vec<RuleFindings>,
    children: Vec<ChildFindings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    indicators: Vec<IndicatorFindings>,
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Counts {
    blocks_figure: u64,
    may_change_figure: u64,
    for_information: u64,
}

impl Counts {
    fn of(&mut self, severity: Severity) -> &mut u64 {
        match severity {
            Severity::BlocksFigure => &mut self.blocks_figure,
            Severity::MayChangeFigure => &mut self.may_change_figure,
            Severity::ForInformation => &mut self.for_information,
        }
    }

    const fn sum(self) -> u64 {
        self.blocks_figure.saturating_add(self.may_change_figure).saturating_add(self.for_information)
    }
}

/// The findings of one rule in one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleFindings {
    /// What the rule does to figures.
    pub severity: Severity,
    /// The statutory collection whose national validation has the rule: "SSDA903", "CIN census".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<&'static str>,
    /// The number by which the national validation knows the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<&'static str>,
    /// The rule.
    pub rule: FindingRule,
    /// The rule in words: [`FindingRule::text`].
    pub words: &'static str,
    /// The family, and so the table.
    pub family: Family,
    /// How many findings.
    pub count: u64,
    /// How many children they name.
    pub children: u64,
    /// The indicators that one of them may touch, in the order given; none where the report was made without indicators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Arc<str>>,
    /// The first of them in the order of findings.
    pub first: Finding,
}

/// The findings of one child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChildFindings {
    /// The child; `None` for the findings that name no person.
    pub person: Option<String>,
    /// The gravest severity among them.
    pub severity: Severity,
    /// Findings that block a figure.
    pub blocks_figure: u64,
    /// Findings that may change a figure.
    pub may_change_figure: u64,
    /// Findings for information.
    pub for_information: u64,
    /// The indicators that one of them may touch, in the order given; none where the report was made without indicators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Arc<str>>,
    /// The first of the gravest in the order of findings.
    pub first: Finding,
}

/// The findings that may touch one indicator. What is for information touches none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IndicatorFindings {
    /// The key of the indicator.
    pub indicator: Arc<str>,
    /// The gravest severity among them.
    pub severity: Severity,
    /// Findings that block a figure.
    pub blocks_figure: u64,
    /// Findings that may change a figure.
    pub may_change_figure: u64,
    /// How many children they name.
    pub children: u64,
    /// The first of the gravest in the order of findings.
    pub first: Finding,
}

impl ChildFindings {
    /// How many findings.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.counts().sum()
    }

    const fn counts(&self) -> Counts {
        Counts {
            blocks_figure: self.blocks_figure,
            may_change_figure: self.may_change_figure,
            for_information: self.for_information,
        }
    }
}

/// Findings of one kind as they are counted.
struct Heap<'f> {
    counts: Counts,
    persons: BTreeSet<&'f str>,
    /// The places of the indicators that may be touched.
    touched: BTreeSet<usize>,
    /// The first of the gravest.
    first: &'f Finding,
}

impl<'f> Heap<'f> {
    const fn new(first: &'f Finding) -> Self {
        Self {
            counts: Counts { blocks_figure: 0, may_change_figure: 0, for_information: 0 },
            persons: BTreeSet::new(),
            touched: BTreeSet::new(),
            first,
        }
    }

    fn add(&mut self, finding: &'f Finding) {
        *self.counts.of(finding.severity()) += 1;
        if (finding.severity(), finding) < (self.first.severity(), self.first) {
            self.first = finding;
        }
    }
}

impl FindingsReport {
    /// The columns of [`FindingsReport::rule_rows`].
    pub const RULE_COLUMNS: [&'static str; 13] = [
        "severity",
        "collection",
        "number",
        "rule",
        "table",
        "count",
        "children",
        "first_file",
        "first_row",
        "first_record",
        "first_column",
        "first_value",
        "indicators",
    ];

    /// The columns of [`FindingsReport::child_rows`].
    pub const CHILD_COLUMNS: [&'static str; 12] = [
        "person",
        "severity",
        "blocks_figure",
        "may_change_figure",
        "for_information",
        "first_number",
        "first_rule",
        "first_table",
        "first_file",
        "first_row",
        "first_record",
        "indicators",
    ];

    /// The columns of [`FindingsReport::indicator_rows`].
    pub const INDICATOR_COLUMNS: [&'static str; 11] = [
        "indicator",
        "severity",
        "blocks_figure",
        "may_change_figure",
        "children",
        "first_number",
        "first_rule",
        "first_table",
        "first_file",
        "first_row",
        "first_record",
    ];

    /// Counts findings, in any order, without saying which indicators they touch.
    #[must_use]
    pub fn new<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        Self::touching(findings, &[])
    }

    /// Counts findings, in any order, and says of each rule and child which of the indicators they may touch, and of each
    /// indicator by what it may be touched.
    ///
    /// ```
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::record::Referral;
    /// use csc_kpi::{Dataset, FindingsReport, NaiveDate};
    ///
    /// let day = |d| NaiveDate::from_ymd_opt(2018, 3, d).unwrap();
    /// let mut records = Dataset::builder();
    /// records.push(Referral::new("R1", "C1", day(1)));
    /// records.push(Referral::new("R1", "C2", day(2)));
    /// let reads: Vec<_> = catalogue::standard().iter().map(|indicator| indicator.definition().reads()).collect();
    /// let report = FindingsReport::touching(records.finish().findings(), &reads);
    ///
    /// let repeat = report.by_indicator().iter().find(|of| &*of.indicator == "ECS 14a").unwrap();
    /// assert_eq!((repeat.blocks_figure, repeat.children), (1, 1));
    /// assert!(report.by_rule()[0].indicators.iter().any(|key| &**key == "NI 68"));
    /// ```
    #[must_use]
    pub fn touching<'f>(findings: impl IntoIterator<Item = &'f Finding>, indicators: &[Reads]) -> Self {
        let mut by_indicator: BTreeMap<usize, Heap<'f>> = BTreeMap::new();
        let keys = |heap: &Heap<'_>| -> Vec<Arc<str>> {
            heap.touched.iter().filter_map(|at| indicators.get(*at)).map(|reads| Arc::clone(&reads.indicator)).collect()
        };
        let mut counts = Counts::default();
        let mut rules: BTreeMap<(FindingRule, Family), Heap<'f>> = BTreeMap::new();
        let mut children: BTreeMap<Option<&'f str>, Heap<'f>> = BTreeMap::new();
        for finding in findings {
            *counts.of(finding.severity()) += 1;
            let of_rule = rules.entry((finding.rule, finding.family)).or_insert_with(|| Heap::new(finding));
            of_rule.add(finding);
            of_rule.persons.extend(finding.person.as_deref());
            let of_child = children.entry(finding.person.as_deref()).or_insert_with(|| Heap::new(finding));
            of_child.add(finding);
            for (at, _) in indicators.iter().enumerate().filter(|(_, reads)| reads.touched_by(finding)) {
                of_rule.touched.insert(at);
                of_child.touched.insert(at);
                let of_indicator = by_indicator.entry(at).or_insert_with(|| Heap::new(finding));
                of_indicator.add(finding);
                of_indicator.persons.extend(finding.person.as_deref());
            }
        }
        let mut rules: Vec<_> =
            rules.into_iter().map(|((rule, family), heap)| rule_findings(rule, family, &heap, keys(&heap))).collect();
        // Those of one severity and number of findings stay in the order of rules and tables.
        rules.sort_by_key(|rule| (rule.severity, std::cmp::Reverse(rule.count)));
        let mut children: Vec<_> =
            children.into_iter().map(|(person, heap)| child_findings(person, &heap, keys(&heap))).collect();
        // Stays in the order of children.
        children.sort_by_key(|child| std::cmp::Reverse(child.counts()));
        let indicators = by_indicator.into_iter().filter_map(|(at, heap)| {
            let Counts { blocks_figure, may_change_figure, .. } = heap.counts;
            Some(IndicatorFindings {
                indicator: Arc::clone(&indicators.get(at)?.indicator),
                severity: heap.first.severity(),
                blocks_figure,
                may_change_figure,
                children: heap.persons.len() as u64,
                first: heap.first.clone(),
            })
        });
        Self { counts, rules, children, indicators: indicators.collect() }
    }

    /// How many findings.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.counts.sum()
    }

    /// How many findings of a severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::BlocksFigure => self.counts.blocks_figure,
            Severity::MayChangeFigure => self.counts.may_change_figure,
            Severity::ForInformation => self.counts.for_information,
        }
    }

    /// The findings by rule and table: the gravest first, of one severity the most frequent first.
    #[must_use]
    pub fn by_rule(&self) -> &[RuleFindings] {
        &self.rules
    }

    /// The findings by child: those with the most that block a figure first, then by those that may change one, then by
    /// those for information, then by id. What names no person stands under none.
    #[must_use]
    pub fn by_child(&self) -> &[ChildFindings] {
        &self.children
    }

    /// The findings by indicator, in the order given: those that something may touch.
    #[must_use]
    pub fn by_indicator(&self) -> &[IndicatorFindings] {
        &self.indicators
    }

    /// The findings by indicator as rows of text, for CSV.
    pub fn indicator_rows(&self) -> impl Iterator<Item = [String; 11]> {
        self.indicators.iter().map(|of| {
            let place = Place::of(&of.first);
            [
                of.indicator.to_string(),
                of.severity.to_string(),
                of.blocks_figure.to_string(),
                of.may_change_figure.to_string(),
                of.children.to_string(),
                of.first.rule.number().unwrap_or_default().to_owned(),
                of.first.rule.text().to_owned(),
                of.first.family.table().to_owned(),
                place.file,
                place.row,
                place.record,
            ]
        })
    }

    /// The findings by rule and table as rows of text, for CSV; indicators with semicolons between them.
    pub fn rule_rows(&self) -> impl Iterator<Item = [String; 13]> {
        self.rules.iter().map(|rule| {
            let place = Place::of(&rule.first);
            [
                rule.severity.to_string(),
                rule.collection.unwrap_or_default().to_owned(),
                rule.number.unwrap_or_default().to_owned(),
                rule.words.to_owned(),
                rule.family.table().to_owned(),
                rule.count.to_string(),
                rule.children.to_string(),
                place.file,
                place.row,
                place.record,
                rule.first.field.clone(),
                rule.first.value.clone(),
                rule.indicators.join("; "),
            ]
        })
    }

    /// The findings by child as rows of text, for CSV; indicators with semicolons between them.
    pub fn child_rows(&self) -> impl Iterator<Item = [String; 12]> {
        self.children.iter().map(|child| {
            let place = Place::of(&child.first);
            [
                child.person.clone().unwrap_or_default(),
                child.severity.to_string(),
                child.blocks_figure.to_string(),
                child.may_change_figure.to_string(),
                child.for_information.to_string(),
                child.first.rule.number().unwrap_or_default().to_owned(),
                child.first.rule.text().to_owned(),
                child.first.family.table().to_owned(),
                place.file,
                place.row,
                place.record,
                child.indicators.join("; "),
            ]
        })
    }
}

fn rule_findings(rule: FindingRule, family: Family, heap: &Heap<'_>, indicators: Vec<Arc<str>>) -> RuleFindings {
    RuleFindings {
        severity: rule.severity(),
        collection: rule.collection(),
        number: rule.number(),
        rule,
        words: rule.text(),
        family,
        count: heap.counts.sum(),
        children: heap.persons.len() as u64,
        indicators,
        first: heap.first.clone(),
    }
}

fn child_findings(person: Option<&str>, heap: &Heap<'_>, indicators: Vec<Arc<str>>) -> ChildFindings {
    let Counts { blocks_figure, may_change_figure, for_information } = heap.counts;
    ChildFindings {
        person: person.map(str::to_owned),
        severity: heap.first.severity(),
        blocks_figure,
        may_change_figure,
        for_information,
        indicators,
        first: heap.first.clone(),
    }
}

/// Where a finding stands, as text.
struct Place {
    file: String,
    row: String,
    record: String,
}

impl Place {
    fn of(finding: &Finding) -> Self {
        Self {
            file: finding.file.as_deref().unwrap_or_default().to_owned(),
            row: finding.row.map_or_else(String::new, |row| row.to_string()),
            record: finding.record.clone().unwrap_or_default(),
        }
    }
}

impl Finding {
    /// The columns of [`Finding::cells`].
    pub const COLUMNS: [&'static str; 11] =
        ["severity", "collection", "number", "file", "table", "row", "record", "person", "column", "value", "rule"];

    /// The finding as a row of text, for CSV: empty where it has no file, row, record or person, and where its rule has no
    /// number.
    ///
    /// ```
    /// use csc_kpi::record::Family;
    /// use csc_kpi::{Finding, Ssda903Rule};
    ///
    /// let rule = Ssda903Rule::Ssda903_142;
    /// let finding = Finding::new(Family::LookedAfterEpisode, "DEC", "", rule.into()).of("", "C1").in_row(Some(7));
    /// let row: Vec<_> = Finding::COLUMNS.into_iter().zip(finding.cells()).collect();
    /// assert_eq!(row[1..3], [("collection", "SSDA903".to_owned()), ("number", "142".to_owned())]);
    /// assert_eq!((row[5].1.as_str(), row[7].1.as_str()), ("7", "C1"));
    /// ```
    #[must_use]
    pub fn cells(&self) -> [String; 11] {
        let place = Place::of(self);
        [
            self.severity().to_string(),
            self.rule.collection().unwrap_or_default().to_owned(),
            self.rule.number().unwrap_or_default().to_owned(),
            place.file,
            self.family.table().to_owned(),
            place.row,
            place.record,
            self.person.clone().unwrap_or_default(),
            self.field.clone(),
            self.value.clone(),
            self.rule.text().to_owned(),
        ]
    }
}
