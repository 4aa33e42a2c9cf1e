//! A reading as a comparison sees it.

use super::disclosure::{Cell, PublishedReading};
use super::reading::Reading;
use crate::comparison::Observation;

impl Reading {
    /// What is compared with other figures: the [value](Reading::value) with the key and version of its rule, basis, day, what it
    /// was pinned to, stratum and families; `None` for a distribution without a day.
    ///
    /// The key is all a reading knows of its option, so that two options of one indicator are two indicators here. For a rate,
    /// set it with [`Observation::with_value`].
    ///
    /// ```
    /// use csc_kpi::calendar::Basis;
    /// use csc_kpi::comparison::{Direction, Earlier, Good, Movement};
    /// use csc_kpi::indicator::catalogue;
    /// use csc_kpi::record::LookedAfterEpisode;
    /// use csc_kpi::{Dataset, Engine, NaiveDate};
    ///
    /// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    /// let dataset: Dataset = [
    ///     LookedAfterEpisode::new("E1", "C1", day(2018, 1, 5)),
    ///     LookedAfterEpisode::new("E2", "C2", day(2018, 5, 5)),
    /// ]
    /// .into_iter()
    /// .collect();
    /// let ledger = Engine::new(catalogue::standard()).run(&dataset)?;
    /// let at = |as_at| Ok::<_, csc_kpi::EngineError>(ledger.reading("CLA", Basis::AsAt, as_at)?.observation().unwrap());
    /// let now = at(day(2018, 6, 30))?;
    /// let earlier = at(Earlier::PreviousPeriod.as_at(now.basis, now.as_at))?;
    /// let movement = Movement::between(&now, &earlier, Good::Neither).unwrap();
    /// assert_eq!(movement.direction(), Direction::Higher);
    /// assert_eq!(movement.change(0).unwrap().to_string(), "1");
    /// # Ok::<(), csc_kpi::EngineError>(())
    /// ```
    #[must_use]
    pub fn observation(&self) -> Option<Observation> {
        let observation = Observation::new(self.indicator(), self.version(), self.basis(), self.as_at(), self.value()?);
        Some(Observation {
            known_at: self.known_at(),
            stratum: self.stratum().map(|(breakdown, stratum)| (breakdown.to_owned(), stratum.clone())),
            sibling_groups: self.sibling_groups(),
            ..observation
        })
    }
}

impl PublishedReading {
    /// What is compared with other figures, as [`Reading::observation`]; `None` also where the value is hidden, so that nothing
    /// is told of it by way of a movement.
    #[must_use]
    pub fn observation(&self) -> Option<Observation> {
        let value = self.value()?.clone();
        let observation = Observation::new(self.indicator(), self.version(), self.basis(), self.as_at(), value);
        Some(Observation {
            known_at: self.known_at(),
            stratum: self.stratum().map(|(breakdown, stratum)| (breakdown.to_owned(), stratum.clone())),
            sibling_groups: self.sibling_groups().and_then(Cell::number),
            ..observation
        })
    }
}
