//! What the report says, as one tree that the page, the Markdown and the workbook write out.
//!
//! Everything in it is published: figures are texts, with the number beside them only where it may be read.

use csc_kpi::Decimal;

/// The whole report.
pub(crate) struct View {
    /// Whose figures they are.
    pub(crate) authority: String,
    /// "Quarter 1 of 2018/19", or the day where it ends no quarter.
    pub(crate) period: String,
    /// The reporting date in words.
    pub(crate) as_at: String,
    /// The five reporting dates, earliest first.
    pub(crate) dates: Vec<ReportingDate>,
    /// What was done to protect small numbers.
    pub(crate) protection: Protection,
    /// What a reader with one minute needs.
    pub(crate) headlines: Vec<String>,
    /// The indicators, section by section.
    pub(crate) sections: Vec<Section>,
    /// Counts in their parts, quarter by quarter.
    pub(crate) compositions: Vec<Composition>,
    /// Figures by sex, age and so on.
    pub(crate) breakdowns: Vec<Breakdown>,
    /// What is wrong in the records.
    pub(crate) findings: Findings,
    /// What cannot be made of the data, and why, a sentence each.
    pub(crate) unavailable: Vec<String>,
    /// Where numbers that are not calculated come from.
    pub(crate) sources: Vec<(String, String)>,
}

impl View {
    /// Every indicator, in the order of the sections.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    pub(crate) fn title(&self) -> String {
        format!("Children’s social care performance, {}", self.period)
    }
}

/// One of the five columns.
pub(crate) struct ReportingDate {
    /// "Q1".
    pub(crate) short: String,
    /// "2018/19".
    pub(crate) year: String,
    /// "2018-06-30".
    pub(crate) iso: String,
}

impl ReportingDate {
    /// "Q1 2018/19".
    pub(crate) fn label(&self) -> String {
        if self.year.is_empty() { self.short.clone() } else { format!("{} {}", self.short, self.year) }
    }
}

/// Whether small numbers are hidden, and how that is written.
pub(crate) struct Protection {
    /// Nothing is hidden: the report is for those who may see the records.
    pub(crate) internal: bool,
    /// One line, printed on every page.
    pub(crate) notice: String,
    /// The rule, in sentences.
    pub(crate) rule: String,
    /// The marks in use, and what each means.
    pub(crate) marks: Vec<(String, String)>,
}

/// Sections, in the order of the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Good,
    Concern,
    Information,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Good, Self::Concern, Self::Information];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Good => "meeting-target",
            Self::Concern => "not-meeting-target",
            Self::Information => "for-information",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Good => "Meeting target and good",
            Self::Concern => "Not meeting target, or of concern",
            Self::Information => "For information and trend",
        }
    }

    pub(crate) const fn lead(self) -> &'static str {
        match self {
            Self::Good => "The figure meets its target or lies within the tolerance agreed for it.",
            Self::Concern => "The figure is worse than its target allows, or gives reason to look closer.",
            Self::Information => {
                "No judgement is made: there is no target, or what is printed as one cannot be applied."
            }
        }
    }
}

pub(crate) struct Section {
    pub(crate) kind: Kind,
    pub(crate) items: Vec<Item>,
}

/// A judgement as the report words it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Judgement {
    Met,
    Within,
    Outside,
    Concern,
    NotJudged,
}

impl Judgement {
    pub(crate) const ALL: [Self; 5] = [Self::Met, Self::Within, Self::Outside, Self::Concern, Self::NotJudged];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Met => "Target met",
            Self::Within => "Within tolerance",
            Self::Outside => "Outside tolerance",
            Self::Concern => "Concern",
            Self::NotJudged => "Not judged",
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Within => "within",
            Self::Outside => "outside",
            Self::Concern => "concern",
            Self::NotJudged => "not-judged",
        }
    }

    /// The shape in plain text.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Met => "●",
            Self::Within => "◆",
            Self::Outside => "▲",
            Self::Concern => "■",
            Self::NotJudged => "○",
        }
    }
}

/// One figure as it is published.
#[derive(Clone)]
pub(crate) struct Shown {
    /// "75%", "418", "[c]", "–", "not supplied".
    pub(crate) text: String,
    /// The number, in the unit of the indicator, rounded as shown; `None` where it is hidden or there is none.
    pub(crate) number: Option<Decimal>,
    /// "81 of 108".
    pub(crate) counts: String,
    /// Numerator and denominator, or the count; `None` each where hidden.
    pub(crate) numerator: Option<u64>,
    pub(crate) denominator: Option<u64>,
}

/// One indicator on one basis.
pub(crate) struct Item {
    /// The anchor of its card.
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) title: String,
    /// "rolling 12 months".
    pub(crate) basis: String,
    pub(crate) unit: Unit,
    pub(crate) judgement: Judgement,
    /// "provisional, against an annual target".
    pub(crate) qualifier: Option<String>,
    /// "Tolerance 8% to 12%": the standard in force, in words.
    pub(crate) standard: Option<String>,
    /// The figures at the five dates.
    pub(crate) figures: Vec<Shown>,
    /// Whether a figure goes on from the one before it: not across a 1 April, for what is counted from then.
    pub(crate) goes_on: Vec<bool>,
    /// What is said about it.
    pub(crate) paragraphs: Vec<String>,
    /// What the chart shows besides.
    pub(crate) marks: Marks,
    pub(crate) definition: Definition,
}

impl Item {
    /// The figure at the reporting date.
    pub(crate) fn now(&self) -> Option<&Shown> {
        self.figures.last()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Percent,
    Per10000,
    Count,
    Days,
}

impl Unit {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Per10000 => "per 10,000",
            Self::Count => "count",
            Self::Days => "days",
        }
    }
}

/// Lines and bands of a chart, in the unit of the indicator.
#[derive(Default)]
pub(crate) struct Marks {
    /// What is tolerated: from, to; open at a side without a limit.
    pub(crate) tolerance: Option<(Option<Decimal>, Option<Decimal>)>,
    pub(crate) target: Option<Decimal>,
    /// Limits as printed that no judgement follows from.
    pub(crate) printed: Vec<(String, Decimal)>,
    pub(crate) benchmarks: Vec<Benchmark>,
}

pub(crate) struct Benchmark {
    /// "England".
    pub(crate) name: String,
    pub(crate) number: Decimal,
    /// "70%".
    pub(crate) shown: String,
}

/// What the definitions at the end print.
pub(crate) struct Definition {
    pub(crate) unit: String,
    pub(crate) rule: String,
    pub(crate) polarity: &'static str,
    pub(crate) zero: &'static str,
    pub(crate) source: String,
    pub(crate) version: u32,
}

/// A count in its parts at the five dates.
pub(crate) struct Composition {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) basis: String,
    /// "episodes".
    pub(crate) noun: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) totals: Vec<Shown>,
}

pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) figures: Vec<Shown>,
}

/// One indicator by strata at the reporting date.
pub(crate) struct Breakdown {
    pub(crate) id: String,
    /// "sex".
    pub(crate) by: String,
    pub(crate) tables: Vec<BreakdownTable>,
}

pub(crate) struct BreakdownTable {
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) basis: String,
    pub(crate) rows: Vec<(String, Shown)>,
    pub(crate) total: Shown,
}

/// Findings by table and rule, and how many there are.
pub(crate) struct Findings {
    pub(crate) total: usize,
    /// Whether it is told how many there are.
    pub(crate) counted: bool,
    pub(crate) rows: Vec<FindingRow>,
}

pub(crate) struct FindingRow {
    pub(crate) table: String,
    pub(crate) field: String,
    pub(crate) rule: String,
    /// A count; for publication a mark.
    pub(crate) count: String,
}
