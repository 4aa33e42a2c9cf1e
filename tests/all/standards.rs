//! Standards: published schemes, laws, and a naive oracle.

use std::cmp::Ordering;
use std::path::Path;

use csc_kpi::calendar::Basis;
use csc_kpi::comparison::{Area, Benchmarks, Good, Judgement, Scale};
use csc_kpi::indicator::{Polarity, catalogue};
use csc_kpi::measure::{Footing, Population, Printed, Rate, Ratio, Value, ValueUnit};
use csc_kpi::standard::{
    Against, BandTable, Bands, Cut, Effective, Grade, InForce, InvertedLimits, Limit, NotJudged, Override, Places,
    Position, Precision, PrintedBand, Rule, Said, Sides, Standard, StandardError, StandardFinding, Standards,
    StandardsError, Term, Tolerance, ToleranceInterval,
};
use csc_kpi::{Decimal, Engine, NaiveDate};
use proptest::prelude::*;

use crate::seed::sample;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

fn share(numerator: u64, denominator: u64) -> Value {
    Value::Percent(Ratio::new(numerator, denominator).unwrap())
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn stands(standard: &Standard, value: &Value) -> (Option<Position>, Grade) {
    let standing = standard.standing(value);
    (standing.position(), standing.grade())
}

const LOWER: Option<Position> = Some(Position::Lower);
const INSIDE: Option<Position> = Some(Position::Inside);
const HIGHER: Option<Position> = Some(Position::Higher);

mod schemes {
    use super::*;

    /// NI 62, performance report to cabinet, 2018: "within the tolerance target of 8% to 12%".
    #[test]
    fn a_range_holds_both_ends() {
        let range = Standard::range(ValueUnit::Percent, limit("8"), limit("12")).unwrap();
        let low_is_good = range.clone().polarity(Polarity::LowerIsBetter).unwrap();
        for (value, position, grade, low_grade) in [
            (share(7999, 100_000), LOWER, Grade::OutsideTolerance, Grade::TargetMet),
            (share(8, 100), INSIDE, Grade::TargetMet, Grade::WithinTolerance),
            (share(12, 100), INSIDE, Grade::TargetMet, Grade::WithinTolerance),
            (share(12_001, 100_000), HIGHER, Grade::OutsideTolerance, Grade::OutsideTolerance),
        ] {
            assert_eq!(stands(&range, &value), (position, grade));
            assert_eq!(stands(&low_is_good, &value), (position, low_grade));
        }
        assert_eq!(range.words(), "8% to 12%");
        // 33 of 413 is 7.99 %, printed as 8 %.
        assert_eq!(stands(&low_is_good, &share(33, 413)).0, LOWER);
        let printed = low_is_good.judging(Precision::WHOLE).unwrap();
        assert_eq!(stands(&printed, &share(33, 413)), (INSIDE, Grade::WithinTolerance));
    }

    /// NI 63, the same report: "exceeding the target of 72%"; NI 65a: "19% against a target of 6%", "0% would be a concern".
    #[test]
    fn targets_and_a_zero_that_is_a_concern() {
        let stable = Standard::at_least(ValueUnit::Percent, limit("72"));
        assert_eq!(stands(&stable, &share(72, 100)), (INSIDE, Grade::TargetMet));
        assert_eq!(stands(&stable, &share(71, 100)), (LOWER, Grade::OutsideTolerance));
        let repeat = Standard::at_most(ValueUnit::Percent, limit("6")).zero_is_a_concern_from(20).unwrap();
        assert_eq!(stands(&repeat, &share(19, 100)), (HIGHER, Grade::OutsideTolerance));
        assert_eq!(stands(&repeat, &share(6, 100)), (INSIDE, Grade::TargetMet));
        assert_eq!(stands(&repeat, &share(0, 20)), (INSIDE, Grade::Concern));
        assert_eq!(stands(&repeat, &share(0, 19)), (INSIDE, Grade::TargetMet));
        // No value and no grade; and 0.3 % printed as 0 % is no zero.
        let empty = repeat.standing(&share(0, 0));
        assert_eq!((empty.position(), empty.grade()), (None, Grade::NotJudged));
        assert_eq!(empty.why_not_judged(), Some(NotJudged::NoValue));
        let printed = repeat.judging(Precision::WHOLE).unwrap();
        assert_eq!(stands(&printed, &share(3, 1000)), (INSIDE, Grade::TargetMet));
    }

    /// NI 68, the same report: "an upper tolerance level of 75.2% and a lower tolerance level of 77%".
    #[test]
    fn inverted_limits_give_a_position_and_no_grade_until_somebody_says_how_to_read_them() {
        let printed = Standard::as_printed(ValueUnit::Percent, limit("75.2"), limit("77"));
        let standing = printed.standing(&share(2_252, 3_020));
        assert_eq!((standing.position(), standing.grade()), (LOWER, Grade::NotJudged));
        assert_eq!(standing.why_not_judged(), Some(NotJudged::InvertedLimits));
        let [finding @ StandardFinding::InvertedLimits { upper, lower }] = standing.findings() else { panic!() };
        assert_eq!((*upper, *lower), (limit("75.2"), limit("77")));
        assert_eq!(finding.to_string(), "the upper limit is printed as 75.2, below the lower limit 77");
        assert_eq!(standing.words(), "printed as upper limit 75.2%, lower limit 77%");

        // Which way is good does not say how to read them.
        let higher = printed.polarity(Polarity::HigherIsBetter).unwrap();
        assert_eq!(stands(&higher, &share(80, 100)), (HIGHER, Grade::NotJudged));
        let exchanged = higher.clone().reading_inverted_as(InvertedLimits::Exchanged).unwrap();
        let floor = higher.reading_inverted_as(InvertedLimits::TargetAndFloor).unwrap();
        for (value, position, grade) in [
            (share(751, 1000), LOWER, Grade::OutsideTolerance),
            (share(752, 1000), INSIDE, Grade::WithinTolerance),
            (share(769, 1000), INSIDE, Grade::WithinTolerance),
        ] {
            assert_eq!(stands(&exchanged, &value), (position, grade));
            assert_eq!(stands(&floor, &value), (position, grade));
        }
        assert_eq!(stands(&exchanged, &share(77, 100)), (INSIDE, Grade::WithinTolerance));
        assert_eq!(stands(&floor, &share(77, 100)), (INSIDE, Grade::TargetMet));
        assert_eq!(stands(&exchanged, &share(78, 100)), (HIGHER, Grade::TargetMet));
        // The finding stays whatever is said.
        assert_eq!(floor.standing(&share(1, 2)).findings().len(), 1);
        let nobody = Standard::as_printed(ValueUnit::Percent, limit("75.2"), limit("77"));
        assert_eq!(nobody.reading_inverted_as(InvertedLimits::TargetAndFloor), Err(StandardError::NeedsPolarity));
        // Limits in order need a polarity, and no explanation.
        let in_order = Standard::as_printed(ValueUnit::Percent, limit("77"), limit("75.2"));
        assert_eq!(in_order.standing(&share(76, 100)).why_not_judged(), Some(NotJudged::NoPolarity));
        assert!(in_order.standing(&share(76, 100)).findings().is_empty());
    }

    /// Bands as they are printed in authorities' scorecards.
    #[test]
    fn gaps_and_overlaps_are_refused_with_the_numbers() {
        let refused = |bands: Vec<PrintedBand>, precision| BandTable::new(bands, precision).unwrap_err().to_string();
        let green_20 = vec![
            PrintedBand::at_least(limit("20"), Grade::TargetMet),
            PrintedBand::between(limit("11"), limit("19"), Grade::WithinTolerance),
            PrintedBand::below(limit("10"), Grade::OutsideTolerance),
        ];
        let gap = "the bands less than 10 and 11 to 19 leave a gap: 10 is in neither (rounded to whole numbers)";
        assert_eq!(refused(green_20.clone(), Precision::WHOLE), gap);
        let gaps = "the bands less than 10 and 11 to 19 leave a gap: 10.5 is in neither (exact); \
                    the bands 11 to 19 and 20 or more leave a gap: 19.5 is in neither (exact)";
        assert_eq!(refused(green_20, Precision::Exact), gaps);

        let full = vec![
            PrintedBand::at_least(limit("100"), Grade::TargetMet),
            PrintedBand::between(limit("70"), limit("100"), Grade::WithinTolerance),
            PrintedBand::at_most(limit("70"), Grade::OutsideTolerance),
        ];
        let overlap = "the bands 70 or less and 70 to 100 overlap: 70 is in both; \
                       the bands 70 to 100 and 100 or more overlap: 100 is in both";
        assert_eq!(refused(full.clone(), Precision::WHOLE), overlap);
        assert_eq!(
            refused(full[..2].to_vec(), Precision::Exact),
            "the bands 70 to 100 and 100 or more overlap: 100 is in both"
        );

        // Strengths and difficulties: normal 0-13, borderline 14-16, concern 17 and over; the figure is a mean to one decimal.
        let scores = [
            PrintedBand::between(limit("0"), limit("13"), Grade::TargetMet),
            PrintedBand::between(limit("14"), limit("16"), Grade::WithinTolerance),
            PrintedBand::at_least(limit("17"), Grade::Concern),
        ];
        let one = Precision::Rounded(Places::new(1).unwrap());
        let gap = "the bands 0 to 13 and 14 to 16 leave a gap: 13.1 is in neither (rounded to 1 decimal place); \
                   the bands 14 to 16 and 17 or more leave a gap: 16.1 is in neither (rounded to 1 decimal place)";
        assert_eq!(refused(scores.to_vec(), one), gap);
        let whole = Standard::bands(ValueUnit::Number, scores, Precision::WHOLE).unwrap();
        for (mean, grade) in [
            ("13.4", Grade::TargetMet),
            ("13.5", Grade::WithinTolerance),
            ("16.4", Grade::WithinTolerance),
            ("16.5", Grade::Concern),
            ("40", Grade::Concern),
        ] {
            assert_eq!(whole.standing(&number(mean)).grade(), grade, "{mean}");
        }
        assert_eq!(
            whole.clone().judging(Precision::Exact),
            Err(StandardError::OtherPrecision(Precision::WHOLE, Precision::Exact))
        );
        assert_eq!(whole.words(), "concern: 17 or more; within tolerance: 14 to 16; target met: 0 to 13");

        // Written so that nothing is left open they are accepted, also for exact figures.
        let shut = Standard::bands(
            ValueUnit::Percent,
            [
                PrintedBand::at_least(limit("100"), Grade::TargetMet),
                PrintedBand::from_to(
                    Some(Cut::before(limit("70"))),
                    Some(Cut::before(limit("100"))),
                    Grade::WithinTolerance,
                ),
                PrintedBand::below(limit("70"), Grade::OutsideTolerance),
            ],
            Precision::Exact,
        )
        .unwrap();
        assert_eq!(stands(&shut, &share(70, 100)), (INSIDE, Grade::WithinTolerance));
        assert_eq!(stands(&shut, &share(69_999, 100_000)), (LOWER, Grade::OutsideTolerance));
    }

    /// "Fewer than 85": the limit is not in it.
    #[test]
    fn fewer_than_leaves_its_limit_out() {
        let fewer = Standard::less_than(ValueUnit::Count, limit("85"));
        assert_eq!(stands(&fewer, &Value::Count(84)), (INSIDE, Grade::TargetMet));
        assert_eq!(stands(&fewer, &Value::Count(85)), (HIGHER, Grade::OutsideTolerance));
        assert_eq!(fewer.words(), "fewer than 85");
        let more = Standard::more_than(ValueUnit::Percent, limit("85"));
        assert_eq!(stands(&more, &share(85, 100)), (LOWER, Grade::OutsideTolerance));
    }

    /// "Above the statistical neighbour average", which is printed as 69.
    #[test]
    fn a_benchmark_is_as_wide_as_its_rounding() {
        let above = Standard::against_benchmark(ValueUnit::Percent, Against::Above, "the neighbours");
        let at_least = Standard::against_benchmark(ValueUnit::Percent, Against::AtLeast, "the neighbours");
        let neighbours: Option<Printed> = "69".parse().ok();
        let beside = |standard: &Standard, value: &Value| {
            let standing = standard.standing_beside(value, neighbours);
            (standing.position(), standing.grade(), standing.why_not_judged())
        };
        assert_eq!(beside(&above, &share(695, 1000)), (HIGHER, Grade::TargetMet, None));
        let told_apart = (INSIDE, Grade::NotJudged, Some(NotJudged::Indistinguishable));
        assert_eq!(beside(&above, &share(694, 1000)), told_apart);
        assert_eq!(beside(&at_least, &share(685, 1000)), (INSIDE, Grade::TargetMet, None));
        assert_eq!(beside(&at_least, &share(684, 1000)), (LOWER, Grade::OutsideTolerance, None));
        assert_eq!(above.standing(&share(1, 2)).why_not_judged(), Some(NotJudged::NoBenchmark));
        assert_eq!(above.words(), "higher than the neighbours");
        let words = |thousandths| above.standing_beside(&share(thousandths, 1000), neighbours).position_words();
        assert_eq!(words(684), "lower than the neighbours");
        assert_eq!(words(690), "inside the rounding of the neighbours");
        assert_eq!(words(695), "higher than the neighbours");

        let standards = Standards::default().with(InForce::new("NI 63", above)).unwrap();
        let june = day(2018, 6, 30);
        let named = |name: &str| (name == "the neighbours").then_some(neighbours).flatten();
        let standing = standards.standing_beside("NI 63", Basis::AsAt, june, &share(74, 100), named).unwrap();
        assert_eq!(standing.grade(), Grade::TargetMet);
        let below = Standard::against_benchmark(ValueUnit::Percent, Against::Below, "x");
        assert_eq!(below.standing_beside(&share(684, 1000), neighbours).grade(), Grade::TargetMet);
    }

    /// Adoption scorecard thresholds: days between entering care and moving in with an adoptive family, lowered year by year.
    #[test]
    fn a_target_changes_by_year() {
        let within = |days: &str| Standard::at_most(ValueUnit::Days, limit(days));
        let year = |text: &str| Effective::during(text.parse().unwrap());
        let standards = [("639", "2012/13"), ("547", "2013/14"), ("487", "2014/15")]
            .into_iter()
            .try_fold(Standards::default(), |standards, (days, during)| {
                standards.with(InForce::new("A1", within(days)).effective(year(during)))
            })
            .unwrap();
        let grade = |as_at, days: u32| {
            standards.standing("A1", Basis::AsAt, as_at, &Value::Days(days.into())).map(|standing| standing.grade())
        };
        assert_eq!(grade(day(2013, 3, 31), 600), Some(Grade::TargetMet));
        assert_eq!(grade(day(2013, 4, 1), 600), Some(Grade::OutsideTolerance));
        assert_eq!(grade(day(2014, 4, 1), 487), Some(Grade::TargetMet));
        assert_eq!(grade(day(2015, 4, 1), 1), None);
        let twice = standards.with(InForce::new("A1", within("500")).effective(Effective::from_day(day(2015, 3, 31))));
        assert!(matches!(twice, Err(StandardsError::TwoInForce { .. })));
    }

    /// "Within 10 % of target" can be read in two ways, and must be said in one.
    #[test]
    fn a_tolerance_says_points_or_percent() {
        assert!("10%".parse::<Tolerance>().is_err());
        let target = |tolerance: &str, sides, polarity| {
            let tolerance = tolerance.parse().unwrap();
            Standard::target_with_tolerance(ValueUnit::Percent, limit("70"), tolerance, sides, polarity)
        };
        let points = target("10 points", Sides::Worse, Polarity::HigherIsBetter).unwrap();
        let percent = target("10% of target", Sides::Worse, Polarity::HigherIsBetter).unwrap();
        assert_eq!(stands(&points, &share(60, 100)), (INSIDE, Grade::WithinTolerance));
        assert_eq!(stands(&percent, &share(60, 100)), (LOWER, Grade::OutsideTolerance));
        assert_eq!(stands(&percent, &share(63, 100)), (INSIDE, Grade::WithinTolerance));
        assert_eq!(stands(&percent, &share(100, 100)), (INSIDE, Grade::TargetMet));
        let both = target("10% of target", Sides::Both, Polarity::HigherIsBetter).unwrap();
        assert_eq!(stands(&both, &share(78, 100)), (HIGHER, Grade::TargetMet));
        let low = target("10% of target", Sides::Worse, Polarity::LowerIsBetter).unwrap();
        assert_eq!(stands(&low, &share(77, 100)), (INSIDE, Grade::WithinTolerance));
        assert_eq!(stands(&low, &share(78, 100)), (HIGHER, Grade::OutsideTolerance));
        let close = target("10% of target", Sides::Both, Polarity::CloserIsBetter).unwrap();
        for (value, grade) in [
            (share(62, 100), Grade::OutsideTolerance),
            (share(63, 100), Grade::WithinTolerance),
            (share(70, 100), Grade::TargetMet),
            (share(77, 100), Grade::WithinTolerance),
            (share(78, 100), Grade::OutsideTolerance),
        ] {
            assert_eq!(close.standing(&value).grade(), grade);
        }
        assert_eq!(target("10 points", Sides::Worse, Polarity::CloserIsBetter), Err(StandardError::CloserHasTwoSides));
        assert_eq!(target("10 points", Sides::Worse, Polarity::None), Err(StandardError::NeedsPolarity));
        let negative = target("-1 points", Sides::Worse, Polarity::HigherIsBetter);
        assert!(matches!(negative, Err(StandardError::NegativeTolerance(_))));
        let fine = "1.234567891% of target".parse().unwrap();
        let long = limit("900000000.123456789");
        let fine =
            Standard::target_with_tolerance(ValueUnit::Percent, long, fine, Sides::Both, Polarity::HigherIsBetter);
        assert!(matches!(fine, Err(StandardError::TooFine(..))));
    }
}

mod application {
    use super::*;

    fn annual() -> Standard {
        Standard::at_least(ValueUnit::Percent, limit("80")).annual()
    }

    #[test]
    fn an_annual_standard_is_provisional_in_the_year_unless_the_profile_has_the_quarter() {
        let value = share(70, 100);
        let on = |standard: &Standard, as_at| {
            let standing = standard.standing_on(&value, as_at, None);
            (standing.grade(), standing.is_provisional())
        };
        assert_eq!(on(&annual(), day(2018, 3, 31)), (Grade::OutsideTolerance, false));
        assert_eq!(on(&annual(), day(2018, 3, 30)), (Grade::OutsideTolerance, true));
        let profile: Term = serde_json::from_str(r#"{"annual": [["Q1", {"at_least": "65"}]]}"#).unwrap();
        let Term::Annual(profile) = profile else { panic!() };
        let by_quarter = annual().with_profile(profile.clone()).unwrap();
        assert_eq!(on(&by_quarter, day(2018, 6, 30)), (Grade::TargetMet, false));
        assert_eq!(on(&by_quarter, day(2018, 5, 31)), (Grade::TargetMet, true));
        assert_eq!(on(&by_quarter, day(2018, 9, 30)), (Grade::OutsideTolerance, true));
        let twice = annual().with_profile([profile[0].clone(), profile[0].clone()]);
        assert_eq!(twice, Err(StandardError::ProfileTwice));
        let against = annual().with_profile([(profile[0].0, Rule::AtMost(limit("5")))]);
        assert!(matches!(against, Err(StandardError::OtherPolarity { .. })));
    }

    #[test]
    fn a_zero_is_a_concern_only_where_a_denominator_is_large_enough() {
        let least = |unit| Standard::at_least(unit, limit("1"));
        for unit in [ValueUnit::Count, ValueUnit::Days, ValueUnit::Number] {
            assert_eq!(least(unit).zero_is_a_concern_from(1), Err(StandardError::NoDenominator(unit)));
        }
        let rate = |residents| {
            Value::Rate(Rate::new(0, Footing::All, Population::new(residents, 2017, "mid-year estimate")).unwrap())
        };
        let rates = least(ValueUnit::Per10000).zero_is_a_concern_from(1_000).unwrap();
        assert_eq!(rates.standing(&rate(1_000)).grade(), Grade::Concern);
        assert_eq!(rates.standing(&rate(999)).grade(), Grade::OutsideTolerance);
        // A standard for information gives no grade, and still says that zero is a concern.
        let information = least(ValueUnit::Percent).zero_is_a_concern_from(20).unwrap().for_information();
        for (value, concern) in
            [(share(0, 20), true), (share(0, 19), false), (share(1, 20), false), (share(0, 0), false)]
        {
            let standing = information.standing(&value);
            assert_eq!((standing.grade(), standing.is_zero_of_concern()), (Grade::NotJudged, concern));
        }
        assert!(!information.standing(&Value::Count(0)).is_zero_of_concern());
    }

    #[test]
    fn a_position_says_lower_or_higher_than_what() {
        let range = Standard::range(ValueUnit::Percent, limit("8"), limit("12")).unwrap();
        let words = |percent| range.standing(&share(percent, 100)).position_words();
        assert_eq!([7, 8, 13].map(words), ["lower than 8%", "inside 8% to 12%", "higher than 12%"]);
        let least = Standard::at_least(ValueUnit::Percent, limit("72"));
        assert_eq!(least.standing(&share(71, 100)).position_words(), "lower than 72%");
        assert_eq!(least.standing(&share(72, 100)).position_words(), "at least 72%");
        let more = Standard::more_than(ValueUnit::Percent, limit("72"));
        assert_eq!(more.standing(&share(72, 100)).position_words(), "not higher than 72%");
        assert_eq!(more.standing(&share(0, 0)).position_words(), "");
        let inverted = Standard::as_printed(ValueUnit::Percent, limit("75.2"), limit("77"));
        assert_eq!(inverted.standing(&share(61, 100)).position_words(), "lower than 75.2%");
    }

    #[test]
    fn a_tolerance_interval_that_ends_before_it_begins_does_not_deserialise() {
        let read = |json| serde_json::from_str::<ToleranceInterval>(json);
        let interval = read(r#"{"lower": "before 8", "upper": "after 12"}"#).unwrap();
        let same = Standard::expected_range(ValueUnit::Percent, limit("8"), limit("12")).unwrap().tolerance();
        assert_eq!(Some(interval), same);
        assert!(read(r#"{"lower": "after 8", "upper": "before 8"}"#).is_err());
    }

    #[test]
    fn for_information_means_no_grade() {
        let information = Standard::at_least(ValueUnit::Percent, limit("80")).for_information();
        let standing = information.standing(&share(90, 100));
        assert_eq!((standing.position(), standing.grade()), (INSIDE, Grade::NotJudged));
        assert_eq!(standing.why_not_judged(), Some(NotJudged::Information));
        let expected = Standard::expected_range(ValueUnit::Percent, limit("8"), limit("12")).unwrap();
        assert_eq!(expected.standing(&share(9, 100)).why_not_judged(), Some(NotJudged::Expected));
        let other = expected.standing(&Value::Count(9));
        let why = NotJudged::OtherUnit { value: ValueUnit::Count, standard: ValueUnit::Percent };
        assert_eq!((other.position(), other.why_not_judged()), (None, Some(why)));
    }

    #[test]
    fn an_override_stands_beside_the_grade() {
        let said =
            Override::new(Grade::WithinTolerance, "A. Director", day(2018, 9, 26), "one family of five").unwrap();
        let june = day(2018, 6, 30);
        let standards = Standards::default()
            .with(InForce::new("NI 65a", Standard::at_most(ValueUnit::Percent, limit("6"))))
            .unwrap()
            .overriding(Said::new("NI 65a", Basis::ROLLING_12M, june, said.clone()))
            .unwrap();
        let standing = standards.standing("NI 65a", Basis::ROLLING_12M, june, &share(18, 100)).unwrap();
        assert_eq!((standing.grade(), standing.said()), (Grade::OutsideTolerance, Some(&said)));
        let other = standards.standing("NI 65a", Basis::Cumulative, june, &share(18, 100)).unwrap();
        assert_eq!(other.said(), None);
        let json = serde_json::to_string(&standards).unwrap();
        assert_eq!(serde_json::from_str::<Standards>(&json).unwrap(), standards);
        let twice = standards.overriding(Said::new("NI 65a", Basis::ROLLING_12M, june, said));
        assert!(matches!(twice, Err(StandardsError::OverriddenTwice { .. })));
        assert!(Override::new(Grade::Concern, " ", june, "because").is_err());
        assert!(Override::new(Grade::Concern, "A. Director", june, "").is_err());
    }

    #[test]
    fn what_a_constructor_refuses_does_not_deserialise() {
        let good = r#"{"unit": "percent", "rule": {"range": {"from": "8", "to": "12"}}}"#;
        assert!(serde_json::from_str::<Standard>(good).is_ok());
        for bad in [
            r#"{"unit": "percent", "rule": {"range": {"from": "12", "to": "8"}}}"#,
            r#"{"unit": "percent", "rule": {"range": {"from": 8, "to": 12}}}"#,
            r#"{"unit": "percent", "rule": {"at_least": "8%"}}"#,
            r#"{"unit": "percent", "rule": {"at_least": "8"}, "polarity": "lower_is_better"}"#,
            r#"{"unit": "percent", "rule": {"target_and_floor": {"target": "8", "floor": "8"}}}"#,
            r#"{"unit": "percent", "rule": {"at_least": "8"}, "zero": {"concern_from": 0}}"#,
            r#"{"unit": "percent", "rule": {"target_with_tolerance": {"target": "8", "tolerance": "10%", "sides": "worse"}},
                "polarity": "higher_is_better"}"#,
            r#"{"unit": "percent", "rule": {"bands": {"bands": [{"from": "before 1", "grade": "concern"},
                {"to": "before 0", "grade": "target_met"}], "precision": "exact"}}}"#,
            r#"{"unit": "percent", "rule": {"at_least": "8"}, "precision": {"rounded": 10}}"#,
            r#"{"unit": "percent", "rule": {"at_least": "8"}, "colour": "green"}"#,
            r#"{"unit": "count", "rule": {"at_least": "8"}, "zero": {"concern_from": 5}}"#,
            r#"{"unit": "percent", "rule": {"bands": {"bands": [{"to": "after 13.5", "grade": "concern"},
                {"from": "before 14.5", "grade": "target_met"}], "precision": {"rounded": 0}}},
                "precision": {"rounded": 0}}"#,
            r#"{"unit": "percent", "rule": {"bands": {"bands": [{"to": "before 1", "grade": "not_judged"},
                {"from": "before 1", "grade": "target_met"}], "precision": "exact"}}}"#,
            r#"{"unit": "percent", "rule": {"bands": {"bands": [{"to": "before 1", "grade": "target_met"},
                {"from": "before 1", "grade": "concern"}, {"from": "before 2", "grade": "within_tolerance"}],
                "precision": "exact"}}, "polarity": "lower_is_better"}"#,
        ] {
            assert!(serde_json::from_str::<Standard>(bad).is_err(), "{bad}");
        }
        assert!(Bands::new(vec![Cut::after(limit("1")), Cut::before(limit("1"))], vec![1, 2, 3]).is_err());
        assert!(Bands::new(vec![Cut::after(limit("1"))], vec![1, 2, 3]).is_err());
        assert!(BandTable::new([PrintedBand::at_least(limit("1"), Grade::Concern)], Precision::Exact).is_err());
        // 14 would be in neither band as printed.
        let finer = [
            PrintedBand::at_most(limit("13.5"), Grade::TargetMet),
            PrintedBand::at_least(limit("14.5"), Grade::Concern),
        ];
        assert_eq!(
            BandTable::new(finer, Precision::WHOLE).unwrap_err().to_string(),
            "the band 13.5 or less ends between two figures (rounded to whole numbers)"
        );
        let open =
            [PrintedBand::at_least(limit("1"), Grade::Concern), PrintedBand::at_least(limit("2"), Grade::Concern)];
        assert!(BandTable::new(open, Precision::Exact).is_err());
        let empty = [
            PrintedBand::between(limit("3"), limit("2"), Grade::Concern),
            PrintedBand::at_least(limit("4"), Grade::Concern),
        ];
        assert!(BandTable::new(empty, Precision::Exact).is_err());
        assert!(Effective::between(day(2018, 1, 1), day(2018, 1, 1)).is_err());
    }
}

mod laws {
    use super::*;

    /// Tenths: limits and values from -3.0 to 3.0, so that they often meet.
    fn tenths() -> impl Strategy<Value = i64> {
        -30i64..=30
    }

    fn tenth(tenths: i64) -> Limit {
        Limit::try_from(Decimal::new(tenths, 1)).unwrap()
    }

    /// Tenths, and a hundredth on both sides of them.
    fn value() -> impl Strategy<Value = i64> {
        (tenths(), -1i64..=1).prop_map(|(tenths, off)| tenths * 10 + off)
    }

    fn hundredths(value: i64) -> Value {
        Value::Number(Decimal::new(value, 2))
    }

    fn polarity() -> impl Strategy<Value = Polarity> {
        prop::sample::select(vec![Polarity::HigherIsBetter, Polarity::LowerIsBetter, Polarity::CloserIsBetter])
    }

    /// A rule in numbers, as a test writes it down.
    #[derive(Clone, Copy, Debug)]
    enum Plain {
        AtLeast(i64),
        MoreThan(i64),
        AtMost(i64),
        LessThan(i64),
        Floor(i64, i64),
        Tolerance(i64, i64, bool, Polarity),
        Range(i64, i64, Polarity),
        Printed(i64, i64, Polarity),
    }

    fn plain() -> impl Strategy<Value = Plain> {
        prop_oneof![
            tenths().prop_map(Plain::AtLeast),
            tenths().prop_map(Plain::MoreThan),
            tenths().prop_map(Plain::AtMost),
            tenths().prop_map(Plain::LessThan),
            (tenths(), tenths()).prop_filter("two limits", |(a, b)| a != b).prop_map(|(a, b)| Plain::Floor(a, b)),
            (tenths(), 0i64..10, any::<bool>(), polarity()).prop_map(|(target, by, both, good)| Plain::Tolerance(
                target,
                by,
                both || good == Polarity::CloserIsBetter,
                good
            )),
            (tenths(), 0i64..20, polarity()).prop_map(|(from, wide, good)| Plain::Range(from, from + wide, good)),
            (tenths(), 0i64..20, polarity()).prop_map(|(from, wide, good)| Plain::Printed(from, from + wide, good)),
        ]
    }

    impl Plain {
        fn standard(self, factor: i64) -> Standard {
            let unit = ValueUnit::Number;
            let at = |tenths: i64| tenth(tenths * factor);
            match self {
                Self::AtLeast(limit) => Standard::at_least(unit, at(limit)),
                Self::MoreThan(limit) => Standard::more_than(unit, at(limit)),
                Self::AtMost(limit) => Standard::at_most(unit, at(limit)),
                Self::LessThan(limit) => Standard::less_than(unit, at(limit)),
                Self::Floor(target, floor) => Standard::target_and_floor(unit, at(target), at(floor)).unwrap(),
                Self::Tolerance(target, by, both, good) => {
                    let sides = if both { Sides::Both } else { Sides::Worse };
                    let by = Tolerance::Points(at(by));
                    Standard::target_with_tolerance(unit, at(target), by, sides, good).unwrap()
                }
                Self::Range(from, to, good) => Standard::range(unit, at(from), at(to)).unwrap().polarity(good).unwrap(),
                Self::Printed(from, to, good) => Standard::as_printed(unit, at(to), at(from)).polarity(good).unwrap(),
            }
        }

        /// With everything on the other side of zero, which way is good too.
        fn mirrored(self) -> Self {
            let other = |good| match good {
                Polarity::HigherIsBetter => Polarity::LowerIsBetter,
                Polarity::LowerIsBetter => Polarity::HigherIsBetter,
                other => other,
            };
            match self {
                Self::AtLeast(limit) => Self::AtMost(-limit),
                Self::MoreThan(limit) => Self::LessThan(-limit),
                Self::AtMost(limit) => Self::AtLeast(-limit),
                Self::LessThan(limit) => Self::MoreThan(-limit),
                Self::Floor(target, floor) => Self::Floor(-target, -floor),
                Self::Tolerance(target, by, both, good) => Self::Tolerance(-target, by, both, other(good)),
                Self::Range(from, to, good) => Self::Range(-to, -from, other(good)),
                Self::Printed(from, to, good) => Self::Printed(-to, -from, other(good)),
            }
        }

        /// Position and grade by plain comparisons; `value` in hundredths.
        fn naive(self, value: i64) -> (i8, u8) {
            const MET: u8 = 3;
            const WITHIN: u8 = 2;
            const OUTSIDE: u8 = 1;
            let one_sided = |inside: bool, off: i8| if inside { (0, MET) } else { (off, OUTSIDE) };
            match self {
                Self::AtLeast(limit) => one_sided(value >= limit * 10, -1),
                Self::MoreThan(limit) => one_sided(value > limit * 10, -1),
                Self::AtMost(limit) => one_sided(value <= limit * 10, 1),
                Self::LessThan(limit) => one_sided(value < limit * 10, 1),
                Self::Floor(target, floor) if target > floor => {
                    if value >= target * 10 {
                        (0, MET)
                    } else if value >= floor * 10 {
                        (0, WITHIN)
                    } else {
                        (-1, OUTSIDE)
                    }
                }
                Self::Floor(target, floor) => {
                    if value <= target * 10 {
                        (0, MET)
                    } else if value <= floor * 10 {
                        (0, WITHIN)
                    } else {
                        (1, OUTSIDE)
                    }
                }
                Self::Tolerance(target, by, both, good) => {
                    let (off, by) = (value - target * 10, by * 10);
                    let position = if off < -by && (both || good == Polarity::HigherIsBetter) {
                        -1
                    } else {
                        i8::from(off > by && (both || good == Polarity::LowerIsBetter))
                    };
                    let short = match good {
                        Polarity::HigherIsBetter => -off,
                        Polarity::LowerIsBetter => off,
                        _ => off.abs(),
                    };
                    (
                        position,
                        if short <= 0 {
                            MET
                        } else if short <= by {
                            WITHIN
                        } else {
                            OUTSIDE
                        },
                    )
                }
                Self::Range(from, to, good) | Self::Printed(from, to, good) => {
                    let position = if value < from * 10 { -1 } else { i8::from(value > to * 10) };
                    let grade = match (good, position) {
                        (Polarity::CloserIsBetter, 0) => MET,
                        (Polarity::CloserIsBetter, _) => OUTSIDE,
                        (_, 0) => WITHIN,
                        (Polarity::HigherIsBetter, 1) | (Polarity::LowerIsBetter, -1) => MET,
                        _ => OUTSIDE,
                    };
                    (position, grade)
                }
            }
        }
    }

    fn told(standard: &Standard, value: &Value) -> (i8, u8) {
        let standing = standard.standing(value);
        let position = match standing.position().unwrap() {
            Position::Lower => -1,
            Position::Inside => 0,
            Position::Higher => 1,
        };
        let grade = match standing.grade() {
            Grade::TargetMet => 3,
            Grade::WithinTolerance => 2,
            Grade::OutsideTolerance => 1,
            Grade::Concern | Grade::NotJudged => panic!(),
        };
        (position, grade)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_naive_reading_of_each_rule_says_the_same(plain in plain(), value in value()) {
            prop_assert_eq!(told(&plain.standard(1), &hundredths(value)), plain.naive(value));
        }

        #[test]
        fn the_other_side_of_zero_is_graded_the_same(plain in plain(), value in value()) {
            let (position, grade) = told(&plain.standard(1), &hundredths(value));
            let mirrored = told(&plain.mirrored().standard(1), &hundredths(-value));
            prop_assert_eq!(mirrored, (-position, grade));
        }

        #[test]
        fn scaling_value_and_limits_leaves_the_standing(plain in plain(), value in value(), factor in 1i64..50) {
            let scaled = told(&plain.standard(factor), &hundredths(value * factor));
            prop_assert_eq!(scaled, told(&plain.standard(1), &hundredths(value)));
        }

        #[test]
        fn position_does_not_depend_on_which_way_is_good(from in tenths(), wide in 0i64..20, value in value(), a in polarity(), b in polarity()) {
            let range = |good| told(&Plain::Range(from, from + wide, good).standard(1), &hundredths(value)).0;
            prop_assert_eq!(range(a), range(b));
        }

        #[test]
        fn improving_never_worsens_a_grade(plain in plain(), value in value(), better in 1i64..60) {
            let good = plain.standard(1).good();
            prop_assume!(good != Polarity::CloserIsBetter);
            let improved = if good == Polarity::HigherIsBetter { value + better } else { value - better };
            let standard = plain.standard(1);
            let (before, after) = (standard.standing(&hundredths(value)), standard.standing(&hundredths(improved)));
            prop_assert!(after.grade().compared_with(before.grade()).unwrap() != Ordering::Less);
        }

        #[test]
        fn every_value_lies_in_one_band_and_bands_follow_values(
            mut cuts in prop::collection::btree_set((tenths(), any::<bool>()), 1..6),
            values in prop::collection::vec(value(), 2..6),
        ) {
            // Before a limit comes before after it.
            let cuts: Vec<Cut> = std::mem::take(&mut cuts)
                .into_iter()
                .map(|(at, after)| if after { Cut::after(tenth(at)) } else { Cut::before(tenth(at)) })
                .collect();
            let number = cuts.len() + 1;
            let bands = Bands::new(cuts.clone(), (0..number).collect()).unwrap();
            for value in &values {
                // The band is as many cuts to the right as lie left of the value, counted one by one.
                let left = cuts.iter().filter(|cut| {
                    let at = cut.at().value() * Decimal::ONE_HUNDRED;
                    let value = Decimal::from(*value);
                    if cut.to_string().starts_with("before") { at <= value } else { at < value }
                });
                prop_assert_eq!(bands.band_of(&hundredths(*value)), Some(&left.count()));
            }
            for pair in values.windows(2) {
                let band = |value| bands.index_of(&hundredths(value)).unwrap();
                prop_assert!(pair[0] > pair[1] || band(pair[0]) <= band(pair[1]));
            }
            let mut reversed = cuts;
            reversed.reverse();
            prop_assert_eq!(Bands::new(reversed.clone(), (0..number).collect()).is_err(), reversed.len() > 1);
        }

        #[test]
        fn standards_are_read_as_they_are_written(plain in plain(), value in value(), places in 0u32..3) {
            let rounded = plain.standard(1).judging(Precision::Rounded(Places::new(places).unwrap())).unwrap();
            let kept = rounded.annual().source("a report");
            let json = serde_json::to_string(&kept).unwrap();
            let read: Standard = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&read, &kept);
            prop_assert_eq!(read.standing(&hundredths(value)), kept.standing(&hundredths(value)));
        }
    }

    /// A line of a table as somebody could print it: where it begins and ends, in tenths, and whether the ends are in it.
    type Line = (Option<(i64, bool)>, Option<(i64, bool)>, Grade);

    fn lines() -> impl Strategy<Value = Vec<Line>> {
        let grade = prop::sample::select(vec![Grade::TargetMet, Grade::WithinTolerance, Grade::OutsideTolerance]);
        // From each end the next band begins there, a step later, or wrongly; the sides agree more often than not.
        let step = (1i64..8, prop_oneof![4 => Just(0i64), 2 => Just(1), 1 => -2i64..=3], any::<bool>(), 0u8..4, grade);
        (-20i64..0, prop::collection::vec(step, 2..5)).prop_map(|(start, steps)| {
            let mut lines: Vec<Line> = Vec::new();
            let (mut at, mut begins) = (start, None);
            let last = steps.len() - 1;
            for (index, (wide, off, inside, agree, grade)) in steps.into_iter().enumerate() {
                let end = at + wide;
                lines.push((begins, (index != last).then_some((end, inside)), grade));
                at = end + off;
                begins = Some((at, if agree == 0 { inside } else { !inside }));
            }
            lines
        })
    }

    fn holds(line: &Line, hundredths: i64) -> bool {
        let (from, to, _) = line;
        from.is_none_or(|(at, inside)| if inside { hundredths >= at * 10 } else { hundredths > at * 10 })
            && to.is_none_or(|(at, inside)| if inside { hundredths <= at * 10 } else { hundredths < at * 10 })
    }

    fn table(lines: &[Line], precision: Precision) -> Result<Standard, StandardError> {
        let bands = lines.iter().map(|(from, to, grade)| {
            let from = from.map(|(at, inside)| if inside { Cut::before(tenth(at)) } else { Cut::after(tenth(at)) });
            let to = to.map(|(at, inside)| if inside { Cut::after(tenth(at)) } else { Cut::before(tenth(at)) });
            PrintedBand::from_to(from, to, *grade)
        });
        Standard::bands(ValueUnit::Number, bands, precision)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Tried figure by figure: a table is taken exactly where each figure of its precision is in one line, and then grades
        /// as that line. Hundredths find the holes between tenths that an exact table must not have.
        #[test]
        fn a_table_is_taken_where_each_figure_is_in_one_line(lines in lines(), exact in any::<bool>()) {
            let (precision, step) =
                if exact { (Precision::Exact, 1) } else { (Precision::Rounded(Places::new(1).unwrap()), 10) };
            let figures = || (-400i64..=800).filter(move |figure| figure % step == 0);
            let once = figures().all(|figure| lines.iter().filter(|line| holds(line, figure)).count() == 1);
            let nothing = lines.iter().any(|line| !figures().any(|figure| holds(line, figure)));
            let table = table(&lines, precision);
            prop_assert_eq!(table.is_ok(), once && !nothing, "{:?}", table.err().map(|error| error.to_string()));
            if let Ok(table) = table {
                for figure in figures() {
                    let line = lines.iter().find(|line| holds(line, figure)).unwrap();
                    prop_assert_eq!(table.standing(&hundredths(figure)).grade(), line.2);
                }
            }
        }

        /// Said which way is good, a table is taken where no better band has a worse grade.
        #[test]
        fn bands_follow_which_way_is_good(
            grades in prop::collection::vec(prop::sample::select(Grade::ALL[..4].to_vec()), 2..6),
            good in polarity(),
        ) {
            let at = |index: usize| i64::try_from(index).unwrap();
            let last = grades.len() - 1;
            let lines: Vec<Line> = grades
                .iter()
                .enumerate()
                .map(|(index, grade)| {
                    let from = (index > 0).then(|| (at(index), true));
                    (from, (index < last).then(|| (at(index) + 1, false)), *grade)
                })
                .collect();
            let judged: Vec<usize> = (0..=last).filter(|index| grades[*index] != Grade::Concern).collect();
            let in_one_piece = judged.windows(2).all(|pair| pair[0] + 1 == pair[1]);
            let worse = |a: usize, b: usize| grades[a].compared_with(grades[b]) == Some(Ordering::Less);
            let follows = match good {
                Polarity::HigherIsBetter => !judged.windows(2).any(|pair| worse(pair[1], pair[0])),
                Polarity::LowerIsBetter => !judged.windows(2).any(|pair| worse(pair[0], pair[1])),
                // No band is worse than one on each side of it.
                _ => !judged.iter().any(|middle| {
                    judged.iter().any(|left| left < middle && worse(*middle, *left))
                        && judged.iter().any(|right| right > middle && worse(*middle, *right))
                }),
            };
            let stated = table(&lines, Precision::Exact).unwrap().polarity(good);
            let refused = StandardError::GradesAgainstPolarity(good);
            prop_assert_eq!(stated.err(), (!in_one_piece || !follows).then_some(refused));
        }
    }

    /// Only across a declared concern can a better value have a worse grade.
    #[test]
    fn zero_as_a_concern_is_the_exception() {
        let repeat = Standard::at_most(ValueUnit::Percent, limit("6")).zero_is_a_concern_from(1).unwrap();
        assert_eq!(repeat.standing(&share(0, 50)).grade(), Grade::Concern);
        assert_eq!(repeat.standing(&share(1, 50)).grade(), Grade::TargetMet);
    }
}

/// The judgements of the printed report come out of the records of the sample authority.
#[test]
fn the_sample_authority_is_judged_as_the_report_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/standards.json");
    let mut file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let benchmarks: Benchmarks = serde_json::from_value(file["benchmarks"].take()).unwrap();
    let standards: Standards =
        serde_json::from_value(serde_json::json!({ "standards": file["standards"].take() })).unwrap();
    let mut indicators = catalogue::standard();
    indicators.extend(catalogue::options());
    let ledger = Engine::new(indicators).run(&sample()).unwrap();
    let (march, june) = (day(2018, 3, 31), day(2018, 6, 30));
    let (rolling, cumulative, as_at) = (Basis::ROLLING_12M, Basis::Cumulative, Basis::AsAt);
    for (indicator, basis, at, shown, position, grade) in [
        ("NI 62", rolling, march, "8%", INSIDE, Grade::WithinTolerance),
        ("NI 63", as_at, march, "75%", INSIDE, Grade::TargetMet),
        ("NI 63", as_at, june, "74%", INSIDE, Grade::TargetMet),
        ("ECS 01b", as_at, june, "100%", INSIDE, Grade::TargetMet),
        ("ECS 02", as_at, june, "100%", INSIDE, Grade::TargetMet),
        ("ECS 138", cumulative, march, "84%", LOWER, Grade::OutsideTolerance),
        ("ECS 138", cumulative, june, "79%", LOWER, Grade::OutsideTolerance),
        ("NI 65a", rolling, march, "19%", HIGHER, Grade::OutsideTolerance),
        ("NI 65a", rolling, june, "18%", HIGHER, Grade::OutsideTolerance),
        ("ECS 133", as_at, june, "0%", INSIDE, Grade::NotJudged),
        ("ECS 14a", Basis::InQuarter, march, "21%", INSIDE, Grade::NotJudged),
        ("ECS 14a", Basis::InQuarter, june, "19%", INSIDE, Grade::NotJudged),
        ("NI 68", cumulative, march, "75%", LOWER, Grade::NotJudged),
        ("NI 68", cumulative, june, "61%", LOWER, Grade::NotJudged),
    ] {
        let reading = ledger.reading(indicator, basis, at).unwrap();
        assert_eq!(reading.shown(0).as_deref(), Some(shown), "{indicator} {at}");
        let standing = standards.standing(indicator, basis, at, &reading.value().unwrap()).unwrap();
        assert_eq!((standing.position(), standing.grade()), (position, grade), "{indicator} {at}");
    }
    // The report's 11 % and 8 % of placements are moves as recorded, held against the same limits.
    for (at, shown) in [(march, "11%"), (june, "8%")] {
        let moves = ledger.reading("NI 62 raw-moves", rolling, at).unwrap();
        assert_eq!(moves.shown(0).as_deref(), Some(shown));
        let standing = standards.standing("NI 62", rolling, at, &moves.value().unwrap()).unwrap();
        assert_eq!((standing.position(), standing.grade()), (INSIDE, Grade::WithinTolerance));
    }
    let june_63 = ledger.reading("NI 63", as_at, june).unwrap().observation().unwrap();
    for area in [Area::Neighbours("Statistical neighbours".to_owned()), Area::National("England".to_owned())] {
        let benchmark = benchmarks.latest("NI 63", Scale::Percent, &area, june).unwrap();
        let compared = benchmark.compared_with(&june_63, Good::Higher).unwrap();
        assert_eq!(compared.judgement(), Judgement::Better);
    }
}
