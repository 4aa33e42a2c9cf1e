//! Disclosure control against an oracle that knows nothing of it: every table of whole numbers that agrees with what is
//! printed is tried, and no hidden count may be the same in all of them.

use csc_kpi::calendar::Basis;
use csc_kpi::disclosure::{
    Cell, CellId, DisclosureError, Leak, Mark, Policy, PublishedFigure, Release, Rounding, Table, Threshold, Totals,
    contradictions, publish,
};
use csc_kpi::indicator::{AnyIndicator, Verdict, catalogue};
use csc_kpi::laws::strategies;
use csc_kpi::measure::Value;
use csc_kpi::record::{
    Assessment, InterviewFlag, LookedAfterEpisode, MissingEpisode, MissingKind, Person, ProtectionPlan, Record,
    Referral, Sex,
};
use csc_kpi::{
    AgeBands, ByAbuseCategory, ByEthnicGroup, BySex, ByUnaccompanied, Dataset, Engine, NaiveDate, Reading, Scorecard,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::laws::everything;
use crate::seed::sample;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn hiding(largest: u32) -> Policy {
    Policy::public().hiding(Threshold::new(largest).unwrap())
}

mod oracle {
    //! Counts are sums of leaves; what is printed gives each sum a range.

    /// A printed count: the leaves it is the sum of, its true value, and the range that its print leaves.
    #[derive(Clone, Debug)]
    pub(super) struct Print {
        pub(super) name: String,
        pub(super) leaves: Vec<usize>,
        pub(super) range: (i64, i64),
        pub(super) hidden: bool,
    }

    /// The sums are tried with each leaf at most so much above the greatest.
    const ABOVE: i64 = 12;

    struct Trial<'a> {
        prints: &'a [Print],
        of: Vec<Vec<usize>>,
        truth: &'a [i64],
        /// For each leaf every value, the true one first, then those nearest to it.
        values: Vec<Vec<i64>>,
        sums: Vec<i64>,
        open: Vec<usize>,
        steps: u64,
        most: i64,
    }

    impl Trial<'_> {
        /// Whether any table with these first leaves agrees, in which `goal` has another value than the true one.
        fn other(&mut self, leaf: usize, goal: usize, true_sum: i64) -> bool {
            self.steps += 1;
            assert!(self.steps < 30_000_000, "too many tables to try");
            if leaf == self.truth.len() {
                return self.sums[goal] != true_sum;
            }
            let forms = self.of[leaf].clone();
            for at in 0..self.values[leaf].len() {
                let value = self.values[leaf][at];
                for at in &forms {
                    self.sums[*at] += value;
                    self.open[*at] -= 1;
                }
                let fits = forms.iter().all(|at| {
                    let (least, greatest) = self.prints[*at].range;
                    let (sum, open) = (self.sums[*at], i64::try_from(self.open[*at]).unwrap());
                    let reached = sum <= greatest && sum + open * self.most >= least;
                    reached && !(*at == goal && open == 0 && sum == true_sum)
                });
                let found = fits && self.other(leaf + 1, goal, true_sum);
                for at in &forms {
                    self.sums[*at] -= value;
                    self.open[*at] += 1;
                }
                if found {
                    return true;
                }
            }
            false
        }
    }

    /// The hidden counts that have one value in every table that agrees with what is printed.
    pub(super) fn recovered(truth: &[i64], prints: &[Print]) -> Vec<String> {
        let most = truth.iter().max().unwrap() + ABOVE;
        let of = |leaf: usize| (0..prints.len()).filter(|at| prints[*at].leaves.contains(&leaf)).collect();
        let nearest = |truth: &i64| {
            let mut values: Vec<i64> = (0..=most).collect();
            values.sort_by_key(|value| (value - truth).abs());
            values
        };
        let mut trial = Trial {
            prints,
            of: (0..truth.len()).map(of).collect(),
            truth,
            values: truth.iter().map(nearest).collect(),
            sums: vec![0; prints.len()],
            open: prints.iter().map(|print| print.leaves.len()).collect(),
            steps: 0,
            most,
        };
        let mut recovered = Vec::new();
        for (goal, print) in prints.iter().enumerate().filter(|(_, print)| print.hidden) {
            let sum: i64 = print.leaves.iter().map(|leaf| truth[*leaf]).sum();
            trial.steps = 0;
            if !trial.other(0, goal, sum) {
                recovered.push(format!("{} = {sum}", print.name));
            }
        }
        recovered
    }
}

/// A table to test: its leaves, the printed sums of them, and which of those are stated to be totals of which.
#[derive(Clone, Debug)]
struct Plan {
    leaves: Vec<u32>,
    sums: Vec<Vec<usize>>,
    totals: Vec<(usize, Vec<usize>)>,
}

impl Plan {
    fn truth(&self) -> Vec<i64> {
        self.leaves.iter().map(|leaf| i64::from(*leaf)).collect()
    }

    fn count(&self, sum: usize) -> u32 {
        self.sums[sum].iter().map(|leaf| self.leaves[*leaf]).sum()
    }

    fn table(&self) -> (Table, Vec<CellId>) {
        let mut table = Table::new();
        let cells: Vec<CellId> =
            (0..self.sums.len()).map(|at| table.count(format!("{:?}", self.sums[at]), self.count(at))).collect();
        for (total, parts) in &self.totals {
            let parts: Vec<CellId> = parts.iter().map(|part| cells[*part]).collect();
            table.total(cells[*total], &parts).unwrap();
        }
        (table, cells)
    }

    fn prints(&self, range: impl Fn(usize) -> (i64, i64), hidden: impl Fn(usize) -> bool) -> Vec<oracle::Print> {
        let print = |at: usize| oracle::Print {
            name: format!("{:?}", self.sums[at]),
            leaves: self.sums[at].clone(),
            range: range(at),
            hidden: hidden(at),
        };
        (0..self.sums.len()).map(print).collect()
    }

    /// What is recovered where only what is small is hidden.
    fn naive(&self, threshold: u32) -> Vec<String> {
        let small = |at: usize| (1..=threshold).contains(&self.count(at));
        let range = |at: usize| {
            let count = i64::from(self.count(at));
            if small(at) { (1, threshold.into()) } else { (count, count) }
        };
        oracle::recovered(&self.truth(), &self.prints(range, small))
    }
}

fn counts(number: usize) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![2 => Just(0u32), 5 => 1..6u32, 2 => 6..9u32, 2 => 9..40u32], number)
}

fn one_way() -> impl Strategy<Value = Plan> {
    (2usize..6).prop_flat_map(counts).prop_map(|leaves| {
        let number = leaves.len();
        let mut sums: Vec<Vec<usize>> = (0..number).map(|leaf| vec![leaf]).collect();
        sums.push((0..number).collect());
        Plan { leaves, sums, totals: vec![(number, (0..number).collect())] }
    })
}

fn two_way() -> impl Strategy<Value = Plan> {
    (2usize..4, 2usize..4).prop_flat_map(|(rows, columns)| {
        counts(rows * columns).prop_map(move |leaves| {
            let number = leaves.len();
            let mut sums: Vec<Vec<usize>> = (0..number).map(|leaf| vec![leaf]).collect();
            let row = |row: usize| (row * columns..(row + 1) * columns).collect::<Vec<_>>();
            let column = |column: usize| (column..number).step_by(columns).collect::<Vec<_>>();
            sums.extend((0..rows).map(row).chain((0..columns).map(column)).chain([(0..number).collect()]));
            let all = number + rows + columns;
            let mut totals: Vec<(usize, Vec<usize>)> = (0..rows).map(|at| (number + at, row(at))).collect();
            totals.extend((0..columns).map(|at| (number + rows + at, column(at))));
            totals.push((all, (number..number + rows).collect()));
            totals.push((all, (number + rows..all).collect()));
            Plan { leaves, sums, totals }
        })
    })
}

fn hierarchical() -> impl Strategy<Value = Plan> {
    prop::collection::vec(1usize..4, 2..4).prop_flat_map(|groups| {
        counts(groups.iter().sum()).prop_map(move |leaves| {
            let number = leaves.len();
            let mut sums: Vec<Vec<usize>> = (0..number).map(|leaf| vec![leaf]).collect();
            let mut totals = Vec::new();
            let mut first = 0;
            for group in &groups {
                let parts: Vec<usize> = (first..first + group).collect();
                totals.push((sums.len(), parts.clone()));
                sums.push(parts);
                first += group;
            }
            totals.push((sums.len(), (number..sums.len()).collect()));
            sums.push((0..number).collect());
            Plan { leaves, sums, totals }
        })
    })
}

/// Two strata and their total, each in three quarters and cumulatively.
fn periods() -> impl Strategy<Value = Plan> {
    counts(6).prop_map(|leaves| {
        let mut sums: Vec<Vec<usize>> = Vec::new();
        let mut totals = Vec::new();
        for strata in [vec![0], vec![1], vec![0, 1]] {
            let leaves = |quarters: std::ops::Range<usize>| -> Vec<usize> {
                strata.iter().flat_map(|stratum| quarters.clone().map(move |quarter| stratum * 3 + quarter)).collect()
            };
            let first = sums.len();
            sums.extend([leaves(0..1), leaves(1..2), leaves(2..3), leaves(0..2), leaves(0..3)]);
            totals.push((first + 3, vec![first, first + 1]));
            totals.push((first + 4, vec![first + 3, first + 2]));
        }
        totals.extend((0..5).map(|at| (10 + at, vec![at, 5 + at])));
        Plan { leaves, sums, totals }
    })
}

/// Protects so many tables and asks the oracle; and the oracle finds what is hidden naively.
fn nothing_is_recovered(plans: impl Strategy<Value = Plan>, number: usize, threshold: u32) {
    let mut runner = TestRunner::deterministic();
    let (mut naive, mut hidden, mut secondary) = (0, 0, 0);
    for _ in 0..number {
        let plan = plans.new_tree(&mut runner).unwrap().current();
        let (table, cells) = plan.table();
        let protected = table.protect(&hiding(threshold)).unwrap_or_else(|error| panic!("{error}: {plan:?}"));
        for (at, cell) in cells.iter().enumerate() {
            let count = plan.count(at);
            let small = (1..=threshold).contains(&count);
            match (protected.cell(*cell), protected.assumed(*cell)) {
                (Cell::Shown(shown), None) => assert_eq!((shown, small), (count.into(), false), "{plan:?}"),
                (Cell::Marked(Mark::Confidential), Some((least, greatest))) => {
                    assert!(count > 0, "zero is hidden: {plan:?}");
                    let told = if small { (1, Some(threshold.into())) } else { (u64::from(threshold) + 1, None) };
                    assert!((least, greatest) == told || (least, greatest) == (1, None), "{plan:?}");
                    hidden += 1;
                    secondary += usize::from(!small);
                }
                other => panic!("{other:?}: {plan:?}"),
            }
        }
        let range = |at: usize| match protected.assumed(cells[at]) {
            Some((least, greatest)) => {
                (i64::try_from(least).unwrap(), greatest.map_or(i64::MAX, |most| i64::try_from(most).unwrap()))
            }
            None => (plan.count(at).into(), plan.count(at).into()),
        };
        let prints = plan.prints(range, |at| protected.cell(cells[at]).is_hidden());
        let recovered = oracle::recovered(&plan.truth(), &prints);
        assert!(recovered.is_empty(), "{recovered:?} of {plan:?}, printed {prints:?}");
        naive += usize::from(!plan.naive(threshold).is_empty());
    }
    assert!(naive * 10 > number, "the oracle finds what is hidden naively in {naive} of {number} tables only");
    assert!(hidden > number && secondary > 0 && secondary < hidden, "{secondary} of {hidden}");
}

#[test]
fn nothing_hidden_in_a_one_way_table_is_recovered() {
    nothing_is_recovered(one_way(), 1_500, 5);
}

#[test]
fn nothing_hidden_in_a_two_way_table_is_recovered() {
    nothing_is_recovered(two_way(), 700, 3);
}

#[test]
fn nothing_hidden_in_a_hierarchical_table_is_recovered() {
    nothing_is_recovered(hierarchical(), 1_000, 5);
}

#[test]
fn nothing_hidden_in_a_chain_of_periods_is_recovered() {
    nothing_is_recovered(periods(), 700, 5);
}

#[test]
fn a_range_is_as_wide_as_asked() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let plan = one_way().new_tree(&mut runner).unwrap().current();
        let (table, cells) = plan.table();
        let protected = table.protect(&Policy::public().spread(3)).unwrap();
        let prints = |shift: &dyn Fn(i64, i64) -> (i64, i64), goal: usize| {
            let range = |at: usize| match protected.assumed(cells[at]) {
                Some((least, greatest)) => {
                    let ends =
                        (i64::try_from(least).unwrap(), greatest.map_or(i64::MAX, |most| i64::try_from(most).unwrap()));
                    if at == goal { shift(ends.0, ends.1) } else { ends }
                }
                None => (plan.count(at).into(), plan.count(at).into()),
            };
            plan.prints(range, |at| at == goal)
        };
        for goal in (0..cells.len()).filter(|at| protected.cell(cells[*at]).is_hidden()) {
            // Of any four values in a row one at least lies outside, where the range has four.
            let count = i64::from(plan.count(goal));
            let apart = (0..3).any(|below| {
                let (from, to) = (count - below, count + 2 - below);
                let lower = |least: i64, greatest: i64| (least, greatest.min(from - 1));
                let higher = |least: i64, greatest: i64| (least.max(to + 1), greatest);
                let found = |shift: &dyn Fn(i64, i64) -> (i64, i64)| {
                    let prints = prints(shift, goal);
                    prints[goal].range.0 <= prints[goal].range.1 && oracle::recovered(&plan.truth(), &prints).is_empty()
                };
                !found(&lower) && !found(&higher)
            });
            assert!(!apart, "{} of {plan:?} lies within three values", plan.count(goal));
        }
    }
}

#[test]
fn the_same_table_gives_the_same_result() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..50 {
        let plan = periods().new_tree(&mut runner).unwrap().current();
        let protect = || plan.table().0.protect(&Policy::public()).unwrap();
        assert_eq!(protect(), protect());
    }
}

#[test]
fn five_ones_in_a_total_of_five_are_not_told_by_their_marks() {
    let mut table = Table::new();
    let parts: Vec<CellId> = (0..5).map(|at| table.count(format!("part {at}"), 1)).collect();
    let all = table.count("all", 5);
    table.total(all, &parts).unwrap();
    let protected = table.protect(&Policy::public()).unwrap();
    assert!(parts.iter().chain([&all]).all(|cell| protected.cell(*cell).is_hidden()));
    // One of them says no more than that it is at least one.
    assert!(parts.iter().chain([&all]).any(|cell| protected.assumed(*cell) == Some((1, None))));
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_way_it_is_worked_out() {
    let mut table = Table::new();
    let (girls, boys) = (table.count("girls", 3), table.count("boys", 0));
    let all = table.known("children", 3);
    table.total(all, &[girls, boys]).unwrap();
    let error = table.protect(&Policy::public()).unwrap_err();
    assert_eq!(error.to_string(), "girls is hidden and can be worked out from boys and children");

    // Both are at most five, and together ten.
    let mut table = Table::new();
    let parts = [table.count("north", 5), table.count("south", 5)];
    let all = table.known("all", 10);
    table.total(all, &parts).unwrap();
    let protected = table.protect(&Policy::public()).unwrap();
    assert!(parts.iter().any(|part| protected.assumed(*part) == Some((1, None))));
}

#[test]
fn totals_are_those_of_their_parts() {
    let mut table = Table::new();
    let (one, two) = (table.count("one", 7), table.count("two", 8));
    let all = table.count("all", 16);
    let error = table.total(all, &[one, two]).unwrap_err();
    assert_eq!(error.to_string(), "all does not add up with the counts it is made of");
    assert!(table.at_most(two, one).is_err() && table.at_most(one, two).is_ok());
    assert!(table.percentage(two, one, 0).is_err());
}

#[test]
fn a_percentage_tells_what_its_rounding_leaves() {
    let told = |part: u32, whole: u32, places: u32| {
        let mut table = Table::new();
        let (hidden, all) = (table.count("part", part), table.count("all", whole));
        table.at_most(hidden, all).unwrap();
        assert!(table.audit(&Policy::public(), &[hidden]).is_empty());
        table.percentage(hidden, all, places).unwrap();
        !table.audit(&Policy::public(), &[hidden]).is_empty()
    };
    // All pairs, by trying every other numerator.
    for whole in 1..60u32 {
        for part in 1..=whole {
            let rounded = |part: u32| (200 * part + whole) / (2 * whole);
            let alone = (1..=whole).all(|other| other == part || rounded(other) != rounded(part));
            // A single unit is told by its mark and its total alone.
            if whole > 1 {
                assert_eq!(told(part, whole, 0), alone, "{part} of {whole}");
            }
        }
    }
    assert!(told(3, 400, 1) && !told(3, 4_000, 1));
}

#[test]
fn what_others_have_hidden_is_audited() {
    let mut table = Table::new();
    let parts: Vec<CellId> =
        [("a", 3), ("b", 12), ("c", 0), ("d", 9)].into_iter().map(|(name, n)| table.count(name, n)).collect();
    let all = table.count("all", 24);
    table.total(all, &parts).unwrap();
    let leaks = table.audit(&Policy::public(), &[parts[0]]);
    let from = ["all", "b", "c", "d"].map(str::to_owned);
    match leaks.as_slice() {
        [Leak::WorkedOut { cell, from: told }] => {
            let mut told = told.clone();
            told.sort();
            assert_eq!((cell.as_str(), told.as_slice()), ("a", from.as_slice()));
        }
        other => panic!("{other:?}"),
    }
    assert!(table.audit(&Policy::public(), &[parts[0], parts[3]]).is_empty());
    // A hidden zero may be anything.
    assert!(table.audit(&Policy::public(), &[parts[0], parts[2]]).is_empty());
}

#[test]
fn rounding_keeps_zero_and_hides_what_rounds_to_it() {
    let shown = |policy: &Policy, count: u32| {
        let mut table = Table::new();
        let cell = table.count("x", count);
        table.protect(policy).unwrap().cell(cell).to_string()
    };
    let fives = Policy::public().hiding(Threshold::NONE).rounding(Rounding::To5);
    let tens = Policy::public().rounding(Rounding::To10);
    assert_eq!(
        [0, 1, 2, 3, 7, 8, 12, 13].map(|n| shown(&fives, n)),
        ["0", "[low]", "[low]", "5", "5", "10", "10", "15"]
    );
    assert_eq!([0, 4, 5, 6, 14, 15, 99].map(|n| shown(&tens, n)), ["0", "[c]", "[c]", "10", "10", "20", "100"]);
    assert_eq!(shown(&Policy::public().hiding(Threshold::NONE).rounding(Rounding::To10), 4), "[low]");
    assert!(Threshold::new(1).unwrap_err().to_string().starts_with("a threshold of 1 hides only ones"));
}

/// Nothing hidden in rounded tables is recovered, by ranges written down here.
#[test]
fn nothing_hidden_in_a_rounded_table_is_recovered() {
    let mut runner = TestRunner::deterministic();
    for (threshold, rounding, unit) in [(5, Rounding::To5, 5i64), (2, Rounding::To5, 5), (5, Rounding::To10, 10)] {
        let policy = hiding(threshold).rounding(rounding);
        for _ in 0..150 {
            let plan = two_way().new_tree(&mut runner).unwrap().current();
            let (table, cells) = plan.table();
            let protected = table.protect(&policy).unwrap();
            let range = |at: usize| match protected.cell(cells[at]) {
                Cell::Shown(0) => (0, 0),
                Cell::Shown(other) => panic!("{other} is not rounded"),
                Cell::Rounded(rounded) => {
                    let rounded = i64::try_from(rounded).unwrap();
                    let (least, greatest) = (rounded - unit / 2, rounded + (unit - 1) / 2);
                    assert!(rounded % unit == 0 && (least..=greatest).contains(&plan.count(at).into()));
                    (least, greatest)
                }
                Cell::Marked(Mark::Low) => (1, (unit - 1) / 2),
                Cell::Marked(_) => {
                    let (least, greatest) = protected.assumed(cells[at]).unwrap();
                    (i64::try_from(least).unwrap(), greatest.map_or(i64::MAX, |most| i64::try_from(most).unwrap()))
                }
            };
            let prints = plan.prints(range, |at| protected.cell(cells[at]).mark().is_some());
            let recovered = oracle::recovered(&plan.truth(), &prints);
            assert!(recovered.is_empty(), "{recovered:?} of {plan:?}, printed {prints:?}");
        }
    }
}

/// Referrals by sex, quarter of 2017/18 and whether they go on: as many as the leaves say.
fn referrals(leaves: &[u32]) -> Dataset {
    let mut records: Vec<Record> = Vec::new();
    for (leaf, count) in leaves.iter().enumerate() {
        let (sex, quarter, goes_on) = (leaf / 6, leaf / 2 % 3, leaf % 2 == 0);
        for number in 0..*count {
            let child = format!("C{leaf}-{number}");
            let received = day(2017, 4 + 3 * u32::try_from(quarter).unwrap(), 5);
            records.push(Person::new(&child).sex([Sex::Female, Sex::Male][sex]).into());
            records.push(Referral::new(format!("R{child}"), &child, received).no_further_action(!goes_on).into());
        }
    }
    records.into_iter().collect()
}

const QUARTER_ENDS: [(u32, u32); 3] = [(6, 30), (9, 30), (12, 31)];

fn readings(engine: &Engine, dataset: &Dataset, indicator: &str, breakdown: &str) -> Vec<Reading> {
    let ledger = engine.run(dataset).unwrap();
    let mut readings = Vec::new();
    for (month, last) in QUARTER_ENDS {
        for basis in [Basis::Cumulative, Basis::InQuarter] {
            readings.push(ledger.reading(indicator, basis, day(2017, month, last)).unwrap());
            readings.extend(ledger.readings_by(indicator, basis, day(2017, month, last), breakdown).unwrap());
        }
    }
    readings
}

fn only(key: &str) -> Vec<AnyIndicator> {
    catalogue::find(key).into_iter().collect()
}

#[test]
fn nothing_hidden_in_a_publication_is_recovered() {
    let engine = Engine::new(only("NI 68")).by(BySex);
    let definitions: Vec<_> = engine.ledger().unwrap().definitions().cloned().collect();
    let mut runner = TestRunner::deterministic();
    let (mut hidden, mut of) = (0, 0);
    for _ in 0..60 {
        let leaves = counts(12).new_tree(&mut runner).unwrap().current();
        let readings = readings(&engine, &referrals(&leaves), "NI 68", "sex");
        let publication = publish(&readings, &definitions, &Policy::public()).unwrap();
        let mut prints: Vec<oracle::Print> = Vec::new();
        for reading in publication.readings() {
            let quarter = QUARTER_ENDS.iter().position(|end| day(2017, end.0, end.1) == reading.as_at()).unwrap();
            let quarters = if reading.basis() == Basis::InQuarter { quarter..=quarter } else { 0..=quarter };
            let sexes = match reading.stratum().map(|(_, stratum)| stratum.name()) {
                None => 0..2,
                Some("Female") => 0..1,
                Some(_) => 1..2,
            };
            let figure = reading.proportion().unwrap();
            for (name, cell, verdicts) in
                [("met", figure.met, 0..1), ("not met", figure.not_met, 1..2), ("of", figure.denominator, 0..2)]
            {
                let leaves_of: Vec<usize> = (0..12)
                    .filter(|leaf| sexes.contains(&(leaf / 6)) && quarters.contains(&(leaf / 2 % 3)))
                    .filter(|leaf| verdicts.contains(&(leaf % 2)))
                    .collect();
                let count: u32 = leaves_of.iter().map(|leaf| leaves[*leaf]).sum();
                let range = match cell {
                    Cell::Shown(shown) => {
                        assert!(shown == u64::from(count) && !(1..=5).contains(&shown), "{name}: {shown}");
                        (count.into(), count.into())
                    }
                    Cell::Marked(Mark::Confidential) => (1, i64::MAX),
                    other => panic!("{other:?}"),
                };
                hidden += usize::from(cell.is_hidden());
                of += 1;
                prints.push(oracle::Print {
                    name: name.to_owned(),
                    leaves: leaves_of,
                    range,
                    hidden: cell.is_hidden(),
                });
            }
            // The percentage is there exactly where the counts behind it are.
            let counts = [figure.met, figure.not_met, figure.denominator];
            match (figure.share, reading.value()) {
                (Ok(ratio), Some(Value::Percent(value))) => {
                    assert_eq!((ratio, counts.map(Cell::is_hidden)), (*value, [false; 3]));
                    assert_eq!(Some(ratio.numerator()), figure.met.number());
                }
                (Err(Mark::Confidential), None) => assert!(counts.iter().any(|cell| cell.is_hidden())),
                (Err(Mark::NotApplicable), Some(Value::Percent(value))) => assert_eq!(value.denominator(), 0),
                other => panic!("{other:?}"),
            }
        }
        let truth: Vec<i64> = leaves.iter().map(|leaf| i64::from(*leaf)).collect();
        let recovered = oracle::recovered(&truth, &prints);
        assert!(recovered.is_empty(), "{recovered:?} of {leaves:?}, printed {prints:?}");
    }
    assert!(hidden > 300 && hidden < of, "{hidden} of {of}");
}

/// The whole catalogue for the sample authority, in total and by sex and age, at five quarter ends.
fn sample_card() -> Scorecard {
    let ledger = Engine::new(catalogue::standard()).by(BySex).by(AgeBands::default()).run(&sample()).unwrap();
    let days = [day(2017, 6, 30), day(2017, 9, 30), day(2017, 12, 31), day(2018, 3, 31), day(2018, 6, 30)];
    let mut card = ledger.scorecard(&days).unwrap();
    for definition in card.definitions.clone() {
        for basis in &definition.bases {
            let key = definition.key();
            card.readings.extend(ledger.readings_by(&key, *basis, days[4], "sex").unwrap());
            card.readings.extend(ledger.readings_by(&key, *basis, days[4], "age band").unwrap());
        }
    }
    card
}

#[test]
fn a_whole_report_is_published_and_what_is_shown_is_true() {
    let card = sample_card();
    let publication = card.publish(&Policy::public()).unwrap();
    assert_eq!(publication.readings().len(), card.readings.len());
    assert_eq!(publication.release(), Release::Public);
    let (mut shown, mut zeros, mut hidden, mut medians) = (0, 0, 0, 0);
    for (reading, published) in card.readings.iter().zip(publication.readings()) {
        assert_eq!((reading.indicator(), reading.stratum()), (published.indicator(), published.stratum()));
        let mut cells: Vec<(u64, Cell)> = Vec::new();
        if let (Some(tally), Some(figure)) = (reading.tally(), published.proportion()) {
            cells.extend([(tally.met, figure.met), (tally.not_met, figure.not_met), (tally.pending, figure.pending)]);
            cells.extend([(tally.excepted, figure.excepted), (tally.excluded, figure.excluded)]);
            cells.push((reading.ratio().unwrap().denominator(), figure.denominator));
        }
        if let (Some(composition), Some(figure)) = (reading.composition(), published.composition()) {
            cells.push((composition.count(), figure.count));
            cells.extend(composition.parts().zip(&figure.parts).map(|((_, n), (_, cell))| (n, *cell)));
        }
        if let (Some(days), Some(figure)) = (reading.distribution(), published.distribution()) {
            cells.push((days.count(), figure.count));
            // Hidden too where they would tell what is hidden beside them.
            let few = days.count() < 10 || figure.count.is_hidden();
            assert!(!few || figure.quartiles.is_err(), "{}", days.count());
            medians += usize::from(figure.quartiles.is_ok());
        }
        cells.extend(reading.sibling_groups().zip(published.sibling_groups()));
        for (count, cell) in cells {
            match cell {
                Cell::Shown(number) => assert_eq!((number, (1..=5).contains(&count)), (count, false)),
                Cell::Marked(Mark::Confidential) => assert_ne!(count, 0),
                other => panic!("{other:?}"),
            }
            shown += usize::from(!cell.is_hidden() && count > 0);
            zeros += usize::from(count == 0);
            hidden += usize::from(cell.is_hidden());
        }
        if let Some(value) = published.value() {
            assert_eq!(Some(value.clone()), reading.value());
        }
    }
    assert!(medians > 10, "{medians}");
    assert!(shown > hidden && hidden > 500 && zeros > 500, "{shown} shown, {zeros} zeros, {hidden} hidden");
    // The figures the report is read for.
    let whole = |key, basis, as_at| publication.find(key, basis, as_at, None).unwrap().shown(0);
    assert_eq!(whole("ECS 138", Basis::Cumulative, day(2018, 3, 31)), "84%");
    assert_eq!(whole("CLA", Basis::AsAt, day(2018, 6, 30)), "418");
    assert_eq!(whole("NI 62", Basis::ROLLING_12M, day(2018, 6, 30)), "6%");
    let same = card.publish(&Policy::public()).unwrap();
    assert_eq!(serde_json::to_string(&publication).unwrap(), serde_json::to_string(&same).unwrap());
}

#[test]
fn what_two_indicators_share_is_hidden_in_both() {
    let publication = sample_card().publish(&Policy::public()).unwrap();
    let mut hidden = 0;
    for wri in publication.readings().iter().filter(|reading| reading.indicator() == "WRI") {
        for part in ["completed", "refused", "not required", "outstanding"] {
            let key = format!("WRI {part}");
            let share = publication.find(&key, wri.basis(), wri.as_at(), wri.stratum()).unwrap();
            assert_eq!((share.numerator(), share.denominator()), (wri.part(part), wri.count()), "{key}");
            hidden += usize::from(wri.part(part).unwrap().is_hidden());
        }
        let episodes = publication.find("Missing episodes", wri.basis(), wri.as_at(), wri.stratum()).unwrap();
        assert_eq!(episodes.count(), wri.count());
    }
    assert!(hidden > 0);
    for placements in publication.readings().iter().filter(|reading| reading.indicator() == "NI 62") {
        let cla = publication.find("CLA", Basis::AsAt, placements.as_at(), placements.stratum()).unwrap();
        assert_eq!(placements.denominator(), cla.count());
    }
}

#[test]
fn nothing_is_hidden_internally_and_every_output_says_so() {
    let card = sample_card();
    let publication = card.publish(&Policy::internal()).unwrap();
    assert!(publication.statement().starts_with("For internal use only, not to be published"));
    for (reading, published) in card.readings.iter().zip(publication.readings()) {
        assert_eq!(published.release(), Release::Internal);
        assert_eq!(published.value().cloned(), reading.value());
        let json = serde_json::to_value(published).unwrap();
        assert_eq!(json["release"], "internal");
        assert!(!json.to_string().contains("[c]"), "{json}");
    }
    assert_eq!(serde_json::to_value(&publication).unwrap()["release"], "internal");
    let public = serde_json::to_value(card.publish(&Policy::public()).unwrap()).unwrap();
    assert!(public["readings"][0].get("release").is_none() && public["release"] == "public");
}

#[test]
fn hidden_zero_empty_and_not_yet_due_are_four_things() {
    // 8 referrals go on and 2 do not by June, none in the quarter after.
    let dataset = referrals(&[8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let engine = Engine::new(only("NI 68")).by(BySex);
    let card = engine.scorecard(&dataset, &[day(2017, 6, 30), day(2017, 9, 30), day(2017, 12, 31)]).unwrap();
    let publication = card.publish(&Policy::public().known_until(day(2017, 9, 30))).unwrap();
    let json = |as_at| {
        let reading = publication.find("NI 68", Basis::InQuarter, as_at, None).unwrap();
        let json = serde_json::to_value(reading).unwrap();
        [json["met"].clone(), json["excluded"].clone(), json["value"].clone()].map(|value| value.to_string())
    };
    let june = json(day(2017, 6, 30));
    assert_eq!((june[1].as_str(), june[2].as_str()), ("0", "\"[c]\""));
    assert_eq!(json(day(2017, 9, 30)), ["0", "0", "\"[z]\""]);
    assert_eq!(json(day(2017, 12, 31)), ["\"[x]\"", "\"[x]\"", "\"[x]\""]);
    let marks: Vec<Mark> = publication.legend().map(|(mark, _)| mark).collect();
    assert_eq!(marks, [Mark::Confidential, Mark::NotApplicable, Mark::NotAvailable]);
    for mark in Mark::ALL {
        assert_eq!(mark.to_string().parse(), Ok(mark));
        assert_eq!(serde_json::to_string(&mark).unwrap(), format!("\"{mark}\""));
    }
    assert_eq!("c".parse::<Mark>().unwrap_err().to_string(), "\"c\" is no mark ([c], [z], [x], [k], [low])");
}

#[test]
fn a_share_that_rounds_to_zero_is_marked() {
    let dataset = referrals(&[6, 3_000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let card = Engine::new(only("NI 68")).scorecard(&dataset, &[day(2017, 6, 30)]).unwrap();
    let publication = card.publish(&Policy::public()).unwrap();
    let reading = &publication.readings()[0];
    assert_eq!((reading.shown(0).as_str(), reading.shown(1).as_str()), ("[k]", "0.2%"));
    let rounded = card.publish(&Policy::public().rounding(Rounding::To10)).unwrap();
    let reading = &rounded.readings()[0];
    assert_eq!(reading.numerator(), Some(Cell::Rounded(10)));
    // All but three of 303: the share would tell the three, whatever the counts are rounded to.
    let dataset = referrals(&[300, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let card = Engine::new(only("NI 68")).scorecard(&dataset, &[day(2017, 6, 30)]).unwrap();
    let publication = card.publish(&Policy::public().rounding(Rounding::To10)).unwrap();
    assert_eq!(publication.readings()[0].denominator(), Some(Cell::Rounded(300)));
    assert_eq!(publication.readings()[0].shown(0), "[c]");
    // From the rounded counts: 10 of 3,010.
    assert_eq!(reading.value().unwrap().shown(3).as_deref(), Some("0.332%"));
}

#[test]
fn medians_of_few_units_and_small_groups_above_a_number_of_days_are_hidden() {
    let taking = |days: &[(u32, u32)]| -> Dataset {
        let of = |(at, (number, days)): (usize, &(u32, u32))| {
            let start = day(2018, 1, 1);
            let end = start + chrono::Duration::days(i64::from(*days) * 7);
            (0..*number)
                .map(move |n| Assessment::new(format!("A{at}-{n}"), format!("C{at}-{n}"), start).authorised(end))
                .collect::<Vec<_>>()
        };
        days.iter().enumerate().flat_map(of).collect()
    };
    let read = |days: &[(u32, u32)]| {
        let card = Engine::new(only("ECS 138 days")).scorecard(&taking(days), &[day(2018, 3, 31)]).unwrap();
        let publication = card.publish(&Policy::public().days_above(20)).unwrap();
        publication.find("ECS 138 days", Basis::Cumulative, day(2018, 3, 31), None).unwrap().clone()
    };
    let few = read(&[(9, 2)]);
    assert_eq!((few.shown(0).as_str(), few.count(), few.value()), ("[c]", Some(Cell::Shown(9)), None));
    let enough = read(&[(10, 2)]);
    assert_eq!((enough.shown(0).as_str(), enough.units_above(20)), ("10", Some(Cell::Shown(0))));
    // 3 of 23 above 20 days: hidden, and so the others or the count.
    let small = read(&[(20, 2), (3, 8)]);
    let PublishedFigure::Distribution(figure) = small.figure() else { panic!("{small:?}") };
    let [(20, above, up_to)] = figure.above.as_slice() else { panic!("{figure:?}") };
    assert!(above.is_hidden() && (up_to.is_hidden() || figure.count.is_hidden()), "{figure:?}");
}

#[test]
fn sibling_groups_are_hidden_as_counts_are() {
    let card = sample_card();
    let publication = card.publish(&Policy::public()).unwrap();
    let mut hidden = 0;
    for (reading, published) in card.readings.iter().zip(publication.readings()) {
        if let (Some(groups), Some(cell)) = (reading.sibling_groups(), published.sibling_groups()) {
            assert!(!(1..=5).contains(&groups) || cell.is_hidden());
            hidden += usize::from(cell.is_hidden());
        }
    }
    assert!(hidden > 0);
}

#[test]
fn totals_that_are_known_anyway_make_a_publication_fail() {
    // Girls and boys, three of one and none of the other, in the first quarter only.
    let dataset = referrals(&[3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let engine = Engine::new(only("NI 68")).by(BySex);
    let definitions: Vec<_> = engine.ledger().unwrap().definitions().cloned().collect();
    let readings = readings(&engine, &dataset, "NI 68", "sex");
    assert!(publish(&readings, &definitions, &Policy::public()).is_ok());
    let keep = Policy::public().totals(Totals::AlwaysShown);
    // 3 girls and 4 girls of a total of 7: the total may be shown, for nobody knows which is which.
    assert!(publish(&readings, &definitions, &keep).is_ok());
    let dataset = referrals(&[3, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let readings = self::readings(&engine, &dataset, "NI 68", "sex");
    assert!(publish(&readings, &definitions, &Policy::public()).is_ok());
    let error = publish(&readings, &definitions, &keep).unwrap_err();
    assert!(matches!(error, DisclosureError::WorkedOut { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.starts_with("NI 68 (2017-04-01 to ") && text.contains("met is hidden and can be worked out from"),
        "{text}"
    );
}

#[test]
fn readings_that_contradict_each_other_are_not_published() {
    let engine = Engine::new(only("NI 68")).by(BySex);
    let definitions: Vec<_> = engine.ledger().unwrap().definitions().cloned().collect();
    let one = readings(&engine, &referrals(&[8; 12]), "NI 68", "sex");
    let other = readings(&engine, &referrals(&[9; 12]), "NI 68", "sex");
    let refused = |readings: &[Reading]| publish(readings, &definitions, &Policy::public()).unwrap_err();
    let both: Vec<Reading> = one.iter().chain(&other).cloned().collect();
    let text = refused(&both).to_string();
    assert_eq!(text, "NI 68 (2017-04-01 to 2017-06-30): met does not add up with the counts it is made of");
    // A stratum above its total; a quarter above its year.
    let mixed: Vec<Reading> = one.iter().filter(|r| r.stratum().is_none()).cloned().collect();
    let strata = other.iter().filter(|r| r.stratum().is_some()).cloned();
    let mixed: Vec<Reading> = mixed.into_iter().chain(strata).collect();
    assert!(matches!(refused(&mixed), DisclosureError::DoesNotAddUp(_)));
    let quarter = other.iter().filter(|r| r.basis() == Basis::InQuarter && r.stratum().is_none()).cloned();
    let year = one.iter().filter(|r| r.basis() == Basis::Cumulative && r.stratum().is_none()).skip(1).cloned();
    assert!(matches!(refused(&quarter.chain(year).collect::<Vec<_>>()), DisclosureError::DoesNotAddUp(_)));
    let error = publish(&one, &[], &Policy::public()).unwrap_err();
    assert_eq!(error.to_string(), "there is no definition of indicator \"NI 68\"");
    // As many strata as are given are at most the total.
    let some: Vec<Reading> =
        one.iter().filter(|r| r.stratum().is_none_or(|(_, stratum)| stratum.name() == "Male")).cloned().collect();
    assert!(publish(&some, &definitions, &Policy::public()).is_ok());
}

#[test]
fn a_part_that_is_a_stratum_too_is_hidden_in_both() {
    let ledger = Engine::new(only("CLA")).by(ByUnaccompanied).by(BySex).run(&sample()).unwrap();
    let mut card = ledger.scorecard(&[day(2018, 6, 30)]).unwrap();
    for breakdown in ["UASC", "sex"] {
        card.readings.extend(ledger.readings_by("CLA", Basis::AsAt, day(2018, 6, 30), breakdown).unwrap());
    }
    // So many that the 55 are hidden themselves.
    let publication = card.publish(&hiding(60)).unwrap();
    let cells: Vec<Cell> =
        publication.strata("CLA", Basis::AsAt, day(2018, 6, 30), "UASC").map(|r| r.count().unwrap()).collect();
    let whole = publication.find("CLA", Basis::AsAt, day(2018, 6, 30), None).unwrap();
    assert_eq!(cells, [whole.part("UASC").unwrap(), whole.part("not UASC").unwrap()]);
    assert!(cells[0].is_hidden() && (cells[1].is_hidden() || whole.count().unwrap().is_hidden()));
}

/// Of each assessment how many working days it took, all started on one day.
fn assessments(days: &[(u32, i32)]) -> Vec<Record> {
    let calendar = csc_kpi::calendar::WorkingDays::england_and_wales();
    let start = day(2018, 1, 2);
    let authorised = |days: i32| start.iter_days().find(|day| calendar.between(start, *day).unwrap() == days).unwrap();
    let of = |(at, (number, days)): (usize, &(u32, i32))| {
        let end = authorised(*days);
        (0..*number)
            .map(|n| Assessment::new(format!("A{at}-{n}"), format!("C{at}-{n}"), start).authorised(end).into())
            .collect::<Vec<Record>>()
    };
    days.iter().enumerate().flat_map(of).collect()
}

#[test]
fn quartiles_do_not_tell_what_is_hidden_beside_them() {
    let march = day(2018, 3, 31);
    let publish = |days: &[(u32, i32)], keys: &[&str], policy: &Policy| {
        let dataset: Dataset = assessments(days).into_iter().collect();
        let indicators: Vec<AnyIndicator> = keys.iter().flat_map(|key| only(key)).collect();
        Engine::new(indicators).scorecard(&dataset, &[march]).unwrap().publish(policy).unwrap()
    };
    let quartiles = |publication: &csc_kpi::disclosure::Publication| {
        let days = publication.find("ECS 138 days", Basis::InQuarter, march, None).unwrap();
        (days.distribution().unwrap().quartiles.is_ok(), days.mark())
    };
    let hidden = (false, Some(Mark::Confidential));
    // 45, 45 and 45.75: so 3 of the 10 took longer.
    let public = Policy::public();
    assert_eq!(quartiles(&publish(&[(7, 45), (3, 46)], &["ECS 138", "ECS 138 days"], &public)), hidden);
    assert_eq!(quartiles(&publish(&[(7, 44), (3, 45)], &["ECS 138 start is day 1", "ECS 138 days"], &public)), hidden);
    // In one reading, and at another limit than that of the indicator beside it.
    assert_eq!(quartiles(&publish(&[(7, 45), (3, 46)], &["ECS 138 days"], &Policy::public().days_above(45))), hidden);
    let other = publish(&[(7, 20), (3, 21)], &["ECS 138", "ECS 138 days"], &Policy::public().days_above(20));
    assert_eq!(quartiles(&other), hidden);
    assert_eq!(quartiles(&publish(&[(7, 45), (7, 46)], &["ECS 138", "ECS 138 days"], &public)), (true, None));
    assert_eq!(quartiles(&publish(&[(7, 45), (3, 46)], &["ECS 138 days"], &public)), (true, None));
    assert_eq!(
        quartiles(&publish(&[(7, 45), (3, 46)], &["ECS 138", "ECS 138 days"], &Policy::internal())),
        (true, None)
    );
}

#[test]
fn quartiles_stay_where_they_say_no_more_than_the_mark() {
    let march = day(2018, 3, 31);
    let cut = Policy::public().days_above(30);
    let figure = |days: &[(u32, i32)], keys: &[&str], policy: &Policy| {
        let dataset: Dataset = assessments(days).into_iter().collect();
        let indicators: Vec<AnyIndicator> = keys.iter().flat_map(|key| only(key)).collect();
        let publication = Engine::new(indicators).scorecard(&dataset, &[march]).unwrap().publish(policy).unwrap();
        let days = publication.find("ECS 138 days", Basis::InQuarter, march, None).unwrap();
        days.distribution().unwrap().clone()
    };
    let shown = |days: &[(u32, i32)], keys: &[&str], policy: &Policy| {
        let figure = figure(days, keys, policy);
        assert!(figure.above.iter().all(|(_, above, up_to)| above.is_hidden() && up_to.is_hidden()), "{figure:?}");
        figure.quartiles.is_ok()
    };
    let alone = &["ECS 138 days"];
    // Of 21 the upper quartile is the 16th: at most 5 are above it, which a hidden count may be. Of 20 it lies before the
    // 16th: at most 4.
    assert!(shown(&[(18, 20), (3, 31)], alone, &cut));
    assert!(!shown(&[(17, 20), (3, 31)], alone, &cut));
    // The other way round: of 21 the lower quartile is the 6th.
    assert!(shown(&[(3, 30), (18, 31)], alone, &cut));
    assert!(!shown(&[(3, 30), (17, 31)], alone, &cut));
    // 5 of 21: the 16th is within 30 days and the 17th is not, but only the 16th stands behind a quartile.
    assert!(shown(&[(16, 30), (5, 31)], alone, &cut));
    // 6 of 22 is no small count; 5 of 17 are told by the 13th.
    assert!(figure(&[(16, 30), (6, 31)], alone, &cut).above.iter().all(|(_, above, _)| !above.is_hidden()));
    assert!(!shown(&[(12, 30), (5, 31)], alone, &cut));
    // At the limit of an indicator beside it.
    let both = &["ECS 138", "ECS 138 days"];
    assert!(figure(&[(38, 20), (3, 46)], both, &Policy::public()).quartiles.is_ok());
    assert!(figure(&[(17, 20), (3, 46)], both, &Policy::public()).quartiles.is_err());
    // Where counts are rounded, it is not known which is the 16th.
    let rounded = Policy::public().days_above(30).rounding(Rounding::To5);
    assert!(figure(&[(38, 20), (3, 31)], alone, &rounded).quartiles.is_err());
}

/// What is printed of several indicators at several dates, total by total.
fn totals(records: Vec<Record>, keys: &[&str], days: &[NaiveDate]) -> csc_kpi::disclosure::Publication {
    let dataset: Dataset = records.into_iter().collect();
    let indicators: Vec<AnyIndicator> = keys.iter().flat_map(|key| only(key)).collect();
    Engine::new(indicators).scorecard(&dataset, days).unwrap().publish(&Policy::public()).unwrap()
}

#[test]
fn plans_that_ended_are_not_told_by_those_that_started_and_are_open() {
    let (march, june) = (day(2018, 3, 31), day(2018, 6, 30));
    let plans = |old: usize, started: usize, ended: usize| -> Vec<Record> {
        let open = (0..old).map(|n| {
            let plan = ProtectionPlan::new(format!("P{n}"), format!("C{n}"), day(2017, 10, 3));
            if n < ended { plan.end(day(2018, 5, 9)).into() } else { plan.into() }
        });
        let more = (0..started).map(|n| ProtectionPlan::new(format!("Q{n}"), format!("D{n}"), day(2018, 5, 3)).into());
        open.chain(more).collect()
    };
    // 22 were open, 8 started, 27 are open.
    let publication = totals(plans(22, 8, 3), &["NI 65", "NI 64 ceased", "ECS 133"], &[march, june]);
    let of = |key, basis, at| publication.find(key, basis, at, None).unwrap().denominator().unwrap();
    assert!(of("NI 64 ceased", Basis::InQuarter, june).is_hidden());
    let shown =
        [of("ECS 133", Basis::AsAt, march), of("ECS 133", Basis::AsAt, june), of("NI 65", Basis::InQuarter, june)];
    assert!(shown.iter().any(|cell| cell.is_hidden()), "{shown:?}");
    // 27 are open, and of 22 of them a review could be due: so 5 started.
    let publication = totals(plans(22, 5, 0), &["NI 65", "ECS 133", "NI 67"], &[june]);
    let of = |key, basis| publication.find(key, basis, june, None).unwrap().denominator().unwrap();
    assert!(of("NI 65", Basis::InQuarter).is_hidden());
    let shown = [of("ECS 133", Basis::AsAt), of("NI 67", Basis::AsAt)];
    assert!(shown.iter().any(|cell| cell.is_hidden()) || publication.readings().is_empty(), "{shown:?}");
}

#[test]
fn missing_children_of_a_kind_are_not_told_by_its_episodes() {
    let june = day(2018, 6, 30);
    // 2 episodes of one child away, 30 children missing from home: the child is one of at most two.
    let mut records: Vec<Record> = Vec::new();
    let mut episode = |child: usize, kind: MissingKind| {
        let id = format!("M{}", records.len());
        let start = day(2018, 5, 1 + u32::try_from(records.len() % 20).unwrap());
        let mut episode = MissingEpisode::new(id, format!("C{child}"), start).end(start);
        episode.kind = Some(kind.into());
        records.push(episode.into());
    };
    for child in 0..30 {
        episode(child, MissingKind::Missing);
    }
    for _ in 0..9 {
        episode(40, MissingKind::Away);
    }
    let publication =
        totals(records, &["Missing episodes", "Missing children", "Missing children home first"], &[june]);
    let find = |key| publication.find(key, Basis::InQuarter, june, None).unwrap();
    let (first, last) = (find("Missing children"), find("Missing children home first"));
    assert_eq!((first.count(), first.parts()), (last.count(), last.parts()));
    assert!(first.part("away without authorisation").unwrap().is_hidden());
}

#[test]
fn interviews_offered_and_not_required_are_disjoint() {
    let june = day(2018, 6, 30);
    let yes = Some(InterviewFlag::Yes);
    let kinds = [
        (50, yes, yes),
        (30, yes, Some(InterviewFlag::No)),
        (5, yes, None),
        (12, Some(InterviewFlag::NotRequired), None),
    ];
    let mut records: Vec<Record> = Vec::new();
    for (number, offered, accepted) in kinds {
        for _ in 0..number {
            let id = records.len();
            let mut episode =
                MissingEpisode::new(format!("M{id}"), format!("C{id}"), day(2018, 5, 1)).end(day(2018, 5, 2));
            (episode.interview_offered, episode.interview_accepted) = (offered, accepted);
            records.push(episode.into());
        }
    }
    // 80 are completed or refused, 12 not required: of 97 there are between 80 and 85 offered, and 5 outstanding.
    let publication = totals(records, &["WRI", "WRI offered", "WRI not required"], &[june]);
    let find = |key| publication.find(key, Basis::InQuarter, june, None).unwrap();
    let wri = find("WRI");
    assert!(wri.part("outstanding").unwrap().is_hidden());
    let others = ["completed", "refused", "not required"].map(|part| wri.part(part).unwrap());
    assert!(others.iter().any(|cell| cell.is_hidden()), "{others:?}");
    assert_eq!(find("WRI not required").numerator(), wri.part("not required"));
}

#[test]
fn bands_of_ages_beside_others_do_not_tell_each_other() {
    let june = day(2018, 6, 30);
    let mut records: Vec<Record> = Vec::new();
    // 3 of 2 years, 30 of 7, 40 of 12 and 50 of 16: under 5 are 3 by either.
    for (born, number) in [(2016, 3), (2011, 30), (2006, 40), (2002, 50)] {
        for n in 0..number {
            let id = format!("{born}-{n}");
            records.push(Person::new(&id).date_of_birth(day(born, 1, 1)).into());
            records.push(Referral::new(&id, &id, day(2018, 5, 1)).no_further_action(false).into());
        }
    }
    let dataset: Dataset = records.into_iter().collect();
    let engine = Engine::new(only("NI 68")).by(AgeBands::default()).by(AgeBands::new("wide", &[0, 10, 16]).unwrap());
    let ledger = engine.run(&dataset).unwrap();
    let definitions: Vec<_> = ledger.definitions().cloned().collect();
    let mut readings = Vec::new();
    for breakdown in ["age band", "wide"] {
        readings.extend(ledger.readings_by("NI 68", Basis::InQuarter, june, breakdown).unwrap());
    }
    let publication = publish(&readings, &definitions, &Policy::public()).unwrap();
    let cell = |breakdown: &str, name: &str| {
        let mut strata = publication.strata("NI 68", Basis::InQuarter, june, breakdown);
        strata.find(|r| r.stratum().unwrap().1.name() == name).unwrap().denominator().unwrap()
    };
    // 33 under 10, without the 30 from 5 to 9, would be the 3.
    assert!(cell("age band", "1-4").is_hidden());
    assert!(cell("age band", "5-9").is_hidden() || cell("wide", "under 10").is_hidden());
    assert_eq!((cell("age band", "16-17"), cell("age band", "10-15")), (Cell::Shown(50), Cell::Shown(40)));
}

#[test]
fn the_number_of_findings_is_not_told() {
    let mut records = assessments(&[(39, 45)]);
    records.push(Assessment::new("B", "CB", day(2018, 1, 2)).authorised(day(2018, 1, 1)).into());
    let publication = totals(records, &["ECS 138"], &[day(2018, 3, 31)]);
    let reading = publication.find("ECS 138", Basis::InQuarter, day(2018, 3, 31), None).unwrap();
    assert!(reading.verdict(Verdict::Excluded).unwrap().is_hidden());
    assert_eq!(publication.findings(), Cell::Marked(Mark::Confidential));
    assert_eq!(serde_json::to_value(&publication).unwrap()["findings"], "[c]");
    let mut card = sample_card();
    for (findings, public) in [(0, Cell::Shown(0)), (7, Cell::Marked(Mark::Confidential))] {
        card.findings = findings;
        assert_eq!(card.publish(&Policy::public()).unwrap().findings(), public);
        assert_eq!(card.publish(&Policy::internal()).unwrap().findings(), Cell::Shown(findings));
    }
}

/// Children of either sex and of all ages, some with referrals, some on a plan, looked after or missing.
fn ordinary(children: u32) -> Dataset {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |end: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from((state >> 11) % u64::from(end)).unwrap()
    };
    let on = |days: u32| day(2017, 4, 3) + chrono::Duration::days(days.into());
    let mut records: Vec<Record> = Vec::new();
    for number in 0..children {
        let child = format!("C{number}");
        let sex = [Sex::Female, Sex::Male][draw(2) as usize];
        let born = day(2001 + i32::try_from(draw(16)).unwrap(), 1 + draw(12), 5);
        records.push(Person::new(&child).sex(sex).date_of_birth(born).into());
        for n in 0..draw(3) {
            let (id, start) = (format!("{child}-{n}"), draw(450));
            records.push(Referral::new(&id, &child, on(start)).no_further_action(draw(4) == 0).into());
            if draw(2) == 0 {
                let assessment = Assessment::new(&id, &child, on(start)).referral(&id);
                records.push(assessment.authorised(on(start + 20 + draw(60))).into());
            }
        }
        if draw(5) == 0 {
            let start = draw(400);
            let plan = ProtectionPlan::new(&child, &child, on(start));
            let ends = draw(2) == 0;
            records.push(if ends { plan.end(on(start + 30 + draw(200))).into() } else { plan.into() });
        }
        if draw(5) == 0 {
            records.push(LookedAfterEpisode::new(&child, &child, on(draw(400))).into());
        }
        for n in 0..if draw(4) == 0 { 1 + draw(4) } else { 0 } {
            let start = on(draw(440));
            let mut episode = MissingEpisode::new(format!("{child}-{n}"), &child, start).end(start);
            episode.kind = Some(if draw(5) == 0 { MissingKind::Away } else { MissingKind::Missing }.into());
            let (yes, no) = (Some(InterviewFlag::Yes), Some(InterviewFlag::No));
            let states = [(yes, yes), (yes, no), (yes, None), (None, None), (Some(InterviewFlag::NotRequired), None)];
            (episode.interview_offered, episode.interview_accepted) = states[draw(5) as usize];
            records.push(episode.into());
        }
    }
    records.into_iter().collect()
}

#[test]
fn an_ordinary_report_by_sex_and_age_is_published() {
    let ledger = Engine::new(catalogue::standard()).by(BySex).by(AgeBands::default()).run(&ordinary(400)).unwrap();
    let days = [day(2017, 6, 30), day(2017, 9, 30), day(2017, 12, 31), day(2018, 3, 31), day(2018, 6, 30)];
    let mut card = ledger.scorecard(&days).unwrap();
    for definition in card.definitions.clone() {
        for (basis, breakdown) in definition.bases.iter().flat_map(|basis| [(*basis, "sex"), (*basis, "age band")]) {
            for as_at in days {
                card.readings.extend(ledger.readings_by(&definition.key(), basis, as_at, breakdown).unwrap());
            }
        }
    }
    let publication = card.publish(&Policy::public()).unwrap();
    let totals = || publication.readings().iter().filter(|reading| reading.stratum().is_none());
    let shown = totals().filter(|reading| reading.value().is_some()).count();
    assert!(shown * 3 > totals().count(), "{shown} of {}", totals().count());
}

/// Whatever is recorded: the figures of the catalogue hang together as they are stated to, and are published.
#[test]
fn histories_of_any_kind_are_published() {
    let engine = || Engine::new(everything()).by(BySex).by(ByUnaccompanied);
    let mut runner = TestRunner::deterministic();
    let population = strategies::population(1..60);
    for number in 0..25 {
        let records = population.new_tree(&mut runner).unwrap().current();
        let dataset: Dataset = records.into_iter().collect();
        let ledger = engine().run(&dataset).unwrap();
        let days = [day(2017, 12, 31), day(2018, 3, 31), day(2018, 6, 30)];
        let mut card = ledger.scorecard(&days).unwrap();
        for definition in card.definitions.clone() {
            for (basis, breakdown) in definition.bases.iter().flat_map(|basis| [(*basis, "sex"), (*basis, "UASC")]) {
                card.readings.extend(ledger.readings_by(&definition.key(), basis, days[2], breakdown).unwrap());
            }
        }
        if let Err(error) = card.publish(&Policy::public()) {
            panic!("history {number}: {error}");
        }
    }
}

/// Whatever is recorded, in total, in every stratum, at several dates and in every window: what the audit takes figures to
/// hang together by holds of them.
#[test]
fn no_figure_of_the_catalogue_contradicts_how_they_hang_together() {
    let engine = Engine::new(everything())
        .by(BySex)
        .by(AgeBands::default())
        .by(AgeBands::new("wide bands", &[0, 5, 16]).unwrap())
        .by(ByEthnicGroup)
        .by(ByUnaccompanied)
        .by(ByAbuseCategory);
    let policy = Policy::public().days_above(20).days_above(44).days_above(45).days_above(91);
    let mut runner = TestRunner::deterministic();
    let scenarios = strategies::scenario(1..40);
    for number in 0..40 {
        let scenario = scenarios.new_tree(&mut runner).unwrap().current();
        let dataset: Dataset = scenario.records.into_iter().collect();
        let ledger = engine.run(&dataset).unwrap();
        let mut days: Vec<NaiveDate> = scenario.as_at.clone();
        days.extend([day(2018, 3, 31), day(2018, 5, 31), day(2018, 6, 30)]);
        days.sort_unstable();
        days.dedup();
        let mut card = ledger.scorecard(&days).unwrap();
        for definition in card.definitions.clone() {
            for basis in &definition.bases {
                for breakdown in engine.breakdowns() {
                    for as_at in &days {
                        let strata = ledger.readings_by(&definition.key(), *basis, *as_at, breakdown);
                        card.readings.extend(strata.unwrap());
                    }
                }
            }
        }
        let contradicted = contradictions(&card.readings, &card.definitions, &policy).unwrap();
        assert!(contradicted.is_empty(), "history {number}: {contradicted:#?}");
    }
}

/// An indicator that bears the key of one of the catalogue, of which half as many units are as it should have.
#[test]
fn what_contradicts_the_catalogue_is_told() {
    let mut dataset = Dataset::builder();
    for number in 0..20 {
        dataset.push(Referral::new(format!("R{number}"), format!("C{number}"), day(2018, 5, 1)));
    }
    let june = [day(2018, 6, 30)];
    let whole = Engine::new(everything()).scorecard(&dataset.finish(), &june).unwrap();
    let none = Engine::new(everything()).scorecard(&Dataset::builder().finish(), &june).unwrap();
    let of = |card: &Scorecard, key: &str| -> Vec<Reading> {
        card.readings.iter().filter(|r| r.indicator() == key && r.basis() == Basis::InQuarter).cloned().collect()
    };
    let mixed: Vec<Reading> = of(&whole, "NI 68").into_iter().chain(of(&none, "ECS 14a")).collect();
    let contradicted = contradictions(&mixed, &whole.definitions, &Policy::public()).unwrap();
    let text = "ECS 14a (2018-04-01 to 2018-06-30): denominator does not agree with NI 68 (2018-04-01 to 2018-06-30): denominator";
    assert!(contradicted.iter().any(|told| told == text), "{contradicted:#?}");
}

/// What a reader who knows the definitions can add up across indicators, of every figure.
#[test]
fn indicators_hang_together_as_the_audit_takes_them_to() {
    let mut runner = TestRunner::deterministic();
    let scenarios = strategies::scenario(1..40);
    let mut counted = 0;
    for _ in 0..40 {
        let scenario = scenarios.new_tree(&mut runner).unwrap().current();
        let dataset: Dataset = scenario.records.into_iter().collect();
        let ledger = Engine::new(everything()).run(&dataset).unwrap();
        for as_at in scenario.as_at {
            for basis in [Basis::Cumulative, Basis::InQuarter, Basis::ROLLING_12M] {
                // As at the day for a stock; none where the indicator has not this basis.
                let read = |key: &str| {
                    ledger.reading(key, basis, as_at).or_else(|_| ledger.reading(key, Basis::AsAt, as_at)).ok()
                };
                let of = |key: &str| read(key).map(|reading| reading.ratio().unwrap().denominator());
                let met = |key: &str| read(key).map(|reading| reading.ratio().unwrap().numerator());
                let all = |key: &str| {
                    read(key).map(|reading| match reading.distribution() {
                        Some(days) => days.count(),
                        None => reading.composition().unwrap().count(),
                    })
                };
                let part = |key: &str, name: &str| read(key).and_then(|r| r.composition().unwrap().part(name));
                assert_eq!(of("ECS 14a"), of("NI 68"));
                assert_eq!((of("NI 68 by-event"), all("NI 68 route")), (of("NI 68"), met("NI 68")));
                assert_eq!((of("ECS 14a 365 days"), all("ECS 138 days")), (of("ECS 14a"), of("ECS 138")));
                assert_eq!((of("NI 65a"), of("NI 65a start to start")), (of("NI 65"), of("NI 65")));
                assert_eq!((of("NI 64 open"), of("ECS 01b")), (of("ECS 133"), all("CLA")));
                if basis != Basis::InQuarter {
                    assert_eq!((of("NI 62"), of("NI 62 raw-moves")), (all("CLA"), all("CLA")));
                }
                assert_eq!((all("WRI"), of("WRI offered")), (all("Missing episodes"), all("WRI")));
                for name in ["completed", "refused", "not required", "outstanding"] {
                    let key = format!("WRI {name}");
                    assert_eq!((of(&key), met(&key)), (all("WRI"), part("WRI", name)), "{key}");
                }
                let suitable = *read("Care leavers suitable").unwrap().tally().unwrap();
                let judged = suitable.met + suitable.not_met + suitable.excluded;
                assert_eq!(Some(judged), of("Care leavers EET"));
                assert!(met("NI 65a") <= met("NI 65") && met("NI 65a start to start") <= met("NI 65"));
                assert!(met("NI 64 open") <= met("ECS 133") && met("ECS 14a 365 days") <= met("ECS 14a"));
                assert!(met("WRI completed").unwrap() + met("WRI refused").unwrap() <= met("WRI offered").unwrap());
                assert!(of("NI 63") <= all("CLA") && of("NI 67") <= of("ECS 133") && of("ECS 02") <= of("ECS 133"));
                assert!(all("Care leavers status age") <= of("Care leavers EET"));
                assert!(all("Missing children") <= all("Missing episodes"));
                let counts = [of("NI 68"), of("ECS 133"), all("CLA"), all("WRI"), of("Care leavers EET")];
                counted += counts.into_iter().flatten().filter(|count| *count > 0).count();
            }
            let met = |key, basis| ledger.reading(key, basis, as_at).unwrap().ratio().unwrap().numerator();
            for key in ["NI 62", "NI 62 raw-moves"] {
                assert!(met(key, Basis::Cumulative) <= met(key, Basis::ROLLING_12M), "{key}");
            }
        }
    }
    assert!(counted > 300, "{counted}");
}
