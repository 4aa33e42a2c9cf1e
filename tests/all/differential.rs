//! The engine against the oracle: every indicator and option, on every basis, at edge dates, pinned or not.

use std::collections::BTreeMap;

use csc_kpi::calendar::Basis;
use csc_kpi::laws::strategies::{Scenario, scenario};
use csc_kpi::record::{AuthorityCount, Record};
use csc_kpi::{Dataset, Engine, Figure, NaiveDate, Reading};
use proptest::prelude::*;

use crate::laws::everything;
use crate::oracle::{INDICATORS, Oracle, OracleBasis, OracleFigure, OracleKind, OracleReading};

const MONTHS: [u16; 5] = [12, 1, 3, 11, 24];

fn bases(kind: OracleKind) -> Vec<(Basis, OracleBasis)> {
    let rolling = MONTHS
        .iter()
        .map(|months| (format!("rolling-{months}m").parse().unwrap(), OracleBasis::Rolling(u32::from(*months))));
    let others = [
        (Basis::Cumulative, OracleBasis::Cumulative),
        (Basis::InQuarter, OracleBasis::InQuarter),
        (Basis::InMonth, OracleBasis::InMonth),
    ];
    match kind {
        OracleKind::Flow | OracleKind::DayWithWindow => rolling.chain(others).collect(),
        OracleKind::Day => vec![(Basis::AsAt, OracleBasis::AsAt)],
    }
}

/// An engine that keeps windowed indicators on every basis that is compared.
fn engine(known_at: Option<NaiveDate>) -> Engine {
    let all = bases(OracleKind::DayWithWindow);
    let engine = all.into_iter().fold(Engine::new(everything()), |engine, (basis, _)| engine.on(basis));
    match known_at {
        Some(day) => engine.known_at(day),
        None => engine,
    }
}

fn as_the_oracle_says_it(reading: &Reading) -> OracleReading {
    let figure = match reading.figure() {
        Figure::Proportion(t, _) => OracleFigure::Proportion {
            met: t.met,
            not_met: t.not_met,
            pending: t.pending,
            excepted: t.excepted,
            excluded: t.excluded,
        },
        Figure::Composition(composition) => OracleFigure::Composition {
            total: composition.count(),
            parts: composition.parts().map(|(name, count)| (name.to_owned(), count)).collect::<BTreeMap<_, _>>(),
        },
        Figure::Distribution(days) => OracleFigure::Distribution(
            days.counts()
                .flat_map(|(days, count)| std::iter::repeat_n(days, usize::try_from(count).unwrap()))
                .collect(),
        ),
        _ => unreachable!("every figure is one of the three"),
    };
    OracleReading { figure, sibling_groups: reading.sibling_groups() }
}

/// A composition names parts that no unit is in; the oracle need not.
fn with_all_parts(mut expected: OracleReading, found: &OracleReading) -> OracleReading {
    if let (OracleFigure::Composition { parts, .. }, OracleFigure::Composition { parts: named, .. }) =
        (&mut expected.figure, &found.figure)
    {
        for name in named.keys() {
            parts.entry(name.clone()).or_default();
        }
    }
    expected
}

fn compare(case: &Scenario) -> Result<(), TestCaseError> {
    let dataset: Dataset = case.records.iter().cloned().collect();
    let ledger = engine(case.known_at).run(&dataset).unwrap();
    let oracle = Oracle::new(&case.records, case.known_at);
    for as_at in &case.as_at {
        for (indicator, kind) in INDICATORS {
            for (basis, of_oracle) in bases(kind) {
                let found = as_the_oracle_says_it(&ledger.reading(indicator, basis, *as_at).unwrap());
                let expected = with_all_parts(oracle.read(indicator, of_oracle, *as_at), &found);
                prop_assert_eq!(
                    found,
                    expected,
                    "{} {} as at {}, known at {:?}",
                    indicator,
                    basis,
                    as_at,
                    case.known_at
                );
            }
        }
    }
    Ok(())
}

/// Cases of each test; `PROPTEST_CASES` sets another number.
fn cases(default: u32) -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(given.unwrap_or(default))
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn every_figure_of_one_child_equals_the_oracle(case in scenario(1..2)) {
        compare(&case)?;
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn every_figure_of_several_children_equals_the_oracle(case in scenario(2..7)) {
        compare(&case)?;
    }
}

/// Some records say what the authority counted in the place of what happened before.
pub(crate) fn with_counts(mut case: Scenario, counts: &[u8]) -> Scenario {
    let mut counts = counts.iter().cycle().map(|count| match count {
        0 | 1 => None,
        2 => Some(AuthorityCount::NOT_GIVEN),
        more => Some(AuthorityCount::new(u32::from(*more - 3))),
    });
    for record in &mut case.records {
        match record {
            Record::Referral(referral) => referral.earlier_counted = counts.next().flatten(),
            Record::LookedAfterEpisode(episode) => episode.placements_counted = counts.next().flatten(),
            _ => {}
        }
    }
    case
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn figures_as_recorded_equal_the_oracle(
        case in scenario(1..4),
        counts in prop::collection::vec(0_u8..8, 1..12),
    ) {
        let case = with_counts(case, &counts);
        compare(&case)?;
        // Every referral is a unit of NI 68; those that can tell what was before are judged, the others as recorded.
        let ledger = engine(case.known_at).run(&case.records.iter().cloned().collect::<Dataset>()).unwrap();
        for as_at in &case.as_at {
            let tally = |key: &str| *ledger.reading(key, Basis::Cumulative, *as_at).unwrap().tally().unwrap();
            let of = |key: &str| tally(key).met + tally(key).not_met;
            let recorded = of("ECS 14a as recorded") + tally("ECS 14a as recorded").excluded;
            prop_assert_eq!(recorded, tally("ECS 14a").excluded);
            prop_assert_eq!(of("ECS 14a") + recorded, of("NI 68"));
        }
    }
}

#[test]
fn the_oracle_knows_every_indicator_of_the_catalogue() {
    let mut known: Vec<_> = INDICATORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut catalogued: Vec<_> = everything().iter().map(|indicator| indicator.definition().key()).collect();
    known.sort();
    catalogued.sort();
    assert_eq!(known, catalogued);
}
