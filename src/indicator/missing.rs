//! Missing episodes, missing children, and the welfare return interviews after episodes.

use std::cell::LazyCell;

use super::looked_after::{Spans, pieces_between, union};
use super::rule::{Rule, Ruled};
use super::{Book, Definition, Flow, Indicator, Outcome, Polarity, Reason, Terms, Timing, Verdict, Windowed};
use crate::calendar::{Moment, Span, plus_days};
use crate::chronology::{Chronology, MissingEntry, Unit};
use crate::dataset::Matter;
use crate::record::{Family, InterviewFlag, MissingKind};

/// The kinds of a missing episode, from care to home.
const KINDS: [&str; 3] = ["missing from care", "away without authorisation", "missing from home"];
const FROM_CARE: u8 = 0;
const AWAY: u8 = 1;
const FROM_HOME: u8 = 2;

/// The kind of an episode; none where its type is unknown.
fn kind(child: &Chronology<'_>, entry: &MissingEntry) -> Option<u8> {
    Some(match entry.kind.known()? {
        MissingKind::Away => AWAY,
        MissingKind::Missing if child.care().on(entry.start.date()).is_some() => FROM_CARE,
        MissingKind::Missing => FROM_HOME,
    })
}

fn unit(entry: &MissingEntry) -> Unit {
    Unit::new(Family::MissingEpisode, entry.id)
}

fn part(kind: Option<u8>) -> Outcome {
    kind.map_or(Outcome::NoPart, Outcome::Part)
}

/// What is needed to know the kind of every episode.
const BY_KIND: [Matter; 3] =
    [Matter::Records(Family::MissingEpisode), Matter::MissingKinds, Matter::Records(Family::LookedAfterEpisode)];

const KIND_RULE: &str = "Kind: type A is away without authorisation; type M is missing from care if the child has a \
                         looked-after episode (a short break too) open on the start day, else missing from home; an \
                         unknown type counts, in no kind.";

/// A missing episode.
pub(super) struct Episode<'a> {
    child: &'a Chronology<'a>,
    entry: &'a MissingEntry,
    interview: Interview,
}

/// What is decided of a missing episode.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MissingRule {
    /// Missing episodes.
    ByKind,
    /// WRI.
    ByInterview,
    /// WRI offered, completed, refused, not required, outstanding.
    Share(Share),
    /// WRI 72h.
    Within72Hours,
}

impl Rule for MissingRule {
    type Facts<'a> = Episode<'a>;

    const FAMILY: Family = Family::MissingEpisode;

    #[inline]
    fn each<'a>(child: &'a Chronology<'_>, _: Terms<'_>, mut decide: impl FnMut(Self::Facts<'a>)) {
        for entry in child.missing() {
            decide(Episode { child, entry, interview: Interview::of(entry) });
        }
    }

    fn decide(self, episodes: &[Episode<'_>], book: &mut Book<'_, Flow>) {
        for episode in episodes {
            let (unit, started) = (unit(episode.entry), episode.entry.start.date());
            match self {
                Self::ByKind => {
                    let kind = kind(episode.child, episode.entry);
                    let reason = kind.and_then(|kind| KINDS.get(usize::from(kind)).copied());
                    book.post(unit, started, part(kind), Reason::of(reason.unwrap_or("of unknown type")));
                }
                Self::ByInterview => {
                    let interview = episode.interview;
                    book.post(unit, started, Outcome::Part(interview as u8), Reason::of(interview.name()));
                }
                Self::Share(share) => {
                    let (met, reason) = share.holds(episode);
                    book.post(unit, started, Verdict::met_if(met), Reason::of(reason));
                }
                Self::Within72Hours => {
                    let Some(end) = episode.entry.end else { continue };
                    let (verdict, reason) = within_72_hours(episode, end);
                    book.post(unit, end.date(), verdict, reason);
                }
            }
        }
    }
}

/// Missing episodes.
pub(super) fn missing_episodes() -> Ruled<MissingRule> {
    let definition = Definition::new("Missing episodes", "Missing episodes", "missing episode", Timing::Flow)
        .parts(&KINDS)
        .needs(BY_KIND)
        .rule(format!("Unit: missing episode, dated by its start day. {KIND_RULE}"))
        .source("performance report to cabinet, 2018; SSDA903 missing");
    Ruled::new(definition, MissingRule::ByKind)
}

/// Which kind comes first for a child with episodes of several kinds (Missing children).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KindOrder {
    /// Care before away before home.
    CareFirst,
    /// Home before away before care (option `home first`).
    HomeFirst,
}

/// Missing children.
pub(super) struct MissingChildren {
    definition: Definition,
    order: KindOrder,
}

impl MissingChildren {
    pub(super) fn new(order: KindOrder) -> Self {
        let definition = Definition::new("Missing children", "Children who were missing", "child", Timing::Windowed)
            .parts(&KINDS)
            .needs(BY_KIND)
            .source("performance report to cabinet, 2018; the order of kinds is a local choice");
        let rule = |order: &str| {
            format!(
                "Unit: child with a missing episode that starts in the window, once. {KIND_RULE} A child with several is in \
                 one kind: {order}."
            )
        };
        let definition = match order {
            KindOrder::CareFirst => definition.rule(rule("care before away before home")),
            KindOrder::HomeFirst => definition.option("home first").rule(rule("home before away before care")),
        };
        Self { definition, order }
    }
}

impl Indicator for MissingChildren {
    type Time = Windowed;

    fn definition(&self) -> &Definition {
        &self.definition
    }

    fn starts_from(&self) -> Option<Family> {
        Some(Family::MissingEpisode)
    }

    fn judge(&self, child: &Chronology<'_>, book: &mut Book<'_, Windowed>) {
        let basis = book.basis();
        let dates_seeing = |entry: &MissingEntry| basis.dates_seeing(Span::day(entry.start.date()));
        // By start, as the episodes are; and so are those of each kind.
        let seen: Spans = child.missing().iter().map(dates_seeing).collect();
        let of_kind = |wanted| child.missing().iter().filter(move |entry| kind(child, entry) == Some(wanted));
        // One episode is of one kind on all its days.
        let only = match child.missing() {
            [only] => Some(kind(child, only)),
            _ => None,
        };
        let by_kind = LazyCell::new(|| {
            [FROM_CARE, AWAY, FROM_HOME].map(|kind| (kind, of_kind(kind).map(dates_seeing).collect::<Spans>()))
        });
        for piece in pieces_between(union(seen.iter()), |day| seen.first_edge_after(day)) {
            let kind = only.unwrap_or_else(|| {
                // Kinds are numbered from care to home; an unknown one is none of them.
                let kinds = by_kind.iter().filter(|(_, seen)| seen.open_on(piece.start) > 0).map(|(kind, _)| *kind);
                match self.order {
                    KindOrder::CareFirst => kinds.min(),
                    KindOrder::HomeFirst => kinds.max(),
                }
            });
            let number = i64::try_from(seen.open_on(piece.start)).unwrap_or(i64::MAX);
            book.post(child.unit(), piece, part(kind), Reason::counted("{} episodes in the window", number));
        }
    }
}

/// What became of the interview after an episode, in the order of the parts of WRI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interview {
    Completed,
    Refused,
    NotRequired,
    Outstanding,
}

impl Interview {
    const ALL: [Self; 4] = [Self::Completed, Self::Refused, Self::NotRequired, Self::Outstanding];

    fn of(entry: &MissingEntry) -> Self {
        match (entry.interview_offered, entry.interview_accepted) {
            (Some(InterviewFlag::NotRequired), _) => Self::NotRequired,
            (Some(InterviewFlag::Yes), Some(InterviewFlag::Yes)) => Self::Completed,
            (Some(InterviewFlag::Yes), Some(InterviewFlag::No)) => Self::Refused,
            _ => Self::Outstanding,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Refused => "refused",
            Self::NotRequired => "not required",
            Self::Outstanding => "outstanding",
        }
    }
}

const INTERVIEW_RULE: &str = "Unit: missing episode of any kind, dated by its start. Not required: offered NA; completed: \
                              offered Y and accepted Y; refused: offered Y and accepted N; outstanding: anything else.";

const OFFERS: [Matter; 2] = [Matter::Records(Family::MissingEpisode), Matter::InterviewOffers];

const INTERVIEWS: [Matter; 3] =
    [Matter::Records(Family::MissingEpisode), Matter::InterviewOffers, Matter::ReturnInterviews];

/// WRI.
pub(super) fn interviews() -> Ruled<MissingRule> {
    let definition = Definition::new("WRI", "Welfare return interviews", "missing episode", Timing::Flow)
        .parts(&Interview::ALL.map(Interview::name))
        .needs(INTERVIEWS)
        .rule(INTERVIEW_RULE)
        .source("performance report to cabinet, 2018: 95, 149, 12 and 7 of 263");
    Ruled::new(definition, MissingRule::ByInterview)
}

/// Which share of all episodes an interview indicator counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    Offered,
    In(Interview),
}

impl Share {
    fn holds(self, episode: &Episode<'_>) -> (bool, &'static str) {
        match (self, episode.entry.interview_offered) {
            (Self::In(state), _) => (episode.interview == state, episode.interview.name()),
            (Self::Offered, Some(InterviewFlag::Yes)) => (true, "offered"),
            (Self::Offered, Some(InterviewFlag::No)) => (false, "not offered"),
            (Self::Offered, Some(InterviewFlag::NotRequired)) => (false, "not required"),
            (Self::Offered, None) => (false, "offer not recorded"),
        }
    }

    fn define(self, what: &str, polarity: Polarity) -> Ruled<MissingRule> {
        let definition = Definition::new(
            format!("WRI {what}"),
            format!("Welfare return interviews {what}"),
            "missing episode",
            Timing::Flow,
        )
        .polarity(polarity)
        .needs(match self {
            Self::Offered | Self::In(Interview::NotRequired) => OFFERS.to_vec(),
            Self::In(_) => INTERVIEWS.to_vec(),
        })
        .rule(format!("{INTERVIEW_RULE} Met: {what}; the share of all episodes, those not required included."))
        .source("performance report to cabinet, 2018");
        Ruled::new(definition, MissingRule::Share(self))
    }
}

/// WRI offered, completed, refused, not required, outstanding.
pub(super) fn interview_shares() -> [Ruled<MissingRule>; 5] {
    let of = |state: Interview, polarity| Share::In(state).define(state.name(), polarity);
    [
        Share::Offered.define("offered", Polarity::HigherIsBetter),
        of(Interview::Completed, Polarity::HigherIsBetter),
        of(Interview::Refused, Polarity::None),
        of(Interview::NotRequired, Polarity::None),
        of(Interview::Outstanding, Polarity::LowerIsBetter),
    ]
}

/// An interview is in time at most this many days of 24 hours after the return.
const DAYS: u32 = 3;

/// WRI 72h.
pub(super) fn interviews_within_72_hours() -> Ruled<MissingRule> {
    let definition =
        Definition::new("WRI 72h", "Welfare return interviews within 72 hours", "missing episode", Timing::Flow)
            .polarity(Polarity::HigherIsBetter)
            .needs(INTERVIEWS.into_iter().chain([Matter::InterviewDates, Matter::MissingEnds]))
            .rule(
                "Unit: missing episode with an end, dated by the day of the end. Excepted: not required; completed \
                 without a date of completion. Met: completed at most 72 hours after the end; where either side has \
                 no time of day, on or before the day of the end + 3. Pending: not completed, and the calculation is \
                 pinned to a day that ends before the limit does; pending stands aside. Otherwise not met.",
            )
            .source("Statutory guidance on children who run away or go missing from home or care, 2014");
    Ruled::new(definition, MissingRule::Within72Hours)
}

fn within_72_hours(episode: &Episode<'_>, end: Moment) -> (Verdict, Reason) {
    // The limit lies on this day, or at its end.
    let limit = plus_days(end.date(), i64::from(DAYS));
    match episode.interview {
        Interview::NotRequired => (Verdict::Excepted, Reason::of("not required")),
        Interview::Completed => match episode.entry.interview_completed {
            None => (Verdict::Excepted, Reason::of("completed, no date of completion")),
            Some(completed) => {
                let days = (completed.date() - end.date()).num_days();
                let met = completed.is_within_days_of(DAYS, end);
                (Verdict::met_if(met), Reason::counted("interview {} days after the return", days))
            }
        },
        Interview::Refused | Interview::Outstanding if episode.child.known_at().is_some_and(|day| day < limit) => {
            (Verdict::Pending, Reason::of("not completed, 72 hours not yet over"))
        }
        Interview::Refused => (Verdict::NotMet, Reason::of("refused")),
        Interview::Outstanding => (Verdict::NotMet, Reason::of("outstanding")),
    }
}
