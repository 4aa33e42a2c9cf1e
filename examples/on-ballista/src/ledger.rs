//! The aggregate function of the query engine: parcels of records go in, a ledger comes out.
//!
//! `csc_ledger(supply, records)` posts each row to a ledger. The ledger is the state that travels: written, merged by
//! [`Ledger::merge`], read. How rows are split over tasks and machines does not matter, because each row is whole and
//! ledgers merge in any order and grouping.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::Arc;

use csc_kpi::indicator::catalogue;
use csc_kpi::record::Record;
use csc_kpi::{BySex, Dataset, Engine, Ledger};
use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};

/// The name of the function in SQL, and the name by which the parts of a cluster find it.
pub(crate) const NAME: &str = "csc_ledger";

/// The terms of every ledger. Each process of a cluster has its own; ledgers of others do not merge.
pub(crate) fn engine() -> Engine {
    Engine::new(catalogue::standard()).by(BySex)
}

/// The function, to be registered in every session that plans it and in every process that runs it.
pub(crate) fn function() -> AggregateUDF {
    AggregateUDF::from(LedgerOf {
        signature: Signature::exact(vec![DataType::Utf8, DataType::Utf8], Volatility::Immutable),
    })
}

/// A ledger as it travels. JSON names each day, so it packs well.
pub(crate) fn pack(ledger: &Ledger) -> io::Result<Vec<u8>> {
    zstd::encode_all(serde_json::to_vec(ledger)?.as_slice(), 1)
}

/// The ledger that [`pack`] wrote.
pub(crate) fn unpack(bytes: &[u8]) -> io::Result<Ledger> {
    Ok(serde_json::from_slice(&zstd::decode_all(bytes)?)?)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LedgerOf {
    signature: Signature,
}

impl AggregateUDFImpl for LedgerOf {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, of: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(of.name, "ledger"), DataType::Binary, false))])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let engine = engine();
        let ledger = engine.ledger().map_err(external)?;
        Ok(Box::new(Posting { engine, ledger }))
    }
}

/// What one task has posted.
#[derive(Debug)]
struct Posting {
    engine: Engine,
    ledger: Ledger,
}

impl Posting {
    /// Posts parcels of one source.
    fn post(&mut self, supply: Option<&str>, parcels: &[&str]) -> Result<()> {
        let mut records = Dataset::builder();
        if let Some(supply) = supply {
            records.begin_source(&serde_json::from_str(supply).map_err(external)?);
        }
        let mut professionals = HashSet::new();
        for parcel in parcels {
            let parcel: Vec<Record> = serde_json::from_str(parcel).map_err(external)?;
            let mut brought = Vec::new();
            for record in parcel {
                // Each parcel that names a professional has a copy; the first will do.
                if let Record::Professional(professional) = &record {
                    if professionals.contains(&professional.id) {
                        continue;
                    }
                    brought.push(professional.id.clone());
                }
                records.push(record);
            }
            professionals.extend(brought);
        }
        if supply.is_some() {
            records.end_source();
        }
        self.engine.post_all(&mut self.ledger, records.finish().children()).map_err(external)
    }

    fn packed(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(pack(&self.ledger).map_err(external)?)))
    }
}

impl Accumulator for Posting {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [supplies, parcels] = values else { return Err(columns(values.len())) };
        // What a source holds is said of a whole dataset, so there is one for each that says something else.
        let mut by_supply: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (supply, parcel) in supplies.as_string::<i32>().iter().zip(parcels.as_string::<i32>().iter()) {
            by_supply.entry(supply).or_default().extend(parcel);
        }
        for (supply, parcels) in by_supply {
            self.post(supply, &parcels)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.packed()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [ledgers] = states else { return Err(columns(states.len())) };
        for ledger in ledgers.as_binary::<i32>().iter().flatten() {
            self.ledger.merge(&unpack(ledger).map_err(external)?).map_err(external)?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.packed()
    }

    /// Without what the ledger has on the heap: that does not grow with the rows, so there is nothing to spill.
    fn size(&self) -> usize {
        size_of_val(self)
    }
}

fn columns(number: usize) -> DataFusionError {
    DataFusionError::Execution(format!("{NAME} takes two columns and its state is one, not {number}"))
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use csc_kpi::NaiveDate;
    use csc_kpi::record::{Assessment, Involvement, Person, Professional, Referral, Section47Enquiry, Sex};
    use datafusion::arrow::array::{Array, BinaryArray, StringArray};

    use crate::parcels::parcels;

    fn posting() -> Posting {
        let engine = engine();
        Posting { ledger: engine.ledger().expect("terms that do not contradict"), engine }
    }

    /// Sisters and brothers whose records name each other's, and a worker of all.
    fn records() -> Vec<Record> {
        let day = |day| NaiveDate::from_ymd_opt(2018, 5, day).expect("a day");
        let mut records: Vec<Record> = vec![Professional::new("W").registration("SW123").into()];
        for number in 1..=20 {
            let (sister, brother) = (format!("S{number}"), format!("B{number}"));
            let referral = format!("R{number}");
            records.extend([
                Record::from(Person::new(&sister).sex(Sex::Female)),
                Person::new(&brother).sex(Sex::Male).into(),
                Assessment::new(format!("A{number}"), &brother, day(1 + number)).referral(&referral).into(),
                Section47Enquiry::new(format!("E{number}"), &brother, day(2 + number)).referral(&referral).into(),
                Referral::new(referral, &sister, day(number)).into(),
                Involvement::new(format!("I{number}"), &brother, day(number)).professional("W").into(),
            ]);
        }
        records
    }

    /// The ledger of rows that are posted by so many tasks in turn, and sent.
    fn over(tasks: usize, rows: &[Vec<Record>]) -> Ledger {
        let states: Vec<ScalarValue> = (0..tasks)
            .map(|task| {
                let own = rows.iter().skip(task).step_by(tasks);
                let own: StringArray = own.map(|row| Some(serde_json::to_string(row).expect("JSON"))).collect();
                let mut posting = posting();
                posting
                    .update_batch(&[Arc::new(StringArray::new_null(own.len())), Arc::new(own)])
                    .expect("rows that can be read");
                posting.state().expect("a ledger that can be written").remove(0)
            })
            .collect();
        let mut whole = posting();
        whole.merge_batch(&[ScalarValue::iter_to_array(states).expect("an array")]).expect("ledgers of one engine");
        let ScalarValue::Binary(Some(bytes)) = whole.evaluate().expect("a ledger that can be written") else {
            unreachable!("it is the type that the function returns")
        };
        unpack(&bytes).expect("a ledger that can be read")
    }

    #[test]
    fn rows_may_be_split_over_any_number_of_tasks_and_a_child_alone_may_not() {
        let expected = engine().run(&records().into_iter().collect()).expect("it can be judged");
        let rows: Vec<Vec<Record>> =
            parcels(records()).expect("all families are known").into_iter().map(|parcel| parcel.records).collect();
        assert_eq!(rows.len(), 20);
        for tasks in [1, 2, 3, 20, 40] {
            assert_eq!(over(tasks, &rows), expected);
        }
        // Without parcels, each child by itself: the ledger is another, so the above shows something.
        let mut apart: Vec<Vec<Record>> = Vec::new();
        for row in rows {
            let (brother, sister) = row.into_iter().partition(|record| match record {
                Record::Person(r) => r.id.starts_with('B'),
                Record::Referral(_) => false,
                _ => true,
            });
            apart.extend([sister, brother]);
        }
        assert_ne!(over(40, &apart), expected);
    }

    #[test]
    fn a_ledger_under_other_terms_is_refused_with_what_they_differ_in() {
        let other = Engine::new(catalogue::standard()).ledger().expect("terms that do not contradict");
        let packed = pack(&other).expect("it can be written");
        let state = BinaryArray::from_vec(vec![packed.as_slice()]);
        let error = posting().merge_batch(&[Arc::new(state)]).expect_err("the engine breaks down by sex");
        assert!(error.to_string().contains("the ledgers are broken down differently"), "{error}");
    }

    #[test]
    fn a_row_that_holds_no_records_is_an_error() {
        let row = StringArray::from(vec![r#"[{"referral":{"id":"R1"}}]"#]);
        assert!(posting().update_batch(&[Arc::new(StringArray::new_null(1)), Arc::new(row)]).is_err());
    }
}
