//! Children looked after: CLA, NI 62, NI 63, and their allocation, ECS 01b.

use chrono::NaiveDate;

use super::{Book, Definition, Indicator, Need, Outcome, Polarity, Reach, Reason, Stock, Timing, Verdict, Windowed};
use crate::calendar::{Basis, Span, first_day_months_back};
use crate::chronology::{CareEpisode, Chronology, ImmigrationEntry, InvolvementEntry, PlacementEntry};
use crate::dataset::Matter;
use crate::record::{AuthorityCount, Family, PlacementType};

/// A child looked after is under this age.
const ADULT: u16 = 18;

/// The union of spans that come by start, as spans that neither meet nor touch.
pub(super) fn union(spans: impl Iterator<Item = Span>) -> impl Iterator<Item = Span> {
    let mut spans = spans.filter(|span| !span.is_empty()).peekable();
    std::iter::from_fn(move || {
        let mut joined = spans.next()?;
        while let Some(span) = spans.next_if(|span| joined.end.is_none_or(|end| span.start <= end)) {
            joined.end = joined.end.zip(span.end).map(|(a, b)| a.max(b));
        }
        Some(joined)
    })
}

/// What is needed to know whom CLA counts: birthdays, episodes, and the legal statuses on their first days, however early, that
/// make some of them short breaks.
const COUNTED: [Matter; 4] = [
    Matter::Records(Family::Person),
    Matter::Records(Family::LookedAfterEpisode),
    Matter::Records(Family::LegalStatus),
    Matter::ShortBreaks,
];

/// What is needed beside the episodes and placements to know where a placement spell begins.
const SPELLS: [Matter; 2] = [Matter::PlacementMoves, Matter::PlacementDetails];

/// What is needed of children whose placements are stable: of all but birthdays as far back as care has lasted.
const STABLE: [Matter; 4] = [
    Matter::Records(Family::Person),
    Matter::Records(Family::LookedAfterEpisode),
    Matter::ShortBreaks,
    Matter::Records(Family::Placement),
];

/// The days on which CLA counts the child: looked after, other than a short break, and under 18.
fn counted_days(child: &Chronology<'_>) -> impl Iterator<Item = Span> {
    let minor = child.person().days_under(ADULT);
    union(child.care().counted().map(move |(episode, _)| episode.span.and(minor)))
}

/// The pieces of `days`, none of them empty, on each of which the same of `spans` are open.
pub(super) fn pieces(
    days: impl Iterator<Item = Span>,
    spans: impl Iterator<Item = Span> + Clone,
) -> impl Iterator<Item = Span> {
    pieces_between(days, move |day| first_edge_after(spans.clone(), day))
}

/// The first day after `day` on which one of `spans` begins or has its end.
fn first_edge_after(spans: impl Iterator<Item = Span>, day: NaiveDate) -> Option<NaiveDate> {
    spans.flat_map(|span| [Some(span.start), span.end]).flatten().filter(|edge| *edge > day).min()
}

/// The pieces of `days`, none of them empty, cut at each edge; `first_edge_after` tells the first one after a day.
pub(super) fn pieces_between(
    mut days: impl Iterator<Item = Span>,
    first_edge_after: impl Fn(NaiveDate) -> Option<NaiveDate>,
) -> impl Iterator<Item = Span> {
    let mut rest: Option<Span> = None;
    std::iter::from_fn(move || {
        let piece = rest.take().or_else(|| days.next())?;
        let Some(cut) = first_edge_after(piece.start).filter(|edge| piece.covers(*edge)) else {
            return Some(piece);
        };
        rest = Some(piece.from_day(cut));
        Some(piece.before(cut))
    })
}

/// Spans that are worked out once, in the order given.
pub(super) enum Spans {
    /// As most children have no more.
    Few([Option<Span>; 4]),
    Many(ManySpans),
}

/// Many spans, and of those that have a day the first days, and the ends, in order.
pub(super) struct ManySpans {
    all: Vec<Span>,
    starts: Vec<NaiveDate>,
    ends: Vec<NaiveDate>,
}

impl Spans {
    /// In the order given.
    pub(super) fn iter(&self) -> impl Iterator<Item = Span> + Clone {
        let (few, many): (&[Option<Span>], &[Span]) = match self {
            Self::Few(few) => (few, &[]),
            Self::Many(many) => (&[], &many.all),
        };
        few.iter().map_while(|span| *span).chain(many.iter().copied())
    }

    /// How many are open on `day`.
    pub(super) fn open_on(&self, day: NaiveDate) -> usize {
        match self {
            Self::Few(few) => few.iter().flatten().filter(|span| span.covers(day)).count(),
            // Those that have begun, less those that have ended by then.
            Self::Many(ManySpans { starts, ends, .. }) => {
                starts.partition_point(|start| *start <= day) - ends.partition_point(|end| *end <= day)
            }
        }
    }

    /// The first day after `day` on which one begins or has its end.
    pub(super) fn first_edge_after(&self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Few(few) => first_edge_after(few.iter().flatten().copied(), day),
            Self::Many(ManySpans { starts, ends, .. }) => {
                let first_after = |days: &[NaiveDate]| days.get(days.partition_point(|other| *other <= day)).copied();
                first_after(starts).into_iter().chain(first_after(ends)).min()
            }
        }
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut few = [None; 4];
        let mut spans = spans.into_iter();
        for (place, span) in few.iter_mut().zip(&mut spans) {
            *place = Some(span);
        }
        let Some(next) = spans.next() else { return Self::Few(few) };
        let all: Vec<Span> = few.into_iter().flatten().chain([next]).chain(spans).collect();
        let with_days = || all.iter().filter(|span| !span.is_empty());
        let mut starts: Vec<NaiveDate> = with_days().map(|span| span.start).collect();
        let mut ends: Vec<NaiveDate> = with_days().filter_map(|span| span.end).collect();
        starts.sort_unstable();
        ends.sort_unstable();
        Self::Many(ManySpans { all, starts, ends })
    }
}

/// CLA.
pub(super) struct ChildrenLookedAfter(Definition);

impl ChildrenLookedAfter {
    const UNACCOMPANIED: u8 = 0;
    const OTHERS: u8 = 1;

    pub(super) fn new() -> Self {
        Self(
            Definition::new("CLA", "Children looked after", "child", Timing::Stock)
                .parts(&["UASC", "not UASC"])
                .needs(COUNTED.into_iter().chain([Matter::UnaccompaniedChildren]))
                .rule(
                    "Unit: child with a looked-after episode open on the day that is no short break, aged under 18 on \
                     that day. An episode is a short break if the legal status on its first day is V3 or V4. Parts: \
                     UASC where a status as an unaccompanied asylum seeking child is held on the day.",
                )
                .source("children looked after in England (SSDA903)"),
        )
    }
}

impl Indicator for ChildrenLookedAfter {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::LookedAfterEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        let statuses = child.immigration().iter().filter(|status| status.unaccompanied).map(ImmigrationEntry::span);
        for piece in pieces(counted_days(child), statuses.clone()) {
            let (part, reason) = if statuses.clone().any(|status| status.covers(piece.start)) {
                (Self::UNACCOMPANIED, "looked after, unaccompanied asylum seeking child")
            } else {
                (Self::OTHERS, "looked after")
            };
            book.post(child.unit(), piece, Outcome::Part(part), Reason::of(reason));
        }
    }
}

/// What counts as a placement (NI 62).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlacementCount {
    /// Placement spells, as the national figure counts them.
    Spells,
    /// Every placement row (option `raw-moves`).
    RawMoves,
}

/// NI 62.
pub(super) struct ThreePlacements {
    definition: Definition,
    count: PlacementCount,
}

impl ThreePlacements {
    pub(super) fn new(count: PlacementCount) -> Self {
        let of_spells: &[Matter] = match count {
            PlacementCount::Spells => &SPELLS,
            PlacementCount::RawMoves => &[],
        };
        let definition = Definition::new(
            "NI 62",
            "Children looked after with three or more placements",
            "child looked after",
            Timing::Windowed,
        )
        .bases([Basis::ROLLING_12M, Basis::Cumulative])
        .polarity(Polarity::LowerIsBetter)
        .needs(COUNTED.into_iter().chain([Matter::Records(Family::Placement)]).chain(of_spells.iter().copied()));
        let definition = match count {
            PlacementCount::Spells => definition
                .rule(
                    "Unit: child counted by CLA on the day. Met: three or more placement spells have a day in the \
                     window. A spell goes on through changes of legal status or without change of carer, temporary \
                     placements and the return from them, and adoption by the foster carer. Excluded: an episode of a \
                     list that has the latest placement and a count.",
                )
                .source("National Indicator 62; children looked after in England, placement stability"),
            PlacementCount::RawMoves => definition
                .option("raw-moves")
                .rule(
                    "Unit: child counted by CLA on the day. Met: three or more placement rows have a day in the window. \
                     Excluded: an episode of a list that has the latest placement and a count.",
                )
                .source("performance report to cabinet, 2018: 11% where the national rule gives 8%"),
        };
        Self { definition, count }
    }
}

impl Indicator for ThreePlacements {
    type Time = Windowed;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::LookedAfterEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Windowed>) {
        let (basis, counted) = (book.basis(), Counted::all(child));
        let seen: Spans = match self.count {
            PlacementCount::Spells => {
                child.care().spells().iter().map(|spell| basis.dates_seeing(spell.span)).collect()
            }
            PlacementCount::RawMoves => {
                child.placements().iter().map(PlacementEntry::span).map(|span| basis.dates_seeing(span)).collect()
            }
        };
        let first_edge_after = |day| {
            let of_counted = first_edge_after(counted.iter().map(|counted| counted.span), day);
            seen.first_edge_after(day).into_iter().chain(of_counted).min()
        };
        for piece in pieces_between(counted_days(child), first_edge_after) {
            if Counted::on(&counted, piece.start).is_some() {
                let reason = Reason::of("of a list that has a count of placements alone");
                book.post(child.unit(), piece, Verdict::Excluded, reason);
                continue;
            }
            let number = seen.open_on(piece.start);
            let reason = Reason::counted("{} placements", i64::try_from(number).unwrap_or(i64::MAX));
            book.post(child.unit(), piece, Verdict::met_if(number >= 3), reason);
        }
    }
}

/// What an authority counted in the place of placements, and the days on which the episode that says so is the child's.
struct Counted {
    span: Span,
    placements: AuthorityCount,
}

impl Counted {
    /// Of all episodes of a child that come from a list of counts.
    fn all(child: &Chronology<'_>) -> Vec<Self> {
        let counted = |id| child.episodes().iter().find(|episode| episode.id == id)?.placements_counted;
        if child.episodes().iter().all(|episode| episode.placements_counted.is_none()) {
            return Vec::new();
        }
        let of_episode = |episode: &CareEpisode| Some(Self { span: episode.span, placements: counted(episode.id)? });
        child.care().counted().filter_map(|(episode, _)| of_episode(episode)).collect()
    }

    /// The count on a day; no two episodes cover one.
    fn on(all: &[Self], day: NaiveDate) -> Option<AuthorityCount> {
        all.iter().find(|counted| counted.span.covers(day)).map(|counted| counted.placements)
    }
}

/// NI 62 as recorded.
pub(super) struct PlacementsAsRecorded(Definition);

impl PlacementsAsRecorded {
    pub(super) fn new() -> Self {
        Self(
            Definition::new(
                "NI 62",
                "Children looked after with three or more placements",
                "child looked after",
                Timing::Stock,
            )
            .option("as recorded")
            .needs(COUNTED.into_iter().chain([Matter::PlacementCounts]))
            .polarity(Polarity::LowerIsBetter)
            .rule(
                "Unit: child counted by CLA on the day with an episode, open on the day, of a list that has the latest \
                 placement and a count. Met: the authority counted three or more placements in the 12 months before the \
                 list was made. The count is the authority's own, is not calculated, and stands on every day of the \
                 episode. Excluded: no count is recorded.",
            )
            .source("Annex A of Ofsted's inspection, list 8"),
        )
    }
}

impl Indicator for PlacementsAsRecorded {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::LookedAfterEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        let counted = Counted::all(child);
        if counted.is_empty() {
            return;
        }
        for piece in pieces(counted_days(child), counted.iter().map(|counted| counted.span)) {
            let Some(count) = Counted::on(&counted, piece.start) else { continue };
            let (verdict, reason) = match count.number() {
                Some(number) => {
                    (Verdict::met_if(number >= 3), Reason::counted("{} counted by the authority", i64::from(number)))
                }
                None => (Verdict::Excluded, Reason::of("no count recorded")),
            };
            book.post(child.unit(), piece, verdict, reason);
        }
    }
}

/// NI 63.
pub(super) struct StablePlacements(Definition);

impl StablePlacements {
    pub(super) fn new() -> Self {
        Self(
            Definition::new("NI 63", "Long-term stability of placements", "child looked after", Timing::Stock)
                .polarity(Polarity::HigherIsBetter)
                .needs(STABLE.into_iter().chain(SPELLS).map(|matter| match matter {
                    Matter::Records(Family::Person) => Need::of(matter),
                    _ => Need::of(matter).back(Reach::Months(30)),
                }))
                .rule(
                    "Unit: child counted by CLA on the day, aged under 16, whose current period of care began on or \
                     before the day - 30 months. Met: the current placement spell began on or before the day - 24 \
                     months, or its placement is A3-A6 and the spell before it in the same period of care did.",
                )
                .source("National Indicator 63; children looked after in England, placement stability"),
        )
    }
}

impl Indicator for StablePlacements {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::LookedAfterEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        let under_16 = child.person().days_under(16);
        for (episode, link) in child.care().counted() {
            let unit_days = episode.span.and(under_16).from_day(first_day_months_back(link.period_start, 30));
            if unit_days.is_empty() {
                continue;
            }
            let placed_for_adoption = link.spell_kind.is_some_and(PlacementType::is_adoption);
            let stable_since = link.spell_before.filter(|_| placed_for_adoption).unwrap_or(link.spell_start);
            let stable = first_day_months_back(stable_since, 24);
            book.post(
                child.unit(),
                unit_days.before(stable),
                Verdict::NotMet,
                Reason::of("in the current placement for less than two years"),
            );
            let met = if stable_since < link.spell_start {
                "two years in the current placement and the one before adoption"
            } else {
                "two years in the current placement"
            };
            book.post(child.unit(), unit_days.from_day(stable), Verdict::Met, Reason::of(met));
        }
    }
}

/// What ECS 01b and ECS 02 share: allocation to a qualified social worker.
pub(super) struct Allocation;

impl Allocation {
    pub(super) fn define(code: &str, title: &str, unit: &str, counted: &str, counted_by: &[Matter]) -> Definition {
        Definition::new(code, title, unit, Timing::Stock)
            .polarity(Polarity::HigherIsBetter)
            .needs(counted_by.iter().copied().chain([Family::Involvement, Family::Professional].map(Matter::Records)))
            .rule(format!(
                "Unit: {counted}. Met: an involvement is open on the day in the role Allocated Case Worker whose \
                 professional's registration number begins SW followed by a digit."
            ))
            .source("performance report to cabinet, 2018; Social Work England register")
    }

    /// Judges on `days`, which come by start.
    pub(super) fn judge(child: &Chronology<'_>, days: impl Iterator<Item = Span>, book: &mut Book<'_, Stock>) {
        let spans = child.involvements().iter().map(InvolvementEntry::span);
        for piece in pieces(union(days), spans) {
            let open = || child.involvements().iter().filter(|involvement| involvement.span().covers(piece.start));
            let (verdict, reason) = if open().any(|involvement| involvement.allocated && involvement.social_worker) {
                (Verdict::Met, "allocated to a qualified social worker")
            } else if open().any(|involvement| involvement.allocated) {
                (Verdict::NotMet, "allocated, yet not to a registered social worker")
            } else if open().next().is_some() {
                (Verdict::NotMet, "no allocated case worker among those involved")
            } else {
                (Verdict::NotMet, "no involvement open")
            };
            book.post(child.unit(), piece, verdict, Reason::of(reason));
        }
    }
}

/// ECS 01b.
pub(super) struct LookedAfterAllocated(Definition);

impl LookedAfterAllocated {
    pub(super) fn new() -> Self {
        Self(Allocation::define(
            "ECS 01b",
            "Children looked after allocated to a qualified social worker",
            "child looked after",
            "child counted by CLA on the day",
            &COUNTED,
        ))
    }
}

impl Indicator for LookedAfterAllocated {
    type Time = Stock;

    fn definition(&self) -> &Definition {
        &self.0
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::LookedAfterEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Stock>) {
        Allocation::judge(child, counted_days(child), book);
    }
}
