//! Rank and quartile band among published figures.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::good::Good;
use super::published::{Absent, Published};
use crate::measure::Printed;

/// A quarter of a ranking: A the best, D the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum QuartileBand {
    /// The best quarter.
    A,
    /// The second.
    B,
    /// The third.
    C,
    /// The worst quarter.
    D,
}

impl fmt::Display for QuartileBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What cannot be ranked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RankingError {
    /// Neither higher nor lower is good, so that nobody is best.
    #[error("where neither high nor low is good there is no rank")]
    NoBest,
    /// No figures.
    #[error("none of the {0} authorities has a number")]
    NoFigures(usize),
    /// A figure too long for its distance from the aim.
    #[error("{0} has too many digits")]
    TooLong(String),
}

/// One authority in a ranking.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Ranked {
    /// Its name.
    pub authority: String,
    /// Its published figure.
    pub figure: Printed,
    /// Its rank: 1, and 1 more for each authority that is better.
    pub rank: usize,
    /// How many authorities have this rank, itself included.
    pub sharing: usize,
    /// Its quarter of the ranking; `None` where fewer than four are ranked.
    pub band: Option<QuartileBand>,
}

impl Ranked {
    /// Whether others have the same rank.
    #[must_use]
    pub const fn is_tied(&self) -> bool {
        self.sharing > 1
    }
}

/// Authorities by rank, best first; the equal by name.
///
/// # Ties
///
/// Equal figures have the same rank, and the ranks they would fill are left out after them: 1, 2, 2, 4. Figures are equal as
/// they are printed; "69" and "69.0" are equal.
///
/// # Quartile bands
///
/// By rank: with `n` authorities, rank `r` is in the band number ⌊4 × (r − 1) ÷ n⌋ from A, so that without ties no two bands
/// differ in size by more than one and the first is always in A. The tied are in the band of their rank, all of them.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use csc_kpi::comparison::{Good, Published, QuartileBand, Ranking};
///
/// let table: BTreeMap<String, Published> = [("A", "6"), ("B", "11"), ("C", "11"), ("D", "19"), ("E", "c")]
///     .map(|(name, text)| (name.to_owned(), text.parse().unwrap()))
///     .into();
/// let ranking = Ranking::of(&table, Good::Lower)?;
/// let ranks: Vec<_> = ranking.ranked().iter().map(|one| (one.authority.as_str(), one.rank, one.sharing)).collect();
/// assert_eq!(ranks, [("A", 1, 1), ("B", 2, 2), ("C", 2, 2), ("D", 4, 1)]);
/// assert_eq!(ranking.get("D").unwrap().band, Some(QuartileBand::D));
/// assert_eq!(ranking.absent()[0].authority, "E");
/// # Ok::<(), csc_kpi::comparison::RankingError>(())
/// ```
///
/// # JSON
///
/// What is read are the figures and which way is good; ranks and bands are worked out again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Terms")]
pub struct Ranking {
    good: Good,
    figures: BTreeMap<String, Published>,
    ranked: Vec<Ranked>,
    absent: Vec<Absent>,
}

#[derive(Deserialize)]
struct Terms {
    good: Good,
    figures: BTreeMap<String, Published>,
}

impl TryFrom<Terms> for Ranking {
    type Error = RankingError;

    fn try_from(terms: Terms) -> Result<Self, RankingError> {
        Self::of(&terms.figures, terms.good)
    }
}

impl Ranking {
    /// The ranking of these authorities by their published figures.
    ///
    /// # Errors
    ///
    /// [`RankingError::NoBest`] where neither high nor low is good, [`RankingError::NoFigures`] where nobody has a number,
    /// [`RankingError::TooLong`] where a distance from the aim cannot be written.
    pub fn of(figures: &BTreeMap<String, Published>, good: Good) -> Result<Self, RankingError> {
        let (mut known, mut absent) = (Vec::new(), Vec::new());
        for (authority, published) in figures {
            match published {
                Published::Figure(figure) => known.push((badness(*figure, good)?, authority, *figure)),
                Published::Withheld(mark) => absent.push(Absent { authority: authority.clone(), mark: Some(*mark) }),
            }
        }
        if known.is_empty() {
            return Err(RankingError::NoFigures(figures.len()));
        }
        known.sort_by_key(|(badness, ..)| *badness);
        let count = known.len();
        let mut ranked = Vec::with_capacity(count);
        for alike in known.chunk_by(|(one, ..), (other, ..)| one == other) {
            let (better, sharing) = (ranked.len(), alike.len());
            ranked.extend(alike.iter().map(|(_, authority, figure)| Ranked {
                authority: (*authority).clone(),
                figure: *figure,
                rank: better + 1,
                sharing,
                band: band(better, count),
            }));
        }
        Ok(Self { good, figures: figures.clone(), ranked, absent })
    }

    /// Which way is good.
    #[must_use]
    pub const fn good(&self) -> Good {
        self.good
    }

    /// The authorities with a number, best first.
    #[must_use]
    pub fn ranked(&self) -> &[Ranked] {
        &self.ranked
    }

    /// The authority with this name.
    #[must_use]
    pub fn get(&self, authority: &str) -> Option<&Ranked> {
        self.ranked.iter().find(|ranked| ranked.authority == authority)
    }

    /// The authorities without a number, by name.
    #[must_use]
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }
}

/// The smaller the better.
fn badness(figure: Printed, good: Good) -> Result<Decimal, RankingError> {
    match good {
        Good::Higher => Ok(-figure.value()),
        Good::Lower => Ok(figure.value()),
        Good::CloserTo(aim) => {
            let distance =
                figure.value().checked_sub(aim.get()).ok_or_else(|| RankingError::TooLong(figure.to_string()));
            distance.map(|distance| distance.abs())
        }
        Good::Neither => Err(RankingError::NoBest),
    }
}

fn band(better: usize, count: usize) -> Option<QuartileBand> {
    if count < 4 {
        return None;
    }
    let quarters = [QuartileBand::A, QuartileBand::B, QuartileBand::C, QuartileBand::D];
    quarters.get(better.checked_mul(4)? / count).copied()
}
