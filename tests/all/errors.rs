//! One test for each error: what is refused, and with which words.

use csc_kpi::calendar::{Basis, FinancialYear, Moment, Quarter, WorkingDays};
use csc_kpi::chronology::{Chronology, Unit};
use csc_kpi::indicator::{
    AnyIndicator, Book, Definition, Flow, Indicator, Outcome, Pending, Reason, Shape, Timing, catalogue,
};
use csc_kpi::measure::{Composition, Distribution, Footing, Population, Rate};
use csc_kpi::record::{Assessment, Family, Referral};
use csc_kpi::{AgeBands, BySex, ByTeam, Dataset, Engine, EngineError, MergeError, NaiveDate, Reading};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, month, day).unwrap()
}

fn one_referral() -> Dataset {
    [Referral::new("R1", "C1", day(5, 1))].into_iter().collect()
}

/// An indicator that posts `outcome` for each referral.
struct Posts(Definition, Outcome);

impl Indicator for Posts {
    type Time = Flow;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Flow>) {
        for referral in child.referrals() {
            book.post(Unit::new(Family::Referral, referral.id), referral.date, self.1, Reason::of("because"));
        }
    }
}

fn posts(timing: Timing, shape: Shape, outcome: Outcome) -> Engine {
    Engine::new([AnyIndicator::new(Posts(Definition::new("X", "X", "x", timing).shape(shape), outcome))])
}

#[test]
fn an_indicator_that_is_not_there() {
    let ledger = Engine::new(catalogue::standard()).run(&one_referral()).unwrap();
    let error = ledger.reading("NI 99", Basis::Cumulative, day(6, 30)).unwrap_err();
    assert_eq!(error.to_string(), "there is no indicator \"NI 99\"");
}

#[test]
fn a_breakdown_that_is_not_there() {
    let ledger = Engine::new(catalogue::standard()).by(BySex).run(&one_referral()).unwrap();
    let error = ledger.readings_by("NI 68", Basis::Cumulative, day(6, 30), "team").unwrap_err();
    assert_eq!(error, EngineError::NoSuchBreakdown("team".to_owned()));
}

#[test]
fn a_basis_an_indicator_has_not() {
    let ledger = Engine::new(catalogue::standard()).run(&one_referral()).unwrap();
    let refused = |indicator: &str, basis: Basis| ledger.reading(indicator, basis, day(6, 30)).unwrap_err().to_string();
    assert_eq!(refused("NI 68", Basis::AsAt), "NI 68 has no figure on the basis as-at; it has every window");
    assert_eq!(refused("CLA", Basis::Cumulative), "CLA has no figure on the basis cumulative; it has as-at");
    assert_eq!(
        refused("NI 62", Basis::InMonth),
        "NI 62 has no figure on the basis in-month; it has rolling-12m, cumulative"
    );
    let wider = Engine::new(catalogue::standard()).on(Basis::InMonth).run(&one_referral()).unwrap();
    assert!(wider.reading("NI 62", Basis::InMonth, day(6, 30)).is_ok());
}

#[test]
fn two_of_one_name() {
    let twice = catalogue::find("CLA").into_iter().chain(catalogue::find("CLA"));
    assert_eq!(Engine::new(twice).ledger().unwrap_err(), EngineError::RepeatedIndicator("CLA".to_owned()));
    let engine = Engine::new(catalogue::standard()).by(BySex).by(BySex);
    assert_eq!(engine.ledger().unwrap_err(), EngineError::RepeatedBreakdown("sex".to_owned()));
}

#[test]
fn a_definition_that_contradicts_its_type() {
    let engine = posts(Timing::Stock, Shape::Distribution, Outcome::Days(1));
    assert_eq!(engine.ledger().unwrap_err(), EngineError::OtherTiming("X".to_owned(), Timing::Flow, Timing::Stock));
}

#[test]
fn an_outcome_that_the_shape_does_not_know() {
    let parts = Shape::Composition(["a".to_owned()].into());
    let share = Shape::Proportion(Pending::StandsAside);
    for (shape, outcome) in [
        (Shape::Distribution, Outcome::Part(0)),
        (parts.clone(), Outcome::Part(1)),
        (parts, Outcome::Days(3)),
        (share.clone(), Outcome::Part(0)),
        (share, Outcome::NoPart),
    ] {
        let error = posts(Timing::Flow, shape, outcome).run(&one_referral()).unwrap_err();
        assert_eq!(error, EngineError::OtherShape { indicator: "X".to_owned(), outcome });
    }
}

#[test]
fn ledgers_judged_under_different_terms_do_not_merge() {
    let engine = || Engine::new(catalogue::standard());
    let refused = |other: Engine| {
        let mut ledger = engine().ledger().unwrap();
        let before = ledger.clone();
        let error = ledger.merge(&other.ledger().unwrap()).unwrap_err();
        assert_eq!(ledger, before);
        error
    };
    assert!(matches!(refused(Engine::new(catalogue::options())), MergeError::Definitions(_)));
    assert!(matches!(refused(engine().on(Basis::InMonth)), MergeError::Bases(_)));
    assert!(matches!(refused(engine().by(ByTeam)), MergeError::Breakdowns(..)));
    assert_eq!(refused(engine().known_at(day(6, 1))), MergeError::KnownAt(None, Some(day(6, 1))));
    let calendar = WorkingDays::england_and_wales().extended_to(NaiveDate::from_ymd_opt(2029, 12, 31).unwrap(), []);
    assert!(matches!(refused(engine().working_days(calendar)), MergeError::WorkingDays(_)));
}

#[test]
fn an_engine_posts_to_no_other_engines_ledger() {
    let dataset = one_referral();
    let child = dataset.child("C1").unwrap();
    let engine = Engine::new(catalogue::standard());
    let mut other = Engine::new(catalogue::options()).ledger().unwrap();
    let error = engine.post(&mut other, &child).unwrap_err();
    assert!(matches!(error, EngineError::OtherLedger(MergeError::Definitions(_))), "{error}");
    let mut pinned = engine.clone().known_at(day(1, 1)).ledger().unwrap();
    assert!(matches!(engine.retract(&mut pinned, &child), Err(EngineError::OtherLedger(MergeError::KnownAt(..)))));
    // An engine made alike posts to it.
    assert!(Engine::new(catalogue::standard()).post(&mut engine.ledger().unwrap(), &child).is_ok());
}

#[test]
fn a_definition_with_a_basis_its_timing_has_not() {
    let definition = Definition::new("X", "X", "x", Timing::Flow).bases([Basis::AsAt]);
    let error = Engine::new([AnyIndicator::new(Posts(definition, Outcome::Days(1)))]).ledger().unwrap_err();
    assert_eq!(error.to_string(), "X has no figure on the basis as-at; it has every window");
}

#[test]
fn retracting_first_and_posting_then_leaves_nothing() {
    // Outside the table of bank holidays, so that there is a finding to retract too.
    let long_ago = |month| NaiveDate::from_ymd_opt(2006, month, 1).unwrap();
    let assessment = Assessment::new("A1", "C1", long_ago(1)).authorised(long_ago(2));
    let dataset: Dataset = [assessment].into_iter().collect();
    let child = dataset.child("C1").unwrap();
    let engine = Engine::new(catalogue::standard()).by(BySex);
    let mut ledger = engine.ledger().unwrap();
    engine.retract(&mut ledger, &child).unwrap();
    assert_eq!(ledger.findings().count(), 0);
    engine.post(&mut ledger, &child).unwrap();
    assert_eq!((ledger.findings().count(), &ledger), (0, &engine.ledger().unwrap()));
    let strata = ledger.readings_by("ECS 138", Basis::Cumulative, long_ago(2), "sex").unwrap();
    assert!(strata.is_empty(), "{strata:?}");
}

#[test]
fn what_is_retracted_more_often_than_posted_is_nothing() {
    let day = |month| NaiveDate::from_ymd_opt(2018, month, 1).unwrap();
    let assessment = |id: &str| Assessment::new(id, "C1", day(1)).authorised(day(2));
    let [one, two]: [Dataset; 2] = [vec![assessment("A1")], vec![assessment("A1"), assessment("A2")]]
        .map(|assessments| assessments.into_iter().collect());
    let engine = Engine::new(catalogue::standard());
    let mut ledger = engine.ledger().unwrap();
    engine.post(&mut ledger, &one.child("C1").unwrap()).unwrap();
    engine.retract(&mut ledger, &two.child("C1").unwrap()).unwrap();
    let reading = |key| ledger.reading(key, Basis::Cumulative, day(2)).unwrap();
    assert_eq!(reading("ECS 138 days").distribution(), Some(&Distribution::default()));
    assert_eq!(reading("ECS 138").ratio().unwrap().denominator(), 0);
}

#[test]
fn counts_beyond_what_can_be_counted_are_refused_not_wrapped() {
    let most = u64::MAX;
    assert!(Composition::new(most, vec![("a".to_owned(), most), ("b".to_owned(), 1)]).is_err());
    assert!(serde_json::from_str::<Distribution>("[[1,18446744073709551615],[2,2]]").is_err());
    let widest: Distribution = [i64::MIN, i64::MAX].into_iter().collect();
    assert_eq!(widest.median().unwrap().to_string(), "-0.5");
    let rate = Rate::new(418, Footing::All, Population::new(45_589, 2015, "estimate")).unwrap();
    assert_eq!(rate.shown(27).to_string()[..9], *"91.688784");
}

#[test]
fn texts_that_are_no_period_basis_or_date() {
    let no_years =
        ["2017/19", "17/18", "2017-18", "2017/018", "", "+2017/18", "02017/18", "300000/01", "2147483647/48"];
    for text in no_years {
        assert!(text.parse::<FinancialYear>().is_err(), "{text}");
    }
    for text in ["Q5 2017/18", "q1 2017/18", "Q1 2017/19", "Q1"] {
        assert!(text.parse::<Quarter>().is_err(), "{text}");
    }
    for text in ["rolling", "rolling-0m", "rolling-+3m", "rolling-70000m", "Cumulative", ""] {
        assert!(text.parse::<Basis>().is_err(), "{text}");
    }
    for text in ["2018-1-5", "2018-02-30", "31/02/2018", "20180331", "2018-03-31T24:00", "2018-03-31T10", "é018-03-31"]
    {
        assert!(text.parse::<Moment>().is_err(), "{text}");
    }
}

#[test]
fn every_financial_year_has_days_and_is_read_as_it_is_written() {
    let ends = [NaiveDate::MIN, NaiveDate::MAX].map(FinancialYear::containing);
    let years = [i16::MIN, -1, 0, 999, 2017, 9999, 10_000, i16::MAX].map(FinancialYear::starting_in);
    for year in years.into_iter().chain(ends) {
        assert_eq!(year.to_string().parse(), Ok(year), "{year}");
        assert!(year.quarters().into_iter().all(|quarter| quarter.to_string().parse() == Ok(quarter)), "{year}");
    }
    for year in years {
        assert_eq!(year.quarters().map(Quarter::first_day)[0], year.first_day());
        assert_eq!(year.quarters().map(Quarter::last_day)[3], year.last_day());
        assert!([364, 365].contains(&(year.last_day() - year.first_day()).num_days()), "{year}");
    }
    assert_eq!(FinancialYear::starting_in(9999).to_string(), "9999/00");
    assert_eq!(FinancialYear::starting_in(-1).last_day(), NaiveDate::from_ymd_opt(0, 3, 31).unwrap());
}

#[test]
fn days_added_to_the_table_of_bank_holidays_lie_anywhere_in_it() {
    let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let [one_off, new_year] = [date(2027, 6, 1), date(2029, 1, 1)];
    let longer = WorkingDays::england_and_wales().extended_to(date(2029, 12, 31), [one_off, new_year]);
    assert_eq!(longer.is_working_day(one_off), Ok(false));
    assert_eq!(longer.is_working_day(new_year), Ok(false));
    assert_eq!(longer.between(date(2027, 5, 31), date(2027, 6, 2)), Ok(1));
}

#[test]
fn a_day_outside_the_table_of_bank_holidays() {
    let calendar = WorkingDays::england_and_wales();
    let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let error = calendar.between(date(2028, 12, 31), date(2029, 1, 1)).unwrap_err();
    assert_eq!(error.to_string(), "bank holidays are known from 2007-01-01 to 2028-12-31; 2029-01-01 lies outside");
    assert!(calendar.between(date(2006, 12, 31), date(2007, 1, 5)).is_err());
    assert!(calendar.between(date(2007, 1, 1), date(2028, 12, 31)).is_ok());
    assert!(calendar.is_working_day(date(2029, 1, 1)).is_err());
}

#[test]
fn age_bands_that_do_not_increase() {
    let error = AgeBands::new("x", &[0, 5, 5]).unwrap_err();
    assert_eq!(error.to_string(), "age bands start at strictly increasing ages; 5 comes after 5");
}

#[test]
fn rates_that_cannot_be() {
    let residents = |number| Population::new(number, 2017, "estimate");
    let error = Rate::new(3, Footing::All, residents(0)).unwrap_err();
    assert_eq!(error.to_string(), "a population of zero has no rate");
    let rate = Rate::new(3, Footing::All, residents(1000)).unwrap();
    let error = rate.reduction_to("59.9".parse().unwrap(), Footing::ExcludingUnaccompanied).unwrap_err();
    assert_eq!(error.to_string(), "a rate on all children cannot be compared with one on excluding UASC");
    assert!(rate.reduction_to("-1".parse().unwrap(), Footing::All).is_err());
    let json = r#"{"count":3,"footing":"all","population":{"residents":0,"year":2017,"source":"x"}}"#;
    assert!(serde_json::from_str::<Rate>(json).is_err());
}

#[test]
fn counts_that_do_not_add_up() {
    let error = Composition::new(2, vec![("a".to_owned(), 2), ("b".to_owned(), 1)]).unwrap_err();
    assert_eq!(error.to_string(), "the parts add up to 3, more than the count 2");
    let json = r#"{"indicator":"CLA","basis":"as-at","as_at":"2018-03-31","count":1,"parts":{"UASC":2}}"#;
    assert!(serde_json::from_str::<Reading>(json).is_err());
    let half = r#"{"indicator":"CLA","basis":"as-at","as_at":"2018-03-31","count":1,"parts":{},"stratum":"Male"}"#;
    assert!(serde_json::from_str::<Reading>(half).is_err());
    for json in ["[[3,1],[3,2]]", "[[3,0]]"] {
        assert!(serde_json::from_str::<Distribution>(json).is_err(), "{json}");
    }
}
