//! The laws of DESIGN, on the catalogue with every option and every breakdown.

use chrono::{Datelike, Duration, NaiveTime};
use csc_kpi::calendar::{Basis, FinancialYear, Moment, Quarter, Span, Window, age_on, birthday, first_day_months_back};
use csc_kpi::calendar::{WorkingDays, minus_months, plus_months};
use csc_kpi::indicator::{AnyIndicator, catalogue};
use csc_kpi::laws::{self, strategies};
use csc_kpi::measure::{Distribution, Ratio};
use csc_kpi::record::Record;
use csc_kpi::{
    AgeBands, ByAbuseCategory, ByEthnicGroup, ByPlacementType, BySex, ByTeam, ByUnaccompanied, Dataset, Engine, Figure,
    NaiveDate, Reading, Scorecard,
};
use proptest::prelude::*;

pub(crate) fn everything() -> Vec<AnyIndicator> {
    catalogue::standard().into_iter().chain(catalogue::options()).collect()
}

pub(crate) fn engine() -> Engine {
    Engine::new(everything())
        .by(BySex)
        .by(AgeBands::default())
        .by(AgeBands::care_leavers())
        .by(ByEthnicGroup)
        .by(ByUnaccompanied)
        .by(ByTeam)
        .by(ByAbuseCategory)
        .by(ByPlacementType)
}

fn bases() -> impl Strategy<Value = Basis> {
    let rolling = (1u16..40).prop_map(|months| format!("rolling-{months}m").parse().unwrap());
    prop_oneof![rolling, Just(Basis::Cumulative), Just(Basis::InQuarter), Just(Basis::InMonth)]
}

fn window(basis: Basis, day: NaiveDate) -> Window {
    basis.window(day).unwrap()
}

fn is_month_end(day: NaiveDate) -> bool {
    day.succ_opt().unwrap().day() == 1
}

mod calendar {
    use super::*;

    proptest! {
        #[test]
        fn as_at_is_in_its_window_and_the_next_day_is_not(basis in bases(), day in strategies::edge_date()) {
            let window = window(basis, day);
            prop_assert!(window.contains(day) && !window.contains(day.succ_opt().unwrap()));
            prop_assert_eq!(window.end, day.succ_opt().unwrap());
        }

        #[test]
        fn window_starts_never_go_back_as_the_day_goes_on(basis in bases(), day in strategies::edge_date()) {
            let next = day.succ_opt().unwrap();
            prop_assert!(window(basis, day).start <= window(basis, next).start);
        }

        #[test]
        fn last_day_seeing_is_the_inverse_of_being_in_the_window(
            basis in bases(),
            day in strategies::edge_date(),
            later in 0i64..1300,
        ) {
            let last = basis.last_day_seeing(day);
            prop_assert!(window(basis, last).contains(day));
            prop_assert!(!window(basis, last.succ_opt().unwrap()).contains(day));
            let other = day + Duration::days(later);
            prop_assert_eq!(window(basis, other).contains(day), other <= last);
            let span = basis.dates_seeing(Span::day(day));
            prop_assert_eq!(span.covers(other), other <= last);
        }

        #[test]
        fn four_quarters_tile_the_year_and_cumulative_joins_them(day in strategies::edge_date()) {
            let year = FinancialYear::containing(day);
            let quarters = year.quarters();
            prop_assert_eq!(quarters[0].first_day(), year.first_day());
            prop_assert_eq!(quarters[3].last_day(), year.last_day());
            for pair in quarters.windows(2) {
                prop_assert_eq!(pair[0].window().end, pair[1].window().start);
            }
            let quarter = Quarter::containing(day);
            prop_assert!(quarter.window().contains(day));
            let joined = Window::new(year.first_day(), quarter.window().end);
            prop_assert_eq!(window(Basis::Cumulative, quarter.last_day()), joined);
        }

        #[test]
        fn rolling_12_at_31_march_is_the_financial_year(year in 1990i32..2100) {
            let last = NaiveDate::from_ymd_opt(year, 3, 31).unwrap();
            prop_assert_eq!(window(Basis::ROLLING_12M, last), FinancialYear::containing(last).window());
        }

        #[test]
        fn at_month_ends_rolling_windows_split(day in strategies::reporting_date(), m in 1u16..30, n in 1u16..30) {
            prop_assume!(is_month_end(day));
            let rolling = |months: u16| format!("rolling-{months}m").parse::<Basis>().unwrap();
            let recent = window(rolling(n), day);
            let before = window(rolling(m), recent.start.pred_opt().unwrap());
            prop_assert_eq!(window(rolling(m + n), day), Window::new(before.start, recent.end));
            prop_assert_eq!(before.end, recent.start);
        }

        #[test]
        fn a_shift_of_400_years_changes_nothing(basis in bases(), day in strategies::edge_date()) {
            let shift = |day: NaiveDate| day + Duration::days(146_097);
            let (here, there) = (window(basis, day), window(basis, shift(day)));
            prop_assert_eq!(there, Window::new(shift(here.start), shift(here.end)));
            prop_assert_eq!(basis.last_day_seeing(shift(day)), shift(basis.last_day_seeing(day)));
        }

        #[test]
        fn first_day_months_back_is_the_first_day_that_far_on(day in strategies::edge_date(), months in 0u32..60) {
            let first = first_day_months_back(day, months);
            prop_assert!(minus_months(first, months) >= day);
            prop_assert!(minus_months(first.pred_opt().unwrap(), months) < day);
            prop_assert!(minus_months(plus_months(day, months), months) <= day);
        }

        #[test]
        fn a_birthday_is_the_first_day_of_an_age(born in strategies::edge_date(), years in 1u16..30) {
            let day = birthday(born, years);
            prop_assert_eq!(age_on(born, day), Some(years));
            prop_assert_eq!(age_on(born, day.pred_opt().unwrap()), Some(years - 1));
        }

        #[test]
        fn working_days_add_up_and_never_exceed_days(
            a in 0i64..8000, b in 0i64..8000, c in 0i64..8000,
        ) {
            let calendar = WorkingDays::england_and_wales();
            let day = |at: i64| calendar.first_day() + Duration::days(at);
            let between = |x, y| calendar.between(day(x), day(y)).unwrap();
            prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
            if a <= b {
                let naive = (a + 1..=b).filter(|at| calendar.is_working_day(day(*at)).unwrap()).count();
                prop_assert_eq!(between(a, b), i32::try_from(naive).unwrap());
            }
        }

        #[test]
        fn periods_bases_and_moments_are_read_as_they_are_written(
            day in strategies::edge_date(), basis in bases(), second in 0u32..86_400,
        ) {
            let year = FinancialYear::containing(day);
            prop_assert_eq!(year.to_string().parse(), Ok(year));
            let quarter = Quarter::containing(day);
            prop_assert_eq!(quarter.to_string().parse(), Ok(quarter));
            prop_assert_eq!(basis.to_string().parse(), Ok(basis));
            let moment = Moment::from(day.and_time(
                NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap(),
            ));
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
            prop_assert_eq!(moment.time().is_none(), second == 0);
        }
    }
}

mod readings {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_promise_is_kept_on_whole_histories(
            records in strategies::population(1..6),
            day in strategies::reporting_date(),
        ) {
            laws::keeps_all_promises(&engine(), &records, &[day])?;
        }

        #[test]
        fn pinned_calculations_keep_every_promise_too(
            records in strategies::population(1..4),
            day in strategies::reporting_date(),
            known_at in strategies::edge_date(),
        ) {
            let engine = Engine::new(everything()).by(ByUnaccompanied).known_at(known_at);
            let dataset: Dataset = records.iter().cloned().collect();
            laws::merges(&engine, &dataset)?;
            laws::retracts(&engine, &dataset)?;
            laws::explains(&engine, &dataset, day)?;
            laws::divides(&engine, &dataset, day)?;
            laws::adds_up(&engine, &dataset, day)?;
        }

        #[test]
        fn a_disjoint_copy_doubles_counts_and_leaves_ratios(
            records in strategies::population(1..4),
            day in strategies::reporting_date(),
        ) {
            let engine = Engine::new(everything());
            let once = engine.run(&records.iter().cloned().collect()).unwrap().scorecard(&[day]).unwrap();
            let copied = records.iter().cloned().chain(records.iter().map(renamed)).collect();
            let twice = engine.run(&copied).unwrap().scorecard(&[day]).unwrap();
            for (one, two) in once.readings.iter().zip(&twice.readings) {
                prop_assert_eq!(doubled(one), amounts(two), "{} {}", one.indicator(), one.basis());
                prop_assert_eq!(one.sibling_groups().map(|n| 2 * n), two.sibling_groups());
                prop_assert_eq!(one.ratio().and_then(|r| r.percent()), two.ratio().and_then(|r| r.percent()));
            }
        }

        #[test]
        fn streaming_is_batch_is_incremental(
            histories in prop::collection::vec(strategies::history(), 1..5),
            changed in strategies::history(),
        ) {
            // Ids of their own, so that no history reaches into another.
            let histories: Vec<Vec<Record>> = histories
                .into_iter()
                .enumerate()
                .map(|(times, history)| (0..times).fold(history, |history, _| history.iter().map(renamed).collect()))
                .collect();
            let engine = Engine::new(everything()).by(ByTeam);
            let batch = engine.run(&histories.concat().into_iter().collect()).unwrap();
            let mut streamed = engine.ledger().unwrap();
            let alone = |history: &Vec<Record>| history.iter().cloned().collect::<Dataset>();
            for child in &histories {
                let dataset = alone(child);
                for child in dataset.children() {
                    engine.post(&mut streamed, &child).unwrap();
                }
            }
            prop_assert_eq!(&streamed, &batch);
            // The first child changes.
            let (old, new) = (alone(&histories[0]), alone(&changed));
            for child in old.children() {
                engine.retract(&mut streamed, &child).unwrap();
            }
            for child in new.children() {
                engine.post(&mut streamed, &child).unwrap();
            }
            let others = histories[1..].concat();
            let after = engine.run(&changed.into_iter().chain(others).collect()).unwrap();
            prop_assert_eq!(streamed, after);
        }

        #[test]
        fn scorecards_are_read_as_they_are_written(
            records in strategies::population(1..4),
            day in strategies::reporting_date(),
        ) {
            let ledger = engine().run(&records.into_iter().collect()).unwrap();
            let card = ledger.scorecard(&[day]).unwrap();
            let json = serde_json::to_string(&card).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Scorecard>(&json).unwrap(), &card);
            for reading in ledger.readings_by("CLA", Basis::AsAt, day, "sex").unwrap() {
                let json = serde_json::to_string(&reading).unwrap();
                prop_assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading);
            }
        }

        #[test]
        fn records_are_read_as_they_are_written(records in strategies::population(1..3)) {
            let json = serde_json::to_string(&records).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<Record>>(&json).unwrap(), records);
        }
    }

    /// Every id of a record with a letter before it.
    fn renamed(record: &Record) -> Record {
        let mut value = serde_json::to_value(record).unwrap();
        let ids = ["id", "person", "family", "referral", "enquiry", "conference", "plan", "placement", "professional"];
        for fields in value.as_object_mut().unwrap().values_mut() {
            for (name, field) in fields.as_object_mut().unwrap() {
                if let (true, serde_json::Value::String(text)) = (ids.contains(&name.as_str()), field)
                    && !text.is_empty()
                {
                    text.insert(0, 'z');
                }
            }
        }
        serde_json::from_value(value).unwrap()
    }

    fn amounts(reading: &Reading) -> Vec<u64> {
        match reading.figure() {
            Figure::Proportion(t, _) => vec![t.met, t.not_met, t.pending, t.excepted, t.excluded],
            Figure::Composition(c) => c.parts().map(|(_, part)| part).chain([c.count()]).collect(),
            Figure::Distribution(days) => days.counts().flat_map(|(_, count)| [count]).collect(),
            _ => Vec::new(),
        }
    }

    fn doubled(reading: &Reading) -> Vec<u64> {
        amounts(reading).into_iter().map(|amount| 2 * amount).collect()
    }
}

mod measures {
    use std::cmp::Ordering;

    use super::*;
    use csc_kpi::Decimal;
    use csc_kpi::measure::{Printed, Value, rounded_quotient};

    proptest! {
        #[test]
        fn rounding_is_half_up_from_the_exact_ratio(
            denominator in 1u64..100_000, share in 0u64..=1_000, places in 0u32..4,
        ) {
            let numerator = denominator * share / 1_000;
            let shown = rounded_quotient(100, numerator, denominator, places).unwrap();
            // |shown - exact| <= half a unit, and on a tie it is the upper one.
            let unit = Decimal::new(1, places);
            let twice = (shown * Decimal::from(denominator) - Decimal::from(100 * numerator)) * Decimal::TWO;
            let bound = unit * Decimal::from(denominator);
            prop_assert!(-bound < twice && twice <= bound);
        }

        #[test]
        fn a_numerator_above_its_denominator_does_not_deserialise(numerator in 0u64..9, denominator in 0u64..9) {
            let json = format!("{{\"numerator\":{numerator},\"denominator\":{denominator}}}");
            prop_assert_eq!(serde_json::from_str::<Ratio>(&json).is_ok(), numerator <= denominator);
        }

        #[test]
        fn a_share_stands_to_a_limit_as_its_counts_do(
            denominator in 1u64..2_000, share in 0u64..=1_000, places in 0u32..6, off in -1i64..=1, far in -3i64..200,
        ) {
            let numerator = denominator * share / 1_000;
            let value = Value::Percent(Ratio::new(numerator, denominator).unwrap());
            // The rounded value, one unit in the last place beside it, and any whole number.
            let near = rounded_quotient(100, numerator, denominator, places).unwrap() + Decimal::new(off, places);
            for limit in [near, Decimal::from(far)] {
                let cross = Decimal::from(100 * numerator).cmp(&(limit * Decimal::from(denominator)));
                prop_assert_eq!(value.compared_with(limit), Some(cross), "{} to {}", value.decimal().unwrap(), limit);
            }
        }

        #[test]
        fn a_printed_number_cannot_be_told_from_what_rounds_to_it(
            numerator in 0u64..=4_000, printed in -2i64..=1_010, places in 0u32..3, extra in 0i64..10,
        ) {
            let value = Value::Percent(Ratio::new(numerator, 4_000).unwrap());
            let text = Decimal::new(printed * 10i64.pow(places) / 10 + extra, places).to_string();
            let printed: Printed = text.parse().unwrap();
            let order = value.rounded(places).unwrap().cmp(&printed.value());
            prop_assert_eq!(printed.order_of(&value), Some(order), "{} to {}", value.decimal().unwrap(), text);
        }

        #[test]
        fn quartiles_are_those_of_the_sorted_list(mut values in prop::collection::vec(-50i64..400, 1..60)) {
            let quartiles = values.iter().copied().collect::<Distribution>().quartiles().unwrap();
            values.sort_unstable();
            for (quartile, found) in (1..).zip(quartiles) {
                // Position (n - 1) q / 4, interpolated.
                let quarters = (values.len() - 1) * quartile;
                let (at, rest) = (quarters / 4, quarters % 4);
                let next = values.get(at + 1).copied().unwrap_or(values[at]);
                let exact = Decimal::from(values[at]) + Decimal::from(next - values[at]) * Decimal::from(rest) / Decimal::from(4);
                prop_assert_eq!(found, exact);
            }
        }
    }

    #[test]
    fn a_limit_of_28_digits_is_compared_to_the_last_one() {
        let share = |n, d| Value::Percent(Ratio::new(n, d).unwrap());
        let limit = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(share(1, 3).compared_with(limit("33.333333333333333333333333334")), Some(Ordering::Less));
        assert_eq!(
            share(u64::MAX, u64::MAX).compared_with(limit("100.00000000000000000000000000")),
            Some(Ordering::Equal)
        );
        assert_eq!(share(0, 7).compared_with(limit("-0.1")), Some(Ordering::Greater));
        assert_eq!(share(0, 7).compared_with(limit("-0.0")), Some(Ordering::Equal));
        assert_eq!(share(0, 0).compared_with(limit("1")), None);
    }

    #[test]
    fn a_reading_that_does_not_add_up_does_not_deserialise() {
        let good = r#"{"indicator":"ECS 138","basis":"as-at","as_at":"2018-03-31","met":2,"not_met":1,"pending":0,
            "excepted":0,"excluded":0,"numerator":2,"denominator":3,"value":"66.666666667"}"#;
        assert!(serde_json::from_str::<Reading>(good).is_ok());
        for (from, to) in [
            ("\"numerator\":2", "\"numerator\":4"),
            ("\"denominator\":3", "\"denominator\":2"),
            ("\"met\":2", "\"met\":-2"),
            ("\"as-at\"", "\"rolling-0m\""),
            ("\"basis\":\"as-at\"", "\"basis\":\"in-month\""),
            ("\"met\":2", "\"count\":7,\"met\":2"),
        ] {
            let bad = good.replace(from, to);
            assert!(bad != good && serde_json::from_str::<Reading>(&bad).is_err(), "{bad}");
        }
    }
}
