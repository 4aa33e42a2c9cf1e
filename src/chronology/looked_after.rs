//! Periods of care and placement spells.
//!
//! Source: children looked after in England (SSDA903), placement stability; [`handbook::ni_62`](crate::handbook::ni_62).

use chrono::NaiveDate;

use super::entry::{EpisodeEntry, LegalStatusEntry, Place};
use super::text::{Key, Texts};
use crate::calendar::Span;
use crate::record::{EpisodeStart, PlacementType};

/// One looked-after episode as the rules read it: cut where the next one begins, with its place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CareEpisode {
    /// Id of the episode.
    pub id: Key,
    /// The days it covers; never empty.
    pub span: Span,
    /// Whether the legal status on its first day makes it a short break (V3, V4).
    pub short_break: bool,
    /// Where the child is placed.
    pub place: Place,
    /// Where it stands in the chain; `None` for a short break, which is in no chain.
    pub chain: Option<Link>,
}

/// An episode's place in the chain, seen from the days of the episode: later episodes are not seen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The first day of the period of care.
    pub period_start: NaiveDate,
    /// The number of the placement spell, from 0, over all periods of care.
    pub spell: usize,
    /// The first day of the placement spell.
    pub spell_start: NaiveDate,
    /// The first day of the spell before it in the same period of care.
    pub spell_before: Option<NaiveDate>,
    /// The type of the spell's placement: of its latest episode that is not temporary, of its first if all are.
    pub spell_kind: Option<PlacementType>,
}

/// A placement spell: a run of episodes in one period of care that the rules count as one placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spell {
    /// The days it covers; never empty.
    pub span: Span,
}

/// A child's looked-after episodes as the rules read them.
///
/// # Overlaps
///
/// Each episode is cut where the next one begins; of several that start on one day the one that ends last stays (open
/// last; then the greater id). An episode without a day cuts nothing and takes no part.
///
/// # Short breaks
///
/// An episode is a short break if the legal status on its first day is V3 or V4: of several in force that day the one
/// that started last, then the greater id. Short breaks are in no period of care.
///
/// # Periods of care and spells
///
/// A period of care is a maximal run in which each episode starts on the day the one before it ceased. Inside it an
/// episode goes on with the spell before it when its start reason is L, T or U; or its placement is temporary (T0–T4);
/// or it comes back, after temporary episodes, to the spell's placement; or it is placed for adoption with the carer (A3,
/// A5) and the spell's placement is a foster placement (U1–U6). Otherwise it begins a new spell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CareHistory {
    episodes: Few<CareEpisode>,
    spells: Few<Spell>,
}

/// Values in order, the first without a heap of its own: most children looked after have one episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Few<T> {
    #[default]
    None,
    One(T),
    More(Vec<T>),
}

impl<T> Few<T> {
    #[inline]
    fn as_slice(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(only) => std::slice::from_ref(only),
            Self::More(all) => all,
        }
    }

    fn last_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::None => None,
            Self::One(only) => Some(only),
            Self::More(all) => all.last_mut(),
        }
    }

    fn push(&mut self, next: T) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(next),
            Self::One(first) => Self::More(vec![first, next]),
            Self::More(mut all) => {
                all.push(next);
                Self::More(all)
            }
        };
    }
}

impl CareHistory {
    pub(crate) fn of(episodes: &[EpisodeEntry], statuses: &[LegalStatusEntry], texts: &Texts) -> Self {
        let mut history = Self::default();
        if episodes.is_empty() {
            return history;
        }
        let mut chain = Chain::default();
        let mut add = |entry: &EpisodeEntry, span: Span| {
            let short_break = is_short_break(span.start, statuses);
            let mut episode = CareEpisode { id: entry.id, span, short_break, place: entry.place, chain: None };
            if !short_break {
                episode.chain = Some(chain.add(&episode, entry.start_reason.known(), texts));
            }
            history.episodes.push(episode);
        };
        match episodes {
            // Most children have one, which nothing overlaps.
            [only] => {
                let span = Span::new(only.start, only.ceased);
                if !span.is_empty() {
                    add(only, span);
                }
            }
            _ => without_overlaps(episodes, texts).into_iter().for_each(|(entry, span)| add(entry, span)),
        }
        history.spells = chain.spells;
        history
    }

    /// The episodes by start, without overlaps; short breaks among them.
    #[must_use]
    pub fn episodes(&self) -> &[CareEpisode] {
        self.episodes.as_slice()
    }

    /// The episodes that are no short breaks.
    pub fn counted(&self) -> impl Iterator<Item = (&CareEpisode, &Link)> {
        self.episodes().iter().filter_map(|episode| Some((episode, episode.chain.as_ref()?)))
    }

    /// The placement spells of all periods of care, by start.
    #[must_use]
    pub fn spells(&self) -> &[Spell] {
        self.spells.as_slice()
    }

    /// The episode that covers `day`; a short break only if no other does.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&CareEpisode> {
        // Episodes do not overlap, so it can only be the last that has begun.
        let begun = self.episodes().partition_point(|episode| episode.span.start <= day);
        self.episodes().get(..begun)?.last().filter(|episode| episode.span.covers(day))
    }
}

/// The episodes that have a day, by start, each cut at the next one's start.
fn without_overlaps<'a>(episodes: &'a [EpisodeEntry], texts: &Texts) -> Vec<(&'a EpisodeEntry, Span)> {
    let mut kept: Vec<&EpisodeEntry> = episodes.iter().filter(|e| !Span::new(e.start, e.ceased).is_empty()).collect();
    // On one day the one that ends last comes first: open last of all, then the greater id.
    kept.sort_by(|a, b| {
        let last_first = match (a.ceased, b.ceased) {
            (None, None) => std::cmp::Ordering::Equal,
            (None, Some(_)) => std::cmp::Ordering::Less,
            (Some(_), None) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => b.cmp(&a),
        };
        a.start.cmp(&b.start).then(last_first).then_with(|| texts.get(b.id).cmp(texts.get(a.id)))
    });
    kept.dedup_by_key(|episode| episode.start);
    let starts: Vec<_> = kept.iter().skip(1).map(|next| Some(next.start)).chain([None]).collect();
    kept.into_iter()
        .zip(starts)
        .map(|(episode, next)| (episode, Span::new(episode.start, episode.ceased).and(Span::new(episode.start, next))))
        .collect()
}

fn is_short_break(day: NaiveDate, statuses: &[LegalStatusEntry]) -> bool {
    // They come by start and id.
    let begun = statuses.partition_point(|status| status.start <= day);
    let mut latest_first = statuses.get(..begun).unwrap_or_default().iter().rev();
    latest_first
        .find(|status| status.span().covers(day))
        .and_then(|status| status.status.known())
        .is_some_and(crate::record::LegalStatusCode::is_short_break)
}

/// The chain as far as it has been read.
#[derive(Default)]
struct Chain {
    spells: Few<Spell>,
    period_start: Option<NaiveDate>,
    /// The day on which the last episode ceased.
    reaches: Option<NaiveDate>,
    spell_start: NaiveDate,
    spell_before: Option<NaiveDate>,
    /// The spell's placement, and whether it is temporary because all so far are.
    place: Option<Place>,
    place_is_temporary: bool,
    last_is_temporary: bool,
}

impl Chain {
    fn add(&mut self, episode: &CareEpisode, reason: Option<EpisodeStart>, texts: &Texts) -> Link {
        let start = episode.span.start;
        let kind = episode.place.kind.known();
        let temporary = kind.is_some_and(PlacementType::is_temporary);
        let goes_on = match (self.period_start, self.reaches) {
            (Some(period_start), Some(reaches)) if reaches == start => Some(period_start),
            _ => None,
        };
        let period_start = goes_on.unwrap_or(start);
        if goes_on.is_some() && self.same_spell(&episode.place, reason, temporary, texts) {
            if let Some(spell) = self.spells.last_mut() {
                spell.span.end = episode.span.end;
            }
        } else {
            self.spell_before = goes_on.map(|_| self.spell_start);
            self.spell_start = start;
            self.place = None;
            self.spells.push(Spell { span: episode.span });
        }
        if self.place.is_none() || !temporary {
            self.place = Some(episode.place);
            self.place_is_temporary = temporary;
        }
        self.period_start = Some(period_start);
        self.reaches = episode.span.end;
        self.last_is_temporary = temporary;
        Link {
            period_start,
            spell: self.spells.as_slice().len().saturating_sub(1),
            spell_start: self.spell_start,
            spell_before: self.spell_before,
            spell_kind: self.place.and_then(|place| place.kind.known()),
        }
    }

    fn same_spell(&self, place: &Place, reason: Option<EpisodeStart>, temporary: bool, texts: &Texts) -> bool {
        let keeps_carer = matches!(
            reason,
            Some(
                EpisodeStart::LegalStatus
                    | EpisodeStart::PlacementSameCarer
                    | EpisodeStart::LegalStatusAndPlacementSameCarer
            )
        );
        let spell = self.place.unwrap_or(Place::UNKNOWN);
        let comes_back = self.last_is_temporary && !self.place_is_temporary && spell.same(place, texts);
        let adopted_by_carer = place.kind.known().is_some_and(PlacementType::is_adoption_by_carer)
            && spell.kind.known().is_some_and(PlacementType::is_foster);
        keeps_carer || temporary || comes_back || adopted_by_carer
    }
}
