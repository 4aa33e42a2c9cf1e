//! Movement, benchmarks, neighbours, ranks, intervals and control charts: laws, naive oracles, golden figures.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;

use csc_kpi::calendar::{Basis, FinancialYear};
use csc_kpi::comparison::{
    Area, Average, Benchmark, BenchmarkError, Benchmarks, Cadence, Caution, ControlChart, DeadBand, Direction,
    DisjointSeries, Earlier, ExactNumber, ExactNumberError, Good, Interval, IntervalError, Judgement, Method, Movement,
    Neighbours, NeighboursError, NotComparable, Observation, Place, Published, QuartileBand, Ranking, RankingError,
    Rule, Scale, SeriesError, Withheld, Yardstick, previous_period, same_period_last_year,
};
use csc_kpi::indicator::{Definition, Polarity, Timing, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::measure::{Footing, Population, Printed, Rate, Ratio, Value, ValueUnit, round_half_up};
use csc_kpi::{Decimal, Engine, NaiveDate, Stratum};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::seed::sample;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn mark(text: &str) -> ExactNumber {
    ExactNumber::new(decimal(text)).unwrap()
}

fn percent(met: u64, all: u64) -> Value {
    Value::Percent(Ratio::new(met, all).unwrap())
}

fn rate(count: u64, residents: u64, footing: Footing) -> Value {
    Value::Rate(Rate::new(count, footing, Population::new(residents, 2016, "mid-year estimate")).unwrap())
}

fn at(basis: Basis, as_at: NaiveDate, value: Value) -> Observation {
    Observation::new("X 1", 1, basis, as_at, value)
}

/// Written and read again it is the same.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value, "{json}");
}

fn reversed(direction: Direction) -> Direction {
    match direction {
        Direction::Higher => Direction::Lower,
        Direction::Lower => Direction::Higher,
        Direction::Unchanged => Direction::Unchanged,
    }
}

fn turned(judgement: Judgement) -> Judgement {
    match judgement {
        Judgement::Better => Judgement::Worse,
        Judgement::Worse => Judgement::Better,
        same => same,
    }
}

mod movement {
    use super::*;

    fn bases() -> impl Strategy<Value = Basis> {
        prop_oneof![
            Just(Basis::ROLLING_12M),
            Just("rolling-3m".parse().unwrap()),
            Just(Basis::Cumulative),
            Just(Basis::InQuarter),
            Just(Basis::InMonth),
            Just(Basis::AsAt),
        ]
    }

    /// Counts near each other and near the ends of what can be counted.
    fn counts() -> impl Strategy<Value = u64> {
        prop_oneof![4 => 0u64..12, 2 => 0u64..1_000, 1 => (0u64..3).prop_map(|less| u64::MAX - less)]
    }

    fn footings() -> impl Strategy<Value = Footing> {
        prop_oneof![4 => Just(Footing::All), 1 => Just(Footing::ExcludingUnaccompanied)]
    }

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            3 => (counts(), counts()).prop_map(|(one, other)| percent(one.min(other), one.max(other))),
            2 => (counts(), counts(), footings()).prop_map(|(count, people, on)| rate(count, people.max(1), on)),
            2 => counts().prop_map(Value::Count),
            1 => (-50i64..50, 0u32..3).prop_map(|(days, places)| Value::Days(Decimal::new(days, places))),
            1 => Just(Value::Number(Decimal::MAX)),
            1 => Just(Value::Number(Decimal::new(-1, 28))),
        ]
    }

    /// Any figure; mostly of one indicator, so that most of what differs is what is compared.
    fn figures() -> impl Strategy<Value = Observation> {
        let names = prop_oneof![8 => Just("X 1"), 1 => Just("X 2")];
        let options = prop_oneof![8 => Just(None), 1 => Just(Some("strict"))];
        let strata = prop_oneof![8 => Just(None), 1 => Just(Some("female"))];
        let versions = prop_oneof![8 => Just(1u32), 1 => Just(2)];
        (names, options, strata, versions, bases(), strategies::reporting_date(), values(), any::<bool>()).prop_map(
            |(name, option, stratum, version, basis, as_at, value, pinned)| {
                let mut figure = Observation::new(name, version, basis, as_at, value);
                figure.option = option.map(str::to_owned);
                figure.stratum = stratum.map(|stratum| ("sex".to_owned(), Stratum::new(stratum)));
                figure.known_at = pinned.then_some(as_at);
                figure
            },
        )
    }

    fn marks() -> impl Strategy<Value = ExactNumber> {
        (-60i64..1_200, 0u32..2).prop_map(|(units, places)| ExactNumber::new(Decimal::new(units, places)).unwrap())
    }

    fn goods() -> impl Strategy<Value = Good> {
        prop_oneof![Just(Good::Higher), Just(Good::Lower), Just(Good::Neither), marks().prop_map(Good::CloserTo)]
    }

    fn yardsticks() -> impl Strategy<Value = Yardstick> {
        let widths =
            prop_oneof![2 => Just(Decimal::ZERO), 3 => (0i64..60, 0u32..3).prop_map(|(w, s)| Decimal::new(w, s))];
        (goods(), widths).prop_map(|(good, width)| Yardstick::new(good).dead_band(DeadBand::new(width).unwrap()))
    }

    /// Two figures that differ in value alone, as small fractions in percent.
    fn shares() -> impl Strategy<Value = (Observation, Observation)> {
        let share = || (0u64..13, 1u64..13).prop_map(|(one, other)| (one.min(other), one.max(other)));
        (share(), share()).prop_map(|((a, b), (c, d))| {
            let basis = Basis::ROLLING_12M;
            (at(basis, day(2018, 6, 30), percent(a, b)), at(basis, day(2018, 3, 31), percent(c, d)))
        })
    }

    fn parts(value: &Value) -> (i128, i128) {
        let Value::Percent(ratio) = value else { panic!("shares alone") };
        (100 * i128::from(ratio.numerator()), i128::from(ratio.denominator()))
    }

    fn in_hundredths(number: Decimal) -> i128 {
        let mut number = number;
        number.rescale(2);
        number.mantissa()
    }

    proptest! {
        /// Every pair has a movement or a reason, and so has the pair the other way round: the mirror of it.
        #[test]
        fn swapping_the_figures_mirrors_the_movement(one in figures(), other in figures(), yardstick in yardsticks()) {
            let (there, back) = (Movement::between(&one, &other, yardstick), Movement::between(&other, &one, yardstick));
            match (there, back) {
                (Ok(there), Ok(back)) => {
                    prop_assert_eq!(there.direction(), reversed(back.direction()));
                    prop_assert_eq!(there.judgement(), turned(back.judgement()));
                    prop_assert_eq!(there.days_shared(), back.days_shared());
                    prop_assert_eq!(there.cautions().len(), back.cautions().len());
                    prop_assert_eq!(there.change(1), back.change(1).map(|change| -change));
                    comes_back(&there);
                }
                (Err(there), Err(back)) => {
                    prop_assert_eq!(std::mem::discriminant(&there), std::mem::discriminant(&back));
                    prop_assert!(!there.to_string().is_empty());
                    comes_back(&there);
                }
                (there, back) => prop_assert!(false, "one way alone: {:?} {:?}", there, back),
            }
        }

        /// A figure beside itself is unchanged, or has no value.
        #[test]
        fn nothing_moves_from_itself(figure in figures(), yardstick in yardsticks()) {
            match Movement::between(&figure, &figure, yardstick) {
                Ok(movement) => {
                    prop_assert_eq!(movement.direction(), Direction::Unchanged);
                    prop_assert!(matches!(movement.judgement(), Judgement::Same | Judgement::NotJudged));
                }
                Err(reason) => prop_assert_eq!(reason, NotComparable::NoValue { as_at: figure.as_at }),
            }
        }

        /// The other way of good turns the judgement and leaves the direction.
        #[test]
        fn turning_what_is_good_turns_the_judgement_alone((now, then) in shares(), width in 0i64..40) {
            let band = DeadBand::new(width.into()).unwrap();
            let seen = |good| Movement::between(&now, &then, Yardstick::new(good).dead_band(band)).unwrap();
            let (higher, lower, neither) = (seen(Good::Higher), seen(Good::Lower), seen(Good::Neither));
            prop_assert_eq!(higher.judgement(), turned(lower.judgement()));
            prop_assert_eq!((higher.direction(), higher.days_shared()), (lower.direction(), lower.days_shared()));
            prop_assert_eq!(neither.judgement(), Judgement::NotJudged);
            prop_assert_eq!(neither.direction(), higher.direction());
        }

        /// By cross-multiplication in small whole numbers.
        #[test]
        fn direction_judgement_and_change_are_those_of_the_naive((now, then) in shares(), yardstick in yardsticks()) {
            let ((a, b), (c, d)) = (parts(&now.value), parts(&then.value));
            let band = in_hundredths(yardstick.dead_band.width().get());
            // Everything in hundredths of 1 / (b × d).
            let (x, y, unit) = (a * d * 100, c * b * 100, b * d);
            let beyond = |difference: i128| {
                if difference.abs() <= band * unit { Ordering::Equal } else { difference.cmp(&0) }
            };
            let direction = match beyond(x - y) {
                Ordering::Less => Direction::Lower,
                Ordering::Equal => Direction::Unchanged,
                Ordering::Greater => Direction::Higher,
            };
            let better = match yardstick.good {
                Good::Higher => Some(beyond(x - y)),
                Good::Lower => Some(beyond(y - x)),
                Good::CloserTo(aim) => {
                    let aim = in_hundredths(aim.get()) * unit;
                    Some(beyond((y - aim).abs() - (x - aim).abs()))
                }
                Good::Neither => None,
            };
            let judgement = match better {
                Some(Ordering::Greater) => Judgement::Better,
                Some(Ordering::Less) => Judgement::Worse,
                Some(Ordering::Equal) => Judgement::Same,
                None => Judgement::NotJudged,
            };
            let movement = Movement::between(&now, &then, yardstick).unwrap();
            prop_assert_eq!((movement.direction(), movement.judgement()), (direction, judgement));
            // Half away from zero to one place: tenths are a tenth of the hundredths.
            let tenths = ((x - y).abs() + 5 * unit) / (10 * unit) * (x - y).signum();
            prop_assert_eq!(movement.change(1).unwrap(), Decimal::try_from_i128_with_scale(tenths, 1).unwrap());
        }

        /// Below zero too, and with different numbers of decimal places.
        #[test]
        fn days_move_as_decimals_do(now in (-90i64..90, 0u32..4), then in (-90i64..90, 0u32..4)) {
            let [now, then] = [now, then].map(|(units, places)| Decimal::new(units, places));
            let figure = |days| at(Basis::AsAt, day(2018, 6, 30), Value::Days(days));
            let movement = Movement::between(&figure(now), &figure(then), Good::Lower).unwrap();
            let direction = match now.cmp(&then) {
                Ordering::Less => Direction::Lower,
                Ordering::Equal => Direction::Unchanged,
                Ordering::Greater => Direction::Higher,
            };
            prop_assert_eq!(movement.direction(), direction);
            prop_assert_eq!(movement.change(3), Some(now - then));
        }

        /// As the later figure grows, the direction goes from lower over unchanged to higher, as far on either side.
        #[test]
        fn directions_follow_the_value_and_the_dead_band_is_even(then in 20u64..60, width in 0u64..20) {
            let band = DeadBand::new(width.into()).unwrap();
            let of = |now: u64| {
                let figure = |month, count| at(Basis::AsAt, day(2018, month, 30), Value::Count(count));
                let seen = Yardstick::new(Good::Higher).dead_band(band);
                Movement::between(&figure(6, now), &figure(4, then), seen).unwrap().direction()
            };
            for now in 0..100u64 {
                let expected = match now {
                    _ if now.abs_diff(then) <= width => Direction::Unchanged,
                    _ if now < then => Direction::Lower,
                    _ => Direction::Higher,
                };
                prop_assert_eq!(of(now), expected);
            }
        }

        /// The previous period ends where this one starts, at the ends of quarters and months; four of the one and twelve of
        /// the other are a year.
        #[test]
        fn periods_follow_each_other(from in strategies::edge_date()) {
            let quarter_end = Cadence::Quarterly.last_end_before(from);
            let month_end = Cadence::Monthly.last_end_before(from);
            prop_assert!(quarter_end < from && month_end < from && quarter_end <= month_end);
            for (basis, end, periods) in [(Basis::InQuarter, quarter_end, 4), (Basis::InMonth, month_end, 12)] {
                let previous = previous_period(basis, end);
                prop_assert_eq!(basis.window(previous).unwrap().end, basis.window(end).unwrap().start);
                let year_before = (0..periods).fold(end, |day, _| previous_period(basis, day));
                prop_assert_eq!(year_before, same_period_last_year(end));
            }
        }
    }

    /// 7/10 − 1/2 at the very edge of a dead band of 20 points, beside values that differ by 1 in 2^64.
    #[test]
    fn a_dead_band_holds_its_edge_exactly() {
        let figure = |met, all| at(Basis::AsAt, day(2018, 6, 30), percent(met, all));
        let moved = |now: &Observation, then: &Observation, width| {
            let seen = Yardstick::new(Good::Higher).dead_band(DeadBand::new(decimal(width)).unwrap());
            Movement::between(now, then, seen).unwrap().direction()
        };
        assert_eq!(moved(&figure(7, 10), &figure(1, 2), "20"), Direction::Unchanged);
        assert_eq!(moved(&figure(7, 10), &figure(1, 2), "19.999999999"), Direction::Higher);
        let (huge, next) = (figure(u64::MAX - 1, u64::MAX), figure(u64::MAX - 2, u64::MAX - 1));
        assert_eq!(moved(&huge, &next, "0"), Direction::Higher);
        assert_eq!(moved(&next, &huge, "0.000000001"), Direction::Unchanged);
        let none = figure(0, u64::MAX - 2);
        assert_eq!(moved(&huge, &none, "100"), Direction::Unchanged);
        assert_eq!(moved(&huge, &none, "99.999999999"), Direction::Higher);
    }

    #[test]
    fn closer_is_better_looks_at_the_distance() {
        let figure = |count| at(Basis::AsAt, day(2018, 6, 30), Value::Count(count));
        let judged = |now, then, width: &str| {
            let seen = Yardstick::new(Good::CloserTo(mark("10"))).dead_band(DeadBand::new(decimal(width)).unwrap());
            Movement::between(&figure(now), &figure(then), seen).unwrap().judgement()
        };
        assert_eq!(judged(9, 14, "0"), Judgement::Better);
        assert_eq!(judged(14, 9, "0"), Judgement::Worse);
        assert_eq!(judged(8, 12, "0"), Judgement::Same); // moved, and as far from the aim as before
        assert_eq!(judged(11, 12, "1"), Judgement::Same);
    }

    /// Report of September 2018: NI 65a "19% … has improved slightly in the latest quarter … to 18% … rate of change is likely
    /// to be gradual", "a number of sibling groups"; assessments in time 84 %, then 79 %, a decline; children looked after 413,
    /// then 418; interviews 263 and 57, which nobody should compare.
    #[test]
    fn the_report_moves_as_it_says() {
        let ledger = Engine::new(catalogue::standard()).run(&sample()).unwrap();
        let movement = |key: &str, basis, good| {
            let figure = |day| ledger.reading(key, basis, day).unwrap().observation().unwrap();
            let now = figure(day(2018, 6, 30));
            let earlier = figure(Earlier::PreviousPeriod.as_at(basis, now.as_at));
            Movement::between(&now, &earlier, good)
        };
        let plans = movement("NI 65a", Basis::ROLLING_12M, Good::Lower).unwrap();
        assert_eq!((plans.direction(), plans.judgement()), (Direction::Lower, Judgement::Better));
        assert_eq!(plans.cautions(), [Caution::SharedDays { shared: 274, of: 365 }]);
        assert_eq!([plans.now(), plans.earlier()].map(|figure| figure.value.shown(0).unwrap()), ["18%", "19%"]);
        let interval = Interval::of_observation(plans.now()).unwrap();
        assert!(matches!(interval.cautions(), [Caution::Clustered { units, families }] if families < units));

        let in_time = movement("ECS 138", Basis::Cumulative, Good::Higher).unwrap();
        assert_eq!((in_time.direction(), in_time.judgement()), (Direction::Lower, Judgement::Worse));
        assert!(matches!(in_time.cautions(), [Caution::OtherPartOfPeriod { .. }]));
        let children = movement("CLA", Basis::AsAt, Good::Neither).unwrap();
        assert_eq!((children.direction(), children.judgement()), (Direction::Higher, Judgement::NotJudged));
        assert_eq!(children.change(0), Some(5.into()));
        assert!(matches!(movement("WRI", Basis::Cumulative, Good::Lower), Err(NotComparable::CountBeganAgain { .. })));
    }

    #[test]
    fn every_reason_has_its_case() {
        let (june, march, last_june) = (day(2018, 6, 30), day(2018, 3, 31), day(2017, 6, 30));
        let refused =
            |now: &Observation, earlier: &Observation| Movement::between(now, earlier, Good::Lower).unwrap_err();
        let count = |basis, day| at(basis, day, Value::Count(5));
        let base = count(Basis::AsAt, june);
        let cases: Vec<(NotComparable, &str)> = vec![
            (
                refused(&base, &Observation::new("X 2", 1, Basis::AsAt, march, Value::Count(5))),
                "X 1 and X 2 are different indicators",
            ),
            (
                refused(&base.clone().option("strict"), &base),
                "X 1 strict and X 1 are different options of one indicator",
            ),
            (
                refused(&base, &Observation::new("X 1", 2, Basis::AsAt, march, Value::Count(5))),
                "versions 1 and 2 of the rule count differently",
            ),
            (
                refused(&base.clone().stratum("sex", Stratum::new("female")), &base),
                "sex: female and total are different groups",
            ),
            (refused(&base, &count(Basis::InQuarter, march)), "as-at and in-quarter are different bases"),
            (refused(&base, &base.clone().with_value(percent(1, 2))), "count and percent are different units"),
            (
                refused(
                    &base.clone().with_value(rate(5, 100, Footing::All)),
                    &base.clone().with_value(rate(5, 100, Footing::ExcludingUnaccompanied)),
                ),
                "a rate on all children and one on excluding UASC count different children",
            ),
            (
                refused(&at(Basis::AsAt, june, percent(1, 2)), &at(Basis::AsAt, march, percent(0, 0))),
                "there is no value as at 2018-03-31: its denominator is empty",
            ),
            (
                refused(&count(Basis::Cumulative, day(2018, 9, 30)), &count(Basis::Cumulative, june)),
                "the cumulative counts as at 2018-09-30 and 2018-06-30 are of one financial year, and one holds the other",
            ),
            (
                refused(&count(Basis::Cumulative, june), &count(Basis::Cumulative, march)),
                "the count began again on 1 April: 2018-06-30 and 2018-03-31 are different points of their financial year",
            ),
            (
                refused(&count(Basis::InQuarter, day(2018, 5, 31)), &count(Basis::InQuarter, march)),
                "the counts as at 2018-05-31 and 2018-03-31 are of different parts of their in-quarter window",
            ),
            (
                refused(&count(Basis::InMonth, day(2018, 6, 15)), &count(Basis::InMonth, day(2018, 5, 31))),
                "the counts as at 2018-06-15 and 2018-05-31 are of different parts of their in-month window",
            ),
            (
                refused(
                    &at(Basis::Cumulative, june, rate(5, 100, Footing::All)),
                    &at(Basis::Cumulative, march, rate(9, 100, Footing::All)),
                ),
                "the count began again on 1 April: 2018-06-30 and 2018-03-31 are different points of their financial year",
            ),
        ];
        for (reason, text) in cases {
            assert_eq!(reason.to_string(), text);
            comes_back(&reason);
        }
        // The same points, a year apart, in leap years too.
        let comparable =
            |basis, now, then| Movement::between(&count(basis, now), &count(basis, then), Good::Lower).is_ok();
        assert!(comparable(Basis::Cumulative, june, last_june));
        assert!(comparable(Basis::Cumulative, day(2021, 2, 28), day(2020, 2, 29)));
        assert!(comparable(Basis::Cumulative, day(2020, 2, 28), day(2021, 2, 28)));
        assert!(!comparable(Basis::Cumulative, day(2020, 2, 27), day(2021, 2, 28)));
        assert!(comparable(Basis::InQuarter, june, march));
        assert!(comparable(Basis::InQuarter, day(2018, 5, 31), day(2018, 2, 28)));
        assert!(comparable(Basis::InMonth, march, day(2018, 2, 28)));
        assert!(comparable(Basis::ROLLING_12M, june, march));
        // Key and option, or the whole key: the same rule.
        assert!(
            Movement::between(
                &base.option("a"),
                &Observation::new("X 1 a", 1, Basis::AsAt, march, Value::Count(5)),
                Good::Lower
            )
            .is_ok()
        );
    }

    #[test]
    fn what_can_be_compared_with_care_says_so() {
        let (june, march) = (day(2018, 6, 30), day(2018, 3, 31));
        let cautions = |now: &Observation, then: &Observation| {
            Movement::between(now, then, Good::Lower).unwrap().cautions().to_vec()
        };
        let share = |basis, day| at(basis, day, percent(1, 2));
        // 1 July 2017 to 31 March 2018, of a year.
        let rolling = cautions(&share(Basis::ROLLING_12M, june), &share(Basis::ROLLING_12M, march));
        assert_eq!(rolling, [Caution::SharedDays { shared: 274, of: 365 }]);
        let cumulative = cautions(&share(Basis::Cumulative, june), &share(Basis::Cumulative, march));
        assert_eq!(cumulative, [Caution::OtherPartOfPeriod { now: june, earlier: march }]);
        let within = cautions(&share(Basis::Cumulative, day(2018, 9, 30)), &share(Basis::Cumulative, june));
        assert_eq!(within[0], Caution::SharedDays { shared: 91, of: 183 });
        assert_eq!(within.len(), 2);
        assert_eq!(cautions(&share(Basis::InQuarter, june), &share(Basis::InQuarter, march)), []);
        assert_eq!(cautions(&share(Basis::AsAt, june), &share(Basis::AsAt, march)), []);
        let one = cautions(&share(Basis::AsAt, june).known_at(june), &share(Basis::AsAt, march));
        assert_eq!(one, [Caution::OnePinned { known_at: june }]);
        let both = cautions(&share(Basis::AsAt, june).known_at(june), &share(Basis::AsAt, march).known_at(march));
        assert_eq!(both, []);
        let of_year = |year| Value::Rate(Rate::new(5, Footing::All, Population::new(100, year, "ONS")).unwrap());
        let rates = cautions(&at(Basis::AsAt, june, of_year(2017)), &at(Basis::AsAt, march, of_year(2016)));
        assert_eq!(rates, [Caution::OtherPopulation { now: "ONS 2017".into(), earlier: "ONS 2016".into() }]);
        for caution in [rolling, cumulative, one, rates].concat() {
            comes_back(&caution);
        }
    }

    /// By hand, from a calendar.
    #[test]
    fn earlier_days_are_those_of_the_calendar() {
        let now = day(2018, 6, 30);
        for (basis, previous) in [
            (Basis::ROLLING_12M, day(2018, 3, 31)),
            (Basis::Cumulative, day(2018, 3, 31)),
            (Basis::InQuarter, day(2018, 3, 31)),
            (Basis::AsAt, day(2018, 3, 31)),
            (Basis::InMonth, day(2018, 5, 31)),
        ] {
            assert_eq!(Earlier::PreviousPeriod.as_at(basis, now), previous);
            assert_eq!(Earlier::SamePeriodLastYear.as_at(basis, now), day(2017, 6, 30));
            assert_eq!(Earlier::Previous(Cadence::Monthly).as_at(basis, now), day(2018, 5, 31));
            assert_eq!(Earlier::At(day(2016, 1, 1)).as_at(basis, now), day(2016, 1, 1));
        }
        for (as_at, a_year_before) in [
            ((2020, 2, 29), (2019, 2, 28)),
            ((2021, 2, 28), (2020, 2, 29)),
            ((2020, 2, 28), (2019, 2, 28)),
            ((2019, 2, 28), (2018, 2, 28)),
            ((2018, 5, 15), (2017, 5, 15)),
            ((2019, 3, 31), (2018, 3, 31)),
        ] {
            let [as_at, before] = [as_at, a_year_before].map(|(y, m, d)| day(y, m, d));
            assert_eq!(same_period_last_year(as_at), before);
        }
        for (as_at, quarter_end) in
            [((2018, 4, 1), (2018, 3, 31)), ((2018, 3, 31), (2017, 12, 31)), ((2019, 1, 1), (2018, 12, 31))]
        {
            let [as_at, end] = [as_at, quarter_end].map(|(y, m, d)| day(y, m, d));
            assert_eq!(Cadence::Quarterly.last_end_before(as_at), end);
        }
    }

    #[test]
    fn the_earlier_figure_is_found_in_a_history() {
        let (june, march) = (day(2018, 6, 30), day(2018, 3, 31));
        let share = |name: &str, version, day, met| Observation::new(name, version, Basis::AsAt, day, percent(met, 10));
        let now = share("X 1", 2, june, 5);
        let history = [
            share("X 2", 2, march, 1),
            share("X 1", 1, march, 2),
            share("X 1", 2, march, 3),
            share("X 1", 2, day(2017, 6, 30), 4),
        ];
        assert_eq!(Earlier::PreviousPeriod.find(&now, &history), Some(&history[2]));
        assert_eq!(Earlier::SamePeriodLastYear.find(&now, &history), Some(&history[3]));
        assert_eq!(Earlier::At(day(2016, 6, 30)).find(&now, &history), None);
        // Where only another version is there, it is found, and refused with its reason.
        let found = Earlier::PreviousPeriod.find(&now, &history[..2]).unwrap();
        let refused = Movement::between(&now, found, Good::Higher);
        assert_eq!(refused, Err(NotComparable::OtherVersion { now: 2, earlier: 1 }));
        assert_eq!(Earlier::PreviousPeriod.find(&now, &history[..1]), None);
    }

    #[test]
    fn which_way_is_good_is_checked() {
        let refused = |text: &str| ExactNumber::new(decimal(text)).unwrap_err().to_string();
        assert_eq!(
            refused("0.0000000001"),
            "0.0000000001 has more than nine decimal places, or more than eighteen digits before the point"
        );
        assert!(
            ExactNumber::new(decimal("1000000000000000000")).is_err()
                && ExactNumber::new(decimal("999999999999999999.9")).is_ok()
        );
        assert_eq!(DeadBand::new(decimal("-1")), Err(ExactNumberError::Negative(decimal("-1"))));
        assert_eq!(Good::of(Polarity::CloserIsBetter, None), Err(ExactNumberError::NoAim));
        assert_eq!(Good::of(Polarity::HigherIsBetter, None), Ok(Good::Higher));
        assert_eq!(Good::of(Polarity::None, Some(mark("3"))), Ok(Good::Neither));
        comes_back(&Yardstick::new(Good::CloserTo(mark("9.50"))).dead_band(DeadBand::new(decimal("0.5")).unwrap()));
        for json in
            [r#"{"good":"lower","dead_band":"-1"}"#, r#"{"good":{"closer_to":"x"}}"#, r#"{"good":{"closer_to":10}}"#]
        {
            assert!(serde_json::from_str::<Yardstick>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_definition_names_the_figure() {
        let definition = Definition::new("X 1", "Xs", "x", Timing::Flow).option("strict").version(3);
        let figure = Observation::of(&definition, Basis::InQuarter, day(2018, 6, 30), percent(1, 2)).sibling_groups(1);
        assert_eq!((figure.key().as_str(), figure.version, figure.scale()), ("X 1 strict", 3, Scale::Percent));
        assert_eq!(figure.window().unwrap().days(), 91);
        comes_back(&figure.clone().stratum("sex", Stratum::new("female")).known_at(day(2018, 7, 1)));
        let json = serde_json::to_string(&figure).unwrap().replace(r#""numerator":1"#, r#""numerator":3"#);
        assert!(serde_json::from_str::<Observation>(&json).is_err());
    }

    /// What is written beside the two figures is worked out again.
    #[test]
    fn a_movement_cannot_be_talked_into_another_direction() {
        let figure = |month, met| at(Basis::AsAt, day(2018, month, 30), percent(met, 10));
        let movement = Movement::between(&figure(6, 5), &figure(4, 4), Good::Higher).unwrap();
        let json = serde_json::to_string(&movement).unwrap();
        assert!(json.contains(r#""direction":"higher","judgement":"better""#), "{json}");
        let lied =
            json.replace(r#""direction":"higher","judgement":"better""#, r#""direction":"lower","judgement":"worse""#);
        assert_eq!(serde_json::from_str::<Movement>(&lied).unwrap(), movement);
        let mixed = json.replacen("2018-06-30", "2018-06-29", 1).replacen(r#""version":1"#, r#""version":2"#, 1);
        assert!(serde_json::from_str::<Movement>(&mixed).unwrap_err().to_string().contains("versions 2 and 1"));
    }
}

mod benchmarks {
    use super::*;

    fn year(text: &str) -> FinancialYear {
        text.parse().unwrap()
    }

    fn england() -> Area {
        Area::National("England".to_owned())
    }

    fn benchmark(area: Area, indicator: &str, scale: Scale, figure: &str) -> Benchmark {
        Benchmark::new(area, indicator, scale, figure.parse().unwrap(), year("2016/17"), "published table").unwrap()
    }

    /// Report of September 2018: 75 % at the end of the year and 74 % in quarter 1, "performing better than our statistical
    /// neighbours whose average is 69% and above the all England average of 70%"; a rate of 92 beside 59.9 per 10,000.
    #[test]
    fn the_report_stands_to_its_benchmarks_as_it_says() {
        let neighbours = Area::Neighbours("statistical neighbours".to_owned());
        for (met, all, as_at) in [(75, 100, day(2018, 3, 31)), (74, 100, day(2018, 6, 30))] {
            for (area, figure) in [(neighbours.clone(), "69"), (england(), "70")] {
                let published = benchmark(area, "NI 63", Scale::Percent, figure);
                let local = Observation::new("NI 63", 1, Basis::AsAt, as_at, percent(met, all));
                let standing = published.compared_with(&local, Good::Higher).unwrap();
                assert_eq!((standing.place(), standing.judgement()), (Place::Higher, Judgement::Better));
                assert!(matches!(standing.cautions(), [Caution::OtherYear { .. }]));
                comes_back(&standing);
            }
        }
        let footed = |footing| benchmark(neighbours.clone(), "CLA", Scale::Per10000(footing), "59.9");
        let local = Observation::new("CLA", 1, Basis::AsAt, day(2018, 6, 30), rate(418, 45_589, Footing::All));
        let standing = footed(Footing::All).compared_with(&local, Good::Lower).unwrap();
        assert_eq!((standing.place(), standing.judgement()), (Place::Higher, Judgement::Worse));
        assert_eq!(
            footed(Footing::ExcludingUnaccompanied).compared_with(&local, Good::Lower),
            Err(NotComparable::OtherFooting { now: Footing::All, earlier: Footing::ExcludingUnaccompanied })
        );
    }

    #[test]
    fn inside_the_rounding_nobody_can_say_which_is_higher() {
        let place = |figure: &str, met, all| {
            let local = at(Basis::AsAt, day(2017, 3, 31), percent(met, all));
            let standing =
                benchmark(england(), "X 1", Scale::Percent, figure).compared_with(&local, Good::Lower).unwrap();
            assert_eq!(
                standing.judgement(),
                match standing.place() {
                    Place::Higher => Judgement::Worse,
                    Place::Lower => Judgement::Better,
                    Place::Indistinguishable => Judgement::Same,
                }
            );
            assert_eq!(standing.cautions(), []);
            standing.place()
        };
        assert_eq!(place("69", 684, 1_000), Place::Lower);
        assert_eq!(place("69", 685, 1_000), Place::Indistinguishable);
        assert_eq!(place("69", 694, 1_000), Place::Indistinguishable);
        assert_eq!(place("69", 695, 1_000), Place::Higher);
        assert_eq!(place("69.0", 694, 1_000), Place::Higher);
        assert_eq!(place("69.0", 69, 100), Place::Indistinguishable);
        assert_eq!(place("0", 1, 201), Place::Indistinguishable);
    }

    proptest! {
        /// Better or worse where closer is better: by trying many numbers that the print can stand for.
        #[test]
        fn closer_than_a_benchmark_is_closer_than_all_it_can_stand_for(
            value in 0i64..40,
            figure in 0i64..10,
            aim in -2i64..42,
        ) {
            // In quarters; the figure stands for figure × 4 − 2 to figure × 4 + 2, in whole units.
            let quarters = |number: i64| Decimal::new(number * 25, 2);
            let local = at(Basis::AsAt, day(2017, 3, 31), Value::Number(quarters(value)));
            let published = benchmark(england(), "X 1", Scale::Number, &figure.to_string());
            let good = Good::CloserTo(ExactNumber::new(quarters(aim)).unwrap());
            let judgement = published.compared_with(&local, good).unwrap().judgement();
            let mine = (value - aim).abs();
            let theirs: Vec<_> = (figure * 4 - 2..=figure * 4 + 2).map(|number| (number - aim).abs()).collect();
            // Whatever lies between the quarters, the aim too.
            let expected = if (figure * 4 - 2..=figure * 4 + 2).contains(&value) {
                Judgement::Same
            } else if theirs.iter().all(|other| mine < *other) {
                Judgement::Better
            } else if theirs.iter().all(|other| mine > *other) {
                Judgement::Worse
            } else {
                Judgement::Same
            };
            prop_assert_eq!(judgement, expected);
        }
    }

    #[test]
    fn what_is_no_whole_year_is_refused_as_a_count_and_marked_as_a_share() {
        let june = day(2018, 6, 30);
        let counted = benchmark(england(), "X 1", Scale::Count, "500");
        let shared = benchmark(england(), "X 1", Scale::Percent, "50");
        for basis in [Basis::Cumulative, Basis::InQuarter, Basis::InMonth] {
            let refused = counted.compared_with(&at(basis, june, Value::Count(100)), Good::Lower);
            assert_eq!(refused, Err(NotComparable::PartOfYear { basis, as_at: june }));
            let standing = shared.compared_with(&at(basis, june, percent(1, 4)), Good::Lower).unwrap();
            assert_eq!(standing.cautions()[0], Caution::PartOfYear { basis, as_at: june });
        }
        for (basis, as_at) in [(Basis::ROLLING_12M, june), (Basis::Cumulative, day(2018, 3, 31)), (Basis::AsAt, june)] {
            assert!(counted.compared_with(&at(basis, as_at, Value::Count(100)), Good::Lower).is_ok(), "{basis}");
        }
    }

    #[test]
    fn what_is_not_the_same_thing_is_refused() {
        let published = benchmark(england(), "X 1", Scale::Percent, "50");
        let local = at(Basis::AsAt, day(2018, 3, 31), percent(1, 2));
        let refused = |figure: &Observation| published.compared_with(figure, Good::Lower).unwrap_err();
        assert!(matches!(refused(&local.clone().option("strict")), NotComparable::OtherIndicator { .. }));
        let stratum = local.clone().stratum("sex", Stratum::new("female"));
        assert!(matches!(refused(&stratum), NotComparable::OtherStratum { .. }));
        let unit = NotComparable::OtherUnit { now: ValueUnit::Count, earlier: ValueUnit::Percent };
        assert_eq!(refused(&local.clone().with_value(Value::Count(50))), unit);
        let empty = refused(&local.with_value(percent(0, 0)));
        assert_eq!(empty, NotComparable::NoValue { as_at: day(2018, 3, 31) });
    }

    #[test]
    fn a_set_has_each_benchmark_once_and_finds_the_latest_that_is_over() {
        let figure = |text: &str, of: &str| {
            Benchmark::new(england(), "NI 63", Scale::Percent, text.parse().unwrap(), year(of), "published table")
                .unwrap()
        };
        let benchmarks =
            Benchmarks::new([figure("70", "2016/17"), figure("68", "2015/16"), figure("71", "2017/18")]).unwrap();
        let latest = |as_at| {
            benchmarks.latest("NI 63", Scale::Percent, &england(), as_at).map(|found| found.figure().to_string())
        };
        assert_eq!(latest(day(2018, 3, 30)).as_deref(), Some("70"));
        assert_eq!(latest(day(2018, 3, 31)).as_deref(), Some("71"));
        assert_eq!(latest(day(2016, 3, 30)), None);
        assert_eq!(benchmarks.latest("NI 63", Scale::Count, &england(), day(2018, 6, 30)), None);
        assert_eq!((benchmarks.iter().count(), benchmarks.for_indicator("NI 62").count()), (3, 0));
        comes_back(&benchmarks);

        let twice = Benchmarks::new([figure("70", "2016/17"), figure("69", "2016/17")]).unwrap_err();
        assert_eq!(twice.to_string(), "two figures of England for NI 63 in 2016/17: 70 and 69");
        let json = serde_json::to_string(&[figure("70", "2016/17"), figure("69", "2016/17")]).unwrap();
        assert!(serde_json::from_str::<Benchmarks>(&json).is_err());
        let no_source = json.replace("published table", " ");
        assert!(serde_json::from_str::<Benchmarks>(&no_source).unwrap_err().to_string().contains("names no source"));
        let number = json.replace(r#""70""#, "70");
        assert!(serde_json::from_str::<Benchmarks>(&number).is_err());
        let long = Benchmark::new(england(), "X", Scale::Count, "0.123456789".parse().unwrap(), year("2016/17"), "x");
        assert!(matches!(long, Err(BenchmarkError::Precision { .. })));
    }
}

mod neighbours {
    use super::*;

    fn table(figures: &[(&str, &str)]) -> BTreeMap<String, Published> {
        figures.iter().map(|(name, text)| ((*name).to_owned(), text.parse().unwrap())).collect()
    }

    #[test]
    fn mean_and_median_differ_and_the_missing_are_named() {
        let group = Neighbours::new("neighbours", ["A", "B", "C", "D", "E", "F", "G"]).unwrap();
        let figures =
            table(&[("A", "10.5"), ("B", "12"), ("C", "13.0"), ("D", "30.1"), ("E", "c"), ("F", "[z]"), ("Z", "99")]);
        let (mean, median) =
            (group.average(&figures, Average::Mean).unwrap(), group.average(&figures, Average::Median).unwrap());
        // 65.6 ÷ 4 = 16.4; (12 + 13) ÷ 2 = 12.5.
        assert_eq!((mean.figure().to_string(), median.figure().to_string()), ("16.4".to_owned(), "12.5".to_owned()));
        let absent: Vec<_> = mean.absent().iter().map(|absent| (absent.authority.as_str(), absent.mark)).collect();
        assert_eq!(absent, [("E", Some(Withheld::Suppressed)), ("F", Some(Withheld::NotApplicable)), ("G", None),]);
        let of = mean.benchmark("X 1", Scale::Percent, "2016/17".parse().unwrap(), "LAIT").unwrap();
        assert_eq!((of.area().name(), of.source()), ("neighbours", "LAIT; mean of 4 of 7 neighbours"));
        assert!(mean.benchmark("X 1", Scale::Percent, "2016/17".parse().unwrap(), "").is_err());
        comes_back(&group);
        comes_back(&median);
        assert_eq!((mean.group(), mean.figures().len()), (&group, 6));
    }

    #[test]
    fn an_average_is_rounded_once_half_away_from_zero() {
        let group = Neighbours::new("two", ["A", "B"]).unwrap();
        for (one, other, average) in [("69", "70", "70"), ("-69", "-70", "-70"), ("1", "1.5", "1.3"), ("0", "0", "0")] {
            for how in [Average::Mean, Average::Median] {
                let figures = table(&[("A", one), ("B", other)]);
                assert_eq!(group.average(&figures, how).unwrap().figure().to_string(), average, "{one} {other}");
            }
        }
    }

    #[test]
    fn groups_and_averages_that_are_none_are_refused() {
        assert_eq!(Neighbours::new("none", [""; 0]).unwrap_err().to_string(), "none has no member");
        assert_eq!(Neighbours::new("two", ["A", "A"]).unwrap_err().to_string(), "two names A twice");
        assert!(serde_json::from_str::<Neighbours>(r#"{"name":"two","members":["A","A"]}"#).is_err());
        let group = Neighbours::new("two", ["A", "B"]).unwrap();
        let refused = group.average(&table(&[("A", "c")]), Average::Mean).unwrap_err();
        assert_eq!(refused.to_string(), "none of the 2 members of two has a number");
        let long = table(&[("A", "79228162514264337593543950335"), ("B", "0.0000000000000000001")]);
        assert_eq!(group.average(&long, Average::Mean), Err(NeighboursError::TooLong("two".to_owned())));
        assert_eq!("1,204".parse::<Published>().unwrap_err().to_string().split(' ').next(), Some("\"1,204\""));
        for text in ["c", "x", "z", "low", "69", "69.0", "-3"] {
            assert_eq!(text.parse::<Published>().unwrap().to_string(), text);
            assert_eq!(format!("[{text}]").parse::<Published>().is_ok(), text.parse::<Printed>().is_err());
        }
    }

    proptest! {
        #[test]
        fn an_average_does_not_heed_the_order_and_lies_among_the_figures(
            numbers in prop::collection::vec(-20i64..20, 1..9),
            by in 0usize..9,
            how in prop_oneof![Just(Average::Mean), Just(Average::Median)],
        ) {
            let names: Vec<_> = (0..numbers.len()).map(|at| format!("A{at}")).collect();
            let figures: BTreeMap<_, _> = names
                .iter()
                .zip(&numbers)
                .map(|(name, number)| (name.clone(), Decimal::new(*number, 1).to_string().parse().unwrap()))
                .collect();
            let mut turned = names.clone();
            turned.rotate_left(by % names.len());
            let average = |members: Vec<String>| Neighbours::new("all", members).unwrap().average(&figures, how).unwrap().figure();
            let figure = average(names);
            prop_assert_eq!(figure, average(turned));
            // Tenths, as the figures are: twice and a half of a tenth apart from the exact mean, or between two in the middle.
            let tenths = figure.value().mantissa();
            let (low, high) = (i128::from(*numbers.iter().min().unwrap()), i128::from(*numbers.iter().max().unwrap()));
            prop_assert!(low <= tenths && tenths <= high);
            if how == Average::Mean {
                let (sum, count) = (numbers.iter().map(|number| i128::from(*number)).sum::<i128>(), i128::try_from(numbers.len()).unwrap());
                prop_assert!((2 * (tenths * count - sum)).abs() <= count);
            } else {
                let higher = numbers.iter().filter(|number| i128::from(**number) > tenths).count();
                let lower = numbers.iter().filter(|number| i128::from(**number) < tenths).count();
                prop_assert!(2 * higher <= numbers.len() && 2 * lower <= numbers.len());
            }
        }
    }
}

mod ranking {
    use super::*;

    fn table(numbers: &[i64]) -> BTreeMap<String, Published> {
        let text = |number: i64| Decimal::new(number, 1).to_string();
        numbers.iter().enumerate().map(|(at, number)| (format!("A{at:02}"), text(*number).parse().unwrap())).collect()
    }

    proptest! {
        /// The rank is one more than how many are better, whoever is called what.
        #[test]
        fn ranks_count_who_is_better(numbers in prop::collection::vec(-9i64..10, 1..40), aim in -12i64..12) {
            let aim_mark = ExactNumber::new(Decimal::new(aim, 1)).unwrap();
            for good in [Good::Higher, Good::Lower, Good::CloserTo(aim_mark)] {
                let badness = |number: i64| match good {
                    Good::Higher => -number,
                    Good::Lower | Good::Neither => number,
                    Good::CloserTo(_) => (number - aim).abs(),
                };
                let ranking = Ranking::of(&table(&numbers), good).unwrap();
                prop_assert_eq!(ranking.ranked().len(), numbers.len());
                for (at, number) in numbers.iter().enumerate() {
                    let ranked = ranking.get(&format!("A{at:02}")).unwrap();
                    let better = numbers.iter().filter(|other| badness(**other) < badness(*number)).count();
                    let sharing = numbers.iter().filter(|other| badness(**other) == badness(*number)).count();
                    prop_assert_eq!((ranked.rank, ranked.sharing, ranked.is_tied()), (better + 1, sharing, sharing > 1));
                    // A quarter of the field is better than nobody in A, and so on.
                    let band = [(1, QuartileBand::A), (2, QuartileBand::B), (3, QuartileBand::C), (4, QuartileBand::D)]
                        .into_iter()
                        .find(|(quarters, _)| better * 4 < numbers.len() * quarters)
                        .map(|(_, band)| band);
                    prop_assert_eq!(ranked.band, if numbers.len() < 4 { None } else { band });
                }
                let ranks: Vec<_> = ranking.ranked().iter().map(|one| (one.rank, one.authority.clone())).collect();
                prop_assert!(ranks.is_sorted());
                comes_back(&ranking);
            }
        }

        #[test]
        fn quartile_bands_are_nearly_equal_without_ties_and_the_best_is_in_a(count in 4i64..150) {
            let numbers: Vec<_> = (0..count).collect();
            let ranking = Ranking::of(&table(&numbers), Good::Higher).unwrap();
            let sizes = [QuartileBand::A, QuartileBand::B, QuartileBand::C, QuartileBand::D]
                .map(|band| ranking.ranked().iter().filter(|ranked| ranked.band == Some(band)).count());
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
            prop_assert_eq!(ranking.ranked()[0].band, Some(QuartileBand::A));
            let bands: Vec<_> = ranking.ranked().iter().map(|ranked| ranked.band).collect();
            prop_assert!(bands.is_sorted());
        }
    }

    #[test]
    fn what_has_no_best_or_no_number_is_not_ranked() {
        assert_eq!(Ranking::of(&table(&[1, 2]), Good::Neither), Err(RankingError::NoBest));
        let hidden: BTreeMap<_, _> = [("A".to_owned(), "c".parse().unwrap())].into();
        assert_eq!(Ranking::of(&hidden, Good::Higher), Err(RankingError::NoFigures(1)));
        let long: BTreeMap<_, _> =
            [("A".to_owned(), Published::Figure(Decimal::MIN.to_string().parse().unwrap()))].into();
        let refused = Ranking::of(&long, Good::CloserTo(mark("9"))).unwrap_err();
        assert_eq!(refused.to_string(), format!("{} has too many digits", Decimal::MIN));
        // As printed, "69" and "69.0" are equal; the hidden is named.
        let mixed: BTreeMap<_, _> = [("A", "69"), ("B", "69.0"), ("C", "low")]
            .map(|(name, text)| (name.to_owned(), text.parse().unwrap()))
            .into();
        let ranking = Ranking::of(&mixed, Good::Higher).unwrap();
        assert_eq!(ranking.ranked().iter().map(|one| (one.rank, one.sharing)).collect::<Vec<_>>(), [(1, 2), (1, 2)]);
        assert_eq!(ranking.absent()[0].mark, Some(Withheld::Low));
    }
}

mod interval {
    use super::*;

    fn limits(value: &Value) -> (Method, Decimal, Decimal) {
        let interval = Interval::of(value).unwrap();
        (interval.method(), interval.low(), interval.high())
    }

    /// Whether `limit` is `golden` but for what fifteen significant digits leave out.
    fn agrees(limit: Decimal, golden: &str) -> bool {
        let golden = decimal(golden);
        (limit - golden).abs() <= golden.abs() * decimal("0.0000000000000051")
    }

    /// Printed figures; then limits worked out to 20 digits with mpmath 1.3 in Python, from the formulae of Wilson (1927) and
    /// Byar (in Breslow and Day 1987).
    #[test]
    fn wilson_and_byar_agree_with_independent_figures_to_fifteen_digits() {
        let shares = |met, all| {
            let (method, low, high) = limits(&percent(met, all));
            assert_eq!(method, Method::Wilson);
            (low / Decimal::ONE_HUNDRED, high / Decimal::ONE_HUNDRED)
        };
        let printed = |met, all| {
            let (low, high) = shares(met, all);
            [low, high].map(|limit| round_half_up(limit, 7).normalize().to_string())
        };
        assert_eq!(printed(244, 263), ["0.8899316", "0.9532657"]);
        assert_eq!(printed(0, 40), ["0", "0.0876216"]);
        for (met, all, low, high) in [
            (244, 263, "0.88993156914359070748", "0.9532657398292635867"),
            (0, 40, "0", "0.087621601197286634636"),
            (40, 40, "0.91237839880271336536", "1"),
            (1, 1, "0.20654931437723742736", "1"),
            (95, 263, "0.30554559221225139159", "0.4208837253210003263"),
            (5, 28, "0.07878501945604273572", "0.35591424789342945756"),
            (1_752, 2_095, "0.81981913859068645016", "0.85150360190429826959"),
            (1, 1_000_000_000, "0.00000000017652455495696316144", "0.0000000056649342432974384474"),
            (9_223_372_036_854_775_808, u64::MAX, "0.499999999771830162", "0.50000000022816983806"),
        ] {
            let limits = shares(met, all);
            assert!(agrees(limits.0, low) && agrees(limits.1, high), "{met} of {all}: {limits:?}");
        }
        // Seven digits where 28 decimal places end.
        let (_, low, high) = limits(&percent(1, u64::MAX));
        assert!((low - decimal("0.00000000000000000095694153")).abs() < decimal("0.0000000000000000000000001"));
        assert!((high - decimal("0.000000000000000030709670")).abs() < decimal("0.000000000000000000000001"));

        let (method, low, high) = limits(&Value::Count(418));
        assert_eq!(method, Method::Byar);
        let printed = [low, high].map(|limit| round_half_up(limit, 6).to_string());
        assert_eq!(printed, ["378.883004", "460.058712"]);
        for (count, low, high) in [
            (10, "4.7874499139675622698", "18.391458605756474458"),
            (11, "5.4836901984499716706", "19.683237116146392524"),
            (89, "71.472287471573411474", "109.52334605042691072"),
            (1_000_000, "998040.98332498613509", "1001961.9119606656749"),
            (18_446_744_073_709_551_614, "18446744065291570400", "18446744082127532831"),
        ] {
            let limits = limits(&Value::Count(count));
            assert!(agrees(limits.1, low) && agrees(limits.2, high), "{count}: {limits:?}");
        }
    }

    /// Solved for from the incomplete gamma function with mpmath 1.3 to 22 digits; `chi2.ppf(0.025, 2 * x) / 2` and
    /// `chi2.ppf(0.975, 2 * x + 2) / 2` of scipy agree with each in 14 digits or more.
    #[test]
    fn below_ten_events_limits_are_exact() {
        for (count, low, high) in [
            (0, "0", "3.688879454113936302852"),
            (1, "0.02531780798428987540372", "5.571643390938898597227"),
            (2, "0.242209278543964902902", "7.224687667723960815049"),
            (3, "0.6186721228956012865698", "8.767273069742326039691"),
            (4, "1.089865373626324875296", "10.24158867540369827609"),
            (5, "1.623486390118420538078", "11.66833207932266963144"),
            (6, "2.201894253490850811721", "13.05947402251868539106"),
            (7, "2.814363051519866079448", "14.42267536170237941229"),
            (8, "3.453832176748501287414", "15.76318922019331522424"),
            (9, "4.115373097378332432752", "17.08480345141917031229"),
        ] {
            let limits = limits(&Value::Count(count));
            assert_eq!(limits.0, Method::ExactPoisson);
            // Half a unit in the fifteenth digit, and half of one in the fifteenth decimal place.
            let near = |limit: Decimal, golden: &str| {
                let places = [Decimal::ONE, Decimal::TEN].iter().filter(|bound| limit < **bound).count();
                let slack = decimal(["0.0000000000000505", "0.0000000000000055", "0.0000000000000006"][places]);
                (limit - decimal(golden)).abs() <= slack
            };
            assert!(near(limits.1, low) && near(limits.2, high), "{count}: {limits:?}");
        }
    }

    /// From the definition: at the limits the tails of the Poisson distribution are 2.5 %.
    #[test]
    #[allow(clippy::float_arithmetic, reason = "an oracle that shares nothing with the engine")]
    fn the_tails_beyond_the_exact_limits_are_two_and_a_half_percent() {
        let at_most = |count: u32, mean: f64| {
            let mut term = (-mean).exp();
            (0..=count).fold(0.0, |sum, events| {
                let sum = sum + term;
                term *= mean / f64::from(events + 1);
                sum
            })
        };
        for count in 0..10u32 {
            let (_, low, high) = limits(&Value::Count(count.into()));
            let [low, high] = [low, high].map(|limit| limit.to_string().parse::<f64>().unwrap());
            assert!((at_most(count, high) - 0.025).abs() < 1e-12, "{count}");
            if count > 0 {
                assert!((1.0 - at_most(count - 1, low) - 0.025).abs() < 1e-12, "{count}");
            }
        }
    }

    #[test]
    fn a_rate_has_the_interval_of_its_count() {
        let (method, low, high) = limits(&rate(418, 45_589, Footing::All));
        assert_eq!(method, Method::Byar);
        // 378.88300401999 and 460.05871190224 of 45,589, per 10,000.
        assert!(agrees(low, "83.108426159817"), "{low}");
        assert!(agrees(high, "100.914411788422"), "{high}");
        assert_eq!(limits(&rate(0, 10_000, Footing::All)).1, Decimal::ZERO);
        assert_eq!(limits(&rate(9, 10_000, Footing::All)).0, Method::ExactPoisson);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_value_and_stays_in_range(met in 0u64..3_000, more in 0u64..3_000) {
            if met + more > 0 {
                let share = percent(met, met + more);
                let interval = Interval::of(&share).unwrap();
                prop_assert!(interval.holds(share.decimal().unwrap()));
                prop_assert!(Decimal::ZERO <= interval.low() && interval.high() <= Decimal::ONE_HUNDRED);
                prop_assert_eq!((interval.low().is_zero(), interval.high() == Decimal::ONE_HUNDRED), (met == 0, more == 0));
                // What was not met has the mirror of it.
                let other = Interval::of(&percent(more, met + more)).unwrap();
                prop_assert!((interval.low() + other.high() - Decimal::ONE_HUNDRED).abs() < decimal("0.000000000001"));
                comes_back(&interval);
            }
            let count = Value::Count(met);
            let interval = Interval::of(&count).unwrap();
            prop_assert!(interval.holds(met.into()) && interval.low() >= Decimal::ZERO);
            comes_back(&interval);
        }

        #[test]
        fn an_interval_narrows_as_units_are_added(met in 0u64..200, more in 0u64..200, times in 2u64..50) {
            prop_assume!(met + more > 0);
            let width = |value: &Value| { let (_, low, high) = limits(value); high - low };
            prop_assert!(width(&percent(met * times, (met + more) * times)) < width(&percent(met, met + more)));
            if met > 0 {
                let (few, many) = (rate(met, 10_000, Footing::All), rate(met * times, 10_000 * times, Footing::All));
                prop_assert!(width(&many) < width(&few));
            }
        }

        /// Limits grow with the count, across the change of method at ten too.
        #[test]
        fn limits_grow_with_the_count(count in 0u64..200) {
            let (one, next) = (limits(&Value::Count(count)), limits(&Value::Count(count + 1)));
            prop_assert!(one.1 < next.1 && one.2 < next.2);
        }
    }

    #[test]
    fn clusters_are_cautioned_and_what_was_not_counted_has_no_interval() {
        let share = percent(27, 150);
        let observed = |families| {
            let figure = at(Basis::ROLLING_12M, day(2018, 6, 30), share.clone()).sibling_groups(families);
            Interval::of_observation(&figure).unwrap()
        };
        assert_eq!(observed(12).cautions(), [Caution::Clustered { units: 27, families: 12 }]);
        assert_eq!(
            observed(12).cautions()[0].to_string(),
            "the 27 units come from 12 families, so the interval is too narrow"
        );
        assert_eq!(observed(27).cautions(), []);
        assert_eq!(Interval::of(&share).unwrap().cautions(), []);
        comes_back(&observed(12));
        assert_eq!(Interval::of(&percent(0, 0)), Err(IntervalError::NoDenominator));
        let days = Interval::of(&Value::Days(decimal("30")));
        assert_eq!(days, Err(IntervalError::NotCounted(ValueUnit::Days)));
        assert_eq!(
            days.unwrap_err().to_string(),
            "a value in the unit days has no interval: it does not say what was counted"
        );
        // What is written beside the value is worked out again.
        let json = serde_json::to_string(&Interval::of(&Value::Count(418)).unwrap()).unwrap();
        let lied = json.replace("byar", "wilson").replace(r#""low":"378"#, r#""low":"1"#);
        assert_eq!(serde_json::from_str::<Interval>(&lied).unwrap(), Interval::of(&Value::Count(418)).unwrap());
    }
}

mod control_chart {
    use super::*;

    /// The ends of so many months, up to December 2024.
    fn month_ends(count: usize) -> Vec<NaiveDate> {
        let mut ends: Vec<_> = (0..count)
            .scan(day(2025, 1, 1), |day, _| {
                *day = Cadence::Monthly.last_end_before(*day);
                Some(*day)
            })
            .collect();
        ends.reverse();
        ends
    }

    fn monthly(numbers: &[Decimal]) -> DisjointSeries {
        let days = month_ends(numbers.len());
        let points = days.iter().zip(numbers).map(|(day, number)| at(Basis::InMonth, *day, Value::Number(*number)));
        DisjointSeries::of_periods(points).unwrap()
    }

    fn chart(numbers: &[i64]) -> ControlChart {
        ControlChart::of(&monthly(&numbers.iter().map(|number| (*number).into()).collect::<Vec<_>>()), Good::Lower)
    }

    fn shown(chart: &ControlChart) -> [String; 5] {
        [chart.mean(), chart.average_range(), chart.lower_limit(), chart.upper_limit(), chart.upper_range_limit()]
            .map(|number| number.to_string())
    }

    /// Rule, first and last place, direction.
    fn found(chart: &ControlChart) -> Vec<(Rule, usize, usize, Direction)> {
        let days: Vec<_> = chart.series().observations().iter().map(|point| point.as_at).collect();
        let place = |day| days.iter().position(|other| *other == day).unwrap();
        chart.signals().iter().map(|found| (found.rule, place(found.from), place(found.to), found.direction)).collect()
    }

    /// Worked out with exact fractions in Python from the definitions.
    #[test]
    fn limits_and_signals_agree_with_an_independent_chart() {
        let drifting = chart(&[52, 50, 55, 53, 51, 54, 52, 56, 50, 53, 58, 60, 61, 63, 62, 64, 65, 66, 67, 80]);
        assert_eq!(shown(&drifting), ["58.600000", "3.052632", "50.480000", "66.720000", "9.972947"]);
        assert_eq!(
            found(&drifting),
            [
                (Rule::OutsideLimits, 1, 1, Direction::Lower),
                (Rule::OutsideLimits, 8, 8, Direction::Lower),
                (Rule::OutsideLimits, 18, 18, Direction::Higher),
                (Rule::OutsideLimits, 19, 19, Direction::Higher),
                (Rule::OneSide, 0, 10, Direction::Lower),
                (Rule::OneSide, 11, 19, Direction::Higher),
                (Rule::Trend, 8, 13, Direction::Higher),
                (Rule::Trend, 14, 19, Direction::Higher),
                (Rule::NearLimit, 0, 9, Direction::Lower),
                (Rule::NearLimit, 16, 19, Direction::Higher),
            ]
        );
        // High is bad here.
        for signal in drifting.signals() {
            let bad = signal.direction == Direction::Higher;
            assert_eq!(signal.judgement, if bad { Judgement::Worse } else { Judgement::Better });
        }
        assert_eq!(drifting.cautions(), []);
        comes_back(&drifting);
    }

    /// The mean is 152 ÷ 8 = 19 and 2.66 × 150 ÷ 7 is 57: the first point is on the upper limit, 76.
    #[test]
    fn a_point_on_a_limit_is_inside() {
        let numbers = [76, 2, 7, 14, 2, 1, 0, 50];
        let edge = chart(&numbers);
        assert_eq!([edge.mean(), edge.upper_limit()].map(|number| number.to_string()), ["19.000000", "76.000000"]);
        assert_eq!(found(&edge), []);
        let beyond = found(&chart(&[77, 2, 7, 14, 2, 1, 0, 50]));
        assert_eq!(beyond, [(Rule::OutsideLimits, 0, 0, Direction::Higher)]);
    }

    /// The example of NHSRplotthedots on outliers: mean 1.94 there too; with the two ranges beyond the limit left out of the
    /// average it prints limits −0.72 and 4.6, and every one counts here.
    #[test]
    fn no_moving_range_is_left_out() {
        let numbers = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1];
        let outlier = chart(&numbers);
        assert_eq!(shown(&outlier), ["1.944444", "1.882353", "-3.062614", "6.951503", "6.149647"]);
        assert_eq!(found(&outlier), [(Rule::OutsideLimits, 4, 4, Direction::Higher)]);
        let beyond =
            numbers.windows(2).filter(|pair| Decimal::from((pair[1] - pair[0]).abs()) > outlier.upper_range_limit());
        assert_eq!(beyond.count(), 2);
    }

    type Picked = HashSet<(Rule, usize, Direction)>;

    /// Whether points are further than so many thirds of the way from the mean to the limit, on the side of a sign: by exact
    /// multiples of everything by 100 × n × (n − 1).
    fn beyond(numbers: &[i64]) -> impl Fn(usize, i64, i64) -> bool {
        let count = i64::try_from(numbers.len()).unwrap();
        let sum: i64 = numbers.iter().sum();
        let ranges: i64 = numbers.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
        let off: Vec<_> = numbers.iter().map(|number| (number * count - sum) * 100 * (count - 1)).collect();
        move |at, sign, thirds| 3 * sign * off[at] > thirds * ranges * 266 * count
    }

    /// The points each rule picks out, by looking at every window of its length.
    fn naive(numbers: &[i64]) -> Picked {
        let beyond = beyond(numbers);
        let mut picked = Picked::new();
        for (sign, direction) in [(1, Direction::Higher), (-1, Direction::Lower)] {
            for at in 0..numbers.len() {
                let window = |length: usize| if at + length <= numbers.len() { at..at + length } else { 0..0 };
                let rises = |pair: &[i64]| sign * (pair[1] - pair[0]) > 0;
                if beyond(at, sign, 3) {
                    picked.insert((Rule::OutsideLimits, at, direction));
                }
                if window(8).all(|at| beyond(at, sign, 0)) {
                    picked.extend(window(8).map(|at| (Rule::OneSide, at, direction)));
                }
                if numbers[window(6)].windows(2).all(rises) {
                    picked.extend(window(6).map(|at| (Rule::Trend, at, direction)));
                }
                if window(3).filter(|at| beyond(*at, sign, 2)).count() >= 2 {
                    let near = window(3).filter(|at| beyond(*at, sign, 2));
                    picked.extend(near.map(|at| (Rule::NearLimit, at, direction)));
                }
            }
        }
        picked
    }

    /// The points of a chart's signals; of those near a limit, the ones that are.
    fn picked(chart: &ControlChart, numbers: &[i64]) -> Picked {
        let beyond = beyond(numbers);
        let near = |at: &usize, direction| beyond(*at, if direction == Direction::Higher { 1 } else { -1 }, 2);
        found(chart)
            .into_iter()
            .flat_map(|(rule, from, to, direction)| (from..=to).map(move |at| (rule, at, direction)))
            .filter(|(rule, at, direction)| *rule != Rule::NearLimit || near(at, *direction))
            .collect()
    }

    /// Small numbers, so that points on the mean, on a limit and equal to their neighbours are common; levels and drifts.
    fn series() -> impl Strategy<Value = Vec<i64>> {
        let drifts = prop::collection::vec((-6i64..7, -2i64..3, 3i64..10), 1..6).prop_map(|drifts| {
            drifts.into_iter().flat_map(|(from, step, length)| (0..length).map(move |at| from + step * at)).collect()
        });
        prop_oneof![drifts, prop::collection::vec(-6i64..7, 3..40)]
    }

    proptest! {
        #[test]
        fn signals_pick_out_the_points_that_windows_do(numbers in series()) {
            let chart = chart(&numbers);
            prop_assert_eq!(picked(&chart, &numbers), naive(&numbers));
            comes_back(&chart);
        }

        #[test]
        fn a_shifted_series_has_a_shifted_chart(numbers in series(), by in -1_000i64..1_000) {
            let shifted: Vec<_> = numbers.iter().map(|number| number + by).collect();
            let (one, other) = (chart(&numbers), chart(&shifted));
            let moved = [one.mean(), one.lower_limit(), one.upper_limit()].map(|number| number + Decimal::from(by));
            // Rounded half away from zero: a limit that crosses zero can round the other way.
            for (moved, number) in moved.iter().zip([other.mean(), other.lower_limit(), other.upper_limit()]) {
                prop_assert!((moved - number).abs() <= decimal("0.000001"));
            }
            prop_assert_eq!(one.average_range(), other.average_range());
            prop_assert_eq!(one.signals(), other.signals());
        }

        #[test]
        fn a_scaled_series_has_a_scaled_chart(numbers in series(), by in 1i64..1_000) {
            let scaled: Vec<_> = numbers.iter().map(|number| number * by).collect();
            let (one, other) = (chart(&numbers), chart(&scaled));
            let pairs = [
                (one.mean(), other.mean()),
                (one.lower_limit(), other.lower_limit()),
                (one.upper_limit(), other.upper_limit()),
                (one.average_range(), other.average_range()),
            ];
            for (small, large) in pairs {
                prop_assert!((small * Decimal::from(by) - large).abs() <= decimal("0.0000005") * Decimal::from(by + 1));
            }
            prop_assert_eq!(one.signals(), other.signals());
        }

        #[test]
        fn a_mirrored_series_has_mirrored_signals(numbers in series()) {
            let mirrored: Vec<_> = numbers.iter().map(|number| -number).collect();
            let of = |numbers: &[i64]| found(&chart(numbers)).into_iter().collect::<HashSet<_>>();
            let back: HashSet<_> =
                of(&mirrored).into_iter().map(|(rule, from, to, way)| (rule, from, to, reversed(way))).collect();
            prop_assert_eq!(of(&numbers), back);
        }

        /// Thirds and sevenths among them: what cannot be written in decimals makes no signal.
        #[test]
        fn a_constant_series_has_no_signal(met in 0u64..50, more in 0u64..50, count in 3usize..60) {
            prop_assume!(met + more > 0);
            let points = month_ends(count).into_iter().map(|day| at(Basis::InMonth, day, percent(met, met + more)));
            let chart = ControlChart::of(&DisjointSeries::of_periods(points).unwrap(), Good::Higher);
            prop_assert_eq!(chart.signals(), []);
            prop_assert_eq!((chart.lower_limit(), chart.upper_limit()), (chart.mean(), chart.mean()));
        }

        #[test]
        fn figures_come_in_any_order(numbers in series(), by in 0usize..40) {
            let series = monthly(&numbers.iter().map(|number| (*number).into()).collect::<Vec<_>>());
            let mut turned = series.observations().to_vec();
            turned.rotate_left(by % numbers.len());
            prop_assert_eq!(DisjointSeries::of_periods(turned).unwrap(), series);
        }
    }

    #[test]
    fn rolling_and_cumulative_figures_make_no_series() {
        let count = |basis, day| at(basis, day, Value::Count(5));
        let series = |basis, days: [NaiveDate; 3]| DisjointSeries::of_periods(days.map(|day| count(basis, day)));
        let quarters = [day(2018, 3, 31), day(2018, 6, 30), day(2018, 9, 30)];
        let years = [day(2016, 3, 31), day(2017, 3, 31), day(2018, 3, 31)];
        assert!(series(Basis::InQuarter, quarters).is_ok());
        assert!(series(Basis::InMonth, quarters).is_ok());
        assert!(series(Basis::Cumulative, years).is_ok());
        // Rolling years that share no day are rolling years.
        let refused = series(Basis::ROLLING_12M, years).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "rolling-12m as at 2016-03-31 shares days with its neighbours; a control chart needs periods that share none"
        );
        assert_eq!(series(Basis::Cumulative, quarters), Err(SeriesError::WithinYear(day(2018, 6, 30))));
        assert_eq!(series(Basis::AsAt, quarters), Err(SeriesError::Stock(day(2018, 3, 31))));
        let part = [day(2018, 3, 31), day(2018, 6, 30), day(2018, 8, 31)];
        let refused = SeriesError::PartOfPeriod { basis: Basis::InQuarter, as_at: day(2018, 8, 31) };
        assert_eq!(series(Basis::InQuarter, part), Err(refused));
        let part = [day(2018, 3, 31), day(2018, 6, 29), day(2018, 8, 31)];
        let refused = SeriesError::PartOfPeriod { basis: Basis::InMonth, as_at: day(2018, 6, 29) };
        assert_eq!(series(Basis::InMonth, part), Err(refused));
        let twice = [quarters[0], quarters[1], quarters[1]];
        assert_eq!(series(Basis::InQuarter, twice), Err(SeriesError::SameDay(day(2018, 6, 30))));

        let stocks = |basis, days: [NaiveDate; 3]| DisjointSeries::of_stocks(days.map(|day| count(basis, day)));
        assert!(stocks(Basis::AsAt, part).is_ok());
        assert!(matches!(stocks(Basis::ROLLING_12M, years), Err(SeriesError::Rolling { .. })));
        assert!(matches!(stocks(Basis::InQuarter, quarters), Err(SeriesError::Period { .. })));

        // Nor by way of JSON.
        let json = serde_json::to_string(&series(Basis::InQuarter, quarters).unwrap()).unwrap();
        let rolling = json.replace("in-quarter", "rolling-3m");
        assert!(serde_json::from_str::<DisjointSeries>(&rolling).unwrap_err().to_string().contains("shares days"));
        let stock = json.replace("in-quarter", "as-at");
        assert!(serde_json::from_str::<DisjointSeries>(&stock).is_err());
        assert!(serde_json::from_str::<DisjointSeries>(&stock.replace("periods", "stocks")).is_ok());
    }

    #[test]
    fn what_does_not_belong_together_makes_no_series() {
        let days = month_ends(3);
        let of = |values: [Value; 3]| {
            DisjointSeries::of_periods(days.iter().zip(values).map(|(day, value)| at(Basis::InMonth, *day, value)))
        };
        let mixed = of([Value::Count(1), Value::Count(2), percent(1, 2)]).unwrap_err();
        assert_eq!(
            mixed.to_string(),
            "the points do not measure the same thing: percent and count are different units"
        );
        assert_eq!(of([percent(1, 2), percent(0, 0), percent(1, 2)]), Err(SeriesError::NoValue(days[1])));
        let large = Value::Number(decimal("1000000000000000"));
        let small = || Value::Number(decimal("999999999999999.9"));
        assert_eq!(of([small(), small(), large]), Err(SeriesError::TooLarge(days[2])));
        assert!(of([small(), small(), small()]).is_ok());
        let few = DisjointSeries::of_periods([at(Basis::InMonth, days[0], Value::Count(1))]).unwrap_err();
        assert_eq!(few.to_string(), "a control chart takes 3 to 10000 points, not 1");
        let (one, two) = (at(Basis::InMonth, days[0], Value::Count(1)), at(Basis::InMonth, days[1], Value::Count(1)));
        let other = Observation::new("X 1", 2, Basis::InMonth, days[2], Value::Count(1));
        let refused = DisjointSeries::of_periods([one, two, other]);
        assert_eq!(refused, Err(SeriesError::Mixed(NotComparable::OtherVersion { now: 2, earlier: 1 })));
    }

    #[test]
    fn a_chart_says_what_to_bear_in_mind() {
        let days = month_ends(13);
        let cautions = |days: &[NaiveDate], basis| {
            let points = days.iter().map(|day| at(basis, *day, Value::Count(5)));
            let series = match basis {
                Basis::AsAt => DisjointSeries::of_stocks(points),
                _ => DisjointSeries::of_periods(points),
            };
            ControlChart::of(&series.unwrap(), Good::Lower).cautions().to_vec()
        };
        assert_eq!(cautions(&days[..12], Basis::InMonth), []);
        assert_eq!(cautions(&days[..11], Basis::InMonth), [Caution::FewPoints { points: 11 }]);
        assert_eq!(cautions(&days[1..], Basis::AsAt), [Caution::Stocks]);
        let with_a_gap = [&days[..4], &days[5..]].concat();
        assert_eq!(cautions(&with_a_gap, Basis::InMonth), [Caution::Gap { after: days[3] }]);
    }
}
