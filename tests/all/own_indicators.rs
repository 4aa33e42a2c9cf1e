//! Indicators of a host: that families are counted for any timing, the same with and without a breakdown.

use csc_kpi::calendar::{Basis, Span};
use csc_kpi::chronology::{Chronology, Unit};
use csc_kpi::indicator::{
    AnyIndicator, Book, Definition, Flow, Indicator, Reason, Stock, Time, Timing, Verdict, Windowed,
};
use csc_kpi::record::{Family, FamilyMember, Record, Referral};
use csc_kpi::{BySex, Dataset, Engine, NaiveDate};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, month, day).unwrap()
}

/// Referrals, met unless flagged no further action.
struct Referred<T>(Definition, std::marker::PhantomData<T>);

impl<T: Time> Referred<T> {
    fn new(code: &str) -> Self {
        let definition = Definition::new(code, "Referred", "referral", T::TIMING).counting_sibling_groups();
        let bases = if T::TIMING == Timing::Stock { Basis::AsAt } else { Basis::InQuarter };
        Self(definition.bases([bases]), std::marker::PhantomData)
    }
}

macro_rules! judges {
    ($time:ident, |$referral:ident, $book:ident| $when:expr) => {
        impl Indicator for Referred<$time> {
            type Time = $time;

            fn definition(&self) -> &Definition {
                &self.0
            }

            fn judge(&self, child: &Chronology<'_>, $book: &mut Book<'_, $time>) {
                for $referral in child.referrals() {
                    let unit = Unit::new(Family::Referral, $referral.id);
                    let met = Verdict::met_if($referral.no_further_action != Some(true));
                    $book.post(unit, $when, met, Reason::of("received"));
                }
            }
        }
    };
}

judges!(Flow, |referral, book| referral.date);
judges!(Stock, |referral, book| Span::new(referral.date, referral.closed));
judges!(Windowed, |referral, book| book.basis().dates_seeing(Span::day(referral.date)));

#[test]
fn families_of_met_units_are_counted_for_every_timing() {
    let referral =
        |child: &str, month, closed| Referral::new(format!("R-{child}"), child, day(month, 10)).closed(day(closed, 10));
    let records: Vec<Record> = vec![
        referral("C1", 1, 3).into(),
        referral("C2", 2, 6).into(),
        referral("C3", 2, 4).into(),
        referral("C4", 2, 9).no_further_action(true).into(),
        FamilyMember::new("F1", "C1").into(),
        FamilyMember::new("F1", "C2").into(),
        FamilyMember::new("F2", "C3").into(),
        FamilyMember::new("F3", "C3").into(),
        FamilyMember::new("F4", "C4").into(),
    ];
    let dataset: Dataset = records.into_iter().collect();
    let engine = Engine::new([
        AnyIndicator::new(Referred::<Flow>::new("X flow")),
        AnyIndicator::new(Referred::<Stock>::new("X stock")),
        AnyIndicator::new(Referred::<Windowed>::new("X windowed")),
    ]);
    let (in_total, broken_down) = (engine.run(&dataset).unwrap(), engine.by(BySex).run(&dataset).unwrap());
    let families = |key: &str, basis, at| {
        let [one, other] = [&in_total, &broken_down].map(|ledger| ledger.reading(key, basis, at).unwrap());
        assert_eq!(one, other, "{key} at {at}");
        (one.tally().unwrap().met, one.sibling_groups().unwrap())
    };
    // F1 by two of its children, F2 and F3 by one of both; F4 has no met unit.
    for key in ["X flow", "X windowed"] {
        assert_eq!(families(key, Basis::InQuarter, day(3, 31)), (3, 3), "{key}");
        assert_eq!(families(key, Basis::InQuarter, day(6, 30)), (0, 0), "{key}");
    }
    let open = [(1, 31), (2, 28), (3, 31), (4, 30), (6, 30)].map(|(month, on)| day(month, on));
    assert_eq!(open.map(|at| families("X stock", Basis::AsAt, at)), [(1, 1), (3, 3), (2, 3), (1, 1), (0, 0)]);
}
