//! A standard: a rule, and how it is to be applied.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cut::Side;
use super::error::StandardError;
use super::limit::Limit;
use super::precision::Precision;
use super::printed_bands::{BandTable, PrintedBand};
use super::rule::{Against, InvertedLimits, NoGrade, Rule, follow};
use super::standing::{NotJudged, StandardFinding, Standing};
use super::tolerance::{Sides, Tolerance, ToleranceInterval};
use super::{Grade, Position};
use crate::calendar::{FinancialYear, Quarter, QuarterOfYear};
use crate::indicator::Polarity;
use crate::measure::{Printed, Value, ValueUnit};

/// What a value of zero means to a standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroRule {
    /// A value as any other.
    #[default]
    Ordinary,
    /// A concern, from this denominator on, inclusive: fewer units give a zero by chance.
    ConcernFrom(u64),
}

/// What a standard is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To grade.
    #[default]
    Graded,
    /// For information: the position is told, and no grade.
    Information,
}

/// For which point of the year a standard is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// For any day.
    #[default]
    AnyDay,
    /// For the end of the financial year. Before it a grade is provisional, except in a quarter whose own rule the profile
    /// names: that rule then judges.
    Annual(Vec<(QuarterOfYear, Rule)>),
}

/// A standard: what a value is held against, which way is good, what zero means, to what precision, and what for.
///
/// # Constructors
///
/// | authorities say | constructor |
/// |---|---|
/// | at least 72 % | [`Standard::at_least`] |
/// | more than 72 % | [`Standard::more_than`] |
/// | at most 6 % | [`Standard::at_most`] |
/// | fewer than 85 | [`Standard::less_than`] |
/// | target 80 %, not under 70 % | [`Standard::target_and_floor`] |
/// | within 10 % of target | [`Standard::target_with_tolerance`]: points or percent, one side or both |
/// | 8 % to 12 % | [`Standard::range`]: both ends inside |
/// | usually 8 % to 12 % | [`Standard::expected_range`]: no judgement |
/// | above the statistical neighbour average | [`Standard::against_benchmark`] |
/// | green 20 or more, amber 10–19, red below 10 | [`Standard::bands`]: gaps and overlaps are refused |
/// | upper tolerance 75.2 %, lower tolerance 77 % | [`Standard::as_printed`]: kept as printed, whichever is the greater |
///
/// ```
/// use csc_kpi::measure::{Ratio, Value, ValueUnit};
/// use csc_kpi::standard::{Grade, Position, Precision, Standard};
///
/// let raw_moves = Standard::range(ValueUnit::Percent, "8".parse()?, "12".parse()?)?.judging(Precision::WHOLE)?;
/// let standing = raw_moves.standing(&Value::Percent(Ratio::new(46, 413)?));
/// assert_eq!((standing.position(), standing.grade()), (Some(Position::Inside), Grade::TargetMet));
///
/// let inverted = Standard::as_printed(ValueUnit::Percent, "75.2".parse()?, "77".parse()?);
/// let standing = inverted.standing(&Value::Percent(Ratio::new(61, 100)?));
/// assert_eq!((standing.position(), standing.grade()), (Some(Position::Lower), Grade::NotJudged));
/// assert_eq!(standing.why_not_judged().unwrap().to_string(), "the upper limit is printed below the lower one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # JSON
///
/// An object with `unit` and `rule`, limits as texts; what a constructor refuses does not deserialise.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Standard {
    unit: ValueUnit,
    rule: Rule,
    polarity: Polarity,
    zero: ZeroRule,
    precision: Precision,
    purpose: Purpose,
    term: Term,
    source: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    unit: ValueUnit,
    rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    polarity: Option<Polarity>,
    #[serde(default, skip_serializing_if = "is_default")]
    zero: ZeroRule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision: Option<Precision>,
    #[serde(default, skip_serializing_if = "is_default")]
    purpose: Purpose,
    #[serde(default, skip_serializing_if = "is_default")]
    term: Term,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    source: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl TryFrom<Form> for Standard {
    type Error = StandardError;

    fn try_from(form: Form) -> Result<Self, StandardError> {
        let mut standard = Self::unchecked(form.unit, form.rule);
        if let Some(polarity) = form.polarity {
            standard.polarity = standard.polarity_for(polarity)?;
        }
        standard.zero = form.zero;
        standard.purpose = form.purpose;
        standard.term = form.term;
        standard.source = form.source;
        match form.precision {
            Some(precision) => standard.judging(precision),
            None => standard.checked(),
        }
    }
}

impl From<Standard> for Form {
    fn from(standard: Standard) -> Self {
        let implied = standard.rule.implies().is_some() || standard.polarity == Polarity::None;
        Self {
            unit: standard.unit,
            polarity: if implied { None } else { Some(standard.polarity) },
            precision: (standard.precision != Precision::Exact).then_some(standard.precision),
            rule: standard.rule,
            zero: standard.zero,
            purpose: standard.purpose,
            term: standard.term,
            source: standard.source,
        }
    }
}

impl Standard {
    fn unchecked(unit: ValueUnit, rule: Rule) -> Self {
        let precision = match &rule {
            Rule::Bands(table) => table.precision(),
            _ => Precision::Exact,
        };
        Self {
            unit,
            polarity: rule.implies().unwrap_or(Polarity::None),
            rule,
            zero: ZeroRule::Ordinary,
            precision,
            purpose: Purpose::Graded,
            term: Term::AnyDay,
            source: String::new(),
        }
    }

    /// Any rule, for values in `unit`, where `polarity` is good.
    ///
    /// # Errors
    ///
    /// [`StandardError`] where the rule contradicts itself or the polarity.
    pub fn new(unit: ValueUnit, rule: Rule, polarity: Polarity) -> Result<Self, StandardError> {
        let mut standard = Self::unchecked(unit, rule);
        standard.polarity = standard.polarity_for(polarity)?;
        standard.checked()
    }

    /// The limit and all above it.
    #[must_use]
    pub fn at_least(unit: ValueUnit, limit: Limit) -> Self {
        Self::unchecked(unit, Rule::AtLeast(limit))
    }

    /// All above the limit, and not the limit itself.
    #[must_use]
    pub fn more_than(unit: ValueUnit, limit: Limit) -> Self {
        Self::unchecked(unit, Rule::MoreThan(limit))
    }

    /// The limit and all below it.
    #[must_use]
    pub fn at_most(unit: ValueUnit, limit: Limit) -> Self {
        Self::unchecked(unit, Rule::AtMost(limit))
    }

    /// All below the limit, and not the limit itself: "fewer than 85".
    #[must_use]
    pub fn less_than(unit: ValueUnit, limit: Limit) -> Self {
        Self::unchecked(unit, Rule::LessThan(limit))
    }

    /// A target, and a floor down to which, inclusive, a figure is tolerated. Higher is better where the target is above the
    /// floor, else lower.
    ///
    /// # Errors
    ///
    /// [`StandardError::FloorIsTarget`].
    pub fn target_and_floor(unit: ValueUnit, target: Limit, floor: Limit) -> Result<Self, StandardError> {
        Self::unchecked(unit, Rule::TargetAndFloor { target, floor }).checked()
    }

    /// A target, and how far from it is tolerated, both ends inside.
    ///
    /// # Errors
    ///
    /// Where the tolerance is below zero, or `polarity` does not say which side of the target is the worse one.
    pub fn target_with_tolerance(
        unit: ValueUnit,
        target: Limit,
        tolerance: Tolerance,
        sides: Sides,
        polarity: Polarity,
    ) -> Result<Self, StandardError> {
        Self::new(unit, Rule::TargetWithTolerance { target, tolerance, sides }, polarity)
    }

    /// A tolerance interval, both ends inside. Inside it the target is met and on both sides of it a figure is outside, unless
    /// [`Standard::polarity`] says that one side is better.
    ///
    /// # Errors
    ///
    /// [`StandardError::RangeInverted`].
    pub fn range(unit: ValueUnit, from: Limit, to: Limit) -> Result<Self, StandardError> {
        Self::unchecked(unit, Rule::Range { from, to }).checked()
    }

    /// A range in which figures are expected, both ends inside, without judgement.
    ///
    /// # Errors
    ///
    /// [`StandardError::RangeInverted`].
    pub fn expected_range(unit: ValueUnit, from: Limit, to: Limit) -> Result<Self, StandardError> {
        Self::unchecked(unit, Rule::ExpectedRange { from, to }).checked()
    }

    /// A benchmark, by the name under which its number is given when a value is judged.
    #[must_use]
    pub fn against_benchmark(unit: ValueUnit, against: Against, name: impl Into<String>) -> Self {
        Self::unchecked(unit, Rule::Benchmark { against, name: name.into() })
    }

    /// A printed table of bands, for figures of this precision.
    ///
    /// # Errors
    ///
    /// [`StandardError::BandTable`] where the bands leave a gap or overlap, with the numbers.
    pub fn bands(
        unit: ValueUnit,
        bands: impl IntoIterator<Item = PrintedBand>,
        precision: Precision,
    ) -> Result<Self, StandardError> {
        Ok(Self::unchecked(unit, Rule::Bands(BandTable::new(bands, precision)?)))
    }

    /// Upper and lower limit as they are printed, whichever is the greater.
    ///
    /// They give a position. A grade they give only where [`Standard::polarity`] says which way is good and, where the upper
    /// limit is below the lower, [`Standard::reading_inverted_as`] how to read them.
    #[must_use]
    pub fn as_printed(unit: ValueUnit, upper: Limit, lower: Limit) -> Self {
        Self::unchecked(unit, Rule::AsPrinted { upper, lower, inverted: InvertedLimits::Unexplained })
    }

    /// Says how to read printed limits whose upper is below their lower; nothing changes for all other rules.
    ///
    /// # Errors
    ///
    /// [`StandardError::NeedsPolarity`] for a target and a floor of which nobody says which is which.
    pub fn reading_inverted_as(mut self, how: InvertedLimits) -> Result<Self, StandardError> {
        if let Rule::AsPrinted { inverted, .. } = &mut self.rule {
            *inverted = how;
        }
        self.checked()
    }

    /// Sets which way is good.
    ///
    /// # Errors
    ///
    /// [`StandardError::OtherPolarity`] where the rule means another.
    pub fn polarity(mut self, polarity: Polarity) -> Result<Self, StandardError> {
        self.polarity = self.polarity_for(polarity)?;
        self.checked()
    }

    /// Makes zero a concern, from this denominator on, inclusive.
    ///
    /// # Errors
    ///
    /// [`StandardError::ConcernFromNothing`] for a denominator of zero, which has no value at all;
    /// [`StandardError::NoDenominator`] for a count, days or a number. The denominator of a rate is its population.
    pub fn zero_is_a_concern_from(mut self, denominator: u64) -> Result<Self, StandardError> {
        self.zero = ZeroRule::ConcernFrom(denominator);
        self.checked()
    }

    /// Judges the figure rounded as it is printed, or the exact one.
    ///
    /// # Errors
    ///
    /// [`StandardError::OtherPrecision`] for a table of bands that was read for figures of another precision.
    pub fn judging(mut self, precision: Precision) -> Result<Self, StandardError> {
        self.precision = precision;
        self.checked()
    }

    /// Makes it one for information: the position is told, and no grade.
    #[must_use]
    pub const fn for_information(mut self) -> Self {
        self.purpose = Purpose::Information;
        self
    }

    /// Makes it one for the end of the financial year: before that grades are provisional.
    #[must_use]
    pub fn annual(mut self) -> Self {
        self.term = Term::Annual(Vec::new());
        self
    }

    /// Makes it one for the end of the financial year with a rule for quarters before that.
    ///
    /// # Errors
    ///
    /// Where a quarter is named twice, or a rule contradicts itself.
    pub fn with_profile(
        mut self,
        profile: impl IntoIterator<Item = (QuarterOfYear, Rule)>,
    ) -> Result<Self, StandardError> {
        self.term = Term::Annual(profile.into_iter().collect());
        self.checked()
    }

    /// Sets where it is laid down.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// In which unit it judges.
    #[must_use]
    pub const fn unit(&self) -> ValueUnit {
        self.unit
    }

    /// What a value is held against.
    #[must_use]
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Which way is good.
    #[must_use]
    pub const fn good(&self) -> Polarity {
        self.polarity
    }

    /// Where it is laid down.
    #[must_use]
    pub fn laid_down_in(&self) -> &str {
        &self.source
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// In words: "at least 72%", "8% to 12%".
    #[must_use]
    pub fn words(&self) -> String {
        self.rule.words(self.unit)
    }

    /// The tolerance interval; `None` where it depends on a benchmark, or the tolerated bands are not in one piece.
    #[must_use]
    pub fn tolerance(&self) -> Option<ToleranceInterval> {
        self.rule.scale(self.polarity).ok()?.interval
    }

    /// The target, where there is one.
    #[must_use]
    pub fn target(&self) -> Option<Limit> {
        self.rule.scale(self.polarity).ok()?.target
    }

    /// How `value` stands on any day, beside no benchmark.
    #[must_use]
    pub fn standing(&self, value: &Value) -> Standing {
        self.stand(value, &self.rule, None, false)
    }

    /// How `value` stands on any day, beside the benchmark that the rule names.
    #[must_use]
    pub fn standing_beside(&self, value: &Value, benchmark: Option<Printed>) -> Standing {
        self.stand(value, &self.rule, benchmark, false)
    }

    /// How `value` stands as at a day: an annual standard is provisional before the last day of the financial year, or gives
    /// way to the rule that its profile has for the quarter.
    #[must_use]
    pub fn standing_on(&self, value: &Value, as_at: NaiveDate, benchmark: Option<Printed>) -> Standing {
        let year_end = FinancialYear::containing(as_at).last_day() == as_at;
        let (rule, provisional) = match &self.term {
            Term::AnyDay => (&self.rule, false),
            Term::Annual(_) if year_end => (&self.rule, false),
            Term::Annual(profile) => {
                let quarter = Quarter::containing(as_at);
                let own = profile.iter().find(|(of, _)| *of == quarter.quarter()).map(|(_, rule)| rule);
                // The rule of a quarter is meant for its last day.
                (own.unwrap_or(&self.rule), own.is_none() || quarter.last_day() != as_at)
            }
        };
        self.stand(value, rule, benchmark, provisional)
    }

    fn stand(&self, value: &Value, rule: &Rule, benchmark: Option<Printed>, provisional: bool) -> Standing {
        let findings: Vec<StandardFinding> = match rule {
            Rule::AsPrinted { upper, lower, .. } if rule.is_inverted() => {
                vec![StandardFinding::InvertedLimits { upper: *upper, lower: *lower }]
            }
            _ => Vec::new(),
        };
        let standing = |position, grade| {
            Standing::new(self.clone(), rule.clone(), value.clone(), position, grade, provisional, findings.clone())
        };
        if value.unit() != self.unit {
            let why = NotJudged::OtherUnit { value: value.unit(), standard: self.unit };
            return standing(None, Err(why));
        }
        let judged = match self.precision {
            Precision::Exact => Some(value.clone()),
            Precision::Rounded(places) => value.rounded(places.get()).map(Value::Number),
        };
        let Some(judged) = judged.filter(|value| value.decimal().is_some()) else {
            return standing(None, Err(NotJudged::NoValue));
        };
        let Ok(held) = rule.hold(&judged, self.polarity, benchmark) else {
            return standing(None, Err(NotJudged::NoPolarity));
        };
        let grade = match (self.purpose, held.grade) {
            (Purpose::Information, _) => Err(NotJudged::Information),
            (Purpose::Graded, _) if self.is_concern(value) => Ok(Grade::Concern),
            (Purpose::Graded, grade) => grade.map_err(|why| match why {
                NoGrade::Expected => NotJudged::Expected,
                NoGrade::Inverted => NotJudged::InvertedLimits,
                NoGrade::NoPolarity => NotJudged::NoPolarity,
                NoGrade::NoBenchmark => NotJudged::NoBenchmark,
                NoGrade::Indistinguishable => NotJudged::Indistinguishable,
            }),
        };
        standing(held.position, grade)
    }

    /// Whether `value` is a zero that is a concern. It is the exact value that counts: 0.3 % printed as 0 % is no zero.
    pub(super) fn is_concern(&self, value: &Value) -> bool {
        let ZeroRule::ConcernFrom(denominator) = self.zero else { return false };
        let enough = match value {
            Value::Percent(ratio) => ratio.denominator() >= denominator,
            Value::Rate(rate) => rate.population().residents >= denominator,
            Value::Count(_) | Value::Days(_) | Value::Number(_) => false,
        };
        enough && value.decimal().is_some_and(|value| value.is_zero())
    }

    fn polarity_for(&self, stated: Polarity) -> Result<Polarity, StandardError> {
        match self.rule.implies() {
            Some(implied) if implied != stated => Err(StandardError::OtherPolarity { implied, stated }),
            _ => Ok(stated),
        }
    }

    /// Whether a rule, its own or that of a quarter, can judge to its precision where its polarity is good.
    fn check(&self, rule: &Rule) -> Result<(), StandardError> {
        rule.scale(self.polarity)?;
        let Rule::Bands(table) = rule else { return Ok(()) };
        if table.precision() != self.precision {
            return Err(StandardError::OtherPrecision(table.precision(), self.precision));
        }
        if !follow(table.bands().bands(), self.polarity) {
            return Err(StandardError::GradesAgainstPolarity(self.polarity));
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, StandardError> {
        self.check(&self.rule)?;
        if self.zero == ZeroRule::ConcernFrom(0) {
            return Err(StandardError::ConcernFromNothing);
        }
        let has_denominator = matches!(self.unit, ValueUnit::Percent | ValueUnit::Per10000);
        if self.zero != ZeroRule::Ordinary && !has_denominator {
            return Err(StandardError::NoDenominator(self.unit));
        }
        if let Term::Annual(profile) = &self.term {
            for (at, (quarter, rule)) in profile.iter().enumerate() {
                if profile.iter().take(at).any(|(earlier, _)| earlier == quarter) {
                    return Err(StandardError::ProfileTwice);
                }
                self.check(rule)?;
                match rule.implies() {
                    Some(implied) if implied != self.polarity => {
                        return Err(StandardError::OtherPolarity { implied, stated: self.polarity });
                    }
                    _ => {}
                }
            }
        }
        Ok(self)
    }
}

impl Standing {
    /// The tolerance interval of the rule that judged.
    #[must_use]
    pub fn tolerance(&self) -> Option<ToleranceInterval> {
        self.rule().scale(self.standard().good()).ok()?.interval
    }

    /// The target of the rule that judged, where there is one.
    #[must_use]
    pub fn target(&self) -> Option<Limit> {
        self.rule().scale(self.standard().good()).ok()?.target
    }

    /// The rule that judged, in words: "at least 72%".
    #[must_use]
    pub fn words(&self) -> String {
        self.rule().words(self.standard().unit())
    }

    /// The position in words that say to what: "lower than 8%", "inside 8% to 12%"; empty where there is none.
    ///
    /// ```
    /// use csc_kpi::measure::{Value, ValueUnit};
    /// use csc_kpi::standard::Standard;
    ///
    /// let fewer = Standard::less_than(ValueUnit::Count, 85.into());
    /// assert_eq!(fewer.standing(&Value::Count(85)).position_words(), "not lower than 85");
    /// assert_eq!(fewer.standing(&Value::Count(84)).position_words(), "fewer than 85");
    /// ```
    #[must_use]
    pub fn position_words(&self) -> String {
        let Some(position) = self.position() else { return String::new() };
        let unit = self.standard().unit();
        if let Rule::Benchmark { name, .. } = self.rule() {
            return match position {
                Position::Inside => format!("inside the rounding of {name}"),
                _ => format!("{position} than {name}"),
            };
        }
        let Some(interval) = self.tolerance() else { return String::new() };
        // The limit of a strict standard is outside it: 85 is no fewer than 85.
        let end = match position {
            Position::Lower => interval.lower().map(|cut| (cut.side() == Side::Before, cut.at())),
            Position::Higher => interval.upper().map(|cut| (cut.side() == Side::After, cut.at())),
            Position::Inside => None,
        };
        match (position, end) {
            (Position::Lower, Some((false, limit))) => format!("not higher than {}", limit.in_unit(unit)),
            (Position::Higher, Some((false, limit))) => format!("not lower than {}", limit.in_unit(unit)),
            (_, Some((true, limit))) => format!("{position} than {}", limit.in_unit(unit)),
            _ if interval.lower().is_some() && interval.upper().is_some() => {
                format!("inside {}", interval.in_unit(unit))
            }
            _ => interval.in_unit(unit),
        }
    }

    /// Whether the value is a zero that the standard declares a concern; also where it gives no grade because it is for
    /// information.
    #[must_use]
    pub fn is_zero_of_concern(&self) -> bool {
        self.value().unit() == self.standard().unit() && self.standard().is_concern(self.value())
    }
}
